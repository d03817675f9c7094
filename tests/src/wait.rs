//! Waiting for a condition with a deadline: the only place with a poll interval.

use std::fmt::Display;
use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};

/// Long enough for anything that should happen at once, on a busy machine.
pub const SOON: Duration = Duration::from_secs(20);

/// How often a condition that can only be looked at is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Looks until `look` finds something; fails naming `what` after `within`.
pub async fn until<T>(
    what: impl Display,
    within: Duration,
    mut look: impl FnMut() -> Option<T>,
) -> Result<T> {
    let deadline = Instant::now() + within;
    loop {
        if let Some(found) = look() {
            return Ok(found);
        }
        if Instant::now() >= deadline {
            bail!("waited {within:?} for {what}");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Waits for a future; fails naming `what` after `within`.
pub async fn within<T>(
    what: impl Display,
    within: Duration,
    future: impl Future<Output = T>,
) -> Result<T> {
    tokio::time::timeout(within, future)
        .await
        .map_err(|_| anyhow!("waited {within:?} for {what}"))
}
