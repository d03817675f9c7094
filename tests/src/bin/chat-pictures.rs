//! Makes the pictures of the README from a real run: a server, a conversation
//! that is said again by its people, a terminal client and the page.
//!
//!     cargo build --workspace && cargo run -p chat-tests --bin chat-pictures
//!
//! `CHAT_CONVERSATION` names the conversation, as for the tests; without it one
//! is generated. Needs Chromium for the page. Writes into `docs/pictures`, or the
//! folder given as argument.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use chat_tests::client::Client;
use chat_tests::conversation::Conversation;
use chat_tests::crowd;
use chat_tests::page::Page;
use chat_tests::picture;
use chat_tests::server::{Server, Setup};
use chat_tests::terminal::Key;
use chat_tests::user::User;
use clap::Parser;

/// Makes the README's pictures from a real run.
#[derive(Parser)]
struct Args {
    /// Where they go.
    #[arg(default_value = "docs/pictures")]
    folder: PathBuf,
    /// The line of the conversation before which the pictures end.
    #[arg(long, default_value_t = 11_590)]
    end: usize,
}

/// The room in which the conversation is said, and where some of it is said too.
const ROOM: &str = "ubuntu";
const SHORTER: [(&str, usize); 2] = [("install", 12), ("sound", 3)];
/// Lines of the conversation that the pictures' people can scroll through.
const LINES: usize = 160;

#[tokio::main]
async fn main() -> Result<()> {
    let Args { folder, end } = Args::parse();
    std::fs::create_dir_all(&folder)?;
    let conversation = Conversation::of_environment()?;
    let end = end.min(conversation.lines.len());
    let server = Setup::without_rates().start().await?;
    let mut eve = User::new(server.url(), "eve")?
        .size(100, 28)
        .entered()
        .await?;
    for room in ["desk", "install", "sound", ROOM] {
        eve.say(&format!("/join {room}")).await?;
        eve.wait_open(room).await?;
    }
    let begin = end.saturating_sub(LINES);
    let part = conversation.part(begin..end);
    crowd::say(server.address(), ROOM, &part).await?;
    for (room, lines) in SHORTER {
        let part = conversation.part(begin.saturating_sub(lines)..begin);
        crowd::say(server.address(), room, &part).await?;
    }
    terminal(&server, &mut eve, &folder).await?;
    page(&server, &folder).await?;
    console(&server, &folder).await?;
    #[expect(clippy::print_stdout, reason = "a command for people")]
    {
        println!("{}: pictures in {}", conversation.source, folder.display());
    }
    Ok(())
}

async fn terminal(server: &Server, eve: &mut User, folder: &Path) -> Result<()> {
    let mut ada = Client::enter(server.address(), "ada").await?;
    ada.join("desk").await?;
    ada.send("desk", "@eve can you take the night shift?", "night")
        .await?;
    eve.wait_for("@1").await?;
    eve.type_text("I can have a look at it, give me ten minutes")?;
    eve.wait_for("ten minutes").await?;
    let screen = eve.settled().await?;
    std::fs::write(folder.join("terminal.svg"), picture::svg(&screen))?;
    eve.press(Key::Ctrl('k'))?;
    eve.wait_for("go to a room").await?;
    let screen = eve.settled().await?;
    std::fs::write(folder.join("switcher.svg"), picture::svg(&screen))?;
    Ok(())
}

async fn page(server: &Server, folder: &Path) -> Result<()> {
    let mut page = Page::enter(server.address(), "farid").await?;
    page.browser.resize(1000, 640).await?;
    page.join(ROOM).await?;
    let last = "document.querySelector('#timeline li.message[data-seq]:last-of-type')";
    page.browser.wait_for(last).await?;
    page.browser.click("#text").await?;
    std::fs::write(folder.join("page.png"), page.browser.screenshot().await?)?;
    page.browser.resize(360, 640).await?;
    std::fs::write(folder.join("phone.png"), page.browser.screenshot().await?)?;
    Ok(())
}

async fn console(server: &Server, folder: &Path) -> Result<()> {
    let mut console = Page::console(server.address()).await?;
    console.browser.resize(1000, 640).await?;
    for (frame, answer) in [
        (r#"{"type":"hello","name":"gil"}"#, "welcome"),
        (r#"{"type":"join","room":"desk"}"#, "joined"),
        (
            r#"{"type":"sned","room":"desk","text":"anybody here?"}"#,
            "error",
        ),
        (
            r#"{"type":"send","room":"desk","text":"anybody here?"}"#,
            "sent",
        ),
    ] {
        console.type_frame(frame).await?;
        console.heard(answer).await?;
    }
    let picture = console.browser.screenshot().await?;
    std::fs::write(folder.join("console.png"), picture).context("console.png")
}
