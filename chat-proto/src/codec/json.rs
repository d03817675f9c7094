//! One JSON object, or what is wrong with it, in words.

use super::EXAMPLE;
use crate::fields::Fields;
use crate::limits::DEPTH;
use crate::{ErrorCode, ErrorReply};
use serde::Deserialize;
use serde_json::error::Category;

/// The fields of the object that the text holds, and nothing beside it.
pub(super) fn object(text: &str) -> Result<Fields<'_>, ErrorReply> {
    scan(text).map_err(bad)?;
    let mut json = serde_json::Deserializer::from_str(text);
    let fields = Fields::deserialize(&mut json).map_err(|e| bad(&no_object(text, &e)))?;
    json.end()
        .map_err(|e| bad(&format!("something follows the object at {}", place(&e))))?;
    Ok(fields)
}

fn bad(problem: &str) -> ErrorReply {
    ErrorReply::new(
        ErrorCode::BadJson,
        format!("{problem}; a frame is one JSON object, like {EXAMPLE}"),
    )
}

fn no_object(text: &str, error: &serde_json::Error) -> String {
    let text = text.trim_start();
    if text.is_empty() {
        return "the frame is empty".to_owned();
    }
    match error.classify() {
        Category::Eof => "the JSON ends too early".to_owned(),
        Category::Data => format!("this is {}, no object", kind(text)),
        Category::Syntax | Category::Io => format!("this is no JSON at {}", place(error)),
    }
}

/// What kind of value a JSON text is.
pub(crate) fn kind(json: &str) -> &'static str {
    match json.bytes().next() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        _ => "a number",
    }
}

fn place(error: &serde_json::Error) -> String {
    match error.line() {
        1 => format!("byte {}", error.column()),
        line => format!("line {line}, byte {}", error.column()),
    }
}

/// Looks for what the parser does not see: it keeps fields as raw text, and
/// skips over that without counting levels or pairing surrogates.
fn scan(text: &str) -> Result<(), &'static str> {
    let opens = |b: &u8| matches!(b, b'{' | b'[');
    let bytes = text.as_bytes();
    if bytes.iter().filter(|b| opens(b)).count() <= DEPTH && !bytes.contains(&b'\\') {
        return Ok(());
    }
    let (mut depth, mut in_string, mut at) = (0_usize, false, 0);
    while let Some(b) = bytes.get(at) {
        at += 1;
        match b {
            b'"' => in_string = !in_string,
            b'\\' if in_string => at += escape(&bytes[at..])?,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH {
            return Err("this is nested deeper than 128 levels");
        }
    }
    Ok(())
}

/// How many bytes an escape has after its backslash; both halves of a pair count as one.
fn escape(rest: &[u8]) -> Result<usize, &'static str> {
    match unit(rest) {
        None => Ok(1),
        Some(0xD800..=0xDBFF) => {
            let low = rest.get(5..).and_then(|next| next.strip_prefix(b"\\"));
            match low.and_then(unit) {
                Some(0xDC00..=0xDFFF) => Ok(11),
                _ => Err(LONE),
            }
        }
        Some(0xDC00..=0xDFFF) => Err(LONE),
        Some(_) => Ok(5),
    }
}

const LONE: &str = "this holds a lone surrogate, half of a \\uXXXX\\uXXXX pair";

/// The number in `uXXXX`.
fn unit(escape: &[u8]) -> Option<u16> {
    let digits = escape.strip_prefix(b"u")?.get(..4)?;
    let digits = str::from_utf8(digits).ok()?;
    u16::from_str_radix(digits, 16).ok()
}
