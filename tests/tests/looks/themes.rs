//! Themes: that of the background, and that which is chosen.

use anyhow::{Context as _, Result, ensure};
use chat_tests::home::configure;
use chat_tests::screen::Screen;
use chat_tests::server::Setup;
use chat_tests::terminal::Key;
use chat_tests::user::User;

use super::{SEEN, at};

/// What a terminal says of its background when it is asked, and by itself.
const IS_LIGHT: &[u8] = b"\x1b]11;rgb:ffff/ffff/f0f0\x1b\\";
const HAS_BECOME_DARK: &[u8] = b"\x1b[?997;1n";
const HAS_BECOME_LIGHT: &[u8] = b"\x1b[?997;2n";
/// The question.
const ASKS: &str = "\x1b]11;?\x1b\\";

fn ground(screen: &Screen) -> Result<vt100::Color> {
    at(screen, "message #lobby").map(|(.., ground)| ground)
}

fn is_light(colour: vt100::Color) -> bool {
    matches!(colour, vt100::Color::Rgb(r, g, b) if r > 200 && g > 200 && b > 200)
}

/// Point 28: asked after the first frame, waited for never, followed at once.
#[tokio::test]
async fn the_theme_follows_the_background_as_soon_as_it_is_known() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.wait_for("#lobby").await?;
    let log = String::from_utf8_lossy(&ada.terminal()?.log()).into_owned();
    let (before, _) = log
        .split_once(ASKS)
        .context("the background is asked for")?;
    ensure!(before.contains("\x1b[?2026l"), "after the first frame");
    ensure!(log.contains("\x1b[?2031h"), "changes are asked for");
    let screen = ada.settled().await?;
    ensure!(ground(&screen)? == vt100::Color::Default, "{screen}");
    ada.terminal()?.send_bytes(IS_LIGHT)?;
    ada.wait_until("the light theme", |s| ground(s).is_ok_and(is_light))
        .await?;
    ada.terminal()?.send_bytes(HAS_BECOME_DARK)?;
    let own = vt100::Color::Default;
    ada.wait_until("the terminal's own again", |s| {
        ground(s).is_ok_and(|ground| ground == own)
    })
    .await?;
    ada.terminal()?.send_bytes(HAS_BECOME_LIGHT)?;
    ada.wait_until("the light theme", |s| ground(s).is_ok_and(is_light))
        .await?;
    // Which themes these are is for the settings to say.
    configure(ada.home(), "[look]\nlight = \"contrast\"\n")?;
    let black = vt100::Color::Rgb(0, 0, 0);
    ada.terminal()?
        .wait_until("another light theme", SEEN, |s| {
            ground(s).is_ok_and(|ground| ground == black)
        })
        .await?;
    ada.type_text("x")?;
    let screen = ada.wait_for("x").await?;
    ensure!(!screen.shows("rgb:"), "no answer is typed: {screen}");
    ada.press(Key::Backspace)?;
    ada.quit().await?;
    ada.terminal()?.restored().await
}

/// Point 28: what is chosen is seen at once, Escape takes it back, Enter keeps
/// it over a restart.
#[tokio::test]
async fn a_theme_is_seen_while_it_is_chosen_and_kept_by_enter() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.type_text("half a thought")?;
    ada.wait_for("half a thought").await?;
    let own = vt100::Color::Default;
    let corner = |screen: &Screen| {
        let place = chat_tests::screen::Place {
            row: 29,
            column: 99,
        };
        screen.cell(place).map(vt100::Cell::bgcolor)
    };
    for (key, kept) in [(Key::Esc, false), (Key::Enter, true)] {
        ada.press(Key::Ctrl('p'))?;
        ada.wait_for("what shall be done?").await?;
        ada.type_text("theme")?;
        ada.wait_for("choose how it looks").await?;
        ada.settled().await?;
        ada.press(Key::Enter)?;
        ada.wait_for("monochrome").await?;
        ada.press(Key::End)?;
        ada.press(Key::Down)?;
        ada.press(Key::Down)?;
        ada.press(Key::Down)?;
        ada.wait_until("the light theme", |s| corner(s).is_some_and(is_light))
            .await?;
        ada.press(key)?;
        ada.wait_gone("monochrome").await?;
        let screen = ada.settled().await?;
        ensure!(corner(&screen).is_some_and(is_light) == kept, "{screen}");
        ensure!(kept || corner(&screen) == Some(own), "{screen}");
        ensure!(screen.shows("half a thought"), "{screen}");
    }
    let config = std::fs::read_to_string(ada.home().join(".config/chat-tui/config.toml"))?;
    ensure!(config == "[look]\ntheme = \"light\"\n", "{config}");
    ada.kill9()?;
    ada.start()?;
    ada.wait_until("the light theme from the start", |s| {
        s.shows("lobby") && corner(s).is_some_and(is_light)
    })
    .await?;
    Ok(())
}
