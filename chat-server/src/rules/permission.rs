//! Who may do what in which room: one table, and one function over it.
//!
//! The table ([`needs`]) says how high one has to stand; [`may`] holds someone's
//! place against it, and words the refusal. What depends on a second person
//! (nobody acts against a higher role) is asked by [`outranks`].

use super::{no_room, not_member};
use chat_proto::event::{Role, RoomKind};
use chat_proto::{ErrorCode, ErrorReply, RoomName};

/// What is known of a room and of someone's place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Who may find it.
    pub kind: RoomKind,
    /// How many are in it.
    pub members: u64,
    /// It was made by a person, so that someone should own it.
    pub owned: bool,
    /// Whether guests may write.
    pub guests: bool,
    /// What the user is there, if it is in.
    pub role: Option<Role>,
    /// May not come in.
    pub banned: bool,
    /// May not write.
    pub muted: bool,
    /// Was invited, and has not come yet.
    pub invited: bool,
}

/// Who asks, as far as that matters in every room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Actor {
    /// Without an account.
    pub guest: bool,
    /// Of the server: may do all where others can be seen to do it.
    pub admin: bool,
    /// May not write, wherever it is.
    pub muted: bool,
}

/// Something that is done in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// Reads its log, its members, moves one's marker, leaves.
    Read,
    /// Shows that one is typing.
    Type,
    /// Says something.
    Send,
    /// Changes what one said.
    Edit,
    /// Puts an emoji to a message.
    React,
    /// Pins a message.
    Pin,
    /// Deletes what one said oneself.
    DeleteOwn,
    /// Deletes what another one said.
    DeleteOther,
    /// Sets the topic.
    SetTopic,
    /// Asks someone in.
    Invite,
    /// Removes someone.
    Kick,
    /// Removes someone for good.
    Ban,
    /// Lets someone come back.
    Unban,
    /// Takes someone's voice.
    Mute,
    /// Gives it back.
    Unmute,
    /// Gives someone another role.
    SetRole,
    /// Changes the room's settings.
    Settings,
    /// Makes, lists or voids webhooks.
    Hook,
}

impl Deed {
    /// Every deed, for tables and tests.
    pub const ALL: [Self; 18] = [
        Self::Read,
        Self::Type,
        Self::Send,
        Self::Edit,
        Self::React,
        Self::Pin,
        Self::DeleteOwn,
        Self::DeleteOther,
        Self::SetTopic,
        Self::Invite,
        Self::Kick,
        Self::Ban,
        Self::Unban,
        Self::Mute,
        Self::Unmute,
        Self::SetRole,
        Self::Settings,
        Self::Hook,
    ];

    /// Whether a mute, or a room that guests may only read, forbids it.
    fn is_writing(self) -> bool {
        match self {
            Self::Type | Self::Send | Self::Edit | Self::React | Self::Pin => true,
            Self::Read
            | Self::DeleteOwn
            | Self::DeleteOther
            | Self::SetTopic
            | Self::Invite
            | Self::Kick
            | Self::Ban
            | Self::Unban
            | Self::Mute
            | Self::Unmute
            | Self::SetRole
            | Self::Settings
            | Self::Hook => false,
        }
    }

    /// Whether it is about one's own place in the room, which nobody has who is not in it.
    fn is_a_members_own(self) -> bool {
        self == Self::Read || self == Self::DeleteOwn || self.is_writing() && self != Self::Pin
    }

    /// In the words of a refusal: "may … ".
    fn words(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Type | Self::Send => "write",
            Self::Edit => "edit messages",
            Self::React => "react to messages",
            Self::Pin => "pin messages",
            Self::DeleteOwn => "delete their messages",
            Self::DeleteOther => "delete what others said",
            Self::SetTopic => "set the topic",
            Self::Invite => "invite people",
            Self::Kick => "remove people",
            Self::Ban => "ban people",
            Self::Unban => "lift bans",
            Self::Mute => "mute people",
            Self::Unmute => "lift mutes",
            Self::SetRole => "give roles",
            Self::Settings => "change the settings",
            Self::Hook => "manage webhooks",
        }
    }
}

/// How high one has to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// In the room with at least this role.
    Role(Role),
    /// Nobody may: it makes no sense in such a room.
    Nobody,
}

const NOBODY: Need = Need::Nobody;
const MEMBER: Need = Need::Role(Role::Member);
const MODERATOR: Need = Need::Role(Role::Moderator);
const OWNER: Need = Need::Role(Role::Owner);

/// The table: what each deed needs in public, private and direct rooms, in the
/// order of [`Deed`].
const TABLE: [(Deed, [Need; 3]); 18] = [
    (Deed::Read, [MEMBER, MEMBER, MEMBER]),
    (Deed::Type, [MEMBER, MEMBER, MEMBER]),
    (Deed::Send, [MEMBER, MEMBER, MEMBER]),
    (Deed::Edit, [MEMBER, MEMBER, MEMBER]),
    (Deed::React, [MEMBER, MEMBER, MEMBER]),
    (Deed::Pin, [MODERATOR, MODERATOR, MEMBER]),
    (Deed::DeleteOwn, [MEMBER, MEMBER, MEMBER]),
    (Deed::DeleteOther, [MODERATOR, MODERATOR, NOBODY]),
    (Deed::SetTopic, [MODERATOR, MODERATOR, MEMBER]),
    (Deed::Invite, [NOBODY, MEMBER, NOBODY]),
    (Deed::Kick, [MODERATOR, MODERATOR, NOBODY]),
    (Deed::Ban, [MODERATOR, MODERATOR, NOBODY]),
    (Deed::Unban, [MODERATOR, MODERATOR, NOBODY]),
    (Deed::Mute, [MODERATOR, MODERATOR, NOBODY]),
    (Deed::Unmute, [MODERATOR, MODERATOR, NOBODY]),
    (Deed::SetRole, [OWNER, OWNER, NOBODY]),
    (Deed::Settings, [OWNER, OWNER, NOBODY]),
    (Deed::Hook, [MODERATOR, MODERATOR, NOBODY]),
];

// A deed finds its row by its number.
const _: () = {
    let mut row = 0;
    while row < TABLE.len() {
        assert!(TABLE[row].0 as usize == row && Deed::ALL[row] as usize == row);
        row += 1;
    }
};

/// What a deed needs in a room of this kind.
pub fn needs(kind: RoomKind, deed: Deed) -> Need {
    let (_, [public, private, direct]) = TABLE[deed as usize];
    match kind {
        RoomKind::Public => public,
        RoomKind::Private => private,
        RoomKind::Direct => direct,
    }
}

/// Whether whoever asks may do that: the role by which they do it, which is an
/// owner's for an admin of the server; otherwise the refusal.
pub fn may(
    name: &RoomName,
    asked: Option<(&Place, Actor)>,
    deed: Deed,
) -> Result<Role, ErrorReply> {
    let Some((place, actor)) = asked else {
        return Err(no_room(name));
    };
    let role = if actor.admin && place.kind == RoomKind::Public && !deed.is_a_members_own() {
        Role::Owner
    } else {
        inside(name, asked)?.1
    };
    let need = match needs(place.kind, deed) {
        Need::Nobody => return Err(senseless(name, place.kind, deed)),
        Need::Role(role) => role,
    };
    if actor.admin {
        return Ok(Role::Owner);
    }
    if deed.is_writing() && actor.muted {
        return Err(muted_everywhere());
    }
    if deed.is_writing() && place.muted {
        return Err(muted(name));
    }
    if actor.guest && (deed == Deed::Hook || (deed.is_writing() && !place.guests)) {
        return Err(for_accounts(name, deed));
    }
    if role >= need {
        return Ok(role);
    }
    let who = match need {
        Role::Owner => "only owners",
        Role::Moderator | Role::Member => "only moderators and owners",
    };
    Err(ErrorReply::about(
        ErrorCode::Forbidden,
        "room",
        format!("{who} of {name} may {}", deed.words()),
    ))
}

/// How a guest comes by an account.
pub(super) const REGISTER: &str =
    r#"make your name your own first with {"type":"register","password":"..."}"#;

/// The place of someone who is in the room, and what it is there.
pub fn inside<'a>(
    name: &RoomName,
    asked: Option<(&'a Place, Actor)>,
) -> Result<(&'a Place, Role), ErrorReply> {
    let Some((place, actor)) = asked else {
        return Err(no_room(name));
    };
    match (place.role, place.kind) {
        (_, RoomKind::Public) if place.banned && !actor.admin => Err(banned(name)),
        (Some(role), _) => Ok((place, role)),
        (None, RoomKind::Public) => Err(not_member(name)),
        (None, RoomKind::Private | RoomKind::Direct) => Err(no_room(name)),
    }
}

/// Whether one who acts by the role `own` ([`may`]) may do so against another one.
pub fn outranks(
    name: &RoomName,
    actor: Actor,
    own: Role,
    other: Option<Role>,
    deed: Deed,
) -> Result<(), ErrorReply> {
    match other {
        Some(other) if other >= own && !actor.admin => Err(ErrorReply::about(
            ErrorCode::Forbidden,
            "user",
            format!(
                "in {name} you may {} only where their role is lower than yours",
                deed.words()
            ),
        )),
        Some(_) | None => Ok(()),
    }
}

/// What a banned one is told, to whatever it asks there.
pub(super) fn banned(name: &RoomName) -> ErrorReply {
    ErrorReply::about(
        ErrorCode::Banned,
        "room",
        format!("you are banned from {name}; its moderators can lift that"),
    )
}

fn muted(name: &RoomName) -> ErrorReply {
    ErrorReply::about(
        ErrorCode::Muted,
        "room",
        format!("you are muted in {name}; its moderators can lift that"),
    )
}

fn muted_everywhere() -> ErrorReply {
    ErrorReply::new(
        ErrorCode::Muted,
        "you are muted on this server; its operator can lift that",
    )
}

fn for_accounts(name: &RoomName, deed: Deed) -> ErrorReply {
    ErrorReply::about(
        ErrorCode::Forbidden,
        "room",
        format!("guests may not {} in {name}; {REGISTER}", deed.words()),
    )
}

fn senseless(name: &RoomName, kind: RoomKind, deed: Deed) -> ErrorReply {
    let why = match kind {
        RoomKind::Public => format!("{name} is public: whoever likes can join it"),
        RoomKind::Private | RoomKind::Direct => {
            format!(
                "{name} is the room of two people: nobody can {}",
                deed.words()
            )
        }
    };
    ErrorReply::about(ErrorCode::Forbidden, "room", why)
}

#[cfg(test)]
pub(crate) mod matrix;
#[cfg(test)]
pub(in crate::rules) mod sample;
