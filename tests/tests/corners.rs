//! Coming in and into rooms, at the corners: what `resume` may hold, what `join`
//! is in a room that one gets already, what is asked before `hello`.

use anyhow::{Context as _, Result, ensure};
use chat_tests::chatter::Chatter;
use chat_tests::client::{Client, is_event};
use chat_tests::server::{Server, Setup};
use serde_json::{Map, Value, json};

#[tokio::test]
async fn join_in_a_room_that_one_gets_already_is_only_a_page() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut phone = Client::come_back(server.address(), ada.token()).await?;
    ada.join("dev").await?;
    phone.of_type("joined").await?;
    for n in 1..=3 {
        ada.send("dev", &format!("text {n}"), &format!("{n}"))
            .await?;
    }
    ada.events("dev", 3).await?;
    for fields in [json!({}), json!({ "after": 0 }), json!({ "after": 99 })] {
        let mut request = fields.clone();
        request["type"] = "join".into();
        request["room"] = "dev".into();
        let joined = ada.ask("joined", request).await?;
        let page = joined["events"].as_array().context("no events")?;
        assert_eq!(page.len(), 3, "{fields}: {joined}");
        let heard = ada.so_far().await?;
        assert!(!heard.iter().any(is_event), "{fields}: {heard:?}");
    }
    let heard = phone.so_far().await?;
    let again = heard.iter().any(|frame| frame["type"] == "joined");
    assert!(!again, "nobody came: {heard:?}");
    ada.send("dev", "live", "live").await?;
    assert_eq!(ada.event("dev").await?["seq"], 4, "goes on where it was");
    Ok(())
}

#[tokio::test]
async fn a_member_reads_the_whole_log_whenever_it_came() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::register(server.address(), "ada").await?;
    let mut bob = Client::register(server.address(), "bob").await?;
    let create = json!({ "type": "create", "room": "ops", "kind": "private" });
    ada.ask("joined", create).await?;
    for n in 1..=3 {
        ada.send("ops", &format!("before bob {n}"), &format!("{n}"))
            .await?;
    }
    let invite = json!({ "type": "invite", "room": "ops", "user": "bob" });
    ada.ask("ok", invite).await?;
    bob.join("ops").await?;
    let request = json!({ "type": "history", "room": "ops", "after": 0, "limit": 2 });
    let page = bob.ask("history", request).await?;
    assert_eq!(page["events"][0]["text"], "before bob 1");
    assert_eq!(page["more_before"], false);
    let hits = bob
        .ask("found", json!({ "type": "search", "query": "before bob" }))
        .await?;
    assert_eq!(hits["hits"].as_array().map(Vec::len), Some(3));
    let mut again = Client::connect(server.address()).await?;
    let resume = json!({ "token": bob.token(), "resume": { "ops": 0 } });
    again.hello(resume).await?;
    assert_eq!(again.event("ops").await?["seq"], 1);
    Ok(())
}

/// As many rooms as fit a frame, of which one is in two.
#[tokio::test]
async fn resume_may_fill_a_frame_and_rooms_one_is_not_in_are_ignored() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    for client in [&mut ada, &mut bob] {
        client.join("dev").await?;
    }
    ada.join("elsewhere").await?;
    for room in ["lobby", "dev", "elsewhere"] {
        ada.send(room, "missed?", "1").await?;
    }
    let mut resume = Map::new();
    for room in ["lobby", "dev", "elsewhere"] {
        resume.insert(room.to_owned(), json!(0));
    }
    let hello = |resume: &Map<String, Value>| {
        json!({ "type": "hello", "id": 1, "token": bob.token(), "resume": resume }).to_string()
    };
    for n in 0.. {
        resume.insert(format!("room-{n:06}"), json!(n));
        // Written out now and then only, for it is long.
        if n % 50 == 0 && hello(&resume).len() > 64_000 {
            break;
        }
    }
    ensure!(resume.len() > 3_000, "only {} rooms", resume.len());
    let mut again = Client::connect(server.address()).await?;
    again.say_text(&hello(&resume)).await?;
    let welcome = again.reply(&json!(1)).await?;
    assert_eq!(welcome["type"], "welcome", "{welcome}");
    assert_eq!(welcome.get("reset"), None, "{welcome}");
    let heard = again.so_far().await?;
    let mut rooms: Vec<_> = heard
        .iter()
        .filter(|frame| is_event(frame))
        .filter_map(|event| event["room"].as_str())
        .collect();
    rooms.sort_unstable();
    assert_eq!(rooms, ["dev", "lobby"], "each once, and none of elsewhere");
    Ok(())
}

#[tokio::test]
async fn what_was_taken_away_meanwhile_is_missing_from_welcome() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    ada.join("dev").await?;
    bob.join("dev").await?;
    let token = bob.token().to_owned();
    bob.close().await?;
    ada.send("dev", "one", "1").await?;
    let kick = json!({ "type": "kick", "room": "dev", "user": "bob" });
    ada.ask("ok", kick).await?;
    let mut bob = Client::connect(server.address()).await?;
    let resume = json!({ "token": token, "resume": { "dev": 0 } });
    let welcome = bob.hello(resume).await?;
    let rooms = welcome["rooms"].as_array().context("no rooms")?;
    assert!(rooms.iter().all(|room| room["room"] != "dev"), "{welcome}");
    let heard = bob.so_far().await?;
    assert!(!heard.iter().any(is_event), "{heard:?}");
    Ok(())
}

#[tokio::test]
async fn a_room_is_not_joined_from_beyond_its_head() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    ada.join("dev").await?;
    ada.send("dev", "one", "1").await?;
    let beyond = json!({ "type": "join", "room": "dev", "after": 2 });
    let error = bob.refused("invalid", beyond).await?;
    assert_eq!(error["field"], "after");
    let mine = json!({ "type": "rooms", "mine": true });
    let rooms = bob.ask("rooms", mine).await?;
    assert_eq!(rooms["rooms"].as_array().map(Vec::len), Some(1), "{rooms}");
    Ok(())
}

/// Every request of `help` but three.
#[tokio::test]
async fn whatever_else_is_asked_before_hello_is_unauthenticated() -> Result<()> {
    let server = Server::start().await?;
    let mut client = Client::connect(server.address()).await?;
    let help = client.ask("help", json!({ "type": "help" })).await?;
    let rows = help["requests"].as_array().context("no requests")?;
    for row in rows {
        let example = row["example"].clone();
        if !["hello", "ping", "help"]
            .iter()
            .any(|open| row["type"] == *open)
        {
            client.refused("unauthenticated", example).await?;
        }
    }
    client.hello(json!({ "name": "ada" })).await?;
    Ok(())
}

/// On and on in and out of a room in which others talk: nothing of it comes
/// before `joined` or after `left`, and between them no hole.
#[tokio::test]
async fn nothing_of_a_room_comes_before_joined_or_after_left() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    bob.join("dev").await?;
    let talk = Chatter::start(bob, "dev");
    let mut heard = 0;
    for _ in 0..40 {
        ada.say(&json!({ "type": "join", "room": "dev", "id": "in" }))
            .await?;
        let mut cursor = None;
        let mut leaving = false;
        loop {
            let frame = ada.next().await?;
            if frame["id"] == "in" {
                cursor = frame["head"].as_u64();
                ensure!(cursor.is_some(), "{frame}");
            } else if frame["type"] == "left" {
                break;
            } else if is_event(&frame) {
                let before = cursor.with_context(|| format!("before joined: {frame}"))?;
                ensure!(frame["seq"] == before + 1, "after {before}: {frame}");
                cursor = Some(before + 1);
                heard += 1;
                if !leaving {
                    leaving = true;
                    ada.say(&json!({ "type": "leave", "room": "dev", "id": "out" }))
                        .await?;
                }
            }
        }
        let after = ada.so_far().await?;
        ensure!(!after.iter().any(is_event), "after left: {after:?}");
    }
    talk.stop().await?;
    assert!(heard >= 40, "{heard}");
    Ok(())
}

/// Presence of who comes into a public room, beside who is online.
#[tokio::test]
async fn others_see_that_one_joins_and_leaves_a_public_room_and_no_event_says_it() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    bob.join("dev").await?;
    ada.join("dev").await?;
    let came = bob.find(|frame| frame["room"] == "dev").await?;
    let expected = json!({
        "type": "presence", "user": "ada", "online": true, "room": "dev", "member": true
    });
    assert_eq!(came, expected);
    ada.ask("left", json!({ "type": "leave", "room": "dev" }))
        .await?;
    let went = bob.find(|frame| frame["room"] == "dev").await?;
    let expected = json!({
        "type": "presence", "user": "ada", "online": true, "room": "dev", "member": false
    });
    assert_eq!(went, expected);
    let joined = bob.join("dev").await?;
    assert_eq!(
        (&joined["head"], &joined["events"]),
        (&json!(0), &json!([]))
    );
    Ok(())
}
