//! How often something may be done: a leaky bucket in one number (the generic
//! cell rate algorithm, ITU-T I.371). Knows no clock.

use chat_proto::{ErrorCode, ErrorReply, Rate};
use std::time::Duration;

/// When the bucket will be empty again, on the caller's own monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Meter {
    empty_at: Duration,
}

impl Meter {
    /// Counts one more at `now`; otherwise says how long to wait. A refused
    /// one does not count. A rate of 0 is no limit.
    pub fn take(&mut self, rate: Rate, now: Duration) -> Result<(), Duration> {
        if rate.per_s == 0 {
            return Ok(());
        }
        let each = Duration::from_secs(1) / rate.per_s;
        let room = each * rate.burst.max(1);
        let filled = self.empty_at.max(now) + each;
        if filled > now + room {
            return Err(filled - (now + room));
        }
        self.empty_at = filled;
        Ok(())
    }
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
        let off = Rate { per_s: 0, burst: 0 };
        assert!((0..1000).all(|_| meter.take(off, now).is_ok()));
    }
}
