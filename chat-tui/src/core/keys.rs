//! Keys in words: how they are written in a configuration and shown on the
//! screen. Knows no action.
//!
//! Always holds: what is shown can be written, and two ways to write what a
//! terminal sends alike (`C-i` and `Tab`) are the same key.

use super::input::{Key, KeyCode};
use chat_proto::codec::nearest;
use std::fmt;

/// Keys of one sequence at the most.
const KEYS_MOST: usize = 4;

/// Keys to be pressed one after the other; at least one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sequence(Vec<Key>);

/// Why some words are no keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// None at all.
    #[error("no key; write one like C-k, A-Down, F5 or C-x j")]
    Empty,
    /// More than one can remember.
    #[error("more than {KEYS_MOST} keys in a row")]
    TooLong,
    /// A word that is no key.
    #[error("{word:?} is no key{}", near(.nearest.as_ref()))]
    NoKey {
        /// The word.
        word: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
}

fn near(nearest: Option<&String>) -> String {
    match nearest {
        Some(name) => format!("; did you mean {name}?"),
        None => "; write one like C-k, A-Down, S-Tab or F5".to_owned(),
    }
}

impl Sequence {
    /// Reads `C-k`, `Ctrl-K`, `A-Down`, `F1` or `C-x C-e`.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let keys: Vec<Key> = text.split_whitespace().map(key).collect::<Result<_, _>>()?;
        match keys.len() {
            0 => Err(KeyError::Empty),
            1..=KEYS_MOST => Ok(Self(keys)),
            _ => Err(KeyError::TooLong),
        }
    }

    /// The keys.
    pub fn keys(&self) -> &[Key] {
        &self.0
    }

    /// Whether these keys are its beginning, and not all of it.
    pub fn begins_with(&self, keys: &[Key]) -> bool {
        self.0.len() > keys.len() && self.0.starts_with(keys)
    }
}

impl Key {
    /// As a terminal would send it: where it can't tell two keys apart, one of them.
    pub fn usual(self) -> Self {
        let KeyCode::Char(c) = self.code else {
            return self;
        };
        if !self.ctrl {
            return self;
        }
        let same = match c {
            'i' | 'I' => Some(KeyCode::Tab),
            'm' | 'M' => Some(KeyCode::Enter),
            '[' => Some(KeyCode::Esc),
            _ => None,
        };
        let code = same.unwrap_or(KeyCode::Char(match c {
            // The bytes 0x1f and 0x00.
            '7' | '/' => '_',
            '@' | '2' => ' ',
            c => c.to_ascii_lowercase(),
        }));
        let ctrl = same.is_none();
        Self { code, ctrl, ..self }
    }

    /// Whether pressing it writes a character.
    pub fn writes(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && !self.ctrl && !self.alt
    }
}

fn key(word: &str) -> Result<Key, KeyError> {
    let mut key = Key::plain(KeyCode::Esc);
    let mut rest = word;
    // Written as it is shown, the case of a letter says nothing.
    let mut shown = false;
    while let Some((held, after)) = rest.split_once('-').filter(|(_, after)| !after.is_empty()) {
        match held {
            "C" => key.ctrl = true,
            "A" | "M" => key.alt = true,
            "S" => key.shift = true,
            "Ctrl" | "ctrl" => (key.ctrl, shown) = (true, true),
            "Alt" | "alt" => (key.alt, shown) = (true, true),
            "Shift" | "shift" => (key.shift, shown) = (true, true),
            _ => break,
        }
        rest = after;
    }
    key.code = code(rest).ok_or_else(|| no_key(word, rest))?;
    if let KeyCode::Char(c) = key.code {
        let lower = shown && !key.shift;
        let c = if lower { c.to_ascii_lowercase() } else { c };
        let upper = key.shift && c.is_ascii_alphabetic();
        key.code = KeyCode::Char(if upper { c.to_ascii_uppercase() } else { c });
        key.shift = false;
    }
    Ok(key.usual())
}

fn no_key(word: &str, rest: &str) -> KeyError {
    let names: Vec<&str> = NAMES.iter().map(|(_, name)| *name).collect();
    let held = &word[..word.len() - rest.len()];
    KeyError::NoKey {
        word: word.to_owned(),
        nearest: nearest(rest, &names).map(|name| format!("{held}{name}")),
    }
}

fn code(name: &str) -> Option<KeyCode> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return Some(KeyCode::Char(c));
    }
    let named = NAMES.iter().find(|(_, n)| n.eq_ignore_ascii_case(name));
    let function = || match name.strip_prefix(['F', 'f'])?.parse() {
        Ok(number @ 1..=20) => Some(KeyCode::F(number)),
        Ok(_) | Err(_) => None,
    };
    named.map(|(code, _)| *code).or_else(function)
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
    (KeyCode::Char(' '), "Space"),
];

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.ctrl || self.alt;
        let capital = matches!(self.code, KeyCode::Char(c) if held && c.is_ascii_uppercase());
        let prefixes = [
            (self.ctrl, "Ctrl-"),
            (self.alt, "Alt-"),
            (self.shift || capital, "Shift-"),
        ];
        for (_, name) in prefixes.iter().filter(|(on, _)| *on) {
            f.write_str(name)?;
        }
        if let Some((_, name)) = NAMES.iter().find(|(code, _)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(c) if held => write!(f, "{}", c.to_uppercase()),
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(n) => write!(f, "F{n}"),
            // All others have a name.
            KeyCode::Enter
            | KeyCode::Esc
            | KeyCode::Tab
            | KeyCode::Backspace
            | KeyCode::Delete
            | KeyCode::Left
            | KeyCode::Right
            | KeyCode::Up
            | KeyCode::Down
            | KeyCode::Home
            | KeyCode::End
            | KeyCode::PageUp
            | KeyCode::PageDown => Ok(()),
        }
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, key) in self.0.iter().enumerate() {
            let blank = if at > 0 { " " } else { "" };
            write!(f, "{blank}{key}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written_in_short_or_as_they_are_shown() {
        for (text, shown) in [
            ("C-k", "Ctrl-K"),
            ("Ctrl-K", "Ctrl-K"),
            ("C-K", "Ctrl-K"),
            ("A-Down", "Alt-Down"),
            ("M-x", "Alt-X"),
            ("A-X", "Alt-Shift-X"),
            ("Alt-Shift-X", "Alt-Shift-X"),
            ("S-Tab", "Shift-Tab"),
            ("f5", "F5"),
            ("C-x  C-e", "Ctrl-X Ctrl-E"),
            ("C-Space", "Ctrl-Space"),
            ("A--", "Alt--"),
            ("r", "r"),
            ("R", "R"),
        ] {
            let keys = Sequence::parse(text).unwrap();
            assert_eq!(keys.to_string(), shown, "{text}");
            assert_eq!(Sequence::parse(shown).unwrap(), keys, "{shown}");
        }
    }

    #[test]
    fn what_a_terminal_sends_alike_is_the_same_key() {
        for (one, other) in [
            ("C-i", "Tab"),
            ("C-m", "Enter"),
            ("C-[", "Esc"),
            ("C-_", "C-/"),
            ("C-_", "C-7"),
            ("C-@", "C-Space"),
        ] {
            assert_eq!(Sequence::parse(one), Sequence::parse(other), "{one}");
        }
    }

    #[test]
    fn what_is_no_key_is_told_what_would_be_one() {
        for (text, words) in [
            ("", "no key; write one like"),
            ("C-Dwon", "did you mean C-Down?"),
            ("Ctlr-k", "is no key"),
            ("F99", "is no key"),
            ("a b c d e", "more than 4"),
        ] {
            let error = Sequence::parse(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
