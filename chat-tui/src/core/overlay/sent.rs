//! The texts that were sent, to be found by a part of them.

use super::keys::write;
use super::outcome::Outcome;
use crate::core::actions::Action;
use crate::core::composer::Composer;
use crate::core::input::Key;
use smol_str::SmolStr;

/// Choosing a text that was sent.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    /// What was typed to narrow the choice.
    pub query: Composer,
    /// What fits, the newest first.
    pub found: Vec<SmolStr>,
    /// Which of them is chosen.
    pub chosen: usize,
    /// All there are.
    all: Vec<SmolStr>,
}

impl Sent {
    pub(in crate::core) fn new(all: Vec<SmolStr>) -> Self {
        Self {
            query: Composer::default(),
            found: all.clone(),
            all,
            chosen: 0,
        }
    }

    pub(super) fn press(&mut self, key: Key, action: Option<Action>) -> Outcome {
        match action {
            Some(Action::Close) => return Outcome::Close,
            Some(Action::Send) => {
                let chosen = self.found.get(self.chosen);
                return chosen.map_or(Outcome::Done, |text| Outcome::Write(text.clone()));
            }
            _ => {}
        }
        if write(&mut self.query, key, action) {
            self.narrow();
        }
        Outcome::Done
    }

    /// Keeps the texts that hold what is typed.
    pub(super) fn narrow(&mut self) {
        let query = self.query.text().to_lowercase();
        let holds = |text: &&SmolStr| text.to_lowercase().contains(&query);
        self.found = self.all.iter().filter(holds).cloned().collect();
        self.chosen = 0;
    }
}
