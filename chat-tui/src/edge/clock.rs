//! The clocks and the source of chance, read for the core.

use crate::core::Now;
use chat_proto::Timestamp;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Both clocks, one of them counted from a start.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// Starts to count.
    pub fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    /// What they say.
    pub fn now(&self) -> Now {
        let millis = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
        };
        Now {
            wall: Timestamp::from_millis(millis),
            mono: self.start.elapsed(),
        }
    }

    /// When the counting clock will say so.
    pub fn instant(&self, mono: Duration) -> Instant {
        // Too far away to be told from never.
        self.start
            .checked_add(mono)
            .unwrap_or_else(|| Instant::now() + Duration::from_secs(86_400))
    }
}

/// Sixteen random bytes.
pub fn seed() -> std::io::Result<u128> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(u128::from_le_bytes(bytes))
}
