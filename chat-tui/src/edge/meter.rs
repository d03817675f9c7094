//! Counting frames and frames of the screen, for whoever looks at the figures.
//!
//! Always holds: it has a bound, whatever a server makes up; counting reads no clock.

use crate::core::debug::{Count, Figures, Passed, Times};
use chat_proto::Timestamp;
use smol_str::SmolStr;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// What was counted since the start.
#[derive(Debug, Default)]
pub struct Meter {
    /// Connections that were begun.
    pub connections: u64,
    /// How long it took to draw.
    pub drawn: Times,
    received: Kinds,
    sent: Kinds,
    last: VecDeque<Passed>,
}

type Kinds = BTreeMap<SmolStr, (u64, u64)>;

/// Types that are told apart; a server that makes up more of them has them
/// counted as one.
const KINDS_MOST: usize = 64;
/// The last frames that are kept.
const LAST_MOST: usize = 24;
/// How the rest is called.
const OTHERS: &str = "(others)";

impl Meter {
    /// A frame has come or gone.
    pub fn count(&mut self, at: Timestamp, sent: bool, kind: &str, bytes: usize) {
        let kinds = if sent {
            &mut self.sent
        } else {
            &mut self.received
        };
        let known = kinds.contains_key(kind) || kinds.len() < KINDS_MOST;
        let kind = SmolStr::new(if known { kind } else { OTHERS });
        let counted = kinds.entry(kind.clone()).or_default();
        counted.0 += 1;
        counted.1 += bytes as u64;
        if self.last.len() == LAST_MOST {
            self.last.pop_front();
        }
        self.last.push_back(Passed {
            at,
            sent,
            kind,
            bytes,
        });
    }

    /// A frame of the screen took so long.
    pub fn drew(&mut self, took: Duration) {
        self.drawn.add(took);
    }

    /// All of it, with the size of what is kept.
    pub fn figures(&self, cache: Option<u64>) -> Figures {
        Figures {
            connections: self.connections,
            received: counts(&self.received),
            sent: counts(&self.sent),
            last: self.last.iter().cloned().collect(),
            drawn: self.drawn,
            cache,
        }
    }
}

fn counts(kinds: &Kinds) -> Vec<Count> {
    let count = |(kind, (frames, bytes)): (&SmolStr, &(u64, u64))| Count {
        kind: kind.clone(),
        frames: *frames,
        bytes: *bytes,
    };
    let mut counts: Vec<_> = kinds.iter().map(count).collect();
    counts.sort_by_key(|count| std::cmp::Reverse(count.frames));
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_server_makes_up_the_figures_have_a_bound() {
        let mut meter = Meter::default();
        for n in 0..1000 {
            meter.count(Timestamp::from_millis(n), false, &format!("kind-{n}"), 10);
        }
        let figures = meter.figures(None);
        assert_eq!(figures.received.len(), KINDS_MOST + 1);
        assert_eq!(figures.received[0].kind, OTHERS);
        assert_eq!(figures.last.len(), LAST_MOST);
        let frames: u64 = figures.received.iter().map(|count| count.frames).sum();
        assert_eq!(frames, 1000);
        assert_eq!(figures.sent, []);
    }
}
