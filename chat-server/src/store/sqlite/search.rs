//! Finding messages: in the index, and above its cursor text by text.
//!
//! Each room that the user is in is walked from its newest message down, the
//! rooms with the newest messages first, until no room can have a newer hit
//! than those at hand. The index only narrows; whether a text is found is
//! decided by its words.

use super::budget::Budget;
use super::entries::Reading;
use super::fault::Fault;
use super::history::{PAGE_BYTES, first_at};
use super::index::{by, write_word};
use super::row::{DELETED, MESSAGE, id, ids, room_columns, room_row, seq, seq_of, time, user_name};
use crate::search::words;
use crate::store::{Hits, Place, RoomRow, Search};
use chat_proto::{Seq, Timestamp};
use rusqlite::Connection;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::ControlFlow::{self, Break, Continue};

/// Words by which the index narrows; a longer query is decided by the texts.
const INDEXED_WORDS: usize = 32;
/// Events that may lie above the cursors of the index and are looked through
/// one by one: some tens of milliseconds. More there are only while a large
/// index is made anew.
const UNREAD_MAX: u64 = 20_000;

/// See [`crate::store::Store::search`].
pub(super) fn search(conn: &Connection, search: &Search, budget: &Budget) -> Result<Hits, Fault> {
    let nothing = search.query.phrases().is_empty();
    let rooms = if nothing {
        Vec::new()
    } else {
        rooms(conn, search)?
    };
    let unread: u64 = rooms
        .iter()
        .map(|(room, indexed, _)| room.head.since(*indexed))
        .sum();
    if unread > UNREAD_MAX {
        return Err(Fault::NotYet(format!(
            "the index of words is being made; {unread} events are still to be read"
        )));
    }
    let mut newest = Newest {
        places: BTreeMap::new(),
        most: search.limit.saturating_add(1),
    };
    for (at, (row, indexed, last_at)) in rooms.iter().enumerate() {
        if newest.is_newer_than(*last_at) {
            break;
        }
        let walk = Walk {
            conn,
            search,
            row,
            indexed: *indexed,
            at,
        };
        walk.walk(&mut newest)?;
    }
    budget.is_kept();
    page(conn, &rooms, &newest, search.limit)
}

/// The rooms that may have hits, each with the cursor of the index and the
/// time of its last event, those with the newest first.
fn rooms(conn: &Connection, search: &Search) -> Result<Vec<(RoomRow, Seq, Timestamp)>, Fault> {
    let mut statement = conn.prepare_cached(concat!(
        "SELECT ",
        room_columns!(),
        ", r.indexed, r.last_at FROM memberships m JOIN rooms r ON r.id = m.room
         WHERE m.user = ?1 AND m.key IS NOT NULL AND m.hidden = 0
           AND (?2 IS NULL OR m.room = ?2)
         ORDER BY r.last_at DESC"
    ))?;
    let mut rows = statement.query((search.user.0, search.room.map(|room| room.0)))?;
    let mut rooms = Vec::new();
    while let Some(row) = rows.next()? {
        rooms.push((
            room_row(row)?,
            seq(row.get("indexed")?)?,
            time(row.get("last_at")?),
        ));
    }
    Ok(rooms)
}

/// At most `limit` of the hits, and as many as fit a frame, as they stand.
fn page(
    conn: &Connection,
    rooms: &[(RoomRow, Seq, Timestamp)],
    newest: &Newest,
    limit: usize,
) -> Result<Hits, Fault> {
    let mut entries = Vec::new();
    let mut bytes = 0;
    for (place, at) in newest.places.iter().rev().take(limit) {
        let reading = Reading {
            conn,
            room: &rooms[*at].0,
            bytes_most: PAGE_BYTES,
        };
        let run = reading.one(place.seq, bytes)?;
        if run.cut {
            break;
        }
        bytes = run.bytes;
        entries.extend(run.entries);
    }
    let next = if entries.len() < newest.places.len() {
        entries.last().map(Place::of)
    } else {
        None
    };
    Ok(Hits { entries, next })
}

/// One room being looked through.
struct Walk<'a> {
    conn: &'a Connection,
    search: &'a Search,
    row: &'a RoomRow,
    indexed: Seq,
    /// Its place among the rooms.
    at: usize,
}

impl Walk<'_> {
    /// Adds the room's hits, newest first, until they are older than all that are at hand.
    fn walk(&self, newest: &mut Newest) -> Result<(), Fault> {
        let (low, high) = self.window()?;
        if self.walk_texts(low.max(self.indexed.next()), high, newest)? == Continue(()) {
            self.walk_index(low, high.min(self.indexed), newest)?;
        }
        Ok(())
    }

    /// The first and the last seq that may be found.
    fn window(&self) -> Result<(Seq, Seq), Fault> {
        let from = |at: Timestamp| first_at(self.conn, self.row, at);
        let after = |at: Timestamp| Timestamp::from_millis(at.millis().saturating_add(1));
        let low = match self.search.since {
            Some(since) => from(since)?,
            None => self.row.first,
        };
        let mut end = self.row.head.next();
        if let Some(until) = self.search.until {
            end = end.min(from(after(until))?);
        }
        if let Some(place) = &self.search.before {
            end = end.min(match self.row.name.cmp(&place.room) {
                Ordering::Less => from(after(place.at))?,
                Ordering::Equal => place.seq,
                Ordering::Greater => from(place.at)?,
            });
        }
        Ok((low, end.minus(1)))
    }

    /// Looks through the messages from `high` down to `low`, one by one.
    fn walk_texts(
        &self,
        low: Seq,
        high: Seq,
        newest: &mut Newest,
    ) -> Result<ControlFlow<()>, Fault> {
        if low > high {
            return Ok(Continue(()));
        }
        let mut statement = self.conn.prepare_cached(
            "SELECT seq FROM events WHERE id BETWEEN ? AND ? AND kind = ? ORDER BY id DESC",
        )?;
        let (low, high) = ids(self.row.id, low..=high)?;
        let mut rows = statement.query((low, high, MESSAGE))?;
        while let Some(row) = rows.next()? {
            if self.look_at(seq(row.get(0)?)?, newest)? == Break(()) {
                return Ok(Break(()));
            }
        }
        Ok(Continue(()))
    }

    /// Looks at those of them that have the words, by the index.
    fn walk_index(&self, low: Seq, high: Seq, newest: &mut Newest) -> Result<(), Fault> {
        if low > high {
            return Ok(());
        }
        let (low, high) = ids(self.row.id, low..=high)?;
        let mut statement = self.conn.prepare_cached(
            "SELECT rowid FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ?
             ORDER BY rowid DESC",
        )?;
        let mut rows = statement.query((self.expression(), low, high))?;
        while let Some(row) = rows.next()? {
            if self.look_at(seq_of(row.get(0)?)?, newest)? == Break(()) {
                break;
            }
        }
        Ok(())
    }

    /// What the index is asked: tokens and, in quotes, rows of them, all of which must match.
    fn expression(&self) -> String {
        let room = self.row.id;
        let author = self.search.author.as_ref().map(|key| by(room, key));
        let mut left = INDEXED_WORDS;
        let phrases = self.search.query.phrases().iter().map_while(|phrase| {
            let taken = phrase.len().min(left);
            left -= taken;
            let mut tokens = String::new();
            for word in &phrase[..taken] {
                write_word(&mut tokens, room, word);
                tokens.push(' ');
            }
            (taken > 0).then_some(tokens)
        });
        let parts: Vec<_> = author
            .into_iter()
            .chain(phrases)
            .map(|part| format!("\"{part}\""))
            .collect();
        parts.join(" AND ")
    }

    /// Takes the message in, if it is one that is looked for; `Break` once
    /// all further ones are older than those at hand.
    fn look_at(&self, number: Seq, newest: &mut Newest) -> Result<ControlFlow<()>, Fault> {
        let mut statement = self.conn.prepare_cached(
            "SELECT e.at, e.author, e.flags, ifnull(f.text, e.text) FROM events e
             LEFT JOIN folds f ON f.room = e.room AND f.seq = e.seq
             WHERE e.id = ?",
        )?;
        let mut rows = statement.query([id(self.row.id, number)?])?;
        let row = rows
            .next()?
            .ok_or_else(|| Fault::nonsense("message of an index", number))?;
        let at = time(row.get(0)?);
        if newest.is_newer_than(at) {
            return Ok(Break(()));
        }
        let deleted = row.get::<_, i64>(2)? & DELETED != 0;
        let (author, text) = (row.get_ref(1)?, row.get_ref(3)?);
        let author = author.as_str().map_err(rusqlite::Error::from)?;
        let text = text.as_str_or_null().map_err(rusqlite::Error::from)?;
        let by_author = match &self.search.author {
            Some(key) => user_name(author)?.key() == *key,
            None => true,
        };
        let found = |text| self.search.query.finds(&words(text));
        if !deleted && by_author && text.is_some_and(found) {
            let place = Place {
                at,
                room: self.row.name.clone(),
                seq: number,
            };
            newest.add(place, self.at);
        }
        Ok(Continue(()))
    }
}

/// The newest hits so far, each with the place of its room among the rooms.
struct Newest {
    places: BTreeMap<Place, usize>,
    /// One more than the page takes, so that it is known whether there are more.
    most: usize,
}

impl Newest {
    /// There are enough, and what happened then can't be among them.
    fn is_newer_than(&self, at: Timestamp) -> bool {
        self.places.len() == self.most
            && self
                .places
                .first_key_value()
                .is_some_and(|(oldest, _)| oldest.at > at)
    }

    fn add(&mut self, place: Place, room: usize) {
        self.places.insert(place, room);
        if self.places.len() > self.most {
            self.places.pop_first();
        }
    }
}
