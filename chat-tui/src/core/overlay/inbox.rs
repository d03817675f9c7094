//! Where one is named, in all rooms.

use super::outcome::Outcome;
use crate::core::actions::Action;
use crate::core::input::Named;

/// Where one is named.
#[derive(Debug, Clone, Default)]
pub struct Inbox {
    /// The messages, the newest first.
    pub found: Vec<Named>,
    /// Which of them is chosen.
    pub chosen: usize,
    /// The cache is being looked through.
    pub loading: bool,
    /// How many more the server counts, that are not loaded here.
    pub missing: u32,
}

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
