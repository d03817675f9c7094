//! Measures the terminal client: how soon a start shows its first complete
//! frame, and what it costs while nothing happens.
//!
//!     cargo build --release --workspace
//!     target/release/chat-terminal-bench --messages 100000
//!
//! A server runs, a client sees all the messages arrive and caches them, and
//! quits. Then, the server being gone, the client is started several times in a
//! terminal that answers no query: the first frame is complete when it holds the
//! newest message and the composer. Last, the server is back and the client
//! idles, connected.

use std::num::NonZeroU16;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::process;
use chat_tests::server::Setup;
use chat_tests::terminal::{Key, Program, Terminal, home};
use clap::Parser;
use serde_json::json;

/// Measures the terminal client.
#[derive(Parser)]
struct Options {
    /// Messages that the client has cached.
    #[arg(long, default_value_t = 100_000)]
    messages: u64,
    /// Starts of which the median is taken.
    #[arg(long, default_value_t = 9)]
    starts: usize,
    /// Seconds of idleness.
    #[arg(long, default_value_t = 60)]
    idle_secs: u64,
}

/// The room that is open.
const ROOM: &str = "bench";
/// Frames under way at a time.
const AHEAD: u64 = 200;
/// What a client of a release build needs to see everything arrive.
const ARRIVED: Duration = Duration::from_secs(300);
const FIRST_FRAME: Duration = Duration::from_secs(10);
/// Without output for so long, a client has settled.
const QUIET: Duration = Duration::from_secs(3);

/// All of it but the idleness, whatever happens: who is stopped from outside leaves a
/// server behind.
const WHOLE: Duration = Duration::from_secs(600);

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let most = WHOLE + Duration::from_secs(options.idle_secs);
    tokio::time::timeout(most, measure(&options))
        .await
        .context("it takes too long")?
}

async fn measure(options: &Options) -> Result<()> {
    let mut server = Setup::without_rates().start().await?;
    let home = home()?;
    let url = server.url();
    let client = || -> Result<Terminal> {
        Program::client(home.path())?
            .args([url.clone(), "--name".to_owned(), "bench".to_owned()])
            .size(120, 40)
            .start()
    };
    let last = format!("message number {} of", options.messages);

    let mut first = client()?;
    first.wait_for("online").await?;
    first.enter(&format!("/join {ROOM}")).await?;
    first.wait_for(&format!("message #{ROOM}")).await?;
    fill(&server, options.messages).await?;
    first
        .wait_until("the newest message", ARRIVED, |screen| screen.shows(&last))
        .await?;
    first.press(Key::Ctrl('u'))?;
    first.enter("/quit").await?;
    first.ended(Duration::from_secs(10)).await?;
    server.kill9()?;

    let mut frames = Vec::new();
    for _ in 0..options.starts {
        let began = Instant::now();
        let mut terminal = client()?;
        terminal
            .wait_until("the first frame", FIRST_FRAME, |screen| {
                screen.shows(&last) && screen.shows("›")
            })
            .await?;
        frames.push(first_complete(&terminal, &last)?.duration_since(began));
        terminal.kill9()?;
    }
    frames.sort();
    let ms = |time: &Duration| time.as_secs_f64() * 1e3;
    let median = frames.get(frames.len() / 2).context("no starts")?;
    say(&format!(
        "first complete frame, {} messages cached, server unreachable: median {:.1} ms of {} starts ({:.1} to {:.1})",
        options.messages,
        ms(median),
        frames.len(),
        ms(&frames[0]),
        ms(&frames[frames.len() - 1])
    ));

    server.restart().await?;
    let idle = client()?;
    idle.wait_for("online").await?;
    settle(&idle).await;
    let (cpu, bytes) = (process::run_time(idle.pid())?, idle.written());
    tokio::time::sleep(Duration::from_secs(options.idle_secs)).await;
    let cpu = process::run_time(idle.pid())?.saturating_sub(cpu);
    say(&format!(
        "{} s idle, connected: {:.1} ms of CPU in all threads, {} bytes written, {} KiB resident",
        options.idle_secs,
        ms(&cpu),
        idle.written() - bytes,
        process::resident_kib(idle.pid())?
    ));
    Ok(())
}

/// Puts the messages into the room, many under way at once.
async fn fill(server: &chat_tests::server::Server, messages: u64) -> Result<()> {
    let mut writer = Client::enter(server.address(), "writer").await?;
    writer.patience(Duration::from_secs(60));
    writer.join(ROOM).await?;
    let mut sent = 0;
    while sent < messages {
        let until = messages.min(sent + AHEAD);
        for number in sent + 1..=until {
            let text =
                format!("message number {number} of a long talk about nothing in particular");
            writer
                .say(&json!({"type": "send", "id": number, "room": ROOM, "text": text}))
                .await?;
        }
        // Not by `find`: it would keep each event, and look at all of them again.
        while sent < until {
            let frame = writer.next().await?;
            if !frame["id"].is_null() {
                ensure!(frame["type"] == "sent", "{frame}");
                sent += 1;
            }
        }
    }
    Ok(())
}

/// When the output that completed the first frame was read.
fn first_complete(terminal: &Terminal, last: &str) -> Result<Instant> {
    const STEP: usize = 128;
    let log = terminal.log();
    let size = |cells: u16| NonZeroU16::new(cells).context("not zero");
    let mut parser = vt100::Parser::new(size(40)?, size(120)?, 0);
    let mut read = 0;
    for piece in log.chunks(STEP) {
        parser.process(piece);
        read += piece.len();
        let shown = parser.screen().contents();
        if shown.contains(last) && shown.contains('›') {
            return terminal.time_of(read - 1).context("no such output");
        }
    }
    anyhow::bail!("the first frame is not in the log")
}

/// Waits until the program has written nothing for a while.
async fn settle(terminal: &Terminal) {
    loop {
        let before = terminal.written();
        tokio::time::sleep(QUIET).await;
        if terminal.written() == before {
            return;
        }
    }
}

#[expect(clippy::print_stdout, reason = "a command for people")]
fn say(line: &str) {
    println!("{line}");
}
