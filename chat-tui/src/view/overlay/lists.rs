//! The overlays that are lists: rooms to go to, members, rooms of the server.

use super::{boxed, choose, field, marked, rows, take_row};
use crate::core::State;
use crate::core::overlay::{
    Choice, MemberList, PersonMenu, Picker, RoomList, Sent, Themes, theme_name,
};
use crate::neutral;
use crate::view::my_name;
use crate::view::pen::{Pen, columns};
use crate::view::rooms::{badges, title, top};
use crate::view::theme::Role;
use crate::view::timeline::grouped;
use chat_proto::event::RoomKind;
use ratatui::layout::{Position, Rect};

pub(super) fn picker(
    pen: &mut Pen<'_>,
    screen: Rect,
    state: &State,
    picker: &Picker,
) -> Option<Position> {
    let mut area = boxed(pen, screen, "go to a room", 56, 20);
    let row = take_row(&mut area);
    let cursor = field(pen, row, &picker.query, "part of its name");
    if picker.found.is_empty() {
        pen.cut(
            area.left(),
            area.y,
            area.right(),
            "no such room",
            Role::Faint,
        );
    }
    let top = top(picker.chosen, picker.found.len(), usize::from(area.height));
    for (index, row) in rows(pen, area, top, picker.found.len()) {
        let choice = &picker.found[index];
        let right = badges(pen, row, choice.unread, choice.mentions);
        room_to_go(pen, row, right, state, choice);
        if index == picker.chosen {
            choose(pen, row);
        }
    }
    cursor
}

fn room_to_go(pen: &mut Pen<'_>, row: Rect, right: u16, state: &State, choice: &Choice) {
    let left = row.left() + 2;
    let role = if choice.unread > 0 {
        Role::Unread
    } else {
        Role::Text
    };
    if choice.join {
        let name = neutral::line(choice.room.as_str());
        pen.cut(left, row.y, right, &format!("join #{name}"), role);
        return;
    }
    if choice.kind == Some(RoomKind::Direct) {
        let me = my_name(state);
        pen.cut(left, row.y, right, &title(&choice.room, me), role);
        return;
    }
    let x = pen.text(left, row.y, right, "#", role);
    let row = Rect {
        width: right.saturating_sub(row.x),
        ..row
    };
    marked(pen, x, row, choice.room.as_str(), &choice.matched, role);
}

pub(super) fn members(
    pen: &mut Pen<'_>,
    screen: Rect,
    state: &State,
    list: &MemberList,
) -> Option<Position> {
    let me = my_name(state);
    let count = match (list.total, list.loading) {
        (Some(total), _) => format!("{} in ", grouped(total)),
        (None, true) => "asking who is in ".into(),
        (None, false) => "who is in ".into(),
    };
    let area = boxed(
        pen,
        screen,
        &format!("{count}{}", title(&list.room, me)),
        48,
        20,
    );
    let top_row = top(list.chosen, list.members.len(), usize::from(area.height));
    for (index, row) in rows(pen, area, top_row, list.members.len()) {
        let member = &list.members[index];
        if member.online {
            pen.text(
                row.left() + 2,
                row.y,
                row.right(),
                pen.glyphs().online,
                Role::Live,
            );
        }
        let role = member.role.name();
        let right = pen.flush(row.left() + 4, row.y, row.right(), role, Role::Faint);
        let name = member.name.as_str();
        let role = if me == Some(name) {
            Role::Own
        } else {
            Role::Text
        };
        let right = right.saturating_sub(1);
        let x = pen.cut(row.left() + 4, row.y, right, name, role);
        if state.habits.ignores(&member.name) {
            pen.cut(x, row.y, right, " (hidden here)", Role::Faint);
        }
        if index == list.chosen {
            choose(pen, row);
        }
    }
    None
}

pub(super) fn person(
    pen: &mut Pen<'_>,
    screen: Rect,
    state: &State,
    menu: &PersonMenu,
) -> Option<Position> {
    let role = state
        .rooms
        .get(&menu.room)
        .map(|room| room.people.role(&menu.user));
    let role = role.map_or("", chat_proto::event::Role::name);
    let area = boxed(pen, screen, &format!("{}, {role}", menu.user), 48, 12);
    if menu.found.is_empty() {
        pen.cut(
            area.left(),
            area.y,
            area.right(),
            "that is you",
            Role::Faint,
        );
    }
    let top = top(menu.chosen, menu.found.len(), usize::from(area.height));
    for (index, row) in rows(pen, area, top, menu.found.len()) {
        let (_, words) = menu.found[index];
        pen.cut(row.left() + 2, row.y, row.right(), words, Role::Text);
        if index == menu.chosen {
            choose(pen, row);
        }
    }
    None
}

pub(super) fn rooms(
    pen: &mut Pen<'_>,
    screen: Rect,
    state: &State,
    list: &RoomList,
) -> Option<Position> {
    let title_words = if list.loading {
        "rooms, loading"
    } else {
        "rooms"
    };
    let area = boxed(pen, screen, title_words, 72, 20);
    if list.rooms.is_empty() && !list.loading {
        pen.cut(
            area.left(),
            area.y,
            area.right(),
            "there are none",
            Role::Faint,
        );
    }
    let me = my_name(state);
    let top = top(list.chosen, list.rooms.len(), usize::from(area.height));
    for (index, row) in rows(pen, area, top, list.rooms.len()) {
        let room = &list.rooms[index];
        let members = format!("{} here", grouped(room.members));
        let right = pen.flush(row.left() + 2, row.y, row.right(), &members, Role::Faint);
        let right = right.saturating_sub(1);
        let x = pen.cut(
            row.left() + 2,
            row.y,
            right,
            &title(&room.room, me),
            Role::Unread,
        );
        pen.cut(x + 1, row.y, right, &room.topic, Role::Faint);
        if index == list.chosen {
            choose(pen, row);
        }
    }
    None
}

pub(super) fn themes(pen: &mut Pen<'_>, screen: Rect, themes: &Themes) -> Option<Position> {
    let height = columns(themes.found.len()) + 2;
    let area = boxed(pen, screen, "theme", 60, height);
    let top = top(themes.chosen, themes.found.len(), usize::from(area.height));
    for (index, row) in rows(pen, area, top, themes.found.len()) {
        let theme = themes.found[index];
        let about = match theme {
            Some(theme) => theme.info().1,
            None => "as the terminal's background is",
        };
        let left = row.left() + 2;
        let x = pen.cut(left, row.y, row.right(), theme_name(theme), Role::Text);
        let second = (left + 16).max(x + 2);
        pen.cut(second, row.y, row.right(), about, Role::Faint);
        if index == themes.chosen {
            choose(pen, row);
        }
    }
    None
}

/// The texts that were sent, one row each.
pub(super) fn sent(pen: &mut Pen<'_>, screen: Rect, sent: &Sent) -> Option<Position> {
    let mut area = boxed(pen, screen, "sent before", 72, 20);
    let row = take_row(&mut area);
    let cursor = field(pen, row, &sent.query, "part of the text");
    if sent.found.is_empty() {
        let words = "no such text";
        pen.cut(area.left(), area.y, area.right(), words, Role::Faint);
    }
    let top = top(sent.chosen, sent.found.len(), usize::from(area.height));
    for (index, row) in rows(pen, area, top, sent.found.len()) {
        // Twice a row of characters is more than it can show.
        let start: String = sent.found[index]
            .chars()
            .take(usize::from(row.width) * 2)
            .map(|c| if c == '\n' { ' ' } else { c })
            .collect();
        pen.cut(row.left() + 2, row.y, row.right(), &start, Role::Text);
        if index == sent.chosen {
            choose(pen, row);
        }
    }
    cursor
}
