//! Answers orders over a node, whether it serves anybody or not.

use super::{Answer, Order};
use crate::node::Node;
use crate::rules::admin as rules;
use crate::store::{
    AccountRow, AdminDeed, Administer, Change, DeviceRow, KEEP_DAYS_MAX, Keep, SetKeep, UserId,
};
use chat_proto::{Limits, Password, RoomName, UserName};
use std::fmt::Write as _;

/// Rows of one page of users, and devices that are listed.
const ROWS: usize = 500;

/// Does what is ordered.
pub(super) async fn answer(node: &Node, order: Order) -> Answer {
    match done(node, order).await {
        Ok(answer) => answer,
        Err(words) => Answer::Refused { words },
    }
}

async fn done(node: &Node, order: Order) -> Result<Answer, String> {
    match order {
        Order::Add { name, password } => {
            let deed = AdminDeed::Add {
                password: hashed(node, &password).await?,
                default_rooms: node.settings.default_rooms.clone(),
            };
            change(node, &name, deed).await
        }
        Order::Promote { name } => change(node, &name, AdminDeed::Promote(true)).await,
        Order::Demote { name } => change(node, &name, AdminDeed::Promote(false)).await,
        Order::Password { name, password } => {
            let deed = AdminDeed::SetPassword(hashed(node, &password).await?);
            change(node, &name, deed).await
        }
        Order::Revoke { name } => change(node, &name, AdminDeed::Revoke).await,
        Order::Ban { name, on } => change(node, &name, AdminDeed::Ban(on)).await,
        Order::Mute { name, on } => change(node, &name, AdminDeed::Mute(on)).await,
        Order::Keep { room, keep } => set_keep(node, &room, &keep).await,
        Order::Users { after } => {
            let page = node.store.accounts(UserId(after), ROWS).await;
            let users = page.map_err(|error| error.to_string())?;
            Ok(Answer::Users {
                next: users
                    .last()
                    .filter(|_| users.len() == ROWS)
                    .map(|row| row.id.0),
                users: users.iter().map(user).collect(),
            })
        }
        Order::Tokens { name } => {
            let name = named(&name)?;
            let found = node.store.devices(name.clone(), ROWS).await;
            let devices = found
                .map_err(|error| error.to_string())?
                .ok_or_else(|| rules::no_account(&name).message)?;
            Ok(Answer::Tokens {
                tokens: devices.iter().map(device).collect(),
            })
        }
    }
}

async fn set_keep(node: &Node, room: &str, written: &str) -> Result<Answer, String> {
    let keep = Keep::parse(written).ok_or_else(|| {
        format!(
            "{written:?} is no time: give a number of days from 1 to {KEEP_DAYS_MAX}, forever, or default"
        )
    })?;
    let name = RoomName::parse(room, Limits::DEFAULT.room_chars).map_err(|no| no.to_string())?;
    let words = match keep {
        Keep::AsAll => "keeps what is said as long as other rooms".to_owned(),
        Keep::Forever => "keeps what is said for ever".to_owned(),
        Keep::Days(days) => format!("keeps what is said for {days} days"),
    };
    let room = name.clone();
    carry_out(
        node,
        Change::Keep(SetKeep { room, keep }),
        format!("{name} {words}"),
    )
    .await
}

async fn change(node: &Node, name: &str, deed: AdminDeed) -> Result<Answer, String> {
    let (name, words) = (named(name)?, done_to_it(&deed));
    let change = Change::Administer(Administer {
        name: name.clone(),
        deed,
    });
    carry_out(node, change, format!("{name} {words}")).await
}

/// `words`: what is so once that is done.
async fn carry_out(node: &Node, change: Change, words: String) -> Result<Answer, String> {
    node.commit(change)
        .await
        .map_err(|error| error.to_string())?
        .map_err(|refusal| refusal.message)?;
    tracing::info!("by the operator: {words}");
    Ok(Answer::Done { words })
}

/// What is so of a user once that was done.
fn done_to_it(deed: &AdminDeed) -> &'static str {
    match deed {
        AdminDeed::Add { .. } => "has an account now",
        AdminDeed::Promote(true) => "is an admin of the server",
        AdminDeed::Promote(false) => "is no admin of the server",
        AdminDeed::SetPassword(_) => "has the new password, and all devices are logged out",
        AdminDeed::Revoke => "is logged out on all devices",
        AdminDeed::Ban(true) => "is banned from the server",
        AdminDeed::Ban(false) => "may come in again",
        AdminDeed::Mute(true) => "is muted in all rooms",
        AdminDeed::Mute(false) => "may write again",
    }
}

fn named(text: &str) -> Result<UserName, String> {
    UserName::parse(text, Limits::DEFAULT.name_chars)
        .map_err(|problem| format!("the name {problem}"))
}

async fn hashed(node: &Node, text: &str) -> Result<crate::store::PasswordHash, String> {
    let password = Password::parse(text).map_err(|problem| format!("the password {problem}"))?;
    let hash = node.passwords.hash(password).await;
    hash.map_err(|error| format!("{error}; try again"))
}

fn user(row: &AccountRow) -> Vec<String> {
    let kind = match (row.guest, row.admin) {
        (true, _) => "guest",
        (false, true) => "admin",
        (false, false) => "account",
    };
    let banned = if row.banned { ", banned" } else { "" };
    let muted = if row.muted { ", muted" } else { "" };
    let seen = if row.online {
        "online".to_owned()
    } else {
        row.last_seen.to_string()
    };
    vec![
        row.name.to_string(),
        format!("{kind}{banned}{muted}"),
        seen,
        row.devices.to_string(),
    ]
}

/// By the beginning of the token's digest: enough to tell devices apart, and of
/// no use to anybody.
fn device(row: &DeviceRow) -> Vec<String> {
    let mut id = String::new();
    for byte in &row.token.0[..4] {
        // Writing to a string does not fail.
        let _ = write!(id, "{byte:02x}");
    }
    vec![id, row.created.to_string(), row.last_used.to_string()]
}
