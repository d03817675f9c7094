//! How the terminal client looks: with few colours or none, on light and dark
//! backgrounds, and with borders of ASCII.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::home::configure;
use chat_tests::screen::Screen;
use chat_tests::server::{Server, Setup};
use chat_tests::terminal::Key;
use chat_tests::user::User;
use chat_tests::wait;
use serde_json::json;

/// What a terminal says of its background when it is asked, and by itself.
const IS_LIGHT: &[u8] = b"\x1b]11;rgb:ffff/ffff/f0f0\x1b\\";
const HAS_BECOME_DARK: &[u8] = b"\x1b[?997;1n";
const HAS_BECOME_LIGHT: &[u8] = b"\x1b[?997;2n";
/// The question.
const ASKS: &str = "\x1b]11;?\x1b\\";

/// How long a change of the look may take to be seen.
const SEEN: Duration = Duration::from_secs(10);

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
