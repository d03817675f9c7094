//! A backend that writes nothing where nothing changed.
//!
//! Each draw ends with the cursor being shown and placed again; while nothing
//! happens, not even that goes out. Always holds: what a draw writes is flushed
//! once, at its end, so that a screen that is wiped is never seen blank.

use super::paint;
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::terminal::{Clear, ClearType as Erased};
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use std::io::{self, Write};

/// A terminal behind a writer.
#[derive(Debug)]
pub struct Quiet<W: Write> {
    out: W,
    /// Whether the cursor shows, and where it is; `None`: not known.
    shown: Option<bool>,
    place: Option<Position>,
    size: fn() -> Size,
}

impl<W: Write> Quiet<W> {
    /// A backend of the size that `size` tells.
    pub fn new(writer: W, size: fn() -> Size) -> Self {
        Self {
            out: writer,
            shown: None,
            place: None,
            size,
        }
    }

    /// Forgets what it knows of the terminal, which someone else has used.
    pub fn forget(&mut self) {
        (self.shown, self.place) = (None, None);
    }

    fn show(&mut self, on: bool) -> io::Result<()> {
        if self.shown == Some(on) {
            return Ok(());
        }
        self.shown = Some(on);
        if on {
            queue!(self.out, Show)
        } else {
            queue!(self.out, Hide)
        }
    }
}

impl<W: Write> Backend for Quiet<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.place = None;
        paint::cells(&mut self.out, content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.show(false)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.show(true)
    }

    /// Where this put it; the terminal is never asked.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.place.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.place == Some(position) {
            return Ok(());
        }
        self.place = Some(position);
        queue!(self.out, MoveTo(position.x, position.y))
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.place = None;
        let erased = match region {
            ClearType::All => Erased::All,
            ClearType::AfterCursor => Erased::FromCursorDown,
            ClearType::BeforeCursor => Erased::FromCursorUp,
            ClearType::CurrentLine => Erased::CurrentLine,
            ClearType::UntilNewLine => Erased::UntilNewLine,
        };
        queue!(self.out, Clear(erased))
    }

    fn size(&self) -> io::Result<Size> {
        Ok((self.size)())
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size()?,
            pixels: Size::ZERO,
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::Terminal;
    use std::cell::RefCell;
    use std::rc::Rc;

    #[derive(Clone, Default)]
    struct Log(Rc<RefCell<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_frame_like_the_one_before_is_not_a_byte() {
        let log = Log::default();
        let mut screen = Terminal::new(Quiet::new(log.clone(), || Size::new(20, 4))).unwrap();
        let mut draw = |text: &'static str, x| {
            log.0.borrow_mut().clear();
            screen
                .draw(|frame| {
                    frame.render_widget(text, frame.area());
                    frame.set_cursor_position((x, 0));
                })
                .unwrap();
            String::from_utf8(log.0.borrow().clone()).unwrap()
        };
        assert!(draw("hello", 5).contains("hello"));
        assert_eq!(draw("hello", 5), "");
        assert_eq!(draw("hello", 4), "\x1b[1;5H");
        let changed = draw("hellO", 4);
        assert!(
            changed.contains('O') && changed.ends_with("\x1b[1;5H"),
            "{changed:?}"
        );
        assert_eq!(draw("hellO", 4), "");
    }
}
