//! News outside any log. A notice never has an `id`.
//!
//! `joined` and `left` are notices too, when another connection of the same
//! user came in or went; their shape is that of the replies.

use crate::Seq;
use crate::name::{RoomName, UserName};
use serde::{Deserialize, Serialize};

/// The notice `invited`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Invited {
    /// Where to.
    pub room: RoomName,
    /// By whom.
    pub by: UserName,
}

/// The notice `read`: the marker was moved by another connection of this user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReadMoved {
    /// In which room.
    pub room: RoomName,
    /// The last event read.
    pub seq: Seq,
    /// Others' messages above it; 1000 means more.
    pub unread: u32,
    /// Those of them that name this user; 1000 means more.
    pub mentions: u32,
}

/// The notice `typing`, to be shown for five seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TypingNow {
    /// Where.
    pub room: RoomName,
    /// Who.
    pub user: UserName,
}

/// The notice `presence`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Presence {
    /// Who.
    pub user: UserName,
    /// Whether they have a connection.
    pub online: bool,
    /// The public room that they came into or left, where it is about that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomName>,
    /// Beside `room`: whether they are in it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<bool>,
}
