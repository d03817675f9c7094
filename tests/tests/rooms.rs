//! Rooms: joining, leaving, listing, who is in them.

use anyhow::{Context as _, Result};
use chat_tests::client::Client;
use chat_tests::server::Server;
use serde_json::{Value, json};

#[tokio::test]
async fn joining_a_room_that_does_not_exist_makes_it_with_the_joiner_as_owner() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let absent = json!({ "type": "join", "room": "dev", "create": false });
    ada.refused("not_found", absent).await?;
    let joined = ada.join("dev").await?;
    let expected = json!({
        "room": "dev", "kind": "public", "topic": "", "role": "owner",
        "head": 0, "read": 0, "unread": 0, "mentions": 0, "events": []
    });
    for (field, value) in expected.as_object().context("an object")? {
        assert_eq!(joined[field], *value, "{field} in {joined}");
    }
    let mut bob = Client::enter(server.address(), "bob").await?;
    assert_eq!(bob.join("dev").await?["role"], "member");
    Ok(())
}

#[tokio::test]
async fn joining_shows_the_newest_fifty_and_goes_on_live_from_there() -> Result<()> {
    let server = chat_tests::server::Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    ada.join("dev").await?;
    for n in 1..=60 {
        ada.send("dev", &format!("text {n}"), &n.to_string())
            .await?;
    }
    let mut bob = Client::enter(server.address(), "bob").await?;
    let joined = bob.join("dev").await?;
    assert_eq!(joined["head"], 60);
    assert_eq!(joined["unread"], 0, "who joins first has nothing unread");
    let seqs = seqs(&joined["events"])?;
    assert_eq!(seqs, (11..=60).collect::<Vec<_>>());
    ada.send("dev", "live", "live").await?;
    assert_eq!(bob.event("dev").await?["seq"], 61);
    let again = bob.join("dev").await?;
    assert_eq!(again["head"], 61, "in a room one is in, join is a page");
    Ok(())
}

#[tokio::test]
async fn who_has_left_hears_no_more_of_the_room() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    ada.join("dev").await?;
    bob.join("dev").await?;
    let left = bob
        .ask("left", json!({ "type": "leave", "room": "dev" }))
        .await?;
    assert_eq!(left["room"], "dev");
    ada.send("dev", "nobody hears", "1").await?;
    let heard = bob.so_far().await?;
    assert!(
        heard.iter().all(|frame| frame["type"] != "message"),
        "{heard:?}"
    );
    for request in ["leave", "history", "members", "typing"] {
        let request = json!({ "type": request, "room": "dev" });
        bob.refused("not_member", request).await?;
    }
    let text = json!({ "type": "send", "room": "dev", "text": "x" });
    bob.refused("not_member", text).await?;
    Ok(())
}

#[tokio::test]
async fn what_was_never_joined_is_not_found_or_not_mine() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    ada.join("dev").await?;
    for (room, code) in [("dev", "not_member"), ("nowhere", "not_found")] {
        for request in [
            json!({ "type": "send", "room": room, "text": "x" }),
            json!({ "type": "history", "room": room }),
            json!({ "type": "members", "room": room }),
            json!({ "type": "read", "room": room, "seq": 0 }),
            json!({ "type": "typing", "room": room }),
            json!({ "type": "leave", "room": room }),
        ] {
            bob.refused(code, request).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_same_person_s_other_connections_follow_a_join_and_a_leave() -> Result<()> {
    let server = Server::start().await?;
    let mut desk = Client::enter(server.address(), "ada").await?;
    let mut phone = Client::come_back(server.address(), desk.token()).await?;
    desk.join("dev").await?;
    let notice = phone.of_type("joined").await?;
    assert_eq!(notice["room"], "dev");
    assert_eq!(notice.get("id"), None);
    assert_eq!(notice.get("events"), None);
    desk.send("dev", "to both", "1").await?;
    assert_eq!(phone.event("dev").await?["text"], "to both");
    desk.ask("left", json!({ "type": "leave", "room": "dev" }))
        .await?;
    let notice = phone.of_type("left").await?;
    assert_eq!(notice["room"], "dev");
    assert_eq!(notice.get("id"), None);
    Ok(())
}

#[tokio::test]
async fn rooms_are_listed_by_part_of_the_name_and_in_pages() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    for room in ["dev", "design", "music"] {
        ada.join(room).await?;
    }
    bob.join("dev").await?;
    let listed = rooms(&mut bob, json!({ "query": "de" })).await?;
    assert_eq!(names(&listed)?, ["design", "dev"]);
    let dev = &listed["rooms"][1];
    assert_eq!(
        *dev,
        json!({ "room": "dev", "kind": "public", "topic": "", "members": 2, "head": 0 })
    );
    let mine = rooms(&mut bob, json!({ "mine": true })).await?;
    assert_eq!(names(&mine)?, ["dev", "lobby"]);
    let page = rooms(&mut bob, json!({ "limit": 2 })).await?;
    assert_eq!(names(&page)?, ["design", "dev"]);
    assert_eq!(page["more"], true);
    let rest = rooms(&mut bob, json!({ "limit": 2, "after": "dev" })).await?;
    assert_eq!(names(&rest)?, ["lobby", "music"]);
    assert_eq!(rest["more"], false);
    Ok(())
}

#[tokio::test]
async fn members_are_listed_with_role_and_whether_they_are_here() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    ada.join("dev").await?;
    bob.join("dev").await?;
    let request = json!({ "type": "members", "room": "dev" });
    let members = ada.ask("members", request).await?;
    assert_eq!(members["total"], 2);
    assert_eq!(members["more"], false);
    let listed: Vec<_> = members["members"]
        .as_array()
        .context("no members")?
        .iter()
        .map(|member| (&member["name"], &member["role"], &member["online"]))
        .map(|(name, role, online)| format!("{name} {role} {online}"))
        .collect();
    assert_eq!(listed, [r#""ada" "owner" true"#, r#""bob" "member" true"#]);
    let request = json!({ "type": "members", "room": "dev", "limit": 1 });
    let page = ada.ask("members", request).await?;
    assert_eq!(page["more"], true);
    assert_eq!(page["members"][0]["name"], "ada");
    let request = json!({ "type": "members", "room": "dev", "after": "ada" });
    let rest = ada.ask("members", request).await?;
    assert_eq!(rest["members"][0]["name"], "bob");
    assert_eq!(rest["more"], false);
    Ok(())
}

#[tokio::test]
async fn room_names_are_held_to_their_rule_at_its_boundary() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let longest = "r".repeat(64);
    for room in ["r", &longest, "b-1.2_3", "größe", "日本"] {
        assert_eq!(ada.join(room).await?["room"], room);
    }
    let upper = ada
        .refused("invalid", json!({ "type": "join", "room": "Dev" }))
        .await?;
    let message = upper["message"].as_str().context("no message")?;
    assert!(message.contains("dev"), "gives the form: {message}");
    let too_long = "s".repeat(65);
    for room in [
        "",
        &too_long,
        "-a",
        "a-",
        "a b",
        "a/b",
        "#dev",
        "a\u{200b}b",
        "😀",
    ] {
        let error = ada
            .refused("invalid", json!({ "type": "join", "room": room }))
            .await?;
        assert_eq!(error["field"], "room", "{room:?}: {error}");
    }
    Ok(())
}

async fn rooms(client: &mut Client, mut fields: Value) -> Result<Value> {
    fields["type"] = "rooms".into();
    client.ask("rooms", fields).await
}

fn names(listed: &Value) -> Result<Vec<&str>> {
    let rooms = listed["rooms"].as_array().context("no rooms")?;
    rooms
        .iter()
        .map(|room| room["room"].as_str().context("no name"))
        .collect()
}

fn seqs(events: &Value) -> Result<Vec<u64>> {
    let events = events.as_array().context("no events")?;
    events
        .iter()
        .map(|event| event["seq"].as_u64().context("no seq"))
        .collect()
}
