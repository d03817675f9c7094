//! Draws what is being written: the text, what it answers, and the line above
//! with what Tab offers, who is typing and how much room is left.

use super::body::Context;
use super::field::Field;
use super::glyphs::Glyphs;
use super::my_name;
use super::pen::{Pen, columns};
use super::rooms::{capped, title};
use super::theme::Role;
use super::timeline::{grouped, target};
use crate::core::State;
use crate::core::actions::Action;
use crate::core::clock::Now;
use crate::core::overlay::Completion;
use crate::core::room::{Hit, Room, Target, Viewport};
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
            format!("you are not in {name} any more")
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
            Hit::ToEnd,
        ));
        right = from;
    }
    let left = area.left() + 1;
    if let Some(completion) = &state.completion {
        choices(pen, left, area.y, right, completion);
    } else if let Some(words) = typing(room, now) {
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

/// What Tab offers, from the chosen one on where not all fit.
fn choices(pen: &mut Pen<'_>, left: u16, y: u16, right: u16, completion: &Completion) {
    const BEFORE: usize = 2;
    let first = completion.chosen.unwrap_or(0).saturating_sub(BEFORE);
    let mut x = pen.text(left, y, right, " ", Role::Text);
    for (index, choice) in completion.found.iter().enumerate().skip(first) {
        if x + 1 >= right {
            break;
        }
        let choice = neutral::line(choice);
        let role = if completion.chosen == Some(index) {
            Role::Chosen
        } else {
            Role::Text
        };
        x = pen.cut(x, y, right, &choice, role);
        x = pen.text(x, y, right, "  ", Role::Text);
    }
}
