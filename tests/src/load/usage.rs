//! What server and generator use, and how that goes into a report.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::{Histogram, Plan, Report};
use crate::process;

/// What server and generator had used at some moment.
pub(super) struct Usage {
    at: Instant,
    server: Option<Duration>,
    own: Duration,
}

/// What they used between two moments.
pub(super) struct Used {
    pub(super) wall: Duration,
    server: Option<Duration>,
    own: Duration,
}

impl Usage {
    pub(super) fn of(plan: &Plan) -> Result<Self> {
        Ok(Self {
            at: Instant::now(),
            server: plan.pid.map(process::cpu_time).transpose()?,
            own: process::cpu_time(std::process::id())?,
        })
    }

    pub(super) fn until_now(&self, plan: &Plan) -> Result<Used> {
        let now = Self::of(plan)?;
        Ok(Used {
            wall: now.at - self.at,
            server: now
                .server
                .zip(self.server)
                .map(|(now, then)| now.saturating_sub(then)),
            own: now.own.saturating_sub(self.own),
        })
    }
}

impl Report {
    pub(super) fn time(&mut self, latencies: &Histogram, refused: u64) {
        let ms = |time: Duration| Some(time.as_secs_f64() * 1e3);
        self.refused = Some(refused);
        if latencies.total() > 0 {
            self.p50_ms = ms(latencies.quantile(0.5));
            self.p99_ms = ms(latencies.quantile(0.99));
            self.max_ms = ms(latencies.max());
        }
    }

    pub(super) fn usage(&mut self, used: &Used, deliveries: u64) {
        let wall = used.wall.as_secs_f64();
        self.secs = wall;
        self.own_core = Some(used.own.as_secs_f64() / wall);
        self.server_core = used.server.map(|server| server.as_secs_f64() / wall);
        if deliveries > 0 {
            self.cpu_s_per_m = used
                .server
                .map(|server| server.as_secs_f64() / (deliveries as f64 / 1e6));
        }
    }
}
