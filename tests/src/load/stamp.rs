//! The texts of messages under load: they begin with the run and the time at
//! which the message was due, so that a delivery can be timed by its bytes.

use super::connection::find;

/// A delivery's text begins with this.
const STAMP: &[u8] = br#""text":"~"#;

/// A text that begins with the run and the time at which it was due.
pub(super) fn stamp(run: u64, due: u64, text_bytes: usize) -> String {
    let mut text = format!("~{run}:{due}~");
    while text.len() < text_bytes {
        text.push('x');
    }
    text
}

/// The time at which a delivered message of this run was due.
pub(super) fn parse(frame: &[u8], run: u64) -> Option<u64> {
    if !frame.starts_with(br#"{"type":"message""#) {
        return None;
    }
    let at = find(frame, STAMP)? + STAMP.len();
    let (stamped_run, rest) = number(&frame[at..])?;
    if stamped_run != run || rest.first() != Some(&b':') {
        return None;
    }
    number(&rest[1..]).map(|(due, _)| due)
}

fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let digits = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let value = std::str::from_utf8(&bytes[..digits]).ok()?.parse().ok()?;
    Some((value, &bytes[digits..]))
}

#[cfg(test)]
mod tests {
    use super::{parse, stamp};

    #[test]
    fn a_stamp_is_found_again_and_another_run_s_is_not() {
        let text = stamp(77, 123_456, 120);
        assert_eq!(text.len(), 120);
        let frame = format!(r#"{{"type":"message","room":"a","seq":1,"text":"{text}"}}"#);
        assert_eq!(parse(frame.as_bytes(), 77), Some(123_456));
        assert_eq!(parse(frame.as_bytes(), 78), None);
        assert_eq!(parse(br#"{"type":"sent","seq":1}"#, 77), None);
    }
}
