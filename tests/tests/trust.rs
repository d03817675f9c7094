//! Servers behind TLS: who is trusted, and what is said of those who are not.
//! Never is anything said without TLS to a server that was asked for with it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, Result, ensure};
use chat_tests::binaries;
use chat_tests::client::Client;
use chat_tests::server::Server;
use chat_tests::terminal::{Program, home};
use chat_tests::tls::{Authority, Terminator, Valid};
use tempfile::TempDir;

/// The screen and the commands alike.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_s_own_authority_is_trusted_once_it_is_named() -> Result<()> {
    let server = Server::start().await?;
    let ours = Authority::new("The Company")?;
    let identity = ours.sign(&["localhost", "127.0.0.1"], Valid::Now)?;
    let proxy = Terminator::start(server.address(), &identity).await?;
    let home = home()?;
    let file = authority_file(&home, &ours)?;
    let ca = ["--ca", path(&file)?];
    for (host, name) in [("localhost", "ada"), ("127.0.0.1", "eve")] {
        let url = proxy.url("wss", host);
        let sent = run_as(
            name,
            home.path(),
            &url,
            &[&ca[..], &["send", "lobby", "over TLS"]].concat(),
        )
        .await?;
        ensure!(sent.status.success(), "{host}: {sent:?}");
    }
    let url = proxy.url("wss", "localhost");
    let ada = Program::client(home.path())?
        .args([url.as_str(), "--name", "ada"])
        .args(ca)
        .size(100, 30)
        .start()?;
    ada.wait_for("online").await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    bob.send("lobby", "word of bob", "1").await?;
    ada.wait_for("word of bob").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_can_t_be_trusted_is_told_apart_in_words_and_not_spoken_to() -> Result<()> {
    let server = Server::start().await?;
    let (ours, theirs) = (Authority::new("Ours")?, Authority::new("Theirs")?);
    let home = home()?;
    let file = authority_file(&home, &ours)?;
    for (identity, words) in [
        (
            ours.sign(&["localhost"], Valid::Past)?,
            "its certificate has expired on 2019-12-31",
        ),
        (
            ours.sign(&["other.example"], Valid::Now)?,
            "its certificate is for other.example, not for localhost",
        ),
        (
            theirs.sign(&["localhost"], Valid::Now)?,
            "from an authority that is not known here",
        ),
    ] {
        let proxy = Terminator::start(server.address(), &identity).await?;
        let url = proxy.url("wss", "localhost");
        let args = ["--ca", path(&file)?, "send", "lobby", "never said"];
        refused(&run(home.path(), &url, &args).await?, words)?;
        let screen = Program::client(home.path())?
            .args([url.as_str(), "--name", "ada"])
            .args(["--ca", path(&file)?])
            .size(160, 30)
            .start()?;
        screen.wait_for(words).await?;
    }
    let mut historian = Client::enter(server.address(), "historian").await?;
    let page = historian
        .ask(
            "history",
            serde_json::json!({ "type": "history", "room": "lobby" }),
        )
        .await?;
    let events = page["events"].as_array().context("no events")?;
    ensure!(events.is_empty(), "somebody was trusted: {events:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_where_there_is_none_and_none_where_there_is_is_told() -> Result<()> {
    let server = Server::start().await?;
    let ours = Authority::new("Ours")?;
    let identity = ours.sign(&["localhost"], Valid::Now)?;
    let proxy = Terminator::start(server.address(), &identity).await?;
    let home = home()?;
    let plain = format!("wss://127.0.0.1:{}/ws", server.address().port());
    let args = ["send", "lobby", "never said"];
    refused(
        &run(home.path(), &plain, &args).await?,
        "does not speak TLS there; a server without it is reached by ws://",
    )?;
    let tls = proxy.url("ws", "localhost");
    refused(
        &run(home.path(), &tls, &args).await?,
        "a server that speaks TLS is reached by wss://",
    )?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_authorities_that_is_none_is_named() -> Result<()> {
    let server = Server::start().await?;
    let identity = Authority::new("Ours")?.sign(&["localhost"], Valid::Now)?;
    let proxy = Terminator::start(server.address(), &identity).await?;
    let home = home()?;
    let args = ["--ca", "/nowhere/ca.pem", "send", "lobby", "never said"];
    let said = run(home.path(), &proxy.url("wss", "localhost"), &args).await?;
    refused(&said, "/nowhere/ca.pem")
}

fn refused(output: &Output, words: &str) -> Result<()> {
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.code() == Some(1), "{output:?}");
    ensure!(said.contains(words), "{words:?} is missing: {said}");
    Ok(())
}

fn authority_file(home: &TempDir, authority: &Authority) -> Result<PathBuf> {
    let file = home.path().join("company.pem");
    std::fs::write(&file, authority.pem())?;
    Ok(file)
}

fn path(file: &Path) -> Result<&str> {
    file.to_str().context("a path in UTF-8")
}

async fn run(home: &Path, url: &str, args: &[&str]) -> Result<Output> {
    run_as("ada", home, url, args).await
}

/// Runs a command while this runtime carries its bytes.
async fn run_as(name: &str, home: &Path, url: &str, args: &[&str]) -> Result<Output> {
    let mut command = Command::new(binaries::tui()?);
    command
        .args(args)
        .args(["--server", url, "--name", name])
        .env_clear()
        .env("HOME", home)
        .stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output()).await?;
    output.context("chat-tui")
}
