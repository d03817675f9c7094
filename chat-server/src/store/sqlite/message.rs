//! Messages and markers in the database. What is done for each message is
//! kept little: one row is read for all that has to be known, one is appended
//! to the log, one is updated.

use super::append::append;
use super::count;
use super::direct;
use super::fault::Fault;
use super::file;
use super::row::{DELETED, MESSAGE, files, id, seq, seq_column, time};
use super::scene::{self, Scene};
use crate::rules::file as file_rules;
use crate::rules::message::{self as rules, Earlier, Reply, Said, Sending};
use crate::rules::no_room;
use crate::rules::permission::inside;
use crate::store::{Committed, Decision, Effect, MarkRead, RoomId, SendMessage};
use chat_proto::event::{Message, Role};
use chat_proto::mention::mentions;
use chat_proto::{EventBody, Seq, Text, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Names everybody, if a moderator or owner says it; no user can bear it.
pub(super) const EVERYBODY: &str = "room";

pub(super) fn send(
    conn: &Connection,
    send: &SendMessage,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    if send.room.is_direct() {
        return direct::send(conn, send, now, effects);
    }
    send_in(conn, send, now, effects)
}

/// Sends to a room that is there, if it is.
pub(super) fn send_in(
    conn: &Connection,
    send: &SendMessage,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    let Some(mut scene) = scene::load(conn, send.author, &send.room)? else {
        return Ok(Err(no_room(&send.room)));
    };
    let earlier = match &send.nonce {
        Some(nonce) => earlier(conn, send.author.0, scene.room, nonce.as_str())?,
        None => None,
    };
    let reply = match send.reply_to {
        None => Reply::No,
        Some(target) if is_message(conn, scene.room, target)? => Reply::ToMessage,
        Some(_) => Reply::ToNothing,
    };
    if let Err(refusal) = file_rules::count(send.files.len()) {
        return Ok(Err(refusal));
    }
    let said = Said {
        text: send.text.as_ref().map_or("", Text::as_str),
        files: &send.files,
    };
    let before = earlier.as_ref().map(|(_, _, earlier)| earlier);
    let decision = rules::send(&send.room, Some(scene.asked()), said, before, reply);
    let (seq, at, duplicate) = match (decision, earlier) {
        (Err(refusal), _) => return Ok(Err(refusal)),
        (Ok(Sending::Append), _) => {
            let files = match file::attachable(conn, &scene, &send.files)? {
                Ok(files) => files,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let message = Message {
                text: Some(said.text.to_owned()),
                nonce: send.nonce.as_ref().map(|nonce| nonce.as_str().to_owned()),
                reply_to: send.reply_to,
                files,
            };
            let (seq, at) = say(conn, &mut scene, message, now, effects)?;
            (seq, at, false)
        }
        (Ok(Sending::Repeat), Some((seq, at, _))) => (seq, at, true),
        (Ok(Sending::Repeat), None) => {
            return Err(Fault::nonsense("decision about", &send.room));
        }
    };
    Ok(Ok(Committed::Sent {
        room: scene.name,
        seq,
        at,
        duplicate,
    }))
}

pub(super) fn read(
    conn: &Connection,
    mark: &MarkRead,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    let scene = scene::load(conn, mark.user, &mark.room)?;
    if let Err(refusal) = inside(&mark.room, scene.as_ref().map(Scene::asked)) {
        return Ok(Err(refusal));
    }
    let scene = scene.ok_or_else(|| Fault::nonsense("membership", &mark.room))?;
    let (room, head) = (scene.room, scene.end.head);
    let (marker, key) = conn
        .prepare_cached("SELECT read, key FROM memberships WHERE user = ? AND room = ?")?
        .query_row((mark.user.0, room.0), |row| {
            Ok((row.get(0)?, row.get::<_, String>(1)?))
        })?;
    let marker = seq(marker)?;
    let stands = match rules::read(marker, head, mark.seq, mark.back) {
        Ok(stands) => stands,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let moved = stands != marker;
    if moved {
        conn.prepare_cached("UPDATE memberships SET read = ? WHERE user = ? AND room = ?")?
            .execute((seq_column(stands), mark.user.0, room.0))?;
        effects.push(Effect::Marked {
            user: mark.user,
            room,
            read: stands,
        });
    }
    Ok(Ok(Committed::Read {
        room,
        seq: stands,
        moved,
        counts: count::above(conn, mark.user, &key, room, stands, head)?,
    }))
}

pub(super) fn earlier(
    conn: &Connection,
    author: i64,
    room: RoomId,
    nonce: &str,
) -> Result<Option<(Seq, Timestamp, Earlier)>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT seq, at, flags, text, files FROM events WHERE user = ? AND room = ? AND nonce = ?",
    )?;
    let mut rows = statement.query((author, room.0, nonce))?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let deleted = row.get::<_, i64>(2)? & DELETED != 0;
    let earlier = Earlier {
        text: if deleted { None } else { row.get(3)? },
        files: attached(row)?,
    };
    Ok(Some((seq(row.get(0)?)?, time(row.get(1)?), earlier)))
}

fn attached(row: &Row<'_>) -> Result<Vec<SmolStr>, Fault> {
    let column: Option<String> = row.get(4)?;
    let files = files(column.as_deref())?;
    Ok(files.into_iter().map(|file| file.id).collect())
}

fn is_message(conn: &Connection, room: RoomId, target: Seq) -> Result<bool, Fault> {
    Ok(conn
        .prepare_cached(
            "SELECT kind FROM events
             WHERE id = ? AND seq >= (SELECT r.first FROM rooms r WHERE r.id = events.room)",
        )?
        .query_row([id(room, target)?], |row| row.get::<_, i64>(0))
        .optional()?
        == Some(MESSAGE))
}

/// Puts a message on the log, and notes whom it names.
pub(super) fn say(
    conn: &Connection,
    scene: &mut Scene,
    message: Message,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<(Seq, Timestamp), Fault> {
    file::attach(conn, scene.end.head.next(), &message.files)?;
    let names = message.text.as_ref().filter(|text| text.contains('@'));
    let names = names.cloned();
    let (seq, at) = append(conn, scene, EventBody::Message(message), now, effects)?;
    if let Some(text) = names {
        name_them(conn, scene, seq, &text)?;
    }
    Ok((seq, at))
}

/// Forgets whom a message named by this text.
pub(super) fn unname_them(
    conn: &Connection,
    room: RoomId,
    seq: Seq,
    text: &str,
) -> Result<(), Fault> {
    let mut delete =
        conn.prepare_cached("DELETE FROM mentions WHERE room = ? AND key = ? AND seq = ?")?;
    for key in mentions(text) {
        delete.execute((room.0, &*key, seq_column(seq)))?;
    }
    Ok(())
}

/// Notes whom a message names; how many those are is bounded by its length.
pub(super) fn name_them(
    conn: &Connection,
    scene: &Scene,
    seq: Seq,
    text: &str,
) -> Result<(), Fault> {
    let may_name_all = matches!(scene.place.role, Some(Role::Moderator | Role::Owner));
    let named: BTreeSet<SmolStr> = mentions(text)
        .filter(|key| key != EVERYBODY || may_name_all)
        .collect();
    let mut insert =
        conn.prepare_cached("INSERT INTO mentions (room, key, seq, user) VALUES (?, ?, ?, ?)")?;
    for key in named {
        insert.execute((scene.room.0, &*key, seq_column(seq), scene.author.id.0))?;
    }
    Ok(())
}
