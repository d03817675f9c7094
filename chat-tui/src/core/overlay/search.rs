//! Keys of the panel for finding messages.

use super::keys::write;
use super::outcome::Outcome;
use crate::core::actions::Action;
use crate::core::input::Key;
use crate::core::search::Search;

impl Search {
    pub(super) fn press(&mut self, key: Key, action: Option<Action>) -> Outcome {
        match action {
            Some(Action::Close) => return Outcome::Close,
            Some(Action::Send) => return Outcome::Hit,
            Some(Action::Complete) => return Outcome::Scope,
            _ => {}
        }
        let before = self.query.text().to_owned();
        write(&mut self.query, key, action);
        if self.query.text() == before {
            Outcome::Done
        } else {
            Outcome::Query
        }
    }
}
