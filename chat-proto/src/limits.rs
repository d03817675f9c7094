//! Every number of the protocol that bounds something, with its unit and its
//! reason. Those that an operator can change travel in the greeting
//! ([`Limits`]); the rest are constants.

use serde::{Deserialize, Serialize};

/// The limits that a server states in its greeting; clients check against
/// them before they send. Characters are Unicode scalar values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Limits {
    /// Bytes of one frame from a client, fragments added up; beyond it the connection is closed with 1009.
    pub frame_bytes: usize,
    /// Characters of a message's text, after trimming.
    pub text_chars: usize,
    /// Characters of a user name, after NFC.
    pub name_chars: usize,
    /// Characters of a room name, after NFC.
    pub room_chars: usize,
    /// Characters of a topic or a reason.
    pub topic_chars: usize,
    /// Entries of one page of history; a larger wish is cut to it.
    pub history_page: usize,
    /// Rooms that one user may be in.
    pub rooms: usize,
    /// Bytes of one file.
    pub file_bytes: u64,
}

impl Limits {
    /// What a server states that was not told otherwise.
    pub const DEFAULT: Self = Self {
        frame_bytes: 64 * 1024,
        text_chars: 4000,
        name_chars: 32,
        room_chars: 64,
        topic_chars: 250,
        history_page: 200,
        rooms: 1000,
        file_bytes: 25 * 1024 * 1024,
    };
}

// The longest text fits a frame, however a client escapes it: twelve bytes for
// a character beyond the first 2^16.
const _: () = assert!(Limits::DEFAULT.text_chars * 12 + 4096 <= Limits::DEFAULT.frame_bytes);
// A user in as many rooms as there may be is welcomed by one frame.
const _: () =
    assert!(Limits::DEFAULT.rooms * (Limits::DEFAULT.topic_chars * 4 + 1024) <= WELCOME_BYTES);

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Bytes of one frame from the server; a page ends early rather than pass it.
pub const SERVER_FRAME_BYTES: usize = 1024 * 1024;
/// Bytes of a `welcome`, which names up to a thousand rooms.
pub const WELCOME_BYTES: usize = 4 * 1024 * 1024;
/// Entries of `history` where the request names no limit.
pub const HISTORY_DEFAULT: usize = 50;
/// Hits of `search` where the request names no limit.
pub const SEARCH_DEFAULT: usize = 20;
/// Entries that `joined` brings along.
pub const JOINED_EVENTS: usize = 50;
/// Events that a resuming client may lack before it is told `gap` instead.
pub const RESUME_EVENTS: u64 = 500;
/// Events that a connected reader may fall behind before it is told `gap`.
pub const LAG_EVENTS: u64 = 10_000;
/// Rows of one page of `rooms` or `members`.
pub const PAGE_ROWS: usize = 1000;
/// Rows of `rooms` or `members` where the request names no limit.
pub const PAGE_ROWS_DEFAULT: usize = 100;
/// `unread` and `mentions` are exact up to 999; this value means "more".
pub const COUNT_CAP: u32 = 1000;
/// Names of those who reacted with one emoji that an entry of history shows.
pub const REACTION_NAMES: usize = 20;
/// Different emoji that a message bears at the most.
pub const REACTION_EMOJI: usize = 50;
/// Members online beyond which a room has neither presence nor typing notices.
pub const PRESENCE_MEMBERS: usize = 200;
/// Characters of a request's `id` where it is a string.
pub const ID_CHARS: usize = 64;
/// Characters of a nonce.
pub const NONCE_CHARS: usize = 64;
/// Files of one message.
pub const FILES_OF_MESSAGE: usize = 10;
/// Characters of a file's name.
pub const FILE_NAME_CHARS: usize = 100;
/// Characters of a client's name and version in `hello`.
pub const CLIENT_CHARS: usize = 64;
/// Characters of a password: least and most.
pub const PASSWORD_CHARS: (usize, usize) = (8, 256);
/// Bytes of a password; beyond them it is refused before any hashing.
pub const PASSWORD_BYTES: usize = 1024;
// Whoever keeps to the characters keeps to the bytes.
const _: () = assert!(PASSWORD_CHARS.1 * 4 <= PASSWORD_BYTES);
/// Characters of a `:shortcode:`, between its colons.
pub const SHORTCODE_CHARS: usize = 32;
/// Levels of nesting in a frame, its own braces being the first.
pub const DEPTH: usize = 128;
