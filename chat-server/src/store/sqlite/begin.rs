//! What is put in order once at every start, before anybody comes in.

use super::fault::Fault;
use super::file;
use super::index;
use super::mark::Mark;
use super::row::user_name;
use chat_proto::Timestamp;
use chat_proto::name::UNICODE_VERSION;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use std::path::Path;

/// Takes all who were online to have gone `now`; gives the epoch, which is a
/// new one if this is not the database that was left in `dir`.
pub(super) fn begin(conn: &mut Connection, dir: &Path, now: Timestamp) -> Result<String, Fault> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute(
        "UPDATE users SET online = 0, last_seen = ? WHERE online = 1",
        [now.millis()],
    )?;
    file::doom_broken(&tx)?;
    let (major, minor, patch) = UNICODE_VERSION;
    let unicode = format!("{major}.{minor}.{patch}");
    if fact(&tx, "unicode")?.as_ref() != Some(&unicode) {
        compare_anew(&tx)?;
        note(&tx, "unicode", &unicode)?;
    }
    if let Some(made_by) = index::begin(&tx, fact(&tx, "words")?.as_deref())? {
        note(&tx, "words", &made_by)?;
    }
    let known = fact(&tx, "epoch")?;
    let epoch = match known {
        Some(epoch) if Mark::agrees(dir, &tx, &epoch)? => epoch,
        other => {
            if other.is_some() {
                tracing::warn!("this is another history of the data: the epoch is a new one");
            }
            let fresh = random(&tx)?;
            note(&tx, "epoch", &fresh)?;
            fresh
        }
    };
    tx.commit()?;
    Ok(epoch)
}

/// SQLite seeds its own generator from the system's.
fn random(conn: &Connection) -> Result<String, Fault> {
    let bytes: [u8; 16] = conn.query_row("SELECT randomblob(16)", (), |row| row.get(0))?;
    Ok(data_encoding::BASE64URL_NOPAD.encode(&bytes))
}

/// Makes the forms by which names are compared by the Unicode of today. Names
/// that can be confused only now stay with those who bear them, and new ones
/// like them are refused for the sake of the elder.
fn compare_anew(conn: &Connection) -> Result<(), Fault> {
    let users: Vec<(i64, String)> = conn
        .prepare("SELECT id, name FROM users ORDER BY id")?
        .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    // Out of the way of each other first; no skeleton has a NUL.
    conn.execute("UPDATE users SET skeleton = char(0) || id", ())?;
    let mut rename = conn.prepare("UPDATE users SET key = ? WHERE id = ?")?;
    let mut members =
        conn.prepare("UPDATE memberships SET key = ? WHERE user = ? AND key IS NOT NULL")?;
    let mut skeleton = conn.prepare("UPDATE OR IGNORE users SET skeleton = ? WHERE id = ?")?;
    for (id, name) in users {
        let name = user_name(&name)?;
        rename.execute((&*name.key(), id))?;
        members.execute((&*name.key(), id))?;
        skeleton.execute((&*name.skeleton(), id))?;
    }
    compare_hooks_anew(conn)
}

fn compare_hooks_anew(conn: &Connection) -> Result<(), Fault> {
    let hooks: Vec<(i64, String)> = conn
        .prepare("SELECT id, name FROM hooks")?
        .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut skeleton = conn.prepare("UPDATE hooks SET skeleton = ? WHERE id = ?")?;
    for (id, name) in hooks {
        skeleton.execute((&*user_name(&name)?.skeleton(), id))?;
    }
    Ok(())
}

fn fact(conn: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    conn.query_row("SELECT value FROM meta WHERE key = ?", [key], |row| {
        row.get(0)
    })
    .optional()
}

fn note(conn: &Connection, key: &str, value: &str) -> rusqlite::Result<()> {
    conn.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )?;
    Ok(())
}
