//! Forgetting what is too old: it leaves the log from its beginning on, with
//! all that is stored about it. Numbers are not used again, and what changed a
//! forgotten message later stays on the log until its own time is over.

use super::fault::Fault;
use super::file;
use super::history::first_at;
use super::index;
use super::message::unname_them;
use super::read::room_by_id;
use super::remains;
use super::row::{self, DELETED, MESSAGE, seq, seq_column};
use crate::rules::no_room;
use crate::store::{Committed, Decision, Effect, Forget, Keep, RoomId, RoomRow, SetKeep};
use chat_proto::{Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension};

/// Rooms that one piece of work looks at: well below a millisecond.
const ROOMS: i64 = 256;
/// Events that one piece of work forgets: some 10 ms.
const EVENTS: u64 = 100;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// `rooms.keep` where nothing is forgotten.
const FOREVER: i64 = 0;

pub(super) fn set(conn: &Connection, set: &SetKeep) -> Result<Decision, Fault> {
    let days = match set.keep {
        Keep::AsAll => None,
        Keep::Forever => Some(FOREVER),
        Keep::Days(days) => Some(i64::from(days.max(1))),
    };
    let known = conn.execute(
        "UPDATE rooms SET keep = ? WHERE name = ?",
        (days, set.room.as_str()),
    )?;
    Ok(if known == 0 {
        Err(no_room(&set.room))
    } else {
        Ok(Committed::Changed {
            room: set.room.clone(),
            seq: None,
        })
    })
}

pub(super) fn forget(
    conn: &Connection,
    forget: &Forget,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT id, ifnull(keep, ?2) FROM rooms
         WHERE id >= ?1 AND ifnull(keep, ?2) > 0 AND first <= head ORDER BY id LIMIT ?3",
    )?;
    let rooms: Vec<(i64, i64)> = statement
        .query_map((forget.from.0, forget.days, ROOMS), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<Result<_, _>>()?;
    let mut next = (rooms.len() as i64 == ROOMS)
        .then(|| rooms.last().map(|(last, _)| RoomId(last + 1)))
        .flatten();
    let mut left = EVENTS;
    for (id, days) in rooms {
        let since = now.millis().saturating_sub(days.saturating_mul(DAY_MS));
        left -= forget_before(
            conn,
            RoomId(id),
            Timestamp::from_millis(since),
            left,
            effects,
        )?;
        if left == 0 {
            next = Some(RoomId(id));
            break;
        }
    }
    Ok(Ok(Committed::Forgotten { next }))
}

/// Forgets at most so many events from before `since`; how many there were.
fn forget_before(
    conn: &Connection,
    id: RoomId,
    since: Timestamp,
    most: u64,
    effects: &mut Vec<Effect>,
) -> Result<u64, Fault> {
    let room = room_by_id(conn, id)?;
    let oldest: Option<i64> = conn
        .prepare_cached("SELECT at FROM events WHERE id = ?")?
        .query_row([row::id(id, room.first)?], |row| row.get(0))
        .optional()?;
    if oldest.is_none_or(|oldest| oldest >= since.millis()) {
        return Ok(0);
    }
    let first = first_at(conn, &room, since)?.min(room.first.plus(most));
    let_go(conn, &room, first, effects)?;
    erase(conn, id, first)?;
    remains::may_be_left(conn)?;
    effects.push(Effect::Forgotten { room: id, first });
    Ok(first.since(room.first))
}

/// Takes the words, mentions and files of the messages before `first` away.
fn let_go(
    conn: &Connection,
    room: &RoomRow,
    first: Seq,
    effects: &mut Vec<Effect>,
) -> Result<(), Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT e.seq, ifnull(f.text, e.text) FROM events e
         LEFT JOIN folds f ON f.room = e.room AND f.seq = e.seq
         WHERE e.id BETWEEN ? AND ? AND e.kind = ? AND e.flags & ? = 0",
    )?;
    let (low, high) = row::ids(room.id, room.first..=first.minus(1))?;
    let mut rows = statement.query((low, high, MESSAGE, DELETED))?;
    while let Some(row) = rows.next()? {
        let number = seq(row.get(0)?)?;
        let text: String = row.get::<_, Option<String>>(1)?.unwrap_or_default();
        index::replace(conn, room.id, number, &text, None)?;
        unname_them(conn, room.id, number, &text)?;
        file::doom(conn, room.id, number, effects)?;
    }
    Ok(())
}

/// Takes all rows about what is before `first` away.
fn erase(conn: &Connection, room: RoomId, first: Seq) -> Result<(), Fault> {
    let (low, high) = row::ids(room, Seq::ZERO..=first.minus(1))?;
    conn.prepare_cached("DELETE FROM events WHERE id BETWEEN ? AND ?")?
        .execute((low, high))?;
    for sql in [
        "DELETE FROM folds WHERE room = ?1 AND seq < ?2",
        "DELETE FROM reactions WHERE room = ?1 AND target < ?2",
        "DELETE FROM tallies WHERE room = ?1 AND target < ?2",
        "DELETE FROM spans WHERE room = ?1 AND last < ?2",
        "UPDATE spans SET first = ?2 WHERE room = ?1 AND first < ?2 AND last >= ?2",
        "DELETE FROM quiet WHERE room = ?1 AND last < ?2",
        "UPDATE quiet SET first = ?2 WHERE room = ?1 AND first < ?2 AND last >= ?2",
        "UPDATE rooms SET first = ?2, indexed = max(indexed, ?2 - 1) WHERE id = ?1",
    ] {
        conn.prepare_cached(sql)?
            .execute((room.0, seq_column(first)))?;
    }
    Ok(())
}
