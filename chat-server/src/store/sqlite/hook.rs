//! Webhooks in the database: made, voided, and what they say.

use super::account;
use super::fault::Fault;
use super::message;
use super::row::{kind, room_name, seq, time, user_name};
use super::scene::{self, Author, End, Scene};
use crate::rules::hook::{self as rules, Bearer};
use crate::rules::message::Sending;
use crate::rules::permission::{Actor, Place};
use crate::store::{
    Committed, Decision, Effect, HookId, HookSays, MakeHook, RoomId, TokenHash, UserId, VoidHook,
};
use chat_proto::event::Message;
use chat_proto::{ErrorCode, ErrorReply, RoomName, Timestamp, UserName};
use rusqlite::{Connection, OptionalExtension, Row};

pub(super) fn make(conn: &Connection, make: &MakeHook, now: Timestamp) -> Result<Decision, Fault> {
    let scene = scene::load(conn, make.by, &make.room)?;
    let room = scene.as_ref().map(|scene| scene.room);
    let user = account::bearer(conn, &make.name, None)?
        .filter(|user| !user.has_lapsed(now))
        .map(|user| user.name);
    let hook = room.map(|room| named(conn, room, &make.name)).transpose()?;
    let hook = hook.flatten().map(|(_, name)| name);
    let bearer = user
        .as_ref()
        .map(Bearer::User)
        .or(hook.as_ref().map(Bearer::Hook));
    let count = room.map_or(Ok(0), |room| count(conn, room))?;
    let asked = scene.as_ref().map(Scene::asked);
    if let Err(refusal) = rules::make(&make.room, asked, &make.name, bearer, count) {
        return Ok(Err(refusal));
    }
    let scene = scene.ok_or_else(|| Fault::nonsense("membership", &make.room))?;
    conn.prepare_cached(
        "INSERT INTO hooks (room, name, skeleton, hash, by, made) VALUES (?, ?, ?, ?, ?, ?)",
    )?
    .execute((
        scene.room.0,
        make.name.as_str(),
        &*make.name.skeleton(),
        &make.token.0[..],
        make.by.0,
        now.millis(),
    ))?;
    Ok(done(scene.name))
}

pub(super) fn void(conn: &Connection, void: &VoidHook) -> Result<Decision, Fault> {
    let scene = scene::load(conn, void.by, &void.room)?;
    if let Err(refusal) = rules::manage(&void.room, scene.as_ref().map(Scene::asked)) {
        return Ok(Err(refusal));
    }
    let scene = scene.ok_or_else(|| Fault::nonsense("membership", &void.room))?;
    let Some((id, _)) = named(conn, scene.room, &void.name)? else {
        return Ok(Err(rules::unknown(&void.room, &void.name)));
    };
    conn.prepare_cached("DELETE FROM hooks WHERE id = ?")?
        .execute([id.0])?;
    Ok(done(scene.name))
}

pub(super) fn say(
    conn: &Connection,
    says: &HookSays,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    let Some(mut scene) = scene_of(conn, says.token)? else {
        return Ok(Err(ErrorReply::new(
            ErrorCode::NotFound,
            "there is no such webhook; it may have been voided",
        )));
    };
    let earlier = match &says.nonce {
        Some(nonce) => message::earlier(conn, scene.author.id.0, scene.room, nonce.as_str())?,
        None => None,
    };
    let before = earlier.as_ref().map(|(_, _, earlier)| earlier);
    let (seq, at, duplicate) = match (rules::say(says.text.as_str(), before), earlier) {
        (Err(refusal), _) => return Ok(Err(refusal)),
        (Ok(Sending::Repeat), Some((seq, at, _))) => (seq, at, true),
        (Ok(_), _) => {
            let said = Message {
                text: Some(says.text.as_str().to_owned()),
                nonce: says.nonce.as_ref().map(|nonce| nonce.as_str().to_owned()),
                ..Message::default()
            };
            let (seq, at) = message::say(conn, &mut scene, said, now, effects)?;
            (seq, at, false)
        }
    };
    Ok(Ok(Committed::Sent {
        room: scene.name,
        seq,
        at,
        duplicate,
    }))
}

/// See [`crate::store::Store::hook`].
pub(super) fn id(conn: &Connection, token: TokenHash) -> Result<Option<HookId>, Fault> {
    Ok(conn
        .prepare_cached("SELECT id FROM hooks WHERE hash = ?")?
        .query_row([&token.0[..]], |row| row.get(0).map(HookId))
        .optional()?)
}

/// See [`crate::store::Store::hooks`].
pub(super) fn list(
    conn: &Connection,
    by: UserId,
    room: &RoomName,
) -> Result<Result<Vec<UserName>, ErrorReply>, Fault> {
    let scene = scene::load(conn, by, room)?;
    if let Err(refusal) = rules::manage(room, scene.as_ref().map(Scene::asked)) {
        return Ok(Err(refusal));
    }
    let scene = scene.ok_or_else(|| Fault::nonsense("membership", room))?;
    let mut statement =
        conn.prepare_cached("SELECT name FROM hooks WHERE room = ? ORDER BY name")?;
    let mut rows = statement.query([scene.room.0])?;
    let mut names = Vec::new();
    while let Some(row) = rows.next()? {
        names.push(user_name(
            row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?,
        )?);
    }
    Ok(Ok(names))
}

/// The webhook, of any room, whose name is this one or can be confused with it.
pub(super) fn like(conn: &Connection, name: &UserName) -> Result<Option<UserName>, Fault> {
    conn.prepare_cached("SELECT name FROM hooks WHERE skeleton = ? LIMIT 1")?
        .query_row([&*name.skeleton()], |row| row.get::<_, String>(0))
        .optional()?
        .map(|name| user_name(&name))
        .transpose()
}

/// The same within one room.
fn named(
    conn: &Connection,
    room: RoomId,
    name: &UserName,
) -> Result<Option<(HookId, UserName)>, Fault> {
    conn.prepare_cached("SELECT id, name FROM hooks WHERE room = ? AND skeleton = ?")?
        .query_row((room.0, &*name.skeleton()), |row| {
            Ok((HookId(row.get(0)?), row.get::<_, String>(1)?))
        })
        .optional()?
        .map(|(id, name)| Ok((id, user_name(&name)?)))
        .transpose()
}

fn count(conn: &Connection, room: RoomId) -> Result<usize, Fault> {
    let count: i64 = conn
        .prepare_cached("SELECT count(*) FROM hooks WHERE room = ?")?
        .query_row([room.0], |row| row.get(0))?;
    usize::try_from(count).map_err(|_| Fault::nonsense("webhooks", count))
}

fn done(room: RoomName) -> Decision {
    Ok(Committed::Changed { room, seq: None })
}

/// Where a webhook speaks, with itself as the author.
fn scene_of(conn: &Connection, token: TokenHash) -> Result<Option<Scene>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT r.id, r.name, r.kind, r.members, r.owned, r.guests, r.head, r.last_at, r.run_user,
                r.run, h.id, h.name
         FROM hooks h JOIN rooms r ON r.id = h.room WHERE h.hash = ?",
    )?;
    let mut rows = statement.query([&token.0[..]])?;
    rows.next()?.map(speaking).transpose()
}

fn speaking(row: &Row<'_>) -> Result<Scene, Fault> {
    let members: i64 = row.get(3)?;
    let id: i64 = row.get(10)?;
    Ok(Scene {
        room: RoomId(row.get(0)?),
        name: room_name(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?,
        place: Place {
            kind: kind(row.get(2)?)?,
            members: u64::try_from(members).map_err(|_| Fault::nonsense("members", members))?,
            owned: row.get(4)?,
            guests: row.get(5)?,
            role: None,
            banned: false,
            muted: false,
            invited: false,
        },
        actor: Actor::default(),
        author: Author {
            id: UserId(-id),
            name: user_name(row.get_ref(11)?.as_str().map_err(rusqlite::Error::from)?)?,
            guest: false,
            hook: true,
            wrote: true,
        },
        end: End {
            head: seq(row.get(6)?)?,
            last_at: time(row.get(7)?),
            run_user: row.get(8)?,
            run: row.get(9)?,
        },
    })
}
