//! Moments as people write them: `yesterday`, `mon`, `2026-11-01`, `14:30`, `-3d`
//! or `3d`.

use chat_proto::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _};

/// What can be written, for words about what can't.
const EXAMPLES: &str = "yesterday, mon, 2026-11-01, 14:30, mon 9:00, -3d or -2h";

/// The zone that people live in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(pub TimeZone);

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl Zone {
    /// Reads a moment: of a day its beginning, of a time alone the last one
    /// that has passed. The error says what may be written.
    pub fn read(&self, text: &str, now: Timestamp) -> Result<Timestamp, String> {
        let text = text.trim().to_lowercase();
        let now = self.local(now);
        self.moment(&text, now)
            .and_then(|at| self.instant(at))
            .ok_or_else(|| format!("{text:?} is no date; write {EXAMPLES}"))
    }

    /// `Sun 2026-11-01 14:30`
    pub fn words(&self, at: Timestamp) -> String {
        let at = self.local(at);
        let day = day_name(at.weekday());
        format!("{day} {} {:02}:{:02}", at.date(), at.hour(), at.minute())
    }

    /// Whether both lie on one day.
    pub fn same_day(&self, one: Timestamp, other: Timestamp) -> bool {
        self.local(one).date() == self.local(other).date()
    }

    fn moment(&self, text: &str, now: DateTime) -> Option<DateTime> {
        if let Some(at) = before(text.strip_prefix('-').unwrap_or(text), now) {
            return Some(at);
        }
        if let Some(time) = time(text) {
            let today = now.date().to_datetime(time);
            let yesterday = today.checked_sub(1.day()).ok()?;
            return Some(if today <= now { today } else { yesterday });
        }
        match text.rsplit_once([' ', 't']) {
            Some((day, clock)) if time(clock).is_some() => {
                Some(date(day.trim(), now.date())?.to_datetime(time(clock)?))
            }
            Some(_) | None => Some(date(text, now.date())?.to_datetime(Time::midnight())),
        }
    }

    fn local(&self, at: Timestamp) -> DateTime {
        let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::MAX);
        self.0.to_datetime(at)
    }

    fn instant(&self, at: DateTime) -> Option<Timestamp> {
        let at = self.0.to_ambiguous_timestamp(at).compatible().ok()?;
        Some(Timestamp::from_millis(at.as_millisecond()))
    }
}

/// `3d`, `2h`, `30m`, `1w`: days and weeks from the beginning of the day.
fn before(ago: &str, now: DateTime) -> Option<DateTime> {
    let unit = ago.chars().next_back()?;
    let number: u32 = ago.strip_suffix(unit)?.trim().parse().ok()?;
    let back = |span: Span| now.checked_sub(span).ok();
    match unit {
        'm' => back(Span::new().try_minutes(number).ok()?),
        'h' => back(Span::new().try_hours(number).ok()?),
        'd' => Some(back(Span::new().try_days(number).ok()?)?.date().into()),
        'w' => Some(back(Span::new().try_weeks(number).ok()?)?.date().into()),
        _ => None,
    }
}

fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour) || !digits(minute) || minute.len() != 2 {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

fn date(text: &str, today: Date) -> Option<Date> {
    match text {
        "today" => return Some(today),
        "yesterday" => return today.yesterday().ok(),
        _ => {}
    }
    if let Some(day) = weekday(text) {
        let days = today.weekday().since(day);
        return today.checked_sub(i32::from(days).days()).ok();
    }
    let mut parts = text.split('-').map(str::parse::<i16>);
    let (one, two, three) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next());
    let small = |number: i16| i8::try_from(number).ok();
    match three {
        Some(day) if parts.next().is_none() => Date::new(one, small(two)?, small(day.ok()?)?).ok(),
        Some(_) => None,
        None => {
            let this_year = Date::new(today.year(), small(one)?, small(two)?).ok()?;
            let year = today.year() - i16::from(this_year > today);
            Date::new(year, small(one)?, small(two)?).ok()
        }
    }
}

/// A day of the week by its name, or three letters of it or more.
fn weekday(text: &str) -> Option<Weekday> {
    const DAYS: [(&str, Weekday); 7] = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    let fits = |name: &&(&str, Weekday)| text.len() >= 3 && name.0.starts_with(text);
    DAYS.iter().find(fits).map(|(_, day)| *day)
}

fn day_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Tuesday.
    const NOW: &str = "2026-11-24T15:30:00Z";

    #[test]
    fn a_moment_is_read_as_people_write_it() {
        let zone = Zone::default();
        let now: Timestamp = NOW.parse().unwrap();
        for (text, at) in [
            ("yesterday", "2026-11-23T00:00:00Z"),
            ("today", "2026-11-24T00:00:00Z"),
            ("mon", "2026-11-23T00:00:00Z"),
            ("Tuesday", "2026-11-24T00:00:00Z"),
            ("wed", "2026-11-18T00:00:00Z"),
            ("2026-11-01", "2026-11-01T00:00:00Z"),
            ("2026-11-01 9:05", "2026-11-01T09:05:00Z"),
            ("2026-11-01T09:05", "2026-11-01T09:05:00Z"),
            ("12-24", "2025-12-24T00:00:00Z"),
            ("11-24", "2026-11-24T00:00:00Z"),
            ("14:30", "2026-11-24T14:30:00Z"),
            ("16:00", "2026-11-23T16:00:00Z"),
            ("sat 14:30", "2026-11-21T14:30:00Z"),
            ("-3d", "2026-11-21T00:00:00Z"),
            ("-1w", "2026-11-17T00:00:00Z"),
            ("-2h", "2026-11-24T13:30:00Z"),
            ("-90m", "2026-11-24T14:00:00Z"),
            ("90m", "2026-11-24T14:00:00Z"),
            ("3d", "2026-11-21T00:00:00Z"),
        ] {
            let at: Timestamp = at.parse().unwrap();
            assert_eq!(zone.read(text, now), Ok(at), "{text}");
        }
        for text in [
            "",
            "soon",
            "2026-13-01",
            "25:00",
            "-3",
            "--3d",
            "-xd",
            "mo",
            "1-2-3-4",
            "-99999999999d",
            "14:3",
        ] {
            let error = zone.read(text, now).unwrap_err();
            assert!(error.contains("yesterday, mon"), "{text}: {error}");
        }
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let berlin = Zone(TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap());
        let now: Timestamp = "2026-10-25T23:30:00Z".parse().unwrap();
        let read = |text| berlin.read(text, now).unwrap().to_string();
        assert_eq!(read("today"), "2026-10-25T23:00:00.000Z");
        assert_eq!(
            read("yesterday"),
            "2026-10-24T22:00:00.000Z",
            "on the day of 25 hours"
        );
        assert_eq!(berlin.words(now), "Mon 2026-10-26 00:30");
    }
}
