//! What is kept of webhooks.

use super::row::{TokenHash, UserId};
use chat_proto::{Nonce, RoomName, Text, UserName};

/// The inner id of a webhook; never given a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HookId(pub i64);

/// Someone makes a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeHook {
    /// Who.
    pub by: UserId,
    /// Where it writes.
    pub room: RoomName,
    /// The name that its messages bear.
    pub name: UserName,
    /// Of the address at which it is spoken to.
    pub token: TokenHash,
}

/// Someone voids a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoidHook {
    /// Who.
    pub by: UserId,
    /// Where it writes.
    pub room: RoomName,
    /// Which.
    pub name: UserName,
}

/// A webhook says something in its room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookSays {
    /// Of the address at which it was spoken to.
    pub token: TokenHash,
    /// What.
    pub text: Text,
    /// By which a repeat is known.
    pub nonce: Option<Nonce>,
}
