//! A paste: the text between the marks that the terminal puts around it. Pure.
//!
//! Always holds: a text that is pasted whole ends no paste, whatever is in it.
//! Of what comes without a pause the last end mark counts.

use crate::core::Input;

/// A paste that has begun, and may be over.
#[derive(Debug, Default)]
pub(super) struct Paste {
    /// Up to the last end mark, if there was one; those before it are text.
    pub(super) text: Vec<u8>,
    /// What came after that mark: keys, unless another mark follows at once.
    pub(super) after: Option<Vec<u8>>,
}

/// What a paste is cut at: a hundred times what any message may hold.
pub(super) const PASTE_BYTES_MAX: usize = 4 * 1024 * 1024;
pub(super) const PASTE_END: &[u8] = b"\x1b[201~";

impl Paste {
    /// More of it, or of what comes after it.
    pub(super) fn take(&mut self, mut bytes: &[u8]) {
        while let Some(end) = find(bytes, PASTE_END) {
            if let Some(after) = self.after.take() {
                self.add(PASTE_END);
                self.add(&after);
            }
            self.add(&bytes[..end]);
            self.after = Some(Vec::new());
            bytes = &bytes[end + PASTE_END.len()..];
        }
        match &mut self.after {
            Some(after) => fill(after, bytes),
            None => self.add(bytes),
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        fill(&mut self.text, bytes);
    }
}

/// Adds what there is room for.
fn fill(text: &mut Vec<u8>, bytes: &[u8]) {
    let room = PASTE_BYTES_MAX.saturating_sub(text.len());
    text.extend_from_slice(&bytes[..bytes.len().min(room)]);
}

/// How many of the last bytes may be the beginning of the end mark.
pub(super) fn end_begun(bytes: &[u8]) -> usize {
    (1..PASTE_END.len())
        .rev()
        .find(|&n| bytes.ends_with(&PASTE_END[..n]))
        .unwrap_or(0)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|w| w == wanted)
}

pub(super) fn pasted(bytes: Vec<u8>) -> Input {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => String::from_utf8_lossy(e.as_bytes()).into_owned(),
    };
    // Terminals send what Return sends.
    Input::Paste(text.replace("\r\n", "\n").replace('\r', "\n"))
}
