//! The mouse in the terminal client: what is clicked answers, what lies below
//! something else does not.

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::screen::Screen;
use chat_tests::server::{Server, Setup};
use chat_tests::terminal::Key;
use chat_tests::user::User;
use chat_tests::wait;
use serde_json::json;

/// What a terminal sends for F4.
const F4: &str = "\x1bOS";

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

    ada.join("second").await?;
    ada.join("third").await?;
    ada.press(Key::Ctrl('k'))?;
    ada.wait_for("go to a room").await?;
    // Below the choice lies the list of rooms, with the same names.
    let screen = ada.settled().await?;
    let head = screen.place_of("go to a room").context("no choice")?;
    let places = screen.places_of("#lobby");
    let place = places.iter().rev().find(|place| place.column > head.column);
    let place = place.context("no such row")?;
    wheel_at(&mut ada, Turn::Down, place.column, place.row)?;
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

/// Behaviour 29: the log or the list of rooms, whichever the wheel is over.
#[tokio::test]
async fn the_wheel_moves_what_is_under_it() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    let token = wait::until("a token that is kept", wait::SOON, || ada.token().ok()).await?;
    let mut elsewhere = Client::come_back(server.address(), &token).await?;
    for n in 0..60 {
        elsewhere.join(&format!("many-{n:02}")).await?;
        let said = format!("line {n:02}");
        bob.send("lobby", &said, &said).await?;
    }
    ada.wait_for("line 59").await?;
    ada.wait_for("#many-10").await?;
    // Notes of what was joined elsewhere lie over the log for a while.
    let screen = ada.wait_gone("you are in").await?;
    let parts = |screen: &Screen| {
        let rows = screen.rows().into_iter();
        let parts = rows.filter_map(|row| {
            let (list, log) = row.split_once('│')?;
            Some((list.trim_end().to_owned(), log.to_owned()))
        });
        parts.unzip::<_, _, Vec<_>, Vec<_>>()
    };
    let (list, log) = parts(&screen);

    wheel(&mut ada, Turn::Up, "line 40")?;
    let screen = ada.wait_gone("line 59").await?;
    let (same, log_above) = parts(&screen);
    ensure!(same == list && log_above != log, "{screen}");
    wheel(&mut ada, Turn::Down, "line 40")?;
    let screen = ada.wait_for("line 59").await?;
    ensure!(parts(&screen) == (list.clone(), log.clone()), "{screen}");

    wheel(&mut ada, Turn::Down, "#many-10")?;
    let screen = ada.wait_gone("#many-00").await?;
    ensure!(parts(&screen).1 == log, "{screen}");
    for _ in 0..30 {
        wheel(&mut ada, Turn::Down, "#many-")?;
    }
    ada.wait_for("#many-59").await?;
    for _ in 0..30 {
        wheel(&mut ada, Turn::Up, "#many-")?;
    }
    ada.wait_until("the list as it was", |screen| parts(screen).0 == list)
        .await?;

    // Whatever was scrolled away, the room that is opened is in view.
    for _ in 0..30 {
        wheel(&mut ada, Turn::Up, "#many-")?;
    }
    ada.go_to("many-59").await?;
    ada.wait_for("▸#many-59").await?;
    click(&mut ada, "#many-50")?;
    ada.wait_open("many-50").await
}

/// Behaviour 29: a link is a part of the pane that it stands in, whichever has the keys.
#[tokio::test]
async fn over_a_link_the_wheel_moves_what_the_link_stands_in() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    for n in 0..60 {
        let said = format!("https://e.example/{n:02}");
        bob.send("lobby", &said, &said).await?;
    }
    let mut ada = User::new(server.url(), "ada")?
        .size(120, 30)
        .entered()
        .await?;
    ada.wait_for("e.example/59").await?;
    ada.press(Key::Up)?;
    ada.wait_for("t thread").await?;
    ada.type_text("t")?;
    ada.wait_until("the thread beside the room", |screen| {
        screen.shows("thread") && screen.count("e.example/59") == 2
    })
    .await?;
    wheel(&mut ada, Turn::Up, "https://e.example/45")?;
    ada.wait_until("the room to move, and the thread not", |screen| {
        screen.count("e.example/59") == 1
    })
    .await
    .map(|_| ())
}

/// Behaviour 29: F4, as the terminal is told it and as the person is.
#[tokio::test]
async fn f4_leaves_the_mouse_to_the_terminal_and_takes_it_back() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    let taken = |screen: &Screen| screen.modes_on().contains(&"mouse");
    ensure!(taken(&ada.settled().await?), "taken from the start");
    ada.type_text(F4)?;
    let screen = ada.wait_for("mouse off (F4)").await?;
    ensure!(!taken(&screen), "left to the terminal");
    let left = ada.terminal()?.modes_left_on();
    for mode in ["1000", "1002", "1006"] {
        ensure!(!left.iter().any(|on| on == mode), "{mode} is on: {left:?}");
    }
    ada.type_text(F4)?;
    ensure!(taken(&ada.wait_gone("mouse off").await?), "taken back");
    let log = String::from_utf8_lossy(&ada.terminal()?.log()).into_owned();
    ensure!(!log.contains("1003"), "every movement was asked for");
    ada.quit().await?;
    ada.terminal()?.restored().await
}

/// Behaviour 38: a click selects; then the keys are about that message.
#[tokio::test]
async fn what_is_done_to_a_message_is_done_to_the_one_that_was_clicked() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.say("mine, the first").await?;
    ada.wait_sent("mine, the first").await?;
    bob.send("lobby", "bob's question", "1").await?;
    ada.wait_for("bob's question").await?;
    ada.say("mine, the last").await?;
    ada.wait_sent("mine, the last").await?;

    click(&mut ada, "bob's question")?;
    ada.wait_for("r answer").await?;
    ada.type_text("r")?;
    ada.wait_for("↳ bob: bob's question").await?;
    ada.say("ada's answer").await?;
    ada.wait_sent("ada's answer").await?;
    let answer = bob.find(|frame| frame["text"] == "ada's answer").await?;
    assert_eq!(answer["reply_to"], 2);

    click(&mut ada, "mine, the first")?;
    ada.wait_for("e edit").await?;
    ada.type_text("e")?;
    ada.wait_for("editing ada: mine, the first").await?;
    ada.type_text("!")?;
    ada.wait_for("› mine, the first!").await?;
    ada.press(Key::Enter)?;
    ada.wait_for("mine, the first! (edited)").await?;

    click(&mut ada, "→ 1 reply")?;
    let screen = ada.wait_for("thread").await?;
    ensure!(screen.count("ada's answer") == 2, "{screen}");
    Ok(())
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

/// Which way the wheel is turned, as SGR 1006 names it.
#[derive(Clone, Copy)]
enum Turn {
    Up = 64,
    Down = 65,
}

fn wheel(user: &mut User, turn: Turn, over: &str) -> Result<()> {
    let place = user.screen()?.place_of(over).context("not on the screen")?;
    wheel_at(user, turn, place.column, place.row)
}

fn wheel_at(user: &mut User, turn: Turn, column: u16, row: u16) -> Result<()> {
    let (x, y) = (column + 1, row + 1);
    user.type_text(&format!("\x1b[<{};{x};{y}M", turn as u8))
}
