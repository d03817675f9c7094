//! What one needs when something is wrong: the log, which tells what happened
//! and no secret, and the figures on the screen.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use chat_tests::command;
use chat_tests::fake::{self, Fake};
use chat_tests::home::find;
use chat_tests::server::Server;
use chat_tests::terminal::{Key, Program, Terminal, home};
use chat_tests::wait;

const PASSWORD: &str = "correct horse";
const SAID: &str = "words that are nobody else's business";
const F12: &[u8] = b"\x1b[24~";

/// Behaviour 20: unknown and broken frames leave a note, and nothing else happens.
#[tokio::test]
async fn frames_that_can_t_be_read_are_noted_in_the_log() -> Result<()> {
    let server = Fake::start(fake::greeting(), fake::usual).await?;
    let home = home()?;
    let ada = client(home.path(), &server.url(), &[])?.start()?;
    ada.wait_for("message #lobby").await?;
    server.push(r#"{"type":"later-kind","x":1}"#);
    server.push("no JSON at all");
    server.push(r#"{"type":"message","room":7,"text":"a text that could not be read"}"#);
    let log = home.path().join(".local/state/chat-tui/chat-tui.log");
    for words in [
        "INFO  ",
        "link: connecting to ws://",
        "link: live",
        "WARN  ",
        "in  later-kind 27 bytes that could not be read",
        "in  (none) 14 bytes that could not be read",
        "in  message",
    ] {
        wait_logged(&log, words).await?;
    }
    let text = std::fs::read_to_string(&log)?;
    ensure!(!text.contains("a text that"), "{text}");
    ensure!(
        !text.contains("out hello"),
        "frames only when asked: {text}"
    );
    drop(server);
    wait_logged(&log, "attempt 1 failed, the next in ").await?;
    Ok(())
}

/// Line by line there is a log as well, and the figures are told when asked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn line_by_line_the_figures_are_told_and_the_log_is_kept() -> Result<()> {
    let server = Server::start().await?;
    let home = home()?;
    let (url, log) = (server.url(), home.path().join("own.log"));
    let args = [
        "--linear",
        "--debug",
        "--log",
        path(&log)?,
        "--log-level",
        "debug",
    ];
    let args = [&args[..], &[&url, "--name", "ada"]].concat();
    let told = command::run(home.path(), &args, &format!("{SAID}\n/debug\n")).await?;
    ensure!(told.status.success(), "{told:?}");
    let told = String::from_utf8(told.stdout)?;
    let rows = |about: &str| told.matches(&format!("\n-- {about}: ")).count();
    ensure!(
        rows("link") > 2 && rows("cache") == 2,
        "at the start, and when asked: {told}"
    );
    ensure!(rows("last") > 2 && rows("drawing") == 0, "{told}");
    ensure!(told.contains("-- out: 1 hello, "), "{told}");
    for words in ["link: live", "out hello", "out send", "in  sent"] {
        wait_logged(&log, words).await?;
    }
    ensure!(!std::fs::read_to_string(&log)?.contains(SAID));
    Ok(())
}

/// Behaviour 20: what no server says, and as much of one word as a frame holds.
#[tokio::test]
async fn a_binary_frame_and_a_word_of_sixty_kilobytes_stop_nothing() -> Result<()> {
    let server = Fake::start(fake::greeting(), fake::usual).await?;
    let home = home()?;
    let mut ada = client(home.path(), &server.url(), &[])?.start()?;
    ada.wait_for("message #lobby").await?;
    server.push_binary(vec![0; 300]);
    let log = home.path().join(".local/state/chat-tui/chat-tui.log");
    wait_logged(&log, "a binary frame of 300 bytes came").await?;
    let word = "word".repeat(15_000);
    let said = |seq: u64, text: &str| {
        format!(
            r#"{{"type":"message","room":"lobby","seq":{seq},"at":"2026-11-22T05:00:00.123Z",
                "author":"eve","text":"{text}","later":{{"x":[1]}}}}"#
        )
    };
    server.push(said(1, &format!("begun-{word}-ended")));
    let screen = ada.wait_for("word-ended").await?;
    screen.straight()?;
    for (key, edge) in [(Key::CtrlHome, "begun-word"), (Key::CtrlEnd, "word-ended")] {
        ada.press(key)?;
        ada.wait_for(edge).await?.straight()?;
    }
    server.push(said(2, r"half of a pair: \ud83d"));
    wait_logged(&log, "in  message").await?;
    server.push(said(3, "and on it goes"));
    ada.wait_for("and on it goes").await?;
    let text = std::fs::read_to_string(&log)?;
    ensure!(
        text.matches("link: live").count() == 1,
        "one connection: {text}"
    );
    Ok(())
}

#[tokio::test]
async fn the_log_tells_frames_but_no_secret_and_texts_only_when_asked() -> Result<()> {
    let server = Server::start().await?;
    let home = home()?;
    let log = home.path().join("own.log");
    let to_log = ["--log", path(&log)?, "--log-level", "debug"];
    let mut ada = client(home.path(), &server.url(), &to_log)?.start()?;
    ada.wait_for("message #lobby").await?;
    ada.enter(SAID).await?;
    wait_logged(&log, "out send").await?;
    wait_logged(&log, "in  sent").await?;
    ada.enter("/register").await?;
    secret(&mut ada, "choose a password").await?;
    secret(&mut ada, "the same once more").await?;
    ada.wait_for("ada is yours now").await?;
    wait_logged(&log, "out register").await?;
    let token = std::fs::read_to_string(find(home.path(), "token").context("no token")?)?;
    let plain = std::fs::read_to_string(&log)?;
    for (what, words) in [
        ("text", SAID),
        ("token", token.trim()),
        ("password", PASSWORD),
    ] {
        ensure!(!plain.contains(words), "the {what} is in the log:\n{plain}");
    }
    let mode = log.metadata()?.permissions().mode() & 0o777;
    ensure!(mode == 0o600, "{mode:o}");
    ada.kill9()?;

    let all = [&to_log[..], &["--log-texts"]].concat();
    let mut ada = client(home.path(), &server.url(), &all)?.start()?;
    ada.wait_for("online").await?;
    ada.enter(&format!("{SAID} again")).await?;
    wait_logged(&log, &format!("{SAID} again")).await?;
    let texts = std::fs::read_to_string(&log)?;
    ensure!(texts.contains("out hello"), "{texts}");
    for (what, words) in [("token", token.trim()), ("password", PASSWORD)] {
        ensure!(!texts.contains(words), "the {what} is in the log:\n{texts}");
    }
    Ok(())
}

#[tokio::test]
async fn the_figures_are_shown_and_renewed_while_one_goes_on() -> Result<()> {
    let server = Server::start().await?;
    let home = home()?;
    let mut ada = client(home.path(), &server.url(), &["--debug"])?.start()?;
    ada.wait_for("debug, F12 closes").await?;
    ada.wait_for("connection 1 since the start").await?;
    // The server is asked each second, so that there is always an answer.
    ada.wait_until("a second ping", wait::SOON, |screen| {
        screen
            .rows()
            .iter()
            .any(|row| row.contains(" ping,") && !row.contains(" 1 ping,"))
    })
    .await?;
    ada.enter("typed beside it").await?;
    ada.wait_until("it to be counted", wait::SOON, |screen| {
        screen.shows("1 send,")
    })
    .await?;
    ada.send_bytes(F12)?;
    ada.wait_gone("debug, F12 closes").await?;
    ada.enter("/debug").await?;
    ada.wait_for("debug, F12 closes").await?;
    Ok(())
}

#[tokio::test]
async fn a_log_that_can_t_be_written_is_told_to_whoever_named_it() -> Result<()> {
    let server = Server::start().await?;
    let home = home()?;
    let ada = client(home.path(), &server.url(), &["--log", "/proc/none/log"])?.start()?;
    ada.wait_for("no log in /proc/none/log").await?;
    ada.wait_for("message #lobby").await?;
    Ok(())
}

fn client(home: &Path, url: &str, args: &[&str]) -> Result<Program> {
    Ok(Program::client(home)?
        .args([url, "--name", "ada"])
        .args(args.iter().copied())
        .size(120, 40))
}

async fn secret(terminal: &mut Terminal, asked: &str) -> Result<()> {
    terminal.wait_for(asked).await?;
    terminal.type_text(PASSWORD)?;
    terminal.wait_for(&"*".repeat(PASSWORD.len())).await?;
    terminal.press(Key::Enter)
}

async fn wait_logged(log: &Path, words: &str) -> Result<()> {
    wait::until(&format!("{words:?} in the log"), wait::SOON, || {
        let text = std::fs::read_to_string(log).ok()?;
        text.contains(words).then_some(())
    })
    .await
    .with_context(|| std::fs::read_to_string(log).unwrap_or_default())
}

fn path(file: &Path) -> Result<&str> {
    file.to_str().context("a path in UTF-8")
}
