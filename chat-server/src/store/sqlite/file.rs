//! Uploaded files in the database, from the beginning of an upload until their
//! bytes are gone.

use super::fault::Fault;
use super::row::seq_column;
use super::scene::{self, Scene};
use crate::rules::file::{self as rules, UNATTACHED_MS, Unattached, Uploaded};
use crate::store::{
    Committed, Decision, DueFiles, Effect, FileId, FileRow, KeepFile, ReserveFile, RoomId, UserId,
};
use chat_proto::reply::FileInfo;
use chat_proto::{ErrorCode, ErrorReply, FileName, RoomName, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use smol_str::SmolStr;

/// `files.state`.
const UPLOADING: i64 = 0;
const WAITING: i64 = 1;
const ATTACHED: i64 = 2;
const DOOMED: i64 = 3;

pub(super) fn reserve(
    conn: &Connection,
    reserve: &ReserveFile,
    now: Timestamp,
) -> Result<Decision, Fault> {
    let scene = scene::load(conn, reserve.by, &reserve.room)?;
    let waiting = waiting(conn, reserve.by)?;
    let asked = scene.as_ref().map(Scene::asked);
    let (bytes, bytes_max) = (reserve.bytes, reserve.unattached_bytes);
    if let Err(refusal) = rules::upload(&reserve.room, asked, waiting, bytes, bytes_max) {
        return Ok(Err(refusal));
    }
    let scene = scene.ok_or_else(|| Fault::nonsense("membership", &reserve.room))?;
    conn.prepare_cached(
        "INSERT INTO files (id, user, room, name, size, mime, since, state)
         VALUES (?, ?, ?, ?, ?, '', ?, ?)",
    )?
    .execute((
        reserve.id.as_str(),
        reserve.by.0,
        scene.room.0,
        reserve.name.as_str(),
        size_column(bytes),
        now.millis(),
        UPLOADING,
    ))?;
    Ok(done(scene.name))
}

pub(super) fn keep(conn: &Connection, keep: &KeepFile) -> Result<Decision, Fault> {
    let room: Option<String> = conn
        .prepare_cached(
            "UPDATE files SET size = ?, mime = ?, state = ? WHERE id = ? AND state = ?
             RETURNING (SELECT name FROM rooms WHERE id = room)",
        )?
        .query_row(
            (
                size_column(keep.size),
                keep.mime,
                WAITING,
                keep.id.as_str(),
                UPLOADING,
            ),
            |row| row.get(0),
        )
        .optional()?;
    match room {
        Some(room) => Ok(done(super::row::room_name(&room)?)),
        None => Ok(Err(ErrorReply::new(
            ErrorCode::NotFound,
            "the upload took too long, and what had come is gone; try again",
        ))),
    }
}

/// An upload came to nothing.
pub(super) fn drop_upload(
    conn: &Connection,
    id: &FileId,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    conn.prepare_cached("UPDATE files SET state = ? WHERE id = ? AND state = ?")?
        .execute((DOOMED, id.as_str(), UPLOADING))?;
    effects.push(Effect::FilesDoomed);
    Ok(Ok(Committed::Noted))
}

/// Dooms what was not attached in time.
pub(super) fn expire(conn: &Connection, now: Timestamp) -> Result<Decision, Fault> {
    conn.prepare_cached("UPDATE files SET state = ?, seq = NULL WHERE state < 2 AND since <= ?")?
        .execute((DOOMED, expires(now)))?;
    Ok(Ok(Committed::Noted))
}

/// The bytes of these are gone.
pub(super) fn forget(conn: &Connection, ids: &[FileId]) -> Result<Decision, Fault> {
    let mut delete = conn.prepare_cached("DELETE FROM files WHERE id = ? AND state = ?")?;
    for id in ids {
        delete.execute((id.as_str(), DOOMED))?;
    }
    Ok(Ok(Committed::Noted))
}

/// Dooms what a message has, as the message is gone.
pub(super) fn doom(
    conn: &Connection,
    room: RoomId,
    seq: Seq,
    effects: &mut Vec<Effect>,
) -> Result<(), Fault> {
    let doomed = conn
        .prepare_cached("UPDATE files SET state = ? WHERE room = ? AND seq = ? AND state = 2")?
        .execute((DOOMED, room.0, seq_column(seq)))?;
    if doomed > 0 {
        effects.push(Effect::FilesDoomed);
    }
    Ok(())
}

/// Dooms whatever was being uploaded when the last server ended.
pub(super) fn doom_broken(conn: &Connection) -> Result<(), Fault> {
    conn.execute(
        "UPDATE files SET state = ? WHERE state = ?",
        (DOOMED, UPLOADING),
    )?;
    Ok(())
}

/// The files that a message of this author is to have, as it shows them.
pub(super) fn attachable(
    conn: &Connection,
    scene: &Scene,
    ids: &[SmolStr],
) -> Result<Result<Vec<FileInfo>, ErrorReply>, Fault> {
    let mut infos: Vec<FileInfo> = Vec::with_capacity(ids.len());
    for id in ids {
        let found = match FileId::parse(id) {
            Some(id) => load(conn, &id)?,
            None => None,
        };
        let twice = infos.iter().any(|info| info.id == *id);
        let facts = found.as_ref().map(|(facts, _)| Uploaded {
            attached: facts.attached || twice,
            ..*facts
        });
        if let Err(refusal) = rules::attach(id, facts, scene.author.id, scene.room) {
            return Ok(Err(refusal));
        }
        infos.extend(found.map(|(_, row)| row.info()));
    }
    Ok(Ok(infos))
}

/// Ties files to the message that has them.
pub(super) fn attach(conn: &Connection, seq: Seq, files: &[FileInfo]) -> Result<(), Fault> {
    let mut update = conn.prepare_cached("UPDATE files SET state = ?, seq = ? WHERE id = ?")?;
    for file in files {
        update.execute((ATTACHED, seq_column(seq), file.id.as_str()))?;
    }
    Ok(())
}

/// See [`crate::store::Store::file`].
pub(super) fn fetch(
    conn: &Connection,
    user: UserId,
    id: &FileId,
) -> Result<Option<FileRow>, Fault> {
    let Some((facts, row)) = load(conn, id)? else {
        return Ok(None);
    };
    let member = conn
        .prepare_cached(
            "SELECT 1 FROM memberships
             WHERE user = ? AND room = ? AND key IS NOT NULL AND hidden = 0",
        )?
        .exists((user.0, facts.room.0))?;
    Ok(rules::may_fetch(facts, user, member).then_some(row))
}

/// See [`crate::store::Store::due_files`].
pub(super) fn due(conn: &Connection, now: Timestamp, limit: i64) -> Result<DueFiles, Fault> {
    let expired = conn
        .prepare_cached("SELECT 1 FROM files WHERE state < 2 AND since <= ? LIMIT 1")?
        .exists([expires(now)])?;
    let mut statement = conn.prepare_cached("SELECT id FROM files WHERE state = 3 LIMIT ?")?;
    let mut rows = statement.query([limit])?;
    let mut doomed = Vec::new();
    while let Some(row) = rows.next()? {
        doomed.push(file_id(
            row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?,
        )?);
    }
    Ok(DueFiles { expired, doomed })
}

/// A file whose bytes are there and stay.
fn load(conn: &Connection, id: &FileId) -> Result<Option<(Uploaded, FileRow)>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT user, room, name, size, mime, state FROM files WHERE id = ? AND state IN (1, 2)",
    )?;
    let mut rows = statement.query([id.as_str()])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let size: i64 = row.get(3)?;
    let facts = Uploaded {
        by: UserId(row.get(0)?),
        room: RoomId(row.get(1)?),
        attached: row.get::<_, i64>(5)? == ATTACHED,
    };
    let row = FileRow {
        id: id.clone(),
        name: FileName::neutral(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?),
        size: u64::try_from(size).map_err(|_| Fault::nonsense("size of a file", size))?,
        mime: row.get(4)?,
    };
    Ok(Some((facts, row)))
}

fn waiting(conn: &Connection, user: UserId) -> Result<Unattached, Fault> {
    let (files, bytes): (i64, i64) = conn
        .prepare_cached(
            "SELECT count(*), coalesce(sum(size), 0) FROM files WHERE user = ? AND state < 2",
        )?
        .query_row([user.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Unattached {
        files: files.unsigned_abs(),
        bytes: bytes.unsigned_abs(),
    })
}

fn expires(now: Timestamp) -> i64 {
    now.millis().saturating_sub(UNATTACHED_MS)
}

fn size_column(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn file_id(text: &str) -> Result<FileId, Fault> {
    FileId::parse(text).ok_or_else(|| Fault::nonsense("id of a file", text.escape_debug()))
}

fn done(room: RoomName) -> Decision {
    Ok(Committed::Changed { room, seq: None })
}
