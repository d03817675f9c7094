//! The configuration of the terminal client: a bad line stops nothing, a save
//! is used at once, a broken one is not.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::home::configure;
use chat_tests::screen::Screen;
use chat_tests::server::{Server, Setup};
use chat_tests::terminal::{Key, home};
use chat_tests::user::User;
use chat_tests::{binaries, wait};

/// What a terminal sends for F9.
const F9: &[u8] = b"\x1b[20~";
/// How long a save may take to be in use. The quickest of some counts: a busy
/// machine may hold up one.
const IN_USE: Duration = Duration::from_secs(1);

/// Behaviours 41 and 36.
#[tokio::test]
async fn a_bad_line_is_named_and_its_default_used_and_all_else_counts() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = User::new(server.url(), "ada")?.size(80, 24);
    let bad = b"[keys]\ngp = \"C-g\"\nhelp = \"F9\"\nkill-to-end = \"C-k\"\n# \xff\n";
    configure(ada.home(), bad)?;
    ada.start()?;
    for words in [
        "config.toml line 2",
        "did you mean go?",
        "line 4",
        "both kill-to-end and go",
        "line 5",
        "0xff is not UTF-8",
    ] {
        ada.wait_for(words).await?;
    }
    ada.wait_for("F9 help").await?;
    ada.press(Key::Esc)?;
    ada.terminal()?.wait_gone("config.toml").await?;
    ada.press(Key::Ctrl('k'))?;
    ada.wait_for("go to a room").await?;
    Ok(())
}

/// Behaviour 41: one that is none at all stops nothing, either.
#[tokio::test]
async fn a_configuration_that_can_t_be_read_is_named_and_all_is_as_usual() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = User::new(server.url(), "ada")?.size(120, 24);
    std::fs::create_dir_all(ada.home().join(".config/chat-tui/config.toml"))?;
    ada.start()?;
    ada.wait_for("config.toml can't be read").await?;
    ada.wait_for("F1 help").await?;
    Ok(())
}

/// Behaviours 41 and 39: what of a room is told, and how, follows the file, and
/// what is said in the program wins over it.
#[tokio::test]
async fn what_of_a_room_is_told_follows_the_file_until_it_is_said_here() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let ada = User::new(server.url(), "ada")?;
    let written = |lobby: &str| {
        format!("[notify]\nhow = \"osc9\"\n[notify.rooms]\nlobby = \"{lobby}\"\ndev = \"all\"\n")
    };
    configure(ada.home(), written("all"))?;
    let mut ada = ada.entered().await?;
    ada.join("dev").await?;
    ada.terminal()?.send_bytes(b"\x1b[O")?;
    bob.join("dev").await?;
    bob.send("lobby", "for all to hear", "1").await?;
    is_told(&mut ada, "\x1b]9;bob in #lobby: for all to hear\x1b\\").await?;

    configure(ada.home(), written("none"))?;
    ada.wait_for("in use as it was saved").await?;
    bob.send("lobby", "@ada, unheard", "2").await?;
    bob.send("dev", "heard in dev", "3").await?;
    is_told(&mut ada, "\x1b]9;bob in #dev: heard in dev\x1b\\").await?;

    ada.say("/notify mentions").await?;
    ada.wait_for("what names you notifies you").await?;
    bob.send("dev", "nobody, unheard", "4").await?;
    bob.send("dev", "@ada, heard", "5").await?;
    is_told(&mut ada, "\x1b]9;bob in #dev: @ada, heard\x1b\\").await?;
    let log = ada.terminal()?.log();
    let told = String::from_utf8_lossy(&log);
    let unheard = told
        .split("\x1b]9;")
        .skip(1)
        .filter_map(|told| told.split('\x1b').next());
    ensure!(
        unheard.clone().count() == 3,
        "{:?}",
        unheard.collect::<Vec<_>>()
    );
    Ok(())
}

async fn is_told(user: &mut User, bytes: &str) -> Result<()> {
    let terminal = user.terminal()?;
    let told = || {
        let log = terminal.log();
        String::from_utf8_lossy(&log).contains(bytes).then_some(())
    };
    wait::until(bytes, wait::SOON, told).await
}

/// Behaviours 41 and 36: keys, look and draft.
#[tokio::test]
async fn a_save_is_used_within_a_second_and_a_broken_one_not_at_all() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.type_text("half a thought")?;
    ada.wait_for("half a thought").await?;
    let saved = Instant::now();
    configure(ada.home(), b"[look]\nascii = true\n[keys]\nhelp = \"F9\"\n")?;
    let new = |screen: &Screen| screen.shows("F9 help") && screen.text().is_ascii();
    let screen = ada.wait_until("the new settings", new).await?;
    let first = saved.elapsed();
    ensure!(screen.shows("half a thought"), "{screen}");
    configure(
        ada.home(),
        b"[look]\nascii = fasle\n[keys]\nhelp = \"F8\"\n",
    )?;
    ada.wait_for("stay as they were").await?;
    let screen = ada.wait_for("F9 help").await?;
    ensure!(screen.text().is_ascii(), "{screen}");
    ada.terminal()?.send_bytes(F9)?;
    ada.wait_for("show all keys and commands").await?;
    ada.type_text("F9")?;
    let alone = |screen: &Screen| screen.shows("F9 ") && !screen.shows("F1 ");
    ada.wait_until("the new key alone in help", alone).await?;
    // As editors save that put a whole file in the place of the old one.
    let folder = ada.home().join(".config/chat-tui");
    let saved = Instant::now();
    std::fs::write(folder.join("new"), "[keys]\nhelp = \"F8\"\n")?;
    std::fs::rename(folder.join("new"), folder.join("config.toml"))?;
    ada.wait_for("╭").await?;
    let quickest = first.min(saved.elapsed());
    ensure!(quickest < IN_USE, "{quickest:?}");
    ada.press(Key::Esc)?;
    ada.wait_for("F8 help").await?;
    ada.wait_for("half a thought").await?;
    Ok(())
}

/// Behaviour 41: who is told of what, and how, changes while one looks elsewhere.
#[tokio::test]
async fn settings_of_notifications_are_used_as_soon_as_they_are_saved() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::new(server.url(), "ada")?;
    configure(ada.home(), "[notify]\nhow = \"none\"\n")?;
    ada.start()?;
    ada.wait_for("online").await?;
    ada.press(Key::FocusOut)?;
    ada.settled().await?;
    let mut told_before = 0;
    // What is saved beside each shows that it is in use.
    for (n, saved, text, told) in [
        (1, "", "hi @ada", ""),
        (
            2,
            "how = \"osc9\"",
            "hi @ada",
            "\x1b]9;bob in #lobby: hi @ada\x1b\\",
        ),
        (
            3,
            "how = \"osc777\"\ntext = false",
            "hi @ada",
            "\x1b]777;notify;bob in #lobby;\x1b\\",
        ),
        (4, "how = \"bell\"\nlevel = \"all\"", "hi all", "\x07"),
    ] {
        if n > 1 {
            let key = n + 5;
            let help = format!("[keys]\nhelp = \"F{key}\"\n");
            configure(ada.home(), format!("[notify]\n{saved}\n{help}"))?;
            let shown = format!("F{key} help");
            ada.wait_for(&shown).await?;
        }
        let text = format!("{n}: {text}");
        let told = told.replace("hi @ada", &text);
        bob.send("lobby", &text, &n.to_string()).await?;
        ada.wait_for(&text).await?;
        ada.settled().await?;
        let log = ada.terminal()?.log_from(told_before);
        let log = String::from_utf8_lossy(&log).into_owned();
        ensure!(log.contains(&told), "{told:?} is not in {log:?}");
        let kinds = ["\x1b]9;", "\x1b]777;", "\x07"];
        let others = kinds.iter().filter(|kind| !told.contains(**kind));
        for kind in others {
            ensure!(!log.contains(kind), "{kind:?} is in {log:?}");
        }
        told_before = ada.terminal()?.written();
    }
    Ok(())
}

#[test]
fn the_configuration_can_be_made_and_checked_by_commands() -> Result<()> {
    let home = home()?;
    let config = |args: &[&str]| run(home.path(), &[&["config"], args].concat());
    let none = config(&["check"])?;
    ensure!(none.status.success(), "{none:?}");
    let made = config(&["init"])?;
    ensure!(made.status.success(), "{made:?}");
    let path = home.path().join(".config/chat-tui/config.toml");
    let mode = path.metadata()?.permissions().mode() & 0o777;
    ensure!(mode == 0o600, "{mode:o}");
    ensure!(!config(&["init"])?.status.success(), "never over another");
    let printed = config(&["print-default"])?;
    assert_eq!(printed.stdout, std::fs::read(&path)?);
    assert_eq!(
        run(home.path(), &["--print-default"])?.stdout,
        printed.stdout
    );
    ensure!(config(&["check"])?.status.success());
    configure(home.path(), b"\n[keys]\nhelp = \"F99\"\n")?;
    let bad = config(&["check"])?;
    assert_eq!(bad.status.code(), Some(1));
    let said = String::from_utf8(bad.stdout)?;
    ensure!(
        said.contains("config.toml:3: help: \"F99\" is no key"),
        "{said}"
    );
    Ok(())
}

fn run(home: &Path, args: &[&str]) -> Result<Output> {
    Command::new(binaries::tui()?)
        .args(args)
        .env_clear()
        .env("HOME", home)
        .output()
        .context("chat-tui")
}
