//! What the terminal client takes for read: what stood before one's eyes, what
//! another device has read, and what is marked by hand.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::device::{another, unread, wait_unread};
use chat_tests::screen::Screen;
use chat_tests::server::{Server, Setup};
use chat_tests::terminal::Key;
use chat_tests::user::{User, row_of};
use chat_tests::wait::SOON;
use serde_json::json;

/// Behaviour 6: who reads further up has not seen what comes below.
#[tokio::test]
async fn who_reads_further_up_has_not_read_what_comes_below() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    for n in 0..100 {
        bob.send("lobby", &format!("line-{n:03}"), &format!("{n}"))
            .await?;
    }
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.say("/newest").await?;
    ada.wait_for("line-099").await?;
    wait_unread(&server, &ada, "lobby", 0).await?;
    let mut device = another(&server, &ada).await?;
    for _ in 0..2 {
        ada.press(Key::PageUp)?;
        ada.settled().await?;
    }
    ada.wait_gone("line-099").await?;
    for n in 100..105 {
        bob.send("lobby", &format!("line-{n:03}"), &format!("{n}"))
            .await?;
    }
    ada.wait_for("↓ 5 new").await?;
    // One more step up and down, still above them.
    ada.press(Key::PageUp)?;
    ada.settled().await?;
    ada.press(Key::PageDown)?;
    let screen = ada.settled().await?;
    ensure!(!screen.shows("line-100"), "{screen}");
    let told = device.so_far().await?;
    let moved = told.iter().find(|frame| frame["type"] == "read");
    ensure!(moved.is_none(), "a marker moved: {moved:?}");
    assert_eq!(unread(&server, &ada, "lobby").await?, 5);

    ada.press(Key::Esc)?;
    ada.wait_for("line-104").await?;
    let read = device
        .find(|frame| frame["type"] == "read" && frame["unread"] == 0)
        .await?;
    ensure!(read["room"] == "lobby" && read["seq"] == 105, "{read}");
    Ok(())
}

/// Behaviour 6: a badge is gone within a second after another device has read.
#[tokio::test]
async fn what_another_device_reads_is_read_here_within_a_second() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    let last = leave_unread(&mut ada, &mut bob, "few", &["one", "two @ada", "three"]).await?;
    wait_badges(&mut ada, "few", "@1 3").await?;
    let mut device = another(&server, &ada).await?;
    // The quicker of two counts: a busy machine may hold up one.
    let mut quickest = Duration::MAX;
    for (seq, badges) in [(last - 1, "1"), (last, "")] {
        let read = json!({ "type": "read", "room": "few", "seq": seq });
        let begun = Instant::now();
        device.ask("ok", read).await?;
        wait_badges(&mut ada, "few", badges).await?;
        quickest = quickest.min(begun.elapsed());
    }
    ensure!(quickest < Duration::from_secs(1), "{quickest:?}");
    Ok(())
}

/// Behaviour 9: all rooms are marked read by a key, and it can be taken back.
#[tokio::test]
async fn all_rooms_are_marked_read_by_a_key_and_that_is_taken_back_by_another() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    leave_unread(&mut ada, &mut bob, "few", &["one", "two @ada", "three"]).await?;
    leave_unread(&mut ada, &mut bob, "one", &["alone"]).await?;
    let unread = [("few", "@1 3", 3), ("one", "1", 1)];
    for (room, badges, _) in unread {
        wait_badges(&mut ada, room, badges).await?;
    }
    ada.press(Key::Alt('m'))?;
    ada.wait_for("2 rooms marked read; Alt-Z takes it back")
        .await?;
    for (room, _, _) in unread {
        wait_badges(&mut ada, room, "").await?;
        wait_unread(&server, &ada, room, 0).await?;
    }
    ada.press(Key::Alt('z'))?;
    ada.wait_for("the marking is taken back").await?;
    for (room, badges, count) in unread {
        wait_badges(&mut ada, room, badges).await?;
        wait_unread(&server, &ada, room, count).await?;
    }
    Ok(())
}

/// Behaviour 9: what is marked unread stays so while one looks at it and after a
/// restart, until one takes it back.
#[tokio::test]
async fn a_room_is_marked_unread_from_a_message_on_and_that_is_taken_back() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    for text in ["alpha", "bravo", "charlie", "delta"] {
        bob.send("lobby", text, text).await?;
    }
    ada.wait_for("delta").await?;
    wait_unread(&server, &ada, "lobby", 0).await?;
    for taken_back in [true, false] {
        for above in ["delta", "charlie", "bravo"] {
            ada.press(Key::Up)?;
            ada.wait_until(above, |screen| {
                row_of(screen, above).is_some_and(|row| row.contains(CHOSEN))
            })
            .await?;
        }
        ada.press(Key::Alt('u'))?;
        ada.wait_for("marked unread from here; Alt-Z takes it back")
            .await?;
        let screen = ada.settled().await?;
        ensure!(above(&screen, "bravo").contains("─ new ─"), "{screen}");
        wait_unread(&server, &ada, "lobby", 3).await?;
        if taken_back {
            ada.press(Key::Alt('z'))?;
            ada.wait_for("the marking is taken back").await?;
            wait_unread(&server, &ada, "lobby", 0).await?;
        }
    }
    ada.join("elsewhere").await?;
    wait_badges(&mut ada, "lobby", "3").await?;
    ada.quit().await?;
    ada.start()?;
    ada.wait_for("online").await?;
    wait_badges(&mut ada, "lobby", "3").await?;
    ada.go_to("lobby").await?;
    let screen = ada.wait_for("─ new ─").await?;
    ensure!(above(&screen, "bravo").contains("─ new ─"), "{screen}");
    Ok(())
}

/// Behaviour 9: the key to the line of the new ones, wherever one is in the room.
#[tokio::test]
async fn a_key_goes_to_what_is_new_from_anywhere_in_the_room() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    let texts = |kind: &str, count: u32| -> Vec<String> {
        (0..count).map(|n| format!("{kind}-{n:03}")).collect()
    };
    for text in texts("read", 60) {
        bob.send("lobby", &text, &text).await?;
    }
    ada.wait_for("read-059").await?;
    ada.join("elsewhere").await?;
    wait_unread(&server, &ada, "lobby", 0).await?;
    for text in texts("unread", 120) {
        bob.send("lobby", &text, &text).await?;
    }
    wait_badges(&mut ada, "lobby", "120").await?;
    ada.go_to("lobby").await?;
    for away in [
        vec![Key::PageUp, Key::PageUp],
        vec![Key::CtrlHome],
        vec![Key::PageDown, Key::PageDown],
    ] {
        for key in away {
            ada.press(key)?;
            ada.settled().await?;
        }
        ada.wait_gone("unread-000").await?;
        ada.press(Key::Alt('n'))?;
        let screen = ada.wait_for("unread-000").await?;
        ensure!(above(&screen, "unread-000").contains("─ new ─"), "{screen}");
        assert_eq!(unread(&server, &ada, "lobby").await?, 120);
    }
    ada.press(Key::CtrlEnd)?;
    ada.wait_for("unread-119").await?;
    wait_unread(&server, &ada, "lobby", 0).await?;
    ada.press(Key::Alt('n'))?;
    ada.wait_for("nothing is unread here").await?;
    Ok(())
}

/// The sign of the message that is chosen.
const CHOSEN: &str = "▸";

/// Joins a room with both, and has the one say these things while the other is
/// in the lobby; gives the `seq` of the last.
async fn leave_unread(ada: &mut User, bob: &mut Client, room: &str, texts: &[&str]) -> Result<u64> {
    ada.say(&format!("/join {room}")).await?;
    ada.wait_open(room).await?;
    bob.join(room).await?;
    ada.go_to("lobby").await?;
    let mut last = 0;
    for (number, text) in texts.iter().enumerate() {
        let sent = bob.send(room, text, &format!("{room}-{number}")).await?;
        last = sent["seq"].as_u64().context("no seq")?;
    }
    Ok(last)
}

/// Waits until these figures stand beside a room in the list, and no others.
async fn wait_badges(user: &mut User, room: &str, badges: &str) -> Result<()> {
    let wanted = format!("#{room} {badges}");
    let what = format!("{wanted:?} in the list");
    user.terminal()?
        .wait_until(&what, SOON, |screen| {
            let rows = screen.rows();
            let mut lists = rows.iter().filter_map(|row| row.split('│').next());
            let row = lists.find(|row| row.contains(&format!("#{room} ")));
            let words: Vec<_> = row.into_iter().flat_map(str::split_whitespace).collect();
            words.join(" ").trim_start_matches(CHOSEN) == wanted.trim_end()
        })
        .await
        .map(|_| ())
}

/// The row above the last one with this text.
fn above(screen: &Screen, text: &str) -> String {
    let row = screen.places_of(text).last().map_or(0, |place| place.row);
    screen.row(row.saturating_sub(1))
}
