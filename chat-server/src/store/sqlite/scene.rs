//! All that has to be known of a room and of who acts there, by one query.

use super::fault::Fault;
use super::row::{kind, role, seq, time, user_name};
use crate::rules::permission::{Actor, Place};
use crate::store::{RoomId, UserId};
use chat_proto::{RoomName, Seq, Timestamp, UserName};
use rusqlite::{Connection, Row};

/// A room, the end of its log, and a user's place in it.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) room: RoomId,
    pub(super) name: RoomName,
    pub(super) place: Place,
    pub(super) actor: Actor,
    pub(super) author: Author,
    pub(super) end: End,
}

impl Scene {
    /// What the rules ask about whoever acts here.
    pub(super) fn asked(&self) -> (&Place, Actor) {
        (&self.place, self.actor)
    }
}

/// Who an event is by.
#[derive(Debug, Clone)]
pub(super) struct Author {
    pub(super) id: UserId,
    /// The name borne now.
    pub(super) name: UserName,
    pub(super) guest: bool,
    /// A webhook, whose id is the negative one.
    pub(super) hook: bool,
    /// Has written something, ever.
    pub(super) wrote: bool,
}

/// The end of a log.
#[derive(Debug)]
pub(super) struct End {
    pub(super) head: Seq,
    /// The time of the last event.
    pub(super) last_at: Timestamp,
    /// The author of the last event, of whom
    pub(super) run_user: i64,
    /// all events are from this seq on.
    pub(super) run: i64,
}

/// `None`: there is no such room, or no such user.
pub(super) fn load(
    conn: &Connection,
    user: UserId,
    name: &RoomName,
) -> Result<Option<Scene>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT r.id, r.kind, r.members, r.owned, r.guests, m.role, r.head, r.last_at, r.run_user,
                r.run, u.name, u.guest, u.wrote, u.admin, s.banned, s.muted, u.muted,
                EXISTS (SELECT 1 FROM invites i WHERE i.user = ?1 AND i.room = r.id)
         FROM rooms r JOIN users u ON u.id = ?1
         LEFT JOIN memberships m ON m.user = ?1 AND m.room = r.id AND m.key IS NOT NULL
                                    AND m.hidden = 0
         LEFT JOIN records s ON s.room = r.id AND s.user = ?1
         WHERE r.name = ?2",
    )?;
    let mut rows = statement.query((user.0, name.as_str()))?;
    rows.next()?.map(|row| scene(row, user, name)).transpose()
}

fn scene(row: &Row<'_>, user: UserId, name: &RoomName) -> Result<Scene, Fault> {
    let members: i64 = row.get(2)?;
    let guest = row.get(11)?;
    Ok(Scene {
        room: RoomId(row.get(0)?),
        name: name.clone(),
        place: Place {
            kind: kind(row.get(1)?)?,
            members: u64::try_from(members).map_err(|_| Fault::nonsense("members", members))?,
            owned: row.get(3)?,
            guests: row.get(4)?,
            role: row.get::<_, Option<i64>>(5)?.map(role).transpose()?,
            banned: row.get::<_, Option<bool>>(14)?.unwrap_or(false),
            muted: row.get::<_, Option<bool>>(15)?.unwrap_or(false),
            invited: row.get(17)?,
        },
        actor: Actor {
            guest,
            admin: row.get(13)?,
            muted: row.get(16)?,
        },
        author: Author {
            id: user,
            name: user_name(row.get_ref(10)?.as_str().map_err(rusqlite::Error::from)?)?,
            guest,
            hook: false,
            wrote: row.get(12)?,
        },
        end: End {
            head: seq(row.get(6)?)?,
            last_at: time(row.get(7)?),
            run_user: row.get(8)?,
            run: row.get(9)?,
        },
    })
}
