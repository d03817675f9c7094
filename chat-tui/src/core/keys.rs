//! The key map as data: one list of actions, with names, titles and default
//! chords, that key handling, help, hints and which-key all read.

use super::input::{Key, KeyCode};
use std::fmt;

macro_rules! actions {
    ($( $variant:ident $name:literal $when:ident [$($chord:literal)*] $title:literal )*) => {
        /// Everything that a key can do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $( #[doc = $title] $variant, )*
        }

        impl Action {
            /// All actions, in the order in which help lists them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name, by which a configuration binds it.
            pub fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

            /// What it does, in words.
            pub fn title(self) -> &'static str {
                match self { $( Self::$variant => $title, )* }
            }

            /// When it works.
            pub fn when(self) -> When {
                match self { $( Self::$variant => When::$when, )* }
            }

            fn default_chords(self) -> &'static [&'static str] {
                match self { $( Self::$variant => &[$($chord),*], )* }
            }
        }
    };
}

/// When an action works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum When {
    /// Whatever is open.
    Always,
    /// While no overlay is open.
    Room,
    /// While a text is written, in the room or in an overlay.
    Writing,
    /// While a message is selected.
    Selecting,
    /// While a message of the open room stands refused.
    Refused,
}

actions! {
    Help "help" Always ["F1"] "show all keys"
    Rooms "rooms" Always ["C-k"] "go to a room"
    Members "members" Room ["F2"] "show who is here"
    NextUnread "next-unread" Room ["A-a"] "next room with something unread"
    NextRoom "next-room" Room ["A-Down"] "next room"
    PreviousRoom "previous-room" Room ["A-Up"] "previous room"
    Room1 "room-1" Room ["A-1"] "first room"
    Room2 "room-2" Room ["A-2"] "second room"
    Room3 "room-3" Room ["A-3"] "third room"
    Room4 "room-4" Room ["A-4"] "fourth room"
    Room5 "room-5" Room ["A-5"] "fifth room"
    Room6 "room-6" Room ["A-6"] "sixth room"
    Room7 "room-7" Room ["A-7"] "seventh room"
    Room8 "room-8" Room ["A-8"] "eighth room"
    Room9 "room-9" Room ["A-9"] "ninth room"
    Close "close" Always ["Esc"] "close what is open; then go to the newest"
    PageUp "page-up" Always ["PageUp"] "a page up"
    PageDown "page-down" Always ["PageDown"] "a page down"
    Oldest "oldest" Room ["C-Home"] "go to the oldest message"
    Newest "newest" Room ["C-End"] "go to the newest message"
    JumpNew "jump-new" Room ["A-n"] "go to the first unread message"
    MarkUnread "mark-unread" Room ["A-u"] "mark unread from here"
    MarkAllRead "mark-all-read" Room ["A-m"] "mark all rooms read"
    UndoMark "undo-mark" Room ["A-z"] "take the last marking back"
    Reply "reply" Room ["A-r"] "answer the newest message, or the one before"
    Retry "retry" Refused ["A-t"] "try the refused message again"
    EditAgain "edit-again" Refused ["A-e"] "edit the refused message"
    Discard "discard" Refused ["A-x"] "discard the refused message"
    SelectReply "select-reply" Selecting ["r" "Enter"] "answer this message"
    SelectCopy "select-copy" Selecting ["y" "c"] "copy its text"
    SelectUnread "select-unread" Selecting ["u"] "mark unread from here"
    SelectUp "select-up" Selecting ["Up" "k"] "the message before"
    SelectDown "select-down" Selecting ["Down" "j"] "the message after"
    Send "send" Writing ["Enter"] "send"
    NewLine "new-line" Writing ["A-Enter" "C-j" "S-Enter"] "begin a new line"
    Complete "complete" Writing ["Tab"] "complete the word; again: the next choice"
    CompleteBack "complete-back" Writing ["S-Tab"] "the choice before"
    Up "up" Writing ["Up"] "line up; before the first: earlier texts, or select a message"
    Down "down" Writing ["Down"] "line down; after the last: later texts"
    Left "left" Writing ["Left" "C-b"] "a character back"
    Right "right" Writing ["Right" "C-f"] "a character on"
    WordLeft "word-left" Writing ["A-b" "C-Left"] "a word back"
    WordRight "word-right" Writing ["A-f" "C-Right"] "a word on"
    LineStart "line-start" Writing ["Home" "C-a"] "to the start of the line"
    LineEnd "line-end" Writing ["End" "C-e"] "to the end of the line; in an empty one: to the newest message"
    Backspace "backspace" Writing ["Backspace" "C-h"] "delete the character before"
    Delete "delete" Writing ["Delete" "C-d"] "delete the character after"
    KillWordBack "kill-word-back" Writing ["C-w" "A-Backspace"] "cut the word before"
    KillWord "kill-word" Writing ["A-d"] "cut the word after"
    KillToStart "kill-to-start" Writing ["C-u"] "cut to the start of the line"
    KillToEnd "kill-to-end" Writing ["A-k"] "cut to the end of the line"
    Yank "yank" Writing ["C-y"] "put in what was cut last"
    Undo "undo" Writing ["C-_" "C-7" "C-/"] "undo"
    Redo "redo" Writing ["A-_" "A-/"] "redo"
    Hints "hints" Always ["F3"] "show or hide the line of hints"
    Redraw "redraw" Always ["C-l"] "draw the screen anew"
    Suspend "suspend" Always ["C-z"] "stop the program; fg brings it back"
    Interrupt "interrupt" Always ["C-c"] "twice: quit"
}

/// Which keys do what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMap {
    bindings: Vec<(Key, Action)>,
}

impl Default for KeyMap {
    fn default() -> Self {
        let bindings = Action::ALL
            .iter()
            .flat_map(|action| {
                let keys = action
                    .default_chords()
                    .iter()
                    .filter_map(|chord| parse(chord));
                keys.map(|key| (key, *action))
            })
            .collect();
        Self { bindings }
    }
}

impl KeyMap {
    /// What a key does where these kinds of actions work; the first kind wins.
    pub fn action(&self, key: Key, works: &[When]) -> Option<Action> {
        works.iter().find_map(|when| {
            let bound = |(k, action): &&(Key, Action)| *k == key && action.when() == *when;
            self.bindings.iter().find(bound).map(|(_, action)| *action)
        })
    }

    /// The keys of an action, the most usual first.
    pub fn keys(&self, action: Action) -> impl Iterator<Item = Key> + '_ {
        self.bindings
            .iter()
            .filter(move |(_, a)| *a == action)
            .map(|(key, _)| *key)
    }

    /// The first key of an action in words, like `Ctrl-K`; empty if it has none.
    pub fn chord(&self, action: Action) -> String {
        self.keys(action)
            .next()
            .map(|key| key.to_string())
            .unwrap_or_default()
    }
}

/// Reads `C-k`, `A-Down`, `S-Tab`, `F1` or `x`.
fn parse(chord: &str) -> Option<Key> {
    let mut key = Key::plain(KeyCode::Esc);
    let mut rest = chord;
    while let Some((held, after)) = rest
        .split_once('-')
        .filter(|(held, after)| held.len() == 1 && !after.is_empty())
    {
        match held {
            "C" => key.ctrl = true,
            "A" => key.alt = true,
            "S" => key.shift = true,
            _ => return None,
        }
        rest = after;
    }
    key.code = code(rest)?;
    Some(key)
}

fn code(name: &str) -> Option<KeyCode> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return Some(KeyCode::Char(c));
    }
    let named = NAMES
        .iter()
        .find(|(_, n)| *n == name)
        .map(|(code, _)| *code);
    named.or_else(|| name.strip_prefix('F')?.parse().ok().map(KeyCode::F))
}

const NAMES: &[(KeyCode, &str)] = &[
    (KeyCode::Enter, "Enter"),
    (KeyCode::Esc, "Esc"),
    (KeyCode::Tab, "Tab"),
    (KeyCode::Backspace, "Backspace"),
    (KeyCode::Delete, "Delete"),
    (KeyCode::Left, "Left"),
    (KeyCode::Right, "Right"),
    (KeyCode::Up, "Up"),
    (KeyCode::Down, "Down"),
    (KeyCode::Home, "Home"),
    (KeyCode::End, "End"),
    (KeyCode::PageUp, "PageUp"),
    (KeyCode::PageDown, "PageDown"),
];

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = [
            (self.ctrl, "Ctrl-"),
            (self.alt, "Alt-"),
            (self.shift, "Shift-"),
        ];
        for (_, name) in held.iter().filter(|(on, _)| *on) {
            f.write_str(name)?;
        }
        match self.code {
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(c) if self.ctrl || self.alt => write!(f, "{}", c.to_uppercase()),
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(n) => write!(f, "F{n}"),
            code => {
                let named = NAMES.iter().find(|(c, _)| *c == code);
                f.write_str(named.map_or("", |(_, name)| name))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn no_two_actions_that_work_at_once_share_a_key() {
        let map = KeyMap::default();
        let mut taken: BTreeMap<(Key, When), Action> = BTreeMap::new();
        for (key, action) in &map.bindings {
            let before = taken.insert((*key, action.when()), *action);
            assert_eq!(before, None, "{key} is bound twice");
        }
    }

    #[test]
    fn every_default_chord_is_a_key() {
        for action in Action::ALL {
            for chord in action.default_chords() {
                assert!(parse(chord).is_some(), "{chord} of {}", action.name());
            }
            assert!(
                !KeyMap::default().chord(*action).is_empty(),
                "{}",
                action.name()
            );
        }
        assert_eq!(KeyMap::default().chord(Action::Rooms), "Ctrl-K");
    }
}
