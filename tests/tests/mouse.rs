//! The mouse in the terminal client: what is clicked answers, what lies below
//! something else does not.

use anyhow::{Context as _, Result};
use chat_tests::client::Client;
use chat_tests::server::Server;
use chat_tests::terminal::Key;
use chat_tests::user::User;
use serde_json::json;

/// Behaviour 29: a click puts a reaction or takes it back, chooses a row of what
/// is open, and the wheel moves among those rows.
#[tokio::test]
async fn a_click_puts_a_reaction_and_chooses_a_row() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    bob.send("lobby", "cake?", "n1").await?;
    let react = json!({ "type": "react", "room": "lobby", "target": 1, "emoji": "👍", "on": true });
    bob.ask("ok", react).await?;
    ada.wait_for("👍 1").await?;

    click(&mut ada, "👍 1")?;
    ada.wait_for("👍 2").await?;
    let reacted = bob.find(|frame| frame["type"] == "reacted" && frame["author"] == "ada");
    assert_eq!(reacted.await?["on"], true);
    click(&mut ada, "👍 2")?;
    ada.wait_for("👍 1").await?;
    let reacted = bob.find(|frame| frame["type"] == "reacted" && frame["author"] == "ada");
    assert_eq!(reacted.await?["on"], false);

    ada.say("/join second").await?;
    ada.wait_open("second").await?;
    ada.say("/join third").await?;
    ada.wait_open("third").await?;
    ada.press(Key::Ctrl('k'))?;
    ada.wait_for("go to a room").await?;
    // Below the choice lies the list of rooms, with the same names.
    let screen = ada.settled().await?;
    let head = screen.place_of("go to a room").context("no choice")?;
    let places = screen.places_of("#lobby");
    let place = places.iter().rev().find(|place| place.column > head.column);
    let place = place.context("no such row")?;
    wheel_down(&mut ada, place.column, place.row)?;
    ada.wait_until("another row to be chosen", |now| {
        now.text() != screen.text()
    })
    .await?;
    click_at(&mut ada, place.column, place.row)?;
    ada.wait_open("lobby").await?;

    // What lies beside an open box does not feel a click.
    ada.press(Key::Ctrl('k'))?;
    let screen = ada.wait_for("go to a room").await?;
    let row = screen.place_of("#second").context("no list of rooms")?;
    click_at(&mut ada, row.column, row.row)?;
    ada.press(Key::Esc)?;
    ada.wait_gone("go to a room").await?;
    ada.wait_open("lobby").await
}

fn click(user: &mut User, on: &str) -> Result<()> {
    let place = user.screen()?.place_of(on).context("not on the screen")?;
    click_at(user, place.column, place.row)
}

/// A press and a release of the first button, by SGR 1006.
fn click_at(user: &mut User, column: u16, row: u16) -> Result<()> {
    let (x, y) = (column + 1, row + 1);
    user.type_text(&format!("\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m"))
}

fn wheel_down(user: &mut User, column: u16, row: u16) -> Result<()> {
    let (x, y) = (column + 1, row + 1);
    user.type_text(&format!("\x1b[<65;{x};{y}M"))
}
