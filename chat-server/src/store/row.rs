//! What reads give back.

use crate::rules::permission::{Actor, Place};
use chat_proto::event::{Entry, Role, RoomKind};
use chat_proto::{RoomName, Seq, Timestamp, UserName};
use std::fmt;

/// The inner id of a user: authorship, membership, nonces and markers belong to it, never to the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub i64);

/// The inner id of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId(pub i64);

/// The SHA-256 of a token; tokens themselves are never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash(pub [u8; 32]);

/// A password as it is kept: hashed by argon2id, as a PHC string. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// What an account's password is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The account.
    pub user: UserId,
    /// Its password.
    pub password: PasswordHash,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    /// Who, inwardly.
    pub id: UserId,
    /// The name borne now.
    pub name: UserName,
    /// Without an account.
    pub guest: bool,
}

/// A user, as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Who, inwardly.
    pub id: UserId,
    /// The name borne now.
    pub name: UserName,
    /// Without an account.
    pub guest: bool,
    /// An admin of the server.
    pub admin: bool,
    /// Connected now.
    pub online: bool,
    /// When the last connection ended; of no meaning while online.
    pub last_seen: Timestamp,
    /// How many tokens are not void.
    pub devices: u32,
    /// Kept out of the server.
    pub banned: bool,
    /// Silenced in all rooms.
    pub muted: bool,
}

/// A user's device, as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// Its token.
    pub token: TokenHash,
    /// When it first came in.
    pub created: Timestamp,
    /// When it last came in.
    pub last_used: Timestamp,
}

/// A room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomRow {
    /// Which, inwardly.
    pub id: RoomId,
    /// By name.
    pub name: RoomName,
    /// Public, private or direct.
    pub kind: RoomKind,
    /// What it is about.
    pub topic: String,
    /// The oldest event kept; the first one, where the log is empty.
    pub first: Seq,
    /// Its last event.
    pub head: Seq,
    /// How many are in it.
    pub members: u64,
}

/// A room as one of its members sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The room.
    pub room: RoomRow,
    /// What the user may do there.
    pub role: Role,
    /// The last event read.
    pub read: Seq,
    /// What lies above it.
    pub counts: Counts,
}

/// An invitation that waits to be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Where to, inwardly.
    pub room: RoomId,
    /// Where to.
    pub name: RoomName,
    /// By whom.
    pub by: UserName,
}

/// A room and someone's place in it: what the rules ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The room, whether or not they may know of it.
    pub room: RoomRow,
    /// Their place.
    pub place: Place,
    /// Who they are.
    pub actor: Actor,
}

/// Others' messages above a marker, and those of them that name the user; 1000 means more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Others' messages that are not deleted.
    pub unread: u32,
    /// Those that name the user.
    pub mentions: u32,
}

/// Where a page of history lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The newest entries.
    Newest,
    /// Older than this one.
    Before(Seq),
    /// Newer than this one.
    After(Seq),
    /// On both sides of this one, and itself.
    Around(Seq),
    /// From this moment on.
    At(Timestamp),
    /// Those changed after this one, by their last change.
    ChangedAfter(Seq),
    /// This message and all that answer it, directly or through others.
    Thread(Seq),
    /// The newest of a thread that are older than something.
    ThreadBefore {
        /// The message that it begins with.
        root: Seq,
        /// Older than this.
        before: Seq,
    },
}

/// A page of folded history, in the order of its anchor, as of `head`.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The entries.
    pub entries: Vec<Entry>,
    /// The oldest event kept.
    pub first: Seq,
    /// The newest event when the page was made.
    pub head: Seq,
    /// There are entries before these.
    pub more_before: bool,
    /// There are entries after these.
    pub more_after: bool,
    /// Of [`Anchor::ThreadBefore`]: how many of the thread come before these.
    pub older: Option<u64>,
}

/// Rows of a list of rooms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomsPage {
    /// By name.
    pub rooms: Vec<RoomRow>,
    /// There are more.
    pub more: bool,
}

/// Rows of a list of members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembersPage {
    /// By name.
    pub members: Vec<(UserRow, Role)>,
    /// How many there are in all.
    pub total: u64,
    /// There are more.
    pub more: bool,
}
