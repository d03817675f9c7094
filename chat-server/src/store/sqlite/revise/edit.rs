//! A message that says something else now.

use crate::store::sqlite::fault::Fault;
use crate::store::sqlite::index;
use crate::store::sqlite::message::{name_them, unname_them};
use crate::store::sqlite::row::seq_column;
use crate::store::sqlite::scene::Scene;
use chat_proto::{Seq, Timestamp};
use rusqlite::Connection;

/// Notes the text that stands from event `by` on, whom it names and by
/// which words it is found. What was said first stays on the log.
pub(super) fn fold(
    conn: &Connection,
    scene: &Scene,
    target: Seq,
    before: &str,
    text: &str,
    by: Seq,
    at: Timestamp,
) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO folds (room, seq, changed, rev, edited_at, text) VALUES (?1, ?2, ?3, ?3, ?4, ?5)
         ON CONFLICT (room, seq) DO UPDATE SET changed = excluded.changed, rev = excluded.rev,
             edited_at = excluded.edited_at, text = excluded.text",
    )?
    .execute((
        scene.room.0,
        seq_column(target),
        seq_column(by),
        at.millis(),
        text,
    ))?;
    index::replace(conn, scene.room, target, before, Some(text))?;
    unname_them(conn, scene.room, target, before)?;
    name_them(conn, scene, target, text)
}
