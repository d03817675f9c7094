//! One WebSocket text frame, encoded once and shared by all who get it.

use chat_proto::Event;
use std::sync::Arc;

/// A server's frame as it stands on the wire: the header of an unmasked final
/// text frame (RFC 6455, section 5.2) and its JSON. The same bytes for everyone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame(Arc<[u8]>);

impl Frame {
    /// The frame of an event.
    pub fn event(event: &Event) -> Self {
        Self::text(
            &serde_json::to_string(event).expect("events have string keys and no failing parts"),
        )
    }

    /// The frame of any JSON text.
    pub fn text(json: &str) -> Self {
        let mut bytes = Vec::with_capacity(json.len() + HEADER_MOST);
        push_text(&mut bytes, json);
        Self(bytes.into())
    }

    /// The bytes on the wire.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Bytes of the longest header that a server's frame has.
const HEADER_MOST: usize = 10;

const FINAL_TEXT: u8 = 0x81;
const FINAL_CLOSE: u8 = 0x88;
const FINAL_PING: u8 = 0x89;

/// A ping without a payload, as it stands on the wire.
pub(crate) const PING: [u8; 2] = [FINAL_PING, 0];

/// Appends a text frame.
pub(crate) fn push_text(out: &mut Vec<u8>, json: &str) {
    out.push(FINAL_TEXT);
    match json.len() {
        short @ 0..=125 => out.push(short as u8),
        medium @ 126..=0xffff => {
            out.push(126);
            out.extend_from_slice(&(medium as u16).to_be_bytes());
        }
        long => {
            out.push(127);
            out.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(json.as_bytes());
}

/// Appends a close frame; a control frame holds at most 125 bytes, so a long
/// reason is cut.
pub(crate) fn push_close(out: &mut Vec<u8>, code: u16, reason: &str) {
    let mut end = reason.len().min(123);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    out.extend_from_slice(&[FINAL_CLOSE, end as u8 + 2]);
    out.extend_from_slice(&code.to_be_bytes());
    out.extend_from_slice(&reason.as_bytes()[..end]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_bears_the_header_of_its_length() {
        for (length, header) in [
            (125, vec![0x81, 125]),
            (126, vec![0x81, 126, 0, 126]),
            (65_535, vec![0x81, 126, 255, 255]),
            (65_536, vec![0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let frame = Frame::text(&"x".repeat(length));
            assert_eq!(&frame.bytes()[..header.len()], header, "{length}");
            assert_eq!(frame.bytes().len(), header.len() + length);
        }
    }

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let mut out = Vec::new();
        push_close(&mut out, 1008, &"ü".repeat(100));
        assert_eq!(out.len(), 2 + usize::from(out[1]));
        assert!(std::str::from_utf8(&out[4..]).is_ok_and(|text| text.chars().count() == 61));
    }
}
