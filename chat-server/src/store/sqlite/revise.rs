//! Messages changed after they were sent. The log gets an event; what became
//! of the message stands beside it, for history, in `folds`, `reactions` and
//! `tallies`. Only a deletion changes what is on the log already.

mod delete;
mod edit;
mod react;

use super::append::append;
use super::fault::Fault;
use super::row::{HOOK, MESSAGE, id, role, seq, seq_column};
use super::scene::{self, Scene};
use crate::rules::revise::{self as rules, Reaction, Revising, Target};
use crate::store::{Committed, Decision, Effect, Revise, Revision};
use chat_proto::{EventBody, Seq, Timestamp};
use rusqlite::{Connection, Row};

pub(super) fn revise(
    conn: &Connection,
    revise: &Revise,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    let scene = scene::load(conn, revise.by, &revise.room)?;
    let target = match &scene {
        Some(scene) => target(conn, scene, revise.target)?,
        None => None,
    };
    let revising = match decide(conn, revise, scene.as_ref(), target.as_ref())? {
        Ok(revising) => revising,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let (Some(mut scene), Some(target)) = (scene, target) else {
        return Err(Fault::nonsense("decision about", &revise.room));
    };
    let made_by = match revising {
        Revising::Already(made_by) => made_by,
        Revising::Append => Some(make(conn, &mut scene, revise, &target, now, effects)?),
    };
    Ok(Ok(Committed::Changed {
        room: scene.name,
        seq: made_by,
    }))
}

fn decide(
    conn: &Connection,
    revise: &Revise,
    scene: Option<&Scene>,
    target: Option<&Target>,
) -> Result<Result<Revising, chat_proto::ErrorReply>, Fault> {
    let (room, asked) = (&revise.room, scene.map(Scene::asked));
    Ok(match &revise.what {
        Revision::Edit(text) => rules::edit(room, asked, target, text.as_str()),
        Revision::Delete => rules::delete(room, asked, target),
        Revision::Pin { on } => rules::pin(room, asked, target, *on),
        Revision::React { emoji, on } => {
            let reaction = match scene {
                Some(scene) => react::reaction(conn, scene, revise.target, emoji.as_str())?,
                None => Reaction::default(),
            };
            rules::react(room, asked, target, reaction, *on)
        }
    })
}

fn make(
    conn: &Connection,
    scene: &mut Scene,
    revise: &Revise,
    stood: &Target,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Seq, Fault> {
    let target = revise.target;
    match &revise.what {
        Revision::Edit(text) => {
            let body = EventBody::Edited {
                target,
                text: Some(text.as_str().to_owned()),
            };
            let (seq, at) = append(conn, scene, body, now, effects)?;
            edit::fold(conn, scene, target, &stood.text, text.as_str(), seq, at)?;
            Ok(seq)
        }
        Revision::Delete => {
            delete::erase(conn, scene, target, &stood.text, effects)?;
            let (seq, _) = append(conn, scene, EventBody::Deleted { target }, now, effects)?;
            delete::fold(conn, scene, target, seq)?;
            Ok(seq)
        }
        Revision::React { emoji, on } => {
            let body = EventBody::Reacted {
                target,
                emoji: emoji.as_str().to_owned(),
                on: *on,
            };
            let (seq, _) = append(conn, scene, body, now, effects)?;
            react::fold(conn, scene, target, emoji.as_str(), *on, seq)?;
            Ok(seq)
        }
        Revision::Pin { on } => {
            let on = *on;
            let (seq, _) = append(conn, scene, EventBody::Pinned { target, on }, now, effects)?;
            pin(conn, scene, target, on, seq)?;
            Ok(seq)
        }
    }
}

fn pin(conn: &Connection, scene: &Scene, target: Seq, on: bool, by: Seq) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO folds (room, seq, changed, pinned, pin_seq) VALUES (?1, ?2, ?3, ?4, ?3)
         ON CONFLICT (room, seq) DO UPDATE SET
             changed = excluded.changed, pinned = excluded.pinned, pin_seq = excluded.pin_seq",
    )?
    .execute((scene.room.0, seq_column(target), seq_column(by), on))?;
    Ok(())
}

/// The message as it stands; `None` if there is no such message, or it is no longer kept.
fn target(conn: &Connection, scene: &Scene, number: Seq) -> Result<Option<Target>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT e.user, e.flags, ifnull(f.text, e.text), ifnull(f.rev, e.seq), f.pinned, f.pin_seq,
                f.del_seq, m.role
         FROM events e LEFT JOIN folds f ON f.room = e.room AND f.seq = e.seq
         LEFT JOIN memberships m ON m.user = e.user AND m.room = e.room AND m.key IS NOT NULL
         WHERE e.id = ? AND e.kind = ?
           AND e.seq >= (SELECT r.first FROM rooms r WHERE r.id = e.room)",
    )?;
    let mut rows = statement.query((id(scene.room, number)?, MESSAGE))?;
    rows.next()?.map(|row| stands(row, scene)).transpose()
}

fn stands(row: &Row<'_>, scene: &Scene) -> Result<Target, Fault> {
    let (user, flags): (i64, i64) = (row.get(0)?, row.get(1)?);
    // What a webhook says is nobody's own.
    let person = flags & HOOK == 0;
    let role = row.get::<_, Option<i64>>(7)?.map(role).transpose()?;
    let made_by = |column| -> Result<Option<Seq>, Fault> {
        let made_by = row.get::<_, Option<i64>>(column)?.unwrap_or(0);
        Ok(Some(seq(made_by)?).filter(|seq| *seq > Seq::ZERO))
    };
    Ok(Target {
        own: person && user == scene.author.id.0,
        author: role.filter(|_| person),
        deleted: made_by(6)?,
        text: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
        said_by: seq(row.get(3)?)?,
        pinned: row.get::<_, Option<bool>>(4)?.unwrap_or(false),
        pinned_by: made_by(5)?,
    })
}
