//! Asking once before something that can't be taken back.

use super::outcome::Outcome;
use crate::core::actions::Action;
use crate::core::input::{Key, KeyCode};
use chat_proto::{RoomName, Seq, UserName};

/// Asking once before something that can't be taken back.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// What is asked.
    pub question: String,
    /// What it is about; may hold words of others: not neutralised.
    pub detail: String,
    /// What Enter does, in words.
    pub yes: &'static str,
    /// What is done then.
    pub(in crate::core) then: Then,
}

/// What is done once it was confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::core) enum Then {
    /// The message is deleted.
    Delete {
        /// Where it is.
        room: RoomName,
        /// Which one.
        target: Seq,
    },
    /// This device is logged out.
    Logout,
    /// The link is opened.
    Open(String),
    /// The text is put on the clipboard.
    Copy(String),
    /// The text is sent as several messages.
    Split(String),
    /// The person is invited.
    Invite {
        /// Where to.
        room: RoomName,
        /// Whom.
        user: UserName,
        /// How it was said.
        typed: String,
    },
}

impl Confirm {
    /// What it is: a text that is there to be taken can be left, but not refused.
    pub fn title(&self) -> &'static str {
        match self.then {
            Then::Copy(_) => "to be copied",
            _ => "are you sure?",
        }
    }

    /// What Escape does, in words.
    pub fn no(&self) -> &'static str {
        match self.then {
            Then::Copy(_) => "close",
            _ => "no",
        }
    }

    pub(super) fn hints(&self) -> &'static [(Action, &'static str)] {
        match self.then {
            Then::Copy(_) => &[(Action::Send, "copy it"), (Action::Close, "close")],
            _ => &[(Action::Send, "yes"), (Action::Close, "no")],
        }
    }

    pub(super) fn press(&self, key: Key, action: Option<Action>) -> Outcome {
        match (action, key.code) {
            (Some(Action::Close), _) | (None, KeyCode::Char('n')) => Outcome::Close,
            (Some(Action::Send), _) | (None, KeyCode::Char('y')) => {
                Outcome::Confirmed(self.then.clone())
            }
            (Some(_) | None, _) => Outcome::Done,
        }
    }
}
