//! Where a log holds nothing but changes, so that a page of entries steps over
//! them at once, however many they are.
//!
//! Always so: each event that changes a message lies in exactly one span, and
//! no span holds an entry. Kept by events that change one alone; saying
//! something costs nothing here.

use super::fault::Fault;
use super::row::{seq, seq_column};
use crate::store::RoomId;
use chat_proto::Seq;
use rusqlite::Connection;

/// The last entry at or below `$seq`, or what lies before the first event kept.
/// Parameter 1 is the room.
macro_rules! at_or_below {
    ($seq:literal) => {
        concat!(
            "min(",
            $seq,
            ", ifnull((SELECT s.first - 1 FROM spans s
                       WHERE s.room = ?1 AND s.last >= ",
            $seq,
            " ORDER BY s.last LIMIT 1), ",
            $seq,
            "))"
        )
    };
}
/// The first entry at or above `$seq`, or what lies behind the last event.
macro_rules! at_or_above {
    ($seq:literal) => {
        concat!(
            "ifnull((SELECT CASE WHEN s.first <= ",
            $seq,
            " THEN s.last + 1 END FROM spans s
                     WHERE s.room = ?1 AND s.last >= ",
            $seq,
            " ORDER BY s.last LIMIT 1), ",
            $seq,
            ")"
        )
    };
}
pub(super) use {at_or_above, at_or_below};

/// The event `at`, the newest of the log, is a change.
pub(super) fn note(conn: &Connection, room: RoomId, at: Seq) -> Result<(), Fault> {
    let longer = conn
        .prepare_cached("UPDATE spans SET last = ?2 WHERE room = ?1 AND last = ?2 - 1")?
        .execute((room.0, seq_column(at)))?;
    if longer == 0 {
        conn.prepare_cached("INSERT INTO spans (room, last, first) VALUES (?1, ?2, ?2)")?
            .execute((room.0, seq_column(at)))?;
    }
    Ok(())
}

/// The last event at or below this one that changes nothing.
pub(super) fn below(conn: &Connection, room: RoomId, at: Seq) -> Result<Seq, Fault> {
    let found = conn
        .prepare_cached(concat!("SELECT ", at_or_below!("?2")))?
        .query_row((room.0, seq_column(at)), |row| row.get(0))?;
    seq(found)
}

/// The first event at or above this one that changes nothing.
pub(super) fn above(conn: &Connection, room: RoomId, at: Seq) -> Result<Seq, Fault> {
    let found = conn
        .prepare_cached(concat!("SELECT ", at_or_above!("?2")))?
        .query_row((room.0, seq_column(at)), |row| row.get(0))?;
    seq(found)
}
