//! The index of words: a reader of the logs, with a cursor for each.
//!
//! It lags behind, so that saying something does not wait for it: what lies
//! above a room's cursor (`rooms.indexed`) is looked through word by word when
//! someone searches (`search.rs`). Cursor and words are committed together, so
//! a kill leaves nothing half done. What is changed below the cursor is changed
//! here in the same transaction ([`replace`]). Always true: below the cursor
//! the index holds exactly the words of each message as it stands.
//!
//! The index holds no text: a token is a room and a hash of a word, so that
//! nothing of what is deleted can be read in any remains of it. Two words with
//! one hash are told apart by the texts that the search looks at.
//!
//! The words of a room are its own: a search in a room never reads the postings
//! of another, however common its words are there.

use super::fault::Fault;
use super::row::{DELETED, MESSAGE, id, ids, rows_column, seq, user_name};
use crate::search::{self, words};
use crate::store::RoomId;
use chat_proto::Seq;
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Hexadecimal digits of a hash.
const HASH_DIGITS: usize = 10;

/// What the index has not read yet.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    rooms: BTreeSet<RoomId>,
    /// At least as many as there are, until the last is read.
    events: usize,
}

impl Backlog {
    /// What a server that was killed left unread.
    pub(super) fn load(conn: &Connection) -> Result<Self, Fault> {
        let mut statement =
            conn.prepare("SELECT id, head - indexed FROM rooms WHERE indexed < head")?;
        let mut rows = statement.query(())?;
        let mut backlog = Self::default();
        while let Some(row) = rows.next()? {
            backlog.rooms.insert(RoomId(row.get(0)?));
            backlog.events += usize::try_from(row.get::<_, i64>(1)?).unwrap_or(0);
        }
        Ok(backlog)
    }

    /// An event is on that log.
    pub(super) fn add(&mut self, room: RoomId) {
        self.rooms.insert(room);
        self.events += 1;
    }

    /// Events that are to be read, or more.
    pub(super) fn events(&self) -> usize {
        self.events
    }

    /// Reads at most so many events into the index, within a transaction.
    /// What is left afterwards; it holds once the transaction is committed.
    pub(super) fn read(&self, conn: &Connection, most: usize) -> Result<Self, Fault> {
        let mut rooms = self.rooms.clone();
        let mut left = most;
        while let Some(room) = rooms.first().copied() {
            let (read, all) = read_room(conn, room, left)?;
            left -= read.min(left);
            if all {
                rooms.remove(&room);
            }
            if left == 0 {
                break;
            }
        }
        let events = if rooms.is_empty() {
            0
        } else {
            self.events.saturating_sub(most - left).max(1)
        };
        Ok(Self { rooms, events })
    }
}

/// Begins anew if words are made by other rules now.
pub(super) fn begin(conn: &Connection, made_by: Option<&str>) -> Result<Option<String>, Fault> {
    let (version, (major, minor, patch)) = search::VERSION;
    let now = format!("{version}/{major}.{minor}.{patch}");
    if made_by == Some(&now) {
        return Ok(None);
    }
    conn.execute("INSERT INTO words (words) VALUES ('delete-all')", ())?;
    conn.execute("UPDATE rooms SET indexed = 0", ())?;
    Ok(Some(now))
}

/// Takes away the words of a message as it stood, and adds those that it has
/// now (`None`: it is deleted), in the transaction that changes it.
pub(super) fn replace(
    conn: &Connection,
    room: RoomId,
    target: Seq,
    before: &str,
    after: Option<&str>,
) -> Result<(), Fault> {
    let author = conn
        .prepare_cached(
            "SELECT e.author FROM events e JOIN rooms r ON r.id = e.room
             WHERE e.id = ? AND e.seq <= r.indexed",
        )?
        .query_row([id(room, target)?], |row| row.get::<_, String>(0))
        .optional()?;
    // Above the cursor: it is read as it stands when its turn comes.
    let Some(author) = author else { return Ok(()) };
    take_away(conn, room, target, &author, before)?;
    match after {
        Some(after) => add(conn, room, target, &author, after),
        None => Ok(()),
    }
}

/// Takes away the words of a message below the cursor.
pub(super) fn take_away(
    conn: &Connection,
    room: RoomId,
    seq: Seq,
    author: &str,
    text: &str,
) -> Result<(), Fault> {
    conn.prepare_cached("INSERT INTO words (words, rowid, said) VALUES ('delete', ?, ?)")?
        .execute((id(room, seq)?, document(room, author, text)?))?;
    Ok(())
}

fn add(conn: &Connection, room: RoomId, seq: Seq, author: &str, text: &str) -> Result<(), Fault> {
    conn.prepare_cached("INSERT INTO words (rowid, said) VALUES (?, ?)")?
        .execute((id(room, seq)?, document(room, author, text)?))?;
    Ok(())
}

/// Reads at most `most` events of a log; how many there were, and whether these were all.
fn read_room(conn: &Connection, room: RoomId, most: usize) -> Result<(usize, bool), Fault> {
    let (indexed, head) = conn
        .prepare_cached("SELECT indexed, head FROM rooms WHERE id = ?")?
        .query_row([room.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (indexed, head): (i64, i64) = (indexed, head);
    let upto = head.min(indexed.saturating_add(rows_column(most)));
    let mut statement = conn.prepare_cached(
        "SELECT e.seq, e.author, coalesce(f.text, e.text) FROM events e
         LEFT JOIN folds f ON f.room = e.room AND f.seq = e.seq
         WHERE e.id BETWEEN ? AND ? AND e.kind = ? AND e.flags & ? = 0",
    )?;
    let (low, high) = ids(room, seq(indexed)?.next()..=seq(upto)?)?;
    let mut rows = statement.query((low, high, MESSAGE, DELETED))?;
    while let Some(row) = rows.next()? {
        let author = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        // NULL: it has files and no text.
        let said = row.get_ref(2)?.as_str_or_null();
        let said = said.map_err(rusqlite::Error::from)?.unwrap_or_default();
        add(conn, room, seq(row.get(0)?)?, author, said)?;
    }
    conn.prepare_cached("UPDATE rooms SET indexed = ? WHERE id = ?")?
        .execute((upto, room.0))?;
    let read = usize::try_from(upto - indexed).unwrap_or(0);
    Ok((read, upto == head))
}

/// What is indexed of a message: whom it is by, and its words in their order.
fn document(room: RoomId, author: &str, text: &str) -> Result<String, Fault> {
    let words = words(text);
    let mut document = by(room, &user_name(author)?.key());
    let before = format!(" {}.", room.0);
    document.reserve(words.len() * (before.len() + HASH_DIGITS));
    for word in words {
        document.push_str(&before);
        write_hash(&mut document, &word);
    }
    Ok(document)
}

/// The token of a room's messages that are by one who bears a name with this key.
pub(super) fn by(room: RoomId, key: &str) -> String {
    let mut token = format!("{}@", room.0);
    write_hash(&mut token, key);
    token
}

/// Writes the token of a word in a room.
pub(super) fn write_word(out: &mut String, room: RoomId, word: &str) {
    // Writing to a string can't fail.
    let _ = write!(out, "{}.", room.0);
    write_hash(out, word);
}

/// By hand, as this is done for every word that is said.
fn write_hash(out: &mut String, word: &str) {
    let hash = hash(word);
    for digit in (0..HASH_DIGITS).rev() {
        let value = (hash >> (4 * digit)) & 0xf;
        out.push(char::from(b"0123456789abcdef"[value as usize]));
    }
}

/// 40 bits of FNV-1a: a million words have hardly two of one hash among them,
/// and whether it is easy to find such two does not matter.
fn hash(word: &str) -> u64 {
    let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash >> 24
}
