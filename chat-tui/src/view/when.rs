//! Moments as people read them, in their own zone. Knows no clock.

use chat_proto::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// The zone in which times are shown.
#[derive(Debug, Clone)]
pub(super) struct When {
    zone: TimeZone,
}

impl When {
    pub(super) fn new(zone: TimeZone) -> Self {
        Self { zone }
    }

    /// The day of a moment.
    pub(super) fn day(&self, at: Timestamp) -> Date {
        self.local(at).date()
    }

    /// `10:42`
    pub(super) fn clock(&self, at: Timestamp) -> String {
        let time = self.local(at);
        format!("{:02}:{:02}", time.hour(), time.minute())
    }

    /// `22 Nov 10:42`, with the year where that is another than now.
    pub(super) fn short(&self, at: Timestamp, now: Timestamp) -> String {
        format!("{} {}", self.short_day(at, now), self.clock(at))
    }

    /// `22 Nov`, with the year where that is another than now.
    pub(super) fn short_day(&self, at: Timestamp, now: Timestamp) -> String {
        let day = self.day(at);
        let month: String = month(day).chars().take(3).collect();
        if day.year() == self.day(now).year() {
            format!("{:2} {month}", day.day())
        } else {
            format!("{:2} {month} {}", day.day(), day.year())
        }
    }

    /// `10:42:07`
    pub(super) fn exact(&self, at: Timestamp) -> String {
        let time = self.local(at);
        format!(
            "{:02}:{:02}:{:02}",
            time.hour(),
            time.minute(),
            time.second()
        )
    }

    /// `Sunday, 22 November 2026`
    pub(super) fn long_day(&self, at: Timestamp) -> String {
        let day = self.day(at);
        format!(
            "{}, {} {} {}",
            weekday(day),
            day.day(),
            month(day),
            day.year()
        )
    }

    /// `10:42`, or `22 November, 10:42` where that is another day than `now`; never
    /// later than `now`, as a clock may be put back.
    pub(super) fn since(&self, at: Timestamp, now: Timestamp) -> String {
        let at = at.min(now);
        let day = self.day(at);
        if day == self.day(now) {
            self.clock(at)
        } else {
            format!("{} {}, {}", day.day(), month(day), self.clock(at))
        }
    }

    fn local(&self, at: Timestamp) -> DateTime {
        let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::MAX);
        self.zone.to_datetime(at)
    }
}

fn weekday(day: Date) -> &'static str {
    use jiff::civil::Weekday as W;
    match day.weekday() {
        W::Monday => "Monday",
        W::Tuesday => "Tuesday",
        W::Wednesday => "Wednesday",
        W::Thursday => "Thursday",
        W::Friday => "Friday",
        W::Saturday => "Saturday",
        W::Sunday => "Sunday",
    }
}

fn month(day: Date) -> &'static str {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::try_from(day.month() - 1)
        .ok()
        .and_then(|month| MONTHS.get(month))
        .copied()
        .unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_zone_also_when_clocks_are_changed() {
        // Berlin: summer time ends on 2026-10-25 at 01:00 UTC.
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let when = When::new(berlin);
        for (utc, clock, day) in [
            ("2026-10-24T21:59:00Z", "23:59", "Saturday, 24 October 2026"),
            ("2026-10-24T22:00:00Z", "00:00", "Sunday, 25 October 2026"),
            ("2026-10-25T00:30:00Z", "02:30", "Sunday, 25 October 2026"),
            ("2026-10-25T01:30:00Z", "02:30", "Sunday, 25 October 2026"),
        ] {
            let at: Timestamp = utc.parse().unwrap();
            assert_eq!(when.clock(at), clock);
            assert_eq!(when.long_day(at), day);
        }
    }

    #[test]
    fn no_moment_is_too_far_away() {
        let when = When::new(TimeZone::UTC);
        for at in [Timestamp::MIN, Timestamp::MAX] {
            assert!(!when.long_day(at).is_empty());
        }
    }
}
