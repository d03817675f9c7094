//! What holds for each request there is, by `help` and by the schema: none is
//! forgotten when one is added.

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::http::Ask;
use chat_tests::server::{Server, Setup};
use serde_json::{Value, json};

/// Those that come into a room, or make it, rather than ask for something there.
const COMING_IN: [&str; 2] = ["join", "create"];

#[tokio::test]
async fn a_wrong_type_in_any_field_of_any_request_is_invalid_and_named() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = Client::connect(server.address()).await?;
    let mut tried = 0;
    for example in examples(&mut ada).await? {
        let fields = example.as_object().context("no object")?;
        for field in fields.keys().filter(|field| *field != "type") {
            let mut request = example.clone();
            // Of no field's type, and nothing that a list of texts may hold.
            request[field] = json!([[]]);
            let error = ada.refused("invalid", request).await?;
            ensure!(error["field"] == **field, "{example}: {error}");
            let words = error["message"].as_str().unwrap_or_default();
            ensure!(words.starts_with(field.as_str()), "{example}: {words}");
            tried += 1;
        }
    }
    ensure!(tried > 60, "only {tried} fields");
    Ok(())
}

#[tokio::test]
async fn a_missing_or_empty_field_that_a_request_needs_is_invalid_and_named() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let answer = Ask::new("GET", "/protocol.schema.json")
        .send(server.address())
        .await?;
    let schema = answer.json();
    let mut ada = Client::connect(server.address()).await?;
    let mut tried = 0;
    for example in examples(&mut ada).await? {
        for field in required(&schema, &example)? {
            for absent in [true, false] {
                let mut request = example.clone();
                if absent {
                    request.as_object_mut().context("no object")?.remove(&field);
                } else {
                    request[&field] = Value::Null;
                }
                let error = ada.refused("invalid", request).await?;
                ensure!(error["field"] == *field, "{example}: {error}");
                tried += 1;
            }
        }
    }
    ensure!(tried > 60, "only {tried} fields");
    Ok(())
}

/// Each request about a room: where there is none, where one is not in it, and
/// where one is banned.
#[tokio::test]
async fn each_request_about_a_room_is_not_found_not_member_or_banned() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut owner = Client::register(server.address(), "owner").await?;
    for room in ["open", "shut"] {
        owner.join(room).await?;
    }
    let mut ada = Client::register(server.address(), "ada").await?;
    let ban = json!({ "type": "ban", "room": "shut", "user": "ada" });
    owner.ask("ok", ban).await?;
    let mut tried = 0;
    for example in examples(&mut ada).await? {
        if example.get("room").is_none() || COMING_IN.iter().any(|name| example["type"] == *name) {
            continue;
        }
        for (room, code) in [
            ("nowhere", "not_found"),
            ("open", "not_member"),
            ("shut", "banned"),
        ] {
            let mut request = example.clone();
            request["room"] = room.into();
            let error = ada.refused(code, request).await?;
            let words = error["message"].as_str().unwrap_or_default();
            ensure!(words.contains(room), "{example}: {words}");
        }
        tried += 1;
    }
    ensure!(tried > 20, "only {tried} requests");
    Ok(())
}

#[tokio::test]
async fn a_page_of_rooms_or_members_has_at_most_a_thousand_rows() -> Result<()> {
    const ROWS: usize = 1000;
    let server = Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    for number in 0..ROWS / 2 + 1 {
        ada.join(&format!("a{number}")).await?;
        bob.join(&format!("b{number}")).await?;
    }
    let rooms = json!({ "type": "rooms", "limit": 5000 });
    let page = ada.ask("rooms", rooms).await?;
    ensure!(page["rooms"].as_array().map(Vec::len) == Some(ROWS));
    ensure!(page["more"] == true);
    for number in 0..ROWS - 1 {
        // A guest's name and place last a while after it has gone.
        Client::enter(server.address(), &format!("guest{number}")).await?;
    }
    let members = json!({ "type": "members", "room": "lobby", "limit": 5000 });
    let page = ada.ask("members", members).await?;
    ensure!(page["members"].as_array().map(Vec::len) == Some(ROWS));
    ensure!(page["total"] == ROWS + 1, "{}", page["total"]);
    ensure!(page["more"] == true);
    Ok(())
}

#[tokio::test]
async fn no_token_in_an_address_a_cookie_or_a_header_lets_anybody_in() -> Result<()> {
    let server = Server::start().await?;
    let ada = Client::enter(server.address(), "ada").await?;
    let token = ada.token().to_owned();
    let (mut client, _) = Client::connect_with(server.address(), |request| {
        let uri = format!("{}?token={token}", request.uri());
        *request.uri_mut() = uri.parse().expect("an address with a query is one");
        for (name, value) in [
            ("cookie", format!("token={token}; session={token}")),
            ("authorization", format!("Bearer {token}")),
        ] {
            let value = value.parse().expect("a token is plain ASCII");
            request.headers_mut().insert(name, value);
        }
    })
    .await?;
    let rooms = json!({ "type": "rooms" });
    client.refused("unauthenticated", rooms).await?;
    client.hello(json!({ "name": "bob" })).await?;
    assert_eq!(client.welcome["user"], "bob");
    ensure!(!server.output().contains(&token), "and no log shows it");
    Ok(())
}

/// The example of each request, as `help` gives it.
async fn examples(client: &mut Client) -> Result<Vec<Value>> {
    let help = client.ask("help", json!({ "type": "help" })).await?;
    let rows = help["requests"].as_array().context("no requests")?;
    ensure!(rows.len() > 30, "{}", rows.len());
    Ok(rows.iter().map(|row| row["example"].clone()).collect())
}

/// The fields beside `type` without which the schema takes no such request.
fn required(schema: &Value, example: &Value) -> Result<Vec<String>> {
    let kind = example["type"].as_str().context("no type")?;
    let definition = &schema["$defs"][format!("client_{kind}")];
    let names = definition["required"].as_array().context("no definition")?;
    let names = names.iter().filter_map(Value::as_str);
    Ok(names
        .filter(|name| *name != "type")
        .map(str::to_owned)
        .collect())
}
