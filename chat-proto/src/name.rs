//! Names of people and rooms: what they may be, and when two are the same.
//!
//! A name is kept in NFC and otherwise as written; its rules are counted and
//! checked on that form.

mod alphabet;
mod fold;

pub use fold::UNICODE_VERSION;

pub(crate) use alphabet::{is_joint, may_stand};
pub(crate) use fold::fold;

use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};
use std::cmp::Ordering;
use std::fmt;
use std::sync::LazyLock;

/// Names kept for the server's own use, and what looks like one of them.
const RESERVED: [&str; 6] = ["room", "all", "here", "server", "system", "admin"];

/// Case folding makes at most three characters of one.
const FOLDED_CHARS: usize = 3;

/// Bytes of a name that was parsed elsewhere, by limits that may be wider than ours.
const TRUSTED_BYTES: usize = 1024;

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
        "may not have {found:?} {place}; letters and digits of one script are allowed, and - _ . between them"
    )]
    Character {
        /// The first such character.
        found: char,
        /// `at its start`, `at its end` or `in it`.
        place: &'static str,
    },
    /// Letters of several scripts.
    #[error("mixes scripts; its letters have to be of one, such as all Latin or all Greek")]
    MixedScripts,
    /// A room name with capitals.
    #[error("has to be in lower case: {lower}")]
    UpperCase {
        /// What would be right.
        lower: SmolStr,
    },
    /// A direct room with oneself, or one that names no two people.
    #[error("names no two people; a direct room is called like @ada+bob")]
    NoPair,
}

impl UserName {
    /// A name by the rules, of at most `max` characters after NFC.
    pub fn parse(text: &str, max: usize) -> Result<Self, NameError> {
        let name = fold::nfc(text);
        alphabet::check(&name, max)?;
        Ok(Self(name.into()))
    }

    /// A name that a store or a server parsed before; `None` if it could break
    /// a line (empty, over 1,024 bytes, or with a control character).
    pub fn trusted(text: &str) -> Option<Self> {
        printable(text).then(|| Self(text.into()))
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What decides whether two names are the same: NFC(casefold(NFC)).
    pub fn key(&self) -> SmolStr {
        fold::fold(&self.0)
    }

    /// What decides whether two names can be confused: fold(skeleton(fold)), UTS #39.
    pub fn skeleton(&self) -> SmolStr {
        fold::skeleton(&self.0)
    }

    /// Whether the name is kept for the server's own use, or looks like one that is.
    pub fn is_reserved(&self) -> bool {
        static SKELETONS: LazyLock<[SmolStr; RESERVED.len()]> =
            LazyLock::new(|| RESERVED.map(fold::skeleton));
        SKELETONS.contains(&self.skeleton())
    }
}

impl RoomName {
    /// A name by the rules, of at most `max` characters after NFC. Direct rooms
    /// are named through [`RoomRef`].
    pub fn parse(text: &str, max: usize) -> Result<Self, NameError> {
        let name = fold::nfc(text);
        alphabet::check(&name, max)?;
        let lower = fold::lower(&name);
        if lower == *name {
            Ok(Self(lower))
        } else {
            Err(NameError::UpperCase { lower })
        }
    }

    /// The room of these two, whatever their order.
    pub fn direct(a: &UserName, b: &UserName) -> Result<Self, NameError> {
        Self::of_keys(&a.key(), &b.key())
    }

    fn of_keys(a: &str, b: &str) -> Result<Self, NameError> {
        match a.cmp(b) {
            Ordering::Less => Ok(Self(format_smolstr!("@{a}+{b}"))),
            Ordering::Greater => Ok(Self(format_smolstr!("@{b}+{a}"))),
            Ordering::Equal => Err(NameError::NoPair),
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

    /// The keys of the two people whose room it is.
    pub fn pair(&self) -> Option<(&str, &str)> {
        self.0.strip_prefix('@')?.split_once('+')
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
            Some((a, b)) => {
                RoomName::of_keys(&pair_key(a, user_max)?, &pair_key(b, user_max)?).map(Self::Named)
            }
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

/// The key of one of the two names in `@ada+bob`. They may be written as keys
/// already, which can be longer than the name was, and of two scripts (the
/// micro sign is of none, folded it is a Greek letter).
fn pair_key(text: &str, user_max: usize) -> Result<SmolStr, NameError> {
    let name = fold::nfc(text);
    let key = fold::fold(&name);
    let max = if key == *name {
        user_max.saturating_mul(FOLDED_CHARS)
    } else {
        user_max
    };
    alphabet::check_shape(&name, max)?;
    Ok(key)
}

fn printable(text: &str) -> bool {
    !text.is_empty() && text.len() <= TRUSTED_BYTES && !text.chars().any(char::is_control)
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

const UNPRINTABLE: &str =
    "a name that is empty, longer than 1,024 bytes, or has control characters";

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

#[cfg(test)]
mod tests;
