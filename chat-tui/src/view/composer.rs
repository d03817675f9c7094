//! Draws what is being written: the text, what it answers, what Tab offers, and
//! the line above with who is typing and how much room is left.

use super::body::Context;
use super::field::Field;
use super::glyphs::Glyphs;
use super::my_name;
use super::overlay::{choose, seen};
use super::pen::{Pen, columns};
use super::rooms::{capped, title, top};
use super::theme::Role;
use super::timeline::{grouped, target};
use crate::core::State;
use crate::core::actions::Action;
use crate::core::clock::Now;
use crate::core::overlay::{Candidate, Completion};
use crate::core::room::{Hit, Pane, Room, Target, Viewport};
use crate::neutral;
use chat_proto::UserName;
use ratatui::layout::{Position, Rect};

/// Columns before the text: the prompt and a blank.
const PROMPT: u16 = 2;

/// Rows that the text fills in a composer of this width.
pub(super) fn rows(room: &Room, width: u16) -> usize {
    field(room, width).rows.len()
}

/// Draws the text; says where the cursor stands.
pub(super) fn draw(pen: &mut Pen<'_>, area: Rect, state: &State, room: &Room) -> Position {
    let field = field(room, area.width);
    let top = field.top(usize::from(area.height));
    let left = area.left() + PROMPT;
    pen.text(area.left(), area.y, left, pen.glyphs().prompt, Role::Title);
    if room.composer.text().is_empty() {
        let me = my_name(state);
        let name = title(room.name(), me);
        let words = if room.gone {
            let fate = room.fate.as_deref().map(neutral::line);
            fate.map_or_else(|| format!("you are not in {name} any more"), Into::into)
        } else if room.muted {
            "you are muted here: you can read, not write".to_owned()
        } else if room.thread.is_some() {
            "answer in this thread".to_owned()
        } else {
            format!("message {name}")
        };
        pen.cut(left, area.y, area.right(), &words, Role::Faint);
    }
    for (y, row) in (area.top()..area.bottom()).zip(&field.rows[top..]) {
        pen.text(left, y, area.right(), row, Role::Text);
    }
    if top > 0 {
        pen.text(area.left(), area.y, left, pen.glyphs().above, Role::Faint);
    }
    if top + usize::from(area.height) < field.rows.len() {
        let y = area.bottom() - 1;
        pen.text(area.left(), y, left, pen.glyphs().below, Role::Faint);
    }
    let (row, column) = field.cursor;
    Position {
        x: (left + columns(column)).min(area.right().saturating_sub(1)),
        y: area.y + columns(row - top),
    }
}

/// Draws what the message being written answers, or which message is being changed.
pub(super) fn draw_reply(pen: &mut Pen<'_>, area: Rect, state: &State, context: &Context<'_>) {
    if area.height == 0 {
        return;
    }
    let (room, glyphs) = (context.room, context.glyphs);
    let (words, close) = match (&room.editing, room.reply_to) {
        (Some(editing), _) => {
            let words = format!(
                "{} editing {}",
                glyphs.draft,
                context.answered(editing.target)
            );
            (words, "leaves it as it is")
        }
        (None, Some(to)) => {
            let words = format!("{} {}", glyphs.reply, context.answered(to));
            (words, "drops it")
        }
        (None, None) => return,
    };
    let drop = format!(" {} {close}", state.settings.keys.chord(Action::Close));
    let right = pen.flush(area.left(), area.y, area.right(), &drop, Role::Faint);
    pen.cut(area.left(), area.y, right, &words, Role::Quote);
}

/// Draws the line above the composer; says what of it answers to the mouse.
pub(super) fn draw_rule(
    pen: &mut Pen<'_>,
    area: Rect,
    state: &State,
    room: &Room,
    seen: &Viewport,
    now: Now,
) -> Option<Target> {
    if area.height == 0 {
        return None;
    }
    pen.level(area);
    let mut right = area.right().saturating_sub(1);
    if let Some((words, role)) = length(state, room) {
        right = pen.flush(area.left(), area.y, right, &words, role);
    }
    let mut hit = None;
    if let Some(words) = below(pen.glyphs(), room, seen) {
        let from = pen.flush(area.left(), area.y, right, &words, Role::Warning);
        let width = right - from;
        hit = Some(target(
            Rect {
                x: from,
                width,
                ..area
            },
            Hit::ToEnd(Pane::of(room)),
        ));
        right = from;
    }
    let left = area.left() + 1;
    if let Some(words) = typing(room, now) {
        pen.cut(left, area.y, right, &words, Role::Faint);
    }
    hit
}

/// The sign that something newer is below what is in sight.
pub(super) fn below(glyphs: &Glyphs, room: &Room, seen: &Viewport) -> Option<String> {
    let arrow = glyphs.below;
    match room.state.unread {
        _ if seen.end => None,
        0 => Some(format!(" {arrow} more below ")),
        unread => Some(format!(" {arrow} {} new ", capped(unread))),
    }
}

fn field(room: &Room, width: u16) -> Field {
    Field::new(&room.composer, usize::from(width.saturating_sub(PROMPT)))
}

/// How long the text is, once that matters.
fn length(state: &State, room: &Room) -> Option<(String, Role)> {
    let text = room.composer.text();
    let max = state.limits().text_chars;
    // Bytes bound characters from above: short texts need no counting.
    if text.len() < max / 5 * 4 {
        return None;
    }
    let chars = text.trim_end().chars().count();
    let words = |chars: usize| grouped(u64::try_from(chars).unwrap_or(u64::MAX));
    if chars > max {
        let words = format!(" too long: {} of {} characters ", words(chars), words(max));
        Some((words, Role::Refused))
    } else if chars >= max / 5 * 4 {
        Some((
            format!(" {} of {} ", words(chars), words(max)),
            Role::Warning,
        ))
    } else {
        None
    }
}

fn typing(room: &Room, now: Now) -> Option<String> {
    let names: Vec<_> = room
        .typing
        .iter()
        .filter(|(_, until)| *until > now.mono)
        .map(|(name, _)| neutral::line(UserName::as_str(name)))
        .collect();
    match &names[..] {
        [] => None,
        [one] => Some(format!(" {one} is typing ")),
        [one, two] => Some(format!(" {one} and {two} are typing ")),
        [one, rest @ ..] => Some(format!(" {one} and {} others are typing ", rest.len())),
    }
}

/// Rows of what Tab offers.
const CHOICES: usize = 8;

/// Draws what Tab offers over the lowest rows of `area`, above the text.
pub(super) fn draw_choices(pen: &mut Pen<'_>, area: Rect, completion: &Completion) {
    let height = choices_height(area, completion);
    let y = area.bottom().saturating_sub(height);
    draw_choices_in(pen, Rect { y, height, ..area }, area, completion);
}

/// Draws it over the uppermost rows of `area`, below the text.
pub(super) fn draw_choices_below(pen: &mut Pen<'_>, area: Rect, completion: &Completion) {
    let height = choices_height(area, completion);
    draw_choices_in(pen, Rect { height, ..area }, area, completion);
}

/// Rows of the list, with its borders where there is room for them.
fn choices_height(area: Rect, completion: &Completion) -> u16 {
    let borders = choices_borders(area);
    let free = usize::from(area.height.saturating_sub(borders));
    columns(completion.found.len().min(CHOICES).min(free)) + borders
}

fn choices_borders(area: Rect) -> u16 {
    if area.height > 4 { 2 } else { 0 }
}

fn draw_choices_in(pen: &mut Pen<'_>, place: Rect, area: Rect, completion: &Completion) {
    let found = &completion.found;
    let widest = found.iter().map(|candidate| {
        neutral::width(&neutral::line(&candidate.shown)) + neutral::width(candidate.about)
    });
    let width = columns(widest.max().unwrap_or(0) + 8).clamp(24, 72);
    let mut list = Rect {
        width: width.min(area.width),
        ..place
    };
    if choices_borders(area) > 0 {
        let title = match completion.chosen {
            Some(chosen) => format!("{} of {}", chosen + 1, found.len()),
            None => format!("{} fit", found.len()),
        };
        list = pen.frame(list, &title);
    } else {
        pen.clear(list);
    }
    let chosen = completion.chosen.unwrap_or(0);
    let top = top(chosen, found.len(), usize::from(list.height));
    for (index, row) in seen(list, top, found.len()) {
        choice(pen, row, &found[index]);
        if completion.chosen == Some(index) {
            choose(pen, row);
        }
    }
}

/// A word that is offered, what was typed of it marked.
fn choice(pen: &mut Pen<'_>, row: Rect, candidate: &Candidate) {
    let (shown, matched) = (&candidate.shown, &candidate.matched);
    let parts = [
        (shown.get(..matched.start), Role::Text),
        (shown.get(matched.clone()), Role::Key),
        (shown.get(matched.end..), Role::Text),
    ];
    let mut x = row.left() + 2;
    for (part, role) in parts {
        let part = neutral::line(part.unwrap_or_default());
        x = pen.cut(x, row.y, row.right(), &part, role);
    }
    if !candidate.about.is_empty() {
        pen.cut(x + 2, row.y, row.right(), candidate.about, Role::Faint);
    }
}
