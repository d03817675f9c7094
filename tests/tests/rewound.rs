//! A history that was rewound is noticed: by the server, and so by its clients.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use chat_tests::client::Client;
use chat_tests::server::Setup;
use chat_tests::wait;
use serde_json::{Value, json};
use std::time::SystemTime;
use tempfile::TempDir;

const WITHIN: Duration = wait::SOON;

/// Copies files and folders; a socket is no data.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, place) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            fs::create_dir_all(&place)?;
            copy(&entry.path(), &place)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), place)?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn older_data_put_back_start_every_client_afresh() -> Result<()> {
    let mut server = Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let epoch = ada.greeting["epoch"].clone();
    for number in 1..=3 {
        ada.send("lobby", &format!("kept {number}"), &format!("a{number}"))
            .await?;
    }
    server.terminate(WITHIN).await?;
    let backup = TempDir::new()?;
    copy(server.data(), backup.path())?;
    let copied = SystemTime::now();

    server.restart().await?;
    let mut ada = Client::come_back(server.address(), ada.token()).await?;
    assert_eq!(
        ada.greeting["epoch"], epoch,
        "a new start is no new history"
    );
    ada.send("lobby", "lost", "b1").await?;
    server.kill9()?;
    server.restart().await?;
    let mut ada = Client::come_back(server.address(), ada.token()).await?;
    assert_eq!(ada.greeting["epoch"], epoch, "nor is a kill");
    ada.send("lobby", "lost, too", "b2").await?;
    let token = ada.token().to_owned();
    server.terminate(WITHIN).await?;

    // People take longer.
    wait::until("the backup to be of another moment", WITHIN, || {
        let age = copied.elapsed().unwrap_or_default();
        (age > Duration::from_millis(200)).then_some(())
    })
    .await?;
    copy(backup.path(), server.data())?;
    server.restart().await?;
    let mut ada = Client::connect(server.address()).await?;
    assert_ne!(ada.greeting["epoch"], epoch);
    let hello = json!({"token": token, "epoch": epoch, "resume": {"lobby": 1}});
    let welcome = ada.hello(hello).await?;
    assert_eq!(welcome["reset"], true);
    let lobby = welcome["rooms"].as_array().context("no rooms")?;
    assert_eq!(lobby[0]["head"], 3);
    ada.send("lobby", "anew", "b1").await?;
    let next: Value = ada.event("lobby").await?;
    assert_eq!(
        next["text"], "anew",
        "nothing of what was resumed from came"
    );
    assert_eq!(next["seq"], 4);
    let hello = json!({"token": token, "epoch": ada.greeting["epoch"], "resume": {"lobby": 3}});
    let mut again = Client::connect(server.address()).await?;
    assert_eq!(again.hello(hello).await?.get("reset"), None);
    assert_eq!(again.event("lobby").await?["seq"], 4);
    Ok(())
}
