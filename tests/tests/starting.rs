//! Starting and ending a server: the banner, what stops a start, signals.

use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use chat_tests::client::Client;
use chat_tests::process::Signal;
use chat_tests::server::{self, Server, Setup};
use chat_tests::wait::{self, SOON};
use tempfile::TempDir;

#[tokio::test]
async fn the_banner_says_all_that_is_needed_to_begin() -> Result<()> {
    let server = Server::start().await?;
    let data = server.data().display().to_string();
    for part in [
        server.url().as_str(),
        &data,
        "chat-tui",
        &server.http("/"),
        r#"{"type":"hello""#,
        &format!("--listen 0.0.0.0:{}", server.address().port()),
        "TLS",
    ] {
        wait::until(format!("{part:?} in the banner"), SOON, || {
            server.output().contains(part).then_some(())
        })
        .await
        .with_context(|| server.output())?;
    }
    Ok(())
}

/// The quickest of a few starts: the machine may be busy with other things.
#[tokio::test]
async fn a_server_is_ready_in_under_a_second() -> Result<()> {
    let mut quickest = Duration::MAX;
    for _ in 0..10 {
        let begun = Instant::now();
        let server = Server::start().await?;
        Client::connect(server.address()).await?;
        quickest = quickest.min(begun.elapsed());
        if quickest < Duration::from_secs(1) {
            return Ok(());
        }
    }
    bail!("took {quickest:?} at best")
}

#[tokio::test]
async fn a_taken_port_stops_the_start_with_one_line() -> Result<()> {
    let taken = TcpListener::bind("127.0.0.1:0")?;
    let address = taken.local_addr()?.to_string();
    let data = TempDir::new()?;
    let said = refused(&["--listen", &address, "--data", in_utf8(data.path())?]).await?;
    assert!(said.contains(&address), "{said}");
    assert!(said.contains("--listen"), "says what to do: {said}");
    Ok(())
}

#[tokio::test]
async fn a_data_directory_that_can_t_be_made_stops_the_start_with_one_line() -> Result<()> {
    let data = TempDir::new()?;
    let file = data.path().join("a-file");
    std::fs::write(&file, "not a directory")?;
    for below in [file.clone(), file.join("deeper"), "/proc/nowhere".into()] {
        let below = in_utf8(&below)?;
        let said = refused(&["--listen", "127.0.0.1:0", "--data", below]).await?;
        assert!(said.contains(below), "{said}");
        assert!(said.contains("--data"), "says what to do: {said}");
    }
    Ok(())
}

#[tokio::test]
async fn two_servers_never_share_a_data_directory() -> Result<()> {
    let mut server = Server::start().await?;
    let data = in_utf8(server.data())?.to_owned();
    let said = refused(&["--listen", "127.0.0.1:0", "--data", &data]).await?;
    assert!(said.contains(&data), "{said}");
    assert!(said.contains("in use"), "{said}");
    Client::enter(server.address(), "ada").await?;
    // Whatever marks the directory as used does not outlive the one that used it.
    server.kill9()?;
    server.restart().await
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_not_touched() -> Result<()> {
    let mut server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    ada.send("lobby", "old", "1").await?;
    server.terminate(SOON).await?;
    let database = std::fs::read_dir(server.data())?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .find(|path| is_database(path))
        .context("no database in the data directory")?;
    set_user_version(&database, 1_000_000)?;
    let before = std::fs::read(&database)?;
    let data = in_utf8(server.data())?.to_owned();
    let said = refused(&["--listen", "127.0.0.1:0", "--data", &data]).await?;
    assert!(said.contains("newer"), "{said}");
    assert_eq!(before, std::fs::read(&database)?);
    Ok(())
}

#[tokio::test]
async fn a_wrong_argument_is_named() -> Result<()> {
    for args in [
        ["--listen", "nowhere"],
        ["--rates", "maybe"],
        ["--frobnicate", "1"],
    ] {
        let (status, said) = server::run(&args, SOON).await?;
        assert!(!status.success(), "{args:?}: {said}");
        assert!(said.contains(args[0]), "{args:?}: {said}");
    }
    Ok(())
}

#[tokio::test]
async fn asked_to_end_it_tells_the_clients_and_ends_well() -> Result<()> {
    for signal in [Signal::TERM, Signal::INT] {
        let mut server = Setup::without_rates().start().await?;
        let mut ada = Client::enter(server.address(), "ada").await?;
        let mut silent = Client::enter(server.address(), "bob").await?;
        ada.send("lobby", "kept", "1").await?;
        let token = ada.token().to_owned();
        let (ended, closed) = tokio::join!(
            server.end_by(signal, Duration::from_secs(5)),
            ada.closed(SOON)
        );
        assert!(ended?.success(), "exit code 0 after {signal:?}");
        assert_eq!(closed?.code, Some(1001));
        assert_eq!(silent.closed(SOON).await?.code, Some(1001));
        server.restart().await?;
        let ada = Client::come_back(server.address(), &token).await?;
        assert_eq!(ada.welcome["rooms"][0]["head"], 1);
    }
    Ok(())
}

/// Runs a server that must not start; gives its one line.
async fn refused(args: &[&str]) -> Result<String> {
    let (status, said) = server::run(args, SOON).await?;
    ensure!(status.code() == Some(1), "{args:?}: {status}: {said}");
    ensure!(said.trim().lines().count() == 1, "one line: {said}");
    Ok(said)
}

fn in_utf8(path: &Path) -> Result<&str> {
    path.to_str().context("a path in UTF-8")
}

fn is_database(path: &Path) -> bool {
    std::fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"SQLite format 3\0"))
}

/// Writes the `user_version` into a closed database's header, where its format
/// keeps it: big-endian at byte 60.
fn set_user_version(database: &Path, version: u32) -> Result<()> {
    use std::os::unix::fs::FileExt as _;
    let file = std::fs::File::options().write(true).open(database)?;
    file.write_all_at(&version.to_be_bytes(), 60)?;
    Ok(())
}
