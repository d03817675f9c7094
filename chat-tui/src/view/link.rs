//! Addresses that the terminal itself can open (OSC 8).
//!
//! A row's part of a link becomes one cell that is as wide as the part, so that
//! the sequence around it is always written whole. Always holds: a target is
//! printable ASCII and one of what is opened without asking; a link of which something else
//! covers a part stays plain text.

use crate::weblink;
use ratatui::buffer::{Buffer, CellDiffOption};
use std::num::NonZeroU16;

/// A part of a link on one row, drawn as text already.
pub(super) struct Link {
    pub(super) x: u16,
    pub(super) y: u16,
    /// What stands in the cells, one column each.
    pub(super) text: String,
    /// What the whole link opens.
    pub(super) target: String,
}

/// Longer targets are ignored by terminals.
const TARGET_MAX: usize = 2000;

/// What a link opens, as it may stand in a sequence.
pub(super) fn target(link: &str) -> Option<String> {
    let opens = weblink::opens(link);
    let mut target = String::new();
    for byte in link.bytes() {
        match byte {
            b'!'..=b'~' => target.push(char::from(byte)),
            byte => target.push_str(&format!("%{byte:02X}")),
        }
    }
    (opens && target.len() <= TARGET_MAX).then_some(target)
}

impl Link {
    /// Makes the cells one that opens the target, if they still are as drawn.
    pub(super) fn apply(&self, buffer: &mut Buffer) {
        let (mut x, mut width) = (self.x, 0);
        for letter in self.text.chars() {
            let is_there = buffer.cell((x, self.y)).is_some_and(|cell| {
                let mut symbol = cell.symbol().chars();
                let plain = cell.diff_option == CellDiffOption::None;
                plain && symbol.next() == Some(letter) && symbol.next().is_none()
            });
            if !is_there {
                return;
            }
            x += 1;
            width += 1;
        }
        let (Some(width), Some(cell)) = (NonZeroU16::new(width), buffer.cell_mut((self.x, self.y)))
        else {
            return;
        };
        let (id, text, target) = (id(&self.target), &self.text, &self.target);
        cell.set_symbol(&format!(
            "\x1b]8;id={id:x};{target}\x1b\\{text}\x1b]8;;\x1b\\"
        ));
        cell.set_diff_option(CellDiffOption::ForcedWidth(width));
    }
}

/// The parts of a link on several rows have the same.
fn id(target: &str) -> u32 {
    let step = |sum: u32, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    target.bytes().fold(0x811c_9dc5, step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;

    fn drawn(text: &str) -> (Buffer, Link) {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 1));
        buffer.set_string(2, 0, text, ratatui::style::Style::new());
        let link = Link {
            x: 2,
            y: 0,
            text: text.to_owned(),
            target: target("https://a.b/c").unwrap(),
        };
        (buffer, link)
    }

    #[test]
    fn only_what_opens_in_a_browser_is_a_target_and_nothing_in_it_is_an_order() {
        assert_eq!(
            target("https://a.b/ü\u{1b}").unwrap(),
            "https://a.b/%C3%BC%1B"
        );
        assert_eq!(target("file:///etc/passwd"), None);
        assert_eq!(target(&format!("https://a.b/{}", "x".repeat(3000))), None);
    }

    #[test]
    fn a_part_is_one_cell_and_the_cells_under_it_keep_their_text() {
        let (mut buffer, link) = drawn("a.b/c");
        link.apply(&mut buffer);
        let cell = &buffer[(2, 0)];
        assert!(cell.symbol().contains(";https://a.b/c\x1b\\a.b/c\x1b]8;;"));
        assert_eq!(buffer[(3, 0)].symbol(), ".");
        // What replaces it is written over all of its columns.
        let blank = Buffer::empty(buffer.area);
        let renewed: Vec<_> = buffer.diff(&blank).iter().map(|(x, _, _)| *x).collect();
        assert_eq!(renewed, [2, 3, 4, 5, 6]);
        let sent: Vec<_> = blank.diff(&buffer).iter().map(|(x, _, _)| *x).collect();
        assert_eq!(sent, [2]);
    }

    #[test]
    fn a_link_that_is_covered_in_part_stays_text() {
        let (mut buffer, link) = drawn("a.b/c");
        buffer.set_string(4, 0, "|", ratatui::style::Style::new());
        let before = buffer.clone();
        link.apply(&mut buffer);
        assert_eq!(buffer, before);
    }
}
