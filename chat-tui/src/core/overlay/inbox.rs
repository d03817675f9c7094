//! Keys of the inbox.

use super::Inbox;
use super::keys::Outcome;
use crate::core::actions::Action;

impl Inbox {
    pub(super) fn press(&self, action: Option<Action>) -> Outcome {
        match action {
            Some(Action::Close | Action::Inbox) => Outcome::Close,
            Some(Action::Send) => {
                let chosen = self.found.get(self.chosen).map(|named| &named.entry.event);
                chosen.map_or(Outcome::Done, |event| {
                    Outcome::Jump(event.room.clone(), event.seq)
                })
            }
            _ => Outcome::Done,
        }
    }
}
