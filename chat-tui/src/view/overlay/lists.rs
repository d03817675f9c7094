//! The overlays that are lists: rooms to go to, keys, members, rooms of the server.

use super::{boxed, field, seen, take_row};
use crate::core::State;
use crate::core::keys::When;
use crate::core::overlay::{Choice, Help, MemberList, Picker, RoomList};
use crate::neutral;
use crate::view::body::role_word;
use crate::view::my_name;
use crate::view::pen::Pen;
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
    for (index, row) in seen(area, top, picker.found.len()) {
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
    let mut x = pen.text(left, row.y, right, "#", role);
    for (at, c) in choice.room.as_str().char_indices() {
        let role = if choice.matched.contains(&at) {
            Role::Key
        } else {
            role
        };
        x = pen.text(x, row.y, right, c.encode_utf8(&mut [0; 4]), role);
    }
}

pub(super) fn help(
    pen: &mut Pen<'_>,
    screen: Rect,
    state: &State,
    help: &Help,
) -> Option<Position> {
    let mut area = boxed(pen, screen, "keys", 72, screen.height);
    let row = take_row(&mut area);
    let cursor = field(pen, row, &help.query, "filter by words or keys");
    let rows: Vec<_> = actions(state, help).chain(commands(help)).collect();
    if rows.is_empty() {
        pen.cut(
            area.left(),
            area.y,
            area.right(),
            "nothing fits",
            Role::Faint,
        );
    }
    let second = area.left() + (area.width / 3).clamp(8, 24);
    for (index, row) in seen(area, help.top, rows.len()) {
        let (first, words) = &rows[index];
        pen.cut(row.left(), row.y, second - 1, first, Role::Key);
        pen.cut(second, row.y, row.right(), words, Role::Text);
    }
    cursor
}

/// The keys of each action, and what it does.
fn actions<'a>(state: &'a State, help: &'a Help) -> impl Iterator<Item = (String, String)> + 'a {
    help.found.iter().map(|action| {
        let keys: Vec<_> = state
            .setup
            .keys
            .keys(*action)
            .map(|key| key.to_string())
            .collect();
        let words = match action.when() {
            When::Selecting => format!("{} (of a selected message)", action.title()),
            When::Always | When::Room | When::Writing | When::Refused => action.title().into(),
        };
        (keys.join(" "), words)
    })
}

/// Each command with what it takes, and what it does.
fn commands(help: &Help) -> impl Iterator<Item = (String, String)> + '_ {
    let commands = help.commands.iter();
    commands.map(|command| {
        (
            format!("/{} {}", command.name, command.takes),
            command.about.into(),
        )
    })
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
    for (index, row) in seen(area, list.top, list.members.len()) {
        let member = &list.members[index];
        if member.online {
            pen.text(
                row.left(),
                row.y,
                row.right(),
                pen.glyphs().online,
                Role::Live,
            );
        }
        let role = role_word(member.role);
        let right = pen.flush(row.left() + 2, row.y, row.right(), role, Role::Faint);
        let name = member.name.as_str();
        let role = if me == Some(name) {
            Role::Own
        } else {
            Role::Text
        };
        pen.cut(row.left() + 2, row.y, right.saturating_sub(1), name, role);
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
    for (index, row) in seen(area, top, list.rooms.len()) {
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

fn choose(pen: &mut Pen<'_>, row: Rect) {
    pen.text(
        row.left(),
        row.y,
        row.right(),
        pen.glyphs().pointer,
        Role::Text,
    );
    pen.restyle(row, Role::Chosen);
}
