//! Accounts in the terminal client: becoming one, coming in by it on another
//! device, and being logged out elsewhere.

use std::path::Path;

use anyhow::{Result, ensure};
use chat_tests::client::Client;
use chat_tests::page::Page;
use chat_tests::server::Server;
use chat_tests::terminal::Key;
use chat_tests::user::User;
use chat_tests::wait::{self, SOON};

const PASSWORD: &str = "correct horse";

/// Types a password where it is hidden.
async fn secret(user: &mut User, asked: &str, password: &str) -> Result<()> {
    user.wait_for(asked).await?;
    user.type_text(password)?;
    let dots = "*".repeat(password.len());
    let screen = user.wait_for(&dots).await?;
    ensure!(!screen.shows(password), "{screen}");
    user.press(Key::Enter)
}

/// Whether any file below a folder holds a text.
fn holds(folder: &Path, text: &str) -> Result<bool> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let found = if path.is_dir() {
            holds(&path, text)?
        } else {
            let bytes = std::fs::read(&path)?;
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a server says to those who type frames by hand is nothing to a person
/// before a screen.
#[tokio::test]
async fn what_is_refused_is_told_without_frames_in_the_terminal_and_on_the_page() -> Result<()> {
    let server = Server::start().await?;
    let _taken = Client::enter(server.address(), "ada").await?;
    let mut ada = User::new(server.url(), "ada")?;
    ada.start()?;
    let screen = ada.wait_for("is in use").await?;
    ensure!(!screen.shows("\"type\""), "{screen}");
    let mut bob = User::enter(server.url(), "bob").await?;
    bob.terminal()?.enter("/create secret private").await?;
    let screen = bob.wait_for("with /register").await?;
    ensure!(!screen.shows("\"type\""), "{screen}");
    let mut page = Page::open(server.address()).await?;
    page.browser.wait_for("!login.hidden").await?;
    page.browser.click("#name").await?;
    page.browser.type_text("ada\n").await?;
    page.browser
        .wait_for("login.textContent.includes('is in use')")
        .await?;
    let told = page.browser.evaluate("login.textContent").await?;
    ensure!(!told.to_string().contains("hello"), "{told}");
    Ok(())
}

#[tokio::test]
async fn a_guest_becomes_an_account_that_comes_in_on_another_device() -> Result<()> {
    let server = Server::start().await?;
    let mut desk = User::enter(server.url(), "ada").await?;
    desk.wait_for("ada (guest)").await?;
    desk.say("/register").await?;
    secret(&mut desk, "choose a password", PASSWORD).await?;
    secret(&mut desk, "the same once more", PASSWORD).await?;
    desk.wait_for("ada is yours now").await?;
    desk.wait_gone("(guest)").await?;
    desk.say("from the desk").await?;
    desk.wait_sent("from the desk").await?;

    let mut phone = User::new(server.url(), "ada")?;
    phone.start()?;
    phone.wait_for("what is your name?").await?;
    phone.press(Key::Tab)?;
    phone.settled().await?;
    phone.type_text("wrong horse")?;
    phone.wait_for("***********").await?;
    phone.press(Key::Enter)?;
    phone.wait_for("do not belong").await?;
    phone.type_text(PASSWORD)?;
    phone.wait_for("*************").await?;
    phone.press(Key::Enter)?;
    phone.wait_for("from the desk").await?;
    wait::until("the token on the disk", SOON, || phone.token().ok()).await?;

    // Another password logs the other device out, which says so and asks.
    desk.say("/password").await?;
    secret(&mut desk, "the password so far", PASSWORD).await?;
    secret(&mut desk, "the new password, of 8", "battery staple").await?;
    secret(&mut desk, "the new password once more", "battery staple").await?;
    desk.wait_for("the password is changed").await?;
    phone.wait_for("what is your name?").await?;
    desk.quit().await?;
    for user in [&desk, &phone] {
        for word in [PASSWORD, "battery staple"] {
            ensure!(!holds(user.home(), word)?, "{word:?} is in a file");
        }
    }
    Ok(())
}
