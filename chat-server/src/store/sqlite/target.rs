//! All that has to be known of someone about whom something is done in a room.

use super::fault::Fault;
use super::row::{made_by, role, user_name};
use crate::rules::moderation::{Mark, Target};
use crate::store::{RoomId, UserId};
use chat_proto::UserName;
use rusqlite::{Connection, Row};

/// Someone, by the name borne now.
#[derive(Debug)]
pub(super) struct Other {
    pub(super) id: UserId,
    pub(super) name: UserName,
    pub(super) target: Target,
}

/// `None`: nobody bears that name. `by` asks.
pub(super) fn load(
    conn: &Connection,
    by: UserId,
    room: RoomId,
    name: &UserName,
) -> Result<Option<Other>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT u.id, u.name, u.guest, u.admin, m.role, s.banned, s.ban_seq, s.muted, s.mute_seq,
                s.role_seq, s.kick_seq,
                EXISTS (SELECT 1 FROM invites i WHERE i.user = u.id AND i.room = ?2)
         FROM users u
         LEFT JOIN memberships m ON m.user = u.id AND m.room = ?2 AND m.key IS NOT NULL
         LEFT JOIN records s ON s.room = ?2 AND s.user = u.id
         WHERE u.key = ?1 AND u.lapsed = 0 LIMIT 1",
    )?;
    let mut rows = statement.query((&*name.key(), room.0))?;
    rows.next()?.map(|row| other(row, by)).transpose()
}

fn other(row: &Row<'_>, by: UserId) -> Result<Other, Fault> {
    let id = UserId(row.get(0)?);
    let mark = |on: usize| -> Result<Mark, Fault> {
        Ok(Mark {
            on: row.get::<_, Option<bool>>(on)?.unwrap_or(false),
            made_by: made_by(row.get(on + 1)?)?,
        })
    };
    Ok(Other {
        id,
        name: user_name(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?,
        target: Target {
            oneself: id == by,
            guest: row.get(2)?,
            admin: row.get(3)?,
            role: row.get::<_, Option<i64>>(4)?.map(role).transpose()?,
            ban: mark(5)?,
            mute: mark(7)?,
            role_by: made_by(row.get(9)?)?,
            kicked_by: made_by(row.get(10)?)?,
            invited: row.get(11)?,
        },
    })
}
