//! The texts of messages under load: they begin with the run and the time at
//! which the message was due, so that a delivery can be timed by its bytes.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// A delivery's text begins with this.
static STAMP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#""text":"~"#));
/// Before a delivery's place in its room.
static SEQ: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#""seq":"#));

/// A text that begins with the run and the time at which it was due.
pub(super) fn stamp(run: u64, due: u64, text_bytes: usize) -> String {
    let mut text = format!("~{run}:{due}~");
    while text.len() < text_bytes {
        text.push('x');
    }
    text
}

/// A delivered message of this run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    /// Its place in the room.
    pub(super) seq: u64,
    /// When it was due.
    pub(super) due: u64,
}

/// Finds in a frame what a delivered message of this run says.
pub(super) fn parse(frame: &[u8], run: u64) -> Option<Delivery> {
    let rest = frame.strip_prefix(br#"{"type":"message","room":"#)?;
    let (seq, rest) = number(after(rest, &SEQ)?)?;
    let (stamped_run, rest) = number(after(rest, &STAMP)?)?;
    if stamped_run != run {
        return None;
    }
    let (due, _) = number(rest.strip_prefix(b":")?)?;
    Some(Delivery { seq, due })
}

fn after<'a>(bytes: &'a [u8], sign: &Finder<'_>) -> Option<&'a [u8]> {
    bytes.get(sign.find(bytes)? + sign.needle().len()..)
}

fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    let mut digits = 0;
    for byte in bytes.iter().take_while(|byte| byte.is_ascii_digit()) {
        value = value.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?;
        digits += 1;
    }
    (digits > 0).then(|| (value, &bytes[digits..]))
}

#[cfg(test)]
mod tests {
    use super::{Delivery, parse, stamp};

    #[test]
    fn a_stamp_is_found_again_and_another_run_s_is_not() {
        let text = stamp(77, 123_456, 120);
        assert_eq!(text.len(), 120);
        let frame = format!(r#"{{"type":"message","room":"a","seq":1,"text":"{text}"}}"#);
        let delivery = Delivery {
            seq: 1,
            due: 123_456,
        };
        assert_eq!(parse(frame.as_bytes(), 77), Some(delivery));
        assert_eq!(parse(frame.as_bytes(), 78), None);
        assert_eq!(parse(br#"{"type":"sent","seq":1}"#, 77), None);
    }
}
