//! Webhooks: who makes them, what they may be called, and what they say.

use super::message::{self, Earlier, Said, Sending};
use super::permission::{Actor, Deed, Place, REGISTER, may};
use chat_proto::{ErrorCode, ErrorReply, RoomName, UserName};

/// Webhooks of one room: the list of them fits a frame, and names stay to choose from.
pub const HOOKS_MAX: usize = 100;

/// Whoever bears a name already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearer<'a> {
    /// A user, by the same name or one that can be confused with it.
    User(&'a UserName),
    /// Another webhook of the same room, likewise.
    Hook(&'a UserName),
}

/// Whether this webhook may be made in a room that has `count` of them.
pub fn make(
    room: &RoomName,
    asked: Option<(&Place, Actor)>,
    name: &UserName,
    bearer: Option<Bearer<'_>>,
    count: usize,
) -> Result<(), ErrorReply> {
    manage(room, asked)?;
    if name.is_reserved() {
        return Err(used(format!(
            "the name {name} is kept for the server's own use; choose another"
        )));
    }
    match bearer {
        Some(Bearer::User(user)) if user == name => Err(used(format!(
            "{user} is a user's name; a webhook needs one of its own"
        ))),
        Some(Bearer::User(user)) => Err(used(format!(
            "{user} is a user's name, and {name} looks like it; a webhook needs one of its own"
        ))),
        Some(Bearer::Hook(hook)) => Err(used(format!(
            "{room} has the webhook {hook} already; choose another name, or void it with `unhook` first"
        ))),
        None if count >= HOOKS_MAX => Err(ErrorReply::about(
            ErrorCode::Conflict,
            "room",
            format!(
                "{room} has {count} webhooks, and that is the limit; void one with `unhook` first"
            ),
        )),
        None => Ok(()),
    }
}

/// Whether whoever asks may list and void a room's webhooks.
pub fn manage(room: &RoomName, asked: Option<(&Place, Actor)>) -> Result<(), ErrorReply> {
    may(room, asked, Deed::Hook)?;
    match asked {
        Some((_, Actor { guest: true, .. })) => Err(ErrorReply::new(
            ErrorCode::Forbidden,
            format!("webhooks are for those with an account; {REGISTER}"),
        )),
        Some(_) | None => Ok(()),
    }
}

/// There is no webhook of that name.
pub fn unknown(room: &RoomName, name: &UserName) -> ErrorReply {
    ErrorReply::about(
        ErrorCode::NotFound,
        "name",
        format!("{room} has no webhook {name}; `hooks` lists those that it has"),
    )
}

/// What becomes of a webhook's message. Nobody is asked whether it may: who
/// voids it takes its voice.
pub fn say(text: &str, earlier: Option<&Earlier>) -> Result<Sending, ErrorReply> {
    let said = Said { text, files: &[] };
    earlier.map_or(Ok(Sending::Append), |earlier| {
        message::repeat(earlier, said)
    })
}

fn used(message: String) -> ErrorReply {
    ErrorReply::about(ErrorCode::Conflict, "name", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::permission::sample::OUTSIDE;
    use chat_proto::event::Role;

    fn place(role: Role) -> Place {
        Place {
            role: Some(role),
            ..OUTSIDE
        }
    }

    #[test]
    fn webhooks_are_made_by_accounts_that_moderate_under_a_name_of_their_own() {
        let room = RoomName::trusted("dev").unwrap();
        let name = |text: &str| UserName::trusted(text).unwrap();
        let (ci, ada) = (name("ci"), name("ada"));
        let account = Actor::default();
        let guest = Actor {
            guest: true,
            ..account
        };
        let (owner, member) = (place(Role::Owner), place(Role::Member));
        let moderator = place(Role::Moderator);
        let (user, hook) = (Some(Bearer::User(&ada)), Some(Bearer::Hook(&ci)));
        for (place, actor, name, bearer, count, expected) in [
            (&owner, account, &ci, None, 0, None),
            (&moderator, account, &ci, None, HOOKS_MAX - 1, None),
            (
                &moderator,
                account,
                &ci,
                None,
                HOOKS_MAX,
                Some(ErrorCode::Conflict),
            ),
            (&member, account, &ci, None, 0, Some(ErrorCode::Forbidden)),
            (&owner, guest, &ci, None, 0, Some(ErrorCode::Forbidden)),
            (&owner, account, &ada, user, 0, Some(ErrorCode::Conflict)),
            (&owner, account, &ci, hook, 1, Some(ErrorCode::Conflict)),
            (
                &owner,
                account,
                &name("admin"),
                None,
                0,
                Some(ErrorCode::Conflict),
            ),
        ] {
            let got = make(&room, Some((place, actor)), name, bearer, count);
            assert_eq!(got.err().map(|error| error.code), expected, "{name}");
        }
    }

    #[test]
    fn a_guest_is_told_how_to_come_by_a_webhook() {
        let room = RoomName::trusted("dev").unwrap();
        let guest = Actor {
            guest: true,
            ..Actor::default()
        };
        let owner = place(Role::Owner);
        let refusal = manage(&room, Some((&owner, guest))).unwrap_err();
        assert!(refusal.message.contains("register"), "{}", refusal.message);
    }
}
