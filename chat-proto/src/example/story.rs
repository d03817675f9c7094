//! The people, rooms and moments that the examples share.

use crate::event::{Event, EventBody, Message};
use crate::limits::Limits;
use crate::notice::Invited;
use crate::{RoomName, Seq, Timestamp, UserName};

/// Why the parts of an example can be parsed.
pub(super) const RIGHT: &str = "examples keep the rules";
/// Of ada's device.
pub(super) const TOKEN: &str = "q3yXw1rT9uVb";
/// Of the server's store.
pub(super) const EPOCH: &str = "01K9ZQ4E7X";

pub(super) fn room(name: &str) -> RoomName {
    RoomName::parse(name, Limits::DEFAULT.room_chars).expect(RIGHT)
}

pub(super) fn user(name: &str) -> UserName {
    UserName::parse(name, Limits::DEFAULT.name_chars).expect(RIGHT)
}

pub(super) fn seq(number: u64) -> Seq {
    Seq::ZERO.plus(number)
}

/// So many milliseconds after the story's first moment.
pub(super) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_795_323_600_123 + millis)
}

pub(super) fn entry(number: u64, text: &str) -> Event {
    Event {
        room: room(if number < 10 { "dev" } else { "lobby" }),
        seq: seq(number),
        at: at(0),
        author: user("ada"),
        guest: false,
        hook: false,
        body: EventBody::Message(Message {
            text: Some(text.to_owned()),
            ..Message::default()
        }),
    }
}

pub(super) fn invited() -> Invited {
    Invited {
        room: room("ops"),
        by: user("bob"),
    }
}
