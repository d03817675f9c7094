//! The outbox: messages that were typed and are not known to be in their
//! room's log.
//!
//! An item counts as accepted once it is on the disk. Of each room at most one
//! is under way, so that their order holds; each bears a nonce for life, so
//! that repeating it is harmless. It leaves the outbox when its message is in
//! the log, or by its author's hand.

use chat_proto::error::ErrorCode;
use chat_proto::{RoomName, Seq, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// By which the server knows a repeated message.
pub type ItemNonce = SmolStr;

/// The messages of all rooms that are not yet in their logs, in the order typed.
#[derive(Debug, Clone, Default)]
pub struct Outbox {
    /// In the order typed.
    pub items: Vec<Item>,
    /// Nothing is sent before this moment: the server asked for a pause.
    pub(super) hold: Option<std::time::Duration>,
}

/// A message, as it is kept on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsent {
    /// Its nonce.
    pub nonce: ItemNonce,
    /// Where it is to go.
    pub room: RoomName,
    /// What it says.
    pub text: String,
    /// What it answers.
    pub reply_to: Option<Seq>,
    /// What is attached; the server has the bytes already.
    pub files: Vec<Attached>,
    /// When it was typed, by the clock of then.
    pub at: Timestamp,
    /// Why the server refused it, in its words; `None`: it is to be sent.
    pub refused: Option<String>,
}

/// A file that a message is to bear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// By which the server knows it.
    pub id: SmolStr,
    /// What it is called.
    pub name: String,
    /// Bytes.
    pub size: u64,
}

/// A message with how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The message.
    pub unsent: Unsent,
    /// How far it has come.
    pub stage: Stage,
}

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It is being written to the disk.
    Saving,
    /// It waits for its turn, or for the connection.
    Waiting,
    /// It was sent and is not yet acknowledged.
    UnderWay,
    /// It is in the log at this place; the event itself has not come yet.
    Sent {
        /// Its place.
        seq: Seq,
        /// Its time.
        at: Timestamp,
    },
    /// The server, or a rule, refused it: `unsent.refused` says why. Only its
    /// author can move it.
    Refused {
        /// For programs.
        code: ErrorCode,
    },
}

impl Outbox {
    /// The items of a room, in the order typed; they stand below its log.
    pub fn of<'a>(&'a self, room: &'a RoomName) -> impl DoubleEndedIterator<Item = &'a Item> + 'a {
        self.items
            .iter()
            .filter(move |item| &item.unsent.room == room)
    }

    /// How many are not yet known to be in their logs, in all rooms.
    pub fn unsent(&self) -> usize {
        self.items
            .iter()
            .filter(|item| !matches!(item.stage, Stage::Sent { .. }))
            .count()
    }

    /// The refused item of a room that retry, edit and discard act on.
    pub fn refused<'a>(&'a self, room: &'a RoomName) -> Option<&'a Item> {
        self.of(room)
            .find(|item| matches!(item.stage, Stage::Refused { .. }))
    }
}
