//! Latencies in buckets that grow with them: at most 3 % wide, 15 KiB in all.

use std::time::Duration;

/// Buckets for each power of two.
const PARTS: usize = 32;
/// Powers of two of nanoseconds that are told apart: up to five minutes.
const POWERS: usize = 34;

/// Counts of latencies.
#[derive(Clone)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    max: Duration,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: vec![0; PARTS * (POWERS + 1)],
            total: 0,
            max: Duration::ZERO,
        }
    }
}

impl Histogram {
    /// Counts one latency.
    pub fn add(&mut self, latency: Duration) {
        let nanos = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
        let last = self.counts.len() - 1;
        self.counts[bucket(nanos).min(last)] += 1;
        self.total += 1;
        self.max = self.max.max(latency);
    }

    /// How many were counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The largest.
    pub fn max(&self) -> Duration {
        self.max
    }

    /// What this share (0 to 1) of the latencies keeps to.
    pub fn quantile(&self, share: f64) -> Duration {
        let wanted = (self.total as f64 * share).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return Duration::from_nanos(upper_end(index)).min(self.max);
            }
        }
        self.max
    }
}

fn bucket(nanos: u64) -> usize {
    let power = (nanos.max(1).ilog2() as usize).saturating_sub(PARTS.ilog2() as usize);
    power * PARTS + (nanos >> power) as usize
}

fn upper_end(bucket: usize) -> u64 {
    let power = (bucket / PARTS).saturating_sub(1);
    ((bucket - power * PARTS) as u64 + 1) << power
}

#[cfg(test)]
mod tests {
    use super::Histogram;
    use std::time::Duration;

    #[test]
    fn quantiles_are_at_most_a_bucket_off() {
        let mut histogram = Histogram::default();
        for micros in 1..=1000 {
            histogram.add(Duration::from_micros(micros));
        }
        for (share, micros) in [(0.5, 500.0), (0.99, 990.0), (1.0, 1000.0), (0.001, 1.0)] {
            let found = histogram.quantile(share).as_secs_f64() * 1e6;
            assert!((found / micros - 1.0).abs() < 0.05, "{share}: {found}");
        }
        assert_eq!(histogram.max(), Duration::from_millis(1));
    }
}
