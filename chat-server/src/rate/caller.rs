//! Those who come over HTTP by a token, each counted by itself.

use super::door::Crowd;
use super::{Rates, refusal};
use crate::store::{HookId, UserId};
use chat_proto::{ErrorReply, Rate};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caller {
    /// A webhook that says something.
    Hook(HookId),
    /// A user who uploads a file.
    Uploader(UserId),
}

/// As the greeting states them.
pub(super) const STATED: [(&str, Rate); 2] = [("webhook", WEBHOOK), ("upload", UPLOAD)];

const WEBHOOK: Rate = Rate {
    per_s: 5,
    burst: 30,
};
const UPLOAD: Rate = Rate {
    per_s: 1,
    burst: 20,
};

impl Caller {
    fn usual(self) -> Rate {
        match self {
            Self::Hook(_) => WEBHOOK,
            Self::Uploader(_) => UPLOAD,
        }
    }

    /// In the words of a refusal: "more than 5 … a second".
    fn words(self) -> &'static str {
        match self {
            Self::Hook(_) => "messages of one webhook",
            Self::Uploader(_) => "uploads",
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Callers {
    rates: Rates,
    crowd: Mutex<Crowd<Caller>>,
}

impl Callers {
    /// Nobody has called yet.
    pub fn new(rates: Rates) -> Self {
        Self {
            rates,
            crowd: Mutex::default(),
        }
    }

    /// Counts one more of this caller at `now`.
    pub fn take(&self, caller: Caller, now: Duration) -> Result<(), ErrorReply> {
        let rate = self.rates.unless_off(caller.usual());
        let mut crowd = self.crowd.lock().unwrap_or_else(PoisonError::into_inner);
        crowd.take(caller, rate.into(), now).map_err(|wait| {
            let why = format!("more than {} {} a second", rate.per_s, caller.words());
            refusal(&why, wait)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_proto::ErrorCode;

    #[test]
    fn each_caller_has_a_rate_of_its_own_and_is_told_when_to_come_back() {
        let (callers, now) = (Callers::new(Rates::On), Duration::from_secs(5));
        let ci = Caller::Hook(HookId(1));
        for _ in 0..WEBHOOK.burst {
            assert_eq!(callers.take(ci, now), Ok(()));
        }
        let refused = callers.take(ci, now).unwrap_err();
        assert_eq!(refused.code, ErrorCode::RateLimited);
        assert_eq!(refused.retry_after_ms, Some(200));
        for other in [Caller::Hook(HookId(2)), Caller::Uploader(UserId(1))] {
            assert_eq!(callers.take(other, now), Ok(()));
        }
        let off = Callers::new(Rates::Off);
        assert!((0..1000).all(|_| off.take(ci, now).is_ok()));
    }
}
