//! Emoji on messages: who put which, and the tally that a page shows of it.

use crate::rules::revise::Reaction;
use crate::store::RoomId;
use crate::store::sqlite::fault::Fault;
use crate::store::sqlite::row::{rows_column, seq, seq_column};
use crate::store::sqlite::scene::Scene;
use chat_proto::Seq;
use chat_proto::limits::REACTION_NAMES;
use rusqlite::{Connection, OptionalExtension};

/// What is known of one emoji on a message, before it is put or taken away.
pub(super) fn reaction(
    conn: &Connection,
    scene: &Scene,
    target: Seq,
    emoji: &str,
) -> Result<Reaction, Fault> {
    let (room, target) = (scene.room.0, seq_column(target));
    let mine = conn
        .prepare_cached(
            r#"SELECT "on", seq FROM reactions
               WHERE room = ? AND target = ? AND emoji = ? AND user = ?"#,
        )?
        .query_row((room, target, emoji, scene.author.id.0), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (emoji, borne): (u32, bool) = conn
        .prepare_cached(
            "SELECT count(*), ifnull(max(emoji = ?3), 0) FROM tallies WHERE room = ?1 AND target = ?2",
        )?
        .query_row((room, target, emoji), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Reaction {
        mine: match mine {
            Some((on, by)) => Some((on, seq(by)?)),
            None => None,
        },
        borne,
        emoji: emoji as usize,
    })
}

/// Notes that the scene's author put the emoji by event `by`, or took it away.
pub(super) fn fold(
    conn: &Connection,
    scene: &Scene,
    target: Seq,
    emoji: &str,
    on: bool,
    by: Seq,
) -> Result<(), Fault> {
    let (room, author) = (scene.room, &scene.author);
    conn.prepare_cached(
        r#"INSERT INTO reactions (room, target, emoji, user, name, "on", seq) VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (room, target, emoji, user) DO UPDATE SET
               name = excluded.name, "on" = excluded."on", seq = excluded.seq"#,
    )?
    .execute((
        room.0,
        seq_column(target),
        emoji,
        author.id.0,
        author.name.as_str(),
        on,
        seq_column(by),
    ))?;
    conn.prepare_cached(
        "INSERT INTO folds (room, seq, changed) VALUES (?, ?, ?)
         ON CONFLICT (room, seq) DO UPDATE SET changed = excluded.changed",
    )?
    .execute((room.0, seq_column(target), seq_column(by)))?;
    tally(conn, room, target, emoji, if on { 1 } else { -1 })
}

/// Counts one more, or one less, and notes who came first.
fn tally(
    conn: &Connection,
    room: RoomId,
    target: Seq,
    emoji: &str,
    more: i64,
) -> Result<(), Fault> {
    let names = conn
        .prepare_cached(
            r#"SELECT name FROM reactions WHERE room = ? AND target = ? AND emoji = ? AND "on" = 1
               ORDER BY seq LIMIT ?"#,
        )?
        .query_map(
            (
                room.0,
                seq_column(target),
                emoji,
                rows_column(REACTION_NAMES),
            ),
            |row| row.get(0),
        )?
        .collect::<Result<Vec<String>, _>>()?;
    let place = (room.0, seq_column(target), emoji);
    if names.is_empty() {
        conn.prepare_cached("DELETE FROM tallies WHERE room = ? AND target = ? AND emoji = ?")?
            .execute(place)?;
        return Ok(());
    }
    conn.prepare_cached(
        "INSERT INTO tallies (room, target, emoji, count, names) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (room, target, emoji) DO UPDATE SET
             count = count + excluded.count, names = excluded.names",
    )?
    .execute((place.0, place.1, place.2, more, names.join(" ")))?;
    Ok(())
}
