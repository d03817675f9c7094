//! Where a log holds nothing that could be unread: deleted messages, and events
//! that are no messages. Who counts steps over such a stretch at once, however
//! long it is.
//!
//! Always so: each such event lies in exactly one stretch, no stretch holds a
//! message that says something, and no two stand beside one another. Kept by
//! deletions and by events that are no messages; saying something costs nothing here.

use super::fault::Fault;
use super::row::{seq, seq_column};
use crate::store::RoomId;
use chat_proto::Seq;
use rusqlite::{Connection, OptionalExtension};

/// Nothing of this event can be unread any more, or ever could.
pub(super) fn note(conn: &Connection, room: RoomId, at: Seq) -> Result<(), Fault> {
    let (room, at) = (room.0, seq_column(at));
    let below = conn
        .prepare_cached("DELETE FROM quiet WHERE room = ?1 AND last = ?2 - 1 RETURNING first")?
        .query_row((room, at), |row| row.get::<_, i64>(0))
        .optional()?;
    let above = conn
        .prepare_cached(
            "SELECT last, first FROM quiet WHERE room = ? AND last > ? ORDER BY last LIMIT 1",
        )?
        .query_row((room, at), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .filter(|(_, first): &(i64, i64)| *first == at + 1)
        .map(|(last, _)| last);
    conn.prepare_cached("INSERT OR REPLACE INTO quiet (room, last, first) VALUES (?, ?, ?)")?
        .execute((room, above.unwrap_or(at), below.unwrap_or(at)))?;
    Ok(())
}

/// What lies below the stretch that this event is in.
pub(super) fn below(conn: &Connection, room: RoomId, at: Seq) -> Result<Seq, Fault> {
    let first = conn
        .prepare_cached(
            "SELECT first FROM quiet WHERE room = ?1 AND last >= ?2 ORDER BY last LIMIT 1",
        )?
        .query_row((room.0, seq_column(at)), |row| row.get::<_, i64>(0))
        .optional()?;
    // Outside of any, the event itself is stepped over.
    seq(first.unwrap_or(i64::MAX).min(seq_column(at)) - 1)
}
