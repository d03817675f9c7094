//! The client without a screen: what was said, since when, and who is there.

use std::path::Path;
use std::process::Output;

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::command::{self, Lines};
use chat_tests::server::Server;
use chat_tests::terminal::home;
use chat_tests::wait;
use serde_json::{Value, json};

/// Behaviour 40.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_members_and_rooms_are_told_as_text_and_as_json() -> Result<()> {
    let server = Server::start().await?;
    let home = home()?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    for n in 1..=3 {
        bob.send("lobby", &format!("message {n}"), &n.to_string())
            .await?;
    }
    let page = json!({ "type": "history", "room": "lobby" });
    let page = bob.ask("history", page).await?;
    let second = page["events"][1]["at"].as_str().context("no time")?;
    for (since, count) in [
        ("2h", 3),
        ("-1d", 3),
        ("2", 1),
        (second, 2),
        ("2100-01-01", 0),
    ] {
        let told = run(
            &server,
            home.path(),
            &["history", "lobby", "--since", since],
        )
        .await?;
        assert_eq!(text(&told)?.lines().count(), count, "{since}: {told:?}");
    }
    let newest = run(
        &server,
        home.path(),
        &["history", "#lobby", "-n", "1", "--json"],
    )
    .await?;
    let entry: Value = serde_json::from_str(&text(&newest)?)?;
    assert_eq!(entry["text"], "message 3");

    let members = run(&server, home.path(), &["members", "#lobby"]).await?;
    assert_eq!(
        text(&members)?,
        "bob\tmember\tonline\ncli\tmember\tonline\n"
    );
    let members = run(&server, home.path(), &["members", "lobby", "--json"]).await?;
    let rows: Vec<Value> = text(&members)?
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    assert_eq!(
        rows[0],
        json!({ "name": "bob", "role": "member", "online": true })
    );
    let rooms = text(&run(&server, home.path(), &["rooms"]).await?)?;
    ensure!(rooms.starts_with("lobby\t2 people"), "{rooms}");

    let nowhere = run(&server, home.path(), &["members", "nowhere"]).await?;
    assert_eq!(nowhere.status.code(), Some(1));
    ensure!(nowhere.stdout.is_empty() && !nowhere.stderr.is_empty());
    let no_room = ["members", "No Room"];
    let no_moment = ["history", "lobby", "--since", "soon"];
    for wrong in [&no_room[..], &no_moment[..]] {
        let refused = run(&server, home.path(), wrong).await?;
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    }
    Ok(())
}

/// Behaviour 40: what was said since a moment, and then what is said.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tail_begins_at_a_moment_and_goes_on() -> Result<()> {
    let server = Server::start().await?;
    let home = home()?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    for n in 1..=12 {
        bob.send("lobby", &format!("message {n}."), &n.to_string())
            .await?;
    }
    let url = server.url();
    let args = [
        "tail", "lobby", "--since", "1h", "--server", &url, "--name", "cli",
    ];
    let mut tail = command::spawn(home.path(), &args)?;
    let mut lines = Lines::of(&mut tail)?;
    // More than are shown where no moment is said.
    lines.next_with("message 1.").await?;
    lines.next_with("message 12.").await?;
    bob.send("lobby", "and now", "13").await?;
    lines.next_with("and now").await?;
    tail.kill()?;
    tail.wait()?;
    Ok(())
}

/// Behaviour 40: whoever reads the list has enough of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_nobody_reads_any_more_ends_quietly() -> Result<()> {
    let server = Server::start().await?;
    let home = home()?;
    let url = server.url();
    let mut bob = Client::enter(server.address(), "bob").await?;
    bob.send("lobby", "said", "1").await?;
    for command in ["members", "history"] {
        let args = [command, "lobby", "--server", &url, "--name", "cli"];
        let mut child = command::spawn(home.path(), &args)?;
        drop(child.stdout.take());
        let ended = tokio::task::spawn_blocking(move || child.wait_with_output());
        let ended = wait::within("the end of the command", wait::SOON, ended).await???;
        ensure!(
            ended.status.success() && ended.stderr.is_empty(),
            "{command}: {ended:?}"
        );
    }
    Ok(())
}

async fn run(server: &Server, home: &Path, args: &[&str]) -> Result<Output> {
    let url = server.url();
    let at = ["--server", &url, "--name", "cli"];
    command::run(home, &[args, &at].concat(), "").await
}

/// What it printed, if it ended well and steers no terminal.
fn text(output: &Output) -> Result<String> {
    let text = String::from_utf8(output.stdout.clone())?;
    ensure!(output.status.success(), "{output:?}");
    ensure!(!text.contains('\x1b'), "{text:?}");
    Ok(text)
}
