//! Where a text is written: in a room, or in one of its threads. Each has a
//! draft of its own.

use chat_proto::{RoomName, Seq};

/// A room, or a thread in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Desk {
    /// The room.
    pub room: RoomName,
    /// The message that the thread begins with; `None`: the room itself.
    pub thread: Option<Seq>,
}

impl From<RoomName> for Desk {
    fn from(room: RoomName) -> Self {
        Self { room, thread: None }
    }
}

impl From<&RoomName> for Desk {
    fn from(room: &RoomName) -> Self {
        room.clone().into()
    }
}
