//! The room of two people, and private rooms, as those in them see them.

use anyhow::{Context as _, Result};
use chat_tests::client::Client;
use chat_tests::server::Server;
use serde_json::{Value, json};

#[tokio::test]
async fn direct_opens_the_room_for_both_and_all_their_connections() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::register(server.address(), "Ada").await?;
    let mut bob = Client::register(server.address(), "bob").await?;
    let mut phone = Client::come_back(server.address(), bob.token()).await?;
    let opened = ada
        .ask("joined", json!({ "type": "direct", "user": "Bob" }))
        .await?;
    assert_eq!(
        (&opened["room"], &opened["kind"]),
        (&json!("@ada+bob"), &json!("direct"))
    );
    assert_eq!(
        (&opened["head"], &opened["events"]),
        (&json!(0), &json!([]))
    );
    for client in [&mut bob, &mut phone] {
        let notice = client.of_type("joined").await?;
        assert_eq!(
            (&notice["room"], notice.get("id")),
            (&json!("@ada+bob"), None)
        );
        assert_eq!(notice.get("events"), None);
    }
    let names = ["@bob", "@ada+bob", "@Bob+ADA"];
    for (n, name) in names.into_iter().enumerate() {
        let sent = ada.send(name, "hi", &n.to_string()).await?;
        assert_eq!(sent["room"], "@ada+bob");
    }
    for client in [&mut ada, &mut bob, &mut phone] {
        let events = client.events("@ada+bob", 3).await?;
        assert_eq!(events[2]["seq"], 3);
    }
    let oneself = json!({ "type": "direct", "user": "ADA" });
    assert_eq!(ada.refused("invalid", oneself).await?["field"], "user");
    let oneself = json!({ "type": "send", "room": "@ada", "text": "x" });
    assert_eq!(ada.refused("invalid", oneself).await?["field"], "room");
    let page = json!({ "type": "history", "room": "@ada" });
    assert_eq!(bob.ask("history", page).await?["head"], 3);
    Ok(())
}

/// The message follows `joined` on every connection, as it does for whoever was
/// there before.
#[tokio::test]
async fn the_first_message_opens_the_room_and_is_told_to_all() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::register(server.address(), "ada").await?;
    let mut other = Client::come_back(server.address(), ada.token()).await?;
    let mut bob = Client::register(server.address(), "bob").await?;
    let sent = ada.send("@bob", "just us two, @bob", "1").await?;
    assert_eq!(
        (&sent["room"], &sent["seq"]),
        (&json!("@ada+bob"), &json!(1))
    );
    for client in [&mut ada, &mut other, &mut bob] {
        let joined = client.of_type("joined").await?;
        assert_eq!((&joined["head"], &joined["unread"]), (&json!(0), &json!(0)));
        assert_eq!(client.event("@ada+bob").await?["text"], "just us two, @bob");
    }
    let bob = Client::come_back(server.address(), bob.token()).await?;
    let rooms = bob.welcome["rooms"].as_array().context("no rooms")?;
    assert_eq!(
        rooms[0],
        json!({ "room": "@ada+bob", "kind": "direct", "topic": "", "role": "member",
                "head": 1, "read": 0, "unread": 1, "mentions": 1 })
    );
    Ok(())
}

#[tokio::test]
async fn a_direct_room_that_was_left_comes_back_with_the_next_message() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::register(server.address(), "ada").await?;
    let mut bob = Client::register(server.address(), "bob").await?;
    ada.send("@bob", "one", "1").await?;
    bob.event("@ada+bob").await?;
    let mut phone = Client::come_back(server.address(), bob.token()).await?;
    bob.ask("left", json!({ "type": "leave", "room": "@ada" }))
        .await?;
    phone.of_type("left").await?;
    let mine = bob
        .ask("rooms", json!({ "type": "rooms", "mine": true }))
        .await?;
    assert_eq!(mine["rooms"].as_array().map(Vec::len), Some(1), "{mine}");
    let again = Client::come_back(server.address(), bob.token()).await?;
    assert_eq!(again.welcome["rooms"].as_array().map(Vec::len), Some(1));
    ada.so_far().await?;
    ada.send("@bob", "two", "2").await?;
    for client in [&mut bob, &mut phone] {
        let joined = client
            .find(|frame| frame["type"] == "joined" && frame["head"] == 1)
            .await?;
        assert_eq!((&joined["read"], &joined["unread"]), (&json!(0), &json!(1)));
        let event = client.find(|frame| frame["text"] == "two").await?;
        assert_eq!(event["seq"], 2);
    }
    let told = ada.so_far().await?;
    assert!(
        told.iter().all(|frame| frame["type"] != "joined"),
        "{told:?}"
    );
    Ok(())
}

#[tokio::test]
async fn direct_and_private_rooms_are_for_accounts_and_say_how_to_have_one() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::register(server.address(), "ada").await?;
    let mut eve = Client::enter(server.address(), "eve").await?;
    ada.ask(
        "joined",
        json!({ "type": "create", "room": "ops", "kind": "private" }),
    )
    .await?;
    for request in [
        json!({ "type": "direct", "user": "ada" }),
        json!({ "type": "join", "room": "@ada" }),
        json!({ "type": "send", "room": "@ada", "text": "x" }),
        json!({ "type": "create", "room": "mine", "kind": "private" }),
    ] {
        says_how(&eve.refused("forbidden", request).await?)?;
    }
    for request in [
        json!({ "type": "direct", "user": "eve" }),
        json!({ "type": "send", "room": "@eve", "text": "x" }),
        json!({ "type": "invite", "room": "ops", "user": "eve" }),
    ] {
        says_how(&ada.refused("forbidden", request).await?)?;
    }
    let nobody = json!({ "type": "direct", "user": "nobody" });
    assert_eq!(ada.refused("not_found", nobody).await?["field"], "user");
    eve.ask("joined", json!({ "type": "create", "room": "dev" }))
        .await?;
    Ok(())
}

#[tokio::test]
async fn an_invitation_reaches_all_connections_and_waits_until_used_or_void() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::register(server.address(), "ada").await?;
    let mut bob = Client::register(server.address(), "bob").await?;
    let mut phone = Client::come_back(server.address(), bob.token()).await?;
    let create = json!({ "type": "create", "room": "ops", "kind": "private", "topic": "on call" });
    let made = ada.ask("joined", create.clone()).await?;
    assert_eq!(
        (&made["kind"], &made["role"], &made["topic"], &made["head"]),
        (
            &json!("private"),
            &json!("owner"),
            &json!("on call"),
            &json!(0)
        )
    );
    assert_eq!(ada.ask("joined", create.clone()).await?["room"], "ops");
    bob.refused("conflict", create).await?;
    bob.refused("not_found", json!({ "type": "join", "room": "ops" }))
        .await?;
    let invite = json!({ "type": "invite", "room": "ops", "user": "bob" });
    let ok = ada.request(invite.clone()).await?;
    assert_eq!(ok, json!({ "type": "ok", "id": ok["id"] }));
    for client in [&mut bob, &mut phone] {
        let notice = client.of_type("invited").await?;
        assert_eq!(
            notice,
            json!({ "type": "invited", "room": "ops", "by": "ada" })
        );
    }
    let waiting = json!([{ "room": "ops", "by": "ada" }]);
    let mut later = Client::come_back(server.address(), bob.token()).await?;
    assert_eq!(later.welcome["invites"], waiting);
    bob.join("ops").await?;
    let joined = ada.event("ops").await?;
    assert_eq!(
        (&joined["user"], &joined["change"]),
        (&json!("bob"), &json!("joined"))
    );
    assert_eq!(later.of_type("joined").await?["room"], "ops");
    for void in ["kick", "ban"] {
        let request = json!({ "type": void, "room": "ops", "user": "bob" });
        ada.ask("ok", request).await?;
        bob.refused("not_found", json!({ "type": "join", "room": "ops" }))
            .await?;
        if void == "kick" {
            ada.ask("ok", invite.clone()).await?;
        }
    }
    ada.refused("forbidden", invite).await?;
    let last = Client::come_back(server.address(), bob.token()).await?;
    assert_eq!(last.welcome["invites"], json!([]));
    Ok(())
}

/// Of all news about a person only presence and typing may be shed.
#[tokio::test]
async fn no_invitation_is_shed_however_many_come_at_once() -> Result<()> {
    const ROOMS: usize = 200;
    let server = chat_tests::server::Setup::without_rates().start().await?;
    let mut ada = Client::register(server.address(), "ada").await?;
    let mut bob = Client::register(server.address(), "bob").await?;
    for n in 0..ROOMS {
        let room = format!("room-{n}");
        let create = json!({ "type": "create", "room": room, "kind": "private" });
        ada.say(&create).await?;
        let invite = json!({ "type": "invite", "room": room, "user": "bob", "id": n });
        ada.say(&invite).await?;
    }
    ada.reply(&json!(ROOMS - 1)).await?;
    for _ in 0..ROOMS {
        bob.of_type("invited").await?;
    }
    Ok(())
}

fn says_how(error: &Value) -> Result<()> {
    let message = error["message"].as_str().context("no message")?;
    assert!(message.contains("register"), "{message}");
    Ok(())
}
