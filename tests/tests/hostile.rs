//! Hostile text: what others send reaches the terminal as text, never as an order.

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::command::{self, Lines};
use chat_tests::fake::{Fake, error, greeting, usual};
use chat_tests::hostile::{self, NAME, NAME_SEEN};
use chat_tests::server::{Server, Setup};
use chat_tests::terminal::{Key, home};
use chat_tests::user::User;
use serde_json::{Value, json};

/// Behaviour 18, by a server that lets everything through.
#[tokio::test]
async fn no_escape_sequence_of_any_text_reaches_the_terminal() -> Result<()> {
    let evil = hostile::TEXT;
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
    hostile::steers_nothing(&ada.terminal()?.log())?;
    ada.quit().await?;
    hostile::steers_nothing(&ada.terminal()?.log())
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
    hostile::steers_nothing(&ada.terminal()?.log())?;
    ada.quit().await
}

/// Behaviour 18: as much of one hostile thing as a text can hold is seen, and
/// stops nothing.
#[tokio::test]
async fn a_hundred_kilobytes_of_escapes_are_seen_and_stop_nothing() -> Result<()> {
    let fake = Fake::start(greeting(), usual).await?;
    let mut ada = User::enter(fake.url(), "ada").await?;
    ada.settled().await?;
    let flood = "\u{1b}[".repeat(50_000);
    fake.push(said(1, "eve", &format!("{flood} the end of it")));
    let screen = ada.wait_for("the end of it").await?;
    ensure!(screen.shows("␛[␛[␛["), "{screen}");
    screen.straight()?;
    ada.type_text("alive")?;
    ada.wait_for("alive").await?;
    ada.press(Key::PageUp)?;
    ada.settled().await?.straight()?;
    let log = ada.terminal()?.log();
    hostile::steers_nothing(&log)?;
    ensure!(!String::from_utf8_lossy(&log).contains("\u{1b}[\u{1b}["));
    Ok(())
}

/// Behaviour 18: names of people, rooms, webhooks and servers, wherever they
/// stand, by a server that lets through all that a frame can hold.
#[tokio::test]
async fn names_of_others_are_seen_as_they_are_in_every_place() -> Result<()> {
    let fake = Fake::start(greeting(), lies).await?;
    let mut ada = User::new(fake.url(), "ada")?
        .env("TERM_PROGRAM", "WezTerm")
        .entered()
        .await?;
    let title = format!("\x1b]2;{NAME_SEEN}\x1b\\");
    ada.terminal()?.wait_written(0, &title).await?;
    ada.settled().await?.straight()?;
    ada.press(Key::Alt('2'))?;
    ada.wait_open("lobby").await?;
    let mut hook: Value = serde_json::from_str(&said(1, NAME, hostile::TEXT))?;
    hook["hook"] = true.into();
    for news in [
        hook,
        json!({
            "type": "member", "room": "lobby", "seq": 2, "at": AT, "author": NAME, "user": NAME,
            "change": "kicked", "reason": hostile::TEXT
        }),
        json!({ "type": "presence", "user": NAME, "online": true, "room": "lobby", "member": true }),
        json!({ "type": "invited", "room": NAME, "by": NAME }),
        json!({ "type": "typing", "room": "lobby", "user": NAME }),
    ] {
        fake.push(news.to_string());
    }
    let shown = |what: &str| what.replace(NAME, NAME_SEEN);
    for words in [format!("removed {NAME}"), format!("{NAME} is typing")] {
        ada.wait_for(&shown(&words)).await?;
    }

    // A note lies over what else there is, and goes away by itself.
    ada.wait_gone("invites you").await?;
    // Lists: where one may go, who is here, what was found, what names one.
    for (command, words) in [
        ("/go", "#e"),
        ("/rooms", "a topic"),
        ("/members", NAME),
        ("/search hostile", "found"),
    ] {
        ada.terminal()?.enter(command).await?;
        ada.wait_for(&shown(words)).await?;
        ada.settled().await?.straight()?;
        ada.press(Key::Esc)?;
        ada.settled().await?;
    }
    ada.press(Key::Up)?;
    ada.wait_for("r answer").await?;
    ada.type_text("i")?;
    ada.wait_for("(webhook)").await?;
    ada.press(Key::Esc)?;

    ada.press(Key::FocusOut)?;
    ada.settled().await?;
    fake.push(said(3, NAME, &format!("@ada {}", hostile::TEXT)));
    let told = format!("\x1b]777;notify;{NAME_SEEN} in #lobby;@ada ␛]0;x␇");
    ada.terminal()?.wait_written(0, &told).await?;
    hostile::steers_nothing(&ada.terminal()?.log())?;
    ada.quit().await?;
    hostile::steers_nothing(&ada.terminal()?.log())
}

/// Behaviours 18 and 40: commands write for terminals too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_others_steers_a_terminal_through_a_command() -> Result<()> {
    let mut greeting = greeting();
    greeting["name"] = hostile::TEXT.into();
    let fake = Fake::start(greeting, lies).await?;
    let (home, url) = (home()?, fake.url());
    let with_server = ["--server", &url, "--name", "cli"];
    for words in [
        &["history", "lobby"][..],
        &["rooms"],
        &["members", "lobby"],
        &["search", "hostile"],
        &["export", "lobby"],
    ] {
        for json in [&[][..], &["--json"]] {
            let words = [words, json, &with_server].concat();
            let ran = command::run(home.path(), &words, "").await?;
            ensure!(ran.status.success(), "{words:?}: {ran:?}");
            ensure!(
                !ran.stdout.is_empty() && !ran.stdout.contains(&0x1b),
                "{words:?}"
            );
            hostile::steers_nothing(&ran.stdout)?;
        }
    }
    for json in [&[][..], &["--json"]] {
        let words = [&["tail", "lobby"], json, &with_server].concat();
        let mut tail = command::spawn(home.path(), &words)?;
        let mut lines = Lines::of(&mut tail)?;
        lines.next_with("of the past").await?;
        fake.push(said(2, NAME, &format!("{} and now", hostile::TEXT)));
        let line = lines.next_with("and now").await?;
        ensure!(!line.contains('\x1b'), "{line:?}");
        hostile::steers_nothing(line.as_bytes())?;
        tail.kill()?;
        tail.wait()?;
    }
    let words = [&["send", "lobby", "hello"][..], &with_server].concat();
    let refused = command::run(home.path(), &words, "").await?;
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr)?;
    ensure!(said.contains("no: ␛]0;x␇"), "{said}");
    hostile::steers_nothing(said.as_bytes())
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

const AT: &str = "2026-11-22T05:00:00.123Z";

/// A message in the lobby, as an event.
fn said(seq: u64, author: &str, text: &str) -> String {
    json!({
        "type": "message", "room": "lobby", "seq": seq, "at": AT, "author": author, "text": text
    })
    .to_string()
}

/// A server that has hostile names for all there is.
fn lies(request: &Value) -> Vec<String> {
    let id = &request["id"];
    let reply = match request["type"].as_str() {
        Some("hello") => {
            let mut welcome: Value = serde_json::from_str(&usual(request)[0]).unwrap_or_default();
            let mut room = welcome["rooms"][0].clone();
            room["room"] = NAME.into();
            room["topic"] = hostile::TEXT.into();
            if let Some(rooms) = welcome["rooms"].as_array_mut() {
                rooms.push(room);
            }
            welcome["invites"] = json!([{ "room": "other", "by": NAME }]);
            welcome
        }
        Some("members") => json!({
            "type": "members", "id": id, "room": request["room"], "total": 2, "more": false,
            "members": [{ "name": "ada", "role": "owner", "online": true },
                { "name": NAME, "role": "member", "online": true }]
        }),
        Some("rooms") => json!({
            "type": "rooms", "id": id, "more": false, "rooms": [{
                "room": NAME, "kind": "public", "topic": format!("a topic {}", hostile::TEXT),
                "members": 2, "head": 3
            }]
        }),
        Some("search") => {
            let hit: Value =
                serde_json::from_str(&said(1, NAME, &format!("found {}", hostile::TEXT)))
                    .unwrap_or_default();
            json!({ "type": "found", "id": id, "hits": [hit], "more": false })
        }
        Some("history") => {
            let text = format!("{} of the past", hostile::TEXT);
            let past: Value = serde_json::from_str(&said(1, NAME, &text)).unwrap_or_default();
            json!({
                "type": "history", "id": id, "room": request["room"], "events": [past],
                "first": 1, "head": 1, "more_before": false, "more_after": false
            })
        }
        Some("send") => {
            return vec![error(
                request,
                "forbidden",
                &format!("no: {}", hostile::TEXT),
            )];
        }
        _ => return usual(request),
    };
    vec![reply.to_string()]
}
