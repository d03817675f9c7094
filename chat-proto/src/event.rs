//! Events: the entries of a room's log, as the log holds them ([`Event`]) and
//! as history folds them ([`Entry`]).

#[cfg(feature = "schema")]
pub(crate) mod shape;
mod wire;

use crate::name::{RoomName, UserName};
use crate::reply::FileInfo;
use crate::{Seq, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// One entry of a room's log. Nothing in it depends on who reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Whose log.
    pub room: RoomName,
    /// Where in the log.
    pub seq: Seq,
    /// When it was committed; along a log it never falls.
    pub at: Timestamp,
    /// Who did it, by the name borne then.
    pub author: UserName,
    /// The author was a guest.
    pub guest: bool,
    /// The author is a webhook.
    pub hook: bool,
    /// What happened.
    pub body: EventBody,
}

/// What an event says.
#[derive(Debug, Clone, PartialEq)]
pub enum EventBody {
    /// Something was said.
    Message(Message),
    /// A message's text was changed; `None` once the message is deleted.
    Edited {
        /// The message.
        target: Seq,
        /// Its new text.
        text: Option<String>,
    },
    /// A message was deleted.
    Deleted {
        /// The message.
        target: Seq,
    },
    /// Someone put an emoji to a message, or took it away.
    Reacted {
        /// The message.
        target: Seq,
        /// The emoji, or a `:shortcode:`.
        emoji: String,
        /// Put, or taken away.
        on: bool,
    },
    /// A message was pinned or unpinned.
    Pinned {
        /// The message.
        target: Seq,
        /// Pinned, or unpinned.
        on: bool,
    },
    /// The topic was changed.
    Topic {
        /// The new one.
        topic: String,
    },
    /// A member's standing changed.
    Member(MemberChange),
}

/// What a `message` event holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Message {
    /// What was said; `None` once it is deleted.
    pub text: Option<String>,
    /// By which the author's client knows it again.
    pub nonce: Option<String>,
    /// The message that this one answers.
    pub reply_to: Option<Seq>,
    /// What is attached.
    pub files: Vec<FileInfo>,
}

/// What a `member` event holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberChange {
    /// Whose standing.
    pub user: UserName,
    /// What became of it.
    pub change: MemberChanged,
    /// The new role, with [`MemberChanged::Role`].
    pub role: Option<Role>,
    /// Why, in the moderator's words.
    pub reason: Option<String>,
}

/// How a member's standing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum MemberChanged {
    /// Came into a private room.
    Joined,
    /// Left a private room.
    Left,
    /// Was removed, and may come back.
    Kicked,
    /// Was removed, and may not come back.
    Banned,
    /// May come back.
    Unbanned,
    /// May no longer write.
    Muted,
    /// May write again.
    Unmuted,
    /// Has another role.
    Role,
}

/// What a member may do, in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads and writes.
    Member,
    /// Keeps order.
    Moderator,
    /// Decides.
    Owner,
}

impl Role {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Moderator => "moderator",
            Self::Owner => "owner",
        }
    }
}

/// The kinds of room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum RoomKind {
    /// Anyone may find and join it.
    Public,
    /// One has to be invited, and others can't tell that it exists.
    Private,
    /// Two people's own.
    Direct,
}

/// Stands in the place of events: delivery goes on after `to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Gap {
    /// Whose log.
    pub room: RoomName,
    /// The first event not delivered.
    pub from: Seq,
    /// The last event not delivered.
    pub to: Seq,
}

/// One entry of history: a message as it stands now, or a `topic` or `member` event.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The event; of an edited message with the text that stands.
    pub event: Event,
    /// How it was changed since.
    pub fold: Fold,
}

/// What became of a message since it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fold {
    /// The last change, whatever it was.
    pub changed: Option<Seq>,
    /// The last edit.
    pub rev: Option<Seq>,
    /// When that was.
    pub edited_at: Option<Timestamp>,
    /// Who reacted, by emoji, at most 20 names each.
    pub reactions: BTreeMap<String, Vec<SmolStr>>,
    /// How many reacted, by emoji, where there are more than names.
    pub counts: BTreeMap<String, u32>,
    /// Pinned now.
    pub pinned: bool,
}

impl EventBody {
    /// Every event's `type`.
    pub const KINDS: &[&str] = &[
        "message", "edited", "deleted", "reacted", "pinned", "topic", "member",
    ];

    /// The `type` of this event's frame.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Message(_) => "message",
            Self::Edited { .. } => "edited",
            Self::Deleted { .. } => "deleted",
            Self::Reacted { .. } => "reacted",
            Self::Pinned { .. } => "pinned",
            Self::Topic { .. } => "topic",
            Self::Member(_) => "member",
        }
    }

    /// What was said, if it is that.
    pub fn message(&self) -> Option<&Message> {
        match self {
            Self::Message(message) => Some(message),
            Self::Edited { .. }
            | Self::Deleted { .. }
            | Self::Reacted { .. }
            | Self::Pinned { .. }
            | Self::Topic { .. }
            | Self::Member(_) => None,
        }
    }

    /// The message that this event changes.
    pub fn target(&self) -> Option<Seq> {
        match self {
            Self::Edited { target, .. }
            | Self::Deleted { target }
            | Self::Reacted { target, .. }
            | Self::Pinned { target, .. } => Some(*target),
            Self::Message(_) | Self::Topic { .. } | Self::Member(_) => None,
        }
    }
}

impl From<Event> for Entry {
    fn from(event: Event) -> Self {
        Self {
            event,
            fold: Fold::default(),
        }
    }
}
