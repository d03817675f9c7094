//! Accounts in the database, as the operator sees and changes them.

use super::account::{self, Newcomer};
use super::fault::Fault;
use super::row::{rows_column, time, user_name};
use super::{hook, login};
use crate::rules::account::Wish;
use crate::rules::admin as rules;
use crate::store::{
    AccountRow, AdminDeed, Administer, Committed, Decision, DeviceRow, Devices, Effect, TokenHash,
    UserId,
};
use chat_proto::{Timestamp, UserName};
use rusqlite::Connection;

pub(super) fn administer(
    conn: &Connection,
    change: &Administer,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) -> Result<Decision, Fault> {
    let bearer = account::bearer(conn, &change.name, None)?;
    if let AdminDeed::Add {
        password,
        default_rooms,
    } = &change.deed
    {
        let hook = hook::like(conn, &change.name)?;
        let wish = Wish {
            name: &change.name,
            rival: bearer.as_ref(),
            hook: hook.as_ref(),
        };
        let name = match rules::add(wish, now) {
            Ok(name) => name,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let newcomer = Newcomer::Account(password);
        account::create(conn, &name, newcomer, default_rooms, now)?;
        return Ok(Ok(Committed::Account));
    }
    let meant = match &change.deed {
        AdminDeed::Ban(_) | AdminDeed::Mute(_) => rules::anyone(&change.name, bearer.as_ref()),
        AdminDeed::Add { .. }
        | AdminDeed::Promote(_)
        | AdminDeed::SetPassword(_)
        | AdminDeed::Revoke => rules::account(&change.name, bearer.as_ref()),
    };
    match meant {
        Ok(account) => act(conn, account.id, &change.deed, effects)?,
        Err(refusal) => return Ok(Err(refusal)),
    }
    Ok(Ok(Committed::Account))
}

/// What is done to a user who is there.
fn act(
    conn: &Connection,
    user: UserId,
    deed: &AdminDeed,
    effects: &mut Vec<Effect>,
) -> Result<(), Fault> {
    match deed {
        AdminDeed::Add { .. } => {}
        AdminDeed::Promote(admin) => {
            conn.prepare_cached("UPDATE users SET admin = ? WHERE id = ?")?
                .execute((admin, user.0))?;
        }
        AdminDeed::SetPassword(password) => {
            login::keep_password(conn, user, password)?;
            login::log_out(conn, user, Devices::All, effects)?;
        }
        AdminDeed::Revoke => login::log_out(conn, user, Devices::All, effects)?,
        AdminDeed::Ban(banned) => {
            conn.prepare_cached("UPDATE users SET banned = ? WHERE id = ?")?
                .execute((banned, user.0))?;
            if *banned {
                effects.push(Effect::Banned { user });
            }
        }
        AdminDeed::Mute(muted) => {
            conn.prepare_cached("UPDATE users SET muted = ? WHERE id = ?")?
                .execute((muted, user.0))?;
        }
    }
    Ok(())
}

/// See [`crate::store::Store::accounts`].
pub(super) fn accounts(
    conn: &Connection,
    after: UserId,
    limit: usize,
) -> Result<Vec<AccountRow>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT u.id, u.name, u.guest, u.admin, u.online, u.last_seen,
                (SELECT count(*) FROM tokens t WHERE t.user = u.id), u.banned, u.muted
         FROM users u WHERE u.id > ? AND u.lapsed = 0 ORDER BY u.id LIMIT ?",
    )?;
    let mut rows = statement.query((after.0, rows_column(limit)))?;
    let mut accounts = Vec::new();
    while let Some(row) = rows.next()? {
        accounts.push(AccountRow {
            id: UserId(row.get(0)?),
            name: user_name(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?,
            guest: row.get(2)?,
            admin: row.get(3)?,
            online: row.get(4)?,
            last_seen: time(row.get(5)?),
            devices: row.get(6)?,
            banned: row.get(7)?,
            muted: row.get(8)?,
        });
    }
    Ok(accounts)
}

/// See [`crate::store::Store::devices`].
pub(super) fn devices(
    conn: &Connection,
    name: &UserName,
    limit: usize,
) -> Result<Option<Vec<DeviceRow>>, Fault> {
    let Some(user) =
        account::bearer(conn, name, None)?.filter(|user| user.name.key() == name.key())
    else {
        return Ok(None);
    };
    let mut statement = conn.prepare_cached(
        "SELECT hash, created, last_used FROM tokens WHERE user = ?
         ORDER BY last_used DESC, hash LIMIT ?",
    )?;
    let mut rows = statement.query((user.id.0, rows_column(limit)))?;
    let mut devices = Vec::new();
    while let Some(row) = rows.next()? {
        devices.push(DeviceRow {
            token: TokenHash(row.get(0)?),
            created: time(row.get(1)?),
            last_used: time(row.get(2)?),
        });
    }
    Ok(Some(devices))
}
