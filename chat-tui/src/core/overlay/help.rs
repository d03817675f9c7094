//! Help: all actions by group, with the keys they have now.

use super::Overlay;
use super::keys::{moves, write};
use super::list::moved;
use super::outcome::Outcome;
use crate::core::actions::{Action, Group};
use crate::core::composer::Composer;
use crate::core::input::Key;
use crate::core::keymap::KeyMap;
use crate::core::state::State;

/// All actions with their keys.
#[derive(Debug, Clone, Default)]
pub struct Help {
    /// What was typed to narrow the list.
    pub query: Composer,
    /// The rows that fit.
    pub rows: Vec<HelpRow>,
    /// The first row to show.
    pub top: usize,
}

/// A row of help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HelpRow {
    /// The actions that follow belong together.
    Heading(Group),
    /// An action.
    Action(Action),
}

impl State {
    /// Opens the list of actions.
    pub(in crate::core) fn open_help(&mut self, query: &str) {
        let mut help = Help {
            query: Composer::holding(query),
            ..Help::default()
        };
        help.find(&self.settings.keys);
        self.overlays.push(Overlay::Help(help));
    }

    /// Looks again, after keys have changed: which actions fit may hang on them.
    pub(in crate::core) fn refresh_help(&mut self) {
        for overlay in &mut self.overlays {
            if let Overlay::Help(help) = overlay {
                let top = help.top;
                help.find(&self.settings.keys);
                help.top = top.min(help.rows.len().saturating_sub(1));
            }
        }
    }
}

impl Help {
    pub(super) fn press(&mut self, key: Key, action: Option<Action>, keys: &KeyMap) -> Outcome {
        if matches!(action, Some(Action::Close | Action::Help | Action::Send)) {
            return Outcome::Close;
        }
        if let Some(by) = moves(action) {
            self.top = moved(self.top, by, self.rows.len());
        } else if write(&mut self.query, key, action) {
            self.find(keys);
        }
        Outcome::Done
    }

    /// Keeps what has the words that are typed: in its name, in what it does
    /// or in its keys.
    pub(in crate::core) fn find(&mut self, keys: &KeyMap) {
        let query = self.query.text().trim().to_lowercase();
        let fits = |action: &Action| {
            let info = action.info();
            let texts = [
                format!("/{} {}", info.name, info.takes.words()),
                info.title.to_owned(),
                keys.chords(*action),
            ];
            texts
                .iter()
                .any(|text| text.to_lowercase().contains(&query))
        };
        self.rows.clear();
        for group in Group::ALL {
            let of_group = |action: &Action| action.info().group == *group;
            let actions = Action::ALL.iter().copied().filter(of_group).filter(fits);
            let actions: Vec<_> = actions.map(HelpRow::Action).collect();
            if !actions.is_empty() {
                self.rows.push(HelpRow::Heading(*group));
                self.rows.extend(actions);
            }
        }
        self.top = 0;
    }
}
