//! Cells as bytes: where they stand, how they look, what they hold.
//!
//! Knows no terminal and no frame. Written here and not by a library, for the
//! sake of terminals with few colours: one of the sixteen is said in the old
//! way (`31`, `91`), which those with eight or sixteen know; what has no colour
//! says nothing of colours (`NO_COLOR` is then kept by construction). Always
//! holds: after a cluster about whose width terminals disagree the place of
//! the next one is said anew; what is written ends plain.

use crossterm::cursor::MoveTo;
use crossterm::queue;
use ratatui::buffer::{Cell, CellDiffOption};
use ratatui::style::{Color, Modifier};
use std::io::{self, Write};

/// Writes cells, each with its column and row.
pub(super) fn cells<'a>(
    out: &mut impl Write,
    cells: impl Iterator<Item = (u16, u16, &'a Cell)>,
) -> io::Result<()> {
    let mut look = Look::default();
    let mut next = None;
    for (x, y, cell) in cells {
        if next != Some((x, y)) {
            queue!(out, MoveTo(x, y))?;
        }
        let sure = !matches!(cell.diff_option, CellDiffOption::ForcedWidth(_));
        next = sure.then_some((x + 1, y));
        let wanted = Look::of(cell);
        if wanted != look {
            wanted.write(out)?;
            look = wanted;
        }
        out.write_all(cell.symbol().as_bytes())?;
    }
    if look != Look::default() {
        out.write_all(b"\x1b[0m")?;
    }
    Ok(())
}

/// How a cell looks; the default is plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Look {
    text: Color,
    ground: Color,
    modifiers: Modifier,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        Self {
            text: cell.fg,
            ground: cell.bg,
            modifiers: cell.modifier,
        }
    }

    /// Says all of it, whatever was said before: a terminal that knows one part
    /// less is never left with half of what another cell had.
    fn write(self, out: &mut impl Write) -> io::Result<()> {
        const SAID: [(Modifier, &str); 7] = [
            (Modifier::BOLD, ";1"),
            (Modifier::DIM, ";2"),
            (Modifier::ITALIC, ";3"),
            (Modifier::UNDERLINED, ";4"),
            (Modifier::SLOW_BLINK, ";5"),
            (Modifier::REVERSED, ";7"),
            (Modifier::CROSSED_OUT, ";9"),
        ];
        out.write_all(b"\x1b[0")?;
        for (modifier, said) in SAID {
            if self.modifiers.contains(modifier) {
                out.write_all(said.as_bytes())?;
            }
        }
        colour(out, self.text, 0)?;
        colour(out, self.ground, 10)?;
        out.write_all(b"m")
    }
}

/// A colour of the text, or, 10 above it, of the ground.
fn colour(out: &mut impl Write, colour: Color, above: u8) -> io::Result<()> {
    let one_of_16 = match colour {
        Color::Reset => return Ok(()),
        Color::Rgb(r, g, b) => return write!(out, ";{};2;{r};{g};{b}", 38 + above),
        Color::Indexed(index) => return write!(out, ";{};5;{index}", 38 + above),
        Color::Black => 30,
        Color::Red => 31,
        Color::Green => 32,
        Color::Yellow => 33,
        Color::Blue => 34,
        Color::Magenta => 35,
        Color::Cyan => 36,
        Color::Gray => 37,
        Color::DarkGray => 90,
        Color::LightRed => 91,
        Color::LightGreen => 92,
        Color::LightYellow => 93,
        Color::LightBlue => 94,
        Color::LightMagenta => 95,
        Color::LightCyan => 96,
        Color::White => 97,
    };
    write!(out, ";{}", one_of_16 + above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;
    use std::num::NonZeroU16;

    fn written(buffer: &Buffer) -> String {
        let blank = Buffer::empty(buffer.area);
        let mut out = Vec::new();
        cells(&mut out, blank.diff(buffer).into_iter()).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn styled(style: Style) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        buffer.set_string(0, 0, "ab", style);
        written(&buffer)
    }

    #[test]
    fn each_kind_of_colour_is_said_in_the_oldest_way_that_has_it() {
        for (style, said) in [
            (Style::new(), "\x1b[1;1Hab"),
            (Style::new().fg(Color::Red), "\x1b[1;1H\x1b[0;31mab\x1b[0m"),
            (
                Style::new().fg(Color::LightCyan).bg(Color::Gray),
                "\x1b[1;1H\x1b[0;96;47mab\x1b[0m",
            ),
            (
                Style::new().bold().fg(Color::Indexed(200)),
                "\x1b[1;1H\x1b[0;1;38;5;200mab\x1b[0m",
            ),
            (
                Style::new().bg(Color::Rgb(1, 2, 3)),
                "\x1b[1;1H\x1b[0;48;2;1;2;3mab\x1b[0m",
            ),
        ] {
            assert_eq!(styled(style), said);
        }
    }

    #[test]
    fn what_has_no_colour_says_nothing_of_colours() {
        let style = Style::new().bold().dim().underlined().reversed();
        assert_eq!(styled(style), "\x1b[1;1H\x1b[0;1;2;4;7mab\x1b[0m");
    }

    #[test]
    fn after_a_doubtful_width_the_next_place_is_said_anew() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        buffer.set_string(0, 0, "abc", Style::new());
        let one = CellDiffOption::ForcedWidth(NonZeroU16::MIN);
        buffer[(1, 0)].set_diff_option(one);
        assert_eq!(written(&buffer), "\x1b[1;1Hab\x1b[1;3Hc");
    }
}
