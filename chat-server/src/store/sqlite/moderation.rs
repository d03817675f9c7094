//! Kicks, bans, mutes and roles in the database. What was decided about
//! someone outlives their membership (`records`).

use super::append::append;
use super::fault::Fault;
use super::row::{role_column, seq_column};
use super::scene::{self, Scene};
use super::target::{self, Other};
use super::{invite, member};
use crate::rules::moderation::{self as rules, Act, Ruling};
use crate::rules::no_room;
use crate::store::{Committed, Decision, Effect, Moderate, RoomId, SetRole, UserId};
use chat_proto::event::{MemberChange, MemberChanged, Role};
use chat_proto::{EventBody, Seq, Timestamp};
use rusqlite::Connection;

pub(super) fn act(
    conn: &Connection,
    asked: &Moderate,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    let Some(mut scene) = scene::load(conn, asked.by, &asked.room)? else {
        return Ok(Err(no_room(&asked.room)));
    };
    let other = target::load(conn, asked.by, scene.room, &asked.user)?;
    let target = other.as_ref().map(|other| &other.target);
    let ruling = rules::act(
        &asked.room,
        Some(scene.asked()),
        asked.act,
        &asked.user,
        target,
    );
    let seq = match (ruling, other) {
        (Err(refusal), _) => return Ok(Err(refusal)),
        (Ok(Ruling::Stands(seq)), _) => seq,
        (Ok(Ruling::Change), Some(other)) => {
            let reason = asked
                .reason
                .as_ref()
                .map(|reason| reason.as_str().to_owned());
            let body = MemberChange {
                user: other.name.clone(),
                change: asked.act.change(),
                role: None,
                reason: reason.filter(|reason| !reason.is_empty()),
            };
            let (seq, _) = append(conn, &mut scene, EventBody::Member(body), now, effects)?;
            note(conn, scene.room, other.id, asked.act, seq)?;
            follow_up(conn, &scene, &other, asked.act, seq, effects)?;
            Some(seq)
        }
        (Ok(Ruling::Change), None) => return Err(Fault::nonsense("decision about", &asked.user)),
    };
    Ok(Ok(Committed::Changed {
        room: scene.name,
        seq,
    }))
}

pub(super) fn set_role(
    conn: &Connection,
    asked: &SetRole,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    let Some(mut scene) = scene::load(conn, asked.by, &asked.room)? else {
        return Ok(Err(no_room(&asked.room)));
    };
    let other = target::load(conn, asked.by, scene.room, &asked.user)?;
    let only_owner = match &other {
        Some(other) => is_only_owner(conn, scene.room, other)?,
        None => false,
    };
    let target = other.as_ref().map(|other| &other.target);
    let ruling = rules::set_role(
        &asked.room,
        Some(scene.asked()),
        &asked.user,
        target,
        asked.role,
        only_owner,
    );
    let seq = match (ruling, other) {
        (Err(refusal), _) => return Ok(Err(refusal)),
        (Ok(Ruling::Stands(seq)), _) => seq,
        (Ok(Ruling::Change), Some(other)) => {
            Some(give(conn, &mut scene, &other, asked.role, now, effects)?)
        }
        (Ok(Ruling::Change), None) => return Err(Fault::nonsense("decision about", &asked.user)),
    };
    Ok(Ok(Committed::Changed {
        room: scene.name,
        seq,
    }))
}

fn give(
    conn: &Connection,
    scene: &mut Scene,
    other: &Other,
    role: Role,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Seq, Fault> {
    let body = MemberChange {
        user: other.name.clone(),
        change: MemberChanged::Role,
        role: Some(role),
        reason: None,
    };
    let (seq, _) = append(conn, scene, EventBody::Member(body), now, effects)?;
    member::set_role(conn, scene.room, other.id, role)?;
    conn.prepare_cached(
        "INSERT INTO records (room, user, role_seq) VALUES (?, ?, ?)
         ON CONFLICT (room, user) DO UPDATE SET role_seq = excluded.role_seq",
    )?
    .execute((scene.room.0, other.id.0, seq_column(seq)))?;
    Ok(seq)
}

/// Notes what was decided, and by which event.
fn note(conn: &Connection, room: RoomId, user: UserId, act: Act, seq: Seq) -> Result<(), Fault> {
    let sql = match act {
        Act::Kick => {
            "INSERT INTO records (room, user, kick_seq) VALUES (?1, ?2, ?3)
             ON CONFLICT (room, user) DO UPDATE SET kick_seq = ?3"
        }
        Act::Ban => {
            "INSERT INTO records (room, user, banned, ban_seq) VALUES (?1, ?2, 1, ?3)
             ON CONFLICT (room, user) DO UPDATE SET banned = 1, ban_seq = ?3"
        }
        Act::Unban => {
            "INSERT INTO records (room, user, banned, ban_seq) VALUES (?1, ?2, 0, ?3)
             ON CONFLICT (room, user) DO UPDATE SET banned = 0, ban_seq = ?3"
        }
        Act::Mute => {
            "INSERT INTO records (room, user, muted, mute_seq) VALUES (?1, ?2, 1, ?3)
             ON CONFLICT (room, user) DO UPDATE SET muted = 1, mute_seq = ?3"
        }
        Act::Unmute => {
            "INSERT INTO records (room, user, muted, mute_seq) VALUES (?1, ?2, 0, ?3)
             ON CONFLICT (room, user) DO UPDATE SET muted = 0, mute_seq = ?3"
        }
    };
    conn.prepare_cached(sql)?
        .execute((room.0, user.0, seq_column(seq)))?;
    Ok(())
}

/// Who is kicked or banned is in the room no longer, and no longer asked to come.
fn follow_up(
    conn: &Connection,
    scene: &Scene,
    other: &Other,
    act: Act,
    last: Seq,
    effects: &mut Vec<Effect>,
) -> Result<(), Fault> {
    match act {
        Act::Kick | Act::Ban => {}
        Act::Unban | Act::Mute | Act::Unmute => return Ok(()),
    }
    let (user, room) = (other.id, scene.room);
    if let Some(role) = other.target.role {
        member::go(conn, room, user, role)?;
        effects.push(Effect::Removed { user, room, last });
    }
    if other.target.invited {
        invite::void(conn, user, room, effects)?;
    }
    Ok(())
}

fn is_only_owner(conn: &Connection, room: RoomId, other: &Other) -> Result<bool, Fault> {
    if other.target.role != Some(Role::Owner) {
        return Ok(false);
    }
    let another: bool = conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM memberships
             WHERE room = ? AND key IS NOT NULL AND role = ? AND user <> ?)",
        )?
        .query_row((room.0, role_column(Role::Owner), other.id.0), |row| {
            row.get(0)
        })?;
    Ok(!another)
}
