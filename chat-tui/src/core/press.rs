//! Keys while they are pressed: which action they come to, and characters
//! that are typed. What an action does is no business of this file.

use super::actions::{Action, Needs, When};
use super::input::{Key, KeyCode};
use super::keymap::Found;
use super::keys::Sequence;
use super::state::{State, Turn};
use std::time::Duration;

/// A prefix held for so long shows what may follow.
const WHICH_KEY: Duration = Duration::from_millis(300);

/// Keys that begin a longer chord.
#[derive(Debug, Clone)]
pub struct Begun {
    /// What was pressed so far.
    pub keys: Vec<Key>,
    /// What may follow is shown.
    pub shown: bool,
    /// When it is to be shown.
    pub(super) at: Duration,
}

impl State {
    /// A key was pressed.
    pub(super) fn press(&mut self, turn: &mut Turn, key: Key) {
        self.link.watch(turn.now);
        let key = key.usual();
        let begun = self.begun.take();
        let shown = begun.as_ref().is_some_and(|begun| begun.shown);
        let mut keys = begun.map(|begun| begun.keys).unwrap_or_default();
        keys.push(key);
        match self.settings.keys.find(&keys, &self.works()) {
            Found::Begun => {
                let at = turn.now.mono + WHICH_KEY;
                self.begun = Some(Begun { keys, shown, at });
            }
            Found::Action(action) => self.pressed(turn, key, Some(action)),
            Found::Nothing if keys.len() == 1 => self.pressed(turn, key, None),
            // Escape is the way out of every chord.
            Found::Nothing if key.code == KeyCode::Esc => {}
            Found::Nothing => {
                let words: Vec<_> = keys.iter().map(Key::to_string).collect();
                self.complain(turn, format!("{} does nothing here", words.join(" ")));
            }
        }
    }

    /// The keys of an action, as if they were pressed.
    pub(super) fn press_for(&mut self, turn: &mut Turn, action: Action) {
        let Some(keys) = self.settings.keys.keys(action).next().cloned() else {
            return;
        };
        self.begun = None;
        for key in keys.keys() {
            self.press(turn, *key);
        }
    }

    fn pressed(&mut self, turn: &mut Turn, key: Key, action: Option<Action>) {
        if !self.overlays.is_empty() {
            return self.press_overlay(turn, key, action);
        }
        match (action, key.code) {
            (Some(action), _) => self.begin(turn, action),
            (None, KeyCode::Char(_)) if key.writes() && self.open.is_none() => {
                // There is nothing to write into: a room has to be chosen first.
                self.open_picker();
                self.press_overlay(turn, key, None);
            }
            (None, KeyCode::Char(c)) if key.writes() => self.type_char(turn, c),
            (None, _) => {}
        }
    }

    /// Shows what may follow, once a prefix was held for long enough.
    pub(super) fn show_begun(&mut self, turn: &Turn) {
        if let Some(begun) = &mut self.begun {
            begun.shown |= begun.at <= turn.now.mono;
        }
    }

    /// When what may follow a prefix is to be shown.
    pub(super) fn begun_due(&self) -> Option<Duration> {
        let hidden = self.begun.as_ref().filter(|begun| !begun.shown);
        hidden.map(|begun| begun.at)
    }

    /// The keys that were begun, and those that may follow with what they do,
    /// while they are shown.
    pub fn which_key(&self) -> Option<(String, Vec<(String, Action)>)> {
        let begun = self.begun.as_ref().filter(|begun| begun.shown)?;
        let words = |keys: &[Key]| {
            let words: Vec<_> = keys.iter().map(Key::to_string).collect();
            words.join(" ")
        };
        let pressed = begun.keys.len();
        let follows = |(keys, action): (Sequence, Action)| (words(&keys.keys()[pressed..]), action);
        let after = self.settings.keys.after(&begun.keys, &self.works());
        Some((words(&begun.keys), after.into_iter().map(follows).collect()))
    }

    /// The kinds of actions that work now, those that win first.
    pub(super) fn works(&self) -> Vec<When> {
        if self.overlays.is_empty() {
            self.works_in_room()
        } else {
            vec![When::Writing, When::Always]
        }
    }

    /// The kinds of actions that work once no overlay is open.
    pub(super) fn works_in_room(&self) -> Vec<When> {
        let selecting = self.here().is_some_and(|room| room.selected.is_some());
        if selecting {
            return vec![When::Selecting, When::Room, When::Always];
        }
        let refused = self.open.as_ref().is_some_and(|open| {
            self.outbox.refused(open).is_some() || self.deeds.refused(open).is_some()
        });
        let refused = refused || self.failed_transfer().is_some();
        let mut works = if refused {
            vec![When::Refused]
        } else {
            Vec::new()
        };
        works.extend([When::Writing, When::Room, When::Always]);
        works
    }

    /// Whether what an action needs is there.
    pub fn has_what_it_needs(&self, action: Action) -> bool {
        match action.info().needs {
            Needs::Nothing => true,
            Needs::Server => self.link.is_live(),
        }
    }

    fn type_char(&mut self, turn: &mut Turn, c: char) {
        if let Some(room) = self.here_mut() {
            room.selected = None;
            room.composer.type_char(c);
            self.edited(turn);
        }
    }
}
