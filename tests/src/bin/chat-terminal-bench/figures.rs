//! Figures, what they must be, and the table of them.

use std::time::Duration;

use crate::contender::Who;

/// Times of one thing, done many times.
#[derive(Debug, Clone, Default)]
pub(crate) struct Times {
    sorted: Vec<Duration>,
    /// How often it never happened.
    pub(crate) missing: usize,
}

impl Times {
    pub(crate) fn of(times: impl IntoIterator<Item = Option<Duration>>) -> Self {
        let mut all = Self::default();
        for time in times {
            match time {
                Some(time) => all.sorted.push(time),
                None => all.missing += 1,
            }
        }
        all.sorted.sort();
        all
    }

    pub(crate) fn median(&self) -> f64 {
        self.share(0.5)
    }

    pub(crate) fn p99(&self) -> f64 {
        self.share(0.99)
    }

    pub(crate) fn most(&self) -> f64 {
        self.share(1.0)
    }

    /// In ms: as many as this share are not above it.
    fn share(&self, share: f64) -> f64 {
        if self.missing > 0 && share > 0.9 {
            return f64::INFINITY;
        }
        let last = self.sorted.len().saturating_sub(1);
        let index = (last as f64 * share).round() as usize;
        self.sorted.get(index).map_or(f64::NAN, |time| ms(*time))
    }
}

pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// What was measured of one program in a row: one number, or several.
pub(crate) type Cell = Vec<f64>;

/// A row of the table.
pub(crate) struct Row {
    what: String,
    cells: Vec<(Who, Cell)>,
    must: Vec<f64>,
    aim: Vec<f64>,
}

impl Row {
    /// With the bounds of ours, one for each number of a cell.
    pub(crate) fn new(what: impl Into<String>, must: &[f64], aim: &[f64]) -> Self {
        Self {
            what: what.into(),
            cells: Vec::new(),
            must: must.to_vec(),
            aim: aim.to_vec(),
        }
    }

    pub(crate) fn add(&mut self, who: Who, cell: Cell) {
        crate::note(&format!(
            "  {}: {}: {}",
            who.name(),
            self.what,
            figures(&cell)
        ));
        self.cells.push((who, cell));
    }

    pub(crate) fn is_measured(&self) -> bool {
        !self.cells.is_empty()
    }

    fn cell(&self, who: Who) -> Option<&Cell> {
        let found = self.cells.iter().find(|(of, _)| *of == who);
        found.map(|(_, cell)| cell)
    }

    fn holds(&self) -> bool {
        self.cell(Who::Chat).is_some_and(|ours| {
            let within = |(have, most): (&f64, &f64)| have <= most;
            ours.iter().zip(&self.must).all(within)
        })
    }

    fn markdown(&self, with: &[Who]) -> String {
        let mut line = format!("| {} |", self.what);
        for who in with {
            let text = self
                .cell(*who)
                .map_or_else(String::new, |cell| figures(cell));
            line.push_str(&match who {
                Who::Chat if self.holds() => format!(" **{text}** |"),
                Who::Chat => format!(" {text}, missed |"),
                Who::Irssi | Who::WeeChat => format!(" {text} |"),
            });
        }
        let bound = |bounds: &[f64]| match bounds {
            [] => String::new(),
            bounds => format!("≤ {}", figures(bounds)),
        };
        line + &format!(" {} | {} |", bound(&self.must), bound(&self.aim))
    }
}

/// The table of all rows, in Markdown.
pub(crate) fn table(rows: &[Row], with: &[Who]) -> String {
    let names: Vec<_> = with
        .iter()
        .map(|who| match who {
            Who::Irssi | Who::WeeChat => format!("{} {}", who.name(), who.version()),
            Who::Chat => "chat-tui".to_owned(),
        })
        .collect();
    let mut text = format!("| | {} | must | aim |\n", names.join(" | "));
    text.push_str("|---|");
    text.push_str(&"--:|".repeat(with.len() + 2));
    text.push('\n');
    for row in rows {
        text.push_str(&row.markdown(with));
        text.push('\n');
    }
    text
}

fn figures(numbers: &[f64]) -> String {
    let texts: Vec<_> = numbers.iter().map(|number| figure(*number)).collect();
    texts.join(" / ")
}

/// With as many digits as say something.
fn figure(number: f64) -> String {
    if number.is_infinite() {
        return "never".to_owned();
    }
    let whole = number.fract() == 0.0;
    if whole || number >= 100.0 {
        format!("{number:.0}")
    } else if number >= 10.0 {
        format!("{number:.1}").trim_end_matches(".0").to_owned()
    } else {
        format!("{number:.2}")
    }
}
