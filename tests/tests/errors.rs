//! Errors: each code that can be reached, what its message teaches, and that
//! nothing was done.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::server::{Server, Setup};
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_no_json_object_costs_an_error_with_an_example_not_the_connection() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let deep_inside = format!(r#"{{"type":"ping","x":{deep}}}"#);
    for text in [
        "",
        " ",
        "{",
        "[]",
        "1",
        "null",
        "\"ping\"",
        "hello",
        "{\"type\":\"ping\"} x",
        "{'type':'ping'}",
        r#"{"type":"ping",}"#,
        r#"{"type":"send","room":"lobby","text":"\ud800"}"#,
        "\u{feff}{}",
        &deep,
        &deep_inside,
    ] {
        ada.say_text(text).await?;
        let error = ada.of_type("error").await?;
        assert_eq!(error["code"], "bad_json", "{text:?}: {error}");
        assert_eq!(error.get("id"), None, "{text:?}: {error}");
        let message = error["message"].as_str().context("no message")?;
        assert!(
            message.contains(r#"{"type":"#),
            "shows an example: {message}"
        );
    }
    ada.send("lobby", "still here", "1").await?;
    Ok(())
}

#[tokio::test]
async fn a_misspelt_request_is_told_the_nearest_one() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    for (misspelt, nearest) in [
        ("sned", "send"),
        ("histroy", "history"),
        ("Join", "join"),
        ("pings", "ping"),
    ] {
        let error = ada
            .refused("unknown_type", json!({ "type": misspelt }))
            .await?;
        let message = error["message"].as_str().context("no message")?;
        assert!(message.contains(nearest), "{misspelt}: {message}");
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_field_is_named() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    for (text, field) in [
        (r#"{"id":1}"#, "type"),
        (r#"{"type":5,"id":1}"#, "type"),
        (r#"{"type":"join","id":1}"#, "room"),
        (r#"{"type":"join","id":1,"room":5}"#, "room"),
        (r#"{"type":"join","id":1,"room":null}"#, "room"),
        (r#"{"type":"join","id":1,"room":"a","room":"b"}"#, "room"),
        (r#"{"type":"join","id":1,"room":"a","after":-1}"#, "after"),
        (
            r#"{"type":"join","id":1,"room":"a","create":"no"}"#,
            "create",
        ),
        (r#"{"type":"send","id":1,"room":"lobby"}"#, "text"),
        (
            r#"{"type":"send","id":1,"room":"lobby","text":["x"]}"#,
            "text",
        ),
        (
            r#"{"type":"send","id":1,"room":"lobby","text":"x","nonce":7}"#,
            "nonce",
        ),
        (
            r#"{"type":"send","id":1,"room":"lobby","text":"x","reply_to":1.5}"#,
            "reply_to",
        ),
        (r#"{"type":"read","id":1,"room":"lobby"}"#, "seq"),
        (r#"{"type":"read","id":1,"room":"lobby","seq":"1"}"#, "seq"),
        (
            r#"{"type":"read","id":1,"room":"lobby","seq":9007199254740992}"#,
            "seq",
        ),
        (
            r#"{"type":"history","id":1,"room":"lobby","limit":"all"}"#,
            "limit",
        ),
    ] {
        ada.say_text(text).await?;
        let error = ada.reply(&json!(1)).await?;
        assert_eq!(error["code"], "invalid", "{text}: {error}");
        assert_eq!(error["field"], field, "{text}: {error}");
        assert!(error["message"].is_string());
    }
    Ok(())
}

#[tokio::test]
async fn unknown_fields_are_ignored() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let request = json!({ "type": "send", "room": "lobby", "text": "x", "later": { "a": [1] } });
    ada.ask("sent", request).await?;
    Ok(())
}

#[tokio::test]
async fn an_id_is_echoed_as_it_is_and_a_wrong_one_does_nothing() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let longest = "i".repeat(64);
    for id in [
        json!(0),
        json!(9_007_199_254_740_991u64),
        json!(""),
        json!("é"),
        json!(longest),
    ] {
        ada.ask("pong", json!({ "type": "ping", "id": id })).await?;
    }
    for text in [r#"{"type":"ping","id":null}"#, r#"{"type":"ping"}"#] {
        ada.say_text(text).await?;
        let pong = ada.of_type("pong").await?;
        assert_eq!(pong.get("id"), None, "{text}");
    }
    let too_long = format!("{:?}", "i".repeat(65));
    for id in [
        "-1",
        "1.5",
        "9007199254740992",
        "true",
        "[1]",
        "{}",
        &too_long,
    ] {
        ada.say_text(&format!(
            r#"{{"type":"send","room":"lobby","text":"x","id":{id}}}"#
        ))
        .await?;
        let error = ada.of_type("error").await?;
        assert_eq!(error["code"], "invalid", "{id}: {error}");
        assert_eq!(error["field"], "id", "{id}: {error}");
        assert_eq!(error.get("id"), None, "{id}: {error}");
    }
    let history = json!({ "type": "history", "room": "lobby" });
    assert_eq!(
        ada.ask("history", history).await?["head"],
        0,
        "nothing done"
    );
    Ok(())
}

#[tokio::test]
async fn each_request_gets_exactly_one_reply() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut asked = Vec::new();
    for round in 0..20 {
        for (name, mut request) in [
            ("ping", json!({ "type": "ping" })),
            (
                "send",
                json!({ "type": "send", "room": "lobby", "text": "x" }),
            ),
            (
                "refused",
                json!({ "type": "send", "room": "lobby", "text": "" }),
            ),
            ("unknown", json!({ "type": "nothing" })),
            (
                "history",
                json!({ "type": "history", "room": "lobby", "limit": 1 }),
            ),
            ("rooms", json!({ "type": "rooms" })),
        ] {
            let id = format!("{name} {round}");
            request["id"] = id.clone().into();
            ada.say(&request).await?;
            asked.push(id);
        }
    }
    let last = json!("last");
    ada.say(&json!({ "type": "history", "room": "lobby", "id": last }))
        .await?;
    let mut answered = Vec::new();
    while answered.len() <= asked.len() {
        let frame = ada.next().await?;
        if let Some(id) = frame["id"].as_str() {
            answered.push(id.to_owned());
        }
    }
    let rest = ada.so_far().await?;
    assert!(
        rest.iter().all(|frame| frame.get("id").is_none()),
        "{rest:?}"
    );
    asked.push("last".to_owned());
    asked.sort();
    answered.sort();
    assert_eq!(answered, asked);
    Ok(())
}

#[tokio::test]
async fn who_sends_too_fast_is_told_when_to_go_on_and_nothing_was_done() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let begun = Instant::now();
    for n in 0..80 {
        ada.say(&json!({ "type": "send", "id": n, "room": "lobby", "text": "x" }))
            .await?;
    }
    let (mut sent, mut refused, mut wait) = (0, 0, 0);
    for n in 0..80 {
        let reply = ada.reply(&json!(n)).await?;
        if reply["type"] == "sent" {
            sent += 1;
            continue;
        }
        assert_eq!(reply["code"], "rate_limited", "{reply}");
        wait = reply["retry_after_ms"].as_u64().context("when again?")?;
        refused += 1;
    }
    let most = 50 + 10 * (begun.elapsed().as_secs() + 1);
    ensure!(
        (50..=most).contains(&sent),
        "{sent} of 80 at 10/s and a burst of 50"
    );
    ensure!(refused > 0 && (1..=5_000).contains(&wait), "wait {wait} ms");
    let history = json!({ "type": "history", "room": "lobby" });
    assert_eq!(ada.ask("history", history).await?["head"], sent);
    Ok(())
}

#[tokio::test]
async fn help_shows_each_request_with_an_example() -> Result<()> {
    let server = Server::start().await?;
    let mut client = Client::connect(server.address()).await?;
    let help = client.ask("help", json!({ "type": "help" })).await?;
    let requests = help["requests"].as_array().context("no requests")?;
    for name in [
        "hello", "join", "leave", "rooms", "members", "send", "history", "read", "typing", "ping",
        "help",
    ] {
        let entry = requests.iter().find(|request| request["type"] == name);
        let entry = entry.with_context(|| format!("no help for {name}"))?;
        assert_eq!(entry["example"]["type"], name);
        assert!(
            entry["about"]
                .as_str()
                .is_some_and(|about| !about.is_empty())
        );
    }
    Ok(())
}

/// What `help` shows can be said as it stands, and answers with anything but a
/// complaint about its form.
#[tokio::test]
async fn the_examples_of_help_are_right_frames() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let help = ada.ask("help", json!({ "type": "help" })).await?;
    let requests = help["requests"].as_array().context("no requests")?;
    for (n, request) in requests.iter().enumerate() {
        if matches!(request["type"].as_str(), Some("logout" | "typing")) {
            continue;
        }
        let mut example = request["example"].clone();
        example["id"] = Value::from(n + 1000);
        let reply = ada.request(example.clone()).await?;
        let code = reply["code"].as_str().unwrap_or_default();
        assert!(
            !matches!(code, "bad_json" | "unknown_type" | "internal")
                && (code != "invalid" || request["type"] == "read"),
            "{example} was answered by {reply}"
        );
    }
    Ok(())
}
