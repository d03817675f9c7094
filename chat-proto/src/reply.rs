//! Replies: each answers one request, exactly once.

use crate::event::{Entry, Role, RoomKind};
use crate::name::{RoomName, UserName};
use crate::{Seq, Timestamp, Token};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use smol_str::SmolStr;

/// The reply `welcome` to `hello`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Welcome {
    /// The name that one bears here.
    pub user: UserName,
    /// Without an account.
    #[serde(default)]
    pub guest: bool,
    /// By which this device may come back.
    pub token: Token,
    /// The cursors of `resume` belong to another history: drop what is cached of the logs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reset: bool,
    /// Invitations not yet used.
    #[serde(default)]
    pub invites: Vec<crate::notice::Invited>,
    /// The rooms that one is in.
    pub rooms: Vec<RoomState>,
}

/// A room as one member sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RoomState {
    /// Which.
    pub room: RoomName,
    /// Public, private or direct.
    pub kind: RoomKind,
    /// What it is about.
    pub topic: String,
    /// What one may do there.
    pub role: Role,
    /// Its last event; delivery goes on after it.
    pub head: Seq,
    /// The last event read.
    pub read: Seq,
    /// Others' messages above `read` that are not deleted; 1000 means more.
    pub unread: u32,
    /// Those of them that name one; 1000 means more.
    pub mentions: u32,
}

/// The reply `joined`; as a notice it has no `events`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Joined {
    /// The room.
    #[serde(flatten)]
    pub state: RoomState,
    /// The newest entries, oldest first, up to `head`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<Entry>>,
    /// There are older ones than these.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more_before: bool,
}

/// The reply and the notice `left`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Left {
    /// Which room.
    pub room: RoomName,
}

/// The reply `rooms`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rooms {
    /// By name.
    pub rooms: Vec<RoomListing>,
    /// There are more after the last one.
    pub more: bool,
}

/// A row of `rooms`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RoomListing {
    /// Which.
    pub room: RoomName,
    /// Public, private or direct.
    pub kind: RoomKind,
    /// What it is about.
    pub topic: String,
    /// How many are in it.
    pub members: u64,
    /// Its last event.
    pub head: Seq,
}

/// The reply `members`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Members {
    /// Which room.
    pub room: RoomName,
    /// How many are in it.
    pub total: u64,
    /// There are more after the last one.
    pub more: bool,
    /// By name.
    pub members: Vec<MemberListing>,
}

/// A row of `members`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MemberListing {
    /// Who.
    pub name: UserName,
    /// What they may do.
    pub role: Role,
    /// Whether they have a connection.
    pub online: bool,
}

/// The reply `ok`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Done {
    /// The room of the event that made it so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomName>,
    /// The event that made it so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
}

/// The reply `sent`: the message is on stable storage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sent {
    /// Where.
    pub room: RoomName,
    /// Its place in the log.
    pub seq: Seq,
    /// When it was committed.
    pub at: Timestamp,
    /// It had been sent before, with the same nonce; no second message was made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub duplicate: bool,
}

/// The reply `history`: a page as of its `head`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct History {
    /// Whose log.
    pub room: RoomName,
    /// Folded entries, oldest first.
    pub events: Vec<Entry>,
    /// The oldest event that is kept.
    pub first: Seq,
    /// The newest event when the page was made; later ones apply on top.
    pub head: Seq,
    /// There are entries before these.
    pub more_before: bool,
    /// There are entries after these.
    pub more_after: bool,
    /// Of a thread's newest messages: how many of it come before these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub older: Option<u64>,
}

/// The reply `found` to `search`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Found {
    /// Newest first.
    pub hits: Vec<Entry>,
    /// There are more.
    pub more: bool,
    /// The `cursor` of the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The reply `registered`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Registered {
    /// The name, as before.
    pub user: UserName,
    /// The token, as before.
    pub token: Token,
}

/// The reply `pong`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pong {
    /// The server's time.
    pub at: Timestamp,
}

/// The reply `help`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Help {
    /// Every request.
    pub requests: Vec<HelpRequest>,
}

/// A row of `help`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HelpRequest {
    /// Its `type`.
    #[serde(rename = "type")]
    pub kind: SmolStr,
    /// A right frame.
    pub example: JsonText,
    /// What it does.
    pub about: String,
}

/// JSON as it was written, its fields in their order.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JsonText(Box<RawValue>);

impl JsonText {
    /// `None`: the text is no JSON.
    pub fn parse(json: String) -> Option<Self> {
        RawValue::from_string(json).ok().map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }
}

impl PartialEq for JsonText {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

/// The reply `hook`; `url` is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HookMade {
    /// Where it writes.
    pub room: RoomName,
    /// The name its messages bear.
    pub name: UserName,
    /// The path to POST to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The reply `hooks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hooks {
    /// Without their addresses.
    pub hooks: Vec<HookMade>,
}

/// A file, as a message shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileInfo {
    /// By which `send` attaches it.
    pub id: SmolStr,
    /// Its name, as given by the uploader.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// What its bytes say it is.
    pub mime: String,
    /// Where it is fetched from.
    pub url: String,
}
