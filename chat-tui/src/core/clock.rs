//! Time and chance, as they are passed in. The core asks neither.

use chat_proto::Timestamp;
use data_encoding::BASE32HEX_NOPAD;
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

    /// A nonce that begins with the time. A server keeps nonces in their order:
    /// those that rise with time it writes side by side, others all over its disk.
    pub fn nonce(&mut self, now: Timestamp) -> String {
        let begin = now.millis().cast_unsigned() << 16 | self.draw() >> 48;
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&begin.to_be_bytes());
        bytes[8..].copy_from_slice(&self.draw().to_be_bytes());
        BASE32HEX_NOPAD.encode(&bytes)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonces_rise_with_time_and_none_is_made_twice() {
        let mut entropy = Entropy::new(7);
        let nonces: Vec<_> = (0..100)
            .map(|n| entropy.nonce(Timestamp::from_millis(1_795_000_000_000 + n * 37)))
            .collect();
        assert!(nonces.is_sorted(), "{nonces:#?}");
        let now = Timestamp::from_millis(0);
        assert_ne!(entropy.nonce(now), entropy.nonce(now));
    }
}
