//! The first run: nothing configured, perhaps not even a server.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::process::{self, Signal};
use chat_tests::screen::Screen;
use chat_tests::terminal::{Key, Program, Terminal, home};
use chat_tests::user::{PENDING, SAVING, row_of};
use chat_tests::wait;
use chat_tests::wait::SOON;

/// A server that was started through a client; it ends with the value.
struct Started(u32);

impl Drop for Started {
    fn drop(&mut self) {
        let _ = process::signal(self.0, Signal::TERM);
    }
}

/// An address of this machine that nobody else listens at: each test process has
/// its own, and in it each test.
fn here() -> SocketAddr {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    let [_, a, b, c] = std::process::id().to_be_bytes();
    let next = NEXT.fetch_add(1, Ordering::SeqCst);
    SocketAddr::from(([127, a ^ next, b, c], 7878))
}

/// A client of whom only that is said where "this machine" is.
fn client(home: &Path, here: SocketAddr, data: &Path) -> Result<Program> {
    Ok(Program::client(home)?
        .env("USER", "ada")
        .env("CHAT_LISTEN", here.to_string())
        .env("CHAT_DATA", data.display().to_string())
        .size(100, 30))
}

fn process_on(screen: &Screen) -> Option<u32> {
    let text = screen.text().replace('\n', " ");
    let (_, rest) = text.split_once("as process ")?;
    rest.split_whitespace().next()?.parse().ok()
}

async fn enter_as_proposed(terminal: &mut Terminal) -> Result<()> {
    terminal.wait_for("what is your name?").await?;
    terminal.wait_for("ada").await?;
    terminal.press(Key::Enter)?;
    terminal.wait_for("message #lobby").await.map(|_| ())
}

#[tokio::test]
async fn without_a_server_one_is_offered_started_and_goes_on_when_one_leaves() -> Result<()> {
    let (home, here) = (home()?, here());
    let data = home.path().join("server-data");
    let mut ada = client(home.path(), here, &data)?.start()?;
    ada.wait_for("no server on this machine").await?;
    ensure!(!data.exists(), "nothing is started unasked");
    ada.press(Key::Enter)?;
    let screen = ada
        .wait_until("the server's process", wait::SOON, |screen| {
            process_on(screen).is_some()
        })
        .await?;
    let server = Started(process_on(&screen).context("no process")?);
    enter_as_proposed(&mut ada).await?;
    ada.enter("first words").await?;
    ada.wait_until("it to be sent", wait::SOON, |screen| {
        let row = row_of(screen, "first words").unwrap_or_default();
        screen.shows("message #lobby") && !row.contains(PENDING) && !row.contains(SAVING)
    })
    .await?;
    ada.press(Key::Ctrl('x'))?;
    ada.press(Key::Ctrl('c'))?;
    ensure!(ada.ended(wait::SOON).await?.success());
    // Another one finds it, and nobody is asked anything about servers.
    let other = chat_tests::terminal::home()?;
    let mut bob = client(other.path(), here, &data)?
        .env("USER", "bob")
        .start()?;
    bob.wait_for("what is your name?").await?;
    ensure!(!bob.screen().shows("no server"), "{}", bob.screen());
    bob.press(Key::Enter)?;
    bob.wait_for("first words").await?;
    // By hand it ends as any server does.
    process::signal(server.0, Signal::TERM)?;
    bob.wait_for("offline since").await?;
    Ok(())
}

#[tokio::test]
async fn a_server_that_does_not_start_is_shown_with_what_it_said() -> Result<()> {
    let (home, here) = (home()?, here());
    let file = home.path().join("a-file");
    std::fs::write(&file, "not a directory")?;
    let mut ada = client(home.path(), here, &file)?.start()?;
    ada.wait_for("no server on this machine").await?;
    ada.press(Key::Enter)?;
    ada.wait_for("It did not start").await?;
    ada.wait_for("--data").await?;
    ada.wait_for("Enter try again").await?;
    Ok(())
}

#[tokio::test]
async fn three_keys_are_taught_once_and_never_on_a_small_screen() -> Result<()> {
    let server = chat_tests::server::Server::start().await?;
    Client::enter(server.address(), "bob").await?;
    let home = home()?;
    let start = |height| {
        Program::client(home.path())?
            .args([server.url().as_str(), "--name", "ada"])
            .size(100, height)
            .start()
    };
    let mut small = start(11)?;
    small.wait_for("message #lobby").await?;
    ensure!(!small.screen().shows("Three keys"), "{}", small.screen());
    small.resize(100, 30)?;
    small.wait_for("Three keys").await?;
    small.kill9()?;
    let mut ada = start(30)?;
    for (key, opens) in [
        (Key::Ctrl('k'), "go to a room"),
        (Key::Ctrl('p'), "commands"),
    ] {
        ada.wait_for("Three keys").await?;
        ada.press(key)?;
        ada.wait_for(opens).await?;
        ada.wait_until("the lesson to make room", wait::SOON, |screen| {
            !screen.shows("Three keys")
        })
        .await?;
        ada.press(Key::Esc)?;
    }
    ada.wait_for("Three keys").await?;
    ada.send_bytes(b"\x1bOP")?;
    ada.wait_for("show all keys and commands").await?;
    ada.press(Key::Esc)?;
    ada.wait_gone("show all keys and commands").await?;
    ensure!(!ada.screen().shows("Three keys"), "{}", ada.screen());
    ada.kill9()?;
    let again = start(30)?;
    again.wait_for("message #lobby").await?;
    again
        .wait_until("a live screen", SOON, |screen| screen.shows("online"))
        .await?;
    ensure!(!again.screen().shows("Three keys"), "{}", again.screen());
    Ok(())
}
