//! Doing again what is so already: never an error, never a second event.

use anyhow::{Context as _, Result};
use chat_tests::client::{Client, is_event};
use chat_tests::server::{Server, Setup};
use serde_json::{Value, json};

/// Each change twice: the second answer names the event that made it so, and
/// the log has one event of it.
#[tokio::test]
async fn each_change_done_again_is_ok_with_the_event_that_made_it_so() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = Client::register(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut eve = Client::enter(server.address(), "eve").await?;
    for client in [&mut ada, &mut bob, &mut eve] {
        client.join("dev").await?;
    }
    ada.send("dev", "said", "1").await?;
    ada.send("dev", "and said", "2").await?;
    let mut head = 2;
    for (kind, fields) in [
        ("topic", json!({ "topic": "release" })),
        ("topic", json!({ "topic": "" })),
        ("edit", json!({ "target": 1, "text": "said well" })),
        ("react", json!({ "target": 1, "emoji": "👍" })),
        ("react", json!({ "target": 1, "emoji": "👍", "on": false })),
        ("pin", json!({ "target": 1 })),
        ("pin", json!({ "target": 1, "on": false })),
        ("delete", json!({ "target": 1 })),
        ("role", json!({ "user": "bob", "role": "moderator" })),
        ("role", json!({ "user": "bob", "role": "member" })),
        ("mute", json!({ "user": "bob" })),
        ("unmute", json!({ "user": "bob" })),
        ("kick", json!({ "user": "eve" })),
        ("ban", json!({ "user": "bob" })),
        ("unban", json!({ "user": "bob" })),
    ] {
        head += 1;
        for time in ["first", "second"] {
            let ok = ada.ask("ok", on(kind, &fields)).await?;
            assert_eq!(ok["seq"], head, "{kind} {fields} the {time} time: {ok}");
            assert_eq!(ok["room"], "dev", "{ok}");
            // Something else in between does not make it another event.
            if time == "first" {
                head += 1;
                ada.send("dev", "in between", &format!("{head}")).await?;
                head -= 1;
            }
        }
        head += 1;
    }
    let page = on("history", &json!({ "limit": 1 }));
    assert_eq!(ada.ask("history", page).await?["head"], head);
    Ok(())
}

/// Where no event made it so, `ok` has no `seq`.
#[tokio::test]
async fn what_no_event_made_so_is_ok_without_a_seq() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::register(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    ada.join("dev").await?;
    bob.join("dev").await?;
    ada.send("dev", "said", "1").await?;
    for (kind, fields) in [
        ("topic", json!({ "topic": "" })),
        ("unban", json!({ "user": "bob" })),
        ("unmute", json!({ "user": "bob" })),
        ("role", json!({ "user": "bob", "role": "member" })),
        ("react", json!({ "target": 1, "emoji": "👍", "on": false })),
        ("pin", json!({ "target": 1, "on": false })),
        ("settings", json!({ "guests": true })),
    ] {
        let ok = ada.ask("ok", on(kind, &fields)).await?;
        assert_eq!(ok.get("seq"), None, "{kind} {fields}: {ok}");
    }
    // A message that was never edited made its text so itself.
    let same = on("edit", &json!({ "target": 1, "text": "said" }));
    assert_eq!(ada.ask("ok", same).await?["seq"], 1);
    let seen = bob.so_far().await?;
    let events = seen.iter().filter(|frame| is_event(frame)).count();
    assert_eq!(events, 1, "the message only: {seen:?}");
    Ok(())
}

#[tokio::test]
async fn create_by_the_owner_again_is_joined_and_logs_nothing() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::register(server.address(), "ada").await?;
    let mut bob = Client::register(server.address(), "bob").await?;
    for kind in ["public", "private"] {
        let create = json!({ "type": "create", "room": kind, "kind": kind });
        for _ in 0..2 {
            let joined = ada.ask("joined", create.clone()).await?;
            assert_eq!(
                (&joined["kind"], &joined["role"], &joined["head"]),
                (&json!(kind), &json!("owner"), &json!(0))
            );
        }
        bob.refused("conflict", create).await?;
    }
    let other = json!({ "type": "create", "room": "public", "kind": "private" });
    ada.refused("conflict", other).await?;
    ada.ask("joined", json!({ "type": "direct", "user": "bob" }))
        .await?;
    let again = json!({ "type": "direct", "user": "bob" });
    assert_eq!(ada.ask("joined", again).await?["head"], 0);
    Ok(())
}

/// A nonce is known whatever became of the message or of who sent it.
#[tokio::test]
async fn a_repeated_send_is_known_after_a_mute_a_kick_a_ban_and_a_deletion() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = Client::register(server.address(), "ada").await?;
    let mut bob = Client::register(server.address(), "bob").await?;
    ada.join("dev").await?;
    bob.join("dev").await?;
    let first = bob.send("dev", "once", "n").await?;
    for (kind, fields) in [
        ("mute", json!({ "user": "bob" })),
        ("kick", json!({ "user": "bob" })),
        ("ban", json!({ "user": "bob" })),
        ("delete", json!({ "target": 1 })),
    ] {
        ada.ask("ok", on(kind, &fields)).await?;
        let again = bob.send("dev", "once", "n").await?;
        assert_eq!(
            (&again["seq"], &again["at"], &again["duplicate"]),
            (&first["seq"], &first["at"], &json!(true)),
            "after {kind}"
        );
        let other = on("send", &json!({ "text": "another", "nonce": "n" }));
        if kind == "delete" {
            // Nothing is left to compare it with.
            assert_eq!(bob.ask("sent", other).await?["duplicate"], true);
        } else {
            bob.refused("conflict", other).await?;
        }
    }
    bob.refused(
        "banned",
        on("send", &json!({ "text": "new", "nonce": "m" })),
    )
    .await?;
    Ok(())
}

/// The exception: a room that would betray that it is there.
#[tokio::test]
async fn a_repeated_send_to_a_private_room_that_one_is_out_of_is_not_found() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::register(server.address(), "ada").await?;
    let mut bob = Client::register(server.address(), "bob").await?;
    let create = json!({ "type": "create", "room": "dev", "kind": "private" });
    ada.ask("joined", create).await?;
    ada.ask("ok", on("invite", &json!({ "user": "bob" })))
        .await?;
    bob.join("dev").await?;
    bob.send("dev", "once", "n").await?;
    ada.ask("ok", on("kick", &json!({ "user": "bob" }))).await?;
    let again = on("send", &json!({ "text": "once", "nonce": "n" }));
    bob.refused("not_found", again).await?;
    Ok(())
}

#[tokio::test]
async fn kicking_who_is_not_in_the_room_is_not_found() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let _bob = Client::enter(server.address(), "bob").await?;
    ada.join("dev").await?;
    for user in ["bob", "nobody"] {
        let kick = on("kick", &json!({ "user": user }));
        ada.refused("not_found", kick).await?;
    }
    Ok(())
}

/// Whatever is asked of a deleted message but to reply to it, or to delete it again.
#[tokio::test]
async fn a_deleted_message_takes_no_change_but_answers() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    ada.join("dev").await?;
    ada.send("dev", "said", "1").await?;
    ada.ask("ok", on("delete", &json!({ "target": 1 }))).await?;
    for (kind, fields) in [
        ("edit", json!({ "target": 1, "text": "x" })),
        ("react", json!({ "target": 1, "emoji": "👍" })),
        ("pin", json!({ "target": 1 })),
    ] {
        ada.refused("conflict", on(kind, &fields)).await?;
    }
    let answer = on("send", &json!({ "text": "why?", "reply_to": 1 }));
    assert_eq!(ada.ask("sent", answer).await?["seq"], 3);
    // The deletion and a topic are no messages.
    ada.ask("ok", on("topic", &json!({ "topic": "x" }))).await?;
    for target in [2, 4, 5] {
        let answer = on("send", &json!({ "text": "x", "reply_to": target }));
        ada.refused("not_found", answer).await?;
        let react = on("react", &json!({ "target": target, "emoji": "👍" }));
        ada.refused("not_found", react).await?;
    }
    Ok(())
}

/// A refusal in front costs those behind it nothing, whatever it refuses.
#[tokio::test]
async fn a_refused_request_does_not_hold_up_those_behind_it() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    for n in 1..=20u64 {
        for wrong in [
            json!({ "type": "send", "room": "lobby", "text": "" }),
            json!({ "type": "send", "room": "nowhere", "text": "x" }),
            json!({ "type": "delete", "room": "lobby", "target": 9_999 }),
            json!({ "type": "hello", "name": "eve" }),
            json!({ "type": "nothing" }),
        ] {
            ada.say(&wrong).await?;
        }
        ada.say_text("{").await?;
        ada.say(&json!({ "type": "send", "room": "lobby", "text": "x", "id": n }))
            .await?;
    }
    for n in 1..=20u64 {
        assert_eq!(ada.reply(&json!(n)).await?["seq"], n);
    }
    let errors = ada.so_far().await?;
    let errors = errors.iter().filter(|frame| frame["type"] == "error");
    let ids: Vec<_> = errors.filter_map(|error| error.get("id")).collect();
    assert!(ids.is_empty(), "asked without an id: {ids:?}");
    Ok(())
}

/// Without waiting for any reply: what a change did is what the next request finds.
#[tokio::test]
async fn changes_and_questions_take_effect_in_the_order_sent() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = Client::register(server.address(), "ada").await?;
    for round in 0..10 {
        let room = format!("room-{round}");
        let said = [
            json!({ "type": "create", "room": room, "kind": "private" }),
            json!({ "type": "send", "room": room, "text": "one" }),
            json!({ "type": "edit", "room": room, "target": 1, "text": "two" }),
            json!({ "type": "pin", "room": room, "target": 1 }),
            json!({ "type": "history", "room": room, "id": "edited" }),
            json!({ "type": "search", "query": "two", "room": room, "id": "found" }),
            json!({ "type": "read", "room": room, "seq": 3, "id": "read" }),
            json!({ "type": "delete", "room": room, "target": 1 }),
            json!({ "type": "history", "room": room, "id": "deleted" }),
            json!({ "type": "leave", "room": room }),
            json!({ "type": "rooms", "mine": true, "id": "mine" }),
            json!({ "type": "history", "room": room, "id": "left" }),
        ];
        for request in &said {
            ada.say(request).await?;
        }
        let edited = ada.reply(&json!("edited")).await?;
        let entry = &edited["events"][0];
        assert_eq!(
            (&entry["text"], &entry["pinned"], &entry["rev"]),
            (&json!("two"), &json!(true), &json!(2)),
            "{edited}"
        );
        let found = ada.reply(&json!("found")).await?;
        assert_eq!(found["hits"].as_array().map(Vec::len), Some(1), "{found}");
        assert_eq!(ada.reply(&json!("read")).await?["type"], "ok");
        let deleted = ada.reply(&json!("deleted")).await?;
        assert_eq!(deleted["events"][0]["deleted"], true, "{deleted}");
        let mine = ada.reply(&json!("mine")).await?;
        let mine = mine["rooms"].as_array().context("no rooms")?;
        assert!(mine.iter().all(|row| row["room"] != *room), "{mine:?}");
        assert_eq!(ada.reply(&json!("left")).await?["code"], "not_found");
    }
    Ok(())
}

fn on(kind: &str, fields: &Value) -> Value {
    let mut request = fields.clone();
    request["type"] = kind.into();
    request["room"] = "dev".into();
    request
}
