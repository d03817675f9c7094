//! Messages: sending, nonces, order, history, texts.

use anyhow::{Context as _, Result};
use chat_tests::client::Client;
use chat_tests::server::{Server, Setup};
use serde_json::{Value, json};

#[tokio::test]
async fn a_message_reaches_everybody_its_author_too_as_it_was_sent() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let sent = ada.send("lobby", "hi @bob", "n1").await?;
    assert_eq!(sent["room"], "lobby");
    assert_eq!(sent["seq"], 1);
    assert_eq!(sent.get("duplicate"), None);
    let at = sent["at"].as_str().context("no time")?;
    assert_eq!(at.len(), "2026-11-22T05:00:00.123Z".len(), "{at}");
    assert!(at.ends_with('Z'), "{at}");
    let expected = json!({
        "type": "message", "room": "lobby", "seq": 1, "at": at, "author": "ada",
        "guest": true, "text": "hi @bob", "nonce": "n1"
    });
    assert_eq!(ada.event("lobby").await?, expected);
    assert_eq!(bob.event("lobby").await?, expected);
    let answer = json!({ "type": "send", "room": "lobby", "text": "yes", "reply_to": 1 });
    bob.ask("sent", answer).await?;
    let event = ada.event("lobby").await?;
    assert_eq!(event["reply_to"], 1);
    assert_eq!(event["author"], "bob");
    Ok(())
}

#[tokio::test]
async fn all_see_one_order_without_holes_and_time_never_falls() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut clients = Vec::new();
    for name in ["ada", "bob", "eve"] {
        clients.push(Client::enter(server.address(), name).await?);
    }
    for n in 0..50 {
        for client in &mut clients {
            let text = format!("{n}");
            let request = json!({ "type": "send", "room": "lobby", "text": text });
            client.say(&request).await?;
        }
    }
    let mut seen = Vec::new();
    for client in &mut clients {
        seen.push(client.events("lobby", 150).await?);
    }
    let seqs: Vec<_> = seen[0]
        .iter()
        .filter_map(|event| event["seq"].as_u64())
        .collect();
    assert_eq!(seqs, (1..=150).collect::<Vec<_>>());
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
    let times: Vec<_> = seen[0]
        .iter()
        .filter_map(|event| event["at"].as_str())
        .collect();
    assert!(times.is_sorted(), "{times:?}");
    for name in ["ada", "bob", "eve"] {
        let own: Vec<_> = seen[0]
            .iter()
            .filter(|event| event["author"] == name)
            .filter_map(|event| event["text"].as_str()?.parse::<u32>().ok())
            .collect();
        assert_eq!(
            own,
            (0..50).collect::<Vec<_>>(),
            "{name}'s in the order sent"
        );
    }
    Ok(())
}

#[tokio::test]
async fn requests_of_one_connection_take_effect_in_the_order_sent() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    for n in 1..=20u64 {
        ada.say(&json!({ "type": "send", "id": 2 * n, "room": "lobby", "text": "x" }))
            .await?;
        ada.say(&json!({ "type": "history", "id": 2 * n + 1, "room": "lobby", "limit": 1 }))
            .await?;
    }
    for n in 1..=20u64 {
        let history = ada.reply(&json!(2 * n + 1)).await?;
        let newest = history["events"][0]["seq"].as_u64().context("no seq")?;
        assert!(newest >= n, "history after the {n}th send shows {newest}");
        assert_eq!(ada.reply(&json!(2 * n)).await?["seq"], n);
    }
    Ok(())
}

#[tokio::test]
async fn a_repeated_send_is_one_message() -> Result<()> {
    let mut server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let token = ada.token().to_owned();
    let first = ada.send("lobby", "once", "n").await?;
    let same = |again: &Value| {
        assert_eq!(again["seq"], first["seq"], "{again}");
        assert_eq!(again["at"], first["at"], "{again}");
        assert_eq!(again["duplicate"], true, "{again}");
    };
    same(&ada.send("lobby", "once", "n").await?);
    let mut other = Client::come_back(server.address(), &token).await?;
    same(&other.send("lobby", "once", "n").await?);
    // What is trimmed is the same text.
    same(&other.send("lobby", "once \n", "n").await?);
    server.kill9()?;
    server.restart().await?;
    let mut ada = Client::come_back(server.address(), &token).await?;
    same(&ada.send("lobby", "once", "n").await?);
    ada.ask("left", json!({ "type": "leave", "room": "lobby" }))
        .await?;
    same(&ada.send("lobby", "once", "n").await?);
    let mut bob = Client::enter(server.address(), "bob").await?;
    assert_eq!(bob.welcome["rooms"][0]["head"], 1, "{}", bob.welcome);
    let others = bob.send("lobby", "another's", "n").await?;
    assert_eq!(others["seq"], 2, "a nonce is its user's");
    assert_eq!(others.get("duplicate"), None);
    bob.join("dev").await?;
    let elsewhere = bob.send("dev", "another room's", "n").await?;
    assert_eq!(elsewhere.get("duplicate"), None, "a nonce is its room's");
    Ok(())
}

#[tokio::test]
async fn sends_repeated_at_the_same_instant_are_one_message() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut twin = Client::come_back(server.address(), ada.token()).await?;
    for n in 0..30 {
        let request = json!({ "type": "send", "id": "x", "room": "lobby", "text": "x", "nonce": format!("{n}") });
        tokio::try_join!(ada.say(&request), twin.say(&request))?;
        ada.say(&request).await?;
        let replies = [
            ada.reply(&json!("x")).await?,
            ada.reply(&json!("x")).await?,
            twin.reply(&json!("x")).await?,
        ];
        let duplicates = replies.iter().filter(|reply| reply["duplicate"] == true);
        assert_eq!(duplicates.count(), 2, "{replies:?}");
        assert!(
            replies.iter().all(|reply| reply["seq"] == n + 1),
            "{replies:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_nonce_with_another_text_is_a_conflict() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    ada.send("lobby", "this", "n").await?;
    let other = json!({ "type": "send", "room": "lobby", "text": "that", "nonce": "n" });
    ada.refused("conflict", other).await?;
    assert_eq!(history(&mut ada, json!({})).await?["head"], 1);
    Ok(())
}

#[tokio::test]
async fn a_reply_answers_a_message_that_is_there() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    ada.send("lobby", "first", "1").await?;
    for target in [2, 9_007_199_254_740_991u64] {
        let request = json!({ "type": "send", "room": "lobby", "text": "x", "reply_to": target });
        ada.refused("not_found", request).await?;
    }
    Ok(())
}

#[tokio::test]
async fn history_is_paged_from_every_side() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let empty = history(&mut ada, json!({})).await?;
    assert_eq!((&empty["first"], &empty["head"]), (&json!(1), &json!(0)));
    assert_eq!(empty["events"], json!([]));
    for n in 1..=120 {
        ada.send("lobby", &format!("text {n}"), &format!("{n}"))
            .await?;
    }
    let at_60 =
        history(&mut ada, json!({ "around": 60, "limit": 1 })).await?["events"][0]["at"].clone();
    for (fields, from, to, before, after) in [
        (json!({}), 71, 120, true, false),
        (json!({ "before": 71 }), 21, 70, true, true),
        (json!({ "before": 21 }), 1, 20, false, true),
        (json!({ "after": 100, "limit": 10 }), 101, 110, true, true),
        (json!({ "after": 110, "limit": 10 }), 111, 120, true, false),
        (json!({ "after": 0, "limit": 200 }), 1, 120, false, false),
        (json!({ "limit": 1000 }), 1, 120, false, false),
        (json!({ "around": 60, "limit": 1 }), 60, 60, true, true),
    ] {
        let page = history(&mut ada, fields.clone()).await?;
        assert_eq!(seqs(&page)?, (from..=to).collect::<Vec<_>>(), "{fields}");
        assert_eq!(page["more_before"], before, "{fields}");
        assert_eq!(page["more_after"], after, "{fields}");
        assert_eq!(page["first"], 1);
        assert_eq!(page["head"], 120);
    }
    let around = seqs(&history(&mut ada, json!({ "around": 60, "limit": 11 })).await?)?;
    assert!(around.contains(&60) && around.len() == 11, "{around:?}");
    let at = history(&mut ada, json!({ "at": at_60, "limit": 11 })).await?;
    let holds = at["events"]
        .as_array()
        .context("no events")?
        .iter()
        .any(|event| event["at"] == at_60);
    assert!(holds, "a time includes what was said then: {at}");
    Ok(())
}

#[tokio::test]
async fn a_page_takes_one_place_and_a_sensible_limit() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    for fields in [
        json!({ "before": 3, "after": 1 }),
        json!({ "around": 3, "at": "2026-11-22T05:00:00.123Z" }),
        json!({ "limit": 0 }),
        json!({ "limit": -1 }),
        json!({ "at": "yesterday" }),
        json!({ "before": "3" }),
    ] {
        let mut request = fields;
        request["type"] = "history".into();
        request["room"] = "lobby".into();
        ada.refused("invalid", request).await?;
    }
    Ok(())
}

#[tokio::test]
async fn texts_are_held_to_their_rule_at_its_boundary() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let longest = "x".repeat(4000);
    let widest = "😀".repeat(4000);
    let padded = format!("{longest}   \n");
    for (text, kept) in [
        (longest.as_str(), longest.as_str()),
        (&widest, &widest),
        (&padded, &longest),
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb", "a\nb"),
        ("  lead, trail \u{2003}\n", "  lead, trail"),
        (
            "e\u{301} \u{202e}as it is\u{202c}",
            "e\u{301} \u{202e}as it is\u{202c}",
        ),
    ] {
        let request = json!({ "type": "send", "room": "lobby", "text": text });
        ada.ask("sent", request).await?;
        assert_eq!(ada.event("lobby").await?["text"], kept);
    }
    let too_long = "x".repeat(4001);
    for text in [
        "",
        " \n\t",
        "\u{200b}",
        "\u{feff} \u{ad}",
        "a\u{7}",
        "a\0b",
        "a\u{9b}b",
        "a\u{1b}[m",
        "a\rb",
        &too_long,
    ] {
        let request = json!({ "type": "send", "room": "lobby", "text": text });
        let error = ada.refused("invalid", request).await?;
        assert_eq!(error["field"], "text", "{text:?}: {error}");
    }
    let request = json!({ "type": "send", "room": "lobby", "text": too_long });
    let error = ada.refused("invalid", request).await?;
    let message = error["message"].as_str().context("no message")?;
    assert!(
        message.contains("4001") && message.contains("4000"),
        "{message}"
    );
    Ok(())
}

#[tokio::test]
async fn nonces_are_held_to_their_rule_at_its_boundary() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let longest = "n".repeat(64);
    for nonce in ["n", &longest, "!~{}\"\\"] {
        ada.send("lobby", "x", nonce).await?;
        assert_eq!(ada.event("lobby").await?["nonce"], nonce);
    }
    let too_long = "n".repeat(65);
    for nonce in ["", &too_long, "é", "a\n", "\u{7f}"] {
        let request = json!({ "type": "send", "room": "lobby", "text": "x", "nonce": nonce });
        let error = ada.refused("invalid", request).await?;
        assert_eq!(error["field"], "nonce", "{nonce:?}: {error}");
    }
    Ok(())
}

async fn history(client: &mut Client, mut fields: Value) -> Result<Value> {
    fields["type"] = "history".into();
    fields["room"] = "lobby".into();
    client.ask("history", fields).await
}

fn seqs(page: &Value) -> Result<Vec<u64>> {
    let events = page["events"].as_array().context("no events")?;
    events
        .iter()
        .map(|event| event["seq"].as_u64().context("no seq"))
        .collect()
}
