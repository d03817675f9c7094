//! Keys of the inbox.

use super::Inbox;
use super::keys::{Outcome, moved, moves};
use crate::core::actions::Action;

impl Inbox {
    pub(super) fn press(&mut self, action: Option<Action>) -> Outcome {
        match action {
            Some(Action::Close | Action::Inbox) => return Outcome::Close,
            Some(Action::Send) => {
                let chosen = self.found.get(self.chosen).map(|named| &named.entry.event);
                return chosen.map_or(Outcome::Done, |event| {
                    Outcome::Jump(event.room.clone(), event.seq)
                });
            }
            _ => {}
        }
        if let Some(by) = moves(action) {
            self.chosen = moved(self.chosen, by, self.found.len());
        }
        Outcome::Done
    }
}
