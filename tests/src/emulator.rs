//! What a terminal shows of the bytes that a program has written, in whatever
//! pieces they were read.

use std::num::NonZeroU16;

use anyhow::{Context as _, Result};
use portable_pty::PtySize;

/// A terminal's screen, without the terminal.
pub struct Emulator {
    parser: vt100::Parser,
    /// A character of which only the beginning was read.
    begun: Vec<u8>,
}

impl Emulator {
    /// An empty screen of this size.
    pub fn new(width: u16, height: u16) -> Result<Self> {
        Ok(Self {
            parser: vt100::Parser::new(cells(height)?, cells(width)?, 0),
            begun: Vec::new(),
        })
    }

    /// Shows what these bytes say.
    pub fn take(&mut self, bytes: &[u8]) {
        // The parser loses the character after one that is cut.
        self.begun.extend_from_slice(bytes);
        let rest = self.begun.split_off(whole(&self.begun));
        self.parser.process(&self.begun);
        self.begun = rest;
    }

    /// From now on it has this size.
    pub fn resize(&mut self, width: u16, height: u16) -> Result<()> {
        self.parser.set_size(cells(height)?, cells(width)?);
        Ok(())
    }

    /// What is shown.
    pub fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }
}

/// A size as a pseudo-terminal is told it.
pub fn pty_size(width: u16, height: u16) -> PtySize {
    PtySize {
        rows: height,
        cols: width,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn cells(count: u16) -> Result<NonZeroU16> {
    NonZeroU16::new(count).context("a terminal has at least one cell")
}

/// How many bytes there are up to a character that is only begun at the end (UTF-8, RFC 3629).
fn whole(bytes: &[u8]) -> usize {
    let begins = |byte: &u8| *byte & 0b1100_0000 != 0b1000_0000;
    let Some(back) = bytes.iter().rev().take(4).position(begins) else {
        return bytes.len();
    };
    let at = bytes.len() - 1 - back;
    let length = match bytes[at] {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    };
    if back + 1 < length { at } else { bytes.len() }
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn a_character_that_is_only_begun_waits_for_its_rest() {
        let text = "e\u{301}t\u{e9}한😀".as_bytes();
        for end in 0..=text.len() {
            let kept = &text[..whole(&text[..end])];
            assert!(std::str::from_utf8(kept).is_ok(), "{end}");
            assert!(end - kept.len() < 4, "{end}");
        }
        assert_eq!(whole(text), text.len());
        // What is no UTF-8 is not held back for ever.
        assert_eq!(whole(b"a\x9b\x9b\x9b\x9b"), 5);
    }
}
