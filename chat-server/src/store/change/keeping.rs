//! How long what was said is kept.

use crate::store::RoomId;
use chat_proto::RoomName;

/// For how long a room's events are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// As long as the server says for all rooms.
    AsAll,
    /// For ever.
    Forever,
    /// For so many days, at least one.
    Days(u32),
}

/// See [`Change::Keep`](super::Change::Keep).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetKeep {
    /// Which room.
    pub room: RoomName,
    /// For how long.
    pub keep: Keep,
}

/// See [`Change::Forget`](super::Change::Forget). A piece of work that holds
/// nobody up; there is more to do from
/// [`Committed::Forgotten`](super::Committed::Forgotten) on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forget {
    /// Days that events are kept where the room says nothing else; `None`: for ever.
    pub days: Option<u32>,
    /// The room to begin with.
    pub from: RoomId,
}
