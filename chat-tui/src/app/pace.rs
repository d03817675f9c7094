//! When to draw: a key's doing at once, what comes by itself at a bounded rate.
//!
//! Knows no clock: the time is passed in. Always holds: while nothing is
//! wanted, nothing is due.

use std::time::{Duration, Instant};

/// Frames for what arrives by itself. Nobody reads faster; keys are drawn
/// besides, at once.
const FRAMES_PER_S: u32 = 30;

/// When the screen, which may be older than the state, is to be drawn.
#[derive(Debug)]
pub(super) struct Pace {
    due: Option<Instant>,
    drawn: Instant,
}

impl Pace {
    /// After the first frame.
    pub(super) fn begun(now: Instant) -> Self {
        Self {
            due: None,
            drawn: now,
        }
    }

    /// Somebody waits for the frame.
    pub(super) fn at_once(&mut self, now: Instant) {
        self.due = Some(now);
    }

    /// Something has come by itself: the first after a quiet moment is drawn
    /// at once, the rest is gathered.
    pub(super) fn soon(&mut self, now: Instant) {
        let next = (self.drawn + Duration::from_secs(1) / FRAMES_PER_S).max(now);
        self.due = Some(self.due.map_or(next, |due| due.min(next)));
    }

    /// When a frame is due; `None`: none is wanted.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Whether to draw now; what was wanted is seen to by that.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let take = self.due.is_some_and(|due| due <= now);
        if take {
            self.due = None;
        }
        take
    }

    /// A frame was drawn.
    pub(super) fn drawn(&mut self, now: Instant) {
        self.drawn = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws whatever is due in steps of a tenth of a millisecond; how many frames that were.
    fn frames(
        pace: &mut Pace,
        from: Instant,
        ms: u64,
        mut happens: impl FnMut(&mut Pace, u64),
    ) -> u32 {
        let mut frames = 0;
        for step in 0..ms * 10 {
            let now = from + Duration::from_micros(step * 100);
            happens(pace, step);
            if pace.take(now) {
                pace.drawn(now);
                frames += 1;
            }
        }
        frames
    }

    #[test]
    fn a_flood_is_at_most_thirty_frames_a_second() {
        let start = Instant::now();
        let mut pace = Pace::begun(start);
        let flood = frames(&mut pace, start, 2000, |pace, step| {
            pace.soon(start + Duration::from_micros(step * 100));
        });
        assert!((55..=60).contains(&flood), "{flood} frames in two seconds");
    }

    #[test]
    fn the_first_after_a_quiet_moment_and_every_key_are_drawn_at_once() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut pace = Pace::begun(start);
        pace.soon(at(100));
        assert!(pace.take(at(100)));
        pace.drawn(at(100));
        pace.soon(at(101));
        assert!(!pace.take(at(101)), "gathered");
        pace.at_once(at(102));
        assert!(pace.take(at(102)), "a key");
        pace.drawn(at(102));
        assert!(!pace.take(at(200)), "with what had come before it");
    }

    #[test]
    fn while_nothing_happens_nothing_is_due() {
        let start = Instant::now();
        let mut pace = Pace::begun(start);
        assert_eq!(pace.due(), None);
        pace.soon(start);
        assert!(pace.due().is_some());
        assert_eq!(frames(&mut pace, start, 5000, |_, _| {}), 1);
        assert_eq!(pace.due(), None);
    }
}
