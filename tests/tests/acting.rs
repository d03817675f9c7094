//! What a person does with messages in the terminal client.

use anyhow::{Result, ensure};
use chat_tests::client::Client;
use chat_tests::fake::{Fake, greeting, usual};
use chat_tests::hostile;
use chat_tests::server::{Server, Setup};
use chat_tests::terminal::Key;
use chat_tests::user::{User, row_of};
use serde_json::{Value, json};

/// Selects the newest message in sight.
async fn select(user: &mut User) -> Result<()> {
    user.press(Key::Up)?;
    user.wait_for("▸ ").await?;
    user.wait_for("r answer").await.map(|_| ())
}

/// The room's messages as the server has them.
async fn history(client: &mut Client) -> Result<Vec<Value>> {
    let page = client
        .ask("history", json!({ "type": "history", "room": "lobby" }))
        .await?;
    Ok(page["events"].as_array().cloned().unwrap_or_default())
}

/// Behaviour 38: edit, react, pin and delete by keys, with a draft aside.
#[tokio::test]
async fn a_message_is_edited_reacted_to_pinned_and_deleted_by_keys() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.say("first words").await?;
    ada.wait_sent("first words").await?;
    select(&mut ada).await?;
    ada.type_text("e")?;
    ada.wait_for("editing ada: first words").await?;
    ada.type_text(", and more")?;
    ada.wait_for("› first words, and more").await?;
    ada.press(Key::Enter)?;
    ada.wait_for("first words, and more (edited)").await?;
    ada.wait_for("message #lobby").await?;

    select(&mut ada).await?;
    ada.type_text("+")?;
    ada.wait_for("react with").await?;
    ada.type_text("tada")?;
    ada.wait_for("▸ 🎉").await?;
    ada.press(Key::Enter)?;
    ada.wait_gone("react with").await?;
    ada.wait_for("🎉 1").await?;

    select(&mut ada).await?;
    ada.type_text("p")?;
    ada.wait_for("not pinned: ").await?;
    let entry = history(&mut bob).await?.pop().unwrap_or_default();
    ensure!(entry["text"] == "first words, and more", "{entry}");
    ensure!(entry["reactions"] == json!({ "🎉": ["ada"] }), "{entry}");

    select(&mut ada).await?;
    ada.type_text("d")?;
    let asked = ada.wait_for("are you sure?").await?;
    ensure!(asked.shows("first words, and more"), "{asked}");
    ada.press(Key::Esc)?;
    ada.wait_gone("are you sure?").await?;
    ada.type_text("d")?;
    ada.wait_for("are you sure?").await?;
    ada.press(Key::Enter)?;
    ada.wait_for("(deleted)").await?;
    let entry = history(&mut bob).await?.pop().unwrap_or_default();
    ensure!(
        entry["deleted"] == true && entry["text"].is_null(),
        "{entry}"
    );
    Ok(())
}

/// Behaviour 38: whoever may pin does, takes it back, and finds what is pinned.
#[tokio::test]
async fn an_owner_pins_a_message_and_takes_it_back() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.join("dev").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    bob.join("dev").await?;
    bob.send("dev", "the release is on friday", "1").await?;
    ada.wait_for("on friday").await?;
    for on in [true, false] {
        select(&mut ada).await?;
        ada.type_text("p")?;
        ada.press(Key::Esc)?;
        let pinned = bob.find(|frame| frame["type"] == "pinned").await?;
        assert_eq!((&pinned["target"], &pinned["on"]), (&json!(1), &json!(on)));
        if on {
            ada.wait_for("pinned").await?;
        } else {
            ada.wait_gone("pinned").await?;
        }
    }
    Ok(())
}

/// Behaviour 38: live, off screen, and from the cache with no server at all.
#[tokio::test]
async fn what_became_of_a_message_shows_also_off_screen_and_from_the_cache() -> Result<()> {
    let mut server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    for (n, text) in ["secret plans", "a typo", "well liked"]
        .into_iter()
        .enumerate()
    {
        bob.send("lobby", text, &n.to_string()).await?;
    }
    ada.wait_for("secret plans").await?;
    for n in 0..60 {
        bob.send("lobby", &format!("filler {n}"), &format!("f{n}"))
            .await?;
    }
    ada.wait_for("filler 59").await?;
    let target = |n: u64, mut request: Value| {
        request["room"] = "lobby".into();
        request["target"] = n.into();
        request
    };
    for request in [
        target(1, json!({ "type": "delete" })),
        target(2, json!({ "type": "edit", "text": "no typo" })),
        target(3, json!({ "type": "react", "emoji": "👍" })),
    ] {
        bob.ask("ok", request).await?;
    }
    ada.press(Key::CtrlHome)?;
    let seen = ada.wait_for("no typo (edited)").await?;
    ensure!(!seen.shows("secret") && seen.shows("(deleted)"), "{seen}");
    ada.wait_for("👍 1").await?;
    ada.settled().await?;
    ada.quit().await?;
    server.kill9()?;
    ada.start()?;
    ada.wait_for("offline").await?;
    ada.press(Key::CtrlHome)?;
    let seen = ada.wait_for("no typo (edited)").await?;
    ensure!(!seen.shows("secret") && seen.shows("👍 1"), "{seen}");
    Ok(())
}

/// Never lose, never lie: what is done without a server waits, in words, also
/// through a crash, and is done once.
#[tokio::test]
async fn an_edit_made_offline_waits_through_a_crash_and_is_done() -> Result<()> {
    let mut server = Server::start().await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.say("to be changed").await?;
    ada.wait_sent("to be changed").await?;
    server.kill9()?;
    ada.wait_for("offline").await?;
    select(&mut ada).await?;
    ada.type_text("e")?;
    ada.wait_for("editing ada").await?;
    ada.type_text(" offline")?;
    ada.wait_for("› to be changed offline").await?;
    ada.press(Key::Enter)?;
    ada.wait_for("edit not sent yet").await?;
    ada.kill9()?;
    ada.start()?;
    ada.wait_for("edit not sent yet").await?;
    server.restart().await?;
    ada.wait_gone("not sent yet").await?;
    let screen = ada.wait_for("to be changed offline (edited)").await?;
    ensure!(row_of(&screen, "offline (edited)").is_some(), "{screen}");
    let mut bob = Client::enter(server.address(), "bob").await?;
    let entry = history(&mut bob).await?.pop().unwrap_or_default();
    ensure!(entry["text"] == "to be changed offline", "{entry}");
    ensure!(entry["rev"] == 2 && entry["changed"] == 2, "once: {entry}");
    Ok(())
}

/// Behaviour 38: a reply shows what it answers, and leads there and back.
#[tokio::test]
async fn a_reply_leads_to_what_it_answers_and_back() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    bob.send("lobby", "the question", "q").await?;
    for n in 0..200 {
        bob.send("lobby", &format!("filler {n}"), &format!("f{n}"))
            .await?;
    }
    bob.ask(
        "sent",
        json!({ "type": "send", "room": "lobby", "text": "the answer", "reply_to": 1 }),
    )
    .await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.press(Key::CtrlEnd)?;
    ada.wait_for("the answer").await?;
    select(&mut ada).await?;
    ada.type_text("g")?;
    ada.wait_until("what it answers", |screen| {
        screen.shows("the question") && !screen.shows("the answer")
    })
    .await?;
    ada.settled().await?;
    ada.terminal()?.send_bytes(b"\x1b[1;3D")?;
    ada.wait_for("the answer").await.map(|_| ())
}

/// Behaviour 38: the source text, and all that is known of a message.
#[tokio::test]
async fn a_message_is_copied_as_it_was_written_and_told_about() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.say("*bold* `code`").await?;
    ada.wait_sent("code").await?;
    select(&mut ada).await?;
    ada.type_text("i")?;
    let info = ada.wait_for("this message").await?;
    ensure!(info.shows("number    1 in lobby"), "{info}");
    ada.press(Key::Esc)?;
    ada.wait_gone("this message").await?;
    ada.type_text("y")?;
    ada.wait_for("copied").await?;
    let log = String::from_utf8_lossy(&ada.terminal()?.log()).into_owned();
    ensure!(
        log.contains("\u{1b}]52;c;KmJvbGQqIGBjb2RlYA=="),
        "no OSC 52"
    );
    Ok(())
}

/// Behaviour 18: edits, topics, reasons and names of files are texts of others.
#[tokio::test]
async fn nothing_done_to_a_room_or_a_message_steers_the_terminal() -> Result<()> {
    let evil = hostile::TEXT;
    let fake = Fake::start(greeting(), usual).await?;
    let mut ada = User::enter(fake.url(), "ada").await?;
    ada.settled().await?;
    let event = |seq: u64, mut body: Value| {
        body["room"] = "lobby".into();
        body["seq"] = seq.into();
        body["at"] = "2026-11-22T05:00:00.123Z".into();
        body["author"] = "eve".into();
        body.to_string()
    };
    let file = json!({ "id": "1", "name": evil, "size": 1, "mime": evil, "url": "/files/1/x" });
    for (seq, body) in [
        (
            1,
            json!({ "type": "message", "text": "plain", "files": [file] }),
        ),
        (
            2,
            json!({ "type": "edited", "target": 1, "text": format!("changed {evil}") }),
        ),
        (
            3,
            json!({ "type": "reacted", "target": 1, "emoji": evil, "on": true }),
        ),
        (4, json!({ "type": "topic", "topic": evil })),
        (
            5,
            json!({ "type": "member", "user": "mal", "change": "kicked", "reason": evil }),
        ),
        (
            6,
            json!({ "type": "message", "text": "the end", "reply_to": 1 }),
        ),
    ] {
        fake.push(event(seq, body));
    }
    ada.wait_for("the end").await?;
    let screen = ada.settled().await?;
    ensure!(
        screen.shows("changed") && screen.shows("removed mal"),
        "{screen}"
    );
    select(&mut ada).await?;
    ada.type_text("k")?;
    ada.settled().await?;
    ada.type_text("i")?;
    ada.wait_for("this message").await?;
    ada.settled().await?;
    hostile::steers_nothing(&ada.terminal()?.log())
}
