//! How often what may be done: stated in the greeting, refused with the time to
//! wait, and nothing done.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::server::{Server, Setup};
use serde_json::{Value, json};

#[tokio::test]
async fn each_kind_of_request_has_a_rate_and_is_done_again_after_the_time_told() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let rates = ada.greeting["rates"].clone();
    for (class, request) in [
        (
            "send",
            json!({ "type": "send", "room": "lobby", "text": "hi" }),
        ),
        (
            "edit",
            json!({ "type": "delete", "room": "lobby", "target": 999 }),
        ),
        ("join", json!({ "type": "join", "room": "lobby" })),
        (
            "moderate",
            json!({ "type": "topic", "room": "nowhere", "topic": "x" }),
        ),
        (
            "history",
            json!({ "type": "members", "room": "lobby", "limit": 1 }),
        ),
        ("search", json!({ "type": "search", "query": "friday" })),
        ("read", json!({ "type": "read", "room": "lobby", "seq": 0 })),
        ("other", json!({ "type": "help" })),
    ] {
        let burst = rates[class]["burst"].as_u64().context(class)?;
        let refusal = exhaust(&mut ada, &request, burst).await?;
        let wait = refusal["retry_after_ms"]
            .as_u64()
            .context("retry_after_ms")?;
        ensure!((1..=1000).contains(&wait), "{class}: {refusal}");
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let reply = ada.request(request).await?;
        ensure!(
            reply["code"] != "rate_limited",
            "{class} after {wait} ms: {reply}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn what_is_refused_for_its_rate_is_not_done() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let burst = ada.greeting["rates"]["send"]["burst"]
        .as_u64()
        .context("burst")?;
    let (mut sent, mut refused) = (Vec::new(), 0);
    for id in 0..2 * burst {
        let text = format!("number {id}");
        ada.say(&json!({ "type": "send", "id": id, "room": "lobby", "text": text }))
            .await?;
    }
    for id in 0..2 * burst {
        let reply = ada.reply(&id.into()).await?;
        match reply["type"].as_str() {
            Some("sent") => sent.push(format!("number {id}")),
            _ if reply["code"] == "rate_limited" => refused += 1,
            _ => anyhow::bail!("{reply}"),
        }
    }
    ensure!(refused > 0, "none of {} was refused", 2 * burst);
    let page = ada
        .ask(
            "history",
            json!({ "type": "history", "room": "lobby", "limit": 200 }),
        )
        .await?;
    let events = page["events"].as_array().context("events")?;
    let texts: Vec<_> = events
        .iter()
        .filter_map(|event| event["text"].as_str())
        .collect();
    assert_eq!(texts, sent);
    Ok(())
}

#[tokio::test]
async fn typing_too_often_is_told_so() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let burst = ada.greeting["rates"]["typing"]["burst"]
        .as_u64()
        .context("burst")?;
    for _ in 0..2 * burst {
        ada.say(&json!({ "type": "typing", "room": "lobby" }))
            .await?;
    }
    let error = ada.of_type("error").await?;
    assert_eq!(error["code"], "rate_limited");
    Ok(())
}

#[tokio::test]
async fn two_connections_of_a_person_share_a_rate_and_two_people_do_not() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut tab = Client::come_back(server.address(), ada.token()).await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let search = json!({ "type": "search", "query": "friday" });
    let burst = ada.greeting["rates"]["search"]["burst"]
        .as_u64()
        .context("burst")?;
    exhaust(&mut ada, &search, burst).await?;
    exhaust(&mut tab, &search, 0).await?;
    ensure!(bob.request(search).await?["code"] != "rate_limited");
    Ok(())
}

#[tokio::test]
async fn new_guests_from_one_address_are_counted_and_tokens_are_not() -> Result<()> {
    let server = Server::start().await?;
    let ada = Client::enter(server.address(), "ada").await?;
    let burst = ada.greeting["rates"]["hello"]["burst"]
        .as_u64()
        .context("burst")?;
    let mut eve = Client::connect(server.address()).await?;
    let taken = json!({ "type": "hello", "name": "ada" });
    // One came in already.
    exhaust(&mut eve, &taken, burst - 1).await?;
    for n in 0..3 {
        Client::come_back(server.address(), ada.token())
            .await
            .with_context(|| format!("the {n}th time"))?;
    }
    Ok(())
}

/// Whether there is such an account or not, and from wherever it is tried; a
/// device that is known comes in all the same.
#[tokio::test]
async fn passwords_tried_on_one_account_are_counted() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let password = "correct horse battery";
    ada.ask(
        "registered",
        json!({ "type": "register", "password": password }),
    )
    .await?;
    for name in ["ada", "nobody"] {
        let mut eve = Client::connect(server.address()).await?;
        let hello = |password: &str| json!({ "type": "hello", "name": name, "password": password });
        for _ in 0..10 {
            eve.refused("bad_credentials", hello("wrong horse")).await?;
        }
        let mut other = Client::connect(server.address()).await?;
        let refused = other.refused("rate_limited", hello(password)).await?;
        let wait = refused["retry_after_ms"]
            .as_u64()
            .context("retry_after_ms")?;
        ensure!((1..=10_000).contains(&wait), "{refused}");
    }
    Client::come_back(server.address(), ada.token()).await?;
    Ok(())
}

#[tokio::test]
async fn an_address_is_the_peers_unless_a_known_proxy_says_otherwise() -> Result<()> {
    for (setup, apart) in [
        (Setup::default(), false),
        (Setup::default().arg("--proxy").arg("127.0.0.1"), true),
    ] {
        let server = setup.start().await?;
        let from = async |address: &'static str| {
            Client::connect_with(server.address(), |request| {
                let address = address.parse().expect("a header's value");
                request.headers_mut().insert("x-forwarded-for", address);
            })
            .await
        };
        let (mut eve, _) = from("198.51.100.9, 192.0.2.1").await?;
        let mut tried = 0;
        loop {
            let name = format!("nobody{tried}");
            let hello = json!({ "type": "hello", "name": name, "password": "wrong horse" });
            if eve.request(hello).await?["code"] == "rate_limited" {
                break;
            }
            tried += 1;
            ensure!(tried < 200, "nobody counts");
        }
        let (mut bob, _) = from("192.0.2.2").await?;
        let hello = json!({ "type": "hello", "name": "nobody", "password": "wrong horse" });
        let code = bob.request(hello).await?["code"].clone();
        // What is counted has begun to drain, so one behind the same address may pass.
        ensure!(!apart || code == "bad_credentials", "{code}");
        ensure!(apart || code == "rate_limited", "{code}");
    }
    Ok(())
}

/// Makes the request until it is refused for its rate; gives the refusal.
/// Fails if that comes before `at_least` or far beyond it.
async fn exhaust(client: &mut Client, request: &Value, at_least: u64) -> Result<Value> {
    for done in 0..2 * at_least + 100 {
        let reply = client.request(request.clone()).await?;
        if reply["code"] == "rate_limited" {
            ensure!(done >= at_least, "after {done} of {request}: {reply}");
            return Ok(reply);
        }
    }
    anyhow::bail!("{request} has no limit");
}
