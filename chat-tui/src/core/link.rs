//! The connection as data: which phase it is in, since when, and when it is
//! tried again. Knows no socket.

use chat_proto::Timestamp;
use std::time::Duration;

/// The connection.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The phase.
    pub phase: Phase,
    /// When there last was a live connection ended, or the start; by the wall clock, for people.
    pub since: Timestamp,
    /// How many attempts have failed in a row.
    pub attempt: u32,
}

/// How the connection stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// Not begun yet.
    Idle,
    /// Being made.
    Connecting {
        /// Since when.
        since: Duration,
    },
    /// Made; the greeting or the reply to `hello` is awaited.
    Entering {
        /// Since when.
        since: Duration,
    },
    /// Made; the server is waiting for a name that the person has to choose.
    Asking,
    /// Everything is delivered as it happens.
    Live,
    /// There is none; it is tried again.
    Waiting {
        /// Why there is none, in words.
        why: String,
        /// When it is tried again.
        until: Duration,
    },
}

impl Link {
    /// Whether everything is delivered as it happens.
    pub fn is_live(&self) -> bool {
        self.phase == Phase::Live
    }

    /// The phase in words; where it is not live, `since` says since when.
    /// Words of the server may be among them: not neutralised.
    pub fn words(&self) -> String {
        match &self.phase {
            Phase::Idle => "starting".into(),
            Phase::Connecting { .. } if self.attempt == 0 => "connecting".into(),
            Phase::Connecting { .. } => {
                format!("offline, connecting again (attempt {})", self.attempt + 1)
            }
            Phase::Entering { .. } => "connected, coming in".into(),
            Phase::Asking => "connected, waiting for your name".into(),
            Phase::Live => "online".into(),
            Phase::Waiting { why, .. } => format!("offline: {why}"),
        }
    }
}
