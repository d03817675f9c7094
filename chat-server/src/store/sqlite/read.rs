//! Rooms and members, read for others to see.

use super::count;
use super::fault::Fault;
use super::row::{role, room_columns, room_row, rows_column, seq, user_name};
use super::scene;
use crate::store::{MembersPage, RoomId, RoomRow, Seen, Standing, UserId, UserRow};
use chat_proto::{RoomName, Seq};
use rusqlite::{Connection, Row};

/// See [`crate::store::Store::standings`].
pub(super) fn standings(
    conn: &Connection,
    user: UserId,
    key: &str,
) -> Result<Vec<Standing>, Fault> {
    let mut statement = conn.prepare_cached(concat!(
        "SELECT ",
        room_columns!(),
        ", m.role, m.read FROM memberships m JOIN rooms r ON r.id = m.room
         WHERE m.user = ? AND m.key IS NOT NULL AND m.hidden = 0 ORDER BY r.name"
    ))?;
    let mut rows = statement.query([user.0])?;
    let mut standings = Vec::new();
    while let Some(row) = rows.next()? {
        standings.push(stands(conn, row, user, key, None)?);
    }
    Ok(standings)
}

/// See [`crate::store::Store::standing`].
pub(super) fn standing(
    conn: &Connection,
    user: UserId,
    key: &str,
    room: RoomId,
    head: Option<Seq>,
) -> Result<Option<Standing>, Fault> {
    let mut statement = conn.prepare_cached(concat!(
        "SELECT ",
        room_columns!(),
        ", m.role, m.read FROM memberships m JOIN rooms r ON r.id = m.room
         WHERE m.user = ? AND m.room = ? AND m.key IS NOT NULL AND m.hidden = 0"
    ))?;
    let mut rows = statement.query((user.0, room.0))?;
    rows.next()?
        .map(|row| stands(conn, row, user, key, head))
        .transpose()
}

fn stands(
    conn: &Connection,
    row: &Row<'_>,
    user: UserId,
    key: &str,
    head: Option<Seq>,
) -> Result<Standing, Fault> {
    let (mut room, read) = (room_row(row)?, seq(row.get(8)?)?);
    room.head = head.map_or(room.head, |head| head.min(room.head));
    Ok(Standing {
        counts: count::above(conn, user, key, room.id, read, room.head)?,
        role: role(row.get(7)?)?,
        room,
        read,
    })
}

/// See [`crate::store::Store::room`].
pub(super) fn room(
    conn: &Connection,
    name: &RoomName,
    user: UserId,
) -> Result<Option<(RoomRow, bool)>, Fault> {
    let mut statement = conn.prepare_cached(concat!(
        "SELECT ",
        room_columns!(),
        ", EXISTS (SELECT 1 FROM memberships m
                   WHERE m.user = ? AND m.room = r.id AND m.key IS NOT NULL AND m.hidden = 0)
         FROM rooms r WHERE r.name = ?"
    ))?;
    let mut rows = statement.query((user.0, name.as_str()))?;
    match rows.next()? {
        Some(row) => Ok(Some((room_row(row)?, row.get(7)?))),
        None => Ok(None),
    }
}

/// See [`crate::store::Store::seen`].
pub(super) fn seen(
    conn: &Connection,
    name: &RoomName,
    user: UserId,
) -> Result<Option<Seen>, Fault> {
    let Some(scene) = scene::load(conn, user, name)? else {
        return Ok(None);
    };
    Ok(Some(Seen {
        room: room_by_id(conn, scene.room)?,
        place: scene.place,
        actor: scene.actor,
    }))
}

pub(super) fn room_by_id(conn: &Connection, id: RoomId) -> Result<RoomRow, Fault> {
    let mut statement = conn.prepare_cached(concat!(
        "SELECT ",
        room_columns!(),
        " FROM rooms r WHERE r.id = ?"
    ))?;
    let mut rows = statement.query([id.0])?;
    let row = rows.next()?.ok_or_else(|| Fault::nonsense("room", id.0))?;
    room_row(row)
}

/// See [`crate::store::Store::members`].
pub(super) fn members(
    conn: &Connection,
    room: RoomId,
    after: &str,
    limit: usize,
) -> Result<MembersPage, Fault> {
    let total = room_by_id(conn, room)?.members;
    let mut statement = conn.prepare_cached(
        "SELECT u.id, u.name, u.guest, m.role FROM memberships m JOIN users u ON u.id = m.user
         WHERE m.room = ? AND m.key IS NOT NULL AND m.key > ? ORDER BY m.key LIMIT ?",
    )?;
    let mut rows = statement.query((room.0, after, rows_column(limit.saturating_add(1))))?;
    let mut members = Vec::new();
    while let Some(row) = rows.next()? {
        let user = UserRow {
            id: UserId(row.get(0)?),
            name: user_name(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?,
            guest: row.get(2)?,
        };
        members.push((user, role(row.get(3)?)?));
    }
    let more = members.len() > limit;
    members.truncate(limit);
    Ok(MembersPage {
        members,
        total,
        more,
    })
}
