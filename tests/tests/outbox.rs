//! What was sent is neither lost nor doubled, whatever dies: the terminal
//! client's outbox, and what it misses meanwhile.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::fault::{Fault, Proxy};
use chat_tests::process::Signal;
use chat_tests::server::{Server, Setup};
use chat_tests::user::{User, row_of, wait_in_order};
use chat_tests::wait::{self, SOON};
use serde_json::json;

const FIVE: [&str; 5] = [
    "word-one",
    "word-two",
    "word-three",
    "word-four",
    "word-five",
];

/// Behaviour 1.
#[tokio::test]
async fn what_was_typed_to_a_stopped_server_outlives_the_client_and_is_sent_once() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    server.signal(Signal::STOP)?;
    for text in FIVE {
        ada.say(text).await?;
        ada.wait_pending(text).await?;
    }
    ada.kill9()?;
    ada.start()?;
    for text in FIVE {
        ada.wait_pending(text).await?;
    }
    server.signal(Signal::CONT)?;
    for text in FIVE {
        ada.wait_sent(text).await?;
    }
    assert_eq!(said(server.address()).await?, FIVE);
    Ok(())
}

#[tokio::test]
async fn what_was_typed_offline_is_sent_exactly_once_after_the_next_start() -> Result<()> {
    let mut server = Server::start().await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.say("said online").await?;
    ada.wait_sent("said online").await?;
    server.kill9()?;
    for text in FIVE {
        ada.say(text).await?;
        ada.wait_pending(text).await?;
    }
    ada.kill9()?;
    server.restart().await?;
    ada.start()?;
    for text in FIVE {
        ada.wait_sent(text).await?;
    }
    ada.kill9()?;
    ada.start()?;
    ada.wait_sent("word-five").await?;
    let mut expected = vec!["said online"];
    expected.extend(FIVE);
    assert_eq!(said(server.address()).await?, expected);
    Ok(())
}

/// Behaviour 2, by connections cut between request and reply and a server killed.
#[tokio::test]
async fn cuts_between_request_and_reply_lose_and_double_nothing() -> Result<()> {
    const MESSAGES: usize = 200;
    const CUTS: usize = 50;
    let mut server = Setup::without_rates().start().await?;
    let proxy = Proxy::start(server.address()).await?;
    let mut ada = User::enter(proxy.url(), "ada").await?;
    let texts: Vec<_> = (1..=MESSAGES).map(|n| format!("numbered-{n:03}")).collect();
    for (index, text) in texts.iter().enumerate() {
        if index == MESSAGES / 3 || index == 2 * MESSAGES / 3 {
            server.kill9()?;
            server.restart().await?;
        }
        let cuts = proxy.cuts_after_frame();
        let strikes = index % (MESSAGES / CUTS) == 0;
        if strikes {
            proxy.cut_after_frames(1);
        }
        ada.say(text).await?;
        if strikes {
            // What goes out next is this message, or what is said on coming back.
            wait::until("the cut", SOON, || {
                (proxy.cuts_after_frame() > cuts).then_some(())
            })
            .await?;
            ada.wait_sent(text).await?;
        }
    }
    let last = &texts[MESSAGES - 1];
    ada.wait_sent(last).await?;
    ensure!(proxy.cuts_after_frame() == CUTS as u64);
    println!(
        "{MESSAGES} messages through {} cuts and 2 kills over {} connections",
        proxy.cuts_after_frame(),
        proxy.connections()
    );
    assert_eq!(said(server.address()).await?, texts);
    let screen = ada.settled().await?;
    assert!(screen.count(last) == 1, "no duplicate: {screen}");
    Ok(())
}

/// Behaviour 5.
#[tokio::test]
async fn a_dead_link_is_noticed_and_nothing_is_missed_after_it() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let proxy = Proxy::start(server.address()).await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(proxy.url(), "ada").await?;
    proxy.set(Fault::Stall);
    ada.say("into the dark").await?;
    ada.wait_pending("into the dark").await?;
    ada.terminal()?
        .wait_until(
            "words that the link is dead",
            Duration::from_secs(15),
            |screen| {
                let text = screen.text().to_lowercase();
                [
                    "offline",
                    "no answer",
                    "not connected",
                    "reconnect",
                    "does not answer",
                ]
                .iter()
                .any(|words| text.contains(words))
            },
        )
        .await?;
    ada.say("and more").await?;
    ada.wait_pending("and more").await?;
    for text in ["meanwhile-1", "meanwhile-2"] {
        bob.send("lobby", text, text).await?;
    }
    proxy.cut();
    proxy.set(Fault::None);
    for text in ["meanwhile-2", "into the dark", "and more"] {
        ada.terminal()?
            .wait_until(text, SOON, |screen| {
                row_of(screen, text).is_some_and(|row| !row.contains('…'))
            })
            .await?;
    }
    let order = ["meanwhile-1", "meanwhile-2", "into the dark", "and more"].map(str::to_owned);
    wait_in_order(&ada, &order, SOON).await?;
    for text in &order {
        assert_eq!(ada.screen()?.count(text), 1, "{}", ada.screen()?);
    }
    assert_eq!(said(server.address()).await?, order);
    Ok(())
}

/// Behaviour 5: the client itself stood still, as under the lid of a laptop, for
/// longer than the server holds the connection of who says nothing.
#[tokio::test]
async fn who_stood_still_until_the_server_gave_up_misses_nothing_and_is_live_at_once() -> Result<()>
{
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.say("good night").await?;
    ada.wait_sent("good night").await?;
    ada.terminal()?.signal(Signal::STOP)?;
    let mut texts = vec!["good night".to_owned()];
    for half in 0..2 {
        for n in 0..8 {
            let text = format!("meanwhile-{half}-{n}");
            bob.send("lobby", &text, &text).await?;
            texts.push(text);
        }
        if half == 0 {
            bob.patience(Duration::from_secs(100));
            bob.find(|frame| {
                frame["type"] == "presence" && frame["user"] == "ada" && frame["online"] == false
            })
            .await?;
        }
    }
    ada.terminal()?.signal(Signal::CONT)?;
    ada.terminal()?
        .wait_until("all that was said", Duration::from_secs(5), |screen| {
            screen.shows(&texts[16]) && screen.shows("online")
        })
        .await?;
    ada.say("good morning").await?;
    ada.wait_sent("good morning").await?;
    texts.push("good morning".to_owned());
    wait_in_order(&ada, &texts, SOON).await?;
    for text in &texts {
        assert_eq!(ada.screen()?.count(text), 1, "{}", ada.screen()?);
    }
    assert_eq!(said(server.address()).await?, texts);
    Ok(())
}

/// The texts of the lobby, by a raw client.
async fn said(server: SocketAddr) -> Result<Vec<String>> {
    let mut client = Client::enter(server, "historian").await?;
    let request = json!({ "type": "history", "room": "lobby", "limit": 200 });
    let mut texts = Vec::new();
    let page = client.ask("history", request).await?;
    for event in page["events"].as_array().context("no events")? {
        texts.push(event["text"].as_str().context("no text")?.to_owned());
    }
    // The 200 of a page and this many more would hide each other.
    if page["more_before"] == true {
        let first = page["events"][0]["seq"].clone();
        let request = json!({ "type": "history", "room": "lobby", "before": first, "limit": 200 });
        let page = client.ask("history", request).await?;
        for (index, event) in page["events"]
            .as_array()
            .context("no events")?
            .iter()
            .enumerate()
        {
            texts.insert(index, event["text"].as_str().context("no text")?.to_owned());
        }
    }
    Ok(texts)
}
