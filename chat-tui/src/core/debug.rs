//! What one looks at when something is wrong: figures of the connection, of
//! what is kept and of drawing. They are shown beside everything else and take
//! no key.
//!
//! Knows no socket and no file: the figures come from the edges, and only while
//! they are shown. Always holds: while they are not, nothing is woken for them.

use super::requests::Asked;
use super::state::{State, Turn};
use chat_proto::Timestamp;
use chat_proto::request::Ping;
use smol_str::SmolStr;
use std::time::Duration;

/// The figures are renewed, and the server is asked, this often.
const RENEWED: Duration = Duration::from_secs(1);

/// The figures, while they are shown.
#[derive(Debug, Clone, Default)]
pub struct Debug {
    /// What the edges have counted.
    pub figures: Figures,
    /// When they are to be renewed.
    due: Duration,
}

/// What the edges have counted since the start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    /// Connections that were begun.
    pub connections: u64,
    /// Frames that came, by type, the most frequent first.
    pub received: Vec<Count>,
    /// Frames that went, by type, the most frequent first.
    pub sent: Vec<Count>,
    /// The last frames, the newest last.
    pub last: Vec<Passed>,
    /// How long it took to draw.
    pub drawn: Times,
    /// Bytes of the cache on the disk; `None`: it is in memory.
    pub cache: Option<u64>,
}

/// Frames of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The type; may be of the server's making: not neutralised.
    pub kind: SmolStr,
    /// How many.
    pub frames: u64,
    /// How many bytes all of them had.
    pub bytes: u64,
}

/// A frame that came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// When.
    pub at: Timestamp,
    /// It went.
    pub sent: bool,
    /// Its type; may be of the server's making: not neutralised.
    pub kind: SmolStr,
    /// Its bytes.
    pub bytes: usize,
}

/// How long something took that happens again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Times {
    /// The last time.
    pub last: Duration,
    /// At most.
    pub longest: Duration,
}

impl Times {
    /// It took so long this time.
    pub fn add(&mut self, took: Duration) {
        self.last = took;
        self.longest = self.longest.max(took);
    }
}

impl State {
    /// Shows the figures, or takes them away.
    pub(super) fn toggle_debug(&mut self) {
        self.debug = match self.debug {
            Some(_) => None,
            None => Some(Debug::default()),
        };
    }

    /// The figures, as they are now; dropped where nobody looks at them.
    pub fn measured(&mut self, figures: Figures) {
        if let Some(debug) = &mut self.debug {
            debug.figures = figures;
        }
    }

    /// The figures were told, where they are not shown all the time.
    pub fn figures_told(&mut self) {
        self.debug = None;
    }

    /// How long the server takes to answer.
    pub fn answers(&self) -> Times {
        self.requests.answers
    }

    /// How many requests are not answered.
    pub fn asked(&self) -> usize {
        self.requests.count()
    }

    /// Renews the figures while they are shown: a ping measures the way to the
    /// server, and the frame that follows shows all of them.
    pub(super) fn tend_debug(&mut self, turn: &mut Turn) {
        let live = self.link.is_live();
        let Some(debug) = self
            .debug
            .as_mut()
            .filter(|debug| debug.due <= turn.now.mono)
        else {
            return;
        };
        debug.due = turn.now.mono + RENEWED;
        if live && !self.requests.pings() {
            self.ask(turn, Asked::Ping, Ping {});
        }
    }

    /// When the figures are to be renewed.
    pub(super) fn debug_due(&self) -> Option<Duration> {
        self.debug.as_ref().map(|debug| debug.due)
    }
}
