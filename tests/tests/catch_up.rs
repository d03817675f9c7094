//! Coming back: `resume`, gaps, epochs, slow readers.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::process::resident_kib;
use chat_tests::server::{Server, Setup};
use serde_json::{Value, json};

#[tokio::test]
async fn who_comes_back_gets_what_it_missed_then_live_without_overlap_or_hole() -> Result<()> {
    let mut server = Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let bob_token = bob.token().to_owned();
    say(&mut ada, 1..=10).await?;
    let live = bob.events("lobby", 10).await?;
    bob.close().await?;
    say(&mut ada, 11..=30).await?;
    let missed = ada.events("lobby", 30).await?;
    assert_eq!(missed[..10], live, "one order for all");
    for restart in [false, true] {
        if restart {
            let ada_token = ada.token().to_owned();
            server.kill9()?;
            server.restart().await?;
            ada = Client::come_back(server.address(), &ada_token).await?;
        }
        let cursor = json!({ "resume": { "lobby": 10 } });
        let mut bob = back(server.address(), &bob_token, cursor).await?;
        assert_ne!(bob.welcome["reset"], true);
        assert_eq!(bob.events("lobby", 20).await?, missed[10..]);
        let next = 31 + u64::from(restart);
        say(&mut ada, next..=next).await?;
        let already = u64::from(restart);
        for _ in 0..already {
            assert_eq!(bob.event("lobby").await?["seq"], 31);
        }
        assert_eq!(bob.event("lobby").await?["seq"], next);
    }
    Ok(())
}

#[tokio::test]
async fn without_a_cursor_a_room_starts_at_its_head() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    say(&mut ada, 1..=5).await?;
    let mut again = Client::come_back(server.address(), ada.token()).await?;
    say(&mut ada, 6..=6).await?;
    assert_eq!(again.event("lobby").await?["seq"], 6);
    Ok(())
}

#[tokio::test]
async fn five_hundred_are_sent_and_more_are_a_gap_unless_gaps_are_refused() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let bob = Client::enter(server.address(), "bob").await?;
    say(&mut ada, 1..=501).await?;
    let token = bob.token();
    let at = server.address();

    let mut exactly = back(at, token, json!({ "resume": { "lobby": 1 } })).await?;
    let events = exactly.events("lobby", 500).await?;
    assert!(
        events
            .iter()
            .map(|event| &event["seq"])
            .eq((2..=501).collect::<Vec<_>>().iter())
    );

    let mut more = back(at, token, json!({ "resume": { "lobby": 0 } })).await?;
    let gap = json!({ "type": "gap", "room": "lobby", "from": 1, "to": 501 });
    assert_eq!(more.event("lobby").await?, gap);

    let fields = json!({ "resume": { "lobby": 0 }, "gaps": false });
    let mut all = back(at, token, fields).await?;
    let events = all.events("lobby", 501).await?;
    assert!(
        events
            .iter()
            .map(|event| &event["seq"])
            .eq((1..=501).collect::<Vec<_>>().iter())
    );

    say(&mut ada, 502..=502).await?;
    for client in [&mut exactly, &mut more, &mut all] {
        assert_eq!(client.event("lobby").await?["seq"], 502);
    }
    Ok(())
}

#[tokio::test]
async fn a_cursor_of_another_history_resets() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    say(&mut ada, 1..=3).await?;
    let epoch = ada.greeting["epoch"].clone();
    for (fields, resets) in [
        (json!({ "resume": { "lobby": 1 }, "epoch": epoch }), false),
        (
            json!({ "resume": { "lobby": 1 }, "epoch": "another" }),
            true,
        ),
        (json!({ "resume": { "lobby": 4 }, "epoch": epoch }), true),
        (json!({ "resume": { "nowhere": 9 }, "epoch": epoch }), false),
    ] {
        let mut client = back(server.address(), ada.token(), fields.clone()).await?;
        assert_eq!(client.welcome["reset"] == true, resets, "{fields}");
        let events = client.so_far().await?;
        let events = events
            .iter()
            .filter(|frame| frame["type"] == "message")
            .count();
        let expected = if fields["resume"]["lobby"] == 1 && !resets {
            2
        } else {
            0
        };
        assert_eq!(events, expected, "{fields}");
    }
    Ok(())
}

#[tokio::test]
async fn a_room_is_joined_from_a_cursor() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    ada.join("dev").await?;
    for n in 1..=9 {
        ada.send("dev", "x", &n.to_string()).await?;
    }
    let request = json!({ "type": "join", "room": "dev", "after": 7 });
    let joined = bob.ask("joined", request).await?;
    assert_eq!(joined["events"], json!([]));
    assert_eq!(joined["head"], 9);
    let events = bob.events("dev", 2).await?;
    assert_eq!(
        (&events[0]["seq"], &events[1]["seq"]),
        (&json!(8), &json!(9))
    );
    Ok(())
}

#[tokio::test]
async fn random_cuts_show_every_event_once() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let token = bob.token().to_owned();
    let mut seen = Vec::new();
    let mut sent = 0;
    for cut in 0..40u64 {
        // Some come while connected, some while away; the cut itself is a plain
        // end of the connection in the middle of what is coming.
        let while_connected = cut * 7 % 11;
        for _ in 0..while_connected {
            sent += 1;
            ada.say(&json!({ "type": "send", "room": "lobby", "text": format!("{sent}") }))
                .await?;
        }
        for _ in 0..while_connected * 2 / 3 {
            seen.push(bob.event("lobby").await?);
        }
        drop(bob);
        for _ in 0..cut * 5 % 7 {
            sent += 1;
            ada.say(&json!({ "type": "send", "room": "lobby", "text": format!("{sent}") }))
                .await?;
        }
        let resume = json!({ "resume": { "lobby": seen.len() } });
        bob = back(server.address(), &token, resume).await?;
    }
    let rest = usize::try_from(sent)? - seen.len();
    seen.extend(bob.events("lobby", rest).await?);
    for (index, event) in (1..).zip(&seen) {
        ensure!(event["seq"] == index, "{index}: {event}");
        ensure!(
            event["text"].as_str() == Some(&index.to_string()),
            "{index}: {event}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_slow_reader_is_caught_up_from_the_log_or_told_a_gap() -> Result<()> {
    const MESSAGES: u64 = 16_000;
    let server = Setup::without_rates().start().await?;
    let ada = Client::enter(server.address(), "ada").await?;
    let mut gaps = Client::enter(server.address(), "gaps").await?;
    let mut all = Client::connect(server.address()).await?;
    all.hello(json!({ "name": "everything", "gaps": false }))
        .await?;
    // So much that the kernel's buffers hold a small part of it, while nobody reads.
    flood(ada, MESSAGES, &"x".repeat(1000)).await?;
    let mut next = 1;
    let mut told = 0;
    while next <= MESSAGES {
        let event = gaps.event("lobby").await?;
        if event["type"] == "gap" {
            assert_eq!(event["from"], next, "{event}");
            next = event["to"].as_u64().context("no end")? + 1;
            told += 1;
        } else {
            assert_eq!(event["seq"], next);
            next += 1;
        }
    }
    assert!(told >= 1, "more than 10,000 behind is a gap");
    for seq in 1..=MESSAGES {
        assert_eq!(all.event("lobby").await?["seq"], seq);
    }
    Ok(())
}

/// A queue for each of them would hold all of it.
#[tokio::test]
async fn readers_that_take_nothing_cost_no_memory() -> Result<()> {
    const READERS: usize = 60;
    const MESSAGES: u64 = 4_000;
    const TEXT: usize = 4_000;
    let server = Setup::without_rates().start().await?;
    let mut stuck = Vec::new();
    for number in 0..READERS {
        stuck.push(Client::enter(server.address(), &format!("stuck-{number}")).await?);
    }
    let ada = Client::enter(server.address(), "ada").await?;
    let before = resident_kib(server.pid()?)?;
    flood(ada, MESSAGES, &"x".repeat(TEXT)).await?;
    let grown = resident_kib(server.pid()?)?.saturating_sub(before) / 1024;
    // Caches and buffers, and what the log in memory may hold: 500 events.
    ensure!(grown < 64, "{grown} MiB more");
    let mut last = stuck.pop().context("nobody")?;
    let head = last.find(|frame| frame["seq"] == MESSAGES).await?;
    ensure!(head["type"] == "message", "and they read on: {head}");
    Ok(())
}

async fn back(server: SocketAddr, token: &str, mut fields: Value) -> Result<Client> {
    let mut client = Client::connect(server).await?;
    fields["token"] = token.into();
    client.hello(fields).await?;
    Ok(client)
}

async fn say(client: &mut Client, numbers: std::ops::RangeInclusive<u64>) -> Result<()> {
    for n in numbers.clone() {
        let request = json!({ "type": "send", "id": format!("s{n}"), "room": "lobby", "text": format!("text {n}") });
        client.say(&request).await?;
    }
    for n in numbers {
        let reply = client.reply(&json!(format!("s{n}"))).await?;
        ensure!(reply["type"] == "sent", "{reply}");
    }
    Ok(())
}

/// Sends as fast as it is taken, and reads what comes back so that it goes on.
async fn flood(mut client: Client, messages: u64, text: &str) -> Result<()> {
    for first in (0..messages).step_by(200) {
        for n in first..messages.min(first + 200) {
            client
                .say(&json!({ "type": "send", "id": n, "room": "lobby", "text": text }))
                .await?;
        }
        for n in first..messages.min(first + 200) {
            let reply = client.reply(&json!(n)).await?;
            ensure!(reply["type"] == "sent", "{reply}");
        }
        client.so_far().await?;
    }
    Ok(())
}
