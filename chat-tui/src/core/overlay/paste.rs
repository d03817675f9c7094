//! The box that asks what is to become of a large text.

use super::outcome::Outcome;
use crate::core::actions::Action;
use crate::core::input::{Key, KeyCode};

/// A large text was pasted.
#[derive(Debug, Clone, Default)]
pub struct BigPaste {
    /// The text.
    pub text: String,
    /// Its lines.
    pub lines: usize,
    /// Its characters.
    pub chars: usize,
    /// What is wrong with it, where it can't go out as one message.
    pub problem: Option<String>,
    /// What may be done with it, with the keys that choose it.
    pub choices: Vec<(char, String)>,
}

impl BigPaste {
    pub(super) fn press(&self, key: Key, action: Option<Action>) -> Outcome {
        if action == Some(Action::Close) {
            return Outcome::Paste('d');
        }
        match key.code {
            KeyCode::Char(c) if self.choices.iter().any(|(key, _)| *key == c) => Outcome::Paste(c),
            _ => Outcome::Done,
        }
    }
}
