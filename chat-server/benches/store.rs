//! What the store costs by itself, without sessions and sockets.
//!
//!     cargo bench -p chat-server --bench store
//!
//! Prints the CPU time of a durable message, in batches as 64 writers with one
//! outstanding each make them, and how long reads take in a long room.

use std::fs;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use chat_proto::{Emoji, Nonce, RoomName, Seq, Text, Timestamp, UserName};
use chat_server::store::sqlite::SqliteStore;
use chat_server::store::{
    Anchor, Change, Committed, Hello, Join, Outcome, Pending, Revise, Revision, SendMessage, Store,
    TokenHash, UserId,
};

/// Writers, and so changes in a batch.
const WRITERS: u64 = 64;
/// Batches of one measurement.
const BATCHES: u64 = 1500;

fn main() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let store = SqliteStore::open(dir.path(), Timestamp::from_millis(0))?;
    let author = come_in(&store)?;
    for (rooms, nonces) in [
        (64, "random"),
        (64, "rising"),
        (1, "random"),
        (1, "rising"),
        (1, "no"),
    ] {
        sends(&store, author, rooms, nonces)?;
    }
    reads(&store, author)?;
    changes(&store, author)?;
    reads(&store, author)
}

fn sends(store: &SqliteStore, author: UserId, rooms: usize, nonces: &str) -> Result<()> {
    let names = (0..rooms)
        .map(|n| room(&format!("room-{rooms}-{nonces}-{n}")))
        .collect::<Result<Vec<_>>>()?;
    let joins = names.iter().map(|room| {
        Change::Join(Join {
            user: author,
            room: room.clone(),
            after: None,
            create: true,
            rooms_max: 1000,
        })
    });
    wait(store.commit(joins.collect(), Timestamp::from_millis(0)))?;
    let (cpu, start) = (cpu_ms()?, Instant::now());
    for batch in 0..BATCHES {
        let changes = (0..WRITERS)
            .map(|writer| {
                let room = &names[writer as usize % names.len()];
                message(author, room, nonces, batch * WRITERS + writer)
            })
            .collect::<Result<Vec<_>>>()?;
        wait(store.commit(changes, Timestamp::from_millis(0)))?;
    }
    let (wall, cpu) = (start.elapsed(), cpu_ms()? - cpu);
    let messages = (BATCHES * WRITERS) as f64;
    say(&format!(
        "{rooms} rooms, {nonces} nonces: {:.0} messages/s, {:.1} µs of CPU each",
        messages / wall.as_secs_f64(),
        cpu as f64 * 1000.0 / messages
    ));
    Ok(())
}

fn message(author: UserId, room: &RoomName, nonces: &str, number: u64) -> Result<Change> {
    let nonce = match nonces {
        "random" => Some(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        "rising" => Some(number),
        _ => None,
    };
    Ok(Change::Send(SendMessage {
        author,
        room: room.clone(),
        text: Some(Text::parse(
            "a message of a usual length, about sixty characters",
            4000,
        )?),
        nonce: nonce
            .map(|nonce| Nonce::parse(&format!("{nonce:022x}")))
            .transpose()?,
        reply_to: None,
        rooms_max: 1000,
        files: Box::default(),
    }))
}

/// Every second message of the newest gets an edit and a reaction, and the
/// last one so many reactions that they are most of the log's end.
fn changes(store: &SqliteStore, by: UserId) -> Result<()> {
    let name = room("room-1-no-0")?;
    let (row, _) = wait(store.room(name.clone(), by))?.context("it was filled")?;
    let revise = |target, what| {
        Change::Revise(Revise {
            by,
            room: name.clone(),
            target,
            what,
        })
    };
    let react = |on| -> Result<Revision> {
        let emoji = Emoji::parse(":ship:")?;
        Ok(Revision::React { emoji, on })
    };
    let (cpu, start) = (cpu_ms()?, Instant::now());
    let mut made = 0;
    for batch in 0..BATCHES / 3 {
        let changes = (0..WRITERS)
            .map(|writer| {
                let number = batch * WRITERS + writer;
                Ok(match number % 4 {
                    0 => revise(row.head, react(true)?),
                    1 => revise(row.head, react(false)?),
                    2 => revise(row.head.minus(number), react(true)?),
                    _ => {
                        let text = Text::parse(&format!("edit {number} of a usual length"), 4000)?;
                        revise(row.head.minus(number - 1), Revision::Edit(text))
                    }
                })
            })
            .collect::<Result<Vec<_>>>()?;
        made += wait(store.commit(changes, Timestamp::from_millis(0)))?.len();
    }
    let (wall, cpu) = (start.elapsed(), cpu_ms()? - cpu);
    say(&format!(
        "{:.0} edits and reactions/s, {:.1} µs of CPU each",
        made as f64 / wall.as_secs_f64(),
        cpu as f64 * 1000.0 / made as f64
    ));
    Ok(())
}

/// In the room that the last measurement of sends filled.
fn reads(store: &SqliteStore, user: UserId) -> Result<()> {
    let (room, _) = wait(store.room(room("room-1-no-0")?, user))?.context("it was filled")?;
    let seq = |number| Seq::new(number).context("within a log");
    let ada = UserName::trusted("ada").context("a name")?;
    let start = Instant::now();
    let standings = wait(store.standings(user, ada))?.len();
    say(&format!(
        "{standings} rooms with their counts: {:.1?}",
        start.elapsed()
    ));
    for anchor in [
        Anchor::Newest,
        Anchor::Before(seq(room.head.get() / 2)?),
        Anchor::After(seq(10)?),
        Anchor::Around(seq(room.head.get() / 3)?),
        Anchor::ChangedAfter(seq(10)?),
        Anchor::Thread(seq(10)?),
    ] {
        let start = Instant::now();
        let entries = wait(store.history(room.id, anchor, 200))?.entries.len();
        say(&format!(
            "{anchor:?} of {} events, {entries} entries: {:.1?}",
            room.head,
            start.elapsed()
        ));
    }
    Ok(())
}

fn come_in(store: &SqliteStore) -> Result<UserId> {
    let hello = Change::Hello(Hello {
        name: UserName::trusted("ada"),
        token: None,
        fresh: TokenHash([1; 32]),
        default_rooms: Vec::new(),
        guests: true,
    });
    match wait(store.commit(vec![hello], Timestamp::from_millis(0)))?.as_slice() {
        [
            Outcome {
                decision: Ok(Committed::Welcomed(welcomed)),
                ..
            },
        ] => Ok(welcomed.user.id),
        other => bail!("hello came to {other:?}"),
    }
}

fn room(name: &str) -> Result<RoomName> {
    RoomName::trusted(name).context("a room's name")
}

fn wait<T>(pending: Pending<'_, T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    Ok(runtime.block_on(pending)?)
}

/// User and system time of the whole process, in ticks of 10 ms.
fn cpu_ms() -> Result<u64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<_> = stat
        .rsplit(')')
        .next()
        .context("a stat")?
        .split_whitespace()
        .collect();
    Ok((fields[11].parse::<u64>()? + fields[12].parse::<u64>()?) * 10)
}

#[expect(clippy::print_stdout, reason = "a command for people")]
fn say(line: &str) {
    println!("{line}");
}
