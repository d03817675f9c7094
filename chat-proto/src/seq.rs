//! Places in a room's log.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The number of an event in its room's log: 1, 2, 3, … without holes. Zero
/// stands before the first event: the cursor of who has read nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Seq(u64);

impl Seq {
    /// Before the first event.
    pub const ZERO: Self = Self(0);
    /// The first event of every log.
    pub const FIRST: Self = Self(1);
    /// The largest number that JavaScript holds exactly, 2^53 - 1.
    pub const MAX: Self = Self((1 << 53) - 1);

    /// `None` above [`Seq::MAX`].
    pub const fn new(number: u64) -> Option<Self> {
        if number <= Self::MAX.0 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// The bare number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The place right after this one; the log would have to hold 2^53 events
    /// for it to stand still.
    #[must_use]
    pub const fn next(self) -> Self {
        self.plus(1)
    }

    /// `count` places on, at most [`Seq::MAX`].
    #[must_use]
    pub const fn plus(self, count: u64) -> Self {
        let sum = self.0.saturating_add(count);
        if sum > Self::MAX.0 {
            Self::MAX
        } else {
            Self(sum)
        }
    }

    /// `count` places back, at least [`Seq::ZERO`].
    #[must_use]
    pub const fn minus(self, count: u64) -> Self {
        Self(self.0.saturating_sub(count))
    }

    /// How many events lie above `earlier`, up to and with this one.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Seq {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(from)?;
        Self::new(number).ok_or_else(|| serde::de::Error::custom("a seq is at most 2^53 - 1"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_stays_within_what_javascript_holds() {
        assert_eq!(Seq::MAX.next(), Seq::MAX);
        assert_eq!(Seq::ZERO.minus(1), Seq::ZERO);
        assert_eq!(Seq::new(1 << 53), None);
        assert_eq!(Seq::ZERO.next(), Seq::FIRST);
        assert_eq!(Seq::FIRST.since(Seq::MAX), 0);
    }
}
