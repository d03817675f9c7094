//! A thread beside its room in the terminal client.

use anyhow::{Result, bail, ensure};
use chat_tests::client::Client;
use chat_tests::fake::{Fake, greeting, usual};
use chat_tests::screen::Screen;
use chat_tests::server::{Server, Setup};
use chat_tests::terminal::Key;
use chat_tests::user::User;
use serde_json::{Value, json};

/// Someone answers a message of the lobby.
async fn answer(client: &mut Client, to: u64, text: &str) -> Result<()> {
    let send = json!({ "type": "send", "room": "lobby", "text": text, "reply_to": to });
    client.ask("sent", send).await.map(|_| ())
}

/// Behaviour 38: a thread is opened from its root, answered and followed live,
/// while the room beside it and what is written there stay as they were.
#[tokio::test]
async fn a_thread_is_read_and_answered_beside_its_room() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::new(server.url(), "ada")?
        .size(120, 40)
        .entered()
        .await?;
    bob.send("lobby", "who brings cake?", "n1").await?;
    answer(&mut bob, 1, "or biscuits").await?;
    bob.send("lobby", "something else", "n2").await?;
    ada.wait_for("→ 1 reply").await?;
    ada.type_text("for the room")?;
    ada.wait_for("› for the room").await?;
    ada.press(Key::Alt('o'))?;
    let seen = ada.wait_for("thread · 1 reply").await?;
    ensure!(
        seen.shows("message") || seen.shows("answer in this thread"),
        "{seen}"
    );
    ada.type_text("I do")?;
    ada.wait_for("› I do").await?;
    ada.press(Key::Enter)?;
    ada.wait_for("thread · 2 replies").await?;
    ada.wait_for("→ 2 replies").await?;
    answer(&mut bob, 2, "then I bring tea").await?;
    let seen = ada.wait_for("thread · 3 replies").await?;
    ensure!(
        seen.shows("› for the room"),
        "the draft of the room: {seen}"
    );
    let page = json!({ "type": "history", "room": "lobby", "thread": 1 });
    let page = bob.ask("history", page).await?;
    let mine = &page["events"][2];
    ensure!(mine["text"] == "I do" && mine["reply_to"] == 1, "{page}");
    ada.press(Key::Esc)?;
    ada.wait_gone("thread · ").await?;
    let seen = ada.wait_for("› for the room").await?;
    ensure!(seen.shows("→ 3 replies"), "{seen}");
    Ok(())
}

/// Behaviours 4 and 38: narrow, it stands over the room; offline and after a
/// crash the thread is what is kept, with what was begun in it.
#[tokio::test]
async fn a_thread_and_its_draft_are_there_without_the_server() -> Result<()> {
    let mut server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::new(server.url(), "ada")?
        .size(80, 24)
        .entered()
        .await?;
    bob.send("lobby", "who brings cake?", "n1").await?;
    answer(&mut bob, 1, "or biscuits").await?;
    bob.send("lobby", "something else", "n2").await?;
    ada.wait_for("something else").await?;
    ada.press(Key::Alt('o'))?;
    let seen = ada.wait_for("thread · 1 reply").await?;
    ensure!(!seen.shows("something else"), "over the room: {seen}");
    ada.type_text("half a thought")?;
    ada.wait_for("› half a thought").await?;
    ada.settled().await?;
    ada.kill9()?;
    server.kill9()?;
    ada.start()?;
    ada.wait_for("offline").await?;
    ada.wait_for("something else").await?;
    ada.press(Key::Alt('o'))?;
    let seen = ada.wait_for("1 reply that are kept here; offline").await?;
    ensure!(seen.shows("or biscuits"), "{seen}");
    ensure!(seen.shows("› half a thought"), "{seen}");
    Ok(())
}

/// Behaviour 38: a long thread opens at its newest messages, and older ones come
/// in their order as one scrolls.
#[tokio::test]
async fn older_messages_of_a_long_thread_come_as_one_scrolls() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    bob.send("lobby", "the root", "root").await?;
    for n in 1..=450 {
        answer(&mut bob, 1, &format!("answer-{n:03}")).await?;
    }
    let mut ada = open_thread(server.url(), "answer-450").await?;
    ada.wait_for("450 replies").await?;
    for text in ["bob answer-251", "bob answer-200", "bob answer-001"] {
        let screen = reach(&mut ada, Key::PageUp, text).await?;
        let shown: Vec<_> = (1..=450)
            .filter(|n| screen.shows(&format!("bob answer-{n:03}")))
            .collect();
        let whole = shown[shown.len() - 1] - shown[0] + 1 == shown.len();
        ensure!(whole, "none is left out: {screen}");
    }
    Ok(())
}

/// Behaviour 38: what is not loaded of a thread is counted by a line, however
/// long the thread is.
#[tokio::test]
async fn a_line_says_how_much_of_a_thread_is_not_loaded() -> Result<()> {
    const ALL: u64 = 6000;
    let fake = Fake::start(greeting(), |request| {
        let limit = request["limit"].as_u64().unwrap_or(50);
        let end = request["before"].as_u64().unwrap_or(ALL + 1).min(ALL + 1);
        let (from, to) = match (&request["thread"], &request["before"]) {
            (Value::Number(_), Value::Null) => (1, limit),
            _ => (end.saturating_sub(limit).max(1), end - 1),
        };
        match request["type"].as_str() {
            Some("hello") => {
                let mut welcome: Value =
                    serde_json::from_str(&usual(request)[0]).unwrap_or_default();
                welcome["rooms"][0]["head"] = ALL.into();
                welcome["rooms"][0]["read"] = ALL.into();
                vec![welcome.to_string()]
            }
            Some("history") => {
                let events: Vec<_> = (from..=to).map(answered).collect();
                let page = json!({
                    "type": "history", "id": request["id"], "room": "lobby", "events": events,
                    "first": 1, "head": ALL, "more_before": from > 1, "more_after": to < ALL,
                    "older": from - 1
                });
                vec![page.to_string()]
            }
            _ => usual(request),
        }
    })
    .await?;
    let mut ada = open_thread(fake.url(), "m6000").await?;
    ada.wait_for("5,999 replies").await?;
    ada.press(Key::CtrlHome)?;
    ada.wait_for("bob m20").await?;
    let screen = reach(&mut ada, Key::PageDown, "messages not loaded").await?;
    ensure!(screen.shows("bob m200"), "below its beginning: {screen}");
    // As much is held as the bound allows.
    ada.wait_for("5,000 messages not loaded").await?;
    let heard = fake.heard();
    let below = heard.iter().filter(|ask| ask["thread"] == 1);
    let below: Vec<_> = below.filter_map(|ask| ask["before"].as_u64()).collect();
    assert_eq!(below, [6001, 5801, 5601, 5401], "page by page, once each");
    Ok(())
}

/// A message of the fake's thread.
fn answered(seq: u64) -> Value {
    let mut entry = json!({
        "type": "message", "room": "lobby", "seq": seq, "author": "bob",
        "text": format!("m{seq}"), "at": "2026-11-22T10:00:00.000Z"
    });
    if seq > 1 {
        entry["reply_to"] = 1.into();
    }
    entry
}

/// Someone who has the thread open that the newest message is in.
async fn open_thread(url: String, newest: &str) -> Result<User> {
    let mut ada = User::new(url, "ada")?.size(120, 30).entered().await?;
    ada.press(Key::CtrlEnd)?;
    ada.wait_for(newest).await?;
    ada.press(Key::Alt('o'))?;
    ada.wait_for("thread · ").await?;
    Ok(ada)
}

/// Presses a key until something is in sight.
async fn reach(user: &mut User, key: Key, text: &str) -> Result<Screen> {
    for _ in 0..60 {
        let screen = user.settled().await?;
        if screen.shows(text) {
            return Ok(screen);
        }
        user.press(key)?;
    }
    bail!("{text} is not reached: {}", user.screen()?)
}
