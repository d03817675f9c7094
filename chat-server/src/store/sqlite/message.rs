//! Messages and markers in the database. What is done for each message is
//! kept little: one row is read for all that has to be known, one is appended
//! to the log, one is updated.

use super::fault::Fault;
use super::row::{DELETED, GUEST, MESSAGE, kind, role, seq, seq_column, time, user_name};
use super::{count, room};
use crate::rules::message::{self as rules, Earlier, Reply, Sending};
use crate::rules::room::{Place, member};
use crate::store::{Committed, MarkRead, Outcome, RoomId, SendMessage};
use chat_proto::event::Message;
use chat_proto::event::Role;
use chat_proto::mention::mentions;
use chat_proto::{Event, EventBody, Nonce, Seq, Timestamp, UserName};
use rusqlite::{Connection, OptionalExtension};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Names everybody, if a moderator or owner says it; no user can bear it.
pub(super) const EVERYBODY: &str = "room";

/// What is known about a room and who writes there.
struct Scene {
    room: RoomId,
    place: Place,
    head: Seq,
    last_at: Timestamp,
    run_user: i64,
    run: i64,
    author: UserName,
    guest: bool,
    wrote: bool,
}

pub(super) fn send(
    conn: &Connection,
    send: &SendMessage,
    now: Timestamp,
) -> Result<Outcome, Fault> {
    let scene = load(conn, send)?;
    let place = scene.as_ref().map(|scene| scene.place);
    let earlier = match (&scene, &send.nonce) {
        (Some(scene), Some(nonce)) => earlier(conn, send.author.0, scene.room, nonce.as_str())?,
        (Some(_) | None, None) | (None, Some(_)) => None,
    };
    let reply = match (&scene, send.reply_to) {
        (_, None) => Reply::No,
        (Some(scene), Some(target)) if is_message(conn, scene.room, target)? => Reply::ToMessage,
        (Some(_) | None, Some(_)) => Reply::ToNothing,
    };
    let before = earlier.as_ref().map(|(_, _, earlier)| earlier);
    let decision = rules::send(&send.room, place, send.text.as_str(), before, reply);
    Ok(match (decision, scene, earlier) {
        (Err(refusal), _, _) => Outcome::Refused(refusal),
        (Ok(Sending::Append), Some(scene), _) => Outcome::Done(append(conn, &scene, send, now)?),
        (Ok(Sending::Repeat), _, Some((seq, at, _))) => Outcome::Done(Committed::Repeated {
            room: send.room.clone(),
            seq,
            at,
        }),
        (Ok(Sending::Append), None, _) | (Ok(Sending::Repeat), _, None) => {
            return Err(Fault::nonsense("decision about", &send.room));
        }
    })
}

pub(super) fn read(conn: &Connection, mark: &MarkRead) -> Result<Outcome, Fault> {
    let found = room::find(conn, &mark.room, mark.user)?;
    if let Err(refusal) = member(&mark.room, found.map(|(_, place)| place)) {
        return Ok(Outcome::Refused(refusal));
    }
    let (head, marker, room, key) = conn
        .prepare_cached(
            "SELECT r.head, m.read, r.id, m.key FROM rooms r JOIN memberships m ON m.room = r.id
             WHERE r.name = ? AND m.user = ?",
        )?
        .query_row((mark.room.as_str(), mark.user.0), |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                RoomId(row.get(2)?),
                row.get::<_, String>(3)?,
            ))
        })?;
    let (head, marker) = (seq(head)?, seq(marker)?);
    let stands = match rules::read(marker, head, mark.seq, mark.back) {
        Ok(stands) => stands,
        Err(refusal) => return Ok(Outcome::Refused(refusal)),
    };
    let moved = stands != marker;
    if moved {
        conn.prepare_cached("UPDATE memberships SET read = ? WHERE user = ? AND room = ?")?
            .execute((seq_column(stands), mark.user.0, room.0))?;
    }
    Ok(Outcome::Done(Committed::Read {
        room,
        seq: stands,
        moved,
        counts: count::above(conn, mark.user, &key, room, stands, head)?,
    }))
}

fn load(conn: &Connection, send: &SendMessage) -> Result<Option<Scene>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT r.id, r.kind, r.members, r.owned, m.role, r.head, r.last_at, r.run_user, r.run,
                u.name, u.guest, u.wrote
         FROM rooms r JOIN users u ON u.id = ?1
         LEFT JOIN memberships m ON m.user = ?1 AND m.room = r.id AND m.key IS NOT NULL
         WHERE r.name = ?2",
    )?;
    let mut rows = statement.query((send.author.0, send.room.as_str()))?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let members: i64 = row.get(2)?;
    Ok(Some(Scene {
        room: RoomId(row.get(0)?),
        place: Place {
            kind: kind(row.get(1)?)?,
            members: u64::try_from(members).map_err(|_| Fault::nonsense("members", members))?,
            owned: row.get(3)?,
            role: row.get::<_, Option<i64>>(4)?.map(role).transpose()?,
        },
        head: seq(row.get(5)?)?,
        last_at: time(row.get(6)?),
        run_user: row.get(7)?,
        run: row.get(8)?,
        author: user_name(row.get_ref(9)?.as_str().map_err(rusqlite::Error::from)?)?,
        guest: row.get(10)?,
        wrote: row.get(11)?,
    }))
}

fn earlier(
    conn: &Connection,
    author: i64,
    room: RoomId,
    nonce: &str,
) -> Result<Option<(Seq, Timestamp, Earlier)>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT seq, at, flags, text FROM events WHERE user = ? AND room = ? AND nonce = ?",
    )?;
    let mut rows = statement.query((author, room.0, nonce))?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let deleted = row.get::<_, i64>(2)? & DELETED != 0;
    let text = if deleted { None } else { row.get(3)? };
    Ok(Some((
        seq(row.get(0)?)?,
        time(row.get(1)?),
        Earlier { text },
    )))
}

fn is_message(conn: &Connection, room: RoomId, target: Seq) -> Result<bool, Fault> {
    Ok(conn
        .prepare_cached("SELECT kind FROM events WHERE room = ? AND seq = ?")?
        .query_row((room.0, seq_column(target)), |row| row.get::<_, i64>(0))
        .optional()?
        == Some(MESSAGE))
}

fn append(
    conn: &Connection,
    scene: &Scene,
    send: &SendMessage,
    now: Timestamp,
) -> Result<Committed, Fault> {
    let seq = scene.head.next();
    let at = now.max(scene.last_at);
    let flags = if scene.guest { GUEST } else { 0 };
    let run = if scene.run_user == send.author.0 {
        scene.run
    } else {
        seq_column(seq)
    };
    let text = send.text.as_str();
    let nonce = send.nonce.as_ref().map(Nonce::as_str);
    conn.prepare_cached(
        "INSERT INTO events (room, seq, at, user, author, kind, flags, run, text, nonce, reply_to)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute((
        scene.room.0,
        seq_column(seq),
        at.millis(),
        send.author.0,
        scene.author.as_str(),
        MESSAGE,
        flags,
        run,
        text,
        nonce,
        send.reply_to.map(seq_column),
    ))?;
    conn.prepare_cached(
        "UPDATE rooms SET head = ?, last_at = ?, run_user = ?, run = ? WHERE id = ?",
    )?
    .execute((
        seq_column(seq),
        at.millis(),
        send.author.0,
        run,
        scene.room.0,
    ))?;
    if !scene.wrote {
        conn.prepare_cached("UPDATE users SET wrote = 1 WHERE id = ?")?
            .execute([send.author.0])?;
    }
    if text.contains('@') {
        name_them(conn, scene, seq, send)?;
    }
    Ok(Committed::Sent {
        room: scene.room,
        event: Event {
            room: send.room.clone(),
            seq,
            at,
            author: scene.author.clone(),
            guest: scene.guest,
            hook: false,
            body: EventBody::Message(Message {
                text: Some(text.to_owned()),
                nonce: nonce.map(str::to_owned),
                reply_to: send.reply_to,
                files: Vec::new(),
            }),
        },
    })
}

/// Notes whom a message names; how many those are is bounded by its length.
fn name_them(conn: &Connection, scene: &Scene, seq: Seq, send: &SendMessage) -> Result<(), Fault> {
    let may_name_all = matches!(scene.place.role, Some(Role::Moderator | Role::Owner));
    let named: BTreeSet<SmolStr> = mentions(send.text.as_str())
        .filter(|key| key != EVERYBODY || may_name_all)
        .collect();
    let mut insert =
        conn.prepare_cached("INSERT INTO mentions (room, key, seq, user) VALUES (?, ?, ?, ?)")?;
    for key in named {
        insert.execute((scene.room.0, &*key, seq_column(seq), send.author.0))?;
    }
    Ok(())
}
