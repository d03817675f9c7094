//! What a terminal shows at one moment: text and attributes by cell.

use std::fmt;

use anyhow::{Result, ensure};

/// A copy of a terminal's screen.
#[derive(Clone)]
pub struct Screen {
    screen: vt100::Screen,
}

/// A place on the screen, both from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Rows from the top.
    pub row: u16,
    /// Columns from the left.
    pub column: u16,
}

impl Screen {
    pub(crate) fn of(screen: vt100::Screen) -> Self {
        Self { screen }
    }

    /// Width and height in cells.
    pub fn size(&self) -> (u16, u16) {
        let (rows, columns) = self.screen.size();
        (columns.get(), rows.get())
    }

    /// The rows as text, from the top, without trailing blanks.
    pub fn rows(&self) -> Vec<String> {
        let (width, _) = self.size();
        self.screen
            .rows(0, width)
            .map(|row| row.trim_end().to_owned())
            .collect()
    }

    /// One row as text; empty below the screen.
    pub fn row(&self, row: u16) -> String {
        self.rows()
            .swap_remove(usize::from(row).min(self.rows().len() - 1))
    }

    /// The whole screen as text, a line a row.
    pub fn text(&self) -> String {
        self.rows().join("\n")
    }

    /// Whether some row holds this text.
    pub fn shows(&self, text: &str) -> bool {
        self.place_of(text).is_some()
    }

    /// Where a text first stands, rows from the top.
    pub fn place_of(&self, text: &str) -> Option<Place> {
        self.places_of(text).into_iter().next()
    }

    /// All places where a text starts.
    pub fn places_of(&self, text: &str) -> Vec<Place> {
        (0u16..)
            .zip(self.rows())
            .flat_map(|(row, line)| {
                line.match_indices(text)
                    .map(|(at, _)| at)
                    .collect::<Vec<_>>()
                    .into_iter()
                    .filter_map(move |at| self.column_of(row, at))
                    .map(move |column| Place { row, column })
            })
            .collect()
    }

    /// How many times a text is shown.
    pub fn count(&self, text: &str) -> usize {
        self.rows()
            .iter()
            .map(|row| row.matches(text).count())
            .sum()
    }

    /// The cell at a place, its attributes with it.
    pub fn cell(&self, place: Place) -> Option<&vt100::Cell> {
        self.screen.cell(place.row, place.column)
    }

    /// The text in some columns of some rows, a line a row.
    pub fn area(&self, rows: std::ops::Range<u16>, columns: std::ops::Range<u16>) -> String {
        let lines: Vec<_> = self
            .screen
            .rows(columns.start, columns.end.saturating_sub(columns.start))
            .skip(rows.start.into())
            .take(rows.len())
            .map(|row| row.trim_end().to_owned())
            .collect();
        lines.join("\n")
    }

    /// Where the cursor is; none while it is hidden.
    pub fn cursor(&self) -> Option<Place> {
        let (row, column) = self.screen.cursor_position();
        (!self.screen.hide_cursor()).then_some(Place { row, column })
    }

    /// Whether the program has the alternate screen.
    pub fn alternate(&self) -> bool {
        self.screen.alternate_screen()
    }

    /// Whether a mode that a program must switch off when it goes is on:
    /// alternate screen, mouse, bracketed paste, hidden cursor, keypad.
    pub fn modes_on(&self) -> Vec<&'static str> {
        let mouse = self.screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None;
        [
            ("alternate screen", self.screen.alternate_screen()),
            ("mouse", mouse),
            ("bracketed paste", self.screen.bracketed_paste()),
            ("hidden cursor", self.screen.hide_cursor()),
            ("application keypad", self.screen.application_keypad()),
            ("application cursor keys", self.screen.application_cursor()),
        ]
        .into_iter()
        .filter_map(|(name, on)| on.then_some(name))
        .collect()
    }

    /// Fails where a line that goes down the screen is broken, because a row
    /// beside it has moved. What is written may hold no such lines.
    pub fn straight(&self) -> Result<()> {
        let is_line = |row: u16, column: u16| {
            let cell = self.screen.cell(row, column);
            let first = cell.and_then(|cell| cell.contents().chars().next());
            first.is_some_and(|c| ('\u{2500}'..='\u{257f}').contains(&c))
        };
        for Place { row, column } in self.places_of("│") {
            let goes_on = row == 0 || is_line(row - 1, column);
            ensure!(goes_on, "broken at row {row}, column {column}: {self}");
        }
        Ok(())
    }

    /// Text and attributes of every cell, to compare frames with: equal if and
    /// only if the screens look the same.
    pub fn look(&self) -> String {
        let (width, height) = self.size();
        let mut look = String::new();
        for row in 0..height {
            for column in 0..width {
                if let Some(cell) = self.screen.cell(row, column) {
                    look.push_str(&cell_look(cell));
                }
            }
            look.push('\n');
        }
        look
    }

    /// The column in which the byte `at` of a row's text stands.
    fn column_of(&self, row: u16, at: usize) -> Option<u16> {
        let (width, _) = self.size();
        let mut bytes = 0;
        for column in 0..width {
            let cell = self.screen.cell(row, column)?;
            if cell.is_wide_continuation() {
                continue;
            }
            if bytes >= at {
                return Some(column);
            }
            bytes += cell.contents().len().max(1);
        }
        None
    }
}

/// A cell as it is seen; one that was never written looks like a blank.
fn cell_look(cell: &vt100::Cell) -> String {
    let contents = match cell.contents() {
        "" if !cell.is_wide_continuation() => " ",
        contents => contents,
    };
    let plain = cell.bgcolor() == vt100::Color::Default && !cell.inverse() && !cell.underline();
    if contents == " " && plain {
        return contents.to_owned();
    }
    let marks = [
        (cell.bold(), 'b'),
        (cell.dim(), 'd'),
        (cell.italic(), 'i'),
        (cell.underline(), 'u'),
        (cell.inverse(), 'r'),
    ];
    let marks: String = marks
        .iter()
        .filter(|(on, _)| *on)
        .map(|(_, mark)| mark)
        .collect();
    if marks.is_empty() && plain && cell.fgcolor() == vt100::Color::Default {
        return contents.to_owned();
    }
    format!(
        "{contents}<{marks} {:?} {:?}>",
        cell.fgcolor(),
        cell.bgcolor()
    )
}

impl fmt::Display for Screen {
    /// The screen in a frame, so that a failed test shows where rows end.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (width, height) = self.size();
        writeln!(out, "screen {width}x{height}, cursor {:?}", self.cursor())?;
        for row in self.rows() {
            writeln!(out, "│{row}")?;
        }
        Ok(())
    }
}
