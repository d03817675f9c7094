//! Measures the terminal client as a person meets it, beside irssi and WeeChat:
//! from keys and lines of a server to what the terminal reads, by the stamps of
//! what it reads.
//!
//!     cargo build --release --workspace
//!     target/release/chat-terminal-bench
//!
//! Prints a table in Markdown. Each program runs in a bare terminal that answers
//! nothing, on a core of its own; whoever feeds and watches it is on another. All
//! get the same lines at the same moments, from servers that do nothing else. This
//! client has a million messages in its cache all the while, in a room of its own
//! besides 499 others; the peers have nothing. A peer that is not installed is
//! named below the table.

mod cache;
mod contender;
mod feed;
mod figures;
mod measure;
mod ours;
mod pty;
mod sessions;
mod talk;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use clap::Parser;
use contender::{Contender, Who};
use feed::{Chat, Feed, Irc, Rates};
use figures::Row;
use pty::Cores;
use sessions::Sessions;
use talk::Rooms;

/// Measures the terminal client.
#[derive(Parser)]
struct Options {
    /// Messages cached of the open room; all others have as many again, in all.
    #[arg(long, default_value_t = 1_000_000)]
    messages: u64,
    /// Rooms.
    #[arg(long, default_value_t = 500)]
    rooms: usize,
    /// Starts of each program.
    #[arg(long, default_value_t = 15)]
    starts: usize,
    /// Keys typed, idle and under load.
    #[arg(long, default_value_t = 300)]
    keys: usize,
    /// Seconds of idleness.
    #[arg(long, default_value_t = 60)]
    idle_secs: u64,
    /// Lines after which memory is looked at.
    #[arg(long, default_value_t = 100_000)]
    lines: u64,
    /// Only these parts: start, typing, load, arrival, idle, memory, million, rooms, paste.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Only this client, without its peers.
    #[arg(long)]
    alone: bool,
    /// Where the cache lies, and stays, to be used again.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// The core of the programs that are measured.
    #[arg(long, default_value_t = 1)]
    core: usize,
}

/// Lines a second of a busy day, in the open room and in all others.
const BUSY: Rates = Rates {
    open: 1000,
    others: 500,
};
const BUSY_HERE: Rates = Rates {
    open: 1000,
    others: 0,
};
/// Lines a second while memory fills.
const FILL: u32 = 5000;
/// Channels of the peers.
const CHANNELS: usize = 20;
const EPOCH: &str = "fake-1";

fn main() -> Result<()> {
    let options = Options::parse();
    let load = usize::from(options.core == 0);
    let cores = Cores {
        program: options.core,
        load,
    };
    // All that is started from here on is there as well.
    pty::settle_on(load);
    pty::go_first(std::process::id());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let _inside = runtime.enter();
    let began = Instant::now();
    let bench = Bench::prepare(options, cores, &runtime)?;
    let rows = bench.rows()?;
    say(&figures::table(&rows, &bench.with));
    for who in Who::ALL.into_iter().filter(|who| !bench.with.contains(who)) {
        say(&format!(
            "{} was not measured: it is not installed, or not asked for.",
            who.name()
        ));
    }
    note(&format!(
        "all of it took {:.0} s",
        began.elapsed().as_secs_f64()
    ));
    Ok(())
}

struct Bench {
    options: Options,
    cores: Cores,
    with: Vec<Who>,
    rooms: Rooms,
    // Directories of what is kept; the temporary one goes with the value.
    kept: PathBuf,
    _temporary: Option<tempfile::TempDir>,
    chat: Arc<Chat>,
}

impl Bench {
    fn prepare(options: Options, cores: Cores, runtime: &tokio::runtime::Runtime) -> Result<Self> {
        let temporary = match options.keep {
            Some(_) => None,
            None => Some(tempfile::TempDir::with_prefix("chat-terminal-bench-")?),
        };
        let kept = match (&options.keep, &temporary) {
            (Some(kept), _) => kept.clone(),
            (None, Some(temporary)) => temporary.path().to_owned(),
            (None, None) => std::env::temp_dir(),
        };
        let others = options.rooms.saturating_sub(1).max(1) as u64;
        let rooms = Rooms::new(
            options.rooms,
            options.messages,
            (options.messages / others / 5).max(1),
        );
        let with: Vec<Who> = Who::ALL
            .into_iter()
            .filter(|who| who.path().is_some())
            .filter(|who| *who == Who::Chat || !options.alone)
            .collect();
        let bench = Self {
            chat: Arc::new(runtime.block_on(Chat::start(rooms))?),
            options,
            cores,
            with,
            rooms,
            kept,
            _temporary: temporary,
        };
        bench.cached()?;
        Ok(bench)
    }

    /// Makes the cache under an address where nobody is, unless it is there.
    fn cached(&self) -> Result<()> {
        let home = contender::home(&self.kept, Who::Chat)?;
        let began = Instant::now();
        if !cache::directory(&home, NOBODY)?.cache().exists() {
            cache::fill(&home, NOBODY, self.rooms, EPOCH)?;
        }
        note(&format!(
            "the cache is there after {:.0} s",
            began.elapsed().as_secs_f64()
        ));
        Ok(())
    }

    /// A program with what it keeps, against its server.
    fn contender(&self, who: Who) -> Result<Contender> {
        let home = contender::home(&self.kept, who)?;
        let (server, feed): (_, Arc<dyn Feed>) = match who {
            Who::Chat => (self.chat.url(), Arc::clone(&self.chat) as _),
            Who::Irssi | Who::WeeChat => {
                let irc = Irc::start(CHANNELS)?;
                (irc.port().to_string(), Arc::new(irc))
            }
        };
        Ok(Contender {
            who,
            home,
            server,
            feed,
            rooms: self.rooms,
            cores: self.cores,
            keeps_all: false,
        })
    }

    /// The same while its server is not to be had.
    fn alone(&self, who: Who) -> Result<Contender> {
        let mut alone = self.contender(who)?;
        alone.server = match who {
            Who::Chat => NOBODY.to_owned(),
            Who::Irssi | Who::WeeChat => String::new(),
        };
        Ok(alone)
    }

    fn wants(&self, part: &str) -> bool {
        self.options.only.is_empty() || self.options.only.iter().any(|only| only == part)
    }

    fn rows(&self) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        if self.wants("start") {
            rows.extend(self.starts()?);
        }
        if self.wants("million") {
            rows.extend(ours::million(&self.alone(Who::Chat)?)?);
        }
        if [
            "typing", "load", "arrival", "rooms", "paste", "memory", "idle",
        ]
        .iter()
        .any(|part| self.wants(part))
        {
            self.move_cache()?;
        }
        if ["typing", "load", "arrival", "rooms", "paste", "memory"]
            .iter()
            .any(|part| self.wants(part))
        {
            let mut sessions = Sessions::new();
            for who in &self.with {
                sessions.measure(self, *who)?;
            }
            rows.extend(sessions.rows());
        }
        if self.wants("idle") {
            rows.push(self.idleness()?);
        }
        Ok(rows)
    }

    fn starts(&self) -> Result<Vec<Row>> {
        let mut frame = Row::new(
            "start to the first complete frame, server unreachable, median / slowest ms",
            &[40.0],
            &[25.0],
        );
        let mut key = Row::new(
            "start to the frame that has a key typed at once, median ms",
            &[50.0],
            &[],
        );
        for who in &self.with {
            note(&format!("starts of {}", who.name()));
            let (frames, keys) = measure::starts(&self.alone(*who)?, self.options.starts)?;
            frame.add(*who, vec![frames.median(), frames.most()]);
            key.add(*who, vec![keys.median()]);
        }
        Ok(vec![frame, key])
    }

    /// What was cached of nobody is from here on of the server that is there.
    fn move_cache(&self) -> Result<()> {
        let home = contender::home(&self.kept, Who::Chat)?;
        let directory = |url: &str| -> Result<PathBuf> {
            let cache = cache::directory(&home, url)?.cache();
            Ok(cache.parent().context("no directory")?.to_owned())
        };
        let (from, to) = (directory(NOBODY)?, directory(&self.chat.url())?);
        std::fs::create_dir_all(&to)?;
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                std::fs::copy(entry.path(), to.join(entry.file_name()))?;
            }
        }
        Ok(())
    }

    /// All of them at once: who does nothing is in nobody's way.
    fn idleness(&self) -> Result<Row> {
        let contenders: Vec<_> = self
            .with
            .iter()
            .map(|who| self.contender(*who))
            .collect::<Result<_>>()?;
        note("idleness");
        let (mut there, mut ptys) = (Vec::new(), Vec::new());
        for contender in &contenders {
            match contender.ready() {
                Ok(pty) => {
                    there.push(contender);
                    ptys.push(pty);
                }
                Err(e) => note(&format!("{}: {e}", contender.who.name())),
            }
        }
        measure::pause(3000);
        let secs = self.options.idle_secs;
        let used = measure::idleness(&ptys, secs)?;
        let mut row = Row::new(
            format!("{secs} s idle: CPU ms / bytes written"),
            &[8.0, 100.0],
            &[3.0],
        );
        for (contender, (cpu, bytes)) in there.into_iter().zip(used) {
            row.add(contender.who, vec![cpu, bytes]);
        }
        Ok(row)
    }
}

/// An address where nobody listens.
const NOBODY: &str = "ws://127.0.0.1:7/ws";

#[expect(clippy::print_stdout, reason = "a command for people")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "what it is at, for who waits")]
fn note(line: &str) {
    eprintln!("{line}");
}
