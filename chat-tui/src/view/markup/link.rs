//! Addresses within a line.

use super::seek;
use crate::neutral;
use crate::weblink::opens;

/// A scheme is no longer.
const SCHEME_MAX: usize = 16;

/// The address whose scheme ends with the colon at `colon`, from where to where.
pub(super) fn around(text: &str, colon: usize) -> Option<(usize, usize)> {
    let scheme = |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'-' | b'.');
    let before = text.as_bytes()[..colon].iter().rev();
    let len = before
        .take(SCHEME_MAX + 1)
        .take_while(|c| scheme(c))
        .count();
    let from = colon - len;
    let stands_alone = text[..from]
        .chars()
        .next_back()
        .is_none_or(|c| !c.is_alphanumeric() && c != '_');
    let name = &text[from..colon];
    if !stands_alone || len > SCHEME_MAX || !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let rest = &text[colon + 1..];
    let head = match rest.strip_prefix("//") {
        Some(_) => 2,
        None if name.eq_ignore_ascii_case("mailto") => 0,
        None => return None,
    };
    let body = &rest[head..];
    let body = &body[..end(body)];
    (!body.is_empty()).then_some((from, colon + 1 + head + body.len()))
}

/// Where an address ends.
fn end(text: &str) -> usize {
    let ends = |c: char| {
        // What can't be seen is no part of an address that can be seen.
        c.is_whitespace() || neutral::is_hostile(c) || matches!(c, '<' | '>' | '"' | '`')
    };
    let whole = &text[..seek(text, ends).unwrap_or(text.len())];
    let opens = whole.contains('(');
    // What closes a sentence around the address is not part of it.
    whole
        .trim_end_matches(|c| match c {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | ']' | '}' | '*' | '~' => true,
            ')' => !opens,
            _ => false,
        })
        .len()
}

/// `[label](https://…)`: where the label ends, and where the address does.
pub(super) fn named(text: &str) -> Option<(usize, usize)> {
    let label = 1 + seek(&text[1..], |c| matches!(c, '[' | ']' | '`'))?;
    if !text[label..].starts_with("](") || text[1..label].trim().is_empty() {
        return None;
    }
    let target = label + 2;
    let rest = &text[target..];
    if !opens(rest) {
        return None;
    }
    let mut depth = 0;
    let end = seek(rest, |c| {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return true,
            ')' => depth -= 1,
            _ => {}
        }
        c == '[' || c.is_whitespace() || neutral::is_hostile(c) || matches!(c, '<' | '>' | '"')
    })?;
    rest[end..]
        .starts_with(')')
        .then_some((label, target + end))
}
