//! When the readers of a log are rung: at once after a pause, and in a room
//! where much is said no more often than every [`GATHER`], so that what is said
//! meanwhile goes out to each of them in one write.
//!
//! A write costs the kernel far more than the bytes in it. Who reads along sees
//! no difference; a server of many readers does. Pure: the time is an argument.

use std::time::Duration;
use tokio::time::Instant;

/// The least time between two rings of the same readers, and so the longest
/// that an event waits for others.
pub(super) const GATHER: Duration = Duration::from_millis(10);
/// With fewer readers there is too little to be saved by letting them wait.
const READERS: usize = 32;

/// One log's.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When the readers were rung last.
    rung: Option<Instant>,
    /// They will be, for what has come since.
    waits: bool,
}

/// What is to be done about an event that is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// The readers are rung.
    Now,
    /// They are rung after [`GATHER`].
    Later,
    /// As they will be for what came before.
    WithOthers,
}

impl Pace {
    /// There is something new for so many readers.
    pub(super) fn turn(&mut self, readers: usize, now: Instant) -> Turn {
        if self.waits {
            return Turn::WithOthers;
        }
        let soon = self
            .rung
            .is_some_and(|rung| now.saturating_duration_since(rung) < GATHER);
        if soon && readers >= READERS {
            self.waits = true;
            return Turn::Later;
        }
        self.rung = Some(now);
        Turn::Now
    }

    /// The time of those that waited has come.
    pub(super) fn late(&mut self, now: Instant) {
        self.waits = false;
        self.rung = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_pause_readers_are_rung_at_once() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        for n in 0..10 {
            assert_eq!(pace.turn(1_000, start + n * GATHER), Turn::Now);
        }
    }

    #[test]
    fn in_a_flood_they_are_rung_once_in_each_stretch_and_for_everything() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        let (mut rung, mut due) = (0, None);
        for ms in 0..1_000 {
            let now = start + Duration::from_millis(ms);
            if due.is_some_and(|due| due <= now) {
                pace.late(now);
                (rung, due) = (rung + 1, None);
            }
            match pace.turn(READERS, now) {
                Turn::Now => rung += 1,
                Turn::Later => assert_eq!(due.replace(now + GATHER), None),
                Turn::WithOthers => assert!(due.is_some(), "nobody would ring for this"),
            }
        }
        assert!((50..=100).contains(&rung), "{rung} in a second");
    }

    #[test]
    fn a_few_readers_never_wait() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        for _ in 0..10 {
            assert_eq!(pace.turn(READERS - 1, now), Turn::Now);
        }
    }
}
