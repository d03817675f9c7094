//! Values as columns hold them, and rows as the rest of the server knows them.

use super::fault::Fault;
use crate::store::{RoomId, RoomRow};
use chat_proto::event::{Message, Role, RoomKind};
use chat_proto::{Event, EventBody, RoomName, Seq, Timestamp, UserName};
use rusqlite::Row;

/// `events.kind` of a message.
pub(super) const MESSAGE: i64 = 0;
/// `events.flags`: the author was a guest.
pub(super) const GUEST: i64 = 1;
/// `events.flags`: the author is a webhook.
pub(super) const HOOK: i64 = 2;
/// `events.flags`: what it said is gone.
pub(super) const DELETED: i64 = 4;

/// The columns that [`room_row`] reads.
macro_rules! room_columns {
    () => {
        "r.id, r.name, r.kind, r.topic, r.head, r.members"
    };
}
/// The columns that [`event`] reads.
macro_rules! event_columns {
    () => {
        "seq, at, author, kind, flags, text, nonce, reply_to"
    };
}
pub(super) use {event_columns, room_columns};

pub(super) fn room_row(row: &Row<'_>) -> Result<RoomRow, Fault> {
    let members: i64 = row.get(5)?;
    Ok(RoomRow {
        id: RoomId(row.get(0)?),
        name: room_name(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?,
        kind: kind(row.get(2)?)?,
        topic: row.get(3)?,
        head: seq(row.get(4)?)?,
        members: u64::try_from(members).map_err(|_| Fault::nonsense("members", members))?,
    })
}

pub(super) fn event(room: &RoomName, row: &Row<'_>) -> Result<Event, Fault> {
    let (kind, flags): (i64, i64) = (row.get(3)?, row.get(4)?);
    if kind != MESSAGE {
        return Err(Fault::nonsense("kind of event", kind));
    }
    let message = if flags & DELETED != 0 {
        Message::default()
    } else {
        Message {
            text: row.get(5)?,
            nonce: row.get(6)?,
            reply_to: row.get::<_, Option<i64>>(7)?.map(seq).transpose()?,
            files: Vec::new(),
        }
    };
    Ok(Event {
        room: room.clone(),
        seq: seq(row.get(0)?)?,
        at: time(row.get(1)?),
        author: user_name(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?,
        guest: flags & GUEST != 0,
        hook: flags & HOOK != 0,
        body: EventBody::Message(message),
    })
}

pub(super) fn seq(number: i64) -> Result<Seq, Fault> {
    u64::try_from(number)
        .ok()
        .and_then(Seq::new)
        .ok_or_else(|| Fault::nonsense("seq", number))
}

pub(super) fn seq_column(seq: Seq) -> i64 {
    i64::try_from(seq.get()).expect("a seq is below 2^53")
}

/// For LIMIT: a number of rows.
pub(super) fn rows_column(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

pub(super) fn time(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

pub(super) fn user_name(text: &str) -> Result<UserName, Fault> {
    UserName::trusted(text).ok_or_else(|| Fault::nonsense("user name", text.escape_debug()))
}

pub(super) fn room_name(text: &str) -> Result<RoomName, Fault> {
    RoomName::trusted(text).ok_or_else(|| Fault::nonsense("room name", text.escape_debug()))
}

pub(super) fn kind(column: i64) -> Result<RoomKind, Fault> {
    match column {
        0 => Ok(RoomKind::Public),
        1 => Ok(RoomKind::Private),
        2 => Ok(RoomKind::Direct),
        other => Err(Fault::nonsense("kind of room", other)),
    }
}

/// Roles rise as columns do.
pub(super) fn role(column: i64) -> Result<Role, Fault> {
    match column {
        0 => Ok(Role::Member),
        1 => Ok(Role::Moderator),
        2 => Ok(Role::Owner),
        other => Err(Fault::nonsense("role", other)),
    }
}

pub(super) fn role_column(role: Role) -> i64 {
    match role {
        Role::Member => 0,
        Role::Moderator => 1,
        Role::Owner => 2,
    }
}
