//! Accounts: passwords, devices and their tokens, over the wire and over the
//! end of the process.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::{Client, Closed};
use chat_tests::process::{Signal, resident_kib};
use chat_tests::server::{Server, Setup};
use chat_tests::wait::{self, SOON};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery";

#[tokio::test]
async fn an_account_outlives_a_kill_and_opens_on_another_device() -> Result<()> {
    let mut server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "Ada").await?;
    ada.join("dev").await?;
    let registered = register(&mut ada).await?;
    assert_eq!(registered["user"], "Ada");
    assert_eq!(registered["token"], ada.token());
    ada.refused(
        "conflict",
        json!({ "type": "register", "password": PASSWORD }),
    )
    .await?;
    server.kill9()?;
    server.restart().await?;

    let mut phone = Client::connect(server.address()).await?;
    let welcome = phone
        .hello(json!({ "name": "ada", "password": PASSWORD }))
        .await?;
    assert_eq!(
        (&welcome["user"], &welcome["guest"]),
        (&json!("Ada"), &json!(false))
    );
    assert_ne!(welcome["token"], ada.token());
    let rooms: Vec<_> = welcome["rooms"]
        .as_array()
        .context("rooms")?
        .iter()
        .map(|room| &room["room"])
        .collect();
    assert_eq!(rooms, ["dev", "lobby"]);
    let mut laptop = Client::come_back(server.address(), ada.token()).await?;
    phone.send("dev", "from the phone", "1").await?;
    let event = laptop.event("dev").await?;
    assert_eq!(
        (&event["author"], event.get("guest")),
        (&json!("Ada"), None)
    );
    Ok(())
}

#[tokio::test]
async fn the_name_of_an_account_is_no_guests_to_take() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut guest = Client::connect(server.address()).await?;
    let taken = guest
        .refused("name_taken", json!({ "type": "hello", "name": "ada" }))
        .await?;
    assert!(
        taken["message"]
            .as_str()
            .context("message")?
            .contains("token"),
        "{taken}"
    );
    register(&mut ada).await?;
    let taken = guest
        .refused("name_taken", json!({ "type": "hello", "name": "ADA" }))
        .await?;
    assert!(
        taken["message"]
            .as_str()
            .context("message")?
            .contains("password"),
        "{taken}"
    );
    Ok(())
}

#[tokio::test]
async fn a_new_password_closes_the_other_devices() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let change = |old: &str| json!({ "type": "password", "old": old, "new": "another horse" });
    let refused = ada.refused("forbidden", change(PASSWORD)).await?;
    assert!(
        refused["message"]
            .as_str()
            .context("message")?
            .contains("register"),
        "{refused}"
    );
    register(&mut ada).await?;
    let mut tab = Client::come_back(server.address(), ada.token()).await?;
    let mut phone = login(&server, PASSWORD).await?;

    let refused = ada
        .refused("bad_credentials", change("wrong horse"))
        .await?;
    assert_eq!(refused["field"], "old");
    let others = [phone.so_far().await?, tab.so_far().await?].concat();
    assert!(
        others.iter().all(|frame| frame["type"] != "error"),
        "{others:?}"
    );

    ada.ask("ok", change(PASSWORD)).await?;
    assert_eq!(phone.closed(SOON).await?, logged_out(1008));
    ada.send("lobby", "still here", "1").await?;
    tab.send("lobby", "the same device", "2").await?;

    let mut again = Client::connect(server.address()).await?;
    for wrong in [
        json!({ "type": "hello", "token": phone.token() }),
        json!({ "type": "hello", "name": "ada", "password": PASSWORD }),
    ] {
        again.refused("bad_credentials", wrong).await?;
    }
    again
        .hello(json!({ "name": "ada", "password": "another horse" }))
        .await?;
    Ok(())
}

#[tokio::test]
async fn logging_out_voids_the_token_and_closes() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    register(&mut ada).await?;
    let mut tab = Client::come_back(server.address(), ada.token()).await?;
    let mut phone = login(&server, PASSWORD).await?;
    ada.ask("ok", json!({ "type": "logout" })).await?;
    assert_eq!(ada.closed(SOON).await?, logged_out(1000));
    assert_eq!(tab.closed(SOON).await?, logged_out(1008));
    let mut again = Client::connect(server.address()).await?;
    again
        .refused(
            "bad_credentials",
            json!({ "type": "hello", "token": ada.token() }),
        )
        .await?;
    phone.send("lobby", "another device stays", "1").await?;
    Ok(())
}

/// By text, field for field, and by time: a name that no account has would
/// otherwise be answered at once.
#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_are_answered_alike() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    register(&mut ada).await?;
    let _guest = Client::enter(server.address(), "bob").await?;
    let mut eve = Client::connect(server.address()).await?;
    let mut answers = Vec::new();
    let mut fastest = [Duration::MAX; 3];
    // The fastest of several is what the work itself takes; on a busy machine
    // that takes some more.
    for _ in 0..40 {
        for (fastest, name) in fastest.iter_mut().zip(["ada", "nobody", "bob"]) {
            let began = Instant::now();
            let hello =
                json!({ "type": "hello", "id": 1, "name": name, "password": "wrong horse" });
            answers.push(eve.refused("bad_credentials", hello).await?);
            *fastest = began.elapsed().min(*fastest);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        let [known, others @ ..] = fastest;
        if others
            .iter()
            .all(|time| *time > known / 2 && *time < known * 2)
        {
            return Ok(());
        }
    }
    panic!("a wrong password, a name of nobody, and one of a guest took {fastest:?}")
}

#[tokio::test]
async fn a_password_that_can_be_none_is_refused_before_it_is_hashed() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::connect(server.address()).await?;
    for wrong in ["short", &"x".repeat(257), &"👍".repeat(300)] {
        let hello = json!({ "type": "hello", "name": "ada", "password": wrong });
        let error = ada.refused("invalid", hello).await?;
        assert_eq!(error["field"], "password");
        assert!(!error.to_string().contains(wrong), "{error}");
    }
    let nameless = json!({ "type": "hello", "password": PASSWORD });
    assert_eq!(ada.refused("invalid", nameless).await?["field"], "name");
    ada.hello(json!({ "name": "ada" })).await?;
    Ok(())
}

#[tokio::test]
async fn where_guests_are_off_only_accounts_come_in() -> Result<()> {
    let mut open = Server::start().await?;
    let mut ada = Client::enter(open.address(), "ada").await?;
    register(&mut ada).await?;
    let bob = Client::enter(open.address(), "bob").await?;
    open.terminate(SOON).await?;
    let server = Setup::default()
        .arg("--guests")
        .arg("off")
        .start_with(open.data_shared())
        .await?;
    let mut client = Client::connect(server.address()).await?;
    assert_eq!(client.greeting["guests"], false);
    for guest in [
        json!({ "type": "hello", "name": "eve" }),
        json!({ "type": "hello", "token": bob.token() }),
    ] {
        let error = client.refused("forbidden", guest).await?;
        assert!(
            error["message"]
                .as_str()
                .context("message")?
                .contains("password"),
            "{error}"
        );
    }
    Client::come_back(server.address(), ada.token()).await?;
    client
        .hello(json!({ "name": "ada", "password": PASSWORD }))
        .await?;
    Ok(())
}

/// Everything is logged, and nothing of it is secret.
#[tokio::test]
async fn no_secret_stands_in_the_log() -> Result<()> {
    let mut server = Setup::default().env("CHAT_LOG", "trace").start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    register(&mut ada).await?;
    let mut phone = login(&server, PASSWORD).await?;
    phone
        .ask(
            "ok",
            json!({ "type": "password", "old": PASSWORD, "new": "another horse" }),
        )
        .await?;
    let mut eve = Client::connect(server.address()).await?;
    let wrong = json!({ "type": "hello", "name": "ada", "password": "wrong horse" });
    eve.refused("bad_credentials", wrong).await?;
    phone.ask("ok", json!({ "type": "logout" })).await?;
    let secrets = ["horse", ada.token(), phone.token(), "argon2id"];
    server.signal(Signal::TERM)?;
    // The last that it says: all before it has come.
    let output = wait::until("the log's end", SOON, || {
        Some(server.output()).filter(|output| output.contains("stopped"))
    })
    .await?;
    server.ended(SOON).await?;
    for secret in secrets {
        ensure!(!output.contains(secret), "{secret} stands in\n{output}");
    }
    Ok(())
}

/// Each is answered, one way or the other; memory stays bounded, because a few
/// are hashed at a time; and the chat goes on meanwhile. How fast it goes on is
/// measured by `chat-load passwords`.
#[tokio::test]
async fn a_thousand_wrong_passwords_at_once_are_a_matter_of_course() -> Result<()> {
    const ATTEMPTS: usize = 1000;
    let server = Setup::without_rates().start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    register(&mut ada).await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut attackers = Vec::new();
    for _ in 0..ATTEMPTS {
        attackers.push(Client::connect(server.address()).await?);
    }
    let before = resident_kib(server.pid()?)?;
    let hello = json!({ "type": "hello", "id": 1, "name": "ada", "password": "wrong horse" });
    for attacker in &mut attackers {
        attacker.say(&hello).await?;
    }
    for n in 0..20 {
        ada.send("lobby", "meanwhile", &n.to_string()).await?;
        bob.event("lobby").await?;
    }
    let (mut wrong, mut refused) = (0, 0);
    for attacker in &mut attackers {
        let error = attacker.of_type("error").await?;
        match error["code"].as_str() {
            Some("bad_credentials") => wrong += 1,
            Some("rate_limited") => {
                ensure!(error["retry_after_ms"].as_u64() > Some(0), "{error}");
                refused += 1;
            }
            _ => anyhow::bail!("{error}"),
        }
    }
    ensure!(
        wrong > 0 && refused > 0,
        "{wrong} checked, {refused} refused"
    );
    let grown = resident_kib(server.pid()?)?.saturating_sub(before);
    ensure!(grown < 200 * 1024, "grown by {grown} KiB");
    Ok(())
}

async fn register(client: &mut Client) -> Result<Value> {
    let request = json!({ "type": "register", "password": PASSWORD });
    client.ask("registered", request).await
}

/// Another device of ada's.
async fn login(server: &Server, password: &str) -> Result<Client> {
    let mut client = Client::connect(server.address()).await?;
    let hello = json!({ "name": "ada", "password": password });
    client.hello(hello).await?;
    Ok(client)
}

fn logged_out(code: u16) -> Closed {
    Closed {
        code: Some(code),
        reason: "logged out".to_owned(),
    }
}
