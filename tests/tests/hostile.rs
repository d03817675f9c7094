//! Hostile text: what others send reaches the terminal as text, never as an order.

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::fake::{Fake, error, greeting, usual};
use chat_tests::screen::Screen;
use chat_tests::server::{Server, Setup};
use chat_tests::terminal::Key;
use chat_tests::user::User;
use serde_json::json;

/// What no output of the client may hold, whoever sent what.
const ORDERS: &[&str] = &[
    "\x1b]0;",
    "\x1b]52;c;",
    "\x1b[6n",
    "\x1bPq",
    "\u{9b}31m",
    "\u{202e}",
    "\u{2066}",
    "\u{2028}",
    "\x1b[31mevil",
];

/// Behaviour 18, by a server that lets everything through.
#[tokio::test]
async fn no_escape_sequence_of_any_text_reaches_the_terminal() -> Result<()> {
    let evil = "\u{1b}]0;x\u{7}\u{1b}]52;c;eA==\u{7}\u{1b}[6n\u{1b}Pq\u{1b}\\\u{9b}31m\u{7}\r\u{8}\u{2028}\u{202e}\u{1b}[31mevil";
    let mut greeting = greeting();
    greeting["name"] = evil.into();
    let fake = Fake::start(greeting, {
        move |request| match request["type"].as_str() {
            Some("hello") => {
                let mut welcome: serde_json::Value =
                    serde_json::from_str(&usual(request)[0]).unwrap_or_default();
                welcome["rooms"][0]["topic"] = evil.into();
                welcome["rooms"][0]["head"] = 1.into();
                vec![welcome.to_string()]
            }
            Some("send") => vec![error(request, "forbidden", evil)],
            _ => usual(request),
        }
    })
    .await?;
    let mut ada = User::enter(fake.url(), "ada").await?;
    ada.settled().await?;
    let event = |seq: u64, text: &str| {
        json!({
            "type": "message", "room": "lobby", "seq": seq, "at": "2026-11-22T05:00:00.123Z",
            "author": "eve", "text": text, "guest": true
        })
        .to_string()
    };
    fake.push(event(2, &format!("begin {evil} end")));
    let long = "\u{1b}[".repeat(1000);
    fake.push(event(3, &format!("{long} last-hostile")));
    ada.wait_for("last-hostile").await?;
    ada.say("to be refused").await?;
    ada.wait_for("✗").await?;
    let screen = ada.settled().await?;
    ensure!(
        screen.shows("begin") || screen.shows("last-hostile"),
        "{screen}"
    );
    check_log(&mut ada)?;
    ada.quit().await?;
    check_log(&mut ada)
}

/// Behaviour 18, through a real server: what its rules let through.
#[tokio::test]
async fn overrides_and_invisibles_are_shown_as_marks() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    for (n, text) in [
        "abc\u{202e}dcba",
        "open\u{2067}isolate",
        "zero\u{200b}width",
        "sep\u{2028}arator",
        "tag\u{e0041}s",
        "soft\u{ad}hyphen",
    ]
    .into_iter()
    .enumerate()
    {
        bob.send("lobby", text, &n.to_string()).await?;
    }
    bob.send("lobby", "all-said", "all").await?;
    let screen = ada.wait_for("all-said").await?;
    for start in ["abc", "open", "zero", "sep", "tag", "soft"] {
        let row = screen.rows().into_iter().find(|row| row.contains(start));
        let row = row.with_context(|| format!("{start}: {screen}"))?;
        let (_, after) = row.split_once(start).context("found above")?;
        ensure!(
            after
                .chars()
                .next()
                .is_some_and(|mark| !mark.is_alphanumeric()),
            "a mark after {start}: {row}"
        );
    }
    check_log(&mut ada)?;
    ada.quit().await
}

/// Behaviour 21: the border stays straight whatever stands beside it.
#[tokio::test]
async fn borders_stay_straight_beside_every_cluster_at_every_width() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    let stack = format!("Z{}", "\u{351}".repeat(80));
    let text = format!("👩‍👩‍👧‍👦 ❤️ 🇦🇺 ✔️ e\u{301} 한글 ｈ ﷽ {stack} ");
    for n in 0..6 {
        bob.send("lobby", &format!("{n}{}", text.repeat(4)), &n.to_string())
            .await?;
    }
    bob.send("lobby", "clusters-said", "end").await?;
    ada.wait_for("clusters-said").await?;
    for width in (20..=100).rev().step_by(7) {
        ada.terminal()?.resize(width, 30)?;
        ada.wait_until("the new width", |screen| screen.size().0 == width)
            .await?;
        let screen = ada.settled().await?;
        straight(&screen)?;
    }
    Ok(())
}

/// Where a row has the side list's border, all rows of the body have it there.
fn straight(screen: &Screen) -> Result<()> {
    let columns: Vec<_> = screen
        .places_of("│")
        .into_iter()
        .map(|place| place.column)
        .collect();
    let Some(most) = columns.first() else {
        return Ok(());
    };
    ensure!(
        columns.iter().all(|column| column == most),
        "{columns:?}: {screen}"
    );
    Ok(())
}

fn check_log(user: &mut User) -> Result<()> {
    let log = user.terminal()?.log();
    let log = String::from_utf8_lossy(&log);
    for order in ORDERS {
        ensure!(!log.contains(order), "{order:?} reached the terminal");
    }
    Ok(())
}

/// Behaviour 17: a text that looks like the end of its own paste, with keys
/// behind it, is text.
#[tokio::test]
async fn a_pasted_text_that_holds_the_end_of_a_paste_runs_nothing() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    let terminal = ada.terminal()?;
    let before = terminal.log().len();
    terminal.paste("one\x1b[201~/quit\r\x18\x03 \0 \x1b]0;stolen\x07 two")?;
    let screen = ada.wait_for("two").await?;
    ensure!(
        screen.shows("one␛[201~/quit") && screen.shows("␀ ␛]0;stolen␇ two"),
        "{screen}"
    );
    let log = ada.terminal()?.log();
    let drawn = String::from_utf8_lossy(&log[before..]);
    ensure!(!drawn.contains("\x1b]0;stolen") && !drawn.contains('\0'));
    // Nor is it sent as it is; what is written is kept.
    ada.press(Key::Enter)?;
    let screen = ada.wait_for("may not have the character").await?;
    ensure!(screen.shows("one␛[201~/quit"), "{screen}");
    ada.press(Key::Ctrl('x'))?;
    ada.type_text("z")?;
    ada.say("still here").await?;
    assert_eq!(bob.event("lobby").await?["text"], "still here");
    Ok(())
}
