//! The overlays that show actions: the palette, the prompt for what one takes,
//! help, and what may follow a prefix.

use super::{boxed, choose, field, marked, rows, seen, take_row};
use crate::core::State;
use crate::core::actions::{Action, When};
use crate::core::overlay::{Help, HelpRow, Palette, Prompt};
use crate::neutral;
use crate::view::composer::draw_choices_below;
use crate::view::pen::{Pen, columns};
use crate::view::rooms::top;
use crate::view::theme::Role;
use ratatui::layout::{Position, Rect};

pub(super) fn palette(
    pen: &mut Pen<'_>,
    screen: Rect,
    state: &State,
    palette: &Palette,
) -> Option<Position> {
    let mut area = boxed(pen, screen, "commands", 72, 20);
    let row = take_row(&mut area);
    let cursor = field(pen, row, &palette.query, "what shall be done?");
    if palette.found.is_empty() {
        let words = "no such action";
        pen.cut(area.left(), area.y, area.right(), words, Role::Faint);
    }
    let top = top(
        palette.chosen,
        palette.found.len(),
        usize::from(area.height),
    );
    for (index, row) in rows(pen, area, top, palette.found.len()) {
        let offer = &palette.found[index];
        let keys = state.settings.keys.chord(offer.action);
        let right = pen.flush(row.left() + 2, row.y, row.right(), &keys, Role::Key);
        let left = Rect {
            width: right.saturating_sub(row.x + 1),
            ..row
        };
        offered(pen, left, state, offer.action, &offer.matched);
        if index == palette.chosen {
            choose(pen, row);
        }
    }
    cursor
}

/// What an action does, and how it is typed where there is room for that.
fn offered(pen: &mut Pen<'_>, row: Rect, state: &State, action: Action, matched: &[usize]) {
    let info = action.info();
    let role = if state.has_what_it_needs(action) {
        Role::Text
    } else {
        Role::Faint
    };
    let mut right = row.right();
    let typed = typed(action);
    let width = neutral::width(&typed) + neutral::width(info.title) + 3;
    if width < usize::from(row.width) {
        right = pen.flush(row.left(), row.y, right, &typed, Role::Faint);
    }
    let title = Rect {
        width: right.saturating_sub(row.x),
        ..row
    };
    if neutral::width(info.title) + 2 > usize::from(title.width) {
        pen.cut(row.left() + 2, row.y, title.right(), info.title, role);
    } else {
        marked(pen, row.left() + 2, title, info.title, matched, role);
    }
}

/// How an action is typed; empty if it can't be.
fn typed(action: Action) -> String {
    let info = action.info();
    match info.when {
        When::Always | When::Room | When::Refused => {
            let words = format!("/{} {}", info.name, info.takes.words());
            words.trim_end().to_owned()
        }
        When::Writing | When::Selecting => String::new(),
    }
}

pub(super) fn prompt(
    pen: &mut Pen<'_>,
    screen: Rect,
    state: &State,
    prompt: &Prompt,
) -> Option<Position> {
    let info = prompt.action.info();
    let mut area = boxed(pen, screen, info.name, 60, 6);
    let title = take_row(&mut area);
    pen.cut(
        title.left(),
        title.y,
        title.right(),
        info.title,
        Role::Faint,
    );
    let row = take_row(&mut area);
    let cursor = field(pen, row, &prompt.line, info.takes.words());
    if let Some(why) = &prompt.why {
        super::asks::paragraph(pen, area, why, Role::Warning);
    }
    if let Some(completion) = state.completion.as_ref().filter(|_| prompt.takes_path()) {
        // Below the box, or in it where it is all there is.
        let bottom = (area.bottom() + 1).min(screen.bottom());
        let below = Rect {
            y: bottom,
            height: screen.bottom() - bottom,
            ..area
        };
        let place = if below.height > 2 { below } else { area };
        draw_choices_below(pen, place, completion);
    }
    cursor
}

pub(super) fn help(
    pen: &mut Pen<'_>,
    screen: Rect,
    state: &State,
    help: &Help,
) -> Option<Position> {
    let mut area = boxed(pen, screen, "keys", 92, screen.height);
    let row = take_row(&mut area);
    let cursor = field(pen, row, &help.query, "filter by words or keys");
    if help.rows.is_empty() {
        let words = "nothing fits";
        pen.cut(area.left(), area.y, area.right(), words, Role::Faint);
    }
    let second = area.left() + (area.width / 4).clamp(10, 24);
    for (index, row) in seen(area, help.top, help.rows.len()) {
        match help.rows[index] {
            HelpRow::Heading(group) => {
                pen.cut(row.left(), row.y, row.right(), group.heading(), Role::Title);
            }
            HelpRow::Action(action) => explained(pen, row, second, state, action),
        }
    }
    cursor
}

/// The keys of an action, how it is typed, and what it does.
fn explained(pen: &mut Pen<'_>, row: Rect, second: u16, state: &State, action: Action) {
    let keys = state.settings.keys.chords(action);
    pen.cut(row.left(), row.y, second - 1, &keys, Role::Key);
    let title = action.info().title;
    let words = match action.info().when {
        When::Selecting => format!("{title} (of a selected message)"),
        When::Always | When::Room | When::Writing | When::Refused => title.to_owned(),
    };
    let typed = typed(action);
    let width = neutral::width(&words) + neutral::width(&typed) + 2;
    let mut right = row.right();
    if width <= usize::from(right.saturating_sub(second)) {
        right = pen.flush(second, row.y, right, &typed, Role::Faint);
    }
    pen.cut(second, row.y, right, &words, Role::Text);
}

/// The keys that may follow those that were pressed, above the lowest lines.
pub(in crate::view) fn which_key(pen: &mut Pen<'_>, screen: Rect, state: &State) {
    const LINES_BELOW: u16 = 2;
    let Some((pressed, after)) = state.which_key() else {
        return;
    };
    let free = screen.height.saturating_sub(LINES_BELOW);
    let height = columns(after.len() + 2).min(free);
    let width = screen.width.min(64);
    let area = Rect {
        x: screen.right() - width,
        y: screen.y + free - height,
        width,
        height,
    };
    let area = pen.frame(area, &pressed);
    let keys = after.iter().map(|(keys, _)| neutral::width(keys)).max();
    let second = area.left() + columns(keys.unwrap_or(0) + 2);
    let rows = usize::from(area.height);
    let listed = if after.len() > rows {
        rows.saturating_sub(1)
    } else {
        after.len()
    };
    for (index, row) in seen(area, 0, listed) {
        let (keys, action) = &after[index];
        pen.text(row.left(), row.y, row.right(), keys, Role::Key);
        pen.cut(second, row.y, row.right(), action.info().title, Role::Text);
    }
    if listed < after.len() && area.height > 0 {
        let more = after.len() - listed;
        let words = format!("and {more} more: {}", state.settings.keys.way(Action::Help));
        let last = area.bottom() - 1;
        pen.cut(area.left(), last, area.right(), &words, Role::Faint);
    }
}
