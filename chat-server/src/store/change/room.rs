//! Changes of rooms and of who may do what in them.

use crate::rules::moderation::Act;
use crate::store::UserId;
use chat_proto::event::{Role, RoomKind};
use chat_proto::{RoomName, Topic, UserName};

/// See [`Change::Create`](super::Change::Create).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Create {
    /// By whom.
    pub by: UserId,
    /// What it is called; no direct room.
    pub room: RoomName,
    /// Public or private.
    pub kind: RoomKind,
    /// What it is about.
    pub topic: Topic,
    /// Rooms that a user may be in.
    pub rooms_max: usize,
}

/// See [`Change::Direct`](super::Change::Direct).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Direct {
    /// By whom.
    pub by: UserId,
    /// The room's name.
    pub room: RoomName,
    /// Rooms that a user may be in.
    pub rooms_max: usize,
}

/// See [`Change::Invite`](super::Change::Invite).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// By whom.
    pub by: UserId,
    /// Where to.
    pub room: RoomName,
    /// Whom.
    pub user: UserName,
}

/// See [`Change::Moderate`](super::Change::Moderate).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moderate {
    /// By whom.
    pub by: UserId,
    /// Where.
    pub room: RoomName,
    /// What.
    pub act: Act,
    /// About whom.
    pub user: UserName,
    /// Why.
    pub reason: Option<Topic>,
}

/// See [`Change::SetRole`](super::Change::SetRole).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetRole {
    /// By whom.
    pub by: UserId,
    /// Where.
    pub room: RoomName,
    /// Whose.
    pub user: UserName,
    /// The new one.
    pub role: Role,
}

/// See [`Change::Settings`](super::Change::Settings).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetSettings {
    /// By whom.
    pub by: UserId,
    /// Of which room.
    pub room: RoomName,
    /// Whether guests may write.
    pub guests: bool,
}
