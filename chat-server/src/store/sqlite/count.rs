//! How much lies above a marker: exact up to 999. The work is bounded by that,
//! however many events are one's own, change others or are deleted messages.
//! What is stepped over window by window are others' deleted messages of which
//! each stands between two of one's own that are not deleted.
//!
//! Counted within the statements: a row that comes out of one costs more than
//! to look at it there, and who comes in asks for all rooms at once.

use super::fault::Fault;
use super::message::EVERYBODY;
use super::quiet;
use super::row::{DELETED, MESSAGE, id, seq, seq_column};
use crate::store::{Counts, RoomId, UserId};
use chat_proto::Seq;
use chat_proto::limits::COUNT_CAP;
use rusqlite::{Connection, OptionalExtension};

/// Events that are counted by one statement.
const WINDOW: u32 = 128;
/// Where fewer of them count, it is cheaper to jump over what lies below.
const SPARSE: u32 = WINDOW / 2;

pub(super) fn above(
    conn: &Connection,
    user: UserId,
    key: &str,
    room: RoomId,
    marker: Seq,
    head: Seq,
) -> Result<Counts, Fault> {
    if marker >= head {
        return Ok(Counts::default());
    }
    let unread = unread(conn, user, room, marker, head)?;
    let mentions = if unread == 0 {
        0
    } else {
        mentions(conn, user, key, room, marker, head)?
    };
    Ok(Counts { unread, mentions })
}

/// Walks down from the head, window by window and over one's own and over quiet
/// stretches in leaps, until the marker or the cap.
fn unread(
    conn: &Connection,
    user: UserId,
    room: RoomId,
    marker: Seq,
    head: Seq,
) -> Result<u32, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT count(*) FROM events
         WHERE id BETWEEN ? AND ? AND user <> ? AND kind = ? AND flags & ? = 0",
    )?;
    let lowest = marker.next();
    let mut top = head;
    let mut unread = 0;
    while top >= lowest {
        let bottom = top.minus(u64::from(WINDOW - 1)).max(lowest);
        let window = (id(room, bottom)?, id(room, top)?, user.0, MESSAGE, DELETED);
        let found: u32 = statement.query_row(window, |row| row.get(0))?;
        unread += found;
        if unread >= COUNT_CAP {
            return Ok(COUNT_CAP);
        }
        top = bottom.minus(1);
        if found < SPARSE && top >= lowest {
            match leap(conn, user, room, bottom)? {
                Some(below) => top = below,
                None => break,
            }
        }
    }
    Ok(unread)
}

/// What lies below this event, below the quiet stretch that it is in, and below
/// the run of one's own messages that is there; `None` if nothing is kept there.
fn leap(conn: &Connection, user: UserId, room: RoomId, from: Seq) -> Result<Option<Seq>, Fault> {
    let below = quiet::below(conn, room, from)?;
    conn.prepare_cached("SELECT iif(user = ? AND kind = ?, run - 1, seq) FROM events WHERE id = ?")?
        .query_row((user.0, MESSAGE, id(room, below)?), |row| row.get(0))
        .optional()?
        .map(seq)
        .transpose()
}

fn mentions(
    conn: &Connection,
    user: UserId,
    key: &str,
    room: RoomId,
    marker: Seq,
    head: Seq,
) -> Result<u32, Fault> {
    // A message that names both the user and all counts once.
    Ok(conn
        .prepare_cached(
            "SELECT count(*) FROM (
                 SELECT 1 FROM mentions WHERE room = ?1 AND key = ?2 AND seq > ?4 AND seq <= ?7
                    AND user <> ?5
                 UNION ALL
                 SELECT 1 FROM mentions a WHERE room = ?1 AND key = ?3 AND seq > ?4 AND seq <= ?7
                    AND user <> ?5
                    AND NOT EXISTS (SELECT 1 FROM mentions b
                                    WHERE b.room = ?1 AND b.key = ?2 AND b.seq = a.seq)
                 LIMIT ?6)",
        )?
        .query_row(
            (
                room.0,
                key,
                EVERYBODY,
                seq_column(marker),
                user.0,
                COUNT_CAP,
                seq_column(head),
            ),
            |row| row.get(0),
        )?)
}
