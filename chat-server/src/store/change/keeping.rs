//! How long what was said is kept.

use crate::store::RoomId;
use chat_proto::RoomName;

/// For how long a room's events are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// As long as the server says for all rooms.
    AsAll,
    /// For ever.
    Forever,
    /// For so many days, at least one.
    Days(u32),
}

/// A hundred years.
pub(crate) const KEEP_DAYS_MAX: u32 = 36_500;

impl Keep {
    /// A number of days, `forever`, or `default`, as an operator writes it.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "default" => Some(Self::AsAll),
            "forever" => Some(Self::Forever),
            days => days
                .parse()
                .ok()
                .filter(|days| (1..=KEEP_DAYS_MAX).contains(days))
                .map(Self::Days),
        }
    }
}

/// See [`Change::Keep`](super::Change::Keep).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetKeep {
    /// Which room.
    pub room: RoomName,
    /// For how long.
    pub keep: Keep,
}

/// See [`Change::Forget`](super::Change::Forget). A piece of work that holds
/// nobody up; there is more to do from
/// [`Committed::Forgotten`](super::Committed::Forgotten) on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forget {
    /// Days that events are kept where the room says nothing else; `None`: for ever.
    pub days: Option<u32>,
    /// The room to begin with.
    pub from: RoomId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_an_operator_writes_it() {
        for (text, keep) in [
            ("1", Some(Keep::Days(1))),
            ("36500", Some(Keep::Days(36_500))),
            ("forever", Some(Keep::Forever)),
            ("default", Some(Keep::AsAll)),
            ("0", None),
            ("36501", None),
            ("-1", None),
            ("a week", None),
            ("", None),
        ] {
            assert_eq!(Keep::parse(text), keep, "{text}");
        }
    }
}
