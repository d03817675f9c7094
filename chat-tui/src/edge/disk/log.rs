//! The logs of rooms in the cache: entries, and which parts of a log are there
//! whole.
//!
//! Always holds: what is known of a room neither meets nor overlaps. An entry
//! that can't be read is left out, as what is not cached.

use super::cache::{Cache, StoreError};
use super::index;
use super::rooms::room_id;
use super::values::{json, json_entry, read_seq, read_span, run, sql};
use crate::core::effect::{End, LoadAt, LoadLog};
use crate::core::fold;
use crate::core::span::{Span, Spans};
use chat_proto::event::EventBody;
use chat_proto::{Entry, Event, RoomName};
use rusqlite::{Connection, OptionalExtension as _, params};

impl Cache {
    /// Cached entries, oldest first, and what of the span asked for is cached
    /// whole. An entry that can't be read is left out, as what is not cached.
    pub fn log(&self, asked: &LoadLog) -> Result<(Vec<Entry>, Vec<Span>), StoreError> {
        let order = match asked.end {
            End::Newest => "DESC",
            End::Oldest => "ASC",
        };
        let mut select = self.db.prepare_cached(&format!(
            "SELECT seq, entry FROM entries
             WHERE room = (SELECT id FROM rooms WHERE name = ?1) AND seq BETWEEN ?2 AND ?3
             ORDER BY seq {order} LIMIT ?4"
        ))?;
        let span = asked.span;
        let limit = i64::try_from(asked.limit).unwrap_or(i64::MAX);
        let bounds = params![asked.room.as_str(), sql(span.from), sql(span.to), limit];
        let mut rows = select.query(bounds)?;
        let mut entries = Vec::new();
        let (mut unread, mut last) = (Vec::new(), None);
        while let Some(row) = rows.next()? {
            last = read_seq(row, 0)?;
            match json_entry(&row.get::<_, String>(1)?) {
                Some(entry) => entries.push(entry),
                None => unread.extend(last),
            }
        }
        if asked.end == End::Newest {
            entries.reverse();
        }
        let mut known = self.known(asked)?;
        // A page that is not full counts as all there is: beyond the last row
        // nothing was looked at.
        if let Some(last) = last.filter(|_| !unread.is_empty()) {
            let looked_at = match asked.end {
                End::Newest => Span { from: last, ..span },
                End::Oldest => Span { to: last, ..span },
            };
            let mut whole: Spans = known.into_iter().collect();
            unread
                .into_iter()
                .map(Span::one)
                .for_each(|one| whole.remove(one));
            known = whole
                .iter()
                .filter_map(|part| part.overlap(looked_at))
                .collect();
        }
        Ok((entries, known))
    }

    fn known(&self, asked: &LoadLog) -> Result<Vec<Span>, StoreError> {
        let span = asked.span;
        let mut select = self.db.prepare_cached(
            "SELECT first, last FROM known
             WHERE room = (SELECT id FROM rooms WHERE name = ?1) AND first <= ?3 AND last >= ?2
             ORDER BY first",
        )?;
        let bounds = params![asked.room.as_str(), sql(span.from), sql(span.to)];
        let known = select.query_map(bounds, read_span)?;
        let known = known.filter_map(Result::transpose);
        Ok(known
            .filter_map(|known| known.map(|known| known.overlap(span)).transpose())
            .collect::<Result<_, _>>()?)
    }

    /// The first cached entry that is not before a moment.
    pub fn first_from(&self, asked: &LoadAt) -> Result<Option<Entry>, StoreError> {
        let entry_at = |seq: i64| -> rusqlite::Result<Option<Entry>> {
            let text: Option<String> = self
                .db
                .prepare_cached(
                    "SELECT entry FROM entries
                     WHERE room = (SELECT id FROM rooms WHERE name = ?1) AND seq >= ?2
                     ORDER BY seq LIMIT 1",
                )?
                .query_row(params![asked.room.as_str(), seq], |row| row.get(0))
                .optional()?;
            Ok(text.as_deref().and_then(json_entry))
        };
        let last: Option<i64> = self.db.query_row(
            "SELECT max(seq) FROM entries WHERE room = (SELECT id FROM rooms WHERE name = ?1)",
            [asked.room.as_str()],
            |row| row.get(0),
        )?;
        // Along a log times never fall: the place is found by halving.
        let (mut low, mut high) = (1, last.unwrap_or(0) + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            match entry_at(middle)? {
                Some(entry) if entry.event.at < asked.at => low = sql(entry.event.seq) + 1,
                Some(_) | None => high = middle,
            }
        }
        Ok(entry_at(low)?)
    }
}

pub(super) fn add_log(
    db: &Connection,
    room: &RoomName,
    entries: &[Entry],
    known: &[Span],
) -> rusqlite::Result<()> {
    let id = room_id(db, room)?;
    for entry in entries {
        run(
            db,
            "INSERT OR REPLACE INTO entries (room, seq, entry) VALUES (?1, ?2, ?3)",
            params![id, sql(entry.event.seq), json(entry)?],
        )?;
        index::index(db, id, entry)?;
    }
    for span in known {
        add_known(db, id, *span)?;
    }
    Ok(())
}

/// Joins the span with those that it meets.
fn add_known(db: &Connection, id: i64, span: Span) -> rusqlite::Result<()> {
    // All that begin at or below its end; those before the first of them that
    // reaches it are far away, and few: spans that meet have been joined.
    let met: Vec<Span> = db
        .prepare_cached(
            "SELECT first, last FROM known
             WHERE room = ?1 AND first <= ?3 + 1 AND last >= ?2 - 1",
        )?
        .query_map(params![id, sql(span.from), sql(span.to)], read_span)?
        .filter_map(Result::transpose)
        .collect::<Result<_, _>>()?;
    for old in &met {
        run(
            db,
            "DELETE FROM known WHERE room = ?1 AND first = ?2",
            params![id, sql(old.from)],
        )?;
    }
    let joined: Spans = met.into_iter().chain([span]).collect();
    for span in joined.iter() {
        run(
            db,
            "INSERT INTO known (room, first, last) VALUES (?1, ?2, ?3)",
            params![id, sql(span.from), sql(span.to)],
        )?;
    }
    Ok(())
}

pub(super) fn change(db: &Connection, room: &RoomName, event: &Event) -> rusqlite::Result<()> {
    let Some(target) = event.body.target() else {
        return Ok(());
    };
    let id = room_id(db, room)?;
    let cached: Option<String> = db
        .prepare_cached("SELECT entry FROM entries WHERE room = ?1 AND seq = ?2")?
        .query_row(params![id, sql(target)], |row| row.get(0))
        .optional()?;
    let Some(mut entry) = cached.as_deref().and_then(json_entry) else {
        return Ok(());
    };
    fold::apply(&mut entry, event);
    run(
        db,
        "UPDATE entries SET entry = ?3 WHERE room = ?1 AND seq = ?2",
        params![id, sql(target), json(&entry)?],
    )?;
    // A reaction or a pin changes no word.
    match &event.body {
        EventBody::Edited { .. } | EventBody::Deleted { .. } => index::index(db, id, &entry),
        EventBody::Message(_)
        | EventBody::Reacted { .. }
        | EventBody::Pinned { .. }
        | EventBody::Topic { .. }
        | EventBody::Member(_) => Ok(()),
    }
}
