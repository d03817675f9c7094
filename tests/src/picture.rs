//! A terminal's screen as an SVG picture, cell by cell.

use std::fmt::Write as _;

use crate::screen::{Place, Screen};

/// Pixels of one cell, and of the margin around all of them.
const CELL: (f32, f32) = (8.4, 18.0);
const MARGIN: f32 = 12.0;
/// The colours of a terminal that has its own: background, foreground, the 16.
const BACKGROUND: &str = "#16181d";
const FOREGROUND: &str = "#d7dae0";
const PALETTE: [&str; 16] = [
    "#2a2e37", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4",
    "#6b7280", "#ff7b86", "#b5e08f", "#ffd68a", "#7cc3ff", "#d894ee", "#6fd3df", "#ffffff",
];

/// The screen as an SVG document.
pub fn svg(screen: &Screen) -> String {
    let (columns, rows) = screen.size();
    let width = f32::from(columns) * CELL.0 + 2.0 * MARGIN;
    let height = f32::from(rows) * CELL.1 + 2.0 * MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" font-family=\"'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n"
    );
    for row in 0..rows {
        for run in runs(screen, row) {
            run.draw(&mut out);
        }
    }
    if let Some(place) = screen.cursor() {
        let (x, y) = corner(place);
        // Writing to a string can't fail.
        let _ = writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"2\" height=\"{}\" fill=\"{FOREGROUND}\"/>",
            CELL.1
        );
    }
    out.push_str("</svg>\n");
    out
}

/// Cells beside one another that look alike, drawn as one text.
struct Run {
    place: Place,
    cells: u16,
    text: String,
    look: Look,
}

/// What a cell looks like, but for its text.
#[derive(PartialEq)]
struct Look {
    ink: String,
    paper: String,
    attributes: String,
}

fn runs(screen: &Screen, row: u16) -> Vec<Run> {
    let (columns, _) = screen.size();
    let mut runs: Vec<Run> = Vec::new();
    for column in 0..columns {
        let place = Place { row, column };
        let Some(cell) = screen
            .cell(place)
            .filter(|cell| !cell.is_wide_continuation())
        else {
            continue;
        };
        let text = if cell.has_contents() {
            cell.contents()
        } else {
            " "
        };
        let look = Look::of(cell);
        // What is not ASCII may have another width in the font that shows it:
        // it is placed by itself, so that it can't shift what follows.
        let joins = |run: &&mut Run| {
            text.is_ascii() && run.text.is_ascii() && run.look == look && run.ends_at() == column
        };
        match runs.last_mut().filter(joins) {
            Some(run) => {
                run.text.push_str(text);
                run.cells += 1;
            }
            None => runs.push(Run {
                place,
                cells: if cell.is_wide() { 2 } else { 1 },
                text: text.to_owned(),
                look,
            }),
        }
    }
    runs
}

impl Run {
    fn ends_at(&self) -> u16 {
        self.place.column + self.cells
    }

    fn draw(&self, out: &mut String) {
        let (x, y) = corner(self.place);
        let width = CELL.0 * f32::from(self.cells);
        let Look {
            ink,
            paper,
            attributes,
        } = &self.look;
        if paper != BACKGROUND {
            let _ = writeln!(
                out,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{}\" fill=\"{paper}\"/>",
                CELL.1
            );
        }
        if !self.text.trim().is_empty() {
            let _ = writeln!(
                out,
                "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{width:.1}\" fill=\"{ink}\"{attributes}>{}</text>",
                y + 13.5,
                escaped(&self.text)
            );
        }
    }
}

impl Look {
    fn of(cell: &vt100::Cell) -> Self {
        let mut ink = colour(cell.fgcolor(), FOREGROUND);
        let mut paper = colour(cell.bgcolor(), BACKGROUND);
        if cell.inverse() {
            std::mem::swap(&mut ink, &mut paper);
        }
        let attributes = [
            (cell.bold(), " font-weight=\"bold\""),
            (cell.italic(), " font-style=\"italic\""),
            (cell.underline(), " text-decoration=\"underline\""),
            (cell.dim(), " opacity=\"0.6\""),
        ];
        let attributes = attributes
            .into_iter()
            .filter_map(|(on, attribute)| on.then_some(attribute))
            .collect();
        Self {
            ink,
            paper,
            attributes,
        }
    }
}

fn corner(place: Place) -> (f32, f32) {
    (
        MARGIN + f32::from(place.column) * CELL.0,
        MARGIN + f32::from(place.row) * CELL.1,
    )
}

fn colour(colour: vt100::Color, own: &str) -> String {
    match colour {
        vt100::Color::Default => own.to_owned(),
        vt100::Color::Idx(index) => indexed(index),
        vt100::Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    }
}

/// The 256 colours of xterm: 16 named, a cube of 6x6x6, 24 greys.
fn indexed(index: u8) -> String {
    match index {
        0..=15 => PALETTE[usize::from(index)].to_owned(),
        16..=231 => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let at = index - 16;
            let (red, green, blue) = (level(at / 36), level(at / 6 % 6), level(at % 6));
            format!("#{red:02x}{green:02x}{blue:02x}")
        }
        232..=255 => {
            let grey = 8 + 10 * (index - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
    }
}

/// As text of an SVG document, in which plain blanks would run together.
fn escaped(text: &str) -> String {
    text.replace(' ', "\u{a0}")
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
