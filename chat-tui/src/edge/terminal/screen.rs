//! The screen, to which nothing is written where nothing has changed.
//!
//! Owns what the terminal shows and what it is to show next. Always holds: what
//! a draw writes is flushed once, at its end, so that a screen that is wiped is
//! never seen blank.

use super::changes::Changes;
use super::paint;
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::terminal::{Clear, ClearType};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect, Size};
use std::io::{self, Write};

/// A screen behind a writer.
#[derive(Debug)]
pub struct Screen<W: Write> {
    out: W,
    size: fn() -> Size,
    shown: Buffer,
    /// Blank between two draws.
    next: Buffer,
    /// Whether the cursor shows, and where it is; `None`: not known.
    cursor_shown: Option<bool>,
    cursor: Option<Position>,
}

impl<W: Write> Screen<W> {
    /// A screen of the size that `size` tells; it is taken to be blank.
    pub fn new(out: W, size: fn() -> Size) -> Self {
        let blank = Buffer::empty(Rect::from((Position::ORIGIN, size())));
        Self {
            out,
            size,
            shown: blank.clone(),
            next: blank,
            cursor_shown: None,
            cursor: None,
        }
    }

    /// Forgets what it knows of the terminal, which someone else has used: the
    /// next draw wipes it and paints every cell.
    pub fn forget(&mut self) -> io::Result<()> {
        (self.cursor_shown, self.cursor) = (None, None);
        self.wipe((self.size)())
    }

    /// Shows what is drawn on a blank buffer, and the cursor where it then is to
    /// stand; `None` hides it.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Buffer) -> Option<Position>) -> io::Result<()> {
        let size = (self.size)();
        if size != self.shown.area.as_size() {
            self.wipe(size)?;
        }
        let cursor = draw(&mut self.next);
        let mut changes = Changes::new(&self.shown, &self.next).peekable();
        if changes.peek().is_some() {
            self.cursor = None;
            paint::cells(&mut self.out, changes)?;
        }
        self.place(cursor)?;
        // First of all: somebody waits for it.
        self.out.flush()?;
        std::mem::swap(&mut self.shown, &mut self.next);
        self.next.reset();
        Ok(())
    }

    fn wipe(&mut self, size: Size) -> io::Result<()> {
        self.cursor = None;
        self.shown = Buffer::empty(Rect::from((Position::ORIGIN, size)));
        self.next = self.shown.clone();
        queue!(self.out, Clear(ClearType::All))
    }

    fn place(&mut self, cursor: Option<Position>) -> io::Result<()> {
        if self.cursor_shown != Some(cursor.is_some()) {
            self.cursor_shown = Some(cursor.is_some());
            match cursor {
                Some(_) => queue!(self.out, Show)?,
                None => queue!(self.out, Hide)?,
            }
        }
        let Some(place) = cursor.filter(|_| self.cursor != cursor) else {
            return Ok(());
        };
        self.cursor = cursor;
        queue!(self.out, MoveTo(place.x, place.y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Style;
    use std::cell::RefCell;
    use std::rc::Rc;

    #[derive(Clone, Default)]
    struct Log(Rc<RefCell<Vec<u8>>>);

    impl Log {
        fn take(&self) -> String {
            String::from_utf8(self.0.take()).unwrap()
        }
    }

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.write_all(b"|")
        }
    }

    #[test]
    fn a_frame_like_the_one_before_is_not_a_byte() {
        let log = Log::default();
        let mut screen = Screen::new(log.clone(), || Size::new(20, 4));
        let mut draw = |text: &str, x| {
            let drawn = screen.draw(|buffer| {
                buffer.set_string(0, 0, text, Style::new());
                Some(Position::new(x, 0))
            });
            drawn.unwrap();
            log.take()
        };
        assert_eq!(draw("hello", 5), "\x1b[1;1Hhello\x1b[?25h\x1b[1;6H|");
        assert_eq!(draw("hello", 5), "|");
        assert_eq!(draw("hello", 4), "\x1b[1;5H|");
        assert_eq!(draw("hellO", 4), "\x1b[1;5HO\x1b[1;5H|");
        assert_eq!(draw("hellO", 4), "|");
        assert_eq!(draw("hell", 4), "\x1b[1;5H \x1b[1;5H|");
    }

    #[test]
    fn a_screen_that_someone_else_has_used_is_painted_anew_at_once() {
        let log = Log::default();
        let mut screen = Screen::new(log.clone(), || Size::new(20, 4));
        let draw = |screen: &mut Screen<Log>| {
            let drawn = screen.draw(|buffer| {
                buffer.set_string(0, 0, "hello", Style::new());
                None
            });
            drawn.unwrap();
            log.take()
        };
        let first = draw(&mut screen);
        assert_eq!(first, "\x1b[1;1Hhello\x1b[?25l|");
        screen.forget().unwrap();
        assert_eq!(draw(&mut screen), format!("\x1b[2J{first}"));
    }
}
