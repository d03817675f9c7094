//! What is done about other people in a room: removing, silencing, raising and
//! inviting them.
//!
//! Whether someone may do such a thing at all says the table of
//! `super::permission`; here is what it takes on the side of the other one,
//! and whether it is so already.

use super::permission::{Actor, Deed, Place, may, outranks};
use chat_proto::event::{MemberChanged, Role};
use chat_proto::{ErrorCode, ErrorReply, RoomName, Seq, UserName};

/// Invitations that wait for one person; one more is refused, so that nobody
/// can fill another one's `welcome`.
pub const INVITES_MAX: usize = 1000;

/// What a moderator does about someone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Removes them; they may come back.
    Kick,
    /// Removes them for good.
    Ban,
    /// Lets them come back.
    Unban,
    /// Takes their voice.
    Mute,
    /// Gives it back.
    Unmute,
}

impl Act {
    /// What it is in the table of permissions.
    pub fn deed(self) -> Deed {
        match self {
            Self::Kick => Deed::Kick,
            Self::Ban => Deed::Ban,
            Self::Unban => Deed::Unban,
            Self::Mute => Deed::Mute,
            Self::Unmute => Deed::Unmute,
        }
    }

    /// What its event says.
    pub fn change(self) -> MemberChanged {
        match self {
            Self::Kick => MemberChanged::Kicked,
            Self::Ban => MemberChanged::Banned,
            Self::Unban => MemberChanged::Unbanned,
            Self::Mute => MemberChanged::Muted,
            Self::Unmute => MemberChanged::Unmuted,
        }
    }

    fn is_against(self) -> bool {
        match self {
            Self::Kick | Self::Ban | Self::Mute => true,
            Self::Unban | Self::Unmute => false,
        }
    }
}

/// Something that is so or not, and the event that made it so, if one did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// It is so.
    pub on: bool,
    /// The last event that changed it.
    pub made_by: Option<Seq>,
}

/// What is known of the other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Target {
    /// It is the same who asks.
    pub oneself: bool,
    /// Without an account.
    pub guest: bool,
    /// Of the server.
    pub admin: bool,
    /// What they are in the room, if they are in.
    pub role: Option<Role>,
    /// The event that gave them the role.
    pub role_by: Option<Seq>,
    /// May not come in.
    pub ban: Mark,
    /// May not write.
    pub mute: Mark,
    /// The event that removed them, until they come back.
    pub kicked_by: Option<Seq>,
    /// Was invited, and has not come yet.
    pub invited: bool,
}

/// What such a request comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// It is so already, made so by this event if by any.
    Stands(Option<Seq>),
    /// An event makes it so.
    Change,
}

/// Decides `kick`, `ban`, `unban`, `mute` and `unmute`; `who` is meant, and
/// `None` if nobody is called so.
pub fn act(
    name: &RoomName,
    asked: Option<(&Place, Actor)>,
    act: Act,
    who: &UserName,
    target: Option<&Target>,
) -> Result<Ruling, ErrorReply> {
    let own = may(name, asked, act.deed())?;
    let target = target.ok_or_else(|| nobody(who))?;
    let actor = asked.map_or(Actor::default(), |(_, actor)| actor);
    if act.is_against() {
        not_oneself(target)?;
        if target.admin && !actor.admin {
            return Err(ErrorReply::about(
                ErrorCode::Forbidden,
                "user",
                format!("{who} is an admin of this server"),
            ));
        }
    }
    outranks(name, actor, own, target.role, act.deed())?;
    let set = |mark: Mark, on: bool| {
        if mark.on == on {
            Ruling::Stands(mark.made_by)
        } else {
            Ruling::Change
        }
    };
    match (act, target.role, target.kicked_by) {
        (Act::Kick, Some(_), _) => Ok(Ruling::Change),
        // It takes the invitation back.
        (Act::Kick, None, _) if target.invited => Ok(Ruling::Change),
        (Act::Kick, None, Some(seq)) => Ok(Ruling::Stands(Some(seq))),
        (Act::Kick, None, None) => Err(not_there(name, who)),
        (Act::Ban, ..) => Ok(set(target.ban, true)),
        (Act::Unban, ..) => Ok(set(target.ban, false)),
        (Act::Mute, ..) => Ok(set(target.mute, true)),
        (Act::Unmute, ..) => Ok(set(target.mute, false)),
    }
}

/// Decides a `role`; `only_owner`: the other one is the room's only owner.
pub fn set_role(
    name: &RoomName,
    asked: Option<(&Place, Actor)>,
    who: &UserName,
    target: Option<&Target>,
    role: Role,
    only_owner: bool,
) -> Result<Ruling, ErrorReply> {
    let own = may(name, asked, Deed::SetRole)?;
    let target = target.ok_or_else(|| nobody(who))?;
    not_oneself(target)?;
    let had = target.role.ok_or_else(|| not_there(name, who))?;
    let actor = asked.map_or(Actor::default(), |(_, actor)| actor);
    outranks(name, actor, own, target.role, Deed::SetRole)?;
    if had == role {
        return Ok(Ruling::Stands(target.role_by));
    }
    let owned = asked.is_some_and(|(place, _)| place.owned);
    if only_owner && owned {
        return Err(ErrorReply::about(
            ErrorCode::Conflict,
            "user",
            format!("{who} is the only owner of {name}; make someone else an owner first"),
        ));
    }
    Ok(Ruling::Change)
}

/// What `invite` comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inviting {
    /// They are in the room, or know that they may come.
    Already,
    /// They are told.
    Invite,
}

/// Decides an `invite` of someone for whom so many invitations wait.
pub fn invite(
    name: &RoomName,
    asked: Option<(&Place, Actor)>,
    who: &UserName,
    target: Option<&Target>,
    waiting: usize,
) -> Result<Inviting, ErrorReply> {
    may(name, asked, Deed::Invite)?;
    let target = target.ok_or_else(|| nobody(who))?;
    if target.role.is_some() {
        return Ok(Inviting::Already);
    }
    if target.guest {
        return Err(is_a_guest(who));
    }
    if target.ban.on {
        return Err(ErrorReply::about(
            ErrorCode::Forbidden,
            "user",
            format!("{who} is banned from {name}; `unban` comes first"),
        ));
    }
    if target.invited {
        return Ok(Inviting::Already);
    }
    if waiting >= INVITES_MAX {
        return Err(ErrorReply::about(
            ErrorCode::Conflict,
            "user",
            format!("{who} has {waiting} invitations waiting, and no more fit"),
        ));
    }
    Ok(Inviting::Invite)
}

fn not_oneself(target: &Target) -> Result<(), ErrorReply> {
    if target.oneself {
        return Err(ErrorReply::about(
            ErrorCode::Invalid,
            "user",
            "user is you; this is done to others only, and `leave` leaves a room",
        ));
    }
    Ok(())
}

/// Nobody is called so.
pub fn nobody(who: &UserName) -> ErrorReply {
    ErrorReply::about(
        ErrorCode::NotFound,
        "user",
        format!("nobody here is called {who}"),
    )
}

/// Private and direct rooms are for accounts.
pub fn is_a_guest(who: &UserName) -> ErrorReply {
    ErrorReply::about(
        ErrorCode::Forbidden,
        "user",
        format!(
            "{who} is a guest, and guests use public rooms only; \
             {{\"type\":\"register\",\"password\":\"...\"}} makes a guest an account"
        ),
    )
}

fn not_there(name: &RoomName, who: &UserName) -> ErrorReply {
    ErrorReply::about(
        ErrorCode::NotFound,
        "user",
        format!("{who} is not in {name}; `members` lists who is"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::permission::sample::{ADMIN, OUTSIDE, PERSON};
    use chat_proto::event::RoomKind;

    const ROOM: Place = Place {
        role: Some(Role::Moderator),
        ..OUTSIDE
    };
    const MEMBER: Target = Target {
        oneself: false,
        guest: false,
        admin: false,
        role: Some(Role::Member),
        role_by: None,
        ban: NEVER,
        mute: NEVER,
        kicked_by: None,
        invited: false,
    };
    const NEVER: Mark = Mark {
        on: false,
        made_by: None,
    };

    fn dev() -> RoomName {
        RoomName::trusted("dev").unwrap()
    }

    fn eve() -> UserName {
        UserName::trusted("eve").unwrap()
    }

    fn seq(number: u64) -> Seq {
        Seq::new(number).unwrap()
    }

    fn acts(actor: Actor, what: Act, target: Option<Target>) -> Result<Ruling, ErrorCode> {
        let asked = Some((&ROOM, actor));
        act(&dev(), asked, what, &eve(), target.as_ref()).map_err(|error| error.code)
    }

    #[test]
    fn nobody_acts_against_themselves_or_an_equal() {
        let myself = Target {
            oneself: true,
            ..MEMBER
        };
        let equal = Target {
            role: Some(Role::Moderator),
            ..MEMBER
        };
        let admin = Target {
            admin: true,
            ..MEMBER
        };
        for what in [Act::Kick, Act::Ban, Act::Mute] {
            assert_eq!(acts(PERSON, what, Some(myself)), Err(ErrorCode::Invalid));
            assert_eq!(acts(ADMIN, what, Some(myself)), Err(ErrorCode::Invalid));
            assert_eq!(acts(PERSON, what, Some(equal)), Err(ErrorCode::Forbidden));
            assert_eq!(acts(PERSON, what, Some(admin)), Err(ErrorCode::Forbidden));
            assert_eq!(acts(PERSON, what, None), Err(ErrorCode::NotFound));
            for target in [equal, admin, MEMBER] {
                assert_eq!(acts(ADMIN, what, Some(target)), Ok(Ruling::Change));
            }
            assert_eq!(acts(PERSON, what, Some(MEMBER)), Ok(Ruling::Change));
        }
        let silenced = Target {
            mute: Mark {
                on: true,
                made_by: Some(seq(4)),
            },
            ..Target {
                role: Some(Role::Moderator),
                ..myself
            }
        };
        let own = acts(PERSON, Act::Unmute, Some(silenced));
        assert_eq!(
            own,
            Err(ErrorCode::Forbidden),
            "a mute binds moderators too"
        );
    }

    #[test]
    fn what_is_so_already_names_the_event_that_made_it_so() {
        let mark = |on, by| Mark {
            on,
            made_by: Some(seq(by)),
        };
        let gone = Target {
            role: None,
            ..MEMBER
        };
        let stands = |by| Ok(Ruling::Stands(Some(seq(by))));
        for (what, target, expected) in [
            (Act::Kick, gone, Err(ErrorCode::NotFound)),
            (
                Act::Kick,
                Target {
                    kicked_by: Some(seq(3)),
                    ..gone
                },
                stands(3),
            ),
            (
                Act::Kick,
                Target {
                    kicked_by: Some(seq(3)),
                    ..MEMBER
                },
                Ok(Ruling::Change),
            ),
            (
                Act::Kick,
                Target {
                    kicked_by: Some(seq(3)),
                    invited: true,
                    ..gone
                },
                Ok(Ruling::Change),
            ),
            (Act::Ban, gone, Ok(Ruling::Change)),
            (
                Act::Ban,
                Target {
                    ban: mark(true, 4),
                    ..gone
                },
                stands(4),
            ),
            (
                Act::Ban,
                Target {
                    ban: mark(false, 5),
                    ..gone
                },
                Ok(Ruling::Change),
            ),
            (Act::Unban, gone, Ok(Ruling::Stands(None))),
            (
                Act::Unban,
                Target {
                    ban: mark(true, 4),
                    ..gone
                },
                Ok(Ruling::Change),
            ),
            (
                Act::Unban,
                Target {
                    ban: mark(false, 5),
                    ..gone
                },
                stands(5),
            ),
            (Act::Mute, gone, Ok(Ruling::Change)),
            (
                Act::Mute,
                Target {
                    mute: mark(true, 6),
                    ..MEMBER
                },
                stands(6),
            ),
            (Act::Unmute, MEMBER, Ok(Ruling::Stands(None))),
            (
                Act::Unmute,
                Target {
                    mute: mark(false, 7),
                    ..MEMBER
                },
                stands(7),
            ),
        ] {
            assert_eq!(
                acts(PERSON, what, Some(target)),
                expected,
                "{what:?} {target:?}"
            );
        }
    }

    #[test]
    fn the_only_owner_stays_one() {
        let room = Place {
            role: Some(Role::Owner),
            ..ROOM
        };
        let servers_own = Place {
            owned: false,
            ..room
        };
        let target = |role| Target {
            role: Some(role),
            role_by: Some(seq(9)),
            ..MEMBER
        };
        let gone = Target {
            role: None,
            ..MEMBER
        };
        let (member, moderator, owner) = (Role::Member, Role::Moderator, Role::Owner);
        for (place, actor, target, role, only, expected) in [
            (
                room,
                PERSON,
                target(member),
                moderator,
                false,
                Ok(Ruling::Change),
            ),
            (
                room,
                PERSON,
                target(moderator),
                owner,
                false,
                Ok(Ruling::Change),
            ),
            (
                room,
                PERSON,
                target(moderator),
                moderator,
                false,
                Ok(Ruling::Stands(Some(seq(9)))),
            ),
            (
                room,
                PERSON,
                target(owner),
                member,
                false,
                Err(ErrorCode::Forbidden),
            ),
            (
                room,
                ADMIN,
                target(owner),
                member,
                false,
                Ok(Ruling::Change),
            ),
            (
                room,
                ADMIN,
                target(owner),
                member,
                true,
                Err(ErrorCode::Conflict),
            ),
            (
                room,
                ADMIN,
                target(owner),
                owner,
                true,
                Ok(Ruling::Stands(Some(seq(9)))),
            ),
            (
                servers_own,
                ADMIN,
                target(owner),
                member,
                true,
                Ok(Ruling::Change),
            ),
            (room, PERSON, gone, member, false, Err(ErrorCode::NotFound)),
            (
                ROOM,
                PERSON,
                target(member),
                moderator,
                false,
                Err(ErrorCode::Forbidden),
            ),
            (
                room,
                PERSON,
                Target {
                    oneself: true,
                    ..target(owner)
                },
                member,
                true,
                Err(ErrorCode::Invalid),
            ),
        ] {
            let asked = Some((&place, actor));
            let got = set_role(&dev(), asked, &eve(), Some(&target), role, only);
            let got = got.map_err(|error| error.code);
            assert_eq!(got, expected, "{place:?} {target:?} to {role:?}");
        }
    }

    #[test]
    fn members_of_private_rooms_invite_accounts_that_are_not_banned() {
        let private = Place {
            kind: RoomKind::Private,
            role: Some(Role::Member),
            ..ROOM
        };
        let gone = Target {
            role: None,
            ..MEMBER
        };
        let banned = Mark {
            on: true,
            made_by: Some(seq(1)),
        };
        for (target, waiting, expected) in [
            (Some(gone), 0, Ok(Inviting::Invite)),
            (Some(gone), INVITES_MAX, Err(ErrorCode::Conflict)),
            (Some(MEMBER), 0, Ok(Inviting::Already)),
            (
                Some(Target {
                    invited: true,
                    ..gone
                }),
                INVITES_MAX,
                Ok(Inviting::Already),
            ),
            (
                Some(Target {
                    guest: true,
                    ..gone
                }),
                0,
                Err(ErrorCode::Forbidden),
            ),
            (
                Some(Target {
                    ban: banned,
                    ..gone
                }),
                0,
                Err(ErrorCode::Forbidden),
            ),
            (None, 0, Err(ErrorCode::NotFound)),
        ] {
            let asked = Some((&private, PERSON));
            let got = invite(&dev(), asked, &eve(), target.as_ref(), waiting);
            assert_eq!(
                got.map_err(|error| error.code),
                expected,
                "{target:?} {waiting}"
            );
        }
        let public = invite(&dev(), Some((&ROOM, PERSON)), &eve(), Some(&gone), 0);
        assert_eq!(public.unwrap_err().code, ErrorCode::Forbidden);
    }
}
