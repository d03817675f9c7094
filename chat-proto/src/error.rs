//! What a refused request is told.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// What went wrong, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Not one JSON object.
    BadJson,
    /// No such request.
    UnknownType,
    /// A field is missing, doubled, of the wrong type or against a rule.
    Invalid,
    /// A binary frame, or a request that this server does not offer.
    Unsupported,
    /// A request before `hello`.
    Unauthenticated,
    /// A second `hello`.
    AlreadyHere,
    /// A guest's `hello` with a name in use.
    NameTaken,
    /// A wrong password or token.
    BadCredentials,
    /// No such room, user or message, as far as this user may know.
    NotFound,
    /// The user is not in that room.
    NotMember,
    /// The user may not do that.
    Forbidden,
    /// Banned by this room or server.
    Banned,
    /// Muted by this room or server.
    Muted,
    /// Too often; nothing was done.
    RateLimited,
    /// The name is used, the target was deleted, the nonce has another text.
    Conflict,
    /// Too many or too large files.
    TooLarge,
    /// Storage can't be reached now; nothing was done.
    Unavailable,
    /// A fault of the server.
    Internal,
    /// A code of a newer server.
    #[serde(other)]
    Other,
}

impl ErrorCode {
    /// Every code of this version.
    pub const ALL: [Self; 18] = [
        Self::BadJson,
        Self::UnknownType,
        Self::Invalid,
        Self::Unsupported,
        Self::Unauthenticated,
        Self::AlreadyHere,
        Self::NameTaken,
        Self::BadCredentials,
        Self::NotFound,
        Self::NotMember,
        Self::Forbidden,
        Self::Banned,
        Self::Muted,
        Self::RateLimited,
        Self::Conflict,
        Self::TooLarge,
        Self::Unavailable,
        Self::Internal,
    ];
}

/// The frame `error`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErrorReply {
    /// For programs.
    pub code: ErrorCode,
    /// For people: what was wrong and what would be right.
    pub message: String,
    /// The field it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<SmolStr>,
    /// With `rate_limited`: milliseconds after which it may be tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl ErrorReply {
    /// An error about no field in particular.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
            retry_after_ms: None,
        }
    }

    /// An error about one field.
    pub fn about(code: ErrorCode, field: impl Into<SmolStr>, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: Some(field.into()),
            retry_after_ms: None,
        }
    }
}
