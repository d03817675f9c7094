//! Asking once before something that can't be taken back.

use super::Confirm;
use super::keys::Outcome;
use crate::core::actions::Action;
use crate::core::input::{Key, KeyCode};

impl Confirm {
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
