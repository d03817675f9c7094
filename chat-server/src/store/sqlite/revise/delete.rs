//! A message that says nothing any more: what it and its edits said is gone
//! from the log and from the index of words. Its nonce stays known, so that a
//! repeated `send` makes no second one.

use crate::store::sqlite::fault::Fault;
use crate::store::sqlite::file;
use crate::store::sqlite::index;
use crate::store::sqlite::message::unname_them;
use crate::store::sqlite::quiet;
use crate::store::sqlite::remains;
use crate::store::sqlite::row::{DELETED, EDITED, event, event_columns, id, id_of, seq_column};
use crate::store::sqlite::scene::Scene;
use crate::store::{Effect, RoomId};
use chat_proto::limits::RESUME_EVENTS;
use chat_proto::{Event, RoomName, Seq};
use rusqlite::Connection;

/// Erases what was said; takes as long as there are edits, once.
pub(super) fn erase(
    conn: &Connection,
    scene: &Scene,
    target: Seq,
    stood: &str,
    effects: &mut Vec<Effect>,
) -> Result<(), Fault> {
    let place = (scene.room.0, seq_column(target));
    index::replace(conn, scene.room, target, stood, None)?;
    remains::may_be_left(conn)?;
    unname_them(conn, scene.room, target, stood)?;
    conn.prepare_cached(
        "UPDATE events SET text = NULL, files = NULL, reply_to = NULL, flags = flags | ?
         WHERE id = ?",
    )?
    .execute((DELETED, id(scene.room, target)?))?;
    quiet::note(conn, scene.room, target)?;
    conn.prepare_cached(
        "UPDATE events SET text = NULL, flags = flags | ?3
         WHERE room = ?1 AND target = ?2 AND kind = ?4",
    )?
    .execute((place.0, place.1, DELETED, EDITED))?;
    for sql in [
        "DELETE FROM reactions WHERE room = ? AND target = ?",
        "DELETE FROM tallies WHERE room = ? AND target = ?",
    ] {
        conn.prepare_cached(sql)?.execute(place)?;
    }
    file::doom(conn, scene.room, target, effects)?;
    // No ring holds what is older.
    let held = scene.end.head.minus(RESUME_EVENTS);
    effects.push(Effect::Rewritten {
        room: scene.room,
        events: left(conn, scene.room, &scene.name, target, held)?,
    });
    Ok(())
}

/// What is left of the message and its edits, of those above `after`.
fn left(
    conn: &Connection,
    room: RoomId,
    name: &RoomName,
    target: Seq,
    after: Seq,
) -> Result<Vec<Event>, Fault> {
    let mut statement = conn.prepare_cached(concat!(
        "SELECT ",
        event_columns!(),
        " FROM events e WHERE id = ",
        id_of!("?1", "?2"),
        " AND seq > ?3
         UNION ALL SELECT ",
        event_columns!(),
        " FROM events e WHERE room = ?1 AND target = ?2 AND seq > ?3 AND kind = ?4"
    ))?;
    let mut rows = statement.query((room.0, seq_column(target), seq_column(after), EDITED))?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(event(name, row)?);
    }
    Ok(events)
}

/// Notes the event that deleted it.
pub(super) fn fold(conn: &Connection, scene: &Scene, target: Seq, by: Seq) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO folds (room, seq, changed, del_seq) VALUES (?1, ?2, ?3, ?3)
         ON CONFLICT (room, seq) DO UPDATE SET changed = excluded.changed,
             del_seq = excluded.del_seq, rev = NULL, edited_at = NULL, text = NULL, pinned = 0",
    )?
    .execute((scene.room.0, seq_column(target), seq_column(by)))?;
    Ok(())
}
