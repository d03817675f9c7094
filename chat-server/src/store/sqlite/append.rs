//! Appending to a log: the one place that gives out `seq` and `at`.

use super::fault::Fault;
use super::quiet;
use super::row::{Columns, SEQ_MAX, id, seq_column};
use super::scene::Scene;
use super::spans;
use crate::store::Effect;
use chat_proto::{Event, EventBody, Seq, Timestamp};
use rusqlite::Connection;

/// Appends an event by the scene's author; the scene then ends with it.
pub(super) fn append(
    conn: &Connection,
    scene: &mut Scene,
    body: EventBody,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<(Seq, Timestamp), Fault> {
    let seq = scene.end.head.next();
    let at = now.max(scene.end.last_at);
    let says = matches!(body, EventBody::Message(_));
    if says && scene.end.run_user != scene.author.id.0 {
        scene.end.run_user = scene.author.id.0;
        scene.end.run = seq_column(seq);
    }
    scene.end.head = seq;
    scene.end.last_at = at;
    let event = Event {
        room: scene.name.clone(),
        seq,
        at,
        author: scene.author.name.clone(),
        guest: scene.author.guest,
        hook: scene.author.hook,
        body,
    };
    insert(conn, scene, &event)?;
    if event.body.target().is_some() {
        spans::note(conn, scene.room, seq)?;
    }
    if !says {
        quiet::note(conn, scene.room, seq)?;
    }
    effects.push(Effect::Appended {
        room: scene.room,
        event,
    });
    Ok((seq, at))
}

fn insert(conn: &Connection, scene: &mut Scene, event: &Event) -> Result<(), Fault> {
    if seq_column(event.seq) >= SEQ_MAX {
        return Err(Fault::nonsense("seq of an event", event.seq));
    }
    let columns = Columns::of(event);
    conn.prepare_cached(
        "INSERT INTO events (id, at, user, author, kind, flags, run, text, nonce, reply_to,
                             target, subject, detail, files)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute((
        id(scene.room, event.seq)?,
        event.at.millis(),
        scene.author.id.0,
        event.author.as_str(),
        columns.kind,
        columns.flags,
        scene.end.run,
        columns.text,
        columns.nonce,
        columns.reply_to,
        columns.target,
        columns.subject,
        columns.detail,
        columns.files,
    ))?;
    conn.prepare_cached(
        "UPDATE rooms SET head = ?, last_at = ?, run_user = ?, run = ? WHERE id = ?",
    )?
    .execute((
        seq_column(event.seq),
        event.at.millis(),
        scene.end.run_user,
        scene.end.run,
        scene.room.0,
    ))?;
    if !scene.author.wrote {
        conn.prepare_cached("UPDATE users SET wrote = 1 WHERE id = ?")?
            .execute([scene.author.id.0])?;
        scene.author.wrote = true;
    }
    Ok(())
}
