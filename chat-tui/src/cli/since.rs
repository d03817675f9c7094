//! Moments as arguments: as they are typed after `/at`, or as a machine writes them.

use super::start::zone;
use crate::core::moment::Zone;
use crate::edge::clock::Clock;
use chat_proto::{Seq, Timestamp};

/// From where on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Since {
    /// After this event.
    Seq(Seq),
    /// From this moment on.
    At(Timestamp),
}

/// A number of an event, or a moment, of which it is reckoned from now.
pub(super) fn since(text: &str) -> Result<Since, String> {
    read_since(text, &Zone(zone()), Clock::start().now().wall)
}

/// A moment, reckoned from now.
pub(super) fn moment(text: &str) -> Result<Timestamp, String> {
    read_moment(text, &Zone(zone()), Clock::start().now().wall)
}

fn read_since(text: &str, zone: &Zone, now: Timestamp) -> Result<Since, String> {
    match text.parse().ok().and_then(Seq::new) {
        Some(seq) => Ok(Since::Seq(seq)),
        None => read_moment(text, zone, now)
            .map(Since::At)
            .map_err(|why| format!("{why}, or the number of a message")),
    }
}

fn read_moment(text: &str, zone: &Zone, now: Timestamp) -> Result<Timestamp, String> {
    text.parse().or_else(|_| zone.read(text, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_a_number_or_a_moment_as_people_or_machines_write_it() {
        let now: Timestamp = "2026-11-24T15:30:00Z".parse().unwrap();
        let read = |text| read_since(text, &Zone::default(), now);
        assert_eq!(read("41"), Ok(Since::Seq(Seq::new(41).unwrap())));
        for (text, at) in [
            ("2026-11-22T05:00:00Z", "2026-11-22T05:00:00Z"),
            ("2026-11-22T05:00:00+01:00", "2026-11-22T04:00:00Z"),
            ("2h", "2026-11-24T13:30:00Z"),
            ("-2h", "2026-11-24T13:30:00Z"),
            ("3d", "2026-11-21T00:00:00Z"),
            ("2026-11-01", "2026-11-01T00:00:00Z"),
            ("yesterday", "2026-11-23T00:00:00Z"),
        ] {
            assert_eq!(read(text), Ok(Since::At(at.parse().unwrap())), "{text}");
        }
        for text in ["soon", "-1", ""] {
            let why = read(text).unwrap_err();
            assert!(
                why.contains("yesterday, mon") && why.contains("number"),
                "{why}"
            );
        }
    }
}
