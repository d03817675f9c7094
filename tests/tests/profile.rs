//! What the terminal client keeps in its profile: shared by two clients at
//! once, broken, or without a place to be kept.

use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use chat_tests::client::Client;
use chat_tests::disk::Small;
use chat_tests::home::find;
use chat_tests::kept;
use chat_tests::server::{Server, Setup};
use chat_tests::terminal::{Key, Program, Terminal, home};
use chat_tests::user::{PENDING, SAVING, User};
use chat_tests::wait::SOON;
use serde_json::json;

/// Behaviour 42.
#[tokio::test]
async fn two_clients_of_a_profile_send_each_message_once_and_keep_both_drafts() -> Result<()> {
    let mut server = Server::start().await?;
    let mut one = User::enter(server.url(), "ada").await?;
    let mut two = start(&server, one.home())?;
    two.wait_for("online").await?;
    server.kill9()?;
    one.say("word-from-one").await?;
    one.wait_pending("word-from-one").await?;
    two.enter("word-from-two").await?;
    two.wait_until("it to be pending", SOON, |screen| {
        pending(screen, "word-from-two")
    })
    .await?;
    one.type_text("draft-of-one")?;
    two.type_text("draft-of-two")?;
    one.wait_for("draft-of-one").await?;
    two.wait_for("draft-of-two").await?;
    kept::draft(one.home(), "draft-of-one").await?;
    kept::draft(one.home(), "draft-of-two").await?;
    one.kill9()?;
    two.kill9()?;
    server.restart().await?;
    one.start()?;
    one.wait_sent("word-from-one").await?;
    one.wait_sent("word-from-two").await?;
    one.wait_for("draft-of-one").await?;
    one.wait_for("draft-of-two").await?;
    let mut said = said(&server).await?;
    said.sort();
    assert_eq!(said, ["word-from-one", "word-from-two"]);
    Ok(())
}

#[tokio::test]
async fn a_broken_cache_is_told_and_put_aside_and_all_goes_on() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.say("before the damage").await?;
    ada.wait_sent("before the damage").await?;
    ada.quit().await?;
    let cache = find(ada.home(), "cache.db").context("no cache")?;
    std::fs::write(&cache, vec![b'x'; 40_000])?;
    ada.start()?;
    ada.wait_for("the cache was broken").await?;
    // The token is no part of the cache, and the server has the past.
    ada.wait_for("before the damage").await?;
    ada.say("after the damage").await?;
    ada.wait_sent("after the damage").await?;
    ensure!(cache.with_file_name("cache.db.broken-1").is_file());
    Ok(())
}

#[tokio::test]
async fn without_a_place_to_keep_anything_it_says_so_and_goes_on() -> Result<()> {
    let server = Server::start().await?;
    let home = home()?;
    let file = home.path().join("no-directory");
    std::fs::write(&file, "")?;
    let mut ada = Program::client(home.path())?
        .args([server.url().as_str(), "--name", "ada"])
        .args(["--data".to_owned(), file.display().to_string()])
        .size(100, 30)
        .start()?;
    ada.wait_for("not on disk").await?;
    ada.wait_for("message #lobby").await?;
    ada.enter("said from memory").await?;
    ada.wait_until("it to be sent", SOON, |screen| {
        screen.shows("message #lobby")
            && screen.shows("said from memory")
            && !pending(screen, "said from memory")
    })
    .await?;
    assert_eq!(said(&server).await?, ["said from memory"]);
    Ok(())
}

/// Behaviour 42: a disk that becomes full while it runs is told of, and all goes
/// on; nothing leaves the screen, and once there is room nothing is lost either.
#[tokio::test]
async fn a_disk_that_becomes_full_takes_nothing_off_the_screen_and_holds_up_nobody() -> Result<()> {
    let mut server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let disk = Small::new(8 << 20).await?;
    let home = home()?;
    let url = server.url();
    let client = || -> Result<Program> {
        Ok(Program::client(home.path())?
            .args([url.as_str(), "--name", "ada"])
            .args([
                "--data".to_owned(),
                disk.data().path().display().to_string(),
            ])
            .under(disk.wrapper())
            .size(100, 30))
    };
    let mut ada = client()?.start()?;
    ada.wait_for("online").await?;
    bob.send("lobby", "said on a good disk", "first").await?;
    ada.wait_for("said on a good disk").await?;
    ada.type_text("half a thought")?;
    ada.wait_for("› half a thought").await?;

    let last = fill(&disk, &ada, &mut bob).await?;
    let words = match disk.is_file_system() {
        true => "not on disk: the disk is full",
        false => "not on disk: ",
    };
    let screen = ada.wait_for(words).await?;
    ensure!(screen.shows("› half a thought"), "{screen}");
    bob.send("lobby", "said on a full disk", "full").await?;
    let screen = ada.wait_for("said on a full disk").await?;
    ensure!(screen.shows(&last), "{screen}");
    ada.press(Key::Enter)?;
    ada.wait_until("it to be sent", SOON, |screen| {
        screen.shows("message #lobby") && !pending(screen, "half a thought")
    })
    .await?;

    server.kill9()?;
    ada.wait_for("offline").await?;
    ada.enter("typed into nowhere").await?;
    ada.wait_until("it to be pending", SOON, |screen| {
        screen.shows("message #lobby") && pending(screen, "typed into nowhere")
    })
    .await?;
    ada.press(Key::CtrlHome)?;
    ada.wait_for("said on a good disk").await?;
    ada.press(Key::CtrlEnd)?;
    ada.wait_for("typed into nowhere").await?;

    ada.type_text("and on")?;
    ada.wait_for("› and on").await?;
    disk.make_room(ada.pid())?;
    ada.wait_for("kept on the disk again").await?;
    ada.kill9()?;
    server.restart().await?;
    let mut ada = client()?.start()?;
    ada.wait_for("online").await?;
    ada.wait_for("› and on").await?;
    ada.press(Key::Esc)?;
    ada.wait_until("it to be sent", SOON, |screen| {
        screen.shows("typed into nowhere") && !pending(screen, "typed into nowhere")
    })
    .await?;
    let said = said(&server).await?;
    let mine = ["half a thought", "typed into nowhere"];
    ensure!(
        said.iter()
            .filter(|text| mine.contains(&text.as_str()))
            .eq(mine.iter()),
        "{said:?}"
    );
    Ok(())
}

/// Says something until the client finds its disk full; what was said last.
async fn fill(disk: &Small, ada: &Terminal, bob: &mut Client) -> Result<String> {
    disk.leave(128 << 10, ada.pid())?;
    let filler = "all that fits ".repeat(200);
    for number in 0..2_000 {
        let last = format!("the-end-of-{number:04}");
        bob.send("lobby", &format!("{filler}{last}"), &last).await?;
        if ada.wait_for(&last).await?.shows("not on disk") {
            return Ok(last);
        }
    }
    bail!("{} is never full", disk.kind())
}

/// Behaviour 17, without marks around the paste.
#[tokio::test]
async fn ten_thousand_lines_poured_in_send_nothing() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.settled().await?;
    let lines: Vec<_> = (0..10_000)
        .map(|n| format!("line {n} of a text that no person types"))
        .collect();
    ada.type_text(&lines.join("\r"))?;
    ada.wait_for("10,000 lines").await?;
    ada.press(Key::Esc)?;
    ada.wait_for("dropped").await?;
    ada.say("alive").await?;
    ada.wait_sent("alive").await?;
    assert_eq!(said(&server).await?, ["alive"]);
    Ok(())
}

/// A key that begins a sequence must not hold up what arrives.
#[tokio::test]
async fn an_unfinished_sequence_stops_nothing() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.settled().await?;
    for (n, begun) in ["\x1b[", "\x1b]", "\x1b[<0;", "\x1bO", "\u{e9}"]
        .iter()
        .enumerate()
    {
        let bytes = begun.as_bytes();
        ada.terminal()?.send_bytes(&bytes[..bytes.len().min(4)])?;
        let text = format!("arrival-{n}");
        bob.send("lobby", &text, &text).await?;
        ada.wait_for(&text).await?;
    }
    // The first byte of a character alone, and then a key.
    ada.terminal()?.send_bytes(&[0xc3])?;
    bob.send("lobby", "arrival-last", "last").await?;
    ada.wait_for("arrival-last").await?;
    Ok(())
}

fn start(server: &Server, home: &Path) -> Result<Terminal> {
    Program::client(home)?
        .args([server.url().as_str(), "--name", "ada"])
        .size(100, 30)
        .start()
}

fn pending(screen: &chat_tests::screen::Screen, text: &str) -> bool {
    let rows = screen.rows();
    let row = rows.iter().rev().find(|row| row.contains(text));
    row.is_some_and(|row| row.contains(PENDING) || row.contains(SAVING))
}

async fn said(server: &Server) -> Result<Vec<String>> {
    let mut client = Client::enter(server.address(), "historian").await?;
    let page = client
        .ask("history", json!({ "type": "history", "room": "lobby" }))
        .await?;
    let events = page["events"].as_array().context("no events")?;
    let texts = events.iter().filter_map(|event| event["text"].as_str());
    Ok(texts.map(str::to_owned).collect())
}
