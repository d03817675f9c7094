//! Makes the pictures of the README from a real run: a server, some people who
//! talk, a terminal client and the page.
//!
//!     cargo build --workspace && cargo run -p chat-tests --bin chat-pictures
//!
//! Needs Chromium for the page. Writes into `docs/pictures`, or the folder
//! given as argument.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use chat_tests::client::Client;
use chat_tests::page::Page;
use chat_tests::picture;
use chat_tests::server::Server;
use chat_tests::terminal::{Key, Program, Terminal, home};
use clap::Parser;
use serde_json::json;

/// Makes the README's pictures from a real run.
#[derive(Parser)]
struct Args {
    /// Where they go.
    #[arg(default_value = "docs/pictures")]
    folder: PathBuf,
}

/// Who says what, and which line it answers.
const TALK: &[(&str, &str, Option<usize>)] = &[
    (
        "ada",
        "morning! the release is tagged, packages are building",
        None,
    ),
    (
        "bob",
        "nice. did the migration finish on the second machine?",
        None,
    ),
    (
        "ada",
        "yes, 4 million rows in 38 seconds\nnothing to be done by hand",
        Some(1),
    ),
    (
        "chidi",
        "I saw one slow query in the log:\nSELECT … FROM events WHERE room = ? AND seq > ?",
        None,
    ),
    (
        "bob",
        "that one is the backup, it reads from a cursor like everybody else",
        Some(3),
    ),
    ("chidi", "ah, fine then", None),
    (
        "dana",
        "@eve can you look at the Greek texts? «η σύνδεση διακόπηκε» is cut at 40 columns",
        None,
    ),
    ("bob", "lunch at 12:30? https://example.org/menu", None),
];

#[tokio::main]
async fn main() -> Result<()> {
    let Args { folder } = Args::parse();
    std::fs::create_dir_all(&folder)?;
    let server = Server::start().await?;
    let home = home()?;
    let mut eve = Program::client(home.path())?
        .args([server.url(), "--name".to_owned(), "eve".to_owned()])
        .size(96, 26)
        .start()?;
    enter_rooms(&mut eve).await?;
    talk(&server).await?;
    eve.wait_for("lunch at 12:30").await?;
    eve.type_text("on it, give me ten minutes")?;
    eve.wait_for("give me ten minutes").await?;
    std::fs::write(folder.join("terminal.svg"), picture::svg(&eve.screen()))?;
    eve.press(Key::Ctrl('k'))?;
    eve.wait_for("go to a room").await?;
    std::fs::write(folder.join("switcher.svg"), picture::svg(&eve.screen()))?;
    eve.press(Key::Esc)?;

    let mut page = Page::enter(server.address(), "farid").await?;
    page.browser.resize(1000, 640).await?;
    page.join("release").await?;
    page.wait_for("lunch at 12:30").await?;
    std::fs::write(folder.join("page.png"), page.browser.screenshot().await?)?;
    let mut console = Page::console(server.address()).await?;
    console.browser.resize(1000, 640).await?;
    for (frame, answer) in [
        (json!({"type": "hello", "name": "gil"}), "welcome"),
        (json!({"type": "join", "room": "release"}), "joined"),
        (
            json!({"type": "sned", "room": "release", "text": "hi"}),
            "error",
        ),
        (
            json!({"type": "send", "room": "release", "text": "hi from a browser's console"}),
            "sent",
        ),
    ] {
        console.type_frame(&frame.to_string()).await?;
        console.heard(answer).await?;
    }
    std::fs::write(
        folder.join("console.png"),
        console.browser.screenshot().await?,
    )?;
    #[expect(clippy::print_stdout, reason = "a command for people")]
    {
        println!("pictures in {}", folder.display());
    }
    Ok(())
}

/// Comes in and joins the rooms, ending in the one that is shown.
async fn enter_rooms(terminal: &mut Terminal) -> Result<()> {
    terminal.wait_for("online").await?;
    for room in ["support", "ops", "release"] {
        terminal.enter(&format!("/join {room}")).await?;
        terminal.wait_for(&format!("message #{room}")).await?;
    }
    Ok(())
}

async fn talk(server: &Server) -> Result<()> {
    let mut people: Vec<(&str, Client)> = Vec::new();
    let mut seqs: Vec<u64> = Vec::new();
    for (name, text, answers) in TALK {
        if !people.iter().any(|(known, _)| known == name) {
            let mut client = Client::enter(server.address(), name).await?;
            for room in ["release", "ops", "support"] {
                client.join(room).await?;
            }
            people.push((name, client));
        }
        let (_, client) = people
            .iter_mut()
            .find(|(known, _)| known == name)
            .context("is there")?;
        let mut frame = json!({"type": "send", "room": "release", "text": text});
        if let Some(answered) = answers {
            frame["reply_to"] = json!(seqs[*answered]);
        }
        let sent = client.ask("sent", frame).await?;
        seqs.push(sent["seq"].as_u64().context("no seq")?);
    }
    let (_, ada) = people.first_mut().context("somebody spoke")?;
    ada.send("ops", "disk on node 3 is at 80 %", "a1").await?;
    ada.send("ops", "@eve may I restart it?", "a2").await?;
    ada.send("support", "two new tickets", "a3").await?;
    Ok(())
}
