//! The rooms of two people in the database: opened by either, hidden by who
//! leaves, brought back by the next message.

use super::fault::Fault;
use super::member::{self, nobody, rooms_of};
use super::row::{seq, user_name};
use super::{message, room, scene};
use crate::rules::direct::{self as rules, Reason, Share, Side};
use crate::rules::no_room;
use crate::rules::room::goes_on;
use crate::store::{Committed, Decision, Direct, Effect, Join, RoomId, SendMessage, UserId};
use chat_proto::event::{Role, RoomKind};
use chat_proto::{ErrorReply, RoomName, Seq, Timestamp, UserName};
use rusqlite::{Connection, OptionalExtension};

pub(super) fn open(
    conn: &Connection,
    direct: &Direct,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    show(
        conn,
        direct.by,
        &direct.room,
        direct.rooms_max,
        now,
        effects,
    )
}

/// `join` opens it as `direct` does.
pub(super) fn join(
    conn: &Connection,
    join: &Join,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    if join.after.is_some() && !is_open(conn, join.user, &join.room)? {
        let scene = scene::load(conn, join.user, &join.room)?;
        let head = scene.map_or(Seq::ZERO, |scene| scene.end.head);
        if let Err(refusal) = goes_on(join.after, head) {
            return Ok(Err(refusal));
        }
    }
    let decision = show(conn, join.user, &join.room, join.rooms_max, now, effects)?;
    Ok(decision.map_err(about_room))
}

/// `send` does so too, and then says it: all of it or nothing.
pub(super) fn send(
    conn: &Connection,
    send: &SendMessage,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    if is_open(conn, send.author, &send.room)? {
        return message::send_in(conn, send, now, effects);
    }
    let pair = match pair(conn, send.author, &send.room, send.rooms_max)? {
        Ok(pair) => pair,
        Err(refusal) => return Ok(Err(refusal)),
    };
    // A repeat says nothing new for which the other one would want it back.
    let reason = if pair.has_heard(conn, send)? {
        Reason::ToSee
    } else {
        Reason::ToWrite
    };
    let opening = match pair.opening(&send.room, reason) {
        Ok(opening) => opening,
        Err(refusal) => return Ok(Err(about_room(refusal))),
    };
    let told = effects.len();
    conn.prepare_cached("SAVEPOINT opening")?.execute(())?;
    pair.open(conn, &send.room, opening, now, effects)?;
    let decision = message::send_in(conn, send, now, effects)?;
    if decision.is_err() {
        conn.prepare_cached("ROLLBACK TO opening")?.execute(())?;
        effects.truncate(told);
    }
    conn.prepare_cached("RELEASE opening")?.execute(())?;
    Ok(decision)
}

/// Whoever leaves it gets it back with the next message.
pub(super) fn hide(conn: &Connection, room: RoomId, user: UserId) -> Result<(), Fault> {
    conn.prepare_cached("UPDATE memberships SET hidden = 1 WHERE user = ? AND room = ?")?
        .execute((user.0, room.0))?;
    Ok(())
}

/// Whether it is one of this user's, and both have it: what each message asks first.
fn is_open(conn: &Connection, user: UserId, name: &RoomName) -> Result<bool, Fault> {
    Ok(conn
        .prepare_cached(
            "SELECT count(*) = 2 AND total(m.user = ?1) = 1
             FROM rooms r JOIN memberships m ON m.room = r.id
             WHERE r.name = ?2 AND m.key IS NOT NULL AND m.hidden = 0",
        )?
        .query_row((user.0, name.as_str()), |row| row.get(0))?)
}

fn show(
    conn: &Connection,
    user: UserId,
    name: &RoomName,
    rooms_max: usize,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    let pair = match pair(conn, user, name, rooms_max)? {
        Ok(pair) => pair,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let opening = match pair.opening(name, Reason::ToSee) {
        Ok(opening) => opening,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let id = pair.open(conn, name, opening, now, effects)?;
    Ok(Ok(Committed::Joined {
        standing: room::stands(conn, user, &pair.mine.key, id)?,
        new: opening.mine,
    }))
}

/// Two people and what they have of their room.
struct Pair {
    room: Option<(RoomId, Seq)>,
    mine: Half,
    /// `None`: nobody bears that name.
    other: Option<Half>,
    /// As borne, or as named where nobody bears it.
    who: UserName,
}

/// One of the two.
struct Half {
    id: UserId,
    key: String,
    side: Side,
    read: Seq,
}

/// The two whose room this is; who is neither of them finds none.
fn pair(
    conn: &Connection,
    user: UserId,
    name: &RoomName,
    rooms_max: usize,
) -> Result<Result<Pair, ErrorReply>, Fault> {
    let Some(actor) = member::actor(conn, user)? else {
        return Ok(Err(nobody()));
    };
    let other_key = match name.pair() {
        Some((a, b)) if a == actor.key => b,
        Some((a, b)) if b == actor.key => a,
        Some(_) | None => return Ok(Err(no_room(name))),
    };
    let room = conn
        .prepare_cached("SELECT id, head FROM rooms WHERE name = ?")?
        .query_row([name.as_str()], |row| {
            Ok((RoomId(row.get(0)?), row.get::<_, i64>(1)?))
        })
        .optional()?;
    let room = match room {
        Some((id, head)) => Some((id, seq(head)?)),
        None => None,
    };
    let half = |id: UserId, key: &str, guest: bool| -> Result<Half, Fault> {
        let (share, read) = share(conn, id, room.map(|(id, _)| id))?;
        let rooms = rooms_of(conn, id, rooms_max)?;
        Ok(Half {
            id,
            key: key.to_owned(),
            side: Side {
                guest,
                share,
                rooms,
            },
            read,
        })
    };
    let other = conn
        .prepare_cached("SELECT id, name, guest FROM users WHERE key = ? AND lapsed = 0 LIMIT 1")?
        .query_row([other_key], |row| {
            Ok((UserId(row.get(0)?), row.get::<_, String>(1)?, row.get(2)?))
        })
        .optional()?;
    let (other, who) = match other {
        Some((id, name, guest)) => (Some(half(id, other_key, guest)?), user_name(&name)?),
        None => (None, user_name(other_key)?),
    };
    Ok(Ok(Pair {
        room,
        mine: half(user, &actor.key, actor.guest)?,
        other,
        who,
    }))
}

fn share(conn: &Connection, user: UserId, room: Option<RoomId>) -> Result<(Share, Seq), Fault> {
    let Some(room) = room else {
        return Ok((Share::None, Seq::ZERO));
    };
    let found = conn
        .prepare_cached("SELECT hidden, read FROM memberships WHERE user = ? AND room = ?")?
        .query_row((user.0, room.0), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match found {
        None => Ok((Share::None, Seq::ZERO)),
        Some((true, read)) => Ok((Share::Hidden, seq(read)?)),
        Some((false, read)) => Ok((Share::Shown, seq(read)?)),
    }
}

impl Pair {
    /// Whether this message is on the log already.
    fn has_heard(&self, conn: &Connection, send: &SendMessage) -> Result<bool, Fault> {
        match (self.room, &send.nonce) {
            (Some((room, _)), Some(nonce)) => {
                let earlier = message::earlier(conn, send.author.0, room, nonce.as_str())?;
                Ok(earlier.is_some())
            }
            (None, _) | (_, None) => Ok(false),
        }
    }

    fn opening(&self, name: &RoomName, reason: Reason) -> Result<rules::Opening, ErrorReply> {
        let other = self.other.as_ref().map(|half| half.side);
        rules::open(name, &self.who, self.mine.side, other, reason)
    }

    /// Makes the room if need be, and puts into it whoever is to have it.
    fn open(
        &self,
        conn: &Connection,
        name: &RoomName,
        opening: rules::Opening,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Result<RoomId, Fault> {
        let (id, head) = match self.room {
            Some(room) => room,
            None => (
                room::make(conn, name, RoomKind::Direct, "", false)?,
                Seq::ZERO,
            ),
        };
        let theirs = self.other.as_ref().filter(|_| opening.theirs);
        let mine = Some(&self.mine).filter(|_| opening.mine);
        for half in mine.into_iter().chain(theirs) {
            let read = match half.side.share {
                Share::None => {
                    member::enter(conn, half.id, &half.key, id, Role::Member, now)?;
                    head
                }
                Share::Hidden | Share::Shown => {
                    conn.prepare_cached(
                        "UPDATE memberships SET hidden = 0 WHERE user = ? AND room = ?",
                    )?
                    .execute((half.id.0, id.0))?;
                    half.read
                }
            };
            effects.push(Effect::Entered {
                user: half.id,
                room: id,
                read,
                since: head,
            });
        }
        Ok(id)
    }
}

/// The request named the room, and not the other one.
fn about_room(refusal: ErrorReply) -> ErrorReply {
    ErrorReply {
        field: refusal.field.map(|_| "room".into()),
        ..refusal
    }
}
