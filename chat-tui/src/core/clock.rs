//! Time and chance, as they are passed in. The core asks neither.

use chat_proto::Timestamp;
use std::time::Duration;

/// The two clocks, read at once by the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Now {
    /// What people's clocks say; may jump.
    pub wall: Timestamp,
    /// Time since some start; never falls. All deadlines are of this clock.
    pub mono: Duration,
}

/// A generator of numbers that are hard to repeat, seeded from outside; the
/// same seed gives the same numbers. Good for nonces and jitter, not for secrets.
#[derive(Debug, Clone)]
pub struct Entropy {
    lanes: [u64; 2],
}

impl Entropy {
    /// A generator; two clients must not share a seed.
    pub fn new(seed: u128) -> Self {
        Self {
            lanes: [(seed >> 64) as u64, seed as u64],
        }
    }

    /// Draws the next number.
    pub fn draw(&mut self) -> u64 {
        let [a, b] = &mut self.lanes;
        *a = a.wrapping_add(0x9e37_79b9_7f4a_7c15);
        *b = b.wrapping_add(0xd1b5_4a32_d192_ed03);
        mix(*a) ^ mix(*b).rotate_left(32)
    }

    /// A duration between half of `upper` and `upper`.
    pub fn jitter(&mut self, upper: Duration) -> Duration {
        let share = (self.draw() >> 11) as f64 / (1u64 << 53) as f64;
        upper.mul_f64(0.5 + share / 2.0)
    }
}

/// The finaliser of SplitMix64.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
