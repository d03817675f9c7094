//! Values as columns hold them, and rows as the rest of the server knows them.

use super::fault::Fault;
use crate::store::{RoomId, RoomRow};
use chat_proto::event::{MemberChange, MemberChanged, Message, Role, RoomKind};
use chat_proto::reply::FileInfo;
use chat_proto::{Event, EventBody, RoomName, Seq, Timestamp, UserName};
use rusqlite::Row;
use std::ops::RangeInclusive;

/// `events.kind`; up to and with [`MEMBER`] an event is an entry of
/// history of its own, the others change one.
pub(super) const MESSAGE: i64 = 0;
const TOPIC: i64 = 1;
pub(super) const MEMBER: i64 = 2;
pub(super) const EDITED: i64 = 3;
const DELETION: i64 = 4;
const REACTED: i64 = 5;
const PINNED: i64 = 6;
/// `events.flags`: the author was a guest.
pub(super) const GUEST: i64 = 1;
/// `events.flags`: the author is a webhook.
pub(super) const HOOK: i64 = 2;
/// `events.flags`: what it said is gone.
pub(super) const DELETED: i64 = 4;
/// `events.flags`: put, not taken away.
const ON: i64 = 8;

/// The columns that [`room_row`] reads.
macro_rules! room_columns {
    () => {
        "r.id, r.name, r.kind, r.topic, r.head, r.members, r.first"
    };
}
/// The columns that [`event`] reads, of events as `e`.
macro_rules! event_columns {
    () => {
        "e.seq, e.at, e.author, e.kind, e.flags, e.text, e.nonce, e.reply_to, e.target, e.subject, e.detail, e.files"
    };
}
pub(super) use {event_columns, room_columns};

/// Bits of an event's id that are its seq; the others are its room.
const SEQ_BITS: u32 = 36;

/// In a statement: the id of an event, by its room and its seq.
macro_rules! id_of {
    ($room:literal, $seq:literal) => {
        concat!("(", $room, " << 36 | ", $seq, ")")
    };
}
pub(super) use id_of;

/// The last seq that an id has room for; no event has it (`append.rs`).
pub(super) const SEQ_MAX: i64 = (1 << SEQ_BITS) - 1;

/// The id of an event. In the log and in the index of words, those of a room
/// stand one behind the other. Asked for a seq that no log can reach, it is one
/// where nothing is: never that of an event in another room.
pub(super) fn id(room: RoomId, seq: Seq) -> Result<i64, Fault> {
    let room_max = i64::MAX >> SEQ_BITS;
    if (0..=room_max).contains(&room.0) {
        Ok(room.0 << SEQ_BITS | seq_column(seq).min(SEQ_MAX))
    } else {
        Err(Fault::nonsense("room of an event", room.0))
    }
}

/// The ids of a part of a log, the first and the last.
pub(super) fn ids(room: RoomId, seqs: RangeInclusive<Seq>) -> Result<(i64, i64), Fault> {
    Ok((id(room, *seqs.start())?, id(room, *seqs.end())?))
}

pub(super) fn seq_of(id: i64) -> Result<Seq, Fault> {
    seq(id & SEQ_MAX)
}

pub(super) fn room_row(row: &Row<'_>) -> Result<RoomRow, Fault> {
    let members: i64 = row.get(5)?;
    Ok(RoomRow {
        id: RoomId(row.get(0)?),
        name: room_name(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?,
        kind: kind(row.get(2)?)?,
        topic: row.get(3)?,
        head: seq(row.get(4)?)?,
        first: seq(row.get(6)?)?,
        members: u64::try_from(members).map_err(|_| Fault::nonsense("members", members))?,
    })
}

/// An event as the columns of its row hold it; those that every event has are left out.
#[derive(Debug, Default)]
pub(super) struct Columns<'a> {
    pub(super) kind: i64,
    pub(super) flags: i64,
    pub(super) text: Option<&'a str>,
    pub(super) nonce: Option<&'a str>,
    pub(super) reply_to: Option<i64>,
    pub(super) target: Option<i64>,
    pub(super) subject: Option<&'a str>,
    pub(super) detail: Option<i64>,
    pub(super) files: Option<String>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(event: &'a Event) -> Self {
        let flag = |set: bool, flag: i64| if set { flag } else { 0 };
        let mut columns = Self::of_body(&event.body);
        columns.flags |= flag(event.guest, GUEST) | flag(event.hook, HOOK);
        columns
    }

    fn of_body(body: &'a EventBody) -> Self {
        let on_flag = |on: bool| if on { ON } else { 0 };
        let changing = |kind: i64, target: Seq| Self {
            kind,
            target: Some(seq_column(target)),
            ..Self::default()
        };
        match body {
            EventBody::Message(message) => Self {
                kind: MESSAGE,
                text: message.text.as_deref(),
                nonce: message.nonce.as_deref(),
                reply_to: message.reply_to.map(seq_column),
                files: files_column(&message.files),
                ..Self::default()
            },
            EventBody::Topic { topic } => Self {
                kind: TOPIC,
                text: Some(topic),
                ..Self::default()
            },
            EventBody::Member(change) => Self {
                kind: MEMBER,
                text: change.reason.as_deref(),
                subject: Some(change.user.as_str()),
                detail: Some(changed_column(change.change, change.role)),
                ..Self::default()
            },
            EventBody::Edited { target, text } => Self {
                text: text.as_deref(),
                ..changing(EDITED, *target)
            },
            EventBody::Deleted { target } => changing(DELETION, *target),
            EventBody::Reacted { target, emoji, on } => Self {
                subject: Some(emoji),
                flags: on_flag(*on),
                ..changing(REACTED, *target)
            },
            EventBody::Pinned { target, on } => Self {
                flags: on_flag(*on),
                ..changing(PINNED, *target)
            },
        }
    }
}

pub(super) fn event(room: &RoomName, row: &Row<'_>) -> Result<Event, Fault> {
    let flags: i64 = row.get(4)?;
    Ok(Event {
        room: room.clone(),
        seq: seq(row.get(0)?)?,
        at: time(row.get(1)?),
        author: user_name(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?,
        guest: flags & GUEST != 0,
        hook: flags & HOOK != 0,
        body: body(row, flags)?,
    })
}

fn body(row: &Row<'_>, flags: i64) -> Result<EventBody, Fault> {
    let (deleted, on) = (flags & DELETED != 0, flags & ON != 0);
    let text = |row: &Row<'_>| -> Result<Option<String>, Fault> {
        Ok(if deleted { None } else { row.get(5)? })
    };
    let target = |row: &Row<'_>| seq(row.get(8)?);
    Ok(match row.get(3)? {
        MESSAGE if deleted => EventBody::Message(Message::default()),
        MESSAGE => EventBody::Message(Message {
            text: text(row)?,
            nonce: row.get(6)?,
            reply_to: row.get::<_, Option<i64>>(7)?.map(seq).transpose()?,
            files: files(row.get::<_, Option<String>>(11)?.as_deref())?,
        }),
        TOPIC => EventBody::Topic { topic: row.get(5)? },
        MEMBER => {
            let (change, role) = changed(row.get(10)?)?;
            EventBody::Member(MemberChange {
                user: user_name(row.get_ref(9)?.as_str().map_err(rusqlite::Error::from)?)?,
                change,
                role,
                reason: row.get(5)?,
            })
        }
        EDITED => EventBody::Edited {
            target: target(row)?,
            text: text(row)?,
        },
        DELETION => EventBody::Deleted {
            target: target(row)?,
        },
        REACTED => EventBody::Reacted {
            target: target(row)?,
            emoji: row.get(9)?,
            on,
        },
        PINNED => EventBody::Pinned {
            target: target(row)?,
            on,
        },
        other => return Err(Fault::nonsense("kind of event", other)),
    })
}

/// `events.files`: what is attached, as it is shown; `None` for nothing.
fn files_column(files: &[FileInfo]) -> Option<String> {
    (!files.is_empty())
        .then(|| serde_json::to_string(files).expect("strings and numbers make JSON"))
}

pub(super) fn files(column: Option<&str>) -> Result<Vec<FileInfo>, Fault> {
    column.map_or(Ok(Vec::new()), |json| {
        serde_json::from_str(json).map_err(|error| Fault::nonsense("files of a message", error))
    })
}

/// `events.detail` of a `member` event: what changed, and times ten the role's column and one.
fn changed_column(change: MemberChanged, role: Option<Role>) -> i64 {
    let change = match change {
        MemberChanged::Joined => 0,
        MemberChanged::Left => 1,
        MemberChanged::Kicked => 2,
        MemberChanged::Banned => 3,
        MemberChanged::Unbanned => 4,
        MemberChanged::Muted => 5,
        MemberChanged::Unmuted => 6,
        MemberChanged::Role => 7,
    };
    change + role.map_or(0, |role| 10 * (role_column(role) + 1))
}

fn changed(column: i64) -> Result<(MemberChanged, Option<Role>), Fault> {
    let change = match column % 10 {
        0 => MemberChanged::Joined,
        1 => MemberChanged::Left,
        2 => MemberChanged::Kicked,
        3 => MemberChanged::Banned,
        4 => MemberChanged::Unbanned,
        5 => MemberChanged::Muted,
        6 => MemberChanged::Unmuted,
        7 => MemberChanged::Role,
        _ => return Err(Fault::nonsense("change of a member", column)),
    };
    let role = match column / 10 {
        0 => None,
        rank => Some(role(rank - 1)?),
    };
    Ok((change, role))
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

pub(super) fn kind_column(kind: RoomKind) -> i64 {
    match kind {
        RoomKind::Public => 0,
        RoomKind::Private => 1,
        RoomKind::Direct => 2,
    }
}

/// A seq that need not be there; 0 stands for none.
pub(super) fn made_by(column: Option<i64>) -> Result<Option<Seq>, Fault> {
    column.filter(|seq| *seq > 0).map(seq).transpose()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stands_for_one_place_and_beyond_all_logs_for_none() {
        let at = |room, number| id(RoomId(room), Seq::new(number).unwrap()).unwrap();
        assert_eq!(at(1, 0), 1 << SEQ_BITS);
        assert_eq!(seq_of(at(5, 7)).unwrap(), Seq::new(7).unwrap());
        assert!(at(1, 1 << 35) < at(2, 1));
        for beyond in [(1 << 36) - 1, 1 << 36, (1 << 36) + 7, (1 << 53) - 1] {
            assert_eq!(at(3, beyond), at(4, 0) - 1);
        }
        assert!(id(RoomId(-1), Seq::ZERO).is_err());
        assert!(id(RoomId(1 << 27), Seq::ZERO).is_err());
        let of_sql: i64 = rusqlite::Connection::open_in_memory()
            .unwrap()
            .query_row(concat!("SELECT ", id_of!("?1", "?2")), (5, 7), |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(of_sql, at(5, 7));
    }
}
