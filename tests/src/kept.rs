//! What a terminal client keeps in its cache, looked at from outside while the
//! client runs. The only place that knows the tables of that cache.

use std::path::Path;

use anyhow::Result;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use crate::home::find;
use crate::wait;

/// Waits until a text is kept as a draft, by a client whose profile lies
/// somewhere in a folder. What was changed before it is then kept, too: all is
/// written in its order.
pub async fn draft(folder: &Path, text: &str) -> Result<()> {
    let kept = || {
        let query = "SELECT true FROM drafts WHERE text = ?1";
        find_row(folder, query, text).map(|_| ())
    };
    wait::until(format!("{text:?} to be kept"), wait::SOON, kept).await
}

/// Waits until a message is kept as the place where a room is read, or one
/// beside it.
pub async fn place(folder: &Path, room: &str, seq: i64) -> Result<()> {
    let kept = || {
        let query = "SELECT place_seq FROM rooms WHERE name = ?1";
        let place = find_row(folder, query, room)?;
        (place.abs_diff(seq) <= 1).then_some(())
    };
    wait::until(format!("place {seq} to be kept"), wait::SOON, kept).await
}

/// `None` also where there is no cache yet, or one that is being written.
fn find_row(folder: &Path, query: &str, key: &str) -> Option<i64> {
    let cache = find(folder, "cache.db")?;
    let cache = Connection::open_with_flags(cache, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    let row = cache.query_row(query, [key], |row| row.get(0)).optional();
    row.ok().flatten()
}
