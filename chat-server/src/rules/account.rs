//! Coming in: whose name is whose, and for how long.

use crate::store::UserId;
use chat_proto::{ErrorCode, ErrorReply, Timestamp, UserName};

/// How long a guest's name stays its own after its last connection.
pub const GUEST_MS: i64 = 2 * 60 * 1000;
/// The same for one that has written anything.
pub const GUEST_WROTE_MS: i64 = 24 * 60 * 60 * 1000;

/// What is known of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Who, inwardly.
    pub id: UserId,
    /// The name borne, or last borne.
    pub name: UserName,
    /// Without an account: the name is only lent.
    pub guest: bool,
    /// Connected now.
    pub online: bool,
    /// When the last connection ended; of no meaning while online.
    pub last_seen: Timestamp,
    /// Has written something, ever.
    pub wrote: bool,
    /// Name and memberships have been taken back.
    pub lapsed: bool,
    /// Kept out of the server.
    pub banned: bool,
}

impl Account {
    /// Whether name and memberships are no longer this user's at `now`. Who is
    /// banned keeps them, so that the name says whose ban the operator lifts.
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        let kept = if self.wrote { GUEST_WROTE_MS } else { GUEST_MS };
        let gone_for = now.millis().saturating_sub(self.last_seen.millis());
        let is_lent = self.guest && !self.online && !self.banned;
        self.lapsed || (is_lent && gone_for >= kept)
    }
}

/// A name that someone wants to bear, and who else bears one that looks like it.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The name.
    pub name: &'a UserName,
    /// The other user whose name is the same or can be confused with it.
    pub rival: Option<&'a Account>,
    /// A webhook whose name is the same or can be confused with it.
    pub hook: Option<&'a UserName>,
}

impl Wish<'_> {
    /// The name that stands in the way, and whether it is a guest's.
    fn taken_by(&self, now: Timestamp) -> Option<(&UserName, bool)> {
        self.rival
            .filter(|rival| !rival.has_lapsed(now))
            .map(|rival| (&rival.name, rival.guest))
    }
}

/// The device that says `hello`.
#[derive(Debug, Clone, Copy)]
pub enum Device<'a> {
    /// It has no token.
    New,
    /// Its token is nobody's.
    Unknown,
    /// Its token is this user's.
    Of {
        /// Whose.
        user: &'a Account,
        /// Who else bears that user's name by now; only after it has lapsed.
        rival: Option<&'a Account>,
    },
}

/// What `hello` comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// A guest that was never here.
    New(UserName),
    /// A user who is as it was left.
    Back(UserId),
    /// A user who had lapsed and gets its memberships back, under this name.
    Revived(UserId, UserName),
}

/// Decides a `hello` without password; `guests` says whether those without an
/// account are let in. Whoever still bears the name of the arrival has lapsed.
pub fn hello(
    device: Device<'_>,
    wish: Option<Wish<'_>>,
    guests: bool,
    now: Timestamp,
) -> Result<Arrival, ErrorReply> {
    match device {
        Device::New if !guests => Err(no_guests()),
        Device::Of { user, .. } if user.banned => Err(banned()),
        Device::Of { user, .. } if user.guest && !guests => Err(no_guests()),
        Device::New => {
            let wish = wish.ok_or_else(|| {
                let text =
                    "a name or a token is needed, like {\"type\":\"hello\",\"name\":\"ada\"}";
                ErrorReply::about(ErrorCode::Invalid, "name", text)
            })?;
            bear(wish, now).map(Arrival::New)
        }
        Device::Unknown => Err(ErrorReply::about(
            ErrorCode::BadCredentials,
            "token",
            "this token is not known here; say `hello` with a name instead",
        )),
        Device::Of { user, rival } => back(user, rival, wish, now),
    }
}

fn back(
    user: &Account,
    rival: Option<&Account>,
    wish: Option<Wish<'_>>,
    now: Timestamp,
) -> Result<Arrival, ErrorReply> {
    let own = Wish {
        name: &user.name,
        rival,
        // It bore the name before; a webhook may not take one that a user has.
        hook: None,
    };
    let other = wish.filter(|wish| wish.name.key() != user.name.key());
    match (user.lapsed, own.taken_by(now), other) {
        (true, Some(_), Some(other)) => {
            bear(other, now).map(|name| Arrival::Revived(user.id, name))
        }
        (true, Some((taken, _)), None) => Err(name_taken(format!(
            "while you were away the name {taken} was taken; say `hello` again with your token \
             and another name, and you are yourself again under that"
        ))),
        (true, None, None) => Ok(Arrival::Revived(user.id, user.name.clone())),
        (false, _, None) => Ok(Arrival::Back(user.id)),
        (false, _, Some(_)) | (true, None, Some(_)) => Err(ErrorReply::about(
            ErrorCode::Invalid,
            "name",
            format!("this token is {}'s; leave the name out", user.name),
        )),
    }
}

/// Whether a name may be borne.
pub(super) fn bear(wish: Wish<'_>, now: Timestamp) -> Result<UserName, ErrorReply> {
    let name = wish.name;
    if name.is_reserved() {
        return Err(name_taken(format!(
            "the name {name} is kept for the server's own use; choose another"
        )));
    }
    if let Some(hook) = wish.hook {
        return Err(name_taken(format!(
            "{hook} is the name of a webhook here, and {name} looks like it; choose another"
        )));
    }
    match wish.taken_by(now) {
        None => Ok(name.clone()),
        Some((taken, guest)) => {
            let held = if taken.key() == name.key() {
                format!("the name {taken} is in use")
            } else {
                format!("the name {name} looks like {taken}, which is in use")
            };
            let back = if guest {
                r#"the token that you were given: {"type":"hello","token":"..."}"#.to_owned()
            } else {
                format!(r#"your password: {{"type":"hello","name":"{taken}","password":"..."}}"#)
            };
            Err(name_taken(format!(
                "{held}; choose another, or if {taken} is you, come back with {back}"
            )))
        }
    }
}

/// What one is told who is kept out of the server.
pub(super) fn banned() -> ErrorReply {
    ErrorReply::new(
        ErrorCode::Banned,
        "you are banned from this server; its operator can lift that",
    )
}

fn no_guests() -> ErrorReply {
    ErrorReply::new(
        ErrorCode::Forbidden,
        "this server lets nobody in without an account; say \
         {\"type\":\"hello\",\"name\":\"ada\",\"password\":\"...\"}, or ask its operator for an account",
    )
}

fn name_taken(message: String) -> ErrorReply {
    ErrorReply::about(ErrorCode::NameTaken, "name", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> UserName {
        UserName::trusted(text).unwrap()
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    fn guest(id: i64, called: &str) -> Account {
        Account {
            id: UserId(id),
            name: name(called),
            guest: true,
            online: false,
            last_seen: at(0),
            wrote: false,
            lapsed: false,
            banned: false,
        }
    }

    fn wish<'a>(name: &'a UserName, rival: Option<&'a Account>) -> Option<Wish<'a>> {
        Some(Wish {
            name,
            rival,
            hook: None,
        })
    }

    #[test]
    fn a_guests_name_is_its_own_while_connected_and_for_its_time_after() {
        let passer = guest(1, "ada");
        let writer = Account {
            wrote: true,
            ..passer.clone()
        };
        let present = Account {
            online: true,
            ..passer.clone()
        };
        let member = Account {
            guest: false,
            ..passer.clone()
        };
        let banned = Account {
            banned: true,
            ..passer.clone()
        };
        for (account, ms, lapsed) in [
            (&passer, GUEST_MS - 1, false),
            (&passer, GUEST_MS, true),
            (&writer, GUEST_MS, false),
            (&writer, GUEST_WROTE_MS - 1, false),
            (&writer, GUEST_WROTE_MS, true),
            (&present, i64::MAX, false),
            (&member, i64::MAX, false),
            (&banned, i64::MAX, false),
            (&passer, -5, false),
        ] {
            assert_eq!(account.has_lapsed(at(ms)), lapsed, "{account:?} at {ms}");
        }
    }

    #[test]
    fn a_new_guest_gets_a_name_that_nobody_bears() {
        let (ada, rival) = (name("ada"), guest(1, "Ada"));
        let free = hello(Device::New, wish(&ada, None), true, at(0));
        assert_eq!(free, Ok(Arrival::New(ada.clone())));
        let lapsed = hello(Device::New, wish(&ada, Some(&rival)), true, at(GUEST_MS));
        assert_eq!(lapsed, Ok(Arrival::New(ada.clone())));
        let taken = hello(Device::New, wish(&ada, Some(&rival)), true, at(0)).unwrap_err();
        assert_eq!(taken.code, ErrorCode::NameTaken);
        assert!(taken.message.contains("Ada") && taken.message.contains("token"));
        let reserved = hello(Device::New, wish(&name("Admin"), None), true, at(0)).unwrap_err();
        assert_eq!(reserved.code, ErrorCode::NameTaken);
        let (hook, like) = (name("ci"), name("CI"));
        let hooked = Wish {
            hook: Some(&hook),
            ..wish(&like, None).unwrap()
        };
        let hooked = hello(Device::New, Some(hooked), true, at(0)).unwrap_err();
        assert_eq!(hooked.code, ErrorCode::NameTaken);
        let nameless = hello(Device::New, None, true, at(0)).unwrap_err();
        assert_eq!(nameless.code, ErrorCode::Invalid);
    }

    #[test]
    fn the_name_of_an_account_is_its_own_and_its_password_is_the_way_back() {
        let (ada, account) = (
            name("ada"),
            Account {
                guest: false,
                ..guest(1, "Ada")
            },
        );
        let refusal =
            hello(Device::New, wish(&ada, Some(&account)), true, at(i64::MAX)).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::NameTaken);
        assert!(refusal.message.contains("password"), "{}", refusal.message);
    }

    #[test]
    fn where_there_are_no_guests_only_accounts_come_in() {
        let (ada, guest) = (name("ada"), guest(1, "ada"));
        let account = Account {
            guest: false,
            ..guest.clone()
        };
        let of = |user| Device::Of { user, rival: None };
        for device in [Device::New, of(&guest)] {
            let refusal = hello(device, wish(&ada, None), false, at(0)).unwrap_err();
            assert_eq!(refusal.code, ErrorCode::Forbidden);
            assert!(refusal.message.contains("account"), "{}", refusal.message);
        }
        let back = hello(of(&account), None, false, at(0));
        assert_eq!(back, Ok(Arrival::Back(UserId(1))));
        let unknown = hello(Device::Unknown, None, false, at(0)).unwrap_err();
        assert_eq!(unknown.code, ErrorCode::BadCredentials);
    }

    #[test]
    fn who_is_banned_is_told_so_whatever_it_brings() {
        let (ada, eve) = (
            name("ada"),
            Account {
                banned: true,
                ..guest(1, "eve")
            },
        );
        let lapsed = Account {
            lapsed: true,
            ..eve.clone()
        };
        for user in [&eve, &lapsed] {
            for wished in [None, wish(&ada, None)] {
                let device = Device::Of { user, rival: None };
                let refusal = hello(device, wished, true, at(0)).unwrap_err();
                assert_eq!(refusal.code, ErrorCode::Banned);
            }
        }
    }

    #[test]
    fn a_token_decides_who_it_is() {
        let ada = guest(1, "Ada");
        let device = Device::Of {
            user: &ada,
            rival: None,
        };
        let back = Ok(Arrival::Back(UserId(1)));
        assert_eq!(hello(device, None, true, at(0)), back);
        assert_eq!(hello(device, wish(&name("ada"), None), true, at(0)), back);
        let other = hello(device, wish(&name("bob"), None), true, at(0)).unwrap_err();
        assert_eq!(
            (other.code, other.field.as_deref()),
            (ErrorCode::Invalid, Some("name"))
        );
        let unknown = hello(Device::Unknown, wish(&name("ada"), None), true, at(0)).unwrap_err();
        assert_eq!(unknown.code, ErrorCode::BadCredentials);
    }

    #[test]
    fn a_lapsed_guest_gets_its_name_back_while_it_is_free_and_another_otherwise() {
        let lapsed = Account {
            lapsed: true,
            ..guest(1, "ada")
        };
        let thief = Account {
            online: true,
            ..guest(2, "ada")
        };
        let free = Device::Of {
            user: &lapsed,
            rival: None,
        };
        let taken = Device::Of {
            user: &lapsed,
            rival: Some(&thief),
        };
        let (bob, room) = (name("bob"), name("room"));
        let code = |reply: Result<Arrival, ErrorReply>| reply.unwrap_err().code;
        let revived = |called| Ok(Arrival::Revived(UserId(1), name(called)));

        assert_eq!(hello(free, None, true, at(0)), revived("ada"));
        assert_eq!(
            code(hello(free, wish(&bob, None), true, at(0))),
            ErrorCode::Invalid
        );
        assert_eq!(code(hello(taken, None, true, at(0))), ErrorCode::NameTaken);
        assert_eq!(hello(taken, wish(&bob, None), true, at(0)), revived("bob"));
        assert_eq!(
            code(hello(taken, wish(&room, None), true, at(0))),
            ErrorCode::NameTaken
        );
        assert_eq!(
            code(hello(taken, wish(&bob, Some(&thief)), true, at(0))),
            ErrorCode::NameTaken
        );
    }
}
