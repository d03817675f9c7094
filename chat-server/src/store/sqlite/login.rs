//! Accounts and devices in the database: passwords as hashes, tokens as digests.

use super::account;
use super::fault::Fault;
use super::row::user_name;
use crate::rules::login as rules;
use crate::store::{
    Committed, Credentials, Decision, Devices, Effect, Login, Logout, PasswordHash, Register,
    SetPassword, TokenHash, UserId, UserRow, Welcomed,
};
use chat_proto::{Timestamp, UserName};
use rusqlite::{Connection, OptionalExtension};

/// See [`crate::store::Store::credentials`].
pub(super) fn credentials(
    conn: &Connection,
    name: &UserName,
) -> Result<Option<Credentials>, Fault> {
    Ok(conn
        .prepare_cached(
            "SELECT id, password FROM users
             WHERE key = ? AND password IS NOT NULL ORDER BY id LIMIT 1",
        )?
        .query_row([&*name.key()], |row| {
            Ok(Credentials {
                user: UserId(row.get(0)?),
                password: PasswordHash(row.get(1)?),
            })
        })
        .optional()?)
}

/// See [`crate::store::Store::device`].
pub(super) fn device(conn: &Connection, token: &TokenHash) -> Result<Option<UserRow>, Fault> {
    let found: Option<(i64, String, bool)> = conn
        .prepare_cached(
            "SELECT u.id, u.name, u.guest FROM tokens t JOIN users u ON u.id = t.user
             WHERE t.hash = ? AND u.lapsed = 0 AND u.banned = 0",
        )?
        .query_row([&token.0[..]], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    found
        .map(|(id, name, guest)| {
            Ok(UserRow {
                id: UserId(id),
                name: user_name(&name)?,
                guest,
            })
        })
        .transpose()
}

pub(super) fn login(conn: &Connection, login: &Login, now: Timestamp) -> Result<Decision, Fault> {
    let kept = password(conn, login.user)?;
    let account = account::load(conn, login.user)?;
    if let Err(refusal) = rules::login(kept.as_ref(), &login.verified, account.as_ref()) {
        return Ok(Err(refusal));
    }
    add_device(conn, login.user, &login.fresh, now)?;
    Ok(Ok(Committed::Welcomed(Welcomed {
        user: account::arrive(conn, login.user, now)?,
        new_device: true,
        newcomer: false,
    })))
}

pub(super) fn register(
    conn: &Connection,
    register: &Register,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    let account = account::load(conn, register.user)?;
    if let Err(refusal) = rules::register(account.as_ref()) {
        return Ok(Err(refusal));
    }
    conn.prepare_cached("UPDATE users SET guest = 0, password = ? WHERE id = ?")?
        .execute((&register.password.0, register.user.0))?;
    effects.push(Effect::Registered {
        user: register.user,
    });
    Ok(Ok(Committed::Account))
}

pub(super) fn set_password(
    conn: &Connection,
    set: &SetPassword,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    let kept = password(conn, set.user)?;
    if let Err(refusal) = rules::set_password(kept.as_ref(), &set.verified) {
        return Ok(Err(refusal));
    }
    keep_password(conn, set.user, &set.password)?;
    log_out(conn, set.user, Devices::AllBut(set.keep), effects)?;
    Ok(Ok(Committed::Account))
}

pub(super) fn logout(
    conn: &Connection,
    logout: &Logout,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    log_out(conn, logout.user, Devices::This(logout.token), effects)?;
    Ok(Ok(Committed::Account))
}

/// An account's password from now on.
pub(super) fn keep_password(
    conn: &Connection,
    user: UserId,
    password: &PasswordHash,
) -> Result<(), Fault> {
    conn.prepare_cached("UPDATE users SET password = ? WHERE id = ?")?
        .execute((&password.0, user.0))?;
    Ok(())
}

/// A user's new device.
pub(super) fn add_device(
    conn: &Connection,
    user: UserId,
    token: &TokenHash,
    now: Timestamp,
) -> Result<(), Fault> {
    conn.prepare_cached("INSERT INTO tokens (hash, user, created, last_used) VALUES (?, ?, ?, ?)")?
        .execute((&token.0[..], user.0, now.millis(), now.millis()))?;
    Ok(())
}

/// Voids the tokens of these devices.
pub(super) fn log_out(
    conn: &Connection,
    user: UserId,
    devices: Devices,
    effects: &mut Vec<Effect>,
) -> Result<(), Fault> {
    match devices {
        Devices::This(token) => conn
            .prepare_cached("DELETE FROM tokens WHERE user = ? AND hash = ?")?
            .execute((user.0, &token.0[..]))?,
        Devices::AllBut(token) => conn
            .prepare_cached("DELETE FROM tokens WHERE user = ? AND hash <> ?")?
            .execute((user.0, &token.0[..]))?,
        Devices::All => conn
            .prepare_cached("DELETE FROM tokens WHERE user = ?")?
            .execute([user.0])?,
    };
    effects.push(Effect::LoggedOut { user, devices });
    Ok(())
}

/// `None`: no such user, or a guest.
fn password(conn: &Connection, user: UserId) -> Result<Option<PasswordHash>, Fault> {
    let kept: Option<Option<String>> = conn
        .prepare_cached("SELECT password FROM users WHERE id = ?")?
        .query_row([user.0], |row| row.get(0))
        .optional()?;
    Ok(kept.flatten().map(PasswordHash))
}
