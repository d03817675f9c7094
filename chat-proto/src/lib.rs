//! The wire protocol, version 1: its frames as types, and every rule about
//! names, texts and limits.
//!
//! Server and clients both use this crate, so they can't disagree. It knows no
//! I/O, no clock and no async: bytes in, values out, and back.
//!
//! Two directions, two degrees of trust. What a *client* sends is parsed by
//! the full rules ([`codec::decode_request`]), and a refusal teaches. What a
//! *server* sends ([`codec::decode_frame`]) was checked by rules that may be
//! newer than ours, so names are taken as they come (within a size, without
//! control characters) and texts are plain strings: whoever draws them
//! neutralises them.

mod chars;
pub mod codec;
pub mod error;
pub mod event;
pub mod example;
pub mod fields;
mod file_name;
pub mod greeting;
pub mod id;
pub mod limits;
pub mod mention;
pub mod name;
pub mod notice;
pub mod reply;
pub mod request;
#[cfg(feature = "schema")]
pub mod schema;
pub mod seq;
pub mod text;
pub mod time;

pub use error::{ErrorCode, ErrorReply};
pub use event::{Entry, Event, EventBody, Gap};
pub use file_name::FileName;
pub use greeting::{Greeting, Rate};
pub use id::RequestId;
pub use limits::Limits;
pub use mention::mentions;
pub use name::{RoomName, RoomRef, UserName};
pub use request::Request;
pub use seq::Seq;
pub use text::{Emoji, Nonce, Password, Text, Token, Topic};
pub use time::Timestamp;

/// The version of the protocol that this crate speaks.
pub const PROTOCOL: u32 = 1;

/// The WebSocket subprotocol of [`PROTOCOL`]; offering it is optional.
pub const SUBPROTOCOL: &str = "chat.v1";
