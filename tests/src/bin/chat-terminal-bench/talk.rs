//! What is said in the rooms of the benchmark: any message can be said again
//! from its room and number alone.

use std::time::{SystemTime, UNIX_EPOCH};

use chat_proto::Timestamp;

/// The room that is open.
pub(crate) const OPEN: &str = "open-talk";
/// A word that one message alone holds.
pub(crate) const NEEDLE: &str = "quaggaworks";
/// Between two messages of a room.
const PAUSE_MS: i64 = 60_000;

const WORDS: [&str; 64] = [
    "the", "release", "build", "that", "with", "on", "friday", "server", "log", "and", "is",
    "green", "again", "we", "should", "look", "at", "index", "before", "lunch", "who", "has",
    "seen", "this", "error", "in", "staging", "yes", "no", "maybe", "tomorrow", "branch", "merge",
    "review", "please", "thanks", "done", "slow", "fast", "memory", "disk", "network", "client",
    "window", "key", "cursor", "room", "message", "draft", "sent", "lost", "found", "old", "new",
    "first", "last", "page", "date", "time", "zone", "clock", "test", "bench", "mark",
];
const PEOPLE: [&str; 8] = ["ada", "bob", "cy", "dora", "eve", "finn", "gus", "hal"];

/// The rooms of a conversation: the open one has the most messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rooms {
    /// How many there are.
    pub(crate) rooms: usize,
    /// Messages of the open one.
    pub(crate) open: u64,
    /// Messages of each other one.
    pub(crate) other: u64,
    /// When the last message was said.
    pub(crate) until_ms: i64,
}

impl Rooms {
    pub(crate) fn new(rooms: usize, open: u64, other: u64) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            rooms,
            open,
            other,
            until_ms: now.map_or(0, |now| i64::try_from(now.as_millis()).unwrap_or(0)),
        }
    }

    /// A room's name; the open one is the first. Three letters tell them apart.
    pub(crate) fn name(self, room: usize) -> String {
        if room == 0 {
            return OPEN.to_owned();
        }
        let (first, second, third) = (b"bcdfghjklmnprstvwxyz", b"aeiou", b"bcdfgklmnprstvwxyzhj");
        let n = (room * 37) % 2000;
        let letters = [first[n % 20], second[n / 20 % 5], third[n / 100 % 20]];
        let letters: String = letters.into_iter().map(char::from).collect();
        format!("{letters}-room")
    }

    /// How many messages of a room are cached.
    pub(crate) fn messages(self, room: usize) -> u64 {
        if room == 0 { self.open } else { self.other }
    }

    /// When a message was said.
    pub(crate) fn at(self, room: usize, number: u64) -> Timestamp {
        let before = i64::try_from(self.messages(room)).unwrap_or(0);
        let after = i64::try_from(number).unwrap_or(0) - before;
        Timestamp::from_millis(self.until_ms + after.min(0) * PAUSE_MS + after.max(0))
    }

    /// The message that stands in the middle of the open room.
    pub(crate) fn middle(self) -> u64 {
        self.open / 2
    }

    /// What a message says.
    pub(crate) fn text(self, room: usize, number: u64) -> String {
        let mut text = begin(number).trim_end().to_owned();
        let mut dice = mixed(number ^ (room as u64) << 40);
        for _ in 0..6 + dice % 8 {
            text.push(' ');
            text.push_str(WORDS[usize::try_from(dice % 64).unwrap_or(0)]);
            dice = mixed(dice);
        }
        if room == 0 && number == self.middle() {
            text.push(' ');
            text.push_str(NEEDLE);
        }
        text
    }
}

/// How a message begins, be it wrapped as it may.
pub(crate) fn begin(number: u64) -> String {
    format!("message {number} ")
}

/// Who says a message.
pub(crate) fn author(number: u64) -> &'static str {
    PEOPLE[usize::try_from(mixed(number) % 8).unwrap_or(0)]
}

/// A number that looks thrown, the same for the same seed.
pub(crate) fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
