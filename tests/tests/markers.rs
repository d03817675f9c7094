//! What is unread and who is here: read markers, mentions, typing, presence.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use chat_tests::client::Client;
use chat_tests::server::Server;
use serde_json::{Value, json};

#[tokio::test]
async fn unread_and_mentions_are_counted_exactly() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "Bob").await?;
    let token = bob.token().to_owned();
    bob.send("lobby", "one's own is not unread", "b").await?;
    bob.close().await?;
    for (n, text) in [
        "hello @bob",
        "@BOB, and again: @bob",
        "not @bobby",
        "nobody",
        "(@bob)",
        "@room is for moderators",
    ]
    .into_iter()
    .enumerate()
    {
        ada.send("lobby", text, &n.to_string()).await?;
    }
    let mut bob = Client::come_back(server.address(), &token).await?;
    assert_eq!(marker(&bob.welcome)?, (0, 6, 3), "{}", bob.welcome);
    read(&mut bob, json!({ "seq": 3 })).await?;
    let bob = Client::come_back(server.address(), &token).await?;
    assert_eq!(marker(&bob.welcome)?, (3, 4, 1), "{}", bob.welcome);
    Ok(())
}

#[tokio::test]
async fn a_room_s_owner_can_mention_all_of_it() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    ada.join("dev").await?;
    bob.join("dev").await?;
    bob.send("dev", "@room is nobody yet", "1").await?;
    ada.send("dev", "@room now it is", "1").await?;
    let ada = Client::come_back(server.address(), ada.token()).await?;
    let bob = Client::come_back(server.address(), bob.token()).await?;
    for (client, mentions) in [(&ada, 0), (&bob, 1)] {
        let rooms = client.welcome["rooms"].as_array().context("no rooms")?;
        let dev = rooms.iter().find(|room| room["room"] == "dev");
        assert_eq!(dev.context("no dev")?["mentions"], mentions);
    }
    Ok(())
}

#[tokio::test]
async fn a_read_marker_moves_on_all_devices_and_never_back_by_accident() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut desk = Client::enter(server.address(), "bob").await?;
    let mut phone = Client::come_back(server.address(), desk.token()).await?;
    for n in 0..5 {
        ada.send("lobby", "hey @bob", &n.to_string()).await?;
    }
    read(&mut desk, json!({ "seq": 3 })).await?;
    let expected = |seq: u64, unread: u64| json!({ "type": "read", "room": "lobby", "seq": seq, "unread": unread, "mentions": unread });
    assert_eq!(phone.of_type("read").await?, expected(3, 2));
    read(&mut desk, json!({ "seq": 2 })).await?;
    read(&mut desk, json!({ "seq": 3 })).await?;
    let news = phone.so_far().await?;
    assert!(news.iter().all(|frame| frame["type"] != "read"), "{news:?}");
    read(&mut desk, json!({ "seq": 1, "back": true })).await?;
    assert_eq!(phone.of_type("read").await?, expected(1, 4));
    let beyond = json!({ "type": "read", "room": "lobby", "seq": 6 });
    desk.refused("invalid", beyond).await?;
    let news = desk.so_far().await?;
    assert!(
        news.iter().all(|frame| frame["type"] != "read"),
        "the one who reads gets its reply only: {news:?}"
    );
    Ok(())
}

#[tokio::test]
async fn others_see_that_one_types_and_nothing_answers_it() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    ada.say(&json!({ "type": "typing", "id": "t", "room": "lobby" }))
        .await?;
    let notice = bob.of_type("typing").await?;
    assert_eq!(
        notice,
        json!({ "type": "typing", "room": "lobby", "user": "ada" })
    );
    let own = ada.so_far().await?;
    assert!(
        own.iter()
            .all(|frame| frame["type"] != "typing" && frame["id"] != "t"),
        "{own:?}"
    );
    Ok(())
}

/// However often one says so, and however many times one stops and goes on.
#[tokio::test]
async fn typing_is_told_once_as_long_as_it_is_shown() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    ada.join("dev").await?;
    bob.join("dev").await?;
    for room in ["lobby", "lobby", "dev", "lobby", "dev"] {
        ada.say(&json!({ "type": "typing", "room": room })).await?;
    }
    ada.send("lobby", "that was it", "1").await?;
    bob.event("lobby").await?;
    let mut told = Vec::new();
    for frame in bob.so_far().await? {
        if frame["type"] == "typing" {
            told.push(frame["room"].clone());
        }
    }
    assert_eq!(told, ["lobby", "dev"], "each room has its own");
    Ok(())
}

#[tokio::test]
async fn being_here_starts_with_the_first_connection_and_ends_after_the_last() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let ada = Client::enter(server.address(), "ada").await?;
    let came = presence_of(&mut bob, "ada").await?;
    let newcomer = json!({
        "type": "presence", "user": "ada", "online": true, "room": "lobby", "member": true
    });
    assert_eq!(came, newcomer, "into the lobby by the first hello");
    let second = Client::come_back(server.address(), ada.token()).await?;
    let token = ada.token().to_owned();
    ada.close().await?;
    let begun = Instant::now();
    second.close().await?;
    let went = presence_of(&mut bob, "ada").await?;
    assert_eq!(went["online"], false);
    let took = begun.elapsed();
    assert!(
        (Duration::from_secs(4)..Duration::from_secs(8)).contains(&took),
        "5 s after the last connection, not {took:?}"
    );
    Client::come_back(server.address(), &token).await?;
    let back = presence_of(&mut bob, "ada").await?;
    let online = json!({ "type": "presence", "user": "ada", "online": true });
    assert_eq!(back, online, "in the rooms that she is in");
    Ok(())
}

/// However often someone comes and goes, the others hear of it once in 5 seconds.
#[tokio::test]
async fn who_flaps_costs_the_others_one_change_in_five_seconds() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    bob.join("dev").await?;
    presence_of(&mut bob, "ada").await?;
    let begun = Instant::now();
    let mut heard = Vec::new();
    for _ in 0..40 {
        ada.join("dev").await?;
        ada.ask("left", json!({ "type": "leave", "room": "dev" }))
            .await?;
        let token = ada.token().to_owned();
        ada.close().await?;
        ada = Client::come_back(server.address(), &token).await?;
        heard.extend(bob.so_far().await?);
    }
    // The first news of dev come a moment later.
    heard.push(
        bob.find(|frame| frame["type"] == "presence" && frame["room"] == "dev")
            .await?,
    );
    heard.extend(bob.so_far().await?);
    let windows = begun.elapsed().as_secs() / 5 + 1;
    let about = |dev: bool| {
        let heard = heard.iter().filter(|frame| frame["type"] == "presence");
        heard
            .filter(|frame| (frame["room"] == "dev") == dev)
            .count() as u64
    };
    assert!(about(true) <= windows, "{windows}: {heard:?}");
    assert_eq!(about(false), 0, "she was never offline: {heard:?}");
    Ok(())
}

/// Two hundred are told; where more are online, nobody is.
#[tokio::test]
async fn where_more_than_two_hundred_are_online_there_is_neither_presence_nor_typing() -> Result<()>
{
    let server = chat_tests::server::Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    ada.join("dev").await?;
    bob.join("dev").await?;
    let mut crowd = Vec::new();
    for n in 0..198 {
        crowd.push(Client::enter(server.address(), &format!("guest{n}")).await?);
    }
    // A second connection makes no second person.
    let _phone = Client::come_back(server.address(), ada.token()).await?;
    let typing = |room: &str| json!({ "type": "typing", "room": room });
    ada.say(&typing("lobby")).await?;
    let notice = bob.of_type("typing").await?;
    assert_eq!(notice["room"], "lobby", "two hundred are not too many");
    presence_of(&mut bob, "guest197").await?;
    bob.so_far().await?;
    let mut eve = Client::enter(server.address(), "eve").await?;
    eve.join("dev").await?;
    eve.say(&typing("lobby")).await?;
    eve.say(&typing("dev")).await?;
    let came = presence_of(&mut bob, "eve").await?;
    assert_eq!(came["room"], "dev", "the lobby is not told: {came}");
    let notice = bob.of_type("typing").await?;
    assert_eq!(notice["room"], "dev", "the lobby is not told: {notice}");
    Ok(())
}

async fn presence_of(client: &mut Client, user: &str) -> Result<Value> {
    client
        .find(|frame| frame["type"] == "presence" && frame["user"] == user)
        .await
}

async fn read(client: &mut Client, mut fields: Value) -> Result<Value> {
    fields["type"] = "read".into();
    fields["room"] = "lobby".into();
    client.ask("ok", fields).await
}

/// Marker, unread and mentions of the only room.
fn marker(welcome: &Value) -> Result<(u64, u64, u64)> {
    let room = &welcome["rooms"][0];
    let figure = |name: &str| room[name].as_u64().with_context(|| format!("no {name}"));
    Ok((figure("read")?, figure("unread")?, figure("mentions")?))
}
