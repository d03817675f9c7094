//! How much lies above a marker: exact up to 999. The work is bounded by that,
//! however many events are one's own or change others; deleted messages above
//! the marker are the exception, as they are stepped over one at a time.

use super::fault::Fault;
use super::message::EVERYBODY;
use super::row::{DELETED, MEMBER, MESSAGE, seq, seq_column};
use super::spans;
use crate::store::{Counts, RoomId, UserId};
use chat_proto::Seq;
use chat_proto::limits::COUNT_CAP;
use rusqlite::Connection;

/// Events in a row, own ones or changes, beyond which it is cheaper to jump
/// over them than to step.
const JUMP: i64 = 32;

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

/// Walks down from the head, over others' messages one by one and over one's
/// own and over mere changes in leaps, until the marker or the cap.
fn unread(
    conn: &Connection,
    user: UserId,
    room: RoomId,
    marker: Seq,
    head: Seq,
) -> Result<u32, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT seq, user, kind, flags, run FROM events
         WHERE room = ? AND seq <= ? AND seq > ? ORDER BY seq DESC",
    )?;
    let mut unread = 0;
    let mut changes = 0;
    let mut from = seq_column(head);
    'leap: loop {
        let mut rows = statement.query((room.0, from, seq_column(marker)))?;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(1)? == user.0 {
                let (seq, run): (i64, i64) = (row.get(0)?, row.get(4)?);
                if seq - run > JUMP {
                    from = run - 1;
                    continue 'leap;
                }
                continue;
            }
            let (kind, flags): (i64, i64) = (row.get(2)?, row.get(3)?);
            if kind > MEMBER {
                changes += 1;
                if changes > JUMP {
                    changes = 0;
                    from = seq_column(spans::below(conn, room, seq(row.get(0)?)?)?);
                    continue 'leap;
                }
                continue;
            }
            changes = 0;
            if kind == MESSAGE && flags & DELETED == 0 {
                unread += 1;
                if unread == COUNT_CAP {
                    return Ok(unread);
                }
            }
        }
        return Ok(unread);
    }
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
                 SELECT seq FROM mentions WHERE room = ?1 AND key = ?2 AND seq > ?4 AND seq <= ?7
                    AND user <> ?5
                 UNION
                 SELECT seq FROM mentions WHERE room = ?1 AND key = ?3 AND seq > ?4 AND seq <= ?7
                    AND user <> ?5
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
