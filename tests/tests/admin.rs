//! `chat-server admin`: the same commands whether a server runs or not.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::server::{Server, Setup, run_with};
use chat_tests::wait::SOON;
use serde_json::json;

const PASSWORD: &str = "correct horse battery";

#[tokio::test]
async fn accounts_are_administered_while_the_server_runs_and_while_it_does_not() -> Result<()> {
    let mut server = Server::start().await?;
    Client::enter(server.address(), "guest").await?;
    for running in [true, false] {
        if !running {
            server.terminate(SOON).await?;
        }
        let name = if running { "Ada" } else { "Bob" };
        let data = server.data();
        says(data, &["add", name], PASSWORD, "has an account now").await?;
        says(data, &["promote", name], "", "is an admin of the server").await?;
        let users = admin(data, &["users"], "").await?;
        ensure!(users.contains(name) && users.contains("admin"), "{users}");
        says(data, &["demote", name], "", "is no admin").await?;
        says(data, &["password", name], "another horse\n", "new password").await?;
        for (refused, why) in [
            (["promote", "nobody"], "there is no nobody"),
            (["promote", "guest"], "register first"),
            (["add", name], "in use"),
            (["add", "no-password"], "at least 8"),
            (["tokens", "nobody"], "there is no nobody"),
            (["add", "-"], "the name"),
        ] {
            let input = if refused[1] == "no-password" {
                "short\n"
            } else {
                PASSWORD
            };
            let said = fails(data, &refused, input).await?;
            ensure!(said.contains(why), "{refused:?}: {said}");
        }
    }
    server.restart().await?;
    for name in ["ada", "bob"] {
        let mut client = Client::connect(server.address()).await?;
        let hello = json!({ "name": name, "password": "another horse" });
        let welcome = client.hello(hello).await?;
        ensure!(welcome["guest"] == false, "{welcome}");
    }
    Ok(())
}

#[tokio::test]
async fn an_admin_of_the_server_may_do_all() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    bob.join("dev").await?;
    says(server.data(), &["add", "ada"], PASSWORD, "account").await?;
    let mut ada = Client::connect(server.address()).await?;
    ada.hello(json!({ "name": "ada", "password": PASSWORD }))
        .await?;
    ada.join("dev").await?;
    let topic = json!({ "type": "topic", "room": "dev", "topic": "by the admin" });
    ada.refused("forbidden", topic.clone()).await?;
    says(server.data(), &["promote", "ada"], "", "is an admin").await?;
    ada.ask("ok", topic.clone()).await?;
    says(server.data(), &["demote", "ada"], "", "is no admin").await?;
    let other = json!({ "type": "topic", "room": "dev", "topic": "once more" });
    ada.refused("forbidden", other).await?;
    Ok(())
}

#[tokio::test]
async fn what_the_operator_revokes_is_closed_at_once() -> Result<()> {
    let server = Server::start().await?;
    says(server.data(), &["add", "ada"], PASSWORD, "account").await?;
    for revoke in [&["tokens", "ada", "--revoke"][..], &["password", "ada"]] {
        let mut ada = Client::connect(server.address()).await?;
        ada.hello(json!({ "name": "ada", "password": PASSWORD }))
            .await?;
        let tokens = admin(server.data(), &["tokens", "ada"], "").await?;
        ensure!(tokens.lines().count() == 2, "{tokens}");
        ensure!(!tokens.contains(ada.token()), "{tokens}");
        admin(server.data(), revoke, PASSWORD).await?;
        let closed = ada.closed(SOON).await?;
        assert_eq!(
            (closed.code, closed.reason.as_str()),
            (Some(1008), "logged out")
        );
        let mut again = Client::connect(server.address()).await?;
        let hello = json!({ "type": "hello", "token": ada.token() });
        again.refused("bad_credentials", hello).await?;
    }
    Ok(())
}

/// With guests off, this is how one comes by an account.
#[tokio::test]
async fn without_guests_the_operator_makes_accounts() -> Result<()> {
    let server = Setup::default().arg("--guests").arg("off").start().await?;
    says(server.data(), &["add", "ada"], PASSWORD, "account").await?;
    let mut ada = Client::connect(server.address()).await?;
    let welcome = ada
        .hello(json!({ "name": "ada", "password": PASSWORD }))
        .await?;
    assert_eq!(welcome["rooms"][0]["room"], "lobby");
    Ok(())
}

#[tokio::test]
async fn the_socket_is_private_replaced_after_a_kill_and_gone_after_a_stop() -> Result<()> {
    let mut server = Server::start().await?;
    let socket = server.data().join("admin.sock");
    for _ in 0..2 {
        let mode = std::fs::metadata(&socket)?.permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        says(server.data(), &["users"], "", "NAME").await?;
        server.kill9()?;
        // What the killed one left is no server.
        says(server.data(), &["users"], "", "NAME").await?;
        server.restart().await?;
    }
    server.terminate(SOON).await?;
    ensure!(!socket.exists());
    Ok(())
}

#[tokio::test]
async fn where_there_is_no_data_none_is_made() -> Result<()> {
    let place = tempfile::tempdir()?;
    let data = place.path().join("nothing");
    let said = fails(&data, &["users"], "").await?;
    ensure!(
        said.contains("--data") && said.lines().count() == 1,
        "{said}"
    );
    ensure!(!data.exists());
    Ok(())
}

/// Whoever is banned by the operator is out at once and stays out, guest or not.
#[tokio::test]
async fn who_is_banned_from_the_server_is_closed_with_1008_and_does_not_come_back() -> Result<()> {
    let mut server = Server::start().await?;
    says(server.data(), &["add", "ada"], PASSWORD, "account").await?;
    let hello = json!({ "type": "hello", "name": "ada", "password": PASSWORD });
    for name in ["ada", "eve"] {
        let mut banned = if name == "ada" {
            Client::connect(server.address()).await?
        } else {
            Client::enter(server.address(), name).await?
        };
        if name == "ada" {
            banned.hello(hello.clone()).await?;
        }
        let mut bob = Client::enter(server.address(), &format!("beside-{name}")).await?;
        says(server.data(), &["ban", name], "", "is banned").await?;
        let closed = banned.closed(SOON).await?;
        bob.ask("pong", json!({ "type": "ping" })).await?;
        ensure!(closed.code == Some(1008), "{closed:?}");
        ensure!(
            closed.reason.contains("banned from the server"),
            "{closed:?}"
        );
        let mut again = Client::connect(server.address()).await?;
        let token = json!({ "type": "hello", "token": banned.token() });
        again.refused("banned", token.clone()).await?;
        if name == "ada" {
            again.refused("banned", hello.clone()).await?;
        }
        server.kill9()?;
        server.restart().await?;
        let mut again = Client::connect(server.address()).await?;
        again.refused("banned", token.clone()).await?;
        let users = admin(server.data(), &["users"], "").await?;
        ensure!(users.contains("banned"), "{users}");
        says(server.data(), &["unban", name], "", "may come in again").await?;
        again.ask("welcome", token).await?;
    }
    let said = fails(server.data(), &["ban", "nobody"], "").await?;
    ensure!(said.contains("there is no nobody"), "{said}");
    Ok(())
}

#[tokio::test]
async fn who_is_muted_on_the_server_reads_and_does_not_write() -> Result<()> {
    let server = Server::start().await?;
    let mut eve = Client::enter(server.address(), "eve").await?;
    eve.join("dev").await?;
    says(server.data(), &["mute", "eve"], "", "is muted").await?;
    for room in ["lobby", "dev"] {
        let send = json!({ "type": "send", "room": room, "text": "hi" });
        let refused = eve.refused("muted", send).await?;
        let words = refused["message"].as_str().unwrap_or_default();
        ensure!(words.contains("operator"), "says who lifts it: {words}");
        eve.refused("muted", json!({ "type": "typing", "room": room }))
            .await?;
        eve.ask("history", json!({ "type": "history", "room": room }))
            .await?;
    }
    says(server.data(), &["unmute", "eve"], "", "may write again").await?;
    eve.send("lobby", "hi", "1").await?;
    Ok(())
}

async fn says(data: &Path, order: &[&str], input: &str, expected: &str) -> Result<()> {
    let said = admin(data, order, input).await?;
    ensure!(said.contains(expected), "{order:?}: {said}");
    Ok(())
}

async fn admin(data: &Path, order: &[&str], input: &str) -> Result<String> {
    let (good, said) = give(data, order, input).await?;
    ensure!(good, "{order:?}: {said}");
    Ok(said)
}

async fn fails(data: &Path, order: &[&str], input: &str) -> Result<String> {
    let (good, said) = give(data, order, input).await?;
    ensure!(!good, "{order:?}: {said}");
    Ok(said)
}

async fn give(data: &Path, order: &[&str], input: &str) -> Result<(bool, String)> {
    let data = data.to_str().context("a path that is no text")?;
    let line = [&["admin", "--data", data], order].concat();
    let (status, said) = run_with(&line, input, SOON).await?;
    Ok((status.success(), said))
}

#[tokio::test]
async fn a_room_keeps_what_is_said_as_long_as_it_is_told() -> Result<()> {
    let mut server = Server::start().await?;
    Client::enter(server.address(), "guest").await?;
    for running in [true, false] {
        if !running {
            server.terminate(SOON).await?;
        }
        let data = server.data();
        for (days, words) in [
            ("30", "lobby keeps what is said for 30 days"),
            ("forever", "for ever"),
            ("default", "as long as other rooms"),
        ] {
            says(data, &["keep", "lobby", days], "", words).await?;
        }
        for (room, days, why) in [
            ("lobby", "0", "from 1 to 36500, forever, or default"),
            ("nowhere", "1", "no room nowhere"),
            ("Lobby", "1", "lobby"),
        ] {
            let said = fails(data, &["keep", room, days], "").await?;
            ensure!(said.contains(why), "{room} {days}: {said}");
        }
    }
    Ok(())
}
