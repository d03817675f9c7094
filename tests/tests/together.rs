//! People at different clients in one room.

use std::time::Duration;

use anyhow::{Context as _, Result};
use chat_tests::client::Client;
use chat_tests::page::Page;
use chat_tests::server::Server;
use chat_tests::user::{User, wait_in_order};
use chat_tests::wait::SOON;

#[tokio::test]
async fn two_terminals_and_a_page_see_one_another_in_one_order() -> Result<()> {
    let server = Server::start().await?;
    let mut page = Page::enter(server.address(), "eve").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    let mut bob = User::enter(server.url(), "bob").await?;
    let mut log = Client::enter(server.address(), "log").await?;
    for round in 1..=4 {
        ada.say(&format!("from-ada-{round}")).await?;
        bob.say(&format!("from-bob-{round}")).await?;
        page.say(&format!("from-eve-{round}")).await?;
    }
    let mut texts = Vec::new();
    for _ in 0..12 {
        let event = log.event("lobby").await?;
        texts.push(event["text"].as_str().context("no text")?.to_owned());
    }
    wait_in_order(&ada, &texts, SOON).await?;
    wait_in_order(&bob, &texts, SOON).await?;
    for text in &texts {
        page.wait_for(text).await?;
        for user in [&ada, &bob] {
            user.wait_sent(text).await?;
            assert_eq!(user.screen()?.count(text), 1, "once: {}", user.screen()?);
        }
    }
    let shown: Vec<_> = page
        .messages()
        .await?
        .into_iter()
        .map(|message| message.text)
        .collect();
    assert_eq!(shown, texts);
    ada.quit().await?;
    bob.quit().await
}

/// Behaviour 14: nobody has to press a key to see what others say.
#[tokio::test]
async fn what_others_say_is_seen_at_once_without_a_key() -> Result<()> {
    let server = chat_tests::server::Setup::without_rates().start().await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut latencies = Vec::new();
    for n in 0..100 {
        let text = format!("arrival-{n:03}");
        let begun = std::time::Instant::now();
        bob.send("lobby", &text, &text).await?;
        ada.wait_for(&text).await?;
        latencies.push(begun.elapsed());
    }
    latencies.sort_unstable();
    println!(
        "send to screen: median {:?}, slowest {:?}",
        latencies[50], latencies[99]
    );
    // A busy machine may hold up a few.
    assert!(latencies[50] < Duration::from_secs(1), "{latencies:?}");
    ada.quit().await
}
