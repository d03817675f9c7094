//! What the server counts of itself: the figures, and that they name nobody.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use chat_tests::client::Client;
use chat_tests::http::Ask;
use chat_tests::server::{Server, Setup};
use serde_json::json;

const TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[tokio::test]
async fn an_event_is_encoded_once_however_many_read_it() -> Result<()> {
    let server = Server::start().await?;
    let mut readers = Vec::new();
    for number in 0..10 {
        let mut reader = Client::enter(server.address(), &format!("reader-{number}")).await?;
        reader.join("secretroom").await?;
        readers.push(reader);
    }
    let before = scrape(server.address()).await?;
    let mut ada = readers.pop().context("ada")?;
    for number in 0..20 {
        ada.send("secretroom", "hi", &format!("n{number}")).await?;
    }
    ada.ask(
        "sent",
        json!({ "type": "send", "room": "secretroom", "text": "hi", "nonce": "n7" }),
    )
    .await?;
    ada.refused("not_found", json!({ "type": "leave", "room": "nowhere" }))
        .await?;
    for reader in &mut readers {
        reader.events("secretroom", 20).await?;
    }
    ada.events("secretroom", 20).await?;
    let after = scrape(server.address()).await?;
    let grown = |name: &str| figure(&after, name) - figure(&before, name);
    assert!((grown("chat_events_encoded_total") - 20.0).abs() < 0.5);
    assert!((grown("chat_delivered_events_total") - 200.0).abs() < 0.5);
    assert!(grown("chat_delivered_bytes_total") > 200.0 * 100.0);
    assert!((grown("chat_duplicates_total") - 1.0).abs() < 0.5);
    assert!((grown("chat_requests_total{type=\"send\"}") - 21.0).abs() < 0.5);
    assert!((grown("chat_errors_total{code=\"not_found\"}") - 1.0).abs() < 0.5);
    assert!((figure(&after, "chat_sessions") - 10.0).abs() < 0.5);
    assert!((figure(&after, "chat_logins_total") - 10.0).abs() < 0.5);
    assert!(figure(&after, "chat_commit_seconds_count") >= 21.0);
    for name in ["secretroom", "reader-", "lobby"] {
        assert!(!after.contains(name), "{name} in {after}");
    }
    Ok(())
}

#[tokio::test]
async fn the_metrics_are_elsewhere_where_so_configured() -> Result<()> {
    let server = Setup::default()
        .arg("--metrics")
        .arg("127.0.0.1:0")
        .start()
        .await?;
    let output = server.output();
    let (_, rest) = output
        .split_once("  metrics        http://")
        .context(output.clone())?;
    let (address, _) = rest.split_once("/metrics").context("an address")?;
    let address: SocketAddr = address.parse()?;
    assert!(scrape(address).await?.contains("chat_sessions 0\n"));
    for (at, path) in [
        (server.address(), "/metrics"),
        (address, "/"),
        (address, "/ws"),
        (address, "/healthz"),
    ] {
        let answer = Ask::new("GET", path).send(at).await?;
        assert_eq!(answer.refusal(), (404, "not_found".to_owned()), "{path}");
    }
    Ok(())
}

async fn scrape(server: SocketAddr) -> Result<String> {
    let answer = Ask::new("GET", "/metrics").send(server).await?;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    assert_eq!(answer.header("content-type").as_deref(), Some(TYPE));
    let text = answer.text();
    assert!(text.ends_with("# EOF\n"), "{text}");
    Ok(text)
}

/// The figure of this name; 0 where there is none.
fn figure(text: &str, name: &str) -> f64 {
    text.lines()
        .filter_map(|line| line.rsplit_once(' '))
        .find(|(key, _)| *key == name)
        .and_then(|(_, figure)| figure.parse().ok())
        .unwrap_or(0.0)
}
