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
mod tests;
