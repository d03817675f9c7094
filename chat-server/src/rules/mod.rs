//! Who may do what: facts and a request in, a decision or a refusal out.
//!
//! Nothing here knows SQL, sockets or the clock. A store loads the facts, asks,
//! and writes what was decided, all within one transaction; so every engine
//! decides alike, and a rule is tested by its inputs alone.

pub mod account;
pub mod admin;
pub mod direct;
pub mod file;
pub mod hook;
pub mod login;
pub mod message;
pub mod moderation;
pub mod permission;
pub mod revise;
pub mod room;

use chat_proto::{ErrorCode, ErrorReply, RoomName};

/// There is no such room, as far as this user may know.
pub(crate) fn no_room(name: &RoomName) -> ErrorReply {
    ErrorReply::about(
        ErrorCode::NotFound,
        "room",
        format!("there is no room {name}; `rooms` lists those that there are"),
    )
}

/// The room is there to be joined, but they are not in it.
fn not_member(name: &RoomName) -> ErrorReply {
    ErrorReply::about(
        ErrorCode::NotMember,
        "room",
        format!("you are not in {name}; `join` it first"),
    )
}
