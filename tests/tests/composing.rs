//! Writing in the terminal client: lines, history, completion, and the
//! person's own editor.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use chat_tests::client::Client;
use chat_tests::process::Signal;
use chat_tests::server::Server;
use chat_tests::terminal::Key;
use chat_tests::user::User;
use chat_tests::wait::SOON;
use serde_json::json;

/// Behaviour 37, without the editor.
#[tokio::test]
async fn lines_undo_cut_and_history_lose_nothing() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.type_text("first")?;
    ada.wait_for("first").await?;
    ada.press(Key::AltEnter)?;
    ada.type_text("second")?;
    ada.wait_for("second").await?;
    ada.press(Key::Ctrl('j'))?;
    ada.type_text("third")?;
    ada.wait_for("third").await?;
    ada.press(Key::Enter)?;
    assert_eq!(bob.event("lobby").await?["text"], "first\nsecond\nthird");
    ada.say("another text").await?;
    assert_eq!(bob.event("lobby").await?["text"], "another text");

    ada.type_text("a draft of mine")?;
    ada.wait_for("› a draft of mine").await?;
    ada.press(Key::Ctrl('w'))?;
    ada.terminal()?.wait_gone("› a draft of mine").await?;
    ada.press(Key::Ctrl('y'))?;
    ada.wait_for("› a draft of mine").await?;
    ada.press(Key::Alt('b'))?;
    ada.press(Key::Alt('k'))?;
    ada.terminal()?.wait_gone("› a draft of mine").await?;
    ada.terminal()?.send_bytes(b"\x1f")?;
    ada.wait_for("› a draft of mine").await?;
    ada.press(Key::Up)?;
    ada.wait_for("› another text").await?;
    ada.press(Key::Up)?;
    ada.wait_for("› first").await?;
    for _ in 0..4 {
        ada.press(Key::Down)?;
    }
    ada.wait_for("› a draft of mine").await?;
    ada.press(Key::Ctrl('r'))?;
    ada.wait_for("sent before").await?;
    ada.type_text("another")?;
    ada.wait_for("› another").await?;
    ada.press(Key::Enter)?;
    ada.wait_for("› another text").await?;
    Ok(())
}

/// Behaviour 37: a text that is longer than a third of the screen scrolls.
#[tokio::test]
async fn the_composer_grows_to_a_third_and_then_scrolls() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    for line in 1..=15 {
        ada.type_text(&format!("line-{line:02}"))?;
        ada.wait_for(&format!("line-{line:02}")).await?;
        ada.press(Key::Ctrl('j'))?;
    }
    let screen = ada.settled().await?;
    let shown = screen.places_of("line-").len();
    assert!((8..=10).contains(&shown), "{shown} of 30 rows: {screen}");
    assert!(
        screen.shows("line-15") && !screen.shows("line-01"),
        "{screen}"
    );
    Ok(())
}

/// Behaviour 37: the editor with arguments gives back its text, meanwhile
/// messages arrive; one that fails or is killed changes nothing, and a
/// terminal that is left dirty is put right.
#[tokio::test]
async fn an_editor_gives_back_its_text_or_the_old_one() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::new(server.url(), "ada")?;
    // Says that it is there, waits for a line, does what its argument says.
    let script = "#!/bin/sh\nprintf '\\033[?1049h\\033[?1003hediting %s' \"$(cat \"$2\")\"\nread -r line\n\
                  case $1 in\nwrite) printf '%s from\\nan editor\\n' \"$line\" > \"$2\" ;;\n\
                  fail) stty raw -echo; exit 3 ;;\nesac\n";
    let editor = executable(&ada, script)?;
    let with = |argument: &str| format!("'{}' {argument}", editor.display());
    ada.set_env("EDITOR", &with("write"));
    let mut ada = ada.entered().await?;
    open_editor(&mut ada, "a draft").await?;
    bob.send("lobby", "said meanwhile", "1").await?;
    bob.event("lobby").await?;
    ada.press(Key::Ctrl('c'))?;
    ada.wait_for("the text is as it was").await?;
    ada.wait_for("› a draft").await?;
    ada.wait_for("said meanwhile").await?;
    edit(&mut ada).await?;
    ada.type_text("words\r")?;
    ada.wait_for("› words from").await?;
    ada.wait_for("  an editor").await?;
    ada.press(Key::Enter)?;
    assert_eq!(bob.event("lobby").await?["text"], "words from\nan editor");
    ada.quit().await?;
    ada.terminal()?.restored().await?;

    ada.set_env("EDITOR", &with("fail"));
    let mut ada = ada.entered().await?;
    open_editor(&mut ada, "kept").await?;
    ada.type_text("x\r")?;
    ada.wait_for("ended with 3; the text is as it was").await?;
    ada.wait_for("› kept").await?;
    ada.press(Key::Ctrl('u'))?;
    ada.quit().await?;
    ada.terminal()?.restored().await
}

/// Behaviours 37 and 25: told to end, it takes the editor along.
#[tokio::test]
async fn an_editor_does_not_outlive_the_client() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = User::new(server.url(), "ada")?;
    let script = "#!/bin/sh\nprintf '\\033[?1049hediting'\nexec sleep 1000\n";
    let editor = executable(&ada, script)?;
    ada.set_env("EDITOR", &format!("'{}'", editor.display()));
    let mut ada = ada.entered().await?;
    open_editor(&mut ada, "").await?;
    let terminal = ada.terminal()?;
    terminal.signal(Signal::TERM)?;
    let status = terminal.ended(SOON).await?;
    assert!(status.success(), "{status:?}");
    terminal.restored().await
}

/// Behaviour 33.
#[tokio::test]
async fn tab_lists_what_fits_and_gives_back_what_was_typed() -> Result<()> {
    let server = Server::start().await?;
    let mut adam = Client::enter(server.address(), "adam").await?;
    let mut adele = Client::enter(server.address(), "adele").await?;
    adam.send("lobby", "from adam", "1").await?;
    adele.send("lobby", "from adele", "2").await?;
    let mut ada = User::enter(server.url(), "zoe").await?;
    ada.join("dev").await?;
    ada.go_to("lobby").await?;
    ada.wait_for("from adele").await?;
    for (typed, list, taken, next) in [
        ("@ad", ["▸ @adele", "  @adam"], "› @adele", "▸ @adam"),
        (":thu", ["👍 :", "👎 :"], "› 👍", "2 of"),
        ("/jo", ["", ""], "› /join", ""),
        ("/to", ["", ""], "› /topic", ""),
        ("#de", ["", ""], "› #dev", ""),
    ] {
        ada.type_text(typed)?;
        ada.wait_for(&format!("› {typed}")).await?;
        ada.press(Key::Tab)?;
        for row in list {
            ada.wait_for(row).await?;
        }
        ada.wait_for(taken).await?;
        if !next.is_empty() {
            ada.press(Key::Tab)?;
            ada.wait_for(next).await?;
            ada.press(Key::BackTab)?;
            ada.wait_for(taken).await?;
            ada.press(Key::Esc)?;
            ada.wait_for(&format!("› {typed}")).await?;
            ada.terminal()?.wait_gone("▸ @").await?;
        }
        ada.press(Key::Ctrl('u'))?;
        ada.wait_for("message #lobby").await?;
    }
    ada.type_text("/topc")?;
    ada.wait_for("› /topc").await?;
    ada.press(Key::Enter)?;
    let screen = ada.wait_for("did you mean /topic?").await?;
    assert!(screen.shows("› /topc"), "{screen}");
    ada.press(Key::Ctrl('u'))?;
    ada.say("//x").await?;
    ada.wait_sent("/x").await?;
    let request = json!({ "type": "history", "room": "lobby" });
    let page = adam.ask("history", request).await?;
    let events = page["events"].as_array().context("no events")?;
    let said: Vec<_> = events
        .iter()
        .filter_map(|event| event["text"].as_str())
        .collect();
    assert_eq!(said, ["from adam", "from adele", "/x"]);
    Ok(())
}

/// Behaviour 33: the list becomes less with each letter, also after a choice.
#[tokio::test]
async fn what_tab_offers_narrows_while_one_types_on() -> Result<()> {
    let server = Server::start().await?;
    for (n, name) in ["adrian", "adele", "adam"].iter().enumerate() {
        let mut one = Client::enter(server.address(), name).await?;
        one.send("lobby", &format!("from {name}"), &n.to_string())
            .await?;
    }
    let mut zoe = User::enter(server.url(), "zoe").await?;
    zoe.wait_for("from adam").await?;
    zoe.type_text("@ad")?;
    zoe.wait_for("› @ad").await?;
    zoe.press(Key::Tab)?;
    zoe.wait_for("▸ @adam").await?;
    zoe.type_text("r")?;
    let screen = zoe.wait_for("1 fit").await?;
    assert!(
        screen.shows("› @adr") && screen.shows("  @adrian") && !screen.shows("@adele"),
        "{screen}"
    );
    zoe.press(Key::Tab)?;
    zoe.wait_for("› @adrian").await?;
    zoe.wait_gone("1 fit").await?;
    Ok(())
}

async fn open_editor(user: &mut User, draft: &str) -> Result<()> {
    user.type_text(draft)?;
    user.wait_for(&format!("› {draft}")).await?;
    edit(user).await
}

async fn edit(user: &mut User) -> Result<()> {
    user.press(Key::Ctrl('x'))?;
    user.press(Key::Ctrl('e'))?;
    user.wait_for("editing").await.map(|_| ())
}

/// A program in the user's home.
fn executable(user: &User, script: &str) -> Result<PathBuf> {
    let folder = user.home().join("my tools");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("editor");
    std::fs::write(&path, script)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700))?;
    Ok(path)
}
