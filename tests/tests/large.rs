//! Replies as large as they can get: none passes the bound of a frame, and what
//! ends early says that there is more.

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::server::Setup;
use serde_json::{Value, json};

/// As many rooms as one may be in.
const ROOMS: usize = 1_000;
/// What a frame may have, and a `welcome`.
const FRAME: usize = 1 << 20;
const WELCOME: usize = 4 << 20;

/// A thousand rooms with the longest names and topics are more than a frame of
/// 1 MiB: `welcome` has them all the same, `rooms` ends early.
#[tokio::test]
async fn a_welcome_may_have_4_mib_and_a_list_of_rooms_ends_early() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = Client::register(server.address(), "ada").await?;
    let topic = "\u{1f980}".repeat(250);
    for n in 1..ROOMS {
        let room = format!("{}{n:04}", "\u{65e5}".repeat(60));
        let create =
            json!({ "type": "create", "room": room, "topic": topic, "id": format!("{n}") });
        ada.say(&create).await?;
        if n % 100 == 0 || n == ROOMS - 1 {
            let joined = ada.reply(&json!(format!("{n}"))).await?;
            ensure!(joined["type"] == "joined", "{joined}");
            ada.so_far().await?;
        }
    }
    let one_more = json!({ "type": "create", "room": "one-more" });
    ada.refused("conflict", one_more).await?;
    let again = Client::come_back(server.address(), ada.token()).await?;
    let size = again.welcome.to_string().len();
    assert!((FRAME..WELCOME).contains(&size), "{size} bytes");
    let rooms = again.welcome["rooms"].as_array().context("no rooms")?;
    assert_eq!(rooms.len(), ROOMS);

    let (mut after, mut listed, mut pages) = (Value::Null, 0, 0);
    loop {
        let request = json!({ "type": "rooms", "limit": 5_000, "mine": true, "after": after });
        let page = ada.ask("rooms", request).await?;
        let size = page.to_string().len();
        assert!(size <= FRAME, "a page of {size} bytes");
        let rows = page["rooms"].as_array().context("no rooms")?;
        listed += rows.len();
        pages += 1;
        if page["more"] == false {
            break;
        }
        after = rows.last().context("an empty page")?["room"].clone();
    }
    assert_eq!(listed, ROOMS);
    assert!((2..5).contains(&pages), "{pages} pages");
    Ok(())
}

/// Texts of the widest characters: the page of `joined` says that there is more.
#[tokio::test]
async fn a_page_that_would_be_too_large_ends_early_and_says_so() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    ada.join("dev").await?;
    let widest = "\u{1f980}".repeat(4_000);
    for n in 0..80 {
        ada.send("dev", &widest, &n.to_string()).await?;
    }
    let joined = bob.join("dev").await?;
    assert_eq!(joined["more_before"], true);
    let (mut before, mut read) = (Value::Null, 0);
    loop {
        let request = json!({ "type": "history", "room": "dev", "limit": 200, "before": before });
        let page = bob.ask("history", request).await?;
        let size = page.to_string().len();
        assert!(size <= FRAME, "a page of {size} bytes");
        let events = page["events"].as_array().context("no events")?;
        read += events.len();
        if page["more_before"] == false {
            break;
        }
        before = events.first().context("an empty page")?["seq"].clone();
    }
    assert_eq!(read, 80);
    Ok(())
}
