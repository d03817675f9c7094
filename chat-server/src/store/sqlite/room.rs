//! Rooms in the database: made, entered, left.

use super::append::append;
use super::fault::Fault;
use super::member::{self, nobody, rooms_of};
use super::rooms::folded;
use super::row::kind_column;
use super::scene::{self, Scene};
use super::{direct, invite, read};
use crate::rules::room::{self as rules, Creating, Joining, logs_who_reads};
use crate::store::{
    Committed, Create, Decision, Effect, Join, Leave, RoomId, SetSettings, Standing, UserId,
};
use chat_proto::event::{MemberChange, MemberChanged, Role, RoomKind};
use chat_proto::{EventBody, RoomName, Seq, Timestamp};
use rusqlite::Connection;

pub(super) use super::member::suspend;

pub(super) fn join(
    conn: &Connection,
    join: &Join,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    if join.room.is_direct() {
        return direct::join(conn, join, now, effects);
    }
    let Some(actor) = member::actor(conn, join.user)? else {
        return Ok(Err(nobody()));
    };
    let scene = scene::load(conn, join.user, &join.room)?;
    let asked = scene.as_ref().map(Scene::asked);
    let rooms = rooms_of(conn, join.user, join.rooms_max)?;
    let joining = match rules::join(&join.room, asked, join.create, rooms) {
        Ok(joining) => joining,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let head = scene.as_ref().map_or(Seq::ZERO, |scene| scene.end.head);
    if joining != Joining::Already
        && let Err(refusal) = rules::goes_on(join.after, head)
    {
        return Ok(Err(refusal));
    }
    let coming = Coming {
        user: join.user,
        key: &actor.key,
        now,
    };
    let room = match (joining, scene) {
        (Joining::Enter(role), Some(scene)) => coming.enter(conn, scene, role, effects)?,
        (Joining::Create, None) => {
            let room = make(conn, &join.room, RoomKind::Public, "", true)?;
            coming.found(conn, room, effects)?;
            room
        }
        (Joining::Already, Some(scene)) => scene.room,
        (Joining::Already | Joining::Enter(_), None) | (Joining::Create, Some(_)) => {
            return Err(Fault::nonsense("decision about", &join.room));
        }
    };
    let new = joining != Joining::Already;
    let standing = stands(conn, join.user, &actor.key, room)?;
    Ok(Ok(Committed::Joined { standing, new }))
}

pub(super) fn create(
    conn: &Connection,
    create: &Create,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    let Some(actor) = member::actor(conn, create.by)? else {
        return Ok(Err(nobody()));
    };
    let scene = scene::load(conn, create.by, &create.room)?;
    let asked = scene.as_ref().map(Scene::asked);
    let rooms = rooms_of(conn, create.by, create.rooms_max)?;
    let creating = match rules::create(&create.room, asked, actor.guest, create.kind, rooms) {
        Ok(creating) => creating,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let room = match (creating, scene) {
        (Creating::Already, Some(scene)) => scene.room,
        (Creating::Create, None) => {
            let topic = create.topic.as_str();
            let room = make(conn, &create.room, create.kind, topic, true)?;
            let coming = Coming {
                user: create.by,
                key: &actor.key,
                now,
            };
            coming.found(conn, room, effects)?;
            room
        }
        (Creating::Already, None) | (Creating::Create, Some(_)) => {
            return Err(Fault::nonsense("decision about", &create.room));
        }
    };
    let new = creating == Creating::Create;
    let standing = stands(conn, create.by, &actor.key, room)?;
    Ok(Ok(Committed::Joined { standing, new }))
}

pub(super) fn leave(
    conn: &Connection,
    leave: &Leave,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    let scene = scene::load(conn, leave.user, &leave.room)?;
    let role = match rules::leave(&leave.room, scene.as_ref().map(Scene::asked)) {
        Ok(role) => role,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut scene = scene.ok_or_else(|| Fault::nonsense("membership", &leave.room))?;
    let room = scene.room;
    if scene.place.kind == RoomKind::Direct {
        direct::hide(conn, room, leave.user)?;
    } else {
        if logs_who_reads(scene.place.kind) {
            let body = told(MemberChanged::Left, &scene);
            append(conn, &mut scene, body, now, effects)?;
        }
        member::go(conn, room, leave.user, role)?;
    }
    effects.push(Effect::Left {
        user: leave.user,
        room,
    });
    Ok(Ok(Committed::Left {
        room: read::room_by_id(conn, room)?,
    }))
}

pub(super) fn settings(conn: &Connection, set: &SetSettings) -> Result<Decision, Fault> {
    let scene = scene::load(conn, set.by, &set.room)?;
    if let Err(refusal) = rules::settings(&set.room, scene.as_ref().map(Scene::asked)) {
        return Ok(Err(refusal));
    }
    conn.prepare_cached("UPDATE rooms SET guests = ? WHERE name = ?")?
        .execute((set.guests, set.room.as_str()))?;
    Ok(Ok(Committed::Changed {
        room: set.room.clone(),
        seq: None,
    }))
}

/// Puts a new user into one of the server's own rooms, which is made if need be.
pub(super) fn enter_default(
    conn: &Connection,
    user: UserId,
    key: &str,
    name: &RoomName,
    now: Timestamp,
) -> Result<(), Fault> {
    let room = match scene::load(conn, user, name)? {
        Some(scene) if scene.place.role.is_some() => return Ok(()),
        // Whoever made it so did not make it for everyone.
        Some(scene) if scene.place.kind != RoomKind::Public => return Ok(()),
        Some(scene) => scene.room,
        None => make(conn, name, RoomKind::Public, "", false)?,
    };
    member::enter(conn, user, key, room, Role::Member, now)
}

/// An empty room that nobody is in; `owned`: it is made by a person.
pub(super) fn make(
    conn: &Connection,
    name: &RoomName,
    kind: RoomKind,
    topic: &str,
    owned: bool,
) -> Result<RoomId, Fault> {
    conn.prepare_cached(
        "INSERT INTO rooms (name, kind, topic, folded, owned, members, head, last_at, run_user, run)
         VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0, 1)",
    )?
    .execute((
        name.as_str(),
        kind_column(kind),
        topic,
        folded(name.as_str(), topic),
        owned,
    ))?;
    Ok(RoomId(conn.last_insert_rowid()))
}

/// The room as someone who is in it sees it.
pub(super) fn stands(
    conn: &Connection,
    user: UserId,
    key: &str,
    room: RoomId,
) -> Result<Standing, Fault> {
    read::standing(conn, user, key, room, None)?
        .ok_or_else(|| Fault::nonsense("membership of", user.0))
}

/// Someone who comes into a room.
struct Coming<'a> {
    user: UserId,
    key: &'a str,
    now: Timestamp,
}

impl Coming<'_> {
    /// Into one that is there; where everyone is to know who reads, it is on its log.
    fn enter(
        &self,
        conn: &Connection,
        mut scene: Scene,
        role: Role,
        effects: &mut Vec<Effect>,
    ) -> Result<RoomId, Fault> {
        let (room, head) = (scene.room, scene.end.head);
        member::enter(conn, self.user, self.key, room, role, self.now)?;
        effects.push(Effect::Entered {
            user: self.user,
            room,
            read: head,
            since: head,
        });
        if scene.place.invited {
            invite::void(conn, self.user, room, effects)?;
        }
        if logs_who_reads(scene.place.kind) {
            let body = told(MemberChanged::Joined, &scene);
            append(conn, &mut scene, body, self.now, effects)?;
        }
        Ok(room)
    }

    /// Into one just made, as its owner.
    fn found(
        &self,
        conn: &Connection,
        room: RoomId,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Fault> {
        member::enter(conn, self.user, self.key, room, Role::Owner, self.now)?;
        effects.push(Effect::Entered {
            user: self.user,
            room,
            read: Seq::ZERO,
            since: Seq::ZERO,
        });
        Ok(())
    }
}

/// The event by which the scene's author comes or goes.
fn told(change: MemberChanged, scene: &Scene) -> EventBody {
    EventBody::Member(MemberChange {
        user: scene.author.name.clone(),
        change,
        role: None,
        reason: None,
    })
}
