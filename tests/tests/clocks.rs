//! The terminal client under a clock that is wrong, and over days that end.

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::clock::Clock;
use chat_tests::process::Signal;
use chat_tests::server::Setup;
use chat_tests::user::{User, row_of, wait_in_order};
use chat_tests::wait::SOON;
use serde_json::{Value, json};

/// Ten minutes fast, ten minutes slow, and from one to the other in between.
const WRONG_BY: [i64; 4] = [600, -600, 600, -600];

/// Central Europe, by the rule of the zone itself.
const ZONE: &str = "CET-1CEST,M3.5.0,M10.5.0/3";
/// 2026-10-24T22:00:00Z: in Central Europe a Sunday begins, on which the clocks
/// are put back from three to two at one o'clock UTC.
const MIDNIGHT: i64 = 1_792_879_200;

/// Behaviour 7.
#[tokio::test]
async fn order_and_times_are_those_of_the_log_under_a_clock_that_is_wrong_and_jumps() -> Result<()>
{
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let clock = Clock::right()?;
    let mut ada = User::new(server.url(), "ada")?
        .env("TZ", "UTC")
        .size(100, 40);
    for (name, value) in clock.env() {
        ada.set_env(name, &value);
    }
    clock.ahead(WRONG_BY[0])?;
    let mut ada = ada.entered().await?;
    ada.wait_for("online").await?;
    for (round, wrong_by) in WRONG_BY.into_iter().enumerate() {
        clock.ahead(wrong_by)?;
        let text = |who: &str| format!("{who}-{round}");
        ada.say(&text("mine")).await?;
        ada.wait_sent(&text("mine")).await?;
        bob.send("lobby", &text("theirs"), &text("theirs")).await?;
        ada.wait_for(&text("theirs")).await?;
        // What waits stands below all else, whenever it was written.
        server.signal(Signal::STOP)?;
        ada.say(&text("waits")).await?;
        let screen = ada.wait_pending(&text("waits")).await?;
        let row = |text: &str| screen.place_of(text).map(|place| place.row);
        ensure!(row(&text("waits")) > row(&text("theirs")), "{screen}");
        let request =
            json!({ "type": "send", "id": round, "room": "lobby", "text": text("after") });
        bob.say(&request).await?;
        server.signal(Signal::CONT)?;
        bob.reply(&json!(round)).await?;
        ada.wait_sent(&text("waits")).await?;
        ada.wait_for(&text("after")).await?;
    }
    let page = json!({ "type": "history", "room": "lobby" });
    let page = bob.ask("history", page).await?;
    let events = page["events"].as_array().context("no events")?;
    let texts = events.iter().map(text_of).collect::<Result<Vec<_>>>()?;
    assert_eq!(texts.len(), 4 * WRONG_BY.len());
    wait_in_order(&ada, &texts, SOON).await?;
    let screen = ada.settled().await?;
    for event in events {
        let (text, at) = (text_of(event)?, event["at"].as_str().context("no time")?);
        let row = row_of(&screen, &text).context("gone")?;
        ensure!(screen.count(&text) == 1, "{text} twice: {screen}");
        ensure!(row.contains(&at[11..16]), "{text} at {at}: {screen}");
    }
    Ok(())
}

/// Behaviour 7: nothing is said to have begun in the future.
#[tokio::test]
async fn what_began_before_the_clock_was_put_back_did_not_begin_in_the_future() -> Result<()> {
    let mut server = Setup::default().start().await?;
    let clock = Clock::right()?;
    let mut ada = User::new(server.url(), "ada")?.env("TZ", "UTC");
    for (name, value) in clock.env() {
        ada.set_env(name, &value);
    }
    clock.ahead(600)?;
    let ada = ada.entered().await?;
    ada.wait_for("online").await?;
    server.kill9()?;
    ada.wait_for("offline since ").await?;
    clock.ahead(-600)?;
    ada.wait_until("a time that is not to come", |screen| {
        let text = screen.text();
        let since = text.split_once("offline since ").map(|(_, rest)| rest);
        let face = clock.face().unwrap_or_default();
        since.is_some_and(|since| since.starts_with(&face))
    })
    .await
    .map(|_| ())
}

/// Behaviour 7: the days are those of the server's time in the zone here, over
/// midnight and where an hour comes twice, whatever day the clock here says.
#[tokio::test]
async fn days_follow_the_server_s_time_in_the_zone_over_midnight_and_an_hour_that_comes_twice()
-> Result<()> {
    const HOUR: i64 = 3600;
    let clock = Clock::right()?;
    clock.set(MIDNIGHT - 30)?;
    let setup = clock
        .env()
        .into_iter()
        .fold(Setup::without_rates(), |setup, (name, value)| {
            setup.env(name, value)
        });
    let server = setup.start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let wrong = Clock::right()?;
    wrong.set(MIDNIGHT - 72 * HOUR)?;
    let mut ada = User::new(server.url(), "ada")?.env("TZ", ZONE);
    for (name, value) in wrong.env() {
        ada.set_env(name, &value);
    }
    let mut ada = ada.entered().await?;
    for (moment, text) in [
        (MIDNIGHT - 30, "late on Saturday"),
        (MIDNIGHT + 30, "early on Sunday"),
        (MIDNIGHT + 5 * HOUR / 2, "half past two in summer"),
        (MIDNIGHT + 7 * HOUR / 2, "half past two in winter"),
    ] {
        clock.set(moment)?;
        bob.send("lobby", text, &text.replace(' ', "-")).await?;
        ada.wait_for(text).await?;
    }
    let shown = [
        "Saturday, 24 October 2026",
        "23:59",
        "late on Saturday",
        "Sunday, 25 October 2026",
        "00:00",
        "early on Sunday",
        "02:30",
        "half past two in summer",
        "02:30",
        "half past two in winter",
    ]
    .map(str::to_owned);
    for start in 0..2 {
        wait_in_order(&ada, &shown, SOON).await?;
        let screen = ada.screen()?;
        ensure!(screen.count(" 2026 ─") == 2, "{start}: two days: {screen}");
        ada.kill9()?;
        ada.start()?;
    }
    Ok(())
}

fn text_of(event: &Value) -> Result<String> {
    Ok(event["text"].as_str().context("no text")?.to_owned())
}
