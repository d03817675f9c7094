//! What of a grapheme cluster may reach a cell: where it is cut, what of it is
//! dropped, and how wide it may become.
//!
//! The slow way, with the tables of Unicode, for what is not plain letters.

use super::invisible::joins_letters;
use super::{Cluster, Piece, is_hostile};
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Combining marks kept on one base: enough for pointed Hebrew or Tibetan,
/// too few to climb over the neighbouring rows.
pub(super) const MARKS_MAX: usize = 4;
/// Columns that one cluster may take where nothing joins its parts: the widest emoji
/// family with skin tones, drawn part by part, fits.
pub(super) const COLUMNS_MAX: usize = 12;
/// Carries combining marks that have no base of their own.
const DOTTED_CIRCLE: char = '\u{25cc}';
/// What needs the Unicode tables: the first cluster of `rest`, cut where
/// something hostile stands in it.
pub(super) fn first(rest: &str, first: char) -> (usize, Piece<'_>) {
    if is_hostile(first) {
        return (first.len_utf8(), Piece::Mark(first));
    }
    let whole = rest.graphemes(true).next().unwrap_or(rest);
    let Kept {
        len,
        altered,
        columns,
    } = keep(rest, whole);
    let shown = altered.map_or(Cow::Borrowed(&rest[..len]), Cow::Owned);
    match shown.width() {
        0 => unbased(first, len, &shown),
        width => (len, piece(shown, width, columns)),
    }
}

/// How much of a cluster may stay.
struct Kept {
    /// Bytes of the source that are dealt with.
    len: usize,
    /// What to show where that is not the source itself.
    altered: Option<String>,
    /// The sum of the columns of all characters.
    columns: usize,
}

fn keep(rest: &str, whole: &str) -> Kept {
    let mut kept = Kept {
        len: 0,
        altered: None,
        columns: 0,
    };
    let mut marks = 0;
    let mut previous = None;
    for (at, c) in whole.char_indices() {
        let end = at + c.len_utf8();
        let columns = match c {
            // Within an emoji sequence; drawn alone, it makes its base wide.
            '\u{fe0f}' => 1,
            c => columns_alone(c),
        };
        let around = Around {
            previous,
            next: rest[end..].chars().next(),
            joined: joined_columns(&whole[end..]),
            room: COLUMNS_MAX.saturating_sub(kept.columns),
        };
        let mut shown = match around.fate(c, columns) {
            Fate::Show => true,
            Fate::Drop => false,
            Fate::Break => break,
        };
        if columns == 0 && !is_joiner(c) {
            marks += 1;
            shown = marks <= MARKS_MAX;
        }
        if shown {
            kept.columns += columns;
            if let Some(text) = &mut kept.altered {
                text.push(c);
            }
        } else if kept.altered.is_none() {
            kept.altered = Some(whole[..at].to_owned());
        }
        kept.len = end;
        previous = Some(c);
    }
    kept
}

/// The columns of what follows in the same cluster, past a zero-width joiner
/// where one comes first: 0 where nothing is joined.
fn joined_columns(more: &str) -> usize {
    let more = more.strip_prefix('\u{200d}').unwrap_or(more);
    let next = more.chars().next();
    next.filter(|c| !has_own_column(*c))
        .map_or(0, columns_alone)
}

/// What becomes of a character within a cluster.
enum Fate {
    Show,
    /// Chooses between two drawings of the character before it, about whose
    /// width terminals disagree; without it they agree.
    Drop,
    /// Begins the next piece.
    Break,
}

/// Where a character stands within its cluster.
struct Around {
    previous: Option<char>,
    /// In the text, not only in the cluster.
    next: Option<char>,
    joined: usize,
    /// Columns that the cluster may still grow by.
    room: usize,
}

impl Around {
    fn fate(&self, c: char, columns: usize) -> Fate {
        let Some(previous) = self.previous else {
            return Fate::Show;
        };
        let joins = self.joined > 0 && self.joined <= self.room;
        match c {
            '\u{fe0e}' | '\u{fe0f}' if is_joiner(previous) => Fate::Break,
            '\u{fe0f}' if joins && self.next == Some('\u{200d}') => Fate::Show,
            '\u{fe0e}' | '\u{fe0f}' => Fate::Drop,
            // The variants of ideographs.
            '\u{e0100}'..='\u{e01ef}' if is_ideograph(previous) => Fate::Show,
            '\u{200c}' | '\u{200d}'
                if joins_letters(previous) && self.next.is_none_or(joins_letters) =>
            {
                Fate::Show
            }
            '\u{200d}' if joins && self.next != Some('\u{200d}') => Fate::Show,
            c if has_own_column(c) => Fate::Break,
            c if is_hostile(c) => Fate::Break,
            _ if columns > self.room => Fate::Break,
            _ => Fate::Show,
        }
    }
}

/// A cluster without a column: combining marks that lost their base, or never had one.
fn unbased<'a>(first: char, len: usize, shown: &str) -> (usize, Piece<'a>) {
    let based = format!("{DOTTED_CIRCLE}{shown}");
    if based.graphemes(true).count() == 1 && based.width() == 1 {
        (len, piece(Cow::Owned(based), 1, 1))
    } else {
        (first.len_utf8(), Piece::Mark(first))
    }
}

/// A cluster as a piece.
pub(super) fn piece(shown: Cow<'_, str>, width: usize, widest: usize) -> Piece<'_> {
    Piece::Cluster(Cluster {
        shown,
        width,
        widest,
    })
}

/// The columns of a character on a terminal that joins nothing.
fn columns_alone(c: char) -> usize {
    match c {
        // Half a flag; drawn alone it is a letter in a box.
        '\u{1f1e6}'..='\u{1f1ff}' => 2,
        c => c.width().unwrap_or(0),
    }
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}')
}

/// The halfwidth sound marks: part of a cluster by the tables, a cell on every terminal.
fn has_own_column(c: char) -> bool {
    matches!(c, '\u{ff9e}' | '\u{ff9f}')
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3fffd}')
}
