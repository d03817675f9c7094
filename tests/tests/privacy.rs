//! Nothing of a private or direct room reaches who is not in it.

use anyhow::{Context as _, Result};
use chat_tests::client::Client;
use chat_tests::server::Server;
use serde_json::{Value, json};

/// What `join` and `create` may tell apart is in `direct.rs`.
const EXCEPTIONS: [&str; 2] = ["join", "create"];

/// Every request there is, by `help`: what it answers about a private room is,
/// word for word, what it answers about one that does not exist.
#[tokio::test]
async fn no_request_but_two_tells_a_private_room_from_none() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::register(server.address(), "ada").await?;
    let mut bob = Client::register(server.address(), "bob").await?;
    ada.ask(
        "joined",
        json!({ "type": "create", "room": "secret", "kind": "private" }),
    )
    .await?;
    ada.ask("joined", json!({ "type": "direct", "user": "bob" }))
        .await?;
    for room in ["secret", "@bob"] {
        ada.send(room, "hidden words", "1").await?;
    }
    // Never in, left, kicked, banned, invited; and a guest.
    let mut outsiders = Vec::new();
    for (name, end) in [
        ("never", None),
        ("left", Some("leave")),
        ("kicked", Some("kick")),
        ("banned", Some("ban")),
        ("invited", None),
    ] {
        let mut outsider = Client::register(server.address(), name).await?;
        let invite = json!({ "type": "invite", "room": "secret", "user": name });
        if let Some(end) = end {
            ada.ask("ok", invite.clone()).await?;
            outsider.join("secret").await?;
            outsider.send("secret", "was here", "mine").await?;
            if end == "leave" {
                let leave = json!({ "type": "leave", "room": "secret" });
                outsider.ask("left", leave).await?;
            } else {
                let remove = json!({ "type": end, "room": "secret", "user": name });
                ada.ask("ok", remove).await?;
            }
        } else if name == "invited" {
            ada.ask("ok", invite).await?;
        }
        outsider.so_far().await?;
        outsiders.push(outsider);
    }
    outsiders.push(Client::enter(server.address(), "guest").await?);
    let help = ada.ask("help", json!({ "type": "help" })).await?;
    let rows = help["requests"].as_array().context("no requests")?;
    assert!(rows.len() > 30, "{}", rows.len());
    for outsider in &mut outsiders {
        for row in rows {
            let example = &row["example"];
            if example.get("room").is_none() || EXCEPTIONS.contains(&text(&example["type"])?) {
                continue;
            }
            for (real, absent) in [("secret", "nosuch"), ("@ada+bob", "@ada+eve")] {
                let one = ask(outsider, example, real).await?;
                let other = ask(outsider, example, absent).await?;
                assert_eq!(one.replace(real, absent), other, "{example}");
            }
        }
    }
    assert!(bob.so_far().await?.len() > 1);
    Ok(())
}

/// The requests and notices that name no room tell nothing either.
#[tokio::test]
async fn who_is_out_is_told_nothing_by_lists_markers_presence_or_typing() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::register(server.address(), "ada").await?;
    let mut eve = Client::register(server.address(), "eve").await?;
    ada.ask(
        "joined",
        json!({ "type": "create", "room": "secret", "kind": "private" }),
    )
    .await?;
    ada.ask("left", json!({ "type": "leave", "room": "lobby" }))
        .await?;
    for end in ["leave", "kick", "ban"] {
        let invite = json!({ "type": "invite", "room": "secret", "user": "eve" });
        ada.ask("ok", invite).await?;
        let head = eve.join("secret").await?["head"]
            .as_u64()
            .context("no head")?;
        if end == "leave" {
            eve.ask("left", json!({ "type": "leave", "room": "secret" }))
                .await?;
        } else {
            let remove = json!({ "type": end, "room": "secret", "user": "eve" });
            ada.ask("ok", remove).await?;
            eve.find(|frame| {
                frame["change"]
                    .as_str()
                    .is_some_and(|change| change.starts_with(end))
            })
            .await?;
        }
        eve.so_far().await?;
        ada.send("secret", "hidden words for @eve", end).await?;
        ada.say(&json!({ "type": "typing", "room": "secret" }))
            .await?;
        ada.ask(
            "ok",
            json!({ "type": "topic", "room": "secret", "topic": format!("hidden {end}") }),
        )
        .await?;
        let friend = Client::come_back(server.address(), ada.token()).await?;
        friend.close().await?;
        let mut heard = eve.so_far().await?;
        for request in [
            json!({ "type": "rooms" }),
            json!({ "type": "rooms", "query": "secret" }),
            json!({ "type": "rooms", "query": "hidden" }),
            json!({ "type": "rooms", "mine": true }),
            json!({ "type": "search", "query": "hidden" }),
        ] {
            heard.push(eve.request(request).await?);
        }
        let mut again = Client::connect(server.address()).await?;
        let resume = json!({ "token": eve.token(), "resume": { "secret": head }, "gaps": false });
        heard.push(again.hello(resume).await?);
        heard.extend(again.so_far().await?);
        heard.extend(eve.so_far().await?);
        for frame in heard {
            let frame = frame.to_string();
            assert!(
                !frame.contains("secret") && !frame.contains("hidden"),
                "{end}: {frame}"
            );
        }
    }
    Ok(())
}

async fn ask(client: &mut Client, example: &Value, room: &str) -> Result<String> {
    let mut request = example.clone();
    request["room"] = room.into();
    request["id"] = "one".into();
    let reply = client.request(request).await?;
    assert_eq!(reply["type"], "error", "{example} in {room}: {reply}");
    Ok(reply.to_string())
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().context("no text")
}
