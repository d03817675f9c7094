//! A room read in the terminal client from its end to its beginning, as a person
//! would: page by page, by eye.
//!
//! Knows the client's layout: the timeline stands below the title and above the
//! last level line, behind the list of rooms; a message's first row begins with
//! a time; a reply's first row quotes what it answers.

use std::collections::VecDeque;

use anyhow::{Context as _, Result, ensure};

use crate::screen::Screen;
use crate::terminal::Key;
use crate::user::User;

/// What stands before what a reply answers.
const QUOTE: &str = "↳";
/// What stands before the number of replies to a message.
const THREAD: &str = "→";
/// Pages that are turned at most.
const PAGES_MAX: usize = 5000;

/// A message as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// Its letters and digits; where lines break can't be told from blanks.
    pub letters: String,
    /// Whether it quotes another one.
    pub reply: bool,
}

/// A row of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    starts: bool,
    text: String,
}

/// Reads upwards from what is shown until `first` has come into sight; gives the
/// messages from the first one on.
pub async fn read_up(user: &mut User, first: &str) -> Result<Vec<Read>> {
    let mut page = timeline(&user.settled().await?)?;
    let mut rows: VecDeque<Row> = page.clone().into();
    for _ in 0..PAGES_MAX {
        if rows.iter().any(|row| row.text.contains(first)) {
            return Ok(messages(rows));
        }
        user.press(Key::PageUp)?;
        user.wait_until("the page above", |screen| {
            let shown = timeline(screen).unwrap_or_default();
            shown != page && !shows_gap(screen)
        })
        .await?;
        page = timeline(&user.settled().await?)?;
        let common = overlap(&page, &rows);
        ensure!(
            common > 0,
            "a page without a row of the one before: {}",
            user.screen()?
        );
        for row in page[..page.len() - common].iter().rev() {
            rows.push_front(row.clone());
        }
    }
    anyhow::bail!("{first:?} was not found in {PAGES_MAX} pages")
}

/// What a text looks like in [`Read::letters`]; what can't be seen is shown by its number.
pub fn letters(text: &str) -> String {
    text.replace('\u{feff}', "ufeff")
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// Whether a line says that something is not loaded (a message may say so, too).
fn shows_gap(screen: &Screen) -> bool {
    let says = |row: &String| row.contains("─ ") && row.contains(" not loaded");
    screen.rows().iter().any(says)
}

/// The rows of the timeline, blank ones and separators left out.
fn timeline(screen: &Screen) -> Result<Vec<Row>> {
    let rows: Vec<_> = screen
        .rows()
        .into_iter()
        .skip(1)
        .map(|row| {
            row.split_once('│')
                .map_or(String::new(), |(_, body)| body.to_owned())
        })
        .collect();
    let end = rows
        .iter()
        .rposition(|row| row.starts_with('─'))
        .context("no line below the timeline")?;
    let rows: Vec<Vec<char>> = rows[..end]
        .iter()
        .filter(|row| !row.trim().is_empty() && !row.starts_with('─'))
        .map(|row| row.chars().collect())
        .collect();
    let column = rows.iter().filter_map(|row| text_column(row)).min();
    let column = column.context("no row with an author")?;
    Ok(rows
        .iter()
        .map(|row| Row {
            starts: starts(row),
            text: row.get(column..).unwrap_or_default().iter().collect(),
        })
        .collect())
}

/// Whether a message starts in this row: two columns for marks, then a time.
fn starts(row: &[char]) -> bool {
    row.get(4) == Some(&':') && row.get(2).is_some_and(char::is_ascii_digit)
}

/// Where the text stands in a row that names its author: names have no blanks.
fn text_column(row: &[char]) -> Option<usize> {
    const AUTHOR: usize = 8;
    if !starts(row) || row.get(AUTHOR)?.is_whitespace() {
        return None;
    }
    let blank = AUTHOR + row[AUTHOR..].iter().position(|c| c.is_whitespace())?;
    Some(blank + row[blank..].iter().position(|c| !c.is_whitespace())?)
}

/// A message without what the client adds where a thread begins, which may go on
/// in the next row.
fn said(text: &str) -> &str {
    let Some((said, count)) = text.rsplit_once(THREAD) else {
        return text;
    };
    let mut words = count.split_whitespace();
    let number = words.next().unwrap_or_default().trim_end_matches('+');
    let is_count = number.parse::<u32>().is_ok()
        && matches!(words.next(), Some("reply" | "replies"))
        && words.next().is_none();
    if is_count { said } else { text }
}

/// How many rows at the end of a page begin what was read before.
fn overlap(page: &[Row], below: &VecDeque<Row>) -> usize {
    (1..=page.len().min(below.len()))
        .rev()
        .find(|count| page[page.len() - count..].iter().eq(below.range(..*count)))
        .unwrap_or(0)
}

fn messages(rows: VecDeque<Row>) -> Vec<Read> {
    let mut messages: Vec<(String, bool)> = Vec::new();
    for row in rows {
        if row.starts {
            messages.push(Default::default());
        }
        let Some((text, reply)) = messages.last_mut() else {
            continue;
        };
        if row.starts && row.text.starts_with(QUOTE) {
            *reply = true;
        } else {
            text.push(' ');
            text.push_str(&row.text);
        }
    }
    let read = |(text, reply): (String, bool)| Read {
        letters: letters(said(&text)),
        reply,
    };
    messages.into_iter().map(read).collect()
}
