//! The tools themselves: what they show of well-known programs.

use std::time::{Duration, Instant};

use anyhow::Result;
use chat_tests::browser::Browser;
use chat_tests::fault::{Fault, Proxy};
use chat_tests::process::Signal;
use chat_tests::screen::Place;
use chat_tests::terminal::{Key, Program, home};
use chat_tests::wait::SOON;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn a_terminal_shows_what_a_program_writes_and_types_what_it_reads() -> Result<()> {
    let mut terminal = Program::new("/bin/sh")
        .args([
            "-c",
            r"printf '\033[2;3H\033[1mbold\033[m 한x'; read a; echo; echo got:$a; exit 7",
        ])
        .size(40, 6)
        .start()?;
    let screen = terminal.wait_for("한x").await?;
    assert_eq!(screen.place_of("bold"), Some(Place { row: 1, column: 2 }));
    assert_eq!(screen.place_of("x"), Some(Place { row: 1, column: 9 }));
    let cell = screen.cell(Place { row: 1, column: 2 });
    assert!(cell.is_some_and(vt100::Cell::bold));
    terminal.enter("words").await?;
    terminal.wait_for("got:words").await?;
    assert_eq!(terminal.ended(SOON).await?.exit_code(), 7);
    terminal.restored().await
}

#[tokio::test]
async fn modes_that_a_program_leaves_on_are_noticed() -> Result<()> {
    let mut terminal = Program::new("/bin/sh")
        .args([
            "-c",
            r"printf '\033[?1004h\033[?2004h\033[?2004l'; stty -echo",
        ])
        .start()?;
    terminal.ended(SOON).await?;
    assert_eq!(terminal.modes_left_on(), ["1004"]);
    assert!(terminal.restored().await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_terminal_can_be_resized_hung_up_and_its_program_killed() -> Result<()> {
    let home = home()?;
    let shell = || {
        Program::new("/bin/bash")
            .args(["--norc", "-i"])
            .env("HOME", home.path().display().to_string())
            .env("PS1", "ready> ")
            .start()
    };
    let mut terminal = shell()?;
    terminal.wait_for("ready>").await?;
    terminal.resize(33, 11)?;
    terminal.enter("stty size").await?;
    // A shell that is not yet at its prompt loses the end of its input.
    terminal
        .wait_until("the next prompt", SOON, |screen| {
            screen.shows("11 33") && screen.places_of("ready>").len() == 2
        })
        .await?;
    terminal.press(Key::Ctrl('d'))?;
    assert!(terminal.ended(SOON).await?.success());

    let mut terminal = shell()?;
    terminal.wait_for("ready>").await?;
    terminal.hang_up();
    terminal.ended(SOON).await?;

    let mut terminal = shell()?;
    terminal.signal(Signal::STOP)?;
    terminal.kill9()
}

#[tokio::test]
async fn a_proxy_cuts_stalls_and_delays() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let proxy = Proxy::start(listener.local_addr()?).await?;
    let echo = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    });
    let mut answer = [0; 5];
    let mut stream = TcpStream::connect(proxy.address()).await?;
    stream.write_all(b"plain").await?;
    stream.read_exact(&mut answer).await?;

    let delay = Duration::from_millis(100);
    proxy.set(Fault::Delay(delay));
    let begun = Instant::now();
    stream.write_all(b"delay").await?;
    stream.read_exact(&mut answer).await?;
    assert!(begun.elapsed() >= 2 * delay, "once each way");

    proxy.set(Fault::Stall);
    stream.write_all(b"stall").await?;
    let stalled = tokio::time::timeout(delay, stream.read_exact(&mut answer)).await;
    assert!(stalled.is_err(), "nothing comes through");
    proxy.set(Fault::None);
    stream.read_exact(&mut answer).await?;
    assert_eq!(&answer, b"stall");

    proxy.cut();
    assert_eq!(stream.read(&mut answer).await?, 0, "the end");
    echo.abort();
    Ok(())
}

#[tokio::test]
async fn a_browser_runs_scripts_takes_keys_and_pictures() -> Result<()> {
    let mut browser = Browser::start(500, 400).await?;
    browser
        .navigate("data:text/html,<meta name=viewport content=width=device-width><input id=a><p id=b></p><script>a.onkeydown=e=>{if(e.key==='Enter')b.textContent=a.value}</script>")
        .await?;
    browser.click("#a").await?;
    browser.type_text("typed 한\n").await?;
    browser.wait_for("b.textContent === 'typed 한'").await?;
    assert_eq!(browser.evaluate("innerWidth").await?, 500);
    assert!(browser.screenshot().await?.starts_with(b"\x89PNG"));
    assert_eq!(browser.faults().await?, Vec::<String>::new());
    browser
        .evaluate("setTimeout(() => nothing.here); 0")
        .await?;
    browser.wait_for("true").await?;
    assert_eq!(browser.faults().await?.len(), 1);
    Ok(())
}
