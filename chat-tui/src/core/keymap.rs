//! Which keys do what: a preset, changed by what a person has bound.
//!
//! Always holds, whatever was asked for: no two actions that work at once have
//! the same keys, no keys are the beginning of another action's, a character
//! still writes itself, and Ctrl-Z, Ctrl-S and Ctrl-Q stay what they are in
//! every terminal. What would break that is refused, with the names of both.

use super::actions::{Action, When};
use super::input::{Key, KeyCode};
use super::keys::Sequence;

/// A set of keys to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preset {
    /// Those of the list of actions.
    #[default]
    Default,
    /// For hands that know Emacs: Ctrl-K cuts to the end of the line.
    Emacs,
}

/// Where the preset `emacs` differs.
const EMACS: &[(Action, &[&str])] = &[
    (Action::Palette, &["A-x"]),
    (Action::Close, &["Esc", "C-g"]),
    (Action::Go, &["C-x b"]),
    (Action::Rooms, &["C-x C-b"]),
    (Action::Oldest, &["C-Home", "A-<"]),
    (Action::Newest, &["C-End", "A->"]),
    (Action::PageUp, &["PageUp", "A-v"]),
    (Action::PageDown, &["PageDown", "C-v"]),
    (Action::Discard, &["C-x x"]),
    (Action::Up, &["Up", "C-p"]),
    (Action::Down, &["Down", "C-n"]),
    (Action::KillToEnd, &["C-k"]),
    (Action::Undo, &["C-_", "C-x u"]),
];

impl Preset {
    /// All presets.
    pub const ALL: &[Self] = &[Self::Default, Self::Emacs];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Emacs => "emacs",
        }
    }

    /// The keys of an action in it, the most usual first.
    pub fn keys(self, action: Action) -> impl Iterator<Item = Sequence> {
        let own = match self {
            Self::Default => None,
            Self::Emacs => EMACS.iter().find(|(a, _)| *a == action),
        };
        let keys = own.map_or(action.info().keys, |(_, keys)| *keys);
        // A test holds the presets to be keys.
        keys.iter().filter_map(|keys| Sequence::parse(keys).ok())
    }
}

/// What a person wants an action's keys to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The action.
    pub action: Action,
    /// All its keys; none takes them away.
    pub keys: Vec<Sequence>,
}

/// Why keys can't be an action's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// Another action that works at the same time has them.
    #[error("{keys} is for both {} and {}; give one of them other keys", .action.info().name, .other.info().name)]
    Taken {
        /// The keys.
        keys: Sequence,
        /// Whose they were to be.
        action: Action,
        /// Whose they are.
        other: Action,
    },
    /// They begin another action's, or that one's begin them.
    #[error("{keys} of {} and {others} of {} begin alike: the shorter would always win", .action.info().name, .other.info().name)]
    Begins {
        /// The keys.
        keys: Sequence,
        /// Whose they were to be.
        action: Action,
        /// The other keys.
        others: Sequence,
        /// Whose these are.
        other: Action,
    },
    /// They belong to the terminal.
    #[error("{0} belongs to the terminal and can't be bound")]
    Reserved(Key),
    /// They are a character, which would not be written any more.
    #[error("{0} is what one types; hold Ctrl or Alt with it")]
    Writes(Key),
}

/// Which keys do what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMap {
    bindings: Vec<(Sequence, Action)>,
}

/// What some keys come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// They do this.
    Action(Action),
    /// More has to follow.
    Begun,
    /// They do nothing.
    Nothing,
}

impl Default for KeyMap {
    fn default() -> Self {
        Self::of(Preset::Default, &[])
    }
}

impl KeyMap {
    /// A preset with changes, but for those that can't be; says which and why,
    /// by their place in `wanted`. An action whose change is refused keeps the
    /// preset's keys; of two changes that clash the later one gives way.
    pub fn build(preset: Preset, wanted: &[Bound]) -> (Self, Vec<(usize, BindError)>) {
        let mut refused = Vec::new();
        let mut kept: Vec<(usize, &Bound)> = Vec::new();
        for (at, bound) in wanted.iter().enumerate() {
            match bound.check() {
                Ok(()) => kept.push((at, bound)),
                Err(why) => refused.push((at, why)),
            }
        }
        loop {
            let changes: Vec<&Bound> = kept.iter().map(|(_, bound)| *bound).collect();
            let map = Self::of(preset, &changes);
            let Some((blamed, why)) = map.clash(&changes) else {
                refused.sort_by_key(|(at, _)| *at);
                return (map, refused);
            };
            let (at, _) = kept.remove(blamed);
            refused.push((at, why));
        }
    }

    /// Where there is no screen everything is typed: no key does anything but
    /// the one that a terminal makes a signal of.
    pub fn typed() -> Self {
        let interrupt = Preset::Default.keys(Action::Interrupt);
        Self {
            bindings: interrupt.map(|keys| (keys, Action::Interrupt)).collect(),
        }
    }

    fn of(preset: Preset, changes: &[&Bound]) -> Self {
        let mut bindings = Vec::new();
        for action in Action::ALL.iter().copied() {
            // Of two lines for one action the later one counts.
            let change = changes.iter().rev().find(|bound| bound.action == action);
            let mut keys: Vec<Sequence> = match change {
                Some(bound) => bound.keys.clone(),
                None => preset.keys(action).collect(),
            };
            if action == Action::Suspend {
                let usual = preset.keys(action).filter(|usual| !keys.contains(usual));
                keys.extend(usual.collect::<Vec<_>>());
            }
            bindings.extend(keys.into_iter().map(|keys| (keys, action)));
        }
        Self { bindings }
    }

    /// The first clash, with the place of the change that made it.
    fn clash(&self, changes: &[&Bound]) -> Option<(usize, BindError)> {
        let made_by = |action: Action| changes.iter().rposition(|bound| bound.action == action);
        for (index, (keys, action)) in self.bindings.iter().enumerate() {
            for (others, other) in &self.bindings[..index] {
                if action == other || !action.info().when.meets(other.info().when) {
                    continue;
                }
                let alike = keys == others;
                let begins = keys.begins_with(others.keys()) || others.begins_with(keys.keys());
                // Presets don't clash, so one of the two was changed.
                let Some(blamed) = made_by(*action).max(made_by(*other)) else {
                    continue;
                };
                let (mine, theirs) = if made_by(*action) == Some(blamed) {
                    ((keys, *action), (others, *other))
                } else {
                    ((others, *other), (keys, *action))
                };
                let (keys, action, others, other) =
                    (mine.0.clone(), mine.1, theirs.0.clone(), theirs.1);
                if alike {
                    return Some((
                        blamed,
                        BindError::Taken {
                            keys,
                            action,
                            other,
                        },
                    ));
                }
                if begins {
                    let why = BindError::Begins {
                        keys,
                        action,
                        others,
                        other,
                    };
                    return Some((blamed, why));
                }
            }
        }
        None
    }

    /// What keys come to where these kinds of actions work; the first kind wins.
    pub fn find(&self, keys: &[Key], works: &[When]) -> Found {
        let of_kind = |when: When| {
            let bindings = self.bindings.iter();
            bindings.filter(move |(_, action)| action.info().when == when)
        };
        for when in works {
            let found = of_kind(*when).find(|(bound, _)| bound.keys() == keys);
            if let Some((_, action)) = found {
                return Found::Action(*action);
            }
        }
        let begun = |when: &When| of_kind(*when).any(|(bound, _)| bound.begins_with(keys));
        if works.iter().any(begun) {
            Found::Begun
        } else {
            Found::Nothing
        }
    }

    /// What may follow these keys, where these kinds of actions work.
    pub fn after(&self, keys: &[Key], works: &[When]) -> Vec<(Sequence, Action)> {
        let bindings = self.bindings.iter();
        bindings
            .filter(|(bound, action)| {
                bound.begins_with(keys) && works.contains(&action.info().when)
            })
            .cloned()
            .collect()
    }

    /// The keys of an action, the most usual first.
    pub fn keys(&self, action: Action) -> impl Iterator<Item = &Sequence> + '_ {
        let bindings = self.bindings.iter();
        bindings
            .filter(move |(_, a)| *a == action)
            .map(|(keys, _)| keys)
    }

    /// The first keys of an action in words, like `Ctrl-K`; empty if it has none.
    pub fn chord(&self, action: Action) -> String {
        let first = self.keys(action).next();
        first.map(Sequence::to_string).unwrap_or_default()
    }

    /// How one comes to an action, in words: by its first keys, or by its name after a slash.
    pub fn way(&self, action: Action) -> String {
        let first = self.keys(action).next();
        first.map_or_else(|| format!("/{}", action.info().name), Sequence::to_string)
    }

    /// All keys of an action in words.
    pub fn chords(&self, action: Action) -> String {
        let all: Vec<String> = self.keys(action).map(Sequence::to_string).collect();
        all.join(", ")
    }
}

impl Bound {
    /// Whether these keys could be anyone's.
    fn check(&self) -> Result<(), BindError> {
        let ctrl = |c| Key::ctrl(KeyCode::Char(c));
        let stop = ctrl('z');
        for keys in &self.keys {
            let reserved = keys.keys().iter().find(|key| {
                let stops = **key == stop && self.action != Action::Suspend;
                stops || **key == ctrl('s') || **key == ctrl('q')
            });
            if let Some(key) = reserved {
                return Err(BindError::Reserved(*key));
            }
            let first = keys.keys().first().filter(|first| first.writes());
            if let Some(key) = first.filter(|_| self.action.info().when != When::Selecting) {
                return Err(BindError::Writes(*key));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
