//! What of a screen has to be written, since the terminal shows something else.
//!
//! Knows cells, no terminal. Written here and not by a library, as nearly all cells
//! of a frame are one byte and as they were, which is soon seen. Always holds: what
//! a wide cluster has covered is written anew once it is gone, if one could see it.

use ratatui::buffer::{Buffer, Cell, CellDiffOption, CellWidth};
use ratatui::style::{Color, Modifier};

/// The cells of a buffer that differ from those of another one, which is as large.
pub(super) struct Changes<'a> {
    shown: &'a Buffer,
    next: &'a Buffer,
    /// The cell that is looked at next, and its place.
    at: usize,
    x: u16,
    y: u16,
    /// Up to here cells are written whatever they were.
    covered: usize,
}

impl<'a> Changes<'a> {
    pub(super) fn new(shown: &'a Buffer, next: &'a Buffer) -> Self {
        Self {
            shown,
            next,
            at: 0,
            x: 0,
            y: 0,
            covered: 0,
        }
    }

    fn go_on(&mut self, by: u16) {
        let width = self.next.area.width;
        // What is wider than its row ends with it.
        let by = by.min(width - self.x);
        self.at += usize::from(by);
        self.x += by;
        if self.x == width {
            (self.x, self.y) = (0, self.y + 1);
        }
    }
}

impl<'a> Iterator for Changes<'a> {
    type Item = (u16, u16, &'a Cell);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (at, x, y) = (self.at, self.x, self.y);
            let cell = self.next.content.get(at)?;
            let before = self.shown.content.get(at)?;
            let width = width(cell);
            self.go_on(width);
            let always = at < self.covered || cell.diff_option == CellDiffOption::AlwaysUpdate;
            if !always && is_same(before, cell) {
                continue;
            }
            let covered = self::width(before);
            if covered > width && shows_when_blank(before) {
                self.covered = self.covered.max(at + usize::from(covered));
            }
            return Some((x, y, cell));
        }
    }
}

fn is_same(a: &Cell, b: &Cell) -> bool {
    let is_symbol = match (a.symbol().as_bytes(), b.symbol().as_bytes()) {
        ([a], [b]) => a == b,
        (a, b) => a == b,
    };
    is_symbol
        && a.fg == b.fg
        && a.bg == b.bg
        && a.modifier == b.modifier
        && a.underline_color == b.underline_color
        && a.diff_option == b.diff_option
}

fn width(cell: &Cell) -> u16 {
    match cell.diff_option {
        CellDiffOption::ForcedWidth(width) => width.get(),
        _ if cell.symbol().len() == 1 => 1,
        _ => cell.cell_width().max(1),
    }
}

/// The style of a cell is seen on the cells that its cluster covers.
fn shows_when_blank(cell: &Cell) -> bool {
    let visible = Modifier::REVERSED
        | Modifier::UNDERLINED
        | Modifier::SLOW_BLINK
        | Modifier::RAPID_BLINK
        | Modifier::CROSSED_OUT;
    cell.bg != Color::Reset || cell.modifier.intersects(visible)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neutral::odd;
    use proptest::prelude::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;
    use std::num::NonZeroU16;

    /// Rows of odd text in a few styles, some of it of forced width or always sent.
    fn buffer() -> impl Strategy<Value = Buffer> {
        let row = (odd::text(20), 0u16..12, 0usize..4, 0u16..16);
        proptest::collection::vec(row, 3).prop_map(|rows| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 16, 3));
            for (y, (text, x, style, special)) in (0..).zip(rows) {
                let style = [
                    Style::new(),
                    Style::new().fg(Color::Red),
                    Style::new().bg(Color::Blue),
                    Style::new().underlined(),
                ][style];
                // Emoji that are made wide by a selector come with a forced width.
                let hidden = |c: char| c.is_control() || c == '\u{fe0f}';
                let text = text.replace(hidden, "");
                buffer.set_string(x, y, text, style);
                let cell = &mut buffer[(special, y)];
                match special % 5 {
                    0 => cell.set_diff_option(CellDiffOption::AlwaysUpdate),
                    1 => {
                        let width = NonZeroU16::new(cell.cell_width()).unwrap_or(NonZeroU16::MIN);
                        cell.set_diff_option(CellDiffOption::ForcedWidth(width))
                    }
                    _ => cell,
                };
            }
            buffer
        })
    }

    proptest! {
        #[test]
        fn nothing_is_missing_that_the_library_would_write(
            shown in buffer(), next in buffer()
        ) {
            let changes: Vec<_> = Changes::new(&shown, &next).collect();
            for change in shown.diff_iter(&next) {
                prop_assert!(changes.contains(&change), "{:?}", change);
            }
            prop_assert!(changes.is_sorted_by_key(|(x, y, _)| (*y, *x)));
            for (x, y, cell) in changes {
                prop_assert_eq!(&next[(x, y)], cell);
            }
        }

        #[test]
        fn a_buffer_differs_from_itself_only_in_what_is_always_sent(buffer in buffer()) {
            for (_, _, cell) in Changes::new(&buffer, &buffer) {
                prop_assert_eq!(cell.diff_option, CellDiffOption::AlwaysUpdate);
            }
        }
    }

    #[test]
    fn whatever_is_another_in_a_cell_is_a_change() {
        let cell = |change: fn(&mut Cell)| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 1, 1));
            change(buffer[(0, 0)].set_symbol("a"));
            buffer
        };
        let changed: [fn(&mut Cell); 8] = [
            |_| {},
            |cell| cell.fg = Color::Red,
            |cell| cell.bg = Color::Red,
            |cell| cell.underline_color = Color::Red,
            |cell| cell.modifier = Modifier::BOLD,
            |cell| cell.diff_option = CellDiffOption::ForcedWidth(NonZeroU16::MIN),
            |cell| {
                cell.set_symbol("b");
            },
            |cell| {
                cell.set_symbol("\u{e9}");
            },
        ];
        for (a, before) in changed.into_iter().enumerate() {
            for (b, after) in changed.into_iter().enumerate() {
                let (before, after) = (cell(before), cell(after));
                let changes = Changes::new(&before, &after).count();
                assert_eq!(changes, usize::from(a != b), "{before:?} {after:?}");
            }
        }
    }

    #[test]
    fn what_a_wide_cluster_had_covered_is_written_where_its_style_shows() {
        let row = |text: &str, style: Style| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
            buffer.set_string(0, 0, text, style);
            buffer
        };
        let columns = |before: Style| {
            let (before, after) = (row("\u{4e16}\u{754c}x", before), row("ab", Style::new()));
            Changes::new(&before, &after)
                .map(|(x, _, _)| x)
                .collect::<Vec<_>>()
        };
        assert_eq!(columns(Style::new()), [0, 1, 2, 4]);
        assert_eq!(columns(Style::new().bg(Color::Blue)), [0, 1, 2, 3, 4]);
    }
}
