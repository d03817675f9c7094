//! The cache of one server: where it is kept, what belongs to which of the
//! running clients, and each write handed to the tables that it is about.
//!
//! What always holds: a write that returned is on the disk as a whole or not
//! at all, and a text that a person typed is there even after power loss. The
//! cache belongs to several running clients at once; what was typed into one
//! of them is only its own as long as it runs.

use super::index;
use super::log::{add_log, change};
use super::meta::{habits, meta, set_meta};
use super::rooms::{forget, rooms, set_place, set_room};
use super::schema::{self, OpenError};
use super::slot::Slot;
use super::typed::{
    add_unsent, adopt_from, deeds, drafts, outbox, set_deed, set_draft, set_unsent,
};
use super::values::{json, run};
use super::write::About;
use crate::core::effect::{LoadSearch, Store};
use crate::core::input::{Device, Saved};
use crate::edge::profile::ServerDir;
use chat_proto::{Entry, RoomName};
use rusqlite::Connection;

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
        let typed = |write| matches!(About::of(write), About::Item(_) | About::Typed);
        let lasting = if writes.iter().any(typed) {
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
