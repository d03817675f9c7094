//! A terminal client that is killed again and again while much happens: what it
//! keeps is whole each time.

use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::dice::Dice;
use chat_tests::home::find;
use chat_tests::screen::Screen;
use chat_tests::server::Setup;
use chat_tests::terminal::Key;
use chat_tests::user::User;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::sync::watch;

const KILLS: usize = 200;
/// Kills of one profile. The first falls into the making of its cache.
const KILLS_EACH: usize = 20;
/// The longest life of a client.
const LIFE_MAX: Duration = Duration::from_millis(250);
/// The longest pause between two keys.
const PAUSE_MAX: Duration = Duration::from_millis(12);
/// More lines than are typed in a life.
const LINES_MAX: usize = 40;
/// Where others talk all the time.
const ROOMS: [&str; 3] = ["lobby", "dev", "ops"];
/// How often, in each of them.
const EVERY: Duration = Duration::from_millis(5);

/// Behaviour 42.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_kills_at_random_moments_leave_the_cache_whole_each_time() -> Result<()> {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let mut dice = Dice::new(seed);
    let server = Setup::without_rates().start().await?;
    let (stop, stopped) = watch::channel(false);
    let talk = |room| tokio::spawn(talk(server.address(), room, stopped.clone()));
    let talkers = ROOMS.map(talk);
    let mut busy = 0;
    for profile in 0..KILLS / KILLS_EACH {
        let mut ada = User::new(server.url(), &format!("ada-{profile}"))?;
        for kill in 0..KILLS_EACH {
            ada.start()?;
            if kill == 1 {
                join_all(&mut ada).await?;
            }
            live(&mut ada, &mut dice).await?;
            ada.kill9()?;
            let context = || format!("kill {kill} of profile {profile}, seed {seed}");
            busy += usize::from(whole(ada.home()).with_context(context)?);
        }
        ada.start()?;
        ada.wait_for("online").await?;
        let broken = find(ada.home(), "cache.db.broken-1");
        ensure!(
            broken.is_none(),
            "it was whole to us, and not to the client"
        );
    }
    stop.send(true)?;
    for talker in talkers {
        talker.await??;
    }
    println!("{KILLS} kills, {busy} with a log of writes left; seed {seed}");
    ensure!(busy > KILLS / 2, "it was hardly written to: {busy}");
    Ok(())
}

/// Comes into all rooms for the first time.
async fn join_all(user: &mut User) -> Result<()> {
    const TAKEN: &str = "is in use";
    let is_in = |screen: &Screen| screen.shows("online") || screen.shows(TAKEN);
    if user.wait_until("an answer", is_in).await?.shows(TAKEN) {
        // The kill came between the name and the token for it.
        user.type_text("b")?;
        user.wait_for(&format!("{}b", user.name())).await?;
        user.press(Key::Enter)?;
        user.wait_for("online").await?;
    }
    for room in &ROOMS[1..] {
        empty_composer(user).await?;
        user.join(room).await?;
    }
    Ok(())
}

/// What was typed before the client was ready may have become several lines.
async fn empty_composer(user: &mut User) -> Result<()> {
    for _ in 0..LINES_MAX {
        user.press(Key::Ctrl('u'))?;
        user.press(Key::Backspace)?;
    }
    user.wait_for("› message #").await?;
    Ok(())
}

/// A life of random length, with keys at random moments.
async fn live(user: &mut User, dice: &mut Dice) -> Result<()> {
    let end = Instant::now() + dice.time(LIFE_MAX);
    while Instant::now() < end {
        match dice.below(12) {
            0 | 1 => user.press(Key::Enter)?,
            2 => user.press(Key::PageUp)?,
            room @ 3..=5 => user.press(Key::Alt(['1', '2', '3'][room - 3]))?,
            _ => user.type_text("words ")?,
        }
        // A key, as the kill, has to fall at any moment: this is no waiting for
        // something to happen.
        tokio::time::sleep(dice.time(PAUSE_MAX)).await;
    }
    Ok(())
}

/// Says something again and again, until told to stop.
async fn talk(server: SocketAddr, room: &str, stopped: watch::Receiver<bool>) -> Result<()> {
    let mut client = Client::enter(server, &format!("talker-{room}")).await?;
    // What is tried here is the client; a slow disk may hold up the server.
    client.patience(Duration::from_secs(60));
    client.join(room).await?;
    let mut pace = tokio::time::interval(EVERY);
    for number in 0.. {
        if *stopped.borrow() {
            break;
        }
        pace.tick().await;
        let text = format!("{number} {}", "and so on ".repeat(number % 300));
        client
            .send(room, text.trim_end(), &format!("{number}"))
            .await?;
    }
    Ok(())
}

/// Fails unless the cache is whole as a kill has left it; says whether writes
/// were left beside it. Looks at a copy, as looking would put in order what the
/// client has to.
fn whole(home: &Path) -> Result<bool> {
    let Some(cache) = find(home, "cache.db") else {
        return Ok(false);
    };
    let copy = TempDir::with_prefix("chat-left-")?;
    let left = |name: &str| match fs::copy(cache.with_file_name(name), copy.path().join(name)) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        other => other,
    };
    left("cache.db")?;
    let writes = left("cache.db-wal")?;
    let db = Connection::open(copy.path().join("cache.db"))?;
    let verdict: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    ensure!(verdict == "ok", "{verdict}");
    Ok(writes > 0)
}
