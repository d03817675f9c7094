//! A room's topic in the database.

use super::append::append;
use super::fault::Fault;
use super::rooms::folded;
use super::row::{seq, seq_column};
use super::scene;
use crate::rules::room as rules;
use crate::store::{Committed, Decision, Effect, SetTopic};
use chat_proto::{EventBody, Seq, Timestamp};
use rusqlite::Connection;

pub(super) fn set(
    conn: &Connection,
    set: &SetTopic,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    let scene = scene::load(conn, set.by, &set.room)?;
    if let Err(refusal) = rules::set_topic(&set.room, scene.as_ref().map(scene::Scene::asked)) {
        return Ok(Err(refusal));
    }
    let mut scene = scene.ok_or_else(|| Fault::nonsense("membership", &set.room))?;
    let (topic, topic_seq): (String, i64) = conn
        .prepare_cached("SELECT topic, topic_seq FROM rooms WHERE id = ?")?
        .query_row([scene.room.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let made_by = if topic == set.topic.as_str() {
        Some(seq(topic_seq)?).filter(|seq| *seq > Seq::ZERO)
    } else {
        let topic = set.topic.as_str().to_owned();
        let body = EventBody::Topic {
            topic: topic.clone(),
        };
        let (seq, _) = append(conn, &mut scene, body, now, effects)?;
        conn.prepare_cached("UPDATE rooms SET topic = ?, topic_seq = ?, folded = ? WHERE id = ?")?
            .execute((
                &topic,
                seq_column(seq),
                folded(set.room.as_str(), &topic),
                scene.room.0,
            ))?;
        Some(seq)
    };
    Ok(Ok(Committed::Changed {
        room: scene.name,
        seq: made_by,
    }))
}
