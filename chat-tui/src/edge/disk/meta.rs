//! What there is one of: the name borne last, the epoch of the logs, the room
//! open last, one's habits; each by a key.

use super::values::run;
use crate::core::habits::Habits;
use rusqlite::{Connection, OptionalExtension as _};

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
pub(super) fn habits(db: &Connection) -> rusqlite::Result<Habits> {
    let kept = meta(db, "habits")?;
    Ok(kept
        .and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default())
}
