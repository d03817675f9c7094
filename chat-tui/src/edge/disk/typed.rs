//! What a person typed and nobody else has: drafts, unsent messages, and what
//! is to be done to messages. Each row bears the number of the running client
//! whose it is.

use super::values::{json, read_seq, run, sql};
use crate::core::composer::{Draft, Editing};
use crate::core::deeds::Deed;
use crate::core::desk::Desk;
use crate::core::outbox::Unsent;
use chat_proto::{RoomName, Seq, Timestamp};
use rusqlite::{Connection, Row, named_params, params};

pub(super) fn set_draft(
    db: &Connection,
    slot: u32,
    desk: &Desk,
    draft: Option<&Draft>,
) -> rusqlite::Result<()> {
    match draft {
        Some(draft) => {
            let editing = draft.editing.as_ref();
            let before = editing.map(|editing| &editing.before);
            run(
                db,
                "INSERT OR REPLACE INTO drafts (room, thread, slot, text, cursor, reply_to,
                     edits, before_text, before_cursor, before_reply_to)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                params![
                    desk.room.as_str(),
                    sql_thread(desk),
                    slot,
                    draft.text,
                    sql_cursor(draft),
                    draft.reply_to.map(sql),
                    editing.map(|editing| sql(editing.target)),
                    before.map(|before| &before.text),
                    before.map(sql_cursor),
                    before.and_then(|before| before.reply_to).map(sql),
                ],
            )
        }
        None => run(
            db,
            "DELETE FROM drafts WHERE room = ?1 AND thread = ?2 AND slot = ?3",
            params![desk.room.as_str(), sql_thread(desk), slot],
        ),
    }
}

pub(super) fn add_unsent(db: &Connection, slot: u32, unsent: &Unsent) -> rusqlite::Result<()> {
    run(
        db,
        "INSERT OR REPLACE INTO outbox (nonce, slot, room, text, reply_to, at, refused, files)
         VALUES (:nonce, :slot, :room, :text, :reply_to, :at, :refused, :files)",
        named_params! {
            ":nonce": unsent.nonce.as_str(),
            ":slot": slot,
            ":room": unsent.room.as_str(),
            ":text": unsent.text,
            ":reply_to": unsent.reply_to.map(sql),
            ":at": unsent.at.millis(),
            ":refused": unsent.refused,
            ":files": json(&unsent.files)?,
        },
    )
}

pub(super) fn set_unsent(db: &Connection, slot: u32, unsent: &Unsent) -> rusqlite::Result<()> {
    let known = db
        .prepare_cached(
            "UPDATE outbox SET text = ?2, reply_to = ?3, refused = ?4 WHERE nonce = ?1",
        )?
        .execute(params![
            unsent.nonce.as_str(),
            unsent.text,
            unsent.reply_to.map(sql),
            unsent.refused
        ])?;
    if known == 0 {
        add_unsent(db, slot, unsent)?;
    }
    Ok(())
}

pub(super) fn adopt_from(db: &Connection, dead: u32, mine: u32) -> rusqlite::Result<()> {
    run(
        db,
        "UPDATE outbox SET slot = ?2 WHERE slot = ?1",
        [dead, mine],
    )?;
    run(
        db,
        "UPDATE deeds SET slot = ?2 WHERE slot = ?1",
        [dead, mine],
    )?;
    // Two drafts for one desk become one: neither is lost unseen.
    run(
        db,
        "UPDATE drafts SET text = text || char(10) || (
             SELECT d.text || coalesce(char(10) || nullif(d.before_text, ''), '') FROM drafts d
             WHERE d.room = drafts.room AND d.thread = drafts.thread AND d.slot = ?1)
         WHERE slot = ?2
             AND (room, thread) IN (SELECT room, thread FROM drafts WHERE slot = ?1)",
        [dead, mine],
    )?;
    run(
        db,
        "UPDATE OR IGNORE drafts SET slot = ?2 WHERE slot = ?1",
        [dead, mine],
    )?;
    run(db, "DELETE FROM drafts WHERE slot = ?1", [dead])
}

pub(super) fn drafts(db: &Connection, slot: u32) -> rusqlite::Result<Vec<(Desk, Draft)>> {
    let mut select = db.prepare(
        "SELECT room, text, cursor, reply_to, before_text, before_cursor, before_reply_to, edits,
             thread
         FROM drafts WHERE slot = ?1 ORDER BY room, thread",
    )?;
    let mut rows = select.query([slot])?;
    let mut drafts = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(room) = RoomName::trusted(&row.get::<_, String>(0)?) else {
            continue;
        };
        let mut draft = read_draft(row, 1)?.unwrap_or_default();
        if let Some(target) = read_seq(row, 7)? {
            let before = read_draft(row, 4)?.unwrap_or_default();
            draft.editing = Some(Box::new(Editing { target, before }));
        }
        let thread = read_seq(row, 8)?.filter(|seq| *seq > Seq::ZERO);
        drafts.push((Desk { room, thread }, draft));
    }
    Ok(drafts)
}

pub(super) fn outbox(db: &Connection, slot: u32) -> rusqlite::Result<Vec<Unsent>> {
    let mut select = db.prepare(
        "SELECT nonce, room, text, reply_to, at, refused, files FROM outbox
         WHERE slot = ?1 ORDER BY position",
    )?;
    let mut rows = select.query([slot])?;
    let mut outbox = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(room) = RoomName::trusted(&row.get::<_, String>(1)?) else {
            continue;
        };
        let files = serde_json::from_str(&row.get::<_, String>(6)?);
        // Without them it would say something else than what was accepted.
        let lost = files.is_err().then_some("its files can't be read any more");
        outbox.push(Unsent {
            nonce: row.get::<_, String>(0)?.into(),
            room,
            text: row.get(2)?,
            reply_to: read_seq(row, 3)?,
            files: files.unwrap_or_default(),
            at: Timestamp::from_millis(row.get(4)?),
            refused: row.get::<_, Option<_>>(5)?.or(lost.map(str::to_owned)),
        });
    }
    Ok(outbox)
}

/// A draft from three columns; `None` where there is no text.
fn read_draft(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Draft>> {
    let Some(text) = row.get(first)? else {
        return Ok(None);
    };
    let cursor: Option<i64> = row.get(first + 1)?;
    Ok(Some(Draft {
        text,
        cursor: cursor.and_then(|at| usize::try_from(at).ok()).unwrap_or(0),
        reply_to: read_seq(row, first + 2)?,
        editing: None,
    }))
}

/// 0 stands for the room itself: nothing can be a key and NULL.
fn sql_thread(desk: &Desk) -> i64 {
    desk.thread.map_or(0, sql)
}

fn sql_cursor(draft: &Draft) -> i64 {
    i64::try_from(draft.cursor).unwrap_or(0)
}

pub(super) fn set_deed(db: &Connection, slot: u32, deed: &Deed) -> rusqlite::Result<()> {
    run(
        db,
        "INSERT INTO deeds (id, slot, room, target, act, refused)
         VALUES (:id, :slot, :room, :target, :act, :refused)
         ON CONFLICT (id) DO UPDATE SET act = excluded.act, refused = excluded.refused",
        named_params! {
            ":id": deed.id.as_str(),
            ":slot": slot,
            ":room": deed.room.as_str(),
            ":target": sql(deed.target),
            ":act": json(&deed.act)?,
            ":refused": deed.refused,
        },
    )
}

pub(super) fn deeds(db: &Connection, slot: u32) -> rusqlite::Result<Vec<Deed>> {
    let mut select = db.prepare(
        "SELECT id, room, target, act, refused FROM deeds WHERE slot = ?1 ORDER BY position",
    )?;
    let mut rows = select.query([slot])?;
    let mut deeds = Vec::new();
    while let Some(row) = rows.next()? {
        let room = RoomName::trusted(&row.get::<_, String>(1)?);
        let act = serde_json::from_str(&row.get::<_, String>(3)?).ok();
        if let (Some(room), Some(act)) = (room, act) {
            deeds.push(Deed {
                id: row.get::<_, String>(0)?.into(),
                room,
                target: read_seq(row, 2)?.unwrap_or(Seq::ZERO),
                act,
                refused: row.get(4)?,
            });
        }
    }
    Ok(deeds)
}
