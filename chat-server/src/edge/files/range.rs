//! Which part of a file is wanted (RFC 9110, section 14). One range is served;
//! several at once, or what is none at all, get the whole, as that section allows.

use hyper::header::{self, HeaderMap};
use std::ops::Range;

/// What part of a file a request wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it.
    Whole,
    /// These bytes, at least one.
    Part(Range<u64>),
    /// Bytes that it does not have.
    Nothing,
}

pub(super) fn wanted(headers: &HeaderMap, size: u64, etag: &str) -> Wanted {
    let mut ranges = headers.get_all(header::RANGE).iter();
    let (Some(range), None) = (ranges.next(), ranges.next()) else {
        return Wanted::Whole;
    };
    // "If it is still the same": an id never stands for other bytes.
    if headers
        .get(header::IF_RANGE)
        .is_some_and(|known| known != etag)
    {
        return Wanted::Whole;
    }
    range
        .to_str()
        .ok()
        .and_then(|range| parse(range, size))
        .unwrap_or(Wanted::Whole)
}

/// `None`: it is no single range of bytes.
fn parse(range: &str, size: u64) -> Option<Wanted> {
    let (unit, range) = range.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    let range = match (first, last) {
        ("", last) => size.saturating_sub(number(last)?)..size,
        (first, "") => number(first)?..size,
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return None;
            }
            first..last.saturating_add(1).min(size)
        }
    };
    Some(if range.start < range.end {
        Wanted::Part(range)
    } else {
        Wanted::Nothing
    })
}

/// Digits alone: `parse` would take a sign as well. More than there can be is the most.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn check(range: &str, known: Option<&str>, expected: &Wanted) {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_str(range).unwrap());
        if let Some(known) = known {
            headers.insert(header::IF_RANGE, HeaderValue::from_str(known).unwrap());
        }
        assert_eq!(wanted(&headers, 100, "\"id\""), *expected, "{range}");
    }

    #[test]
    fn one_range_is_a_part_and_anything_odd_is_the_whole() {
        for (range, expected) in [
            ("bytes=0-0", Wanted::Part(0..1)),
            ("bytes=10-19", Wanted::Part(10..20)),
            ("Bytes=90-", Wanted::Part(90..100)),
            ("bytes=90-1000", Wanted::Part(90..100)),
            ("bytes=0-99999999999999999999", Wanted::Part(0..100)),
            ("bytes=-10", Wanted::Part(90..100)),
            ("bytes=-1000", Wanted::Part(0..100)),
            ("bytes=100-", Wanted::Nothing),
            ("bytes=99999999999999999999-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=20-10", Wanted::Whole),
            ("bytes=0-1,5-6", Wanted::Whole),
            ("bytes=", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=+1-2", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("lines=0-1", Wanted::Whole),
        ] {
            check(range, None, &expected);
        }
        assert_eq!(wanted(&HeaderMap::new(), 100, "\"id\""), Wanted::Whole);
    }

    #[test]
    fn a_part_of_what_was_known_is_not_mixed_with_another_file() {
        check("bytes=10-19", Some("\"id\""), &Wanted::Part(10..20));
        check("bytes=10-19", Some("\"other\""), &Wanted::Whole);
    }
}
