//! Invitations in the database.

use super::fault::Fault;
use super::row::{room_name, user_name};
use super::scene;
use super::target;
use crate::rules::moderation::{self as rules, Inviting};
use crate::rules::no_room;
use crate::store::{Committed, Decision, Effect, Invitation, Invite, RoomId, UserId};
use chat_proto::Timestamp;
use rusqlite::Connection;

pub(super) fn invite(
    conn: &Connection,
    asked: &Invite,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    let Some(scene) = scene::load(conn, asked.by, &asked.room)? else {
        return Ok(Err(no_room(&asked.room)));
    };
    let other = target::load(conn, asked.by, scene.room, &asked.user)?;
    let waiting = match &other {
        Some(other) => count(conn, other.id)?,
        None => 0,
    };
    let target = other.as_ref().map(|other| &other.target);
    let inviting = rules::invite(
        &asked.room,
        Some(scene.asked()),
        &asked.user,
        target,
        waiting,
    );
    match (inviting, other) {
        (Err(refusal), _) => return Ok(Err(refusal)),
        (Ok(Inviting::Already), _) => {}
        (Ok(Inviting::Invite), Some(other)) => {
            conn.prepare_cached("INSERT INTO invites (user, room, by, at) VALUES (?, ?, ?, ?)")?
                .execute((other.id.0, scene.room.0, asked.by.0, now.millis()))?;
            effects.push(Effect::Invited {
                user: other.id,
                invitation: Invitation {
                    room: scene.room,
                    name: scene.name.clone(),
                    by: scene.author.name,
                },
            });
        }
        (Ok(Inviting::Invite), None) => {
            return Err(Fault::nonsense("decision about", &asked.user));
        }
    }
    Ok(Ok(Committed::Changed {
        room: scene.name,
        seq: None,
    }))
}

/// The invitation is used, or taken back.
pub(super) fn void(
    conn: &Connection,
    user: UserId,
    room: RoomId,
    effects: &mut Vec<Effect>,
) -> Result<(), Fault> {
    conn.prepare_cached("DELETE FROM invites WHERE user = ? AND room = ?")?
        .execute((user.0, room.0))?;
    effects.push(Effect::Uninvited { user, room });
    Ok(())
}

/// See [`crate::store::Store::invitations`].
pub(super) fn waiting(conn: &Connection, user: UserId) -> Result<Vec<Invitation>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT i.room, r.name, u.name FROM invites i
         JOIN rooms r ON r.id = i.room JOIN users u ON u.id = i.by
         WHERE i.user = ? ORDER BY r.name",
    )?;
    let mut rows = statement.query([user.0])?;
    let mut waiting = Vec::new();
    while let Some(row) = rows.next()? {
        waiting.push(Invitation {
            room: RoomId(row.get(0)?),
            name: room_name(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?,
            by: user_name(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?,
        });
    }
    Ok(waiting)
}

fn count(conn: &Connection, user: UserId) -> Result<usize, Fault> {
    Ok(conn
        .prepare_cached("SELECT count(*) FROM invites WHERE user = ?")?
        .query_row([user.0], |row| row.get::<_, u32>(0))? as usize)
}
