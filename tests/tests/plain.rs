//! The client without a screen: `send` and `tail`.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Output};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::command::{self, Lines};
use chat_tests::server::Server;
use chat_tests::terminal::home;
use chat_tests::{binaries, wait};
use serde_json::{Value, json};

/// Behaviour 40: made from the definition of the command line.
#[test]
fn the_manual_and_completions_know_every_command() -> Result<()> {
    let home = home()?;
    let run = |args: &[&str]| -> Result<String> {
        let output = Command::new(binaries::tui()?).args(args).output()?;
        ensure!(output.status.success(), "{args:?}: {output:?}");
        Ok(String::from_utf8(output.stdout)?)
    };
    let commands = [
        "send", "tail", "history", "search", "export", "rooms", "members", "config", "man",
    ];
    for shell in ["bash", "zsh", "fish"] {
        let text = run(&["completions", shell])?;
        for command in commands {
            ensure!(text.contains(command), "{shell} does not know {command}");
        }
    }
    ensure!(run(&["man"])?.contains(".TH chat-tui 1"));
    ensure!(run(&["man", "send"])?.contains("chat\\-tui\\-send"));
    let folder = home.path().display().to_string();
    run(&["man", "--dir", &folder])?;
    for command in commands {
        ensure!(home.path().join(format!("chat-tui-{command}.1")).is_file());
    }
    Ok(())
}

/// Behaviour 40.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_is_searched_and_exported_without_a_screen() -> Result<()> {
    let server = chat_tests::server::Setup::without_rates().start().await?;
    let home = home()?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    for n in 0..450 {
        bob.send("lobby", &format!("message {n}"), &n.to_string())
            .await?;
    }
    let sent = json!({ "type": "send", "room": "lobby", "text": "the plan" });
    bob.ask("sent", sent).await?;
    bob.ask(
        "ok",
        json!({ "type": "delete", "room": "lobby", "target": 1 }),
    )
    .await?;
    let found = run(
        &server,
        home.path(),
        &["search", "plan", "--from", "bob", "--room", "#lobby"],
        "",
    )
    .await?;
    let text = String::from_utf8(found.stdout)?;
    ensure!(
        found.status.success() && text.ends_with("bob: the plan\n"),
        "{text}"
    );
    let found = run(
        &server,
        home.path(),
        &["search", "message", "-n", "300", "--json"],
        "",
    )
    .await?;
    let lines = String::from_utf8(found.stdout)?;
    ensure!(
        lines.lines().count() == 300,
        "over several pages: {}",
        lines.lines().count()
    );
    let first: Value = serde_json::from_str(lines.lines().next().context("no line")?)?;
    assert_eq!(first["text"], "message 449", "newest first");
    let none = run(&server, home.path(), &["search", "nowhere"], "").await?;
    ensure!(!none.status.success() && none.stdout.is_empty(), "{none:?}");

    let export = run(&server, home.path(), &["export", "lobby", "--json"], "").await?;
    let entries: Vec<Value> = String::from_utf8(export.stdout)?
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    assert_eq!(entries.len(), 451);
    ensure!(entries.iter().map(|e| e["seq"].as_u64()).is_sorted());
    ensure!(entries[0]["deleted"] == true && entries[0]["text"].is_null());
    let export = run(&server, home.path(), &["export", "lobby"], "").await?;
    let text = String::from_utf8(export.stdout)?;
    ensure!(text.contains("bob: message 200") && text.lines().count() == 451);
    Ok(())
}

/// Behaviour 40.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sent_line_is_acknowledged_or_the_reason_is_told() -> Result<()> {
    let mut server = Server::start().await?;
    let home = home()?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let piped = run(&server, home.path(), &["send", "lobby"], "from a pipe\n").await?;
    ensure!(piped.status.success(), "{piped:?}");
    assert_eq!(bob.event("lobby").await?["text"], "from a pipe");
    let given = run(
        &server,
        home.path(),
        &["send", "#lobby", "as an argument"],
        "",
    )
    .await?;
    ensure!(given.status.success(), "{given:?}");
    assert_eq!(bob.event("lobby").await?["text"], "as an argument");
    let too_long = "x".repeat(4001);
    let refused = run(&server, home.path(), &["send", "lobby"], &too_long).await?;
    ensure!(!refused.status.success());
    let said = String::from_utf8(refused.stderr)?;
    ensure!(said.contains("4001") && said.contains("4000"), "{said}");
    for output in [&piped.stdout, &given.stdout, &piped.stderr, &given.stderr] {
        ensure!(!output.contains(&0x1b), "no escape byte into a pipe");
    }
    server.kill9()?;
    let unreachable = run(&server, home.path(), &["send", "lobby", "nobody hears"], "").await?;
    ensure!(!unreachable.status.success());
    ensure!(!unreachable.stderr.is_empty());
    Ok(())
}

/// Behaviour 40.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tail_follows_a_room_as_text_and_as_json_and_ends_quietly() -> Result<()> {
    let server = Server::start().await?;
    let home = home()?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut plain = spawn(&server, home.path(), &["tail", "lobby"])?;
    let mut json = spawn(&server, home.path(), &["tail", "lobby", "--json"])?;
    let mut plain_lines = Lines::of(&mut plain)?;
    let mut json_lines = Lines::of(&mut json)?;
    bob_until_heard(&mut bob, &mut plain_lines, "warm-up-plain").await?;
    bob_until_heard(&mut bob, &mut json_lines, "warm-up-json").await?;
    bob.send("lobby", "followed \u{202e}text", "1").await?;
    let line = plain_lines.next_with("followed").await?;
    ensure!(
        line.contains("bob") && !line.contains('\u{202e}'),
        "{line:?}"
    );
    ensure!(!line.contains('\x1b'), "{line:?}");
    let line = json_lines.next_with("followed").await?;
    let event: Value = serde_json::from_str(&line)?;
    assert_eq!(event["author"], "bob");
    drop(plain_lines);
    bob.send("lobby", "to a closed pipe", "2").await?;
    bob.send("lobby", "and again", "3").await?;
    let ended = tokio::task::spawn_blocking(move || {
        let mut said = String::new();
        let status = plain.wait();
        plain
            .stderr
            .take()
            .map(|mut stderr| stderr.read_to_string(&mut said));
        (status, said)
    });
    let (_, said) = wait::within("the end of tail", wait::SOON, ended).await??;
    ensure!(said.is_empty(), "ends quietly: {said}");
    json.kill()?;
    json.wait()?;
    Ok(())
}

/// Behaviour 40: without a terminal there is no screen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_terminal_it_says_so_and_writes_no_escape() -> Result<()> {
    let server = Server::start().await?;
    let home = home()?;
    let output = run(&server, home.path(), &[&server.url(), "--name", "ada"], "").await?;
    let said = [output.stdout, output.stderr].concat();
    ensure!(!said.contains(&0x1b), "{}", String::from_utf8_lossy(&said));
    ensure!(!said.is_empty(), "says something");
    Ok(())
}

async fn run(server: &Server, home: &Path, args: &[&str], input: &str) -> Result<Output> {
    let url = server.url();
    command::run(home, &at(&url, args), input).await
}

fn spawn(server: &Server, home: &Path, args: &[&str]) -> Result<Child> {
    let url = server.url();
    command::spawn(home, &at(&url, args))
}

/// The words that go to a server under a name, where they don't say so themselves.
fn at<'a>(url: &'a str, args: &[&'a str]) -> Vec<&'a str> {
    let mut all = args.to_vec();
    if !args.contains(&url) {
        all.extend(["--server", url, "--name", "cli"]);
    }
    all
}

/// Says something until it is heard: a follower takes a moment to be there.
async fn bob_until_heard(bob: &mut Client, lines: &mut Lines, text: &str) -> Result<()> {
    for n in 0..100 {
        bob.ask(
            "sent",
            json!({ "type": "send", "room": "lobby", "text": format!("{text} {n}") }),
        )
        .await?;
        let heard = lines.next_with(text);
        if tokio::time::timeout(Duration::from_millis(200), heard)
            .await
            .is_ok()
        {
            return Ok(());
        }
    }
    anyhow::bail!("{text} was never heard")
}
