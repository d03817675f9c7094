//! Servers that throw one out, or do not let one in, in hostile words: what is
//! said outside of frames is text of others too.

use anyhow::{Context as _, Result, ensure};
use chat_tests::command;
use chat_tests::fake::{Fake, greeting, usual};
use chat_tests::hostile;
use chat_tests::terminal::home;
use chat_tests::user::User;
use chat_tests::wait;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// The beginning of [`hostile::TEXT`], as it is seen.
const SEEN: &str = "␛]0;x␇";

/// Behaviour 18: the reason of a goodbye.
#[tokio::test]
async fn a_goodbye_in_hostile_words_is_seen_and_steers_nothing() -> Result<()> {
    let fake = Fake::start(greeting(), usual).await?;
    let mut ada = User::enter(fake.url(), "ada").await?;
    ada.wait_for("online").await?;
    fake.close(hostile::TEXT);
    ada.terminal()?.wait_written(0, SEEN).await?;
    ada.quit().await?;
    hostile::steers_nothing(&ada.terminal()?.log())?;
    logged(&ada)
}

/// Behaviour 18: who is no chat server says what it likes instead.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_in_hostile_words_is_seen_and_steers_nothing() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("ws://{}/ws", listener.local_addr()?);
    let refusing = tokio::spawn(refuse(listener));
    let mut ada = User::new(url.as_str(), "ada")?;
    ada.start()?;
    ada.terminal()?
        .wait_written(0, &format!("403 Forbidden {SEEN}"))
        .await?;
    ada.settled().await?.straight()?;
    ada.terminal()?.signal(chat_tests::process::Signal::TERM)?;
    ada.terminal()?.ended(wait::SOON).await?;
    hostile::steers_nothing(&ada.terminal()?.log())?;
    logged(&ada)?;

    let home = home()?;
    let words = ["rooms", "--server", &url, "--name", "cli"];
    let ran = command::run(home.path(), &words, "").await?;
    assert_eq!(ran.status.code(), Some(1));
    hostile::steers_nothing(&ran.stderr)?;
    let said = String::from_utf8(ran.stderr)?;
    ensure!(said.contains(SEEN) && !said.contains('\x1b'), "{said:?}");
    refusing.abort();
    Ok(())
}

/// Fails unless the client's own log tells of it, and would steer nobody who reads it.
fn logged(user: &User) -> Result<()> {
    let log = user.home().join(".local/state/chat-tui/chat-tui.log");
    let log = std::fs::read(log).context("no log")?;
    hostile::steers_nothing(&log)?;
    let log = String::from_utf8(log)?;
    ensure!(log.contains(SEEN) && !log.contains('\x1b'), "{log}");
    Ok(())
}

/// Answers everything by a page of hostile words.
async fn refuse(listener: TcpListener) -> Result<()> {
    loop {
        let (mut stream, _) = listener.accept().await?;
        let mut asked = Vec::new();
        while !asked.ends_with(b"\r\n\r\n") && stream.read_buf(&mut asked).await? > 0 {}
        let (words, length) = (hostile::TEXT, hostile::TEXT.len());
        let answer = format!("HTTP/1.1 403 Forbidden\r\nContent-Length: {length}\r\n\r\n{words}");
        stream.write_all(answer.as_bytes()).await?;
    }
}
