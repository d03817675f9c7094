//! What people write: texts, topics, nonces, emoji and passwords, trimmed and
//! counted once, when they are parsed.

mod emoji;

pub use emoji::Emoji;

use crate::chars::{is_bidi_control, is_default_ignorable, is_line_end};
use crate::limits::{NONCE_CHARS, PASSWORD_CHARS};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::borrow::Cow;
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

/// A password within its bounds; never shown.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Password(String);

/// By which a device comes back; whoever has it is its user. Never shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(String);

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing at all.
    #[error("is empty")]
    Empty,
    /// Something, but nothing that could be seen.
    #[error("has no visible character; write at least one")]
    Blank,
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
        let text = if text.contains('\r') {
            Cow::Owned(text.replace("\r\n", "\n"))
        } else {
            Cow::Borrowed(text)
        };
        let text = text.trim_end();
        let chars = text.chars().count();
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        if chars > max {
            return Err(TextError::TooLong { chars, max });
        }
        if let Some(found) = text
            .chars()
            .find(|c| c.is_control() && !matches!(c, '\n' | '\t'))
        {
            return Err(TextError::Character {
                found,
                allowed: "of control characters only newline and tab are allowed",
            });
        }
        if text
            .chars()
            .all(|c| c.is_whitespace() || is_default_ignorable(c))
        {
            return Err(TextError::Blank);
        }
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
        let chars = text.chars().count();
        if chars > max {
            return Err(TextError::TooLong { chars, max });
        }
        let wrong = |c: &char| c.is_control() || is_line_end(*c) || is_bidi_control(*c);
        match text.chars().find(wrong) {
            Some(found) => Err(TextError::Character {
                found,
                allowed: "it is one line, without control characters and marks of direction",
            }),
            None => Ok(Self(text.to_owned())),
        }
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
                allowed: "only printable ASCII is allowed",
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

impl Password {
    /// 8 to 256 characters, and so at most 1,024 bytes.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let (min, max) = PASSWORD_CHARS;
        let chars = text.chars().count();
        if chars < min {
            Err(TextError::TooShort { chars, min })
        } else if chars > max {
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

impl Token {
    /// The secret itself, to be kept or sent.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Token {
    fn from(secret: String) -> Self {
        Self(secret)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests;
