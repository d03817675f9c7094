//! A room's log read back: as it is, and in pages as it stands now.

use super::fault::Fault;
use super::read::room_by_id;
use super::row::{event, event_columns, rows_column, seq, seq_column};
use crate::store::{Anchor, Page, RoomId};
use chat_proto::event::Entry;
use chat_proto::{Event, EventBody, RoomName, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use std::collections::VecDeque;

/// Bytes of JSON after which a page ends early, well below the 1 MiB of a frame.
const PAGE_BYTES: usize = 900_000;
/// Bytes of JSON that an entry takes beside its text, at the most: two names
/// of 256 bytes, a nonce that is all escapes, times and field names.
const ENTRY_BYTES: usize = 1_024;

/// See [`crate::store::Store::events`].
pub(super) fn events(
    conn: &Connection,
    room: RoomId,
    after: Seq,
    limit: usize,
) -> Result<Vec<Event>, Fault> {
    let name = room_by_id(conn, room)?.name;
    let mut statement = conn.prepare_cached(concat!(
        "SELECT ",
        event_columns!(),
        " FROM events WHERE room = ? AND seq > ? ORDER BY seq LIMIT ?"
    ))?;
    let mut rows = statement.query((room.0, seq_column(after), rows_column(limit)))?;
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
    let row = room_by_id(conn, room)?;
    let head = row.head;
    let mut gathered = Gathered {
        conn,
        room,
        name: row.name,
        entries: VecDeque::new(),
        bytes: 0,
    };
    // The page is what lies from `low` up to and without `high`.
    let start = match anchor {
        Anchor::Newest => head.next(),
        Anchor::Before(seq) | Anchor::Around(seq) => seq.min(head.next()),
        Anchor::After(seq) => seq.next().min(head.next()),
        Anchor::At(at) => first_at(conn, room, head, at)?,
    };
    match anchor {
        Anchor::Newest | Anchor::Before(_) => gathered.down(start, limit, PAGE_BYTES)?,
        Anchor::After(_) | Anchor::At(_) => gathered.up(start, limit, PAGE_BYTES)?,
        Anchor::Around(_) => {
            gathered.up(start, limit.div_ceil(2), PAGE_BYTES / 2)?;
            let left = limit - gathered.entries.len();
            gathered.down(start, left, PAGE_BYTES)?;
        }
    }
    let entries = Vec::from(gathered.entries);
    let low = entries.first().map_or(start, |entry| entry.event.seq);
    let high = entries.last().map_or(start, |entry| entry.event.seq.next());
    Ok(Page {
        more_before: any(conn, "seq < ?", room, low)?,
        more_after: any(conn, "seq >= ?", room, high)?,
        entries,
        first: Seq::FIRST,
        head,
    })
}

/// The entries of a page while it grows at both ends.
struct Gathered<'a> {
    conn: &'a Connection,
    room: RoomId,
    name: RoomName,
    entries: VecDeque<Entry>,
    bytes: usize,
}

impl Gathered<'_> {
    /// Adds entries from `start` on, until there are `limit` new ones or `bytes` in all.
    fn up(&mut self, start: Seq, limit: usize, bytes: usize) -> Result<(), Fault> {
        let mut statement = self.conn.prepare_cached(concat!(
            "SELECT ",
            event_columns!(),
            " FROM events WHERE room = ? AND seq >= ? AND kind <= 2 ORDER BY seq LIMIT ?"
        ))?;
        let mut rows = statement.query((self.room.0, seq_column(start), rows_column(limit)))?;
        while let Some(row) = rows.next()? {
            let event = event(&self.name, row)?;
            if !self.has_room(&event, bytes) {
                break;
            }
            self.entries.push_back(event.into());
        }
        Ok(())
    }

    /// Adds entries below `start`, likewise.
    fn down(&mut self, start: Seq, limit: usize, bytes: usize) -> Result<(), Fault> {
        let mut statement = self.conn.prepare_cached(concat!(
            "SELECT ",
            event_columns!(),
            " FROM events WHERE room = ? AND seq < ? AND kind <= 2 ORDER BY seq DESC LIMIT ?"
        ))?;
        let mut rows = statement.query((self.room.0, seq_column(start), rows_column(limit)))?;
        while let Some(row) = rows.next()? {
            let event = event(&self.name, row)?;
            if !self.has_room(&event, bytes) {
                break;
            }
            self.entries.push_front(event.into());
        }
        Ok(())
    }

    /// Counts the entry in, unless it would pass the bound. A page has at least one.
    fn has_room(&mut self, event: &Event, bytes_max: usize) -> bool {
        let sum = self.bytes + json_bytes(event);
        let fits = sum <= bytes_max || self.entries.is_empty();
        if fits {
            self.bytes = sum;
        }
        fits
    }
}

/// At most this many bytes, written as JSON.
fn json_bytes(event: &Event) -> usize {
    let text = match &event.body {
        EventBody::Message(message) => message.text.as_deref(),
        EventBody::Edited { text, .. } => text.as_deref(),
        EventBody::Topic { topic } => Some(topic.as_str()),
        EventBody::Member(change) => change.reason.as_deref(),
        EventBody::Deleted { .. } | EventBody::Reacted { .. } | EventBody::Pinned { .. } => None,
    };
    let escapes = |text: &str| {
        let escaped = |byte: &u8| matches!(byte, b'"' | b'\\' | b'\n' | b'\t');
        text.len() + text.as_bytes().iter().filter(|byte| escaped(byte)).count()
    };
    ENTRY_BYTES + text.map_or(0, escapes)
}

/// The first event that is not before `at`; times never fall along a log.
fn first_at(conn: &Connection, room: RoomId, head: Seq, at: Timestamp) -> Result<Seq, Fault> {
    let mut statement = conn.prepare_cached("SELECT at FROM events WHERE room = ? AND seq = ?")?;
    let (mut low, mut high) = (1, seq_column(head) + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let then: i64 = statement.query_row((room.0, middle), |row| row.get(0))?;
        if then < at.millis() {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    seq(low)
}

/// Whether there are entries on that side of `seq`.
fn any(conn: &Connection, side: &str, room: RoomId, seq: Seq) -> Result<bool, Fault> {
    Ok(conn
        .prepare_cached(&format!(
            "SELECT 1 FROM events WHERE room = ? AND {side} AND kind <= 2 LIMIT 1"
        ))?
        .query_row((room.0, seq_column(seq)), |_| Ok(()))
        .optional()?
        .is_some())
}
