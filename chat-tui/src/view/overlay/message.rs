//! The overlays about one message: what to react with, and what is known of it.

use super::{boxed, choose, field, rows, take_row};
use crate::core::State;
use crate::core::overlay::EmojiPicker;
use crate::neutral;
use crate::view::pen::{Pen, columns};
use crate::view::rooms::top;
use crate::view::theme::Role;
use crate::view::timeline::grouped;
use crate::view::when::When;
use crate::view::wrap::wrap;
use chat_proto::event::{EventBody, Message};
use chat_proto::{Entry, RoomName, Seq};
use ratatui::layout::{Position, Rect};

pub(super) fn emoji(pen: &mut Pen<'_>, screen: Rect, picker: &EmojiPicker) -> Option<Position> {
    /// Columns for the emoji, which terminals draw in different widths.
    const SIGN: u16 = 5;
    let mut area = boxed(pen, screen, "react with", 48, 18);
    let row = take_row(&mut area);
    let cursor = field(pen, row, &picker.query, "its name");
    if picker.found.is_empty() {
        let words = "no emoji of that name";
        pen.cut(area.left(), area.y, area.right(), words, Role::Faint);
    }
    let top = top(picker.chosen, picker.found.len(), usize::from(area.height));
    for (index, row) in rows(pen, area, top, picker.found.len()) {
        let choice = &picker.found[index];
        let left = row.left() + 2;
        let wide = neutral::width(&neutral::line(&choice.emoji)) > usize::from(SIGN);
        let name = if wide { row.right() } else { left + SIGN };
        pen.cut(left, row.y, name, &choice.emoji, Role::Text);
        pen.cut(name, row.y, row.right(), &choice.name, Role::Text);
        if index == picker.chosen {
            choose(pen, row);
        }
    }
    cursor
}

pub(super) fn info(
    pen: &mut Pen<'_>,
    screen: Rect,
    state: &State,
    when: &When,
    room: &RoomName,
    target: Seq,
) -> Option<Position> {
    let mut area = boxed(pen, screen, "this message", 64, 18);
    let entry = state
        .rooms
        .get(room)
        .and_then(|room| room.log.entry(target));
    let Some(entry) = entry else {
        let words = "it is no longer loaded";
        pen.cut(area.left(), area.y, area.right(), words, Role::Faint);
        return None;
    };
    for (label, words) in facts(entry, when) {
        if area.height == 0 {
            break;
        }
        const LABEL: u16 = 10;
        pen.cut(
            area.left(),
            area.y,
            area.left() + LABEL - 1,
            label,
            Role::Faint,
        );
        let right = Rect {
            x: area.x + LABEL,
            width: area.width.saturating_sub(LABEL),
            ..area
        };
        let used = excerpt(pen, right, &words, Role::Text).max(1);
        area.y += used;
        area.height -= used;
    }
    None
}

/// What is known of an entry, each with what it is called.
pub(in crate::view) fn facts(entry: &Entry, when: &When) -> Vec<(&'static str, String)> {
    let (event, fold) = (&entry.event, &entry.fold);
    let guest = if event.guest { " (guest)" } else { "" };
    let hook = if event.hook { " (webhook)" } else { "" };
    let mut facts = vec![
        ("by", format!("{}{guest}{hook}", event.author)),
        ("sent", moment(when, event.at)),
        (
            "number",
            format!("{} in {}", grouped(event.seq.get()), event.room),
        ),
    ];
    if let Some(at) = fold.edited_at {
        let words = format!("{}; earlier texts stay on the log", moment(when, at));
        facts.push(("edited", words));
    }
    if fold.pinned {
        facts.push(("pinned", "yes".to_owned()));
    }
    if let EventBody::Message(Message { text, reply_to, .. }) = &event.body {
        if text.is_none() {
            facts.push(("deleted", "its text is gone for everyone".to_owned()));
        }
        if let Some(to) = reply_to {
            facts.push(("answers", format!("number {}", grouped(to.get()))));
        }
    }
    for (emoji, names) in &fold.reactions {
        let mut words = names.join(", ");
        let named = u32::try_from(names.len()).unwrap_or(u32::MAX);
        if let Some(more) = fold
            .counts
            .get(emoji)
            .and_then(|count| count.checked_sub(named))
        {
            words.push_str(&format!(" and {more} more"));
        }
        facts.push(("reaction", format!("{emoji} by {words}")));
    }
    facts
}

fn moment(when: &When, at: chat_proto::Timestamp) -> String {
    format!("{}, {}", when.long_day(at), when.exact(at))
}

/// As much of a text of others as fits; says how many rows it took.
pub(super) fn excerpt(pen: &mut Pen<'_>, area: Rect, text: &str, role: Role) -> u16 {
    // More than fills a screen is never laid out.
    let start: String = text.chars().take(2000).collect();
    let laid = wrap([(start.as_str(), role)], usize::from(area.width.max(1)));
    let shown = laid.height().min(usize::from(area.height));
    for (row, y) in (0..shown).zip(area.top()..area.bottom()) {
        let mut x = area.left();
        for (part, role) in laid.row(row) {
            x = pen.text(x, y, area.right(), part, role);
        }
        if row + 1 == shown && shown < laid.height() {
            let cut = pen.glyphs().cut;
            pen.text(
                x.min(area.right().saturating_sub(1)),
                y,
                area.right(),
                cut,
                role,
            );
        }
    }
    columns(shown)
}
