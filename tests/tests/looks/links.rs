//! Links: whole on each row, opened by a letter or a click, and what is said of
//! where they lead.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::home::configure;
use chat_tests::server::Setup;
use chat_tests::user::User;

use super::SEEN;

/// A program that writes down with which arguments it was called.
fn opener(home: &Path) -> Result<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let program = home.join("opener");
    let script =
        "#!/bin/sh\nprintf '%s\\n' \"$#\" \"$@\" > \"$0.new\"\nmv \"$0.new\" \"$0.called\"\n";
    std::fs::write(&program, script)?;
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))?;
    Ok(program.display().to_string())
}

/// What the opener was called with, once it was.
async fn called(home: &Path) -> Result<String> {
    let path = home.join("opener.called");
    let said = chat_tests::wait::until("the opener to be called", SEEN, || {
        std::fs::read_to_string(&path).ok()
    })
    .await?;
    std::fs::remove_file(path)?;
    Ok(said)
}

/// Point 30: each row of a long link opens the whole of it, and with a letter
/// it is opened as one argument that no shell reads.
#[tokio::test]
async fn a_long_link_is_whole_on_each_row_and_opened_by_a_letter() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let ada = User::new(server.url(), "ada")?.size(60, 24);
    let opener = opener(ada.home())?;
    configure(
        ada.home(),
        format!("[links]\nopen-with = \"{opener} --new\"\n"),
    )?;
    let mut ada = ada.entered().await?;
    ada.wait_for("online").await?;
    let long = format!(
        "https://example.org/';$(touch${{IFS}}x)/{}",
        "path/".repeat(52)
    );
    ensure!(long.len() >= 290);
    bob.send("lobby", &long, "1").await?;
    bob.send("lobby", "or ssh://host.example/x", "2").await?;
    ada.wait_for("ssh://host").await?;
    ada.settled().await?;
    let log = String::from_utf8_lossy(&ada.terminal()?.log()).into_owned();
    let rows: Vec<_> = log
        .split("\x1b]8;")
        .filter(|part| part.starts_with("id="))
        .collect();
    ensure!(rows.len() >= 5, "{} rows", rows.len());
    let whole = format!(";{long}\x1b\\");
    let id = |row: &str| row.split(';').next().map(str::to_owned);
    for row in &rows {
        ensure!(row.contains(&whole) && id(row) == id(rows[0]), "{row:?}");
    }
    ada.terminal()?.send_bytes(b"\x1bl")?;
    ada.wait_for("[a]").await?;
    ada.wait_for("[b]").await?;
    ada.type_text("a")?;
    let said = called(ada.home()).await?;
    ensure!(said == format!("2\n--new\n{long}\n"), "{said}");
    ensure!(!ada.home().join("x").exists() && !Path::new("x").exists());
    ada.terminal()?.send_bytes(b"\x1bl")?;
    ada.wait_for("[a]").await?;
    ada.type_text("B")?;
    ada.wait_for("copied ssh://").await?;
    let log = String::from_utf8_lossy(&ada.terminal()?.log()).into_owned();
    ensure!(
        log.contains("\x1b]52;c;c3NoOi8vaG9zdC5leGFtcGxlL3g="),
        "ssh://host.example/x"
    );
    // What is not of the web is asked about.
    ada.terminal()?.send_bytes(b"\x1bl")?;
    ada.wait_for("[b]").await?;
    ada.type_text("b")?;
    ada.wait_for("no address of the web").await?;
    ada.type_text("y")?;
    let said = called(ada.home()).await?;
    ensure!(said.ends_with("ssh://host.example/x\n"), "{said}");
    ada.quit().await
}

/// Points 30 and 19: a link says where it leads, also where nothing is said to
/// the terminal, and a click opens it.
#[tokio::test]
async fn a_link_to_another_host_than_it_seems_says_so() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let ada = User::new(server.url(), "ada")?.env("TERM", "linux");
    let opener = opener(ada.home())?;
    configure(ada.home(), format!("[links]\nopen-with = \"{opener}\"\n"))?;
    let mut ada = ada.entered().await?;
    ada.wait_for("online").await?;
    bob.send(
        "lobby",
        "https://p\u{430}ypal.com/x and [plan](https://a.example/p)",
        "1",
    )
    .await?;
    ada.wait_for("(xn--pypal-4ve.com)").await?;
    let screen = ada.wait_for("[plan](https://a.example/p)").await?;
    let place = screen.place_of("plan]").context("shown")?;
    let click = format!("\x1b[<0;{};{}M", place.column + 1, place.row + 1);
    ada.terminal()?.send_bytes(click.as_bytes())?;
    let said = called(ada.home()).await?;
    ensure!(said == "1\nhttps://a.example/p\n", "{said}");
    let log = String::from_utf8_lossy(&ada.terminal()?.log()).into_owned();
    ensure!(!log.contains("\x1b]8;"), "the console would print it");
    ada.quit().await
}
