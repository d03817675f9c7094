//! The rooms in the cache: how one stands in each, and where it is read.

use super::index;
use super::values::{json, read_seq, read_span, run, sql};
use crate::core::input::SavedRoom;
use crate::core::room::{Anchor, RoomRow};
use crate::core::span::Span;
use chat_proto::{RoomName, Seq};
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

pub(super) fn set_room(db: &Connection, row: &RoomRow) -> rusqlite::Result<()> {
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

pub(super) fn room_id(db: &Connection, room: &RoomName) -> rusqlite::Result<i64> {
    run(
        db,
        "INSERT OR IGNORE INTO rooms (name) VALUES (?1)",
        [room.as_str()],
    )?;
    db.prepare_cached("SELECT id FROM rooms WHERE name = ?1")?
        .query_row([room.as_str()], |row| row.get(0))
}

pub(super) fn forget(db: &Connection, room: &RoomName) -> rusqlite::Result<()> {
    let id = room_id(db, room)?;
    index::forget(db, id)?;
    run(db, "DELETE FROM entries WHERE room = ?1", [id])?;
    run(db, "DELETE FROM known WHERE room = ?1", [id])?;
    run(db, "DELETE FROM rooms WHERE id = ?1", [id])
}

pub(super) fn set_place(
    db: &Connection,
    room: &RoomName,
    place: Option<Anchor>,
) -> rusqlite::Result<()> {
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

pub(super) fn rooms(db: &Connection) -> rusqlite::Result<Vec<SavedRoom>> {
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
