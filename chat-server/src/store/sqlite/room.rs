//! Rooms and memberships in the database.

use super::fault::Fault;
use super::read;
use super::row::{role, role_column};
use super::scene;
use crate::rules::room::{self as rules, Joining};
use crate::store::{Committed, Decision, Effect, Join, Leave, RoomId, UserId};
use chat_proto::event::Role;
use chat_proto::{ErrorCode, ErrorReply, RoomName, Timestamp};
use rusqlite::{Connection, OptionalExtension};

pub(super) fn join(
    conn: &Connection,
    join: &Join,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    let Some(key) = key_of(conn, join.user)? else {
        return Ok(Err(nobody()));
    };
    let scene = scene::load(conn, join.user, &join.room)?;
    let place = scene.as_ref().map(|scene| &scene.place);
    let rooms = match place.and_then(|place| place.role) {
        Some(_) => 0,
        None => rooms_of(conn, join.user)?,
    };
    let joining = match rules::join(&join.room, place, join.create, rooms, join.rooms_max) {
        Ok(joining) => joining,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let id = match scene {
        Some(scene) => scene.room,
        None => create(conn, &join.room, true)?,
    };
    match joining {
        Joining::Already => {}
        Joining::Enter(role) => enter(conn, join.user, &key, id, role, now)?,
        Joining::Create => enter(conn, join.user, &key, id, Role::Owner, now)?,
    }
    let standing = read::standing(conn, join.user, &key, id)?
        .ok_or_else(|| Fault::nonsense("membership", &join.room))?;
    let new = joining != Joining::Already;
    if new {
        effects.push(Effect::Entered {
            user: join.user,
            room: id,
            read: standing.read,
        });
    }
    Ok(Ok(Committed::Joined { standing, new }))
}

pub(super) fn leave(
    conn: &Connection,
    leave: &Leave,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    let scene = scene::load(conn, leave.user, &leave.room)?;
    let place = scene.as_ref().map(|scene| &scene.place);
    let role = match rules::leave(&leave.room, place) {
        Ok(role) => role,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let id = scene
        .ok_or_else(|| Fault::nonsense("membership", &leave.room))?
        .room;
    go(conn, id, leave.user, role)?;
    effects.push(Effect::Left {
        user: leave.user,
        room: id,
    });
    Ok(Ok(Committed::Left {
        room: read::room_by_id(conn, id)?,
    }))
}

/// Takes someone of this role out of a room.
fn go(conn: &Connection, room: RoomId, user: UserId, had: Role) -> Result<(), Fault> {
    conn.prepare_cached("DELETE FROM memberships WHERE user = ? AND room = ?")?
        .execute((user.0, room.0))?;
    conn.prepare_cached("UPDATE rooms SET members = members - 1 WHERE id = ?")?
        .execute([room.0])?;
    succeed(conn, room, user, had)
}

/// Puts a new user into one of the server's own rooms, which is made if need be.
pub(super) fn enter_default(
    conn: &Connection,
    user: UserId,
    key: &str,
    name: &RoomName,
    now: Timestamp,
) -> Result<(), Fault> {
    let id = match scene::load(conn, user, name)? {
        Some(scene) if scene.place.role.is_some() => return Ok(()),
        Some(scene) => scene.room,
        None => create(conn, name, false)?,
    };
    enter(conn, user, key, id, Role::Member, now)
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

/// A change by a user who does not exist: a mistake of ours, and no reason to
/// fail the changes beside it.
fn nobody() -> ErrorReply {
    ErrorReply::new(
        ErrorCode::Internal,
        "the server does not know you any more; connect again",
    )
}

fn create(conn: &Connection, name: &RoomName, owned: bool) -> Result<RoomId, Fault> {
    conn.prepare_cached(
        "INSERT INTO rooms (name, kind, topic, folded, owned, members, head, last_at, run_user, run)
         VALUES (?, 0, '', ?, ?, 0, 0, 0, 0, 1)",
    )?
    .execute((name.as_str(), read::folded(name.as_str(), ""), owned))?;
    Ok(RoomId(conn.last_insert_rowid()))
}

fn enter(
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
    Ok(())
}

/// If someone of this role goes, the room may need another owner.
fn succeed(conn: &Connection, room: RoomId, leaver: UserId, had: Role) -> Result<(), Fault> {
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
        conn.prepare_cached("UPDATE memberships SET role = ? WHERE user = ? AND room = ?")?
            .execute((role_column(Role::Owner), heir.0, room.0))?;
    }
    Ok(())
}

fn rooms_of(conn: &Connection, user: UserId) -> Result<usize, Fault> {
    Ok(conn
        .prepare_cached("SELECT count(*) FROM memberships WHERE user = ?")?
        .query_row([user.0], |row| row.get::<_, u32>(0))? as usize)
}

fn key_of(conn: &Connection, user: UserId) -> Result<Option<String>, Fault> {
    Ok(conn
        .prepare_cached("SELECT key FROM users WHERE id = ? AND lapsed = 0")?
        .query_row([user.0], |row| row.get(0))
        .optional()?)
}
