//! A thread beside its room in the terminal client.

use anyhow::{Result, ensure};
use chat_tests::client::Client;
use chat_tests::server::{Server, Setup};
use chat_tests::terminal::Key;
use chat_tests::user::User;
use serde_json::json;

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
