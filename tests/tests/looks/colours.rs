//! With few colours, or none.

use anyhow::{Result, ensure};
use chat_tests::client::Client;
use chat_tests::home::configure;
use chat_tests::server::{Server, Setup};
use chat_tests::terminal::Key;
use chat_tests::user::User;
use serde_json::json;

use super::at;

/// Parameters of all `CSI … m` in a log, one list a sequence.
fn looks(log: &[u8]) -> Vec<Vec<u16>> {
    let log = String::from_utf8_lossy(log);
    let sequences = log.split("\x1b[").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';')?;
        rest[end..].starts_with('m').then(|| &rest[..end])
    });
    let numbers = |text: &str| text.split(';').map(|n| n.parse().unwrap_or(0)).collect();
    sequences.map(numbers).collect()
}

/// Numbers that say a colour.
fn is_colour(number: u16) -> bool {
    matches!(number, 30..=49 | 90..=107)
}

/// Someone with a mention, an unread room, a refused message and a list open.
async fn busy(env: &[(&str, &str)]) -> Result<(Server, User)> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    bob.join("dev").await?;
    let mut ada = User::new(server.url(), "ada")?.size(80, 24);
    for (name, value) in env {
        ada.set_env(name, value);
    }
    let mut ada = ada.entered().await?;
    ada.join("dev").await?;
    ada.go_to("lobby").await?;
    bob.send("dev", "unread here", "1").await?;
    bob.send("lobby", "hello @ada, see https://a.example/x", "2")
        .await?;
    ada.wait_for("hello @ada").await?;
    bob.ask(
        "ok",
        json!({ "type": "mute", "room": "dev", "user": "ada" }),
    )
    .await?;
    ada.go_to("dev").await?;
    ada.say("not from you").await?;
    ada.wait_for("not sent").await?;
    bob.send("lobby", "more for @ada", "3").await?;
    ada.wait_for("@1").await?;
    ada.press(Key::Ctrl('k'))?;
    ada.wait_for("go to a room").await?;
    ada.settled().await?;
    Ok((server, ada))
}

/// Point 27: `NO_COLOR`, and a terminal that has none.
#[tokio::test]
async fn without_colours_no_byte_says_one_and_all_states_still_differ() -> Result<()> {
    for env in [("NO_COLOR", "1"), ("TERM", "vt100")] {
        let (_server, mut ada) = busy(&[env]).await?;
        let screen = ada.screen()?;
        let plain = (
            false,
            false,
            false,
            vt100::Color::Default,
            vt100::Color::Default,
        );
        ensure!(at(&screen, "part of its name")?.1 == plain.1, "{screen}");
        ensure!(at(&screen, "▸")?.1, "what is chosen is reversed: {screen}");
        ensure!(at(&screen, "@1")?.1, "a mention is reversed: {screen}");
        ada.press(Key::Esc)?;
        ada.terminal()?.wait_gone("go to a room").await?;
        let screen = ada.settled().await?;
        let refused = at(&screen, "✗ not sent")?;
        ensure!(refused != plain, "refused is told apart: {screen}");
        ada.go_to("lobby").await?;
        let screen = ada.wait_for("hello @ada").await?;
        ensure!(at(&screen, "@ada")? != plain, "a mention: {screen}");
        ensure!(screen.shows("▌"), "and its sign: {screen}");
        ada.quit().await?;
        let log = ada.terminal()?.log();
        for look in looks(&log) {
            ensure!(!look.iter().any(|n| is_colour(*n)), "{env:?}: {look:?}");
        }
    }
    Ok(())
}

/// Point 27: nearest colours, said in a way that the terminal knows, and a
/// word that they are the nearest.
#[tokio::test]
async fn a_theme_is_brought_down_to_the_colours_there_are() -> Result<()> {
    for (term, most) in [("linux", 49), ("xterm", 49), ("xterm-16color", 107)] {
        let server = Setup::without_rates().start().await?;
        let mut ada = User::new(server.url(), "ada")?.env("TERM", term);
        ada.set_env("COLORTERM", "");
        configure(ada.home(), "[look]\ntheme = \"light\"\n")?;
        let mut ada = ada.entered().await?;
        ada.wait_for("needs 256 colours").await?;
        let log = ada.terminal()?.log();
        let looks = looks(&log);
        ensure!(
            looks.iter().flatten().all(|number| *number <= most),
            "{term}: {looks:?}"
        );
        let says = |number| looks.iter().any(|look| look.contains(&number));
        ensure!(!says(38) && !says(48), "{term}: {looks:?}");
        ensure!(
            says(30) && (says(47) || says(107)),
            "black on white: {looks:?}"
        );
        ada.quit().await?;
    }
    Ok(())
}

/// Point 27: 256 colours, as long as the terminal does not say that it has more.
#[tokio::test]
async fn any_colour_is_used_only_where_the_terminal_says_so() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    for (name, colorterm, kind) in [("ada", "", 5), ("bob", "truecolor", 2)] {
        let mut ada = User::new(server.url(), name)?.env("COLORTERM", colorterm);
        configure(ada.home(), "[look]\ntheme = \"dark\"\n")?;
        ada.start()?;
        ada.wait_for("lobby").await?;
        let log = ada.terminal()?.log();
        let kinds: Vec<_> = looks(&log)
            .iter()
            .flat_map(|look| look.windows(2).map(<[u16]>::to_vec).collect::<Vec<_>>())
            .filter(|pair| pair[0] == 38)
            .map(|pair| pair[1])
            .collect();
        ensure!(
            !kinds.is_empty() && kinds.iter().all(|k| *k == kind),
            "{kinds:?}"
        );
        ada.quit().await?;
    }
    Ok(())
}
