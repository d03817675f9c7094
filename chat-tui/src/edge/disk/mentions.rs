//! Where a person is named in what is cached.
//!
//! No index is kept for this: it is asked for by hand and now and then. Of each
//! room the newest rows are read and nothing older, so that a million messages
//! are no wait; a row is parsed only if its text may hold the name.

use super::cache::{Cache, StoreError};
use super::values::json_entry;
use crate::core::input::Named;
use rusqlite::params;

/// Rows of a room that are looked at.
const ROWS_MOST: i64 = 500;
/// Finds of a room.
const FOUND_MOST: usize = 50;

impl Cache {
    /// The messages that may name someone, each with what stands before it.
    pub fn mentions(&self, name: &str) -> Result<Vec<Named>, StoreError> {
        let mut rooms = self.db.prepare_cached("SELECT id FROM rooms")?;
        let rooms = rooms.query_map([], |row| row.get::<_, i64>(0))?;
        let rooms: Vec<i64> = rooms.collect::<Result<_, _>>()?;
        let mark = format!("@{}", name.to_lowercase());
        let mut found = Vec::new();
        for room in rooms {
            self.of_room(room, &mark, &mut found)?;
        }
        Ok(found)
    }

    fn of_room(&self, room: i64, mark: &str, found: &mut Vec<Named>) -> Result<(), StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT entry FROM entries WHERE room = ?1 ORDER BY seq DESC LIMIT ?2",
        )?;
        let texts = select.query_map(params![room, ROWS_MOST], |row| row.get::<_, String>(0))?;
        let until = found.len() + FOUND_MOST;
        // The newest first: what stood before a message is the next row.
        let mut waits: Option<Named> = None;
        for text in texts {
            let text = text?;
            let parse = || json_entry(&text);
            if let Some(mut named) = waits.take() {
                named.before = parse();
                found.push(named);
            }
            if found.len() >= until {
                return Ok(());
            }
            if text.contains('@') && text.to_lowercase().contains(mark) {
                waits = parse().map(|entry| Named {
                    entry,
                    before: None,
                });
            }
        }
        found.extend(waits);
        Ok(())
    }
}
