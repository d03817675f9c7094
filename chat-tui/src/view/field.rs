//! A text that is being edited, in rows, with its cursor.
//!
//! Pure: where each cluster of a composer's text stands. Rows break at the
//! width, not at words, so that nothing moves while one types at its end.

use crate::core::composer::Composer;
use crate::neutral::{self, Piece};
use std::borrow::Cow;

/// A composer's text in rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// What is shown on each row; at least one.
    pub(super) rows: Vec<String>,
    /// The row and the column of the cursor.
    pub(super) cursor: (usize, usize),
}

impl Field {
    /// The text in rows of `width` columns; the cursor has a column of its own.
    pub(super) fn new(composer: &Composer, width: usize) -> Self {
        let room = width.saturating_sub(1).max(1);
        let mut rows = vec![String::new()];
        let mut column = 0;
        let mut cursor = None;
        for (at, piece) in neutral::pieces(composer.text()) {
            let (shown, width, widest) = shown(piece);
            let newline = shown.is_none();
            if !newline && column + widest > room && column > 0 {
                rows.push(String::new());
                column = 0;
            }
            if at >= composer.cursor() && cursor.is_none() {
                cursor = Some((rows.len() - 1, column));
            }
            match shown {
                None => {
                    rows.push(String::new());
                    column = 0;
                }
                Some(shown) if widest <= room => {
                    push(&mut rows, &shown);
                    column += width;
                }
                Some(_) => {
                    push(&mut rows, "…");
                    column += 1;
                }
            }
        }
        let end = (rows.len() - 1, column);
        Self {
            cursor: cursor.unwrap_or(end),
            rows,
        }
    }

    /// The first row to show where only `height` fit.
    pub(super) fn top(&self, height: usize) -> usize {
        let lowest = (self.cursor.0 + 1).saturating_sub(height);
        lowest.min(self.rows.len().saturating_sub(height))
    }
}

/// What a piece is shown as, its width, and its width where emoji are not joined.
fn shown(piece: Piece<'_>) -> (Option<Cow<'_, str>>, usize, usize) {
    match piece {
        Piece::Newline => (None, 0, 0),
        Piece::Tab => (
            Some(neutral::TAB.into()),
            neutral::TAB.len(),
            neutral::TAB.len(),
        ),
        Piece::Mark(c) => {
            let mark = neutral::mark(c);
            let width = mark.chars().count();
            (Some(mark.to_string().into()), width, width)
        }
        Piece::Cluster(cluster) => (Some(cluster.shown), cluster.width, cluster.widest),
    }
}

fn push(rows: &mut [String], shown: &str) {
    if let Some(row) = rows.last_mut() {
        row.push_str(shown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_cursor_stands_after_what_was_typed() {
        for (text, rows, cursor) in [
            ("", vec![""], (0, 0)),
            ("hello", vec!["hello"], (0, 5)),
            ("hello wor", vec!["hello wor"], (0, 9)),
            ("hello worl", vec!["hello wor", "l"], (1, 1)),
            ("a\n", vec!["a", ""], (1, 0)),
            ("漢字漢字漢", vec!["漢字漢字", "漢"], (1, 2)),
            ("\u{7}\t", vec!["␇    "], (0, 5)),
        ] {
            let field = Field::new(&Composer::holding(text), 10);
            assert_eq!(
                (field.rows, field.cursor),
                (rows.iter().map(ToString::to_string).collect(), cursor)
            );
        }
    }

    proptest! {
        #[test]
        fn rows_and_cursor_stay_within(text in neutral::odd::text(50), width in 2usize..30, height in 1usize..5) {
            let field = Field::new(&Composer::holding(text), width);
            for row in &field.rows {
                prop_assert!(neutral::width(row) <= width);
            }
            let (row, column) = field.cursor;
            prop_assert!(row < field.rows.len() && column < width);
            let top = field.top(height);
            prop_assert!((top..top + height).contains(&row));
        }
    }
}
