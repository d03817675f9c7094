//! Memberships in the database: who is in which room, and as what.

use super::fault::Fault;
use super::row::{role, role_column};
use crate::rules::room::{self as rules, Rooms};
use crate::store::{RoomId, UserId};
use chat_proto::event::Role;
use chat_proto::{ErrorCode, ErrorReply, Timestamp};
use rusqlite::{Connection, OptionalExtension};

/// Puts someone into a room; what came before is read.
pub(super) fn enter(
    conn: &Connection,
    user: UserId,
    key: &str,
    room: RoomId,
    role: Role,
    now: Timestamp,
) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO memberships (user, room, role, read, joined, key)
         SELECT ?, id, ?, head, ?, ? FROM rooms WHERE id = ?",
    )?
    .execute((user.0, role_column(role), now.millis(), key, room.0))?;
    conn.prepare_cached("UPDATE rooms SET members = members + 1 WHERE id = ?")?
        .execute([room.0])?;
    conn.prepare_cached(
        "UPDATE records SET kick_seq = 0, role_seq = 0 WHERE room = ? AND user = ?",
    )?
    .execute((room.0, user.0))?;
    Ok(())
}

/// Takes someone of this role out of a room.
pub(super) fn go(conn: &Connection, room: RoomId, user: UserId, had: Role) -> Result<(), Fault> {
    conn.prepare_cached("DELETE FROM memberships WHERE user = ? AND room = ?")?
        .execute((user.0, room.0))?;
    conn.prepare_cached("UPDATE rooms SET members = members - 1 WHERE id = ?")?
        .execute([room.0])?;
    succeed(conn, room, user, had)
}

/// A user's memberships are hidden until it is back.
pub(super) fn suspend(conn: &Connection, user: UserId) -> Result<(), Fault> {
    let owned: Vec<i64> = conn
        .prepare_cached(
            "SELECT room FROM memberships WHERE user = ? AND role = ? AND key IS NOT NULL",
        )?
        .query_map((user.0, role_column(Role::Owner)), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for room in owned {
        succeed(conn, RoomId(room), user, Role::Owner)?;
    }
    conn.prepare_cached(
        "UPDATE rooms SET members = members - 1
         WHERE id IN (SELECT room FROM memberships WHERE user = ? AND key IS NOT NULL)",
    )?
    .execute([user.0])?;
    conn.prepare_cached("UPDATE memberships SET key = NULL WHERE user = ?")?
        .execute([user.0])?;
    Ok(())
}

/// Gives someone another role.
pub(super) fn set_role(
    conn: &Connection,
    room: RoomId,
    user: UserId,
    role: Role,
) -> Result<(), Fault> {
    conn.prepare_cached("UPDATE memberships SET role = ? WHERE user = ? AND room = ?")?
        .execute((role_column(role), user.0, room.0))?;
    Ok(())
}

/// If someone of this role goes, the room may need another owner.
fn succeed(conn: &Connection, room: RoomId, leaver: UserId, had: Role) -> Result<(), Fault> {
    if had != Role::Owner {
        return Ok(());
    }
    let next = conn
        .prepare_cached(
            "SELECT user, role FROM memberships
             WHERE room = ? AND key IS NOT NULL AND user <> ?
             ORDER BY role DESC, joined, user LIMIT 1",
        )?
        .query_row((room.0, leaver.0), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let next = match next {
        Some((user, column)) => Some((UserId(user), role(column)?)),
        None => None,
    };
    if let Some(heir) = rules::heir(had, next) {
        set_role(conn, room, heir, Role::Owner)?;
        // No event made it so.
        conn.prepare_cached("UPDATE records SET role_seq = 0 WHERE room = ? AND user = ?")?
            .execute((room.0, heir.0))?;
    }
    Ok(())
}

/// The rooms that a user has in its list.
pub(super) fn rooms_of(conn: &Connection, user: UserId, max: usize) -> Result<Rooms, Fault> {
    let count = conn
        .prepare_cached("SELECT count(*) FROM memberships WHERE user = ? AND hidden = 0")?
        .query_row([user.0], |row| row.get::<_, u32>(0))? as usize;
    Ok(Rooms { count, max })
}

/// Someone who acts: the key of their name, and whether they are a guest.
pub(super) struct Actor {
    pub(super) key: String,
    pub(super) guest: bool,
}

pub(super) fn actor(conn: &Connection, user: UserId) -> Result<Option<Actor>, Fault> {
    Ok(conn
        .prepare_cached("SELECT key, guest FROM users WHERE id = ? AND lapsed = 0")?
        .query_row([user.0], |row| {
            Ok(Actor {
                key: row.get(0)?,
                guest: row.get(1)?,
            })
        })
        .optional()?)
}

/// A change by a user who does not exist: a mistake of ours, and no reason to
/// fail the changes beside it.
pub(super) fn nobody() -> ErrorReply {
    ErrorReply::new(
        ErrorCode::Internal,
        "the server does not know you any more; connect again",
    )
}
