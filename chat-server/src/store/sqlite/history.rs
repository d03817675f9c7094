//! A room's log read back: as it is, and in pages as it stands now.

use super::entries::Reading;
use super::fault::Fault;
use super::read::room_by_id;
use super::row::{event, event_columns, id, ids, rows_column, seq, seq_column};
use super::spans;
use crate::store::{Anchor, Page, RoomId, RoomRow};
use chat_proto::event::Entry;
use chat_proto::limits::SERVER_FRAME_BYTES;
use chat_proto::{Event, Seq, Timestamp};
use rusqlite::Connection;

/// Bytes of JSON after which a page ends early; what is around the entries
/// takes less than the rest of a frame.
pub(super) const PAGE_BYTES: usize = SERVER_FRAME_BYTES - 8 * 1024;

/// See [`crate::store::Store::events`].
pub(super) fn events(
    conn: &Connection,
    room: RoomId,
    after: Seq,
    limit: usize,
) -> Result<Vec<Event>, Fault> {
    let RoomRow { name, head, .. } = room_by_id(conn, room)?;
    let mut statement = conn.prepare_cached(concat!(
        "SELECT ",
        event_columns!(),
        " FROM events e WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?"
    ))?;
    let (low, high) = ids(room, after.next()..=head)?;
    let mut rows = statement.query((low, high, rows_column(limit)))?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(event(&name, row)?);
    }
    Ok(events)
}

/// See [`crate::store::Store::history`]. Within one read transaction, so that
/// the page and its head belong together.
pub(super) fn page(
    conn: &Connection,
    room: RoomId,
    anchor: Anchor,
    limit: usize,
) -> Result<Page, Fault> {
    let room = room_by_id(conn, room)?;
    let reading = Reading {
        conn,
        room: &room,
        bytes_most: PAGE_BYTES,
    };
    let beyond = room.head.next();
    match anchor {
        Anchor::Newest => below(&reading, beyond, limit),
        Anchor::Before(seq) => below(&reading, seq.min(beyond), limit),
        Anchor::After(seq) => above(&reading, seq.next().min(beyond), limit),
        Anchor::At(at) => above(&reading, first_at(conn, &room, at)?, limit),
        Anchor::Around(seq) => around(&reading, seq.min(beyond), limit),
        Anchor::ChangedAfter(seq) => changed_after(&reading, seq, limit),
        Anchor::Thread(seq) => thread(&reading, seq, limit),
        Anchor::ThreadBefore { root, before } => thread_before(&reading, root, before, limit),
    }
}

fn below(reading: &Reading<'_>, start: Seq, limit: usize) -> Result<Page, Fault> {
    let mut entries = reading.down(start, limit, 0)?.entries;
    entries.reverse();
    along_the_log(reading, entries, start)
}

fn above(reading: &Reading<'_>, start: Seq, limit: usize) -> Result<Page, Fault> {
    let entries = reading.up(start, limit, 0)?.entries;
    along_the_log(reading, entries, start)
}

fn around(reading: &Reading<'_>, start: Seq, limit: usize) -> Result<Page, Fault> {
    let half = Reading {
        bytes_most: reading.bytes_most / 2,
        ..*reading
    };
    let above = half.up(start, limit.div_ceil(2), 0)?;
    let left = limit - above.entries.len();
    let mut entries = match left {
        0 => Vec::new(),
        left => reading.down(start, left, above.bytes)?.entries,
    };
    entries.reverse();
    entries.extend(above.entries);
    along_the_log(reading, entries, start)
}

/// A page of entries that lie one behind the other at `start`.
fn along_the_log(reading: &Reading<'_>, entries: Vec<Entry>, start: Seq) -> Result<Page, Fault> {
    let Reading { conn, room, .. } = *reading;
    let low = entries.first().map_or(start, |entry| entry.event.seq);
    let high = entries.last().map_or(start, |entry| entry.event.seq.next());
    let last = spans::below(conn, room.id, low.minus(1))?;
    Ok(Page {
        more_before: last >= room.first,
        more_after: spans::above(conn, room.id, high)? <= room.head,
        older: None,
        entries,
        first: room.first,
        head: room.head,
    })
}

fn changed_after(reading: &Reading<'_>, after: Seq, limit: usize) -> Result<Page, Fault> {
    let Reading { conn, room, .. } = *reading;
    let entries = reading.changed(after, limit)?.entries;
    let last = entries.last().and_then(|entry| entry.fold.changed);
    let (more_before, more_after) = conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM folds WHERE room = ?1 AND changed <= ?2),
                    EXISTS (SELECT 1 FROM folds WHERE room = ?1 AND changed > ?3)",
        )?
        .query_row(
            (
                room.id.0,
                seq_column(after),
                seq_column(last.unwrap_or(after)),
            ),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
    Ok(Page {
        entries,
        first: room.first,
        head: room.head,
        more_before,
        more_after,
        older: None,
    })
}

fn thread(reading: &Reading<'_>, root: Seq, limit: usize) -> Result<Page, Fault> {
    let run = reading.thread(root, limit.saturating_add(1))?;
    let mut entries = run.entries;
    let more_after = run.cut || entries.len() > limit;
    entries.truncate(limit);
    Ok(Page {
        entries,
        first: reading.room.first,
        head: reading.room.head,
        more_before: false,
        more_after,
        older: None,
    })
}

fn thread_before(
    reading: &Reading<'_>,
    root: Seq,
    before: Seq,
    limit: usize,
) -> Result<Page, Fault> {
    let all = reading.thread_below(root, before)?;
    let newest = all.len().saturating_sub(limit);
    let mut entries = reading.listed(&all[newest..])?.entries;
    entries.reverse();
    let older = all.len() - entries.len();
    Ok(Page {
        entries,
        first: reading.room.first,
        head: reading.room.head,
        more_before: older > 0,
        more_after: before <= reading.room.head,
        older: Some(older as u64),
    })
}

/// The first event that is not before `at`; times never fall along a log.
pub(super) fn first_at(conn: &Connection, room: &RoomRow, at: Timestamp) -> Result<Seq, Fault> {
    let mut statement = conn.prepare_cached("SELECT at FROM events WHERE id = ?")?;
    let (mut low, mut high) = (seq_column(room.first), seq_column(room.head) + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let then: i64 = statement.query_row([id(room.id, seq(middle)?)?], |row| row.get(0))?;
        if then < at.millis() {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    seq(low)
}
