//! What is deleted is gone: live, replayed, from memory and from disk, folded,
//! and for those who were reading just then.

use crate::changes::{change, on, two};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::raw::Raw;
use chat_tests::server::Setup;
use serde_json::{Value, json};

/// Not from a ring that was filled before, not from the store, not folded.
#[tokio::test]
async fn what_is_deleted_is_in_no_frame_afterwards() -> Result<()> {
    let mut server = Setup::without_rates().start().await?;
    let (mut ada, bob) = two(&server).await?;
    let secret = json!({
        "type": "send", "room": "dev", "text": "secret-text", "nonce": "secret-nonce", "reply_to": 1
    });
    ada.send("dev", "question", "q").await?;
    ada.ask("sent", secret.clone()).await?;
    for n in 0..3 {
        let text = format!("secret-edit-{n}");
        ada.ask("ok", change("edit", 2, json!({ "text": text })))
            .await?;
    }
    let token = bob.token().to_owned();
    let mut before = Raw::back(server.address(), &token, "dev", 0).await?;
    ensure!(
        before
            .events_up_to(5)
            .await?
            .concat()
            .contains("secret-text"),
        "the ring holds it"
    );
    ada.ask("ok", change("delete", 2, json!({}))).await?;
    let again = ada.ask("ok", change("delete", 2, json!({}))).await?;
    assert_eq!(again["seq"], 6);
    ada.refused("conflict", change("edit", 2, json!({ "text": "x" })))
        .await?;
    for restart in [false, true] {
        if restart {
            let ada_token = ada.token().to_owned();
            server.kill9()?;
            server.restart().await?;
            ada = Client::come_back(server.address(), &ada_token).await?;
        }
        let head = if restart { 507 } else { 6 };
        let mut bob = Raw::back(server.address(), &token, "dev", 0).await?;
        let replayed = bob.events_up_to(head).await?;
        let mut frames = replayed.clone();
        for place in [
            json!({}),
            json!({ "around": 2 }),
            json!({ "changed_after": 0 }),
            json!({ "thread": 2 }),
            json!({ "thread": 1 }),
        ] {
            frames.push(bob.ask(on("history", place)).await?);
        }
        frames.push(bob.ask(on("join", json!({}))).await?);
        for frame in &frames {
            ensure!(!frame.contains("secret"), "{frame}");
        }
        let left: Value = serde_json::from_str(&replayed[1])?;
        let fields: Vec<_> = left.as_object().context("an event")?.keys().collect();
        assert_eq!(
            fields,
            ["at", "author", "deleted", "guest", "room", "seq", "type"]
        );
        for edited in &replayed[2..5] {
            let edited: Value = serde_json::from_str(edited)?;
            assert_eq!(
                (&edited["target"], &edited["deleted"]),
                (&json!(2), &json!(true))
            );
        }
        let sent = ada.ask("sent", secret.clone()).await?;
        assert_eq!(
            (&sent["seq"], &sent["duplicate"]),
            (&json!(2), &json!(true))
        );
        if !restart {
            // So many that who resumes next reads past what a ring holds.
            for n in 7..=507 {
                ada.say(&json!({ "type": "send", "id": n, "room": "dev", "text": "x" }))
                    .await?;
            }
            ada.reply(&json!(507)).await?;
        }
    }
    Ok(())
}

/// Whoever says `hello` after the reply to a `delete` gets nothing of it,
/// whatever the ring and the store were doing then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_after_a_deletion_gets_nothing_of_it() -> Result<()> {
    const MESSAGES: u64 = 60;
    let server = Setup::without_rates().start().await?;
    let (mut ada, bob) = two(&server).await?;
    for n in 1..=MESSAGES {
        ada.send("dev", &format!("secret-{n:03}"), &format!("{n}"))
            .await?;
    }
    let gone = Arc::new(AtomicU64::new(0));
    let readers = (0..3).map(|_| {
        let (address, token) = (server.address(), bob.token().to_owned());
        let gone = Arc::clone(&gone);
        tokio::spawn(async move {
            let mut rounds = 0;
            loop {
                let before = gone.load(Ordering::SeqCst);
                let mut reader = Raw::back(address, &token, "dev", 0).await?;
                let said = reader.events_up_to(MESSAGES + before).await?.concat();
                for number in 1..=before {
                    let secret = format!("secret-{number:03}");
                    ensure!(!said.contains(&secret), "{secret} of {before} deleted ones");
                }
                rounds += 1;
                if before == MESSAGES {
                    return Ok(rounds);
                }
            }
        })
    });
    let readers: Vec<_> = readers.collect();
    for number in 1..=MESSAGES {
        ada.ask("ok", change("delete", number, json!({}))).await?;
        gone.store(number, Ordering::SeqCst);
    }
    for reader in readers {
        let rounds: u64 = reader.await??;
        ensure!(rounds > 1, "it read while messages were deleted");
    }
    Ok(())
}
