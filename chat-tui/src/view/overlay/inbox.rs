//! Draws the inbox: of each message where and when it was said, what stood
//! before it, and its text.

use super::{boxed, choose};
use crate::core::State;
use crate::core::input::Named;
use crate::core::overlay::Inbox;
use crate::neutral;
use crate::view::my_name;
use crate::view::pen::Pen;
use crate::view::rooms::{title, top};
use crate::view::theme::Role;
use crate::view::when::When;
use chat_proto::Entry;
use chat_proto::event::EventBody;
use ratatui::layout::{Position, Rect};

/// Rows of a message: where, what stood before it, itself.
const ROWS: u16 = 3;

pub(super) fn draw(
    pen: &mut Pen<'_>,
    screen: Rect,
    state: &State,
    when: &When,
    inbox: &Inbox,
) -> Option<Position> {
    let head = if inbox.loading {
        "where you are named, loading"
    } else {
        "where you are named"
    };
    let mut area = boxed(pen, screen, head, 84, 30);
    if inbox.missing > 0 && area.height > 0 {
        area.height -= 1;
        let words = format!(
            "{} more are not loaded here; their rooms show them",
            inbox.missing
        );
        pen.cut(
            area.left(),
            area.bottom(),
            area.right(),
            &words,
            Role::Warning,
        );
    }
    if inbox.found.is_empty() && !inbox.loading {
        let words = "nobody has named you yet";
        pen.cut(area.left(), area.y, area.right(), words, Role::Faint);
    }
    let height = usize::from(area.height / ROWS);
    let top = top(inbox.chosen, inbox.found.len(), height);
    let items = inbox.found.iter().enumerate().skip(top).take(height);
    for ((index, named), y) in items.zip((area.top()..area.bottom()).step_by(usize::from(ROWS))) {
        let row = |down: u16| Rect {
            y: y + down,
            height: 1,
            ..area
        };
        let all = Rect {
            height: ROWS,
            ..row(0)
        };
        pen.row(all, index);
        place(pen, row(0), state, when, named);
        if let Some(before) = &named.before {
            said(pen, row(1), before, Role::Faint);
        }
        said(pen, row(2), &named.entry, Role::Text);
        if index == inbox.chosen {
            choose(pen, row(0));
        }
    }
    None
}

/// Where and when it was said, and whether it is read.
fn place(pen: &mut Pen<'_>, row: Rect, state: &State, when: &When, named: &Named) {
    let event = &named.entry.event;
    let at = format!("{} {}", when.day(event.at), when.clock(event.at));
    let right = pen.flush(row.left() + 2, row.y, row.right(), &at, Role::Faint);
    let read = state.rooms.get(&event.room).map(|room| room.state.read);
    let role = if read.is_some_and(|read| event.seq > read) {
        Role::Unread
    } else {
        Role::Title
    };
    let name = title(&event.room, my_name(state));
    let sign = if role == Role::Unread { " (new)" } else { "" };
    let words = format!("{name}{sign}");
    pen.cut(row.left() + 2, row.y, right.saturating_sub(1), &words, role);
}

fn said(pen: &mut Pen<'_>, row: Rect, entry: &Entry, role: Role) {
    let EventBody::Message(message) = &entry.event.body else {
        return;
    };
    // More than two screens' widths of it are never shown.
    let text = message.text.as_deref().unwrap_or("(deleted)");
    let start: String = text.chars().take(300).collect();
    let words = format!("{}: {}", entry.event.author, neutral::line(&start));
    pen.cut(row.left() + 4, row.y, row.right(), &words, role);
}
