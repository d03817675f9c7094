//! The schema that the server serves, against the frames that it really sends
//! and those that it takes.

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::http::Ask;
use chat_tests::server::{Server, Setup};
use jsonschema::Validator;
use serde_json::{Value, json};

#[tokio::test]
async fn what_goes_over_the_wire_fits_the_schema_of_its_side() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let schema = served(&server).await?;
    let (client, sent) = (side(&schema, "client")?, side(&schema, "server")?);
    let mut ada = Client::connect(server.address()).await?;
    check(&sent, &ada.greeting)?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    for request in requests() {
        ensure!(client.is_valid(&request), "not in the schema: {request}");
        let reply = ada.request(request.clone()).await?;
        check(&sent, &reply)?;
        ensure!(reply["type"] != "error", "{request}: {reply}");
        if request["type"] == "hook" {
            post(&server, reply["url"].as_str().context("url")?).await?;
        }
        if request["type"] == "create" {
            bob.join("dev").await?;
        }
    }
    let refused = json!({ "type": "kick", "room": "dev", "user": "nobody" });
    check(&sent, &ada.request(refused).await?)?;
    check(&sent, &ada.request(json!({ "type": "sned" })).await?)?;
    let file = upload(&server, &bob).await?;
    let with_file = json!({ "type": "send", "room": "dev", "text": "", "files": [file] });
    ensure!(client.is_valid(&with_file), "{with_file}");
    bob.ask("sent", with_file).await?;
    ada.say(&json!({ "type": "typing", "room": "dev" })).await?;
    let typing = bob.of_type("typing").await?;
    check(&sent, &typing)?;
    let page = json!({ "type": "history", "room": "dev", "limit": 200 });
    check(&sent, &bob.ask("history", page).await?)?;
    let mut kinds = std::collections::BTreeSet::new();
    for frame in bob.so_far().await?.into_iter().chain(ada.so_far().await?) {
        check(&sent, &frame)?;
        kinds.insert(frame["type"].as_str().unwrap_or_default().to_owned());
    }
    for kind in [
        "message", "edited", "deleted", "reacted", "pinned", "topic", "member",
    ] {
        ensure!(kinds.contains(kind), "no {kind} among {kinds:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_schema_is_one_of_both_sides_and_is_not_sent_twice() -> Result<()> {
    let server = Server::start().await?;
    let schema = served(&server).await?;
    let root = json!([{ "$ref": "#/$defs/client" }, { "$ref": "#/$defs/server" }]);
    assert_eq!(schema["anyOf"], root);
    let any = jsonschema::validator_for(&schema)?;
    assert!(any.is_valid(&json!({ "type": "ping" })));
    assert!(any.is_valid(&json!({ "type": "left", "room": "dev" })));
    assert!(!any.is_valid(&json!({ "type": "left" })));
    let path = "/protocol.schema.json";
    let first = Ask::new("GET", path).send(server.address()).await?;
    let etag = first.header("etag").context("etag")?;
    let again = Ask::new("GET", path).header("If-None-Match", &etag);
    assert_eq!(again.send(server.address()).await?.status(), 304);
    let posted = Ask::new("POST", path)
        .body("{}")
        .send(server.address())
        .await?;
    assert_eq!(posted.status(), 405);
    Ok(())
}

/// What ada asks, each answered with something else than an error.
fn requests() -> Vec<Value> {
    let on_first = |kind: &str, fields: Value| {
        let mut request = json!({ "type": kind, "room": "dev", "target": 1 });
        if let (Some(all), Value::Object(more)) = (request.as_object_mut(), fields) {
            all.extend(more);
        }
        request
    };
    vec![
        json!({ "type": "ping" }),
        json!({ "type": "help", "id": "h" }),
        json!({ "type": "hello", "name": "ada", "client": "a test" }),
        json!({ "type": "register", "password": "correct horse battery" }),
        json!({ "type": "create", "room": "dev", "kind": "public", "topic": "on call" }),
        json!({ "type": "send", "room": "dev", "text": "hi @bob", "nonce": "1" }),
        json!({ "type": "send", "room": "dev", "text": "hi @bob", "nonce": "1" }),
        json!({ "type": "send", "room": "dev", "text": "you", "reply_to": 1 }),
        on_first("edit", json!({ "text": "hi all" })),
        on_first("react", json!({ "emoji": "👍" })),
        on_first("pin", json!({ "on": true })),
        on_first("delete", json!({ "target": 2 })),
        json!({ "type": "topic", "room": "dev", "topic": "release on friday" }),
        json!({ "type": "mute", "room": "dev", "user": "bob", "reason": "noise" }),
        json!({ "type": "unmute", "room": "dev", "user": "bob" }),
        json!({ "type": "role", "room": "dev", "user": "bob", "role": "moderator" }),
        json!({ "type": "settings", "room": "dev", "guests": true }),
        json!({ "type": "read", "room": "dev", "seq": 3 }),
        json!({ "type": "rooms", "query": "d", "limit": 10 }),
        json!({ "type": "members", "room": "dev" }),
        json!({ "type": "history", "room": "dev", "around": 2 }),
        json!({ "type": "history", "room": "dev", "changed_after": 0 }),
        json!({ "type": "search", "query": "all" }),
        json!({ "type": "hook", "room": "dev", "name": "ci" }),
        json!({ "type": "hooks", "room": "dev" }),
        json!({ "type": "unhook", "room": "dev", "name": "ci" }),
        json!({ "type": "create", "room": "ops", "kind": "private" }),
        json!({ "type": "join", "room": "lobby", "id": 7 }),
        json!({ "type": "leave", "room": "lobby" }),
    ]
}

async fn served(server: &Server) -> Result<Value> {
    let answer = Ask::new("GET", "/protocol.schema.json")
        .send(server.address())
        .await?;
    assert_eq!(answer.status(), 200);
    let kind = answer.header("content-type");
    assert_eq!(kind.as_deref(), Some("application/schema+json"));
    Ok(answer.json())
}

/// One side of the schema, in which no field may stand that is not named: so
/// a frame shows what the schema lacks.
fn side(schema: &Value, side: &str) -> Result<Validator> {
    let mut one = schema.clone();
    one["anyOf"] = json!([{ "$ref": format!("#/$defs/{side}") }]);
    strict(&mut one);
    Ok(jsonschema::validator_for(&one)?)
}

fn strict(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if fields.contains_key("properties") {
                fields.insert("additionalProperties".to_owned(), false.into());
            }
            fields.values_mut().for_each(strict);
        }
        Value::Array(items) => items.iter_mut().for_each(strict),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn check(validator: &Validator, frame: &Value) -> Result<()> {
    ensure!(validator.is_valid(frame), "not in the schema: {frame}");
    Ok(())
}

async fn post(server: &Server, url: &str) -> Result<()> {
    let answer = Ask::new("POST", url)
        .body(r#"{"text":"build failed"}"#)
        .send(server.address())
        .await?;
    ensure!(answer.status() == 200, "{}", answer.text());
    Ok(())
}

async fn upload(server: &Server, by: &Client) -> Result<Value> {
    let answer = Ask::new("POST", "/files?room=dev&name=x.txt")
        .bearer(by.token())
        .body("x")
        .send(server.address())
        .await?;
    ensure!(answer.status() == 201, "{}", answer.text());
    Ok(answer.json()["id"].clone())
}
