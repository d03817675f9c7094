//! What a terminal is told while its person looks elsewhere: the bytes of a
//! whole program.

use std::time::Instant;

use anyhow::{Result, ensure};
use chat_tests::client::Client;
use chat_tests::server::{Server, Setup};
use chat_tests::terminal::Key;
use chat_tests::user::User;

/// Behaviour 39: by the means that each terminal is known to take, with the
/// title beside it; nothing of what one sees.
#[tokio::test]
async fn a_mention_is_told_once_and_only_to_who_looks_elsewhere() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    for (name, env, bytes) in [
        ("ann", &[][..], "\x07"),
        (
            "bea",
            &[("TERM_PROGRAM", "WezTerm")],
            "\x1b]777;notify;bob in #lobby;lunch, @bea?\x1b\\",
        ),
        (
            "cleo",
            &[("KITTY_WINDOW_ID", "1")],
            "\x1b]99;i=chat:d=0;bob in #lobby\x1b\\\x1b]99;i=chat:d=1:p=body;lunch, @cleo?\x1b\\",
        ),
        (
            "dora",
            &[("TERM_PROGRAM", "iTerm.app"), ("TMUX", "/tmp/tmux")],
            "\x1bPtmux;\x1b\x1b]9;bob in #lobby: lunch, @dora?\x1b\x1b\\\x1b\\",
        ),
    ] {
        let mut user = User::new(server.url(), name)?;
        for (name, value) in env {
            user = user.env(name, value);
        }
        let mut user = user.entered().await?;
        user.wait_for("online").await?;
        bob.send("lobby", &format!("seen, @{name}?"), name).await?;
        user.wait_for("seen, @").await?;
        user.settled().await?;
        user.press(Key::FocusOut)?;
        user.settled().await?;
        let before = user.terminal()?.written();
        bob.send("lobby", &format!("lunch, @{name}?"), &format!("{name}-2"))
            .await?;
        bob.send("lobby", "said to nobody", &format!("{name}-3"))
            .await?;
        user.terminal()?
            .wait_written(before, "\x1b]2;(1) lobby\x1b\\")
            .await?;
        user.wait_for("said to nobody").await?;
        user.settled().await?;
        ensure!(
            count(&mut user, bytes)? == 1,
            "{name}: {:?}",
            log(&mut user)?
        );
        user.press(Key::FocusIn)?;
        user.terminal()?
            .wait_written(before, "\x1b]2;lobby\x1b\\")
            .await?;
        user.quit().await?;
        ensure!(count(&mut user, bytes)? == 1, "{name}: told again");
    }
    Ok(())
}

/// Behaviour 39.
#[tokio::test]
async fn of_a_hundred_mentions_three_in_ten_seconds_are_told() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.wait_for("online").await?;
    ada.press(Key::FocusOut)?;
    ada.settled().await?;
    let begun = Instant::now();
    for n in 0..100 {
        bob.send("lobby", &format!("@ada, {n:02}"), &n.to_string())
            .await?;
    }
    ada.wait_for("@ada, 99").await?;
    ada.terminal()?
        .wait_written(0, "\x1b]2;(100) lobby\x1b\\")
        .await?;
    let spans = usize::try_from(begun.elapsed().as_secs() / 10)? + 1;
    let told = count(&mut ada, "\x07")?;
    ensure!((3..=3 * spans).contains(&told), "told {told} times");
    Ok(())
}

/// Behaviour 39: one summary after an absence, none after the next; and nothing
/// at all of a room that is muted.
#[tokio::test]
async fn an_absence_is_told_in_one_summary_and_a_muted_room_never() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::new(server.url(), "ada")?
        .env("TERM_PROGRAM", "WezTerm")
        .entered()
        .await?;
    for room in ["quiet", "dev"] {
        ada.say(&format!("/join {room}")).await?;
        ada.wait_open(room).await?;
        bob.join(room).await?;
        if room == "quiet" {
            ada.say("/mute-room").await?;
            ada.wait_for("nothing notifies you").await?;
        }
    }
    ada.go_to("lobby").await?;
    ada.quit().await?;
    for n in 0..5 {
        for room in ["quiet", "dev"] {
            bob.send(room, "where is @ada?", &format!("{n}")).await?;
        }
    }
    ada.start()?;
    let summary = "\x1b]777;notify;while you were away;5 messages for you in 1 room\x1b\\";
    ada.terminal()?.wait_written(0, summary).await?;
    ada.press(Key::FocusOut)?;
    ada.settled().await?;
    bob.send("quiet", "still, @ada?", "still").await?;
    ada.wait_until("six in the quiet room", |screen| {
        let mut rows = screen.rows().into_iter();
        rows.any(|row| row.contains("#quiet") && row.contains("@6"))
    })
    .await?;
    ada.settled().await?;
    assert_eq!(count(&mut ada, "\x1b]777;")?, 1);
    ada.press(Key::FocusIn)?;
    ada.quit().await?;
    ada.start()?;
    ada.wait_for("online").await?;
    ada.settled().await?;
    assert_eq!(count(&mut ada, "\x1b]777;")?, 0, "told again");
    Ok(())
}

fn log(user: &mut User) -> Result<String> {
    Ok(String::from_utf8_lossy(&user.terminal()?.log()).into_owned())
}

fn count(user: &mut User, bytes: &str) -> Result<usize> {
    Ok(log(user)?.matches(bytes).count())
}
