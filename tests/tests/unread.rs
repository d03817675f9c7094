//! What is unread, and where one reads: badges, the "new" line, the reading place.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::device::{unread, wait_unread};
use chat_tests::home::configure;
use chat_tests::kept;
use chat_tests::process::Signal;
use chat_tests::screen::Screen;
use chat_tests::server::{Server, Setup};
use chat_tests::terminal::Key;
use chat_tests::user::User;
use serde_json::json;

/// Behaviour 6: badges before anything is opened, after a restart, and offline.
#[tokio::test]
async fn badges_are_the_server_s_figures_before_anything_is_opened_and_offline() -> Result<()> {
    let mut server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    for room in ["few", "none", "many"] {
        ada.say(&format!("/join {room}")).await?;
        ada.wait_open(room).await?;
        bob.join(room).await?;
    }
    ada.go_to("none").await?;
    ada.quit().await?;
    for n in 0..3 {
        let text = if n == 1 { "hey @ada" } else { "something" };
        bob.send("few", text, &format!("{n}")).await?;
    }
    for n in 0..120 {
        bob.send("many", "x", &format!("{n}")).await?;
    }
    for offline in [false, true] {
        if offline {
            ada.settled().await?;
            ada.kill9()?;
            server.kill9()?;
        }
        ada.start()?;
        ada.wait_until("badges", |screen| {
            let row = |room: &str| {
                let rows = screen.rows();
                rows.into_iter()
                    .find(|row| row.contains(&format!("#{room}")) || row.starts_with(room))
                    .unwrap_or_default()
            };
            row("few").contains('3') && row("many").contains("120")
        })
        .await
        .with_context(|| format!("offline: {offline}"))?;
    }
    Ok(())
}

/// Behaviour 6: no marker goes out while one looks elsewhere.
#[tokio::test]
async fn what_comes_while_the_terminal_has_no_focus_stays_unread() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.settled().await?;
    ada.press(Key::FocusOut)?;
    ada.settled().await?;
    bob.send("lobby", "unseen", "1").await?;
    ada.wait_for("unseen").await?;
    assert_eq!(unread(&server, &ada, "lobby").await?, 1);
    ada.press(Key::FocusIn)?;
    wait_unread(&server, &ada, "lobby", 0).await
}

/// Behaviour 8.
#[tokio::test]
async fn the_line_being_read_stays_where_it_is() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let line = |n: u32| format!("line-{n:03} is here: https://example.org/{n:03}");
    let first = bob.send("lobby", &line(0), "0").await?["seq"].clone();
    let first = first.as_i64().context("seq")?;
    for n in 1..300 {
        bob.send("lobby", &line(n), &format!("{n}")).await?;
    }
    let ada = User::new(server.url(), "ada")?;
    configure(ada.home(), "[links]\nopen-with = \"true\"\n")?;
    let mut ada = ada.entered().await?;
    ada.wait_for("line-299").await?;
    ada.join("elsewhere").await?;
    ada.go_to("lobby").await?;
    for _ in 0..3 {
        ada.press(Key::PageUp)?;
        ada.settled().await?;
    }
    let before = ada.settled().await?;
    let reading = first_line(&before).context("no line")?;
    for n in 300..800 {
        bob.send("lobby", &line(n), &format!("{n}")).await?;
    }
    let after = ada.wait_for("500").await?;
    assert_eq!(first_line(&after), Some(reading.clone()));
    let lines = |screen: &Screen| {
        screen
            .rows()
            .into_iter()
            .filter(|row| row.contains("is here"))
            .filter_map(|row| row.split_once('│').map(|(_, text)| text.to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        lines(&before),
        lines(&after),
        "not one row of the text changes"
    );
    ada.press(Key::Alt('l'))?;
    ada.wait_for("[b]").await?;
    ada.type_text("b")?;
    ada.wait_for("opening https://example.org/").await?;
    // What is told stands over the text for a while.
    let opened = ada.wait_gone("opening ").await?;
    assert_eq!(lines(&before), lines(&opened), "nor by opening a link");
    ada.terminal()?.resize(60, 30)?;
    ada.settled().await?;
    ada.terminal()?.resize(100, 30)?;
    ada.settled().await?;
    ada.wait_until("the same place after a resize", |screen| {
        near(first_line(screen), &reading)
    })
    .await?;
    ada.go_to("elsewhere").await?;
    ada.go_to("lobby").await?;
    ada.wait_until("the same place in a room left and entered", |screen| {
        near(first_line(screen), &reading)
    })
    .await?;
    ada.settled().await?;
    kept::place(ada.home(), "lobby", first + reading.parse::<i64>()?).await?;
    ada.kill9()?;
    ada.start()?;
    ada.wait_until("the same place after a restart", |screen| {
        near(first_line(screen), &reading)
    })
    .await?;
    ada.press(Key::Esc)?;
    ada.wait_for("line-799").await?;
    Ok(())
}

/// Behaviour 9.
#[tokio::test]
async fn a_room_with_unread_messages_opens_at_the_new_line() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.join("many").await?;
    bob.join("many").await?;
    bob.send("many", "the last one read", "first").await?;
    ada.wait_for("the last one read").await?;
    ada.go_to("lobby").await?;
    ada.settled().await?;
    for n in 0..120 {
        bob.send("many", &format!("unread-{n:03}"), &format!("{n}"))
            .await?;
    }
    ada.go_to("many").await?;
    let screen = ada.wait_for("unread-000").await?;
    assert!(!screen.shows("unread-119"), "{screen}");
    let place = screen.place_of("unread-000").context("gone")?;
    let above = screen.row(place.row - 1).to_lowercase()
        + &screen.row(place.row.saturating_sub(2)).to_lowercase();
    assert!(above.contains("new"), "the line above says so: {screen}");
    ada.press(Key::Esc)?;
    ada.wait_for("unread-119").await?;
    wait_unread(&server, &ada, "many", 0).await
}

/// Behaviour 10.
#[tokio::test]
async fn a_gap_is_shown_and_filled_from_both_sides() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    bob.send("lobby", "seen-before", "first").await?;
    ada.wait_for("seen-before").await?;
    ada.quit().await?;
    for first in (0..9000).step_by(500) {
        for n in first..first + 500 {
            let request =
                json!({ "type": "send", "id": n, "room": "lobby", "text": format!("away-{n:04}") });
            bob.say(&request).await?;
        }
        for n in first..first + 500 {
            bob.reply(&json!(n)).await?;
        }
        bob.so_far().await?;
    }
    ada.start()?;
    ada.wait_for("online").await?;
    ada.settled().await?;
    ada.press(Key::CtrlEnd)?;
    ada.wait_for("away-8999").await?;
    // What is held from before ends in what is not held, for as long as the
    // server says nothing.
    server.signal(Signal::STOP)?;
    ada.press(Key::CtrlHome)?;
    ada.wait_for("not loaded").await?;
    check_numbers(&ada.screen()?)?;
    server.signal(Signal::CONT)?;
    let filled = ada.wait_for("away-0000").await?;
    check_numbers(&filled)?;
    ensure!(filled.shows("seen-before"), "{filled}");
    // Going over it from below loads it, and nothing is stitched over.
    ada.press(Key::CtrlEnd)?;
    ada.wait_for("away-8999").await?;
    let mut first = 8999;
    for _ in 0..40 {
        ada.press(Key::PageUp)?;
        let screen = ada.settled().await?;
        let numbers = check_numbers(&screen)?;
        let top = numbers
            .first()
            .copied()
            .context("no message on the screen")?;
        ensure!(top <= first, "up is up: {screen}");
        first = top;
    }
    ensure!(first < 8999 - 600, "40 pages go further than {first}");
    Ok(())
}

/// What no longer fits the client's memory is on its disk.
#[tokio::test]
async fn thousands_that_came_while_one_watched_can_be_read_upwards() -> Result<()> {
    const MESSAGES: usize = 6_000;
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    for first in (0..MESSAGES).step_by(500) {
        for n in first..first + 500 {
            let request = json!({ "type": "send", "id": n, "room": "lobby", "text": format!("flood-{n:05}") });
            bob.say(&request).await?;
        }
        for n in first..first + 500 {
            bob.reply(&json!(n)).await?;
        }
        bob.so_far().await?;
    }
    let last = format!("flood-{:05}", MESSAGES - 1);
    ada.terminal()?
        .wait_until("the last one", Duration::from_secs(60), |screen| {
            screen.shows(&last)
        })
        .await?;
    for page in 0..5 {
        let before = ada.settled().await?;
        ada.press(Key::PageUp)?;
        ada.wait_until(&format!("page {page} above"), |screen| {
            screen.row(1) != before.row(1)
        })
        .await?;
    }
    Ok(())
}

/// The numbers on the screen; they follow one another unless a gap is shown.
fn check_numbers(screen: &Screen) -> Result<Vec<u32>> {
    let text = screen.text();
    let numbers: Vec<u32> = text
        .split("away-")
        .skip(1)
        .filter_map(|rest| rest.get(..4)?.parse().ok())
        .collect();
    let follow = numbers.windows(2).all(|pair| pair[1] == pair[0] + 1);
    ensure!(
        follow || text.contains("not loaded"),
        "nothing is stitched over: {screen}"
    );
    Ok(numbers)
}

/// The first numbered line on the screen.
fn first_line(screen: &Screen) -> Option<String> {
    let text = screen.text();
    let (_, rest) = text.split_once("line-")?;
    rest.get(..3).map(str::to_owned)
}

fn near(found: Option<String>, wanted: &str) -> bool {
    let number = |text: &str| text.parse::<i32>().ok();
    found
        .and_then(|found| Some((number(&found)? - number(wanted)?).abs() <= 1))
        .unwrap_or(false)
}
