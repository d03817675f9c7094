//! Every size of terminal: snapshots, small screens, resizing.

use std::time::Duration;

use anyhow::{Result, ensure};
use chat_tests::client::Client;
use chat_tests::emulator::Emulator;
use chat_tests::screen::Screen;
use chat_tests::server::{Server, Setup};
use chat_tests::terminal::Key;
use chat_tests::user::User;
use chat_tests::{modes, process};

/// Behaviour 23, and what the screen looks like, as text. Times of the day are
/// taken out: they are the only thing that differs from run to run.
#[tokio::test]
async fn the_screen_at_each_size() -> Result<()> {
    for (width, height) in [(100, 30), (80, 24), (40, 12), (20, 6)] {
        let server = Setup::without_rates().start().await?;
        populate(&server).await?;
        let mut ada = User::new(server.url(), "ada")?
            .size(width, height)
            .entered()
            .await?;
        ada.settled().await?;
        ada.type_text("a draft")?;
        ada.wait_for("a draft").await?;
        let screen = ada.settled().await?;
        insta::assert_snapshot!(format!("screen_{width}x{height}"), stable(&screen));
        ada.press(Key::Ctrl('u'))?;
        ada.quit().await?;
        ada.terminal()?.restored().await?;
    }
    Ok(())
}

/// Behaviour 23.
#[tokio::test]
async fn a_terminal_too_small_says_so_and_growing_restores_all() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    populate(&server).await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    let before = ada.settled().await?;
    for (width, height) in [(20, 6), (12, 3), (1, 1), (5, 2)] {
        ada.terminal()?.resize(width, height)?;
        ada.wait_until("the new size", |screen| screen.size() == (width, height))
            .await?;
        let screen = ada.settled().await?;
        if (width, height) == (20, 6) {
            ensure!(screen.shows("newest"), "the newest message: {screen}");
        } else if width >= 12 {
            let words = screen.text().to_lowercase().replace('\n', " ");
            ensure!(words.contains("too small"), "{screen}");
        }
    }
    ada.terminal()?.resize(100, 30)?;
    ada.wait_for("newest").await?;
    let after = ada.settled().await?;
    assert_eq!(stable(&after), stable(&before));
    ada.quit().await
}

/// Behaviour 22.
#[tokio::test]
async fn a_storm_of_sizes_ends_in_the_frame_that_a_fresh_draw_gives() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    populate(&server).await?;
    let mut bob = Client::enter(server.address(), "stormy").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.type_text("draft in a storm")?;
    ada.wait_for("draft in a storm").await?;
    let resident = process::resident_kib(ada.terminal()?.pid())?;
    ada.press(Key::Ctrl('k'))?;
    for n in 0..300u16 {
        let (width, height) = (10 + n * 37 % 290, 3 + n * 23 % 87);
        ada.terminal()?.resize(width, height)?;
        if n % 10 == 0 {
            bob.send("lobby", &format!("storm-{n}"), &n.to_string())
                .await?;
        }
        // Ten seconds in all, as the promise says.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    ada.press(Key::Esc)?;
    ada.terminal()?.resize(90, 28)?;
    ada.wait_for("storm-290").await?;
    ada.wait_for("draft in a storm").await?;
    let stormy = ada.settled().await?;
    ada.press(Key::Ctrl('l'))?;
    let fresh = ada.settled().await?;
    assert_eq!(stormy.text(), fresh.text());
    assert_eq!(stormy.look(), fresh.look());
    let now = process::resident_kib(ada.terminal()?.pid())?;
    ensure!(
        now < resident + 20_000,
        "{resident} KiB before, {now} after"
    );
    Ok(())
}

/// Behaviour 22: what is read further up stays through it, and at no moment is
/// there nothing to see.
#[tokio::test]
async fn a_storm_of_sizes_keeps_the_place_and_shows_no_blank_frame() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "stormy").await?;
    for n in 0..200 {
        let text = format!("line-{n:03} is here");
        bob.send("lobby", &text, &n.to_string()).await?;
    }
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.wait_for("line-199").await?;
    for _ in 0..3 {
        ada.press(Key::PageUp)?;
        ada.settled().await?;
    }
    ada.type_text("draft in a storm")?;
    ada.wait_for("draft in a storm").await?;
    let before = ada.settled().await?;
    for n in 0..300u16 {
        let (width, height) = (10 + n * 37 % 290, 3 + n * 23 % 87);
        let terminal = ada.terminal()?;
        if n % 3 == 0 {
            terminal
                .redrawn(|terminal| terminal.resize(width, height))
                .await?;
            let said = format!("storm-{n}");
            bob.send("lobby", &said, &said).await?;
        } else {
            terminal.resize(width, height)?;
        }
    }
    let (width, height) = before.size();
    let terminal = ada.terminal()?;
    terminal
        .redrawn(|terminal| terminal.resize(width, height))
        .await?;
    ada.wait_for("100 new").await?;
    let after = ada.settled().await?;
    let lines = |screen: &Screen| {
        let rows = screen.rows().into_iter();
        rows.filter(|row| row.contains("is here"))
            .collect::<Vec<_>>()
    };
    assert_eq!(lines(&before), lines(&after), "{before}{after}");
    ensure!(after.shows("draft in a storm"), "{after}");

    let mut emulator = Emulator::new(300, 90)?;
    for frame in modes::frames(&ada.terminal()?.log()) {
        emulator.take(frame);
        let shown = emulator.screen().contents();
        ensure!(
            !shown.trim().is_empty(),
            "a blank frame: {:?}",
            String::from_utf8_lossy(frame)
        );
    }
    Ok(())
}

/// A few people and messages, the same each time.
async fn populate(server: &Server) -> Result<()> {
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut eve = Client::enter(server.address(), "Ève").await?;
    bob.join("dev").await?;
    bob.join("music").await?;
    bob.send("lobby", "good morning", "1").await?;
    eve.send("lobby", "morning! did the build pass? I left a long text here so that it has to be wrapped on most screens", "1").await?;
    let answer =
        serde_json::json!({ "type": "send", "room": "lobby", "text": "it did", "reply_to": 2 });
    bob.ask("sent", answer).await?;
    bob.send("lobby", "two lines\nof text", "2").await?;
    eve.send("lobby", "한글 and 👍", "2").await?;
    bob.send("lobby", "the newest one", "3").await?;
    Ok(())
}

/// The screen without what depends on when it is looked at.
fn stable(screen: &Screen) -> String {
    let mut text: Vec<char> = screen.text().chars().collect();
    let is = |c: Option<&char>, digit: bool| {
        c.is_some_and(|c| c.is_ascii_digit() == digit && (digit || *c == ':'))
    };
    for at in 0..text.len() {
        let clock = (0..5).all(|offset| is(text.get(at + offset), offset != 2));
        if clock {
            for offset in [0, 1, 3, 4] {
                text[at + offset] = '0';
            }
        }
    }
    let text: String = text.into_iter().collect();
    text.lines()
        .map(|line| {
            if is_day(line) {
                "(the day)".to_owned()
            } else {
                line.to_owned()
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// A line with a weekday or a month: it names the day of the run.
fn is_day(line: &str) -> bool {
    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "oday"]
        .iter()
        .any(|day| line.contains(day) && line.contains('─'))
}
