//! When the core is to be woken though nothing happens.

use crate::core::State;
use crate::edge::clock::Clock;
use std::time::{Duration, Instant};

/// A core that wants to be woken in the past is woken this often.
const PAUSE: Duration = Duration::from_millis(5);

/// Wakes it.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    woken: Option<Instant>,
}

impl Alarm {
    /// When that is.
    pub(super) fn due(&self, state: &State, clock: &Clock) -> Option<Instant> {
        let wanted = clock.instant(state.deadline()?);
        Some(self.woken.map_or(wanted, |woken| wanted.max(woken + PAUSE)))
    }

    /// Whether it is now.
    pub(super) fn rings(&mut self, state: &State, clock: &Clock, now: Instant) -> bool {
        let wanted = state.deadline().map(|at| clock.instant(at));
        let rings = wanted.is_some_and(|wanted| wanted <= now);
        if rings {
            self.woken = Some(now);
        }
        rings
    }
}
