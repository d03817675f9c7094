//! Coming in: the greeting, `hello`, tokens, names.

use anyhow::{Context as _, Result};
use chat_tests::client::Client;
use chat_tests::server::{Server, Setup};
use serde_json::json;

#[tokio::test]
async fn the_server_greets_before_any_request_and_states_its_limits() -> Result<()> {
    let server = Server::start().await?;
    let client = Client::connect(server.address()).await?;
    let greeting = &client.greeting;
    assert_eq!(greeting["name"], "chat");
    assert_eq!(greeting["protocol"], 1);
    assert_eq!(greeting["guests"], true);
    assert!(greeting["version"].is_string());
    assert!(
        greeting["epoch"]
            .as_str()
            .is_some_and(|epoch| !epoch.is_empty())
    );
    assert_eq!(
        greeting["limits"],
        json!({
            "frame_bytes": 65536, "text_chars": 4000, "name_chars": 32, "room_chars": 64,
            "topic_chars": 250, "history_page": 200, "rooms": 1000, "file_bytes": 26_214_400
        })
    );
    assert_eq!(
        greeting["rates"]["send"],
        json!({ "per_s": 10, "burst": 50 })
    );
    let hint = greeting["hint"].as_str().context("no hint")?;
    assert!(hint.contains(r#"{"type":"hello""#), "{hint}");
    Ok(())
}

#[tokio::test]
async fn a_rate_of_zero_tells_that_there_is_no_limit() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let client = Client::connect(server.address()).await?;
    assert_eq!(client.greeting["rates"]["send"]["per_s"], 0);
    Ok(())
}

#[tokio::test]
async fn a_guest_is_welcomed_with_a_token_into_the_lobby() -> Result<()> {
    let server = Server::start().await?;
    let mut client = Client::connect(server.address()).await?;
    let welcome = client
        .hello(json!({ "name": "ada", "client": "test 1.0" }))
        .await?;
    assert_eq!(welcome["user"], "ada");
    assert_eq!(welcome["guest"], true);
    assert_eq!(welcome["invites"], json!([]));
    assert!(client.token().len() >= 16, "{welcome}");
    let rooms = welcome["rooms"].as_array().context("no rooms")?;
    assert_eq!(rooms.len(), 1, "{welcome}");
    let expected = json!({
        "room": "lobby", "kind": "public", "topic": "", "role": "member",
        "head": 0, "read": 0, "unread": 0, "mentions": 0
    });
    for (field, value) in expected.as_object().context("an object")? {
        assert_eq!(rooms[0][field], *value, "{field} in {welcome}");
    }
    Ok(())
}

#[tokio::test]
async fn a_token_brings_back_the_same_user_also_after_a_restart() -> Result<()> {
    let mut server = Server::start().await?;
    let first = Client::enter(server.address(), "ada").await?;
    let token = first.token().to_owned();
    let second = Client::come_back(server.address(), &token).await?;
    assert_eq!(second.welcome["user"], "ada");
    assert_eq!(second.token(), token);
    let epoch = second.greeting["epoch"].clone();
    server.kill9()?;
    server.restart().await?;
    let third = Client::come_back(server.address(), &token).await?;
    assert_eq!(third.welcome["user"], "ada");
    assert_eq!(third.token(), token);
    assert_eq!(third.greeting["epoch"], epoch);
    Ok(())
}

#[tokio::test]
async fn a_name_beside_a_token_must_be_its_user_s() -> Result<()> {
    let server = Server::start().await?;
    let ada = Client::enter(server.address(), "ada").await?;
    let mut client = Client::connect(server.address()).await?;
    let wrong = json!({ "type": "hello", "token": ada.token(), "name": "bob" });
    let error = client.refused("invalid", wrong).await?;
    assert_eq!(error["field"], "name");
    client
        .hello(json!({ "token": ada.token(), "name": "ada" }))
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_failed_hello_may_be_tried_again_but_only_one_succeeds() -> Result<()> {
    let server = Server::start().await?;
    let mut client = Client::connect(server.address()).await?;
    let wrong = json!({ "type": "hello", "token": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" });
    client.refused("bad_credentials", wrong).await?;
    client.hello(json!({ "name": "ada" })).await?;
    let again = json!({ "type": "hello", "name": "bob" });
    client.refused("already_here", again).await?;
    client.send("lobby", "still here", "1").await?;
    Ok(())
}

#[tokio::test]
async fn before_hello_only_ping_and_help_are_answered() -> Result<()> {
    let server = Server::start().await?;
    let mut client = Client::connect(server.address()).await?;
    client.ask("pong", json!({ "type": "ping" })).await?;
    client.ask("help", json!({ "type": "help" })).await?;
    for request in [
        json!({ "type": "join", "room": "lobby" }),
        json!({ "type": "send", "room": "lobby", "text": "x" }),
        json!({ "type": "history", "room": "lobby" }),
        json!({ "type": "rooms" }),
        json!({ "type": "read", "room": "lobby", "seq": 1 }),
    ] {
        client.refused("unauthenticated", request).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_taken_name_is_refused_in_every_disguise_and_the_answer_helps() -> Result<()> {
    let server = Server::start().await?;
    let _ace = Client::enter(server.address(), "ace").await?;
    let mut client = Client::connect(server.address()).await?;
    // The third is written in Cyrillic letters that look the same.
    for name in ["ace", "ACE", "\u{430}\u{441}\u{435}"] {
        let error = client
            .refused("name_taken", json!({ "type": "hello", "name": name }))
            .await?;
        let message = error["message"].as_str().context("no message")?;
        assert!(message.contains("ace"), "names the other: {message}");
        assert!(
            message.contains("token"),
            "says how to come back: {message}"
        );
    }
    client.hello(json!({ "name": "ace2" })).await?;
    Ok(())
}

#[tokio::test]
async fn reserved_names_are_taken() -> Result<()> {
    let server = Server::start().await?;
    let mut client = Client::connect(server.address()).await?;
    for name in ["room", "all", "here", "server", "system", "admin", "Admin"] {
        client
            .refused("name_taken", json!({ "type": "hello", "name": name }))
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn names_are_held_to_their_rule_at_its_boundary() -> Result<()> {
    let server = Server::start().await?;
    let longest = "n".repeat(32);
    for name in ["a", &longest, "x-y.z_9", "é", "Ωμέγα", "日本のひと", "7"] {
        let client = Client::enter(server.address(), name).await?;
        assert_eq!(client.welcome["user"], name);
    }
    let too_long = "m".repeat(33);
    let mut client = Client::connect(server.address()).await?;
    for name in [
        "",
        &too_long,
        "-ada",
        "ada-",
        ".a",
        "a_",
        "a b",
        " ada",
        "ada ",
        "аda",
        "ad\u{200b}a",
        "ad\u{202e}a",
        "😀",
        "ada\n",
        "@ada",
        "a+b",
        "a/b",
        "a\u{7}",
    ] {
        let error = client
            .refused("invalid", json!({ "type": "hello", "name": name }))
            .await?;
        assert_eq!(error["field"], "name", "{name:?}: {error}");
    }
    Ok(())
}

#[tokio::test]
async fn a_guest_s_name_stays_its_own_for_a_while_after_it_has_left() -> Result<()> {
    let server = Server::start().await?;
    let ada = Client::enter(server.address(), "ada").await?;
    let token = ada.token().to_owned();
    ada.close().await?;
    let mut client = Client::connect(server.address()).await?;
    client
        .refused("name_taken", json!({ "type": "hello", "name": "ada" }))
        .await?;
    client.hello(json!({ "token": token })).await?;
    Ok(())
}
