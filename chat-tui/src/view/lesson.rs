//! Draws the first lesson where nothing else is.

use super::pen::Pen;
use super::theme::Role;
use crate::core::State;
use crate::core::actions::Action;
use crate::core::lesson::TAUGHT;
use ratatui::layout::Rect;

/// Rows that it takes: a heading, the keys, and how it goes away.
const ROWS: u16 = TAUGHT.len() as u16 + 2;
/// Columns below which it would be cut.
const WIDTH: u16 = 36;

/// A lower screen is for those who know their way.
const SCREEN_ROWS: u16 = 12;

/// Draws it at the upper edge of rows in which nothing stands, if it fits
/// with a blank row around it.
pub(super) fn draw(pen: &mut Pen<'_>, free: Rect, state: &State) {
    let Some(lesson) = state.lesson else {
        return;
    };
    let fits = free.height > ROWS && free.width >= WIDTH && pen.screen().height >= SCREEN_ROWS;
    if !fits || !state.overlays.is_empty() {
        return;
    }
    let (x, right) = (free.left() + 2, free.right());
    let mut y = free.top() + u16::from(free.height > ROWS + 1);
    pen.cut(x, y, right, "Three keys are enough to begin:", Role::Title);
    let key = |action: Action| match state.settings.keys.chord(action) {
        none if none.is_empty() => format!("/{}", action.info().name),
        chord => chord,
    };
    let widest = TAUGHT.map(|(action, _)| key(action).chars().count());
    let column = x
        + 2
        + widest
            .into_iter()
            .max()
            .and_then(|w| u16::try_from(w).ok())
            .unwrap_or(0);
    for ((action, words), used) in TAUGHT.iter().zip(lesson.used) {
        y += 1;
        if used {
            let sign = pen.glyphs().done;
            pen.text(free.left(), y, right, sign, Role::Live);
        }
        pen.cut(x, y, right, &key(*action), Role::Key);
        let role = if used { Role::Faint } else { Role::Text };
        pen.cut(column, y, right, words, role);
    }
    let close = format!("{} takes this away", key(Action::Close));
    pen.cut(x, y + 1, right, &close, Role::Faint);
}
