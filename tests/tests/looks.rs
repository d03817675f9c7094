//! How the terminal client looks: colours and themes, links, marked text, and
//! borders of ASCII.

mod colours;
mod links;
mod themes;

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::screen::Screen;
use chat_tests::server::Setup;
use chat_tests::terminal::Key;
use chat_tests::user::User;
use chat_tests::wait;

/// How long a change of the look may take to be seen.
const SEEN: Duration = wait::SOON;

/// The look of the first cell of a text.
fn at(screen: &Screen, text: &str) -> Result<(bool, bool, bool, vt100::Color, vt100::Color)> {
    let place = screen
        .place_of(text)
        .with_context(|| format!("{text}: {screen}"))?;
    let cell = screen.cell(place).context("a cell")?;
    Ok((
        cell.bold(),
        cell.inverse(),
        cell.underline(),
        cell.fgcolor(),
        cell.bgcolor(),
    ))
}

/// What people mark by signs stands out, and is copied as it was typed; hostile
/// heaps of signs hold nothing up.
#[tokio::test]
async fn marked_text_stands_out_and_is_copied_as_typed() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    for (n, sign) in ["*", "_a", "[", "`", "> "].into_iter().enumerate() {
        let text = sign.repeat(3900 / sign.len());
        bob.send("lobby", &text, &format!("h{n}")).await?;
    }
    let text = "some **strong** and *soft* words\n```py\nreturn 'x' # so\n```";
    bob.send("lobby", text, "m").await?;
    let screen = ada.wait_for("soft").await?;
    ensure!(at(&screen, "strong")?.0, "bold: {screen}");
    let place = screen.place_of("soft").context("shown")?;
    ensure!(
        screen.cell(place).is_some_and(vt100::Cell::italic),
        "{screen}"
    );
    let plain = at(&screen, "some ")?;
    ensure!(
        at(&screen, "return")? != plain,
        "a word of the language: {screen}"
    );
    ensure!(
        at(&screen, "'x'")? != at(&screen, "return")?,
        "a text: {screen}"
    );
    ada.press(Key::Up)?;
    ada.settled().await?;
    ada.type_text("y")?;
    ada.wait_for("copied").await?;
    let log = String::from_utf8_lossy(&ada.terminal()?.log()).into_owned();
    let wanted = "c29tZSAqKnN0cm9uZyoqIGFuZCAqc29mdCogd29yZHMKYGBgcHkKcmV0dXJuICd4JyAjIHNvCmBgYA==";
    ensure!(
        log.contains(&format!("\x1b]52;c;{wanted}")),
        "the source itself"
    );
    ada.quit().await
}

/// Behaviour 20: names, texts and boxes.
#[tokio::test]
async fn without_utf8_it_says_so_and_writes_ascii_alone() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "Bj\u{f6}rn").await?;
    bob.send(
        "lobby",
        "na\u{ef}ve \u{d55c}\u{ae00} \u{1f44d} as said",
        "1",
    )
    .await?;
    let mut ada = User::new(server.url(), "ada")?
        .env("LANG", "C")
        .entered()
        .await?;
    ada.wait_for("no UTF-8 in LANG: drawn in ASCII").await?;
    ada.wait_for("as said").await?;
    ada.terminal()?.enter("and answered").await?;
    ada.wait_until("it to be said", |screen| {
        screen
            .places_of("and answered")
            .iter()
            .any(|place| place.row < 27)
    })
    .await?;
    ada.press(Key::Ctrl('k'))?;
    ada.wait_for("go to a room").await?;
    ada.press(Key::Esc)?;
    ada.wait_gone("go to a room").await?;
    ada.terminal()?.enter("/quit").await?;
    ada.terminal()?.ended(wait::SOON).await?;
    let log = ada.terminal()?.log();
    let other = log.iter().position(|byte| !byte.is_ascii());
    let near =
        |at: usize| String::from_utf8_lossy(&log[at.saturating_sub(40)..at + 4]).into_owned();
    ensure!(other.is_none(), "no ASCII: {:?}", other.map(near));
    Ok(())
}
