//! Finding messages and going to dates in the terminal client.

use anyhow::{Result, ensure};
use chat_tests::client::Client;
use chat_tests::fake::{Fake, greeting, usual};
use chat_tests::server::Setup;
use chat_tests::terminal::Key;
use chat_tests::user::User;
use serde_json::{Value, json};

/// A message of a fake's lobby.
fn said(seq: u64, text: &str) -> Value {
    json!({
        "type": "message", "room": "lobby", "seq": seq, "author": "bob", "text": text,
        "at": format!("2026-11-{:02}T10:00:{:02}.000Z", 1 + seq / 50, seq % 50)
    })
}

/// Behaviour 34: from the cache while one types, by the server marked, Enter
/// shows it with what stands around it, Escape returns to the list and the place.
#[tokio::test]
async fn hits_of_the_cache_and_the_server_are_one_list_that_one_returns_to() -> Result<()> {
    let fake = Fake::start(greeting(), |request| {
        let id = &request["id"];
        match request["type"].as_str() {
            Some("hello") => {
                let mut welcome: Value =
                    serde_json::from_str(&usual(request)[0]).unwrap_or_default();
                welcome["rooms"][0]["head"] = 300.into();
                welcome["rooms"][0]["read"] = 300.into();
                vec![welcome.to_string()]
            }
            Some("history") => vec![page(request).to_string()],
            Some("search") => {
                let hits = [said(290, "the new plan"), said(7, "the old plan")];
                vec![json!({ "type": "found", "id": id, "hits": hits, "more": false }).to_string()]
            }
            _ => usual(request),
        }
    })
    .await?;
    let mut ada = User::enter(fake.url(), "ada").await?;
    ada.wait_for("m300").await?;
    ada.press(Key::Ctrl('x'))?;
    ada.type_text("s")?;
    ada.wait_for("find in #lobby").await?;
    ada.type_text("plan")?;
    let found = ada.wait_for("1 more (+) from the server").await?;
    ensure!(found.shows("1 cached") && found.shows("+ "), "{found}");
    ada.press(Key::Down)?;
    ada.settled().await?;
    ada.press(Key::Enter)?;
    // With what was said before and after.
    for text in ["m6", "the old plan", "m8"] {
        ada.wait_for(text).await?;
    }
    ada.press(Key::Esc)?;
    let list = ada.wait_for("find in #lobby").await?;
    ensure!(
        list.shows("the old plan") && list.shows("the new plan"),
        "{list}"
    );
    ada.press(Key::Esc)?;
    ada.wait_for("m300").await.map(|_| ())
}

/// A page of three hundred messages.
fn page(request: &Value) -> Value {
    let limit = request["limit"].as_u64().unwrap_or(50);
    let (from, to) = if let Some(before) = request["before"].as_u64() {
        (before.saturating_sub(limit).max(1), before - 1)
    } else if let Some(after) = request["after"].as_u64() {
        (after + 1, (after + limit).min(300))
    } else if let Some(around) = request["around"].as_u64() {
        let from = around.saturating_sub(limit / 2).max(1);
        (from, (from + limit - 1).min(300))
    } else {
        (301 - limit, 300)
    };
    let text = |seq: u64| match seq {
        7 => "the old plan".to_owned(),
        290 => "the new plan".to_owned(),
        other => format!("m{other}"),
    };
    let events: Vec<_> = (from..=to).map(|seq| said(seq, &text(seq))).collect();
    json!({
        "type": "history", "id": request["id"], "room": "lobby", "events": events, "first": 1,
        "head": 300, "more_before": from > 1, "more_after": to < 300
    })
}

/// Behaviour 34: without a server it says that only the cache was searched.
#[tokio::test]
async fn offline_the_cache_is_searched_and_it_says_so() -> Result<()> {
    let mut server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    for n in 0..50 {
        bob.send("lobby", &format!("message {n}"), &n.to_string())
            .await?;
    }
    bob.send("lobby", "the Zürich plan", "z").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.press(Key::CtrlEnd)?;
    ada.wait_for("the Zürich plan").await?;
    ada.settled().await?;
    ada.quit().await?;
    server.kill9()?;
    ada.start()?;
    ada.wait_for("offline").await?;
    ada.press(Key::Alt('s'))?;
    ada.wait_for("find in #lobby").await?;
    ada.type_text("zuri")?;
    ada.wait_for("offline: only the cache was searched").await?;
    ada.wait_for("bob: the Zürich plan").await.map(|_| ())
}

/// Behaviour 35: the view stands at the first message not before the date.
#[tokio::test]
async fn a_date_leads_to_its_first_message_and_says_what_is_oldest() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    for n in 0..120 {
        bob.send("lobby", &format!("message {n}."), &n.to_string())
            .await?;
    }
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.press(Key::CtrlEnd)?;
    ada.wait_for("message 119.").await?;
    ada.say("/at -3d").await?;
    ada.wait_for("is the oldest that is kept").await?;
    let screen = ada.wait_for("message 0.").await?;
    ensure!(!screen.shows("message 119."), "{screen}");
    ada.terminal()?.enter("/at someday").await?;
    let screen = ada.wait_for("is no date").await?;
    ensure!(
        screen.shows("› /at someday"),
        "what was typed stays: {screen}"
    );
    Ok(())
}

/// Behaviour 35: a date on which nobody said anything says so, and leads to the
/// next one.
#[tokio::test]
async fn a_date_without_messages_says_so_and_leads_to_the_next_one() -> Result<()> {
    let fake = Fake::start(greeting(), |request| match request["type"].as_str() {
        Some("hello") => {
            let mut welcome: Value = serde_json::from_str(&usual(request)[0]).unwrap_or_default();
            welcome["rooms"][0]["head"] = 300.into();
            welcome["rooms"][0]["read"] = 300.into();
            vec![welcome.to_string()]
        }
        Some("history") => {
            let mut page = match request["at"].as_str() {
                // From the hundredth on.
                Some(_) => page(&json!({ "id": request["id"], "after": 99 })),
                None => page(request),
            };
            for event in page["events"].as_array_mut().into_iter().flatten() {
                let month = if event["seq"].as_u64() < Some(100) {
                    9
                } else {
                    11
                };
                event["at"] = format!("2026-{month:02}-20T12:00:00.000Z").into();
            }
            vec![page.to_string()]
        }
        _ => usual(request),
    })
    .await?;
    let mut ada = User::enter(fake.url(), "ada").await?;
    ada.wait_for("m300").await?;
    ada.say("/at 2026-10-07").await?;
    ada.wait_for("nothing was said on Wed 2026-10-07").await?;
    ada.wait_for("the next is of Fri 2026-11-20").await?;
    let screen = ada.wait_for("m100").await?;
    ensure!(!screen.shows("m300"), "{screen}");
    ada.wait_for("m101").await.map(|_| ())
}
