//! Getting around in the terminal client: rooms, what is unread, and actions.

use anyhow::{Result, ensure};
use chat_tests::client::Client;
use chat_tests::server::{Server, Setup};
use chat_tests::terminal::Key;
use chat_tests::user::User;
use chat_tests::wait::{self, SOON};

/// Behaviours 31 and 16.
#[tokio::test]
async fn of_five_hundred_rooms_the_one_that_is_meant_is_found() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    let token = wait::until("the token on the disk", SOON, || ada.token().ok()).await?;
    let mut second = Client::come_back(server.address(), &token).await?;
    for number in 0..500 {
        second.join(&format!("project-{number:03}")).await?;
    }
    second.join("kitchen").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    bob.join("project-321").await?;
    bob.send("project-321", "news", "1").await?;
    second.event("project-321").await?;
    bob.send("lobby", "there is news", "2").await?;
    ada.wait_for("there is news").await?;

    ada.type_text("half a thought")?;
    ada.wait_for("› half a thought").await?;
    ada.press(Key::F1)?;
    ada.wait_for("filter by words").await?;
    ada.press(Key::Ctrl('k'))?;
    // Nothing is typed: what is unread comes first.
    ada.wait_for("▸ #project-321").await?;
    ada.type_text("kit")?;
    ada.wait_for("▸ #kitchen").await?;
    ada.press(Key::Ctrl('u'))?;
    ada.type_text("project-4x2")?;
    ada.wait_for("join #project-4x2").await?;
    ada.press(Key::Ctrl('u'))?;
    ada.type_text("ktichen")?;
    let screen = ada.wait_for("join #ktichen").await?;
    ensure!(screen.shows("▸ #kitchen"), "{screen}");
    // An Escape is known by the pause after it.
    ada.press(Key::Esc)?;
    ada.terminal()?.wait_gone("ktichen").await?;
    ada.press(Key::Esc)?;
    ada.wait_for("› half a thought").await?;
    ada.go_to("kitchen").await?;
    ada.press(Key::Ctrl('k'))?;
    ada.wait_for("go to a room").await?;
    ada.type_text("proj")?;
    ada.wait_for("› proj").await?;
    ada.press(Key::AltEnter)?;
    ada.wait_open("proj").await
}

/// Behaviour 32.
#[tokio::test]
async fn alt_a_goes_to_mentions_then_to_what_is_unread_and_back() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    for room in ["one", "two", "three"] {
        ada.say(&format!("/join {room}")).await?;
        ada.wait_open(room).await?;
        bob.join(room).await?;
    }
    ada.go_to("lobby").await?;
    bob.send("one", "plain words", "1").await?;
    bob.send("two", "look here, @ada", "2").await?;
    bob.send("three", "more words", "3").await?;
    ada.wait_for("@1").await?;
    ada.wait_for("Alt-A unread").await?;
    for room in ["two", "one", "three", "lobby"] {
        ada.press(Key::Alt('a'))?;
        ada.wait_open(room).await?;
        ada.settled().await?;
    }
    ada.terminal()?.wait_gone("Alt-A unread").await?;
    Ok(())
}

/// Behaviour 32: the inbox.
#[tokio::test]
async fn the_inbox_shows_mentions_of_all_rooms_with_context_also_after_a_restart() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.join("dev").await?;
    ada.go_to("lobby").await?;
    bob.join("dev").await?;
    bob.send("dev", "what stood before", "1").await?;
    bob.send("dev", "please look, @ada", "2").await?;
    ada.wait_for("@1").await?;
    ada.settled().await?;
    ada.kill9()?;
    ada.start()?;
    ada.wait_for("online").await?;
    ada.press(Key::Alt('i'))?;
    let inbox = ada.wait_for("bob: please look, @ada").await?;
    assert!(inbox.shows("bob: what stood before"), "{inbox}");
    assert!(inbox.shows("▸ #dev (new)"), "{inbox}");
    ada.press(Key::Enter)?;
    ada.wait_open("dev").await?;
    ada.wait_for("please look, @ada").await?;
    Ok(())
}

/// Behaviour 36; that the keys are the configured ones is tried with the configuration.
#[tokio::test]
async fn palette_help_and_which_key_say_what_can_be_done_and_do_it() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.wait_for("Ctrl-K rooms · Ctrl-P commands · F1 help")
        .await?;
    ada.press(Key::F1)?;
    ada.wait_for("find and run any action").await?;
    ada.type_text("join")?;
    let help = ada.terminal()?.wait_gone("find and run").await?;
    assert!(help.shows("/join ROOM") && help.shows("Ctrl-X j"), "{help}");
    ada.press(Key::Esc)?;
    ada.terminal()?.wait_gone("/join ROOM").await?;
    ada.press(Key::Ctrl('x'))?;
    ada.wait_for("j       come into a room").await?;
    ada.type_text("j")?;
    ada.wait_for("› ROOM").await?;
    ada.type_text("dev")?;
    ada.wait_for("› dev").await?;
    ada.press(Key::Enter)?;
    ada.wait_open("dev").await?;
    ada.press(Key::Ctrl('p'))?;
    ada.wait_for("what shall be done?").await?;
    ada.type_text("previous room")?;
    let palette = ada.wait_for("▸ previous room").await?;
    assert!(palette.shows("Alt-Up"), "{palette}");
    ada.press(Key::Enter)?;
    ada.wait_open("lobby").await?;
    ada.say("/next-room").await?;
    ada.wait_open("dev").await
}
