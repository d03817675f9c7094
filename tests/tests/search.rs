//! Finding what was said, as clients ask for it.

use anyhow::Result;
use chat_tests::client::Client;
use chat_tests::server::{Server, Setup};
use serde_json::{Value, json};

fn texts(found: &Value) -> Vec<&str> {
    let hits = found["hits"].as_array().map_or(&[][..], Vec::as_slice);
    hits.iter().filter_map(|hit| hit["text"].as_str()).collect()
}

#[tokio::test]
async fn what_was_acknowledged_is_found_at_once_and_after_a_kill() -> Result<()> {
    let mut server = Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    for number in 0..30 {
        let text = format!("the release {number} is on Friday");
        ada.send("lobby", &text, &number.to_string()).await?;
        let look = json!({"type": "search", "query": format!("FRIDAY {number}")});
        let found = ada.ask("found", look).await?;
        assert_eq!(texts(&found), [text]);
        assert_eq!(found["more"], false);
        assert_eq!(found["hits"][0]["type"], "message");
        assert_eq!(found["hits"][0]["room"], "lobby");
        assert_eq!(found["hits"][0]["seq"], number + 1);
    }
    let token = ada.token().to_owned();
    server.kill9()?;
    server.restart().await?;
    let mut ada = Client::come_back(server.address(), &token).await?;
    let look = json!({"type": "search", "query": "release 7"});
    assert_eq!(
        texts(&ada.ask("found", look).await?),
        ["the release 7 is on Friday"]
    );
    Ok(())
}

#[tokio::test]
async fn hits_come_newest_first_and_the_cursor_goes_on() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    ada.join("dev").await?;
    for number in 0..45 {
        let room = ["lobby", "dev"][number % 2];
        ada.send(room, &format!("note {number}"), &number.to_string())
            .await?;
    }
    let mut look = json!({"type": "search", "query": "note"});
    let mut all = Vec::new();
    loop {
        let found = ada.ask("found", look.clone()).await?;
        all.extend(texts(&found).into_iter().map(str::to_owned));
        if found["more"] == false {
            assert_eq!(found.get("next"), None);
            break;
        }
        assert_eq!(texts(&found).len(), 20, "where no limit is named");
        look["cursor"] = found["next"].clone();
    }
    // Notes of one moment stand by room.
    let mut numbers: Vec<usize> = Vec::new();
    for text in &all {
        numbers.push(text.trim_start_matches("note ").parse()?);
    }
    numbers.sort_unstable();
    assert_eq!(
        numbers,
        (0..45).collect::<Vec<_>>(),
        "none twice, none missed"
    );
    let lobby =
        json!({"type": "search", "query": "note", "room": "lobby", "author": "ADA", "limit": 2});
    assert_eq!(
        texts(&ada.ask("found", lobby).await?),
        ["note 44", "note 42"]
    );
    Ok(())
}

#[tokio::test]
async fn no_query_is_an_error_but_one_of_nothing_or_blanks() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    for query in ["", " \n\t", "\u{3000}"] {
        let look = json!({"type": "search", "query": query});
        assert_eq!(ada.refused("invalid", look).await?["field"], "query");
    }
    for query in [
        "\"",
        "\"\"",
        "*",
        "a AND",
        "NEAR(a b)",
        "(",
        "a:b",
        "^a",
        "-a",
        "a OR",
        "'; --",
        "{a b}",
        "\u{0}",
        "+",
    ] {
        let look = json!({"type": "search", "query": query});
        assert_eq!(
            ada.ask("found", look).await?["hits"],
            json!([]),
            "{query:?}"
        );
    }
    for (field, value) in [
        ("cursor", json!("c7")),
        ("limit", json!(0)),
        ("room", json!("Lobby")),
        ("since", json!("yesterday")),
    ] {
        let mut look = json!({"type": "search", "query": "a"});
        look[field] = value;
        assert_eq!(ada.refused("invalid", look).await?["field"], field);
    }
    Ok(())
}

#[tokio::test]
async fn a_room_that_one_is_not_in_is_not_searched() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    ada.join("dev").await?;
    ada.send("dev", "the plan", "n").await?;
    let there = json!({"type": "search", "query": "plan", "room": "dev"});
    bob.refused("not_member", there.clone()).await?;
    let nowhere = json!({"type": "search", "query": "plan", "room": "nowhere"});
    bob.refused("not_found", nowhere).await?;
    let anywhere = json!({"type": "search", "query": "plan"});
    assert_eq!(bob.ask("found", anywhere).await?["hits"], json!([]));
    assert_eq!(texts(&ada.ask("found", there).await?), ["the plan"]);
    Ok(())
}
