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

    /// In the words of a refusal: "may … ".
    fn words(self) -> &'static str {
        match self {
            Self::Read => "read here",
            Self::Type | Self::Send => "write here",
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

/// The table: what a deed needs in a room of this kind.
pub fn needs(kind: RoomKind, deed: Deed) -> Need {
    use Need::Nobody;
    const MEMBER: Need = Need::Role(Role::Member);
    const MODERATOR: Need = Need::Role(Role::Moderator);
    const OWNER: Need = Need::Role(Role::Owner);
    let (public, private, direct) = match deed {
        Deed::Read | Deed::Type | Deed::Send | Deed::Edit | Deed::React | Deed::DeleteOwn => {
            (MEMBER, MEMBER, MEMBER)
        }
        Deed::Pin | Deed::SetTopic => (MODERATOR, MODERATOR, MEMBER),
        Deed::DeleteOther
        | Deed::Kick
        | Deed::Ban
        | Deed::Unban
        | Deed::Mute
        | Deed::Unmute
        | Deed::Hook => (MODERATOR, MODERATOR, Nobody),
        Deed::SetRole | Deed::Settings => (OWNER, OWNER, Nobody),
        Deed::Invite => (Nobody, MEMBER, Nobody),
    };
    match kind {
        RoomKind::Public => public,
        RoomKind::Private => private,
        RoomKind::Direct => direct,
    }
}

/// Whether whoever asks may do that: the role they have; otherwise the refusal.
pub fn may(
    name: &RoomName,
    asked: Option<(&Place, Actor)>,
    deed: Deed,
) -> Result<Role, ErrorReply> {
    let (place, role) = inside(name, asked.map(|(place, _)| place))?;
    let actor = asked.map_or(Actor::default(), |(_, actor)| actor);
    let need = match needs(place.kind, deed) {
        Need::Nobody => return Err(senseless(name, place.kind, deed)),
        Need::Role(role) => role,
    };
    if deed.is_writing() && place.muted {
        return Err(ErrorReply::about(
            ErrorCode::Muted,
            "room",
            format!("you are muted in {name}; its moderators can lift that"),
        ));
    }
    if deed.is_writing() && actor.guest && !place.guests {
        return Err(ErrorReply::about(
            ErrorCode::Forbidden,
            "room",
            format!("guests may only read in {name}; {REGISTER}"),
        ));
    }
    if role >= need || actor.admin {
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
    place: Option<&'a Place>,
) -> Result<(&'a Place, Role), ErrorReply> {
    match place {
        Some(place) if place.banned && place.kind == RoomKind::Public => Err(banned(name)),
        Some(place) => match (place.role, place.kind) {
            (Some(role), _) => Ok((place, role)),
            (None, RoomKind::Public) => Err(not_member(name)),
            (None, RoomKind::Private | RoomKind::Direct) => Err(no_room(name)),
        },
        None => Err(no_room(name)),
    }
}

/// Whether one of this standing may act against another one; `deed` names it.
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
