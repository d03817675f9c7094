//! Searching as a store is asked for it, and what it finds.

use super::row::{RoomId, UserId};
use crate::search::Query;
use chat_proto::{Entry, RoomName, Seq, Timestamp};
use smol_str::SmolStr;
use std::fmt;
use std::str::FromStr;

/// Which messages are looked for, among those of the rooms that a user is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Who looks.
    pub user: UserId,
    /// The words.
    pub query: Query,
    /// Only in this room.
    pub room: Option<RoomId>,
    /// Only by those who bore a name with this key when they said it.
    pub author: Option<SmolStr>,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Not after.
    pub until: Option<Timestamp>,
    /// Only older ones than the one at this place.
    pub before: Option<Place>,
    /// At the most.
    pub limit: usize,
}

/// What was found: messages as they stand now, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Hits {
    /// As many as were asked for and fit a frame.
    pub entries: Vec<Entry>,
    /// The place of the last one, if there are more.
    pub next: Option<Place>,
}

/// Where a message stands among those of all rooms: they are ordered by time,
/// and those of one moment by room. Written down, it is the cursor of a page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Its time.
    pub at: Timestamp,
    /// Its room, of which whoever holds a cursor knows the name.
    pub room: RoomName,
    /// Its seq.
    pub seq: Seq,
}

impl Place {
    /// The place of an entry.
    pub fn of(entry: &Entry) -> Self {
        Self {
            at: entry.event.at,
            room: entry.event.room.clone(),
            seq: entry.event.seq,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.at.millis(), self.seq, self.room)
    }
}

/// The text is no cursor that was given out here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoPlace;

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let (at, rest) = text.split_once('.').ok_or(NoPlace)?;
        let (seq, room) = rest.split_once('.').ok_or(NoPlace)?;
        Ok(Self {
            at: Timestamp::from_millis(at.parse().map_err(|_| NoPlace)?),
            room: RoomName::trusted(room).ok_or(NoPlace)?,
            seq: seq.parse().ok().and_then(Seq::new).ok_or(NoPlace)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_as_it_was_written() {
        for (at, room, seq) in [(0, "lobby", 1), (-5, "a.b", 7), (i64::MAX, "@ada+bob", 9)] {
            let place = Place {
                at: Timestamp::from_millis(at),
                room: RoomName::trusted(room).unwrap(),
                seq: Seq::new(seq).unwrap(),
            };
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for text in [
            "",
            "c7",
            "1.2",
            "1.2.",
            "x.1.lobby",
            "1.x.lobby",
            "1.-1.lobby",
        ] {
            assert_eq!(text.parse::<Place>(), Err(NoPlace), "{text}");
        }
    }
}
