//! Users in the database: who comes, who goes, whose name lapses.

use super::fault::Fault;
use super::row::{time, user_name};
use super::{hook, login, room};
use crate::rules::account::{self as rules, Account, Arrival, Device, Wish};
use crate::store::{
    Committed, Decision, Gone, Hello, PasswordHash, TokenHash, UserId, UserRow, Welcomed,
};
use chat_proto::{RoomName, Timestamp, UserName};
use rusqlite::{Connection, OptionalExtension, Row};

/// Guests who lapse within one commit; the rest follows with the next.
const LAPSES_MAX: usize = 32;

/// The columns that [`account`] reads.
macro_rules! account_columns {
    () => {
        "u.id, u.name, u.guest, u.online, u.last_seen, u.wrote, u.lapsed, u.banned"
    };
}

pub(super) fn hello(conn: &Connection, hello: &Hello, now: Timestamp) -> Result<Decision, Fault> {
    let user = match &hello.token {
        Some(token) => by_token(conn, &token.0)?,
        None => None,
    };
    let but = user.as_ref().map(|user| user.id);
    let rival_of = |name: &UserName| bearer(conn, name, but);
    let own_rival = user.as_ref().map(|user| rival_of(&user.name)).transpose()?;
    let wish_rival = hello.name.as_ref().map(rival_of).transpose()?;
    let wish_hook = hello.name.as_ref().map(|name| hook::like(conn, name));
    let wish_hook = wish_hook.transpose()?.flatten();

    let device = match (&hello.token, &user) {
        (None, _) => Device::New,
        (Some(_), None) => Device::Unknown,
        (Some(_), Some(user)) => Device::Of {
            user,
            rival: own_rival.as_ref().and_then(Option::as_ref),
        },
    };
    let wish = hello.name.as_ref().map(|name| Wish {
        name,
        rival: wish_rival.as_ref().and_then(Option::as_ref),
        hook: wish_hook.as_ref(),
    });
    let arrival = match rules::hello(device, wish, hello.guests, now) {
        Err(refusal) => return Ok(Err(refusal)),
        Ok(arrival) => arrival,
    };
    let newcomer = matches!(arrival, Arrival::New(_));
    let row = match arrival {
        Arrival::New(name) => {
            let guest = Newcomer::Guest(&hello.fresh);
            let id = create(conn, &name, guest, &hello.default_rooms, now)?;
            load_row(conn, id)?
        }
        Arrival::Back(id) => arrive(conn, id, now)?,
        Arrival::Revived(id, name) => {
            revive(conn, id, &name, now)?;
            load_row(conn, id)?
        }
    };
    if let Some(token) = &hello.token {
        conn.prepare_cached("UPDATE tokens SET last_used = ? WHERE hash = ?")?
            .execute((now.millis(), &token.0[..]))?;
    }
    Ok(Ok(Committed::Welcomed(Welcomed {
        user: row,
        new_device: hello.token.is_none(),
        newcomer,
    })))
}

/// Takes note that someone is away, unless they came back after they had left:
/// a `hello` may be committed while news of the departure are still under way.
pub(super) fn gone(conn: &Connection, gone: Gone, now: Timestamp) -> Result<Decision, Fault> {
    conn.prepare_cached(
        "UPDATE users SET online = 0, last_seen = ? WHERE id = ? AND last_seen <= ?",
    )?
    .execute((now.millis(), gone.user.0, gone.left.millis()))?;
    Ok(Ok(Committed::Gone))
}

/// Takes names and memberships from guests whose time is over.
pub(super) fn sweep(conn: &Connection, now: Timestamp) -> Result<(), Fault> {
    for (wrote, kept) in [(0, rules::GUEST_MS), (1, rules::GUEST_WROTE_MS)] {
        let over: Vec<i64> = conn
            .prepare_cached(
                "SELECT id FROM users
                 WHERE guest = 1 AND online = 0 AND lapsed = 0 AND wrote = ? AND last_seen <= ?
                   AND banned = 0 LIMIT ?",
            )?
            .query_map(
                (wrote, now.millis().saturating_sub(kept), LAPSES_MAX as i64),
                |row| row.get(0),
            )?
            .collect::<Result<_, _>>()?;
        for id in over {
            lapse(conn, UserId(id))?;
        }
    }
    Ok(())
}

/// How a user begins.
#[derive(Debug, Clone, Copy)]
pub(super) enum Newcomer<'a> {
    /// As a guest who is here, with a device.
    Guest(&'a TokenHash),
    /// As an account that nobody has used yet.
    Account(&'a PasswordHash),
}

pub(super) fn create(
    conn: &Connection,
    name: &UserName,
    newcomer: Newcomer<'_>,
    default_rooms: &[RoomName],
    now: Timestamp,
) -> Result<UserId, Fault> {
    evict(conn, name, None)?;
    let (guest, password) = match newcomer {
        Newcomer::Guest(_) => (true, None),
        Newcomer::Account(password) => (false, Some(&password.0)),
    };
    conn.prepare_cached(
        "INSERT INTO users (name, key, skeleton, guest, online, last_seen, password)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute((
        name.as_str(),
        &*name.key(),
        &*name.skeleton(),
        guest,
        guest,
        now.millis(),
        password,
    ))?;
    let id = UserId(conn.last_insert_rowid());
    if let Newcomer::Guest(token) = newcomer {
        login::add_device(conn, id, token, now)?;
    }
    for default in default_rooms {
        room::enter_default(conn, id, &name.key(), default, now)?;
    }
    Ok(id)
}

/// A user who is as it was left is here.
pub(super) fn arrive(conn: &Connection, id: UserId, now: Timestamp) -> Result<UserRow, Fault> {
    conn.prepare_cached("UPDATE users SET online = 1, last_seen = ? WHERE id = ?")?
        .execute((now.millis(), id.0))?;
    load_row(conn, id)
}

fn revive(conn: &Connection, id: UserId, name: &UserName, now: Timestamp) -> Result<(), Fault> {
    evict(conn, name, Some(id))?;
    conn.prepare_cached(
        "UPDATE users SET name = ?, key = ?, skeleton = ?, lapsed = 0, online = 1, last_seen = ?
         WHERE id = ?",
    )?
    .execute((
        name.as_str(),
        &*name.key(),
        &*name.skeleton(),
        now.millis(),
        id.0,
    ))?;
    conn.prepare_cached("UPDATE memberships SET key = ? WHERE user = ?")?
        .execute((&*name.key(), id.0))?;
    conn.prepare_cached(
        "UPDATE rooms SET members = members + 1
         WHERE id IN (SELECT room FROM memberships WHERE user = ?)",
    )?
    .execute([id.0])?;
    Ok(())
}

/// Whoever bears this name still, though its time is over, does so no longer.
fn evict(conn: &Connection, name: &UserName, but: Option<UserId>) -> Result<(), Fault> {
    match bearer(conn, name, but)? {
        Some(rival) => lapse(conn, rival.id),
        None => Ok(()),
    }
}

fn lapse(conn: &Connection, id: UserId) -> Result<(), Fault> {
    room::suspend(conn, id)?;
    conn.prepare_cached("UPDATE users SET lapsed = 1 WHERE id = ?")?
        .execute([id.0])?;
    Ok(())
}

/// What the rules ask about a user.
pub(super) fn load(conn: &Connection, id: UserId) -> Result<Option<Account>, Fault> {
    one(conn
        .prepare_cached(concat!(
            "SELECT ",
            account_columns!(),
            " FROM users u WHERE u.id = ?"
        ))?
        .query([id.0])?)
}

fn by_token(conn: &Connection, hash: &[u8]) -> Result<Option<Account>, Fault> {
    one(conn
        .prepare_cached(concat!(
            "SELECT ",
            account_columns!(),
            " FROM tokens t JOIN users u ON u.id = t.user WHERE t.hash = ?"
        ))?
        .query([hash])?)
}

/// Who bears this name or one that looks like it.
pub(super) fn bearer(
    conn: &Connection,
    name: &UserName,
    but: Option<UserId>,
) -> Result<Option<Account>, Fault> {
    one(conn
        .prepare_cached(concat!(
            "SELECT ",
            account_columns!(),
            " FROM users u WHERE u.skeleton = ? AND u.lapsed = 0 AND u.id IS NOT ?"
        ))?
        .query((&*name.skeleton(), but.map(|id| id.0)))?)
}

fn one(mut rows: rusqlite::Rows<'_>) -> Result<Option<Account>, Fault> {
    rows.next()?.map(account).transpose()
}

fn account(row: &Row<'_>) -> Result<Account, Fault> {
    Ok(Account {
        id: UserId(row.get(0)?),
        name: user_name(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?,
        guest: row.get(2)?,
        online: row.get(3)?,
        last_seen: time(row.get(4)?),
        wrote: row.get(5)?,
        lapsed: row.get(6)?,
        banned: row.get(7)?,
    })
}

fn load_row(conn: &Connection, id: UserId) -> Result<UserRow, Fault> {
    let (name, guest): (String, bool) = conn
        .prepare_cached("SELECT name, guest FROM users WHERE id = ?")?
        .query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .ok_or_else(|| Fault::nonsense("user", id.0))?;
    Ok(UserRow {
        id,
        name: user_name(&name)?,
        guest,
    })
}
