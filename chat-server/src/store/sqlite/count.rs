//! How much lies above a marker: exact up to 999. The work is bounded by that,
//! however many events are one's own, change others or are deleted messages.
//! What is stepped over one at a time are others' deleted messages of which
//! each stands between two of one's own that are not deleted.

use super::fault::Fault;
use super::message::EVERYBODY;
use super::quiet;
use super::row::{DELETED, MESSAGE, id, seq, seq_column};
use crate::store::{Counts, RoomId, UserId};
use chat_proto::Seq;
use chat_proto::limits::COUNT_CAP;
use rusqlite::Connection;

/// Events, own ones or quiet ones, beyond which it is cheaper to jump over them
/// than to step.
const JUMP: u64 = 32;

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
/// own and over quiet stretches in leaps, until the marker or the cap.
fn unread(
    conn: &Connection,
    user: UserId,
    room: RoomId,
    marker: Seq,
    head: Seq,
) -> Result<u32, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT seq, user, kind, flags, run FROM events
         WHERE id BETWEEN ? AND ? ORDER BY id DESC",
    )?;
    let low = id(room, marker.next())?;
    let mut high = id(room, head)?;
    let mut unread = 0;
    'leap: loop {
        let mut rows = statement.query((low, high))?;
        let mut quiet_ones = 0;
        while let Some(row) = rows.next()? {
            let at = seq(row.get(0)?)?;
            let (kind, flags): (i64, i64) = (row.get(2)?, row.get(3)?);
            if kind != MESSAGE || flags & DELETED != 0 {
                quiet_ones += 1;
                if quiet_ones > JUMP {
                    high = id(room, seq(quiet::below(conn, room, at)?)?)?;
                    continue 'leap;
                }
                continue;
            }
            quiet_ones = 0;
            if row.get::<_, i64>(1)? == user.0 {
                let run = seq(row.get(4)?)?;
                if at.since(run) > JUMP {
                    high = id(room, run.minus(1))?;
                    continue 'leap;
                }
                continue;
            }
            unread += 1;
            if unread == COUNT_CAP {
                return Ok(unread);
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
