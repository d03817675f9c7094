//! When to draw: a key's doing at once, what comes by itself at a bounded rate.
//!
//! Knows no clock: the time is passed in. Always holds: while nothing is
//! wanted, nothing is due.

use std::time::{Duration, Instant};

/// Frames for what arrives by itself, as long as it goes on. Nobody reads
/// faster; keys are drawn besides, at once.
const PAUSE: Duration = Duration::from_millis(40);
/// So many may follow one another at once before that: a line now and then
/// waits for nothing. In no second are there more than thirty.
const AHEAD: u32 = 4;

/// When the screen, which may be older than the state, is to be drawn.
#[derive(Debug)]
pub(super) struct Pace {
    due: Option<Instant>,
    /// What was drawn so far would, one frame a pause, have lasted until then.
    spent: Instant,
    /// The frame that is due is somebody's who waits for it.
    awaited: bool,
}

impl Pace {
    /// After the first frame.
    pub(super) fn begun(now: Instant) -> Self {
        Self {
            due: None,
            spent: now,
            awaited: false,
        }
    }

    /// Somebody waits for the frame.
    pub(super) fn at_once(&mut self, now: Instant) {
        self.due = Some(now);
        self.awaited = true;
    }

    /// Something has come by itself: it is drawn at once after a quiet moment,
    /// and gathered while much comes.
    pub(super) fn soon(&mut self, now: Instant) {
        if self.due.is_none() {
            let free = self.spent.checked_sub(PAUSE * AHEAD);
            self.due = Some(free.map_or(now, |free| free.max(now)));
        }
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
            if !std::mem::take(&mut self.awaited) {
                self.spent = self.spent.max(now) + PAUSE;
            }
        }
        take
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws whatever is due in steps of a tenth of a millisecond; when that was.
    fn frames(
        pace: &mut Pace,
        from: Instant,
        ms: u64,
        mut happens: impl FnMut(&mut Pace, Instant),
    ) -> Vec<Instant> {
        let steps = (0..ms * 10).map(|step| from + Duration::from_micros(step * 100));
        steps
            .filter(|now| {
                happens(pace, *now);
                pace.take(*now)
            })
            .collect()
    }

    #[test]
    fn a_flood_is_at_most_thirty_frames_in_any_second() {
        let start = Instant::now();
        let mut pace = Pace::begun(start);
        let drawn = frames(&mut pace, start, 4000, Pace::soon);
        assert!(drawn.len() >= 100, "{} frames in four seconds", drawn.len());
        for from in &drawn {
            let second = *from..*from + Duration::from_secs(1);
            let within = drawn.iter().filter(|at| second.contains(at)).count();
            assert!(within <= 30, "{within} frames in a second");
        }
        for pair in drawn.windows(2) {
            assert!(pair[1] - pair[0] <= PAUSE, "a stall");
        }
    }

    #[test]
    fn a_line_now_and_then_and_every_key_are_drawn_at_once() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut pace = Pace::begun(start);
        for line in 1..100 {
            pace.soon(at(line * 50));
            assert!(pace.take(at(line * 50)));
        }
        let flood = frames(&mut pace, at(5000), 1000, Pace::soon);
        let after = |ms| flood[flood.len() - 1] + Duration::from_millis(ms);
        pace.soon(after(1));
        assert!(!pace.take(after(1)), "gathered");
        pace.at_once(after(2));
        assert!(pace.take(after(2)), "a key");
        assert!(!pace.take(after(900)), "with what had come before it");
    }

    #[test]
    fn while_nothing_happens_nothing_is_due() {
        let start = Instant::now();
        let mut pace = Pace::begun(start);
        assert_eq!(pace.due(), None);
        pace.soon(start);
        assert!(pace.due().is_some());
        assert_eq!(frames(&mut pace, start, 5000, |_, _| {}).len(), 1);
        assert_eq!(pace.due(), None);
    }
}
