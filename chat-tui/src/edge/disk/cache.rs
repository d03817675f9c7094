//! The cache as tables: what the core asks to store and to load, as SQL.
//!
//! What always holds: a write that returned is on the disk as a whole or not
//! at all, and a text that a person typed is there even after power loss. The
//! cache belongs to several running clients at once; what was typed into one
//! of them is only its own as long as it runs.

use super::index;
use super::schema::{self, OpenError};
use super::slot::Slot;
use super::typed::{
    add_unsent, adopt_from, deeds, drafts, outbox, set_deed, set_draft, set_unsent,
};
use crate::core::effect::{End, LoadAt, LoadLog, LoadSearch, Store};
use crate::core::fold;
use crate::core::habits::Habits;
use crate::core::input::{Device, Saved, SavedRoom};
use crate::core::room::{Anchor, RoomRow};
use crate::core::span::{Span, Spans};
use crate::edge::profile::ServerDir;
use chat_proto::event::EventBody;
use chat_proto::{Entry, Event, RoomName, Seq};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use std::collections::BTreeMap;

/// The cache of one server.
#[derive(Debug)]
pub struct Cache {
    pub(super) db: Connection,
    kept: Kept,
}

/// Whether anything lasts.
#[derive(Debug)]
enum Kept {
    /// In files, under the number of this client.
    OnDisk { dir: ServerDir, slot: Slot },
    /// Nowhere, and why.
    InMemory { why: String },
}

/// A write that failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused.
    #[error("{}", in_words(.0))]
    Sqlite(#[from] rusqlite::Error),
    /// The token's file could not be written.
    #[error("the token could not be kept: {0}")]
    Token(std::io::Error),
    /// Nothing is written at all.
    #[error("{0}")]
    InMemory(String),
}

impl StoreError {
    /// The file is no sound database.
    pub fn is_broken(&self) -> bool {
        matches!(self, Self::Sqlite(e) if schema::is_broken(e))
    }
}

impl Cache {
    /// Opens what is kept of a server; without a place to keep it, or where
    /// that can't be used, a cache in memory, see [`Cache::trouble`]. The words,
    /// if any, say what became of a broken file.
    pub fn open(dir: Result<ServerDir, String>) -> (Self, Option<String>) {
        dir.and_then(|dir| Self::open_on_disk(dir).map_err(|e| e.to_string()))
            .unwrap_or_else(|why| (Self::in_memory(why), None))
    }

    fn open_on_disk(dir: ServerDir) -> Result<(Self, Option<String>), OpenError> {
        let (db, note) = schema::open(&dir.cache())?;
        let slot = Slot::take(&dir.slots()).map_err(|error| OpenError::Io {
            path: dir.slots(),
            error,
        })?;
        let kept = Kept::OnDisk { dir, slot };
        Ok((Self { db, kept }, note))
    }

    fn in_memory(why: String) -> Self {
        Self {
            db: schema::open_in_memory().expect("SQLite can make an empty database in memory"),
            kept: Kept::InMemory { why },
        }
    }

    /// Begins a new file after the one in use was found broken; says what became of it.
    pub fn renew(&mut self) -> String {
        let Kept::OnDisk { dir, .. } = &self.kept else {
            return "the cache is broken".to_owned();
        };
        match schema::renew(&dir.cache()) {
            Ok((db, note)) => {
                self.db = db;
                note
            }
            Err(e) => {
                *self = Self::in_memory(e.to_string());
                format!("the cache broke: {e}")
            }
        }
    }

    /// Why nothing lasts; `None` where it does.
    pub fn trouble(&self) -> Option<&str> {
        match &self.kept {
            Kept::OnDisk { .. } => None,
            Kept::InMemory { why } => Some(why),
        }
    }

    /// Does all the writes in one transaction, or none of them.
    pub fn store(&mut self, writes: &[Store]) -> Result<(), StoreError> {
        let lasting = if writes.iter().any(was_typed) {
            "FULL"
        } else {
            "NORMAL"
        };
        self.db.pragma_update(None, "synchronous", lasting)?;
        let slot = self.slot();
        let transaction = self
            .db
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        for write in writes {
            apply(&transaction, slot, write)?;
        }
        transaction.commit()?;
        for write in writes {
            if let (Store::Device(device), Kept::OnDisk { dir, .. }) = (write, &self.kept) {
                dir.set_token(device.token.as_deref())
                    .map_err(StoreError::Token)?;
            }
        }
        Ok(())
    }

    /// All that is kept, but for the logs. Takes over what belonged to clients
    /// that run no more.
    pub fn saved(&mut self) -> Result<Saved, StoreError> {
        self.adopt()?;
        let slot = self.slot();
        let token = match &self.kept {
            Kept::OnDisk { dir, .. } => dir.token().map_err(StoreError::Token)?,
            Kept::InMemory { .. } => None,
        };
        Ok(Saved {
            device: Device {
                name: meta(&self.db, "name")?,
                token,
                epoch: meta(&self.db, "epoch")?,
            },
            open: meta(&self.db, "open")?.and_then(|room| RoomName::trusted(&room)),
            rooms: rooms(&self.db)?,
            drafts: drafts(&self.db, slot)?,
            outbox: outbox(&self.db, slot)?,
            deeds: deeds(&self.db, slot)?,
            habits: habits(&self.db)?,
        })
    }

    /// Cached entries, oldest first, and what of the span asked for is cached
    /// whole. An entry that can't be read is left out, as what is not cached.
    pub fn log(&self, asked: &LoadLog) -> Result<(Vec<Entry>, Vec<Span>), StoreError> {
        let order = match asked.end {
            End::Newest => "DESC",
            End::Oldest => "ASC",
        };
        let mut select = self.db.prepare_cached(&format!(
            "SELECT entry FROM entries
             WHERE room = (SELECT id FROM rooms WHERE name = ?1) AND seq BETWEEN ?2 AND ?3
             ORDER BY seq {order} LIMIT ?4"
        ))?;
        let span = asked.span;
        let limit = i64::try_from(asked.limit).unwrap_or(i64::MAX);
        let texts = select.query_map(
            params![asked.room.as_str(), sql(span.from), sql(span.to), limit],
            |row| row.get::<_, String>(0),
        )?;
        let mut entries = Vec::new();
        for text in texts {
            entries.extend(json_entry(&text?));
        }
        if asked.end == End::Newest {
            entries.reverse();
        }
        Ok((entries, self.known(asked)?))
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

    /// Cached messages that hold some words, newest first; whether all that is
    /// cached was looked through.
    pub fn search(&self, asked: &LoadSearch) -> Result<(Vec<Entry>, bool), StoreError> {
        Ok((index::find(&self.db, asked)?, index::is_whole(&self.db)?))
    }

    /// Indexes some of what an earlier version has cached; false once all is done.
    pub fn index_some(&mut self) -> Result<bool, StoreError> {
        const ENTRIES: usize = 500;
        let transaction = self
            .db
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let more = index::catch_up(&transaction, ENTRIES)?;
        transaction.commit()?;
        Ok(more)
    }

    /// The nonce of an earlier attempt of the command line to send this text;
    /// `fresh` is kept as such if there was none.
    pub fn retry(&mut self, room: &str, text: &str, fresh: &str) -> Result<String, StoreError> {
        self.db.pragma_update(None, "synchronous", "FULL")?;
        self.db.execute(
            "INSERT OR IGNORE INTO retries (room, text, nonce) VALUES (?1, ?2, ?3)",
            [room, text, fresh],
        )?;
        let nonce = self.db.query_row(
            "SELECT nonce FROM retries WHERE room = ?1 AND text = ?2",
            [room, text],
            |row| row.get(0),
        )?;
        Ok(nonce)
    }

    /// The text is sent, or refused for good: the next one like it is another one.
    pub fn settle_retry(&mut self, room: &str, text: &str) -> Result<(), StoreError> {
        self.db.execute(
            "DELETE FROM retries WHERE room = ?1 AND text = ?2",
            [room, text],
        )?;
        Ok(())
    }

    fn slot(&self) -> u32 {
        match &self.kept {
            Kept::OnDisk { slot, .. } => slot.number(),
            Kept::InMemory { .. } => 0,
        }
    }

    /// Takes over what belonged to clients that run no more.
    fn adopt(&mut self) -> Result<(), StoreError> {
        let Kept::OnDisk { dir, slot: mine } = &self.kept else {
            return Ok(());
        };
        let transaction = self
            .db
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let others: Vec<u32> = transaction
            .prepare("SELECT slot FROM drafts UNION SELECT slot FROM outbox")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        // Held until the commit, so that two starting clients don't both take it.
        let mut held = Vec::new();
        for other in others.into_iter().filter(|other| *other != mine.number()) {
            let Ok(Some(dead)) = Slot::try_take(&dir.slots(), other) else {
                continue;
            };
            held.push(dead);
            adopt_from(&transaction, other, mine.number())?;
        }
        transaction.commit()?;
        drop(held);
        Ok(())
    }
}

/// Whether a write holds what nobody but its author could restore.
fn was_typed(write: &Store) -> bool {
    match write {
        Store::Draft { .. }
        | Store::Accept { .. }
        | Store::Outbox(_)
        | Store::Settle(_)
        | Store::Deed(_)
        | Store::DeedOver(_) => true,
        Store::Device(_)
        | Store::Room(_)
        | Store::Forget(_)
        | Store::Reset
        | Store::Log { .. }
        | Store::Changes { .. }
        | Store::Place { .. }
        | Store::Habits(_)
        | Store::Open(_) => false,
    }
}

fn apply(db: &Connection, slot: u32, write: &Store) -> rusqlite::Result<()> {
    match write {
        Store::Device(device) => {
            set_meta(db, "name", device.name.as_deref())?;
            set_meta(db, "epoch", device.epoch.as_deref())
        }
        Store::Room(row) => set_room(db, row),
        Store::Forget(room) => forget(db, room),
        Store::Reset => {
            db.execute_batch(
                "DELETE FROM rooms; DELETE FROM entries; DELETE FROM known;
                 DELETE FROM meta WHERE key IN ('epoch');",
            )?;
            index::clear(db)
        }
        Store::Log {
            room,
            entries,
            known,
        } => add_log(db, room, entries, known),
        Store::Changes { room, events } => {
            events.iter().try_for_each(|event| change(db, room, event))
        }
        Store::Draft { desk, draft } => set_draft(db, slot, desk, draft.as_ref()),
        Store::Accept { unsent, ends } => {
            add_unsent(db, slot, unsent)?;
            match ends {
                Some(desk) => set_draft(db, slot, desk, None),
                None => Ok(()),
            }
        }
        Store::Outbox(unsent) => set_unsent(db, slot, unsent),
        Store::Settle(nonce) => run(db, "DELETE FROM outbox WHERE nonce = ?1", [nonce.as_str()]),
        Store::Deed(deed) => set_deed(db, slot, deed),
        Store::DeedOver(id) => run(db, "DELETE FROM deeds WHERE id = ?1", [id.as_str()]),
        Store::Habits(habits) => set_meta(db, "habits", Some(&json(habits)?)),
        Store::Place { room, place } => set_place(db, room, *place),
        Store::Open(room) => set_meta(db, "open", Some(room.as_str())),
    }
}

pub(super) fn run(
    db: &Connection,
    statement: &str,
    with: impl rusqlite::Params,
) -> rusqlite::Result<()> {
    db.prepare_cached(statement)?.execute(with).map(|_| ())
}

pub(super) fn meta(db: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    db.prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()
}

pub(super) fn set_meta(db: &Connection, key: &str, value: Option<&str>) -> rusqlite::Result<()> {
    match value {
        Some(value) => run(
            db,
            "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)",
            [key, value],
        ),
        None => run(db, "DELETE FROM meta WHERE key = ?1", [key]),
    }
}

/// What can't be read is a later version's, and forgotten.
fn habits(db: &Connection) -> rusqlite::Result<Habits> {
    let kept = meta(db, "habits")?;
    Ok(kept
        .and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default())
}

fn set_room(db: &Connection, row: &RoomRow) -> rusqlite::Result<()> {
    run(
        db,
        "INSERT INTO rooms (name, state, first, unchecked) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name) DO UPDATE SET state = excluded.state, first = excluded.first,
             unchecked = excluded.unchecked",
        params![
            row.state.room.as_str(),
            json(&row.state)?,
            sql(row.first),
            row.unchecked.map(sql)
        ],
    )
}

fn room_id(db: &Connection, room: &RoomName) -> rusqlite::Result<i64> {
    run(
        db,
        "INSERT OR IGNORE INTO rooms (name) VALUES (?1)",
        [room.as_str()],
    )?;
    db.prepare_cached("SELECT id FROM rooms WHERE name = ?1")?
        .query_row([room.as_str()], |row| row.get(0))
}

fn forget(db: &Connection, room: &RoomName) -> rusqlite::Result<()> {
    let id = room_id(db, room)?;
    index::forget(db, id)?;
    run(db, "DELETE FROM entries WHERE room = ?1", [id])?;
    run(db, "DELETE FROM known WHERE room = ?1", [id])?;
    run(db, "DELETE FROM rooms WHERE id = ?1", [id])
}

fn set_place(db: &Connection, room: &RoomName, place: Option<Anchor>) -> rusqlite::Result<()> {
    run(
        db,
        "UPDATE rooms SET place_seq = ?2, place_row = ?3 WHERE name = ?1",
        params![
            room.as_str(),
            place.map(|anchor| sql(anchor.seq)),
            place.map(|anchor| anchor.row)
        ],
    )
}

fn add_log(
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

fn change(db: &Connection, room: &RoomName, event: &Event) -> rusqlite::Result<()> {
    let Some(target) = event.body.target() else {
        return Ok(());
    };
    let id = room_id(db, room)?;
    let cached: Option<String> = db
        .prepare_cached("SELECT entry FROM entries WHERE room = ?1 AND seq = ?2")?
        .query_row(params![id, sql(target)], |row| row.get(0))
        .optional()?;
    let Some(mut entry) = cached.and_then(|text| serde_json::from_str::<Entry>(&text).ok()) else {
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

fn rooms(db: &Connection) -> rusqlite::Result<Vec<SavedRoom>> {
    let mut known: BTreeMap<i64, Vec<Span>> = BTreeMap::new();
    let mut select = db.prepare("SELECT first, last, room FROM known ORDER BY room, first")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        known
            .entry(row.get(2)?)
            .or_default()
            .extend(read_span(row)?);
    }
    let mut select = db.prepare(
        "SELECT id, state, first, place_seq, place_row, unchecked FROM rooms
         WHERE state IS NOT NULL ORDER BY name",
    )?;
    let mut rows = select.query([])?;
    let mut rooms = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, state): (i64, String) = (row.get(0)?, row.get(1)?);
        // A later version's words: the server will say them again.
        let Ok(state) = serde_json::from_str(&state) else {
            continue;
        };
        let place = match (read_seq(row, 3)?, row.get::<_, Option<i32>>(4)?) {
            (Some(seq), Some(row)) => Some(Anchor { seq, row }),
            _ => None,
        };
        rooms.push(SavedRoom {
            row: RoomRow {
                state,
                first: read_seq(row, 2)?.unwrap_or(Seq::FIRST),
                unchecked: read_seq(row, 5)?,
            },
            known: known.remove(&id).unwrap_or_default(),
            place,
        });
    }
    Ok(rooms)
}

pub(super) fn json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))
}

pub(super) fn sql(seq: Seq) -> i64 {
    i64::try_from(seq.get()).expect("a seq is below 2^53")
}

pub(super) fn read_seq(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Seq>> {
    let number: Option<i64> = row.get(column)?;
    Ok(number
        .and_then(|n| u64::try_from(n).ok())
        .and_then(Seq::new))
}

/// One that can't be read is a later version's.
pub(super) fn json_entry(text: &str) -> Option<Entry> {
    serde_json::from_str(text).ok()
}

fn read_span(row: &Row<'_>) -> rusqlite::Result<Option<Span>> {
    let (from, to) = (read_seq(row, 0)?, read_seq(row, 1)?);
    Ok(from.zip(to).and_then(|(from, to)| Span::new(from, to)))
}

fn in_words(error: &rusqlite::Error) -> String {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk is full".to_owned(),
        Some(ErrorCode::ReadOnly) => "the disk can only be read".to_owned(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another client of this profile holds the cache".to_owned()
        }
        _ => format!("the cache can't be written: {error}"),
    }
}
