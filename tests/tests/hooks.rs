//! Incoming webhooks: what tools send them, and what they must not be made to do.

use anyhow::{Context as _, Result};
use chat_tests::client::Client;
use chat_tests::http::Ask;
use chat_tests::server::{Server, Setup};
use chat_tests::wait::{self, SOON};
use serde_json::{Value, json};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn what_a_tool_posts_becomes_a_message_and_a_retry_does_not() -> Result<()> {
    let mut server = Server::start().await?;
    let mut ada = moderator(&server).await?;
    let url = hook(&mut ada, "ci").await?;
    for (kind, body, text) in [
        (
            "application/json",
            r#"{"text":"build failed"}"#,
            "build failed",
        ),
        (FORM, "payload=%7B%22text%22%3A%22a+b%22%7D", "a b"),
        (
            FORM,
            r#"{"text":"as curl -d sends it"}"#,
            "as curl -d sends it",
        ),
    ] {
        let answer = Ask::new("POST", &url)
            .header("Content-Type", kind)
            .body(body)
            .send(server.address())
            .await?;
        assert_eq!(
            (answer.status(), answer.text().as_str()),
            (200, "ok"),
            "{body}"
        );
        let said = ada.event("dev").await?;
        assert_eq!(
            (&said["text"], &said["author"]),
            (&json!(text), &json!("ci"))
        );
        assert_eq!((&said["hook"], said.get("guest")), (&json!(true), None));
    }
    let post = |text: &str| {
        Ask::new("POST", &url)
            .header("Idempotency-Key", "build-7")
            .body(json!({ "text": text }).to_string())
    };
    assert_eq!(post("build 7").send(server.address()).await?.status(), 200);
    let first = ada.event("dev").await?;
    server.kill9()?;
    server.restart().await?;
    // It was durable, and after the restart it is known again.
    assert_eq!(post("build 7").send(server.address()).await?.status(), 200);
    let other = post("build 8").send(server.address()).await?;
    assert_eq!(other.refusal(), (409, "conflict".to_owned()));
    let mut ada = Client::come_back(server.address(), ada.token()).await?;
    let page = ada
        .ask("history", json!({ "type": "history", "room": "dev" }))
        .await?;
    let last = page["events"].as_array().and_then(|events| events.last());
    assert_eq!(last, Some(&first));
    Ok(())
}

#[tokio::test]
async fn its_messages_are_others_to_everybody_and_are_moderated_like_any() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = moderator(&server).await?;
    let url = hook(&mut ada, "ci").await?;
    say(&server, &url, "hi @ada").await?;
    let said = ada.event("dev").await?;
    let again = Client::come_back(server.address(), ada.token()).await?;
    let rooms = again.welcome["rooms"].as_array().context("rooms")?;
    let dev = rooms.iter().find(|room| room["room"] == "dev");
    let dev = dev.context("dev")?;
    assert_eq!((&dev["unread"], &dev["mentions"]), (&json!(1), &json!(1)));
    let delete = json!({ "type": "delete", "room": "dev", "target": said["seq"] });
    ada.ask("ok", delete).await?;
    let edit = json!({ "type": "edit", "room": "dev", "target": said["seq"], "text": "mine" });
    let refusal = ada.request(edit).await?;
    assert_eq!(refusal["type"], "error", "{refusal}");
    Ok(())
}

#[tokio::test]
async fn only_accounts_that_moderate_have_webhooks_and_who_voids_one_silences_it() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = moderator(&server).await?;
    let make = json!({ "type": "hook", "room": "dev", "name": "ci" });
    let list = json!({ "type": "hooks", "room": "dev" });
    let void = json!({ "type": "unhook", "room": "dev", "name": "ci" });
    let mut bob = Client::enter(server.address(), "bob").await?;
    for request in [&make, &list, &void] {
        bob.refused("not_member", request.clone()).await?;
    }
    bob.join("dev").await?;
    for request in [&make, &list, &void] {
        bob.refused("forbidden", request.clone()).await?;
    }
    bob.join("bobs").await?;
    let own = json!({ "type": "hook", "room": "bobs", "name": "ci" });
    let guest = bob.refused("forbidden", own).await?;
    assert!(
        guest["message"]
            .as_str()
            .is_some_and(|m| m.contains("register")),
        "{guest}"
    );
    let url = hook(&mut ada, "ci").await?;
    ada.refused("conflict", make.clone()).await?;
    let named = json!({ "type": "hook", "room": "dev", "name": "bob" });
    ada.refused("conflict", named).await?;
    let listed = ada.ask("hooks", list).await?;
    assert_eq!(listed["hooks"], json!([{ "room": "dev", "name": "ci" }]));
    let mut late = Client::connect(server.address()).await?;
    late.refused("name_taken", json!({ "type": "hello", "name": "CI" }))
        .await?;
    ada.ask("ok", void.clone()).await?;
    ada.refused("not_found", void).await?;
    let gone = Ask::new("POST", &url)
        .body(r#"{"text":"hi"}"#)
        .send(server.address())
        .await?;
    assert_eq!(gone.refusal(), (404, "not_found".to_owned()));
    Ok(())
}

#[tokio::test]
async fn a_wrong_body_is_told_what_would_be_right_and_nothing_is_said() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = moderator(&server).await?;
    let url = hook(&mut ada, "ci").await?;
    let long = json!({ "text": "x".repeat(4001) }).to_string();
    let huge = json!({ "text": "x".repeat(300_000) }).to_string();
    for (kind, body, status, code) in [
        ("application/json", "", 400, "bad_json"),
        ("application/json", "build failed", 400, "bad_json"),
        ("application/json", "[1]", 400, "bad_json"),
        ("application/json", "{\"text\":\"a\"", 400, "bad_json"),
        ("application/json", "{}", 400, "invalid"),
        ("application/json", "{\"text\":7}", 400, "invalid"),
        ("application/json", "{\"text\":\"\"}", 400, "invalid"),
        (
            "application/json",
            "{\"text\":\" \\u200b\"}",
            400,
            "invalid",
        ),
        ("application/json", "{\"text\":\"\\u0007\"}", 400, "invalid"),
        ("application/json", long.as_str(), 400, "invalid"),
        ("application/json", huge.as_str(), 413, "too_large"),
        (FORM, "text=hi", 400, "invalid"),
        ("text/plain", "hi", 415, "unsupported"),
    ] {
        let answer = Ask::new("POST", &url)
            .header("Content-Type", kind)
            .body(body)
            .send(server.address())
            .await?;
        let shown = &body[..body.len().min(40)];
        assert_eq!(answer.refusal(), (status, code.to_owned()), "{shown}");
    }
    let lied = Ask::new("POST", &url)
        .header("Content-Length", "500")
        .raw("{}");
    let mut lied = lied.begin(server.address()).await?;
    tokio::io::AsyncWriteExt::shutdown(&mut lied).await?;
    let twice = Ask::new("POST", &url)
        .header("Idempotency-Key", "a")
        .header("Idempotency-Key", "b")
        .body(r#"{"text":"hi"}"#)
        .send(server.address())
        .await?;
    assert_eq!(twice.refusal(), (400, "invalid".to_owned()));
    let asked = Ask::new("GET", &url).send(server.address()).await?;
    assert_eq!(
        (asked.status(), asked.header("allow")),
        (405, Some("POST".to_owned()))
    );
    let before = ada.so_far().await?;
    assert!(
        !before.iter().any(|frame| frame["type"] == "message"),
        "{before:?}"
    );
    Ok(())
}

#[tokio::test]
async fn one_that_says_too_much_is_told_when_to_come_back() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = moderator(&server).await?;
    let burst = ada.greeting["rates"]["webhook"]["burst"].as_u64();
    let url = hook(&mut ada, "ci").await?;
    let other = hook(&mut ada, "cd").await?;
    let mut limited = None;
    for _ in 0..=2 * burst.context("a rate")? {
        let answer = Ask::new("POST", &url)
            .body(r#"{"text":"hi"}"#)
            .send(server.address())
            .await?;
        if answer.status() != 200 {
            limited = Some(answer);
            break;
        }
    }
    let limited = limited.context("never limited")?;
    assert_eq!(limited.refusal(), (429, "rate_limited".to_owned()));
    assert_eq!(limited.header("retry-after").as_deref(), Some("1"));
    assert!(limited.json()["retry_after_ms"].is_u64());
    say(&server, &other, "hi").await
}

#[tokio::test]
async fn its_address_is_in_no_log_and_no_file() -> Result<()> {
    let server = Setup::default().arg("--log").arg("trace").start().await?;
    let mut ada = moderator(&server).await?;
    let url = hook(&mut ada, "ci").await?;
    say(&server, &url, "hi").await?;
    let wrong = Ask::new("POST", &format!("{url}x"))
        .body(r#"{"text":"hi"}"#)
        .send(server.address())
        .await?;
    assert_eq!(wrong.status(), 404);
    let broken = Ask::new("POST", &url)
        .body("{")
        .send(server.address())
        .await?;
    assert!(!broken.text().contains(&url));
    let token = url.trim_start_matches("/hooks/");
    assert!(token.len() >= 43, "{} characters", token.len());
    ada.ask("pong", json!({ "type": "ping" })).await?;
    assert!(!server.output().contains(&token[..20]));
    wait::until("the data to be read", SOON, || {
        std::fs::read_dir(server.data()).ok()
    })
    .await?
    .flatten()
    .filter(|entry| entry.path().is_file())
    .try_for_each(|entry| {
        let held = std::fs::read(entry.path())?;
        let found = held
            .windows(token.len())
            .any(|part| part == token.as_bytes());
        anyhow::ensure!(!found, "{} holds the address", entry.path().display());
        Ok(())
    })
}

/// Ada, who has an account and owns the room dev.
async fn moderator(server: &Server) -> Result<Client> {
    let mut ada = Client::enter(server.address(), "ada").await?;
    let register = json!({ "type": "register", "password": "correct horse battery" });
    ada.ask("registered", register).await?;
    ada.join("dev").await?;
    Ok(ada)
}

/// Makes a webhook in dev; gives the path of its address.
async fn hook(client: &mut Client, name: &str) -> Result<String> {
    let request = json!({ "type": "hook", "room": "dev", "name": name });
    let made: Value = client.ask("hook", request).await?;
    assert_eq!(
        (&made["room"], &made["name"]),
        (&json!("dev"), &json!(name))
    );
    Ok(made["url"].as_str().context("no url")?.to_owned())
}

async fn say(server: &Server, url: &str, text: &str) -> Result<()> {
    let answer = Ask::new("POST", url)
        .header("Content-Type", "application/json")
        .body(json!({ "text": text }).to_string())
        .send(server.address())
        .await?;
    anyhow::ensure!(answer.status() == 200, "{}", answer.text());
    Ok(())
}
