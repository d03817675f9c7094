//! Changing what was said: edits, deletions, reactions and pins, as they come
//! live, as they are replayed, and as history shows them.

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::dice::Dice;
use chat_tests::raw::Raw;
use chat_tests::server::{Server, Setup};
use serde_json::{Value, json};

#[tokio::test]
async fn an_edit_reaches_everyone_and_history_shows_what_stands() -> Result<()> {
    let server = Server::start().await?;
    let (mut ada, mut bob) = two(&server).await?;
    ada.send("dev", "frist", "n").await?;
    let ok = ada
        .ask("ok", change("edit", 1, json!({ "text": "first" })))
        .await?;
    assert_eq!((&ok["room"], &ok["seq"]), (&json!("dev"), &json!(2)));
    let again = ada
        .ask("ok", change("edit", 1, json!({ "text": "first" })))
        .await?;
    assert_eq!(again["seq"], 2, "it says so already");
    bob.refused("forbidden", change("edit", 1, json!({ "text": "mine" })))
        .await?;
    bob.refused("not_found", change("edit", 2, json!({ "text": "mine" })))
        .await?;
    for reader in [&mut ada, &mut bob] {
        let events = reader.events("dev", 2).await?;
        assert_eq!(events[0]["text"], "frist");
        assert_eq!(events[1]["type"], "edited");
        assert_eq!(events[1]["target"], 1);
        assert_eq!(events[1]["text"], "first");
    }
    let page = history(&mut bob, json!({})).await?;
    let edited = &page["events"][0];
    assert_eq!(edited["text"], "first");
    assert_eq!((&edited["rev"], &edited["changed"]), (&json!(2), &json!(2)));
    assert!(edited["edited_at"].is_string());
    assert_eq!(page["events"].as_array().map(Vec::len), Some(1));
    // A repeated `send` is compared with what was sent first.
    assert_eq!(ada.send("dev", "frist", "n").await?["duplicate"], true);
    let other = json!({ "type": "send", "room": "dev", "text": "first", "nonce": "n" });
    ada.refused("conflict", other).await?;
    let joined = bob.join("dev").await?;
    assert_eq!(joined["events"][0]["text"], "first");
    Ok(())
}

#[tokio::test]
async fn reactions_and_pins_are_seen_live_and_in_history() -> Result<()> {
    let server = Server::start().await?;
    let (mut ada, mut bob) = two(&server).await?;
    ada.send("dev", "ship it", "n").await?;
    bob.ask("ok", change("react", 1, json!({ "emoji": "🚀" })))
        .await?;
    ada.ask("ok", change("react", 1, json!({ "emoji": "🚀" })))
        .await?;
    bob.refused("forbidden", change("pin", 1, json!({})))
        .await?;
    bob.refused("invalid", change("react", 1, json!({ "emoji": "ship" })))
        .await?;
    ada.ask("ok", change("pin", 1, json!({}))).await?;
    let events = bob.events("dev", 4).await?;
    let kinds: Vec<_> = events.iter().map(|event| &event["type"]).collect();
    assert_eq!(kinds, ["message", "reacted", "reacted", "pinned"]);
    assert_eq!(
        (&events[1]["emoji"], &events[1]["on"]),
        (&json!("🚀"), &json!(true))
    );
    let entry = history(&mut bob, json!({})).await?["events"][0].clone();
    assert_eq!(entry["reactions"], json!({ "🚀": ["bob", "ada"] }));
    assert_eq!(
        (&entry["pinned"], &entry["changed"]),
        (&json!(true), &json!(4))
    );

    let off = json!({ "emoji": "🚀", "on": false });
    bob.ask("ok", change("react", 1, off.clone())).await?;
    let again = bob.ask("ok", change("react", 1, off)).await?;
    assert_eq!(again["seq"], 5, "it was taken away already");
    let never = json!({ "emoji": "👎", "on": false });
    let never = bob.ask("ok", change("react", 1, never)).await?;
    assert_eq!(never.get("seq"), None, "no event made it so");
    ada.ask("ok", change("pin", 1, json!({ "on": false })))
        .await?;
    let entry = history(&mut bob, json!({})).await?["events"][0].clone();
    assert_eq!(entry["reactions"], json!({ "🚀": ["ada"] }));
    assert_eq!(entry.get("pinned"), None);
    Ok(())
}

#[tokio::test]
async fn what_is_unread_is_what_still_stands() -> Result<()> {
    let server = Server::start().await?;
    let (mut ada, mut bob) = two(&server).await?;
    ada.send("dev", "hi @bob", "1").await?;
    ada.send("dev", "nothing", "2").await?;
    for (request, unread, mentions) in [
        (change("edit", 2, json!({ "text": "hi @room" })), 2, 2),
        (change("edit", 1, json!({ "text": "hi @bobby" })), 2, 1),
        (change("delete", 2, json!({})), 1, 0),
        (change("react", 1, json!({ "emoji": "👍" })), 1, 0),
    ] {
        let said = request.to_string();
        ada.ask("ok", request).await?;
        let back = Client::come_back(server.address(), bob.token()).await?;
        let dev = &back.welcome["rooms"][0];
        assert_eq!(dev["room"], "dev");
        let figures = (&dev["unread"], &dev["mentions"]);
        assert_eq!(figures, (&json!(unread), &json!(mentions)), "{said}");
        let joined = bob.join("dev").await?;
        let figures = (&joined["unread"], &joined["mentions"]);
        assert_eq!(figures, (&json!(unread), &json!(mentions)), "{said}");
    }
    Ok(())
}

/// Who was away asks for what changed of what it holds, page by page.
#[tokio::test]
async fn changes_and_threads_are_read_by_themselves() -> Result<()> {
    let server = Server::start().await?;
    let (mut ada, mut bob) = two(&server).await?;
    for n in 1..=5 {
        ada.send("dev", &format!("message {n}"), &format!("{n}"))
            .await?;
    }
    for target in [4, 2, 4, 1] {
        bob.ask(
            "ok",
            change("react", target, json!({ "emoji": format!(":e{target}:") })),
        )
        .await?;
    }
    ada.ask("ok", change("delete", 2, json!({}))).await?;
    let mut seen = Vec::new();
    let mut after = json!(5);
    loop {
        let place = json!({ "changed_after": after, "limit": 2 });
        let page = history(&mut bob, place).await?;
        let events = page["events"].as_array().context("no events")?.clone();
        assert_eq!(page["head"], 9);
        after = events.last().context("an empty page")?["changed"].clone();
        seen.extend(events.iter().map(|entry| entry["seq"].clone()));
        if page["more_after"] == false {
            break;
        }
    }
    assert_eq!(seen, [4, 1, 2]);

    let answer = json!({ "text": "an answer", "reply_to": 4 });
    bob.ask("sent", on("send", answer)).await?;
    let answer = json!({ "text": "and one to that", "reply_to": 10 });
    ada.ask("sent", on("send", answer)).await?;
    let page = history(&mut bob, json!({ "thread": 4 })).await?;
    let events = page["events"].as_array().context("no events")?;
    let seqs: Vec<_> = events.iter().map(|entry| &entry["seq"]).collect();
    assert_eq!(seqs, [4, 10, 11]);
    assert_eq!(page["more_after"], false);
    let nothing = on("history", json!({ "thread": 6 }));
    let refusal = bob.refused("not_found", nothing).await?;
    assert_eq!(refusal["field"], "thread");
    Ok(())
}

/// Byte for byte, but for what was deleted meanwhile; from memory and from disk.
#[tokio::test]
async fn what_was_seen_live_is_what_is_replayed() -> Result<()> {
    const EVENTS: usize = 450;
    let mut server = Setup::without_rates().start().await?;
    let (mut ada, mut bob) = two(&server).await?;
    let eve = Client::enter(server.address(), "eve").await?;
    let token = eve.token().to_owned();
    let mut live = Raw::back(server.address(), &token, "dev", 0).await?;
    live.ask(on("join", json!({}))).await?;
    let mut dice = Dice::new(20_261_124);
    let mut done = 0;
    while done < EVENTS {
        let who = if dice.below(2) == 0 {
            &mut ada
        } else {
            &mut bob
        };
        let reply = who.request(any_request(&mut dice, done)).await?;
        // A refusal, or what was so already, is no event.
        let seq = reply["seq"].as_u64().unwrap_or(0);
        done = done.max(usize::try_from(seq)?);
    }
    let live = live.events_up_to(done as u64).await?;
    assert_eq!(live.len(), done);
    let gone: Vec<_> = live.iter().filter_map(|frame| deleted(frame)).collect();
    assert!(gone.len() > 5, "the session deletes: {gone:?}");
    for restart in [false, true] {
        if restart {
            server.kill9()?;
            server.restart().await?;
        }
        for cursor in [0, 1, dice.below(200), 300, done - 1] {
            let mut back = Raw::back(server.address(), &token, "dev", cursor as u64).await?;
            let replayed = back.events_up_to(done as u64).await?;
            assert_eq!(replayed.len(), done - cursor);
            for (replayed, live) in replayed.iter().zip(&live[cursor..]) {
                check_replayed(replayed, live, &gone)?;
            }
        }
    }
    Ok(())
}

fn check_replayed(replayed: &str, live: &str, gone: &[u64]) -> Result<()> {
    let mut event: Value = serde_json::from_str(live)?;
    let said = match event["type"].as_str() {
        Some("message") => event["seq"].as_u64(),
        Some("edited") => event["target"].as_u64(),
        _ => None,
    };
    if said.is_some_and(|number| gone.contains(&number)) {
        let fields = event.as_object_mut().context("an event")?;
        fields.retain(|field, _| !["text", "nonce", "reply_to"].contains(&field.as_str()));
        fields.insert("deleted".to_owned(), json!(true));
        let replayed: Value = serde_json::from_str(replayed)?;
        ensure!(replayed == event, "{live} was replayed as {replayed}");
    } else {
        ensure!(replayed == live, "{live} was replayed as {replayed}");
    }
    Ok(())
}

/// The message that this event deletes.
fn deleted(frame: &str) -> Option<u64> {
    let event: Value = serde_json::from_str(frame).ok()?;
    (event["type"] == "deleted").then(|| event["target"].as_u64())?
}

/// Ada, who owns the room `dev`, and bob, who is in it.
pub(crate) async fn two(server: &Server) -> Result<(Client, Client)> {
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    ada.join("dev").await?;
    bob.join("dev").await?;
    Ok((ada, bob))
}

/// A change of a message in `dev`.
pub(crate) fn change(kind: &str, target: u64, mut fields: Value) -> Value {
    fields["target"] = target.into();
    on(kind, fields)
}

/// A request about `dev`.
pub(crate) fn on(kind: &str, mut fields: Value) -> Value {
    fields["type"] = kind.into();
    fields["room"] = "dev".into();
    fields
}

async fn history(client: &mut Client, place: Value) -> Result<Value> {
    client.ask("history", on("history", place)).await
}

/// Something said or changed in a room of so many events.
fn any_request(dice: &mut Dice, head: usize) -> Value {
    let target = 1 + dice.below(head) as u64;
    match dice.below(10) {
        0..2 => change(
            "edit",
            target,
            json!({ "text": format!("edit {}", dice.below(9)) }),
        ),
        2 => change("delete", target, json!({})),
        3..5 => {
            let emoji = ["👍", ":ship:", "👩‍🚀"][dice.below(3)];
            let on = dice.below(3) > 0;
            change("react", target, json!({ "emoji": emoji, "on": on }))
        }
        5 => change("pin", target, json!({ "on": dice.below(2) > 0 })),
        6 => on(
            "topic",
            json!({ "topic": format!("topic {}", dice.below(9)) }),
        ),
        7 => on(
            "send",
            json!({ "text": "an \"answer\"\n\u{2028}", "reply_to": target }),
        ),
        _ => {
            let nonce = format!("{}", dice.below(300));
            on(
                "send",
                json!({ "text": format!("text ü {nonce}"), "nonce": nonce }),
            )
        }
    }
}
