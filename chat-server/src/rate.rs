//! How often something may be done: a leaky bucket in one number (the generic
//! cell rate algorithm, ITU-T I.371). Knows no clock.
//!
//! What a person does is counted by [`Class`], at [`Person`](crate::people::Person),
//! who has a meter for each; who is not yet known is counted at the
//! [`Doors`], by address and by account; who comes by a token, over HTTP, is one
//! of the [`Callers`]. What is refused was not done and does
//! not count.

mod caller;
mod class;
mod door;

pub use caller::{Caller, Callers};
pub use class::{Class, Rates};
pub use door::{Door, Doors};

use chat_proto::{ErrorCode, ErrorReply, Rate};
use std::time::Duration;

/// So often in the long run, and so many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// One in this time; zero is no limit.
    pub each: Duration,
    /// At once, after a pause.
    pub burst: u32,
}

impl From<Rate> for Pace {
    fn from(rate: Rate) -> Self {
        let second = Duration::from_secs(1);
        Self {
            each: second.checked_div(rate.per_s).unwrap_or_default(),
            burst: rate.burst.max(1),
        }
    }
}

/// When the bucket will be empty again, on the caller's own monotonic clock, in
/// microseconds: people have several, and there are many people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Meter {
    empty_at: u64,
}

impl Meter {
    /// Counts one more at `now`; otherwise says how long to wait. A refused
    /// one does not count.
    pub fn take(&mut self, pace: impl Into<Pace>, now: Duration) -> Result<(), Duration> {
        let pace = pace.into();
        let (each, now) = (micros(pace.each), micros(now));
        let full = now.saturating_add(each.saturating_mul(u64::from(pace.burst)));
        let filled = self.empty_at.max(now).saturating_add(each);
        if filled > full {
            return Err(Duration::from_micros(filled - full));
        }
        self.empty_at = filled;
        Ok(())
    }

    /// One that was counted turned out not to matter.
    pub fn give_back(&mut self, pace: impl Into<Pace>) {
        self.empty_at = self.empty_at.saturating_sub(micros(pace.into().each));
    }

    /// Whether it is as good as new.
    pub fn is_empty(&self, now: Duration) -> bool {
        self.empty_at <= micros(now)
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// What is told to whoever did something too often, and may again after `wait`.
pub fn refusal(why: &str, wait: Duration) -> ErrorReply {
    // Rounded up, so that who keeps to it is not refused again.
    let retry_after_ms = u64::try_from(wait.as_micros().div_ceil(1000)).unwrap_or(u64::MAX);
    let message = format!("{why}; nothing was done, try again in {retry_after_ms} ms");
    ErrorReply {
        retry_after_ms: Some(retry_after_ms.max(1)),
        ..ErrorReply::new(ErrorCode::RateLimited, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_so_many_a_second() {
        let rate = Rate {
            per_s: 10,
            burst: 50,
        };
        let mut meter = Meter::default();
        let now = Duration::from_secs(100);
        for _ in 0..50 {
            assert_eq!(meter.take(rate, now), Ok(()));
        }
        assert_eq!(meter.take(rate, now), Err(Duration::from_millis(100)));
        assert_eq!(
            meter.take(rate, now),
            Err(Duration::from_millis(100)),
            "a refused one does not count"
        );
        assert_eq!(meter.take(rate, now + Duration::from_millis(100)), Ok(()));
        assert!(meter.take(rate, now + Duration::from_millis(199)).is_err());
        meter.give_back(rate);
        assert_eq!(meter.take(rate, now + Duration::from_millis(199)), Ok(()));
        assert!(!meter.is_empty(now + Duration::from_millis(5099)));
        assert!(meter.is_empty(now + Duration::from_millis(5100)));
    }

    #[test]
    fn a_rate_of_0_is_no_limit() {
        let (mut meter, off) = (Meter::default(), Rate { per_s: 0, burst: 0 });
        assert!((0..1000).all(|_| meter.take(off, Duration::ZERO).is_ok()));
    }

    #[test]
    fn who_waits_as_long_as_it_was_told_is_not_refused_again() {
        let pace = Pace {
            each: Duration::from_micros(1_001),
            burst: 1,
        };
        let (mut meter, now) = (Meter::default(), Duration::from_secs(1));
        meter.take(pace, now).unwrap();
        let refused = refusal("too often", meter.take(pace, now).unwrap_err());
        let told = refused.retry_after_ms.unwrap();
        assert_eq!(told, 2);
        assert!(refused.message.contains("2 ms"), "{}", refused.message);
        assert_eq!(meter.take(pace, now + Duration::from_millis(told)), Ok(()));
    }
}
