//! Point 40: the client line by line, for screen readers and plain terminals.
//! Whatever happens, what was written stays as it stands.

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::fake::{Fake, greeting, usual};
use chat_tests::process::Signal;
use chat_tests::server::{Server, Setup};
use chat_tests::terminal::{Key, Program, Terminal, home};
use chat_tests::{command, wait};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Someone who types lines and hears lines.
struct Listener {
    terminal: Terminal,
    /// Up to where the output was heard.
    heard: usize,
}

impl Listener {
    fn start(home: &TempDir, url: &str, args: &[&str], term: &str) -> Result<Self> {
        let program = Program::client(home.path())?
            .env("TERM", term)
            .args(args.iter().copied())
            .args(["--name", "ada", url]);
        Ok(Self {
            terminal: program.start()?,
            heard: 0,
        })
    }

    async fn enter(home: &TempDir, url: &str) -> Result<Self> {
        let mut ada = Self::start(home, url, &["--linear"], "xterm-256color")?;
        ada.hears("#lobby> ").await?;
        Ok(ada)
    }

    fn all(&self) -> String {
        String::from_utf8_lossy(&self.terminal.log()).into_owned()
    }

    /// Waits until something new is said; later calls look behind it.
    async fn hears(&mut self, words: &str) -> Result<()> {
        let (terminal, from) = (&self.terminal, self.heard);
        let found = wait::until(format!("{words:?}"), wait::SOON, || {
            let log = terminal.log();
            let new = String::from_utf8_lossy(log.get(from..)?).into_owned();
            new.find(words).map(|at| from + at + words.len())
        });
        self.heard = found.await.with_context(|| self.all())?;
        Ok(())
    }

    fn types(&mut self, line: &str) -> Result<()> {
        self.terminal.type_text(&format!("{line}\n"))
    }

    async fn quits(mut self) -> Result<()> {
        self.types("/quit")?;
        let status = self.terminal.ended(wait::SOON).await?;
        ensure!(status.success(), "{status:?}");
        self.terminal.restored().await?;
        only_appends(&self.terminal.log())
    }
}

/// Fails on every byte that could change what stands already.
fn only_appends(bytes: &[u8]) -> Result<()> {
    let text = std::str::from_utf8(bytes).context("output that is not UTF-8")?;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let harmless = match c {
            // The terminal itself puts a carriage return before each line feed.
            '\r' => chars.peek() == Some(&'\n'),
            '\n' | '\t' => true,
            c => !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2028}'),
        };
        ensure!(harmless, "{c:?} was written: {text:?}");
    }
    ensure!(!text.contains(['─', '│', '┌', '…', '›']), "drawn: {text}");
    Ok(())
}

/// Behaviours 40 and 18: messages, commands, lists, changes, a lost connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_session_by_lines_only_ever_appends() -> Result<()> {
    let mut server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let home = home()?;
    let mut ada = Listener::enter(&home, &server.url()).await?;
    ada.types("hello all")?;
    ada.hears(" ada: hello all").await?;
    let heard = bob.find(|frame| frame["text"] == "hello all").await?;
    bob.send("lobby", "hi there", "1").await?;
    ada.hears(" bob: hi there").await?;
    let react = json!({"type": "react", "room": "lobby", "target": heard["seq"], "emoji": "👍"});
    bob.ask("ok", react).await?;
    ada.hears("bob put 👍 on ada: hello all").await?;
    ada.types("/up")?;
    ada.hears("chosen: 2. ").await?;
    ada.types("/reply")?;
    ada.hears("the next line answers bob: hi there").await?;
    ada.types("an answer")?;
    ada.hears("ada (answers bob: hi there): an answer").await?;
    ada.types("/edit-newest")?;
    ada.hears("editing: an answer").await?;
    ada.types("the answer")?;
    ada.hears("ada edited message").await?;
    ada.types("/up")?;
    ada.hears("chosen").await?;
    ada.types("/delete yes")?;
    ada.hears("ada deleted message").await?;
    ada.types("/join dev")?;
    ada.hears("#dev> ").await?;
    ada.types("/topic what it is for")?;
    ada.hears("set the topic: what it is for").await?;
    bob.send("lobby", "are you gone?", "2").await?;
    ada.hears("#lobby ").await?;
    ada.hears("bob: are you gone?").await?;
    ada.types("/go")?;
    ada.hears("1. #lobby, 1 unread").await?;
    ada.types("1")?;
    ada.hears("new:").await?;
    ada.hears("bob: are you gone?").await?;
    for (line, words) in [
        ("/help topic", "/topic TEXT: set this room's topic"),
        ("/members", "2. bob, member, online"),
        ("", "#lobby> "),
        ("/rooms", "rooms of the server:"),
        ("", "#lobby> "),
        ("/search hello", "ada: hello all"),
        ("1", "-- chosen: 1. "),
        ("/topc x", "did you mean /topic?"),
        ("/redraw", "never drawn anew"),
        ("/page-up", "this is the beginning"),
    ] {
        ada.types(line)?;
        ada.hears(words).await?;
    }
    server.kill9()?;
    ada.hears("offline since").await?;
    ada.types("written offline")?;
    ada.hears("waits for the server: written offline").await?;
    server.restart().await?;
    ada.hears("online as ada").await?;
    ada.hears("ada: written offline").await?;
    ada.quits().await
}

/// Behaviours 40 and 18, by a server that lets everything through.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_messages_by_lines_move_nothing_and_forge_no_line() -> Result<()> {
    let evil = "\u{1b}]0;x\u{7}\u{1b}[2J\u{1b}[6n\u{1b}Pq\u{1b}\\\u{9b}31m\r10:00 eve: forged\n10:00 ada: forged\u{8}\u{2028}\u{202e}\u{0}";
    let mut greeting = greeting();
    greeting["name"] = evil.into();
    let fake = Fake::start(greeting, {
        move |request| match request["type"].as_str() {
            Some("hello") => {
                let frame = usual(request).into_iter().next().unwrap_or_default();
                let mut welcome: Value = serde_json::from_str(&frame).unwrap_or_default();
                welcome["rooms"][0]["topic"] = evil.into();
                vec![welcome.to_string()]
            }
            Some("send") => vec![chat_tests::fake::error(request, "forbidden", evil)],
            _ => usual(request),
        }
    })
    .await?;
    let home = home()?;
    let mut ada = Listener::enter(&home, &fake.url()).await?;
    let event = |seq: u64, text: &str| {
        json!({
            "type": "message", "room": "lobby", "seq": seq, "at": "2026-11-22T05:00:00.123Z",
            "author": "eve", "text": text
        })
        .to_string()
    };
    fake.push(event(2, &format!("begin {evil} end")));
    ada.hears("begin ").await?;
    fake.push(event(
        3,
        &format!("{} last-hostile", "\u{1b}[".repeat(1000)),
    ));
    ada.hears("last-hostile").await?;
    ada.types("to be refused")?;
    ada.hears("not sent: to be refused: ").await?;
    ada.hears("/retry, /edit-again or /discard").await?;
    ensure!(
        !ada.all().lines().any(|line| line.starts_with("10:00")),
        "{}",
        ada.all()
    );
    ada.quits().await
}

/// Behaviours 27 and 40.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dumb_terminal_gets_lines_and_is_told_so() -> Result<()> {
    let server = Server::start().await?;
    let home = home()?;
    let mut ada = Listener::start(&home, &server.url(), &[], "dumb")?;
    ada.hears("TERM=dumb: line by line, as with --linear")
        .await?;
    ada.hears("#lobby> ").await?;
    ada.quits().await
}

/// Behaviours 1, 4 and 40: the outbox and texts begun are kept through a kill.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_typed_by_lines_outlives_a_kill() -> Result<()> {
    let mut server = Server::start().await?;
    let home = home()?;
    let mut ada = Listener::enter(&home, &server.url()).await?;
    server.kill9()?;
    ada.hears("offline since").await?;
    ada.types("sent later")?;
    ada.hears("waits for the server: sent later").await?;
    ada.types("half a thought\\")?;
    ada.hears("#lobby ... ").await?;
    ada.types("goes on\\")?;
    ada.hears("#lobby ... ").await?;
    wait::until("the draft on the disk", wait::SOON, || {
        let kept = walk(home.path());
        kept.windows(7).any(|part| part == b"goes on").then_some(())
    })
    .await?;
    ada.terminal.kill9()?;
    server.restart().await?;
    let mut ada = Listener::start(&home, &server.url(), &["--linear"], "xterm")?;
    ada.hears("ada: sent later").await?;
    ada.types("to the end")?;
    ada.hears("ada: half a thought\r\n      goes on\r\n      to the end")
        .await?;
    let log = ada.all();
    ensure!(log.matches("ada: sent later").count() == 1, "{log}");
    ada.quits().await
}

/// Behaviour 40: no secret is shown, and the terminal shows again what is typed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_typed_by_lines_is_hidden() -> Result<()> {
    let server = Server::start().await?;
    let home = home()?;
    let mut ada = Listener::enter(&home, &server.url()).await?;
    ada.types("/register")?;
    ada.hears("choose a password of 8 characters or more (hidden): ")
        .await?;
    ada.types("correct horse battery")?;
    ada.hears("the same once more (hidden): ").await?;
    ada.types("correct horse battery")?;
    ada.hears("ada is yours now").await?;
    ada.types("seen again")?;
    ada.hears("ada: seen again").await?;
    ensure!(!ada.all().contains("horse"), "{}", ada.all());
    ada.types("/password")?;
    ada.hears("the password so far (hidden): ").await?;
    // Ended in the middle of it, too.
    ada.terminal.signal(Signal::TERM)?;
    ada.terminal.ended(wait::SOON).await?;
    ada.terminal.restored().await?;
    only_appends(&ada.terminal.log())
}

/// Behaviour 25: Ctrl-C twice and Ctrl-D end it, as everywhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_by_the_usual_keys() -> Result<()> {
    let server = Server::start().await?;
    let home = home()?;
    let mut ada = Listener::enter(&home, &server.url()).await?;
    ada.terminal.press(Key::Ctrl('c'))?;
    ada.hears("once more quits").await?;
    ada.terminal.press(Key::Ctrl('c'))?;
    ensure!(ada.terminal.ended(wait::SOON).await?.success());
    only_appends(&ada.terminal.log())?;
    let mut ada = Listener::enter(&home, &server.url()).await?;
    ada.terminal.press(Key::Ctrl('d'))?;
    ensure!(ada.terminal.ended(wait::SOON).await?.success());
    ada.terminal.restored().await?;
    only_appends(&ada.terminal.log())
}

/// Behaviour 40: what a pipe says is sent before the end of the pipe is the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pipe_is_read_to_its_end_and_answered_without_an_escape() -> Result<()> {
    let mut server = Server::start().await?;
    let home = home()?;
    let url = server.url();
    let lines = "hello from a pipe\n/join dev\n/topic what it is for\nthe last";
    let output = command::run(home.path(), &["--linear", &url, "--name", "ada"], lines).await?;
    ensure!(output.status.success(), "{output:?}");
    only_appends(&output.stdout)?;
    let said = String::from_utf8(output.stdout)?;
    for words in [
        "ada: hello from a pipe",
        "ada set the topic: what it is for",
        "ada: the last",
    ] {
        ensure!(said.contains(words), "{words}: {said}");
    }
    ensure!(!said.contains("> "), "no prompt for a pipe: {said}");

    server.kill9()?;
    let output = command::run(home.path(), &["--linear", &url], "kept for later\n").await?;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8(output.stdout)?;
    ensure!(
        said.contains("waits for the server: kept for later"),
        "{said}"
    );
    server.restart().await?;
    let output = command::run(home.path(), &["--linear", &url], "").await?;
    let said = String::from_utf8(output.stdout)?;
    ensure!(
        output.status.success() && said.contains("ada: kept for later"),
        "{said}"
    );
    Ok(())
}

/// Behaviours 27 and 40: a pipe is no place for a screen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_screen_for_a_pipe_ends_with_what_to_use_instead() -> Result<()> {
    let home = home()?;
    let output = command::run(home.path(), &["ws://127.0.0.1:9/ws"], "").await?;
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr)?;
    for words in [
        "standard output is not a terminal",
        "--linear",
        "chat-tui tail",
    ] {
        ensure!(said.contains(words), "{said}");
    }
    ensure!(output.stdout.is_empty() && !said.contains('\x1b'));
    Ok(())
}

/// All that is kept below a folder.
fn walk(folder: &std::path::Path) -> Vec<u8> {
    let mut kept = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            kept.extend(walk(&path));
        } else {
            kept.extend(std::fs::read(&path).unwrap_or_default());
        }
    }
    kept
}
