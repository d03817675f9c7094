//! Draws the list of rooms: badges, drafts, and the open room always in view,
//! unless the list was moved by hand since it was opened.

use super::my_name;
use super::pen::Pen;
use super::theme::Role;
use super::timeline::target;
use crate::core::State;
use crate::core::room::{Hit, Room, Target};
use crate::neutral;
use chat_proto::RoomName;
use chat_proto::limits::COUNT_CAP;
use ratatui::layout::Rect;

/// Draws the list; says what answers to the mouse.
pub(super) fn draw(pen: &mut Pen<'_>, area: Rect, state: &State) -> Vec<Target> {
    let rooms: Vec<_> = state.listed().collect();
    let height = usize::from(area.height);
    let open = rooms
        .iter()
        .position(|room| Some(room.name()) == state.open.as_ref());
    let top = match state.list_top() {
        Some(moved) => moved.min(rooms.len().saturating_sub(height)),
        None => top(open.unwrap_or(0), rooms.len(), height),
    };
    let mut targets = Vec::new();
    for (y, room) in (area.top()..area.bottom()).zip(&rooms[top..]) {
        let row = Rect {
            y,
            height: 1,
            ..area
        };
        let is_open = Some(room.name()) == state.open.as_ref();
        draw_row(pen, row, state, room, is_open);
        targets.push(target(row, Hit::Room(room.name().clone())));
    }
    more(pen, area, &rooms, top, height);
    targets
}

/// The first row to show: as near to the list's begin as keeps `chosen` off the edges.
pub(super) fn top(chosen: usize, len: usize, height: usize) -> usize {
    let margin = 2.min(height.saturating_sub(1) / 2);
    let lowest = (chosen + 1 + margin).saturating_sub(height);
    lowest.min(len.saturating_sub(height))
}

/// Signs at the ends of the list where it goes on, loud if something unread is there.
fn more(pen: &mut Pen<'_>, area: Rect, rooms: &[&Room], top: usize, height: usize) {
    let hidden_below = rooms.get(top + height..).unwrap_or_default();
    let (above, below) = (pen.glyphs().above, pen.glyphs().below);
    for (hidden, y, sign) in [
        (&rooms[..top], area.top(), above),
        (hidden_below, area.bottom().saturating_sub(1), below),
    ] {
        if hidden.is_empty() {
            continue;
        }
        let unread = hidden.iter().any(|room| room.state.unread > 0);
        let role = if unread { Role::Warning } else { Role::Faint };
        pen.text(area.left(), y, area.left() + 1, sign, role);
    }
}

fn draw_row(pen: &mut Pen<'_>, row: Rect, state: &State, room: &Room, is_open: bool) {
    let glyphs = pen.glyphs();
    let unread = room.state.unread > 0;
    let role = match (room.gone, unread) {
        (true, _) => Role::Faint,
        (false, true) => Role::Unread,
        (false, false) => Role::Text,
    };
    if is_open {
        pen.text(
            row.left(),
            row.y,
            row.left() + 1,
            glyphs.pointer,
            Role::Text,
        );
    }
    // What is unread below in the open room, the sign above the composer says.
    let told = is_open && room.shown.as_ref().is_some_and(|shown| !shown.end);
    let mut right = row.right();
    if !told {
        right = badges(pen, row, room.state.unread, room.state.mentions);
    }
    let unsent = state
        .outbox
        .of(room.name())
        .any(|item| item.unsent.refused.is_some());
    for (shown, sign, role) in [
        (state.has_draft(room), glyphs.draft, Role::Faint),
        (unsent, glyphs.refused, Role::Refused),
    ] {
        if shown {
            right = pen
                .flush(row.left() + 2, row.y, right, sign, role)
                .saturating_sub(1);
        }
    }
    let me = my_name(state);
    let name = title(room.name(), me);
    pen.cut(row.left() + 1, row.y, right, &name, role);
    if is_open {
        // Last, so that it covers the whole row.
        pen.restyle(row, Role::Chosen);
    }
}

/// The figures at the end of a row; says where what stands before them has to end.
pub(super) fn badges(pen: &mut Pen<'_>, row: Rect, unread: u32, mentions: u32) -> u16 {
    let mut right = row.right();
    for (count, sign, role) in [(unread, "", Role::Unread), (mentions, "@", Role::Mentioned)] {
        if count > 0 {
            let badge = format!("{sign}{}", capped(count));
            right = pen
                .flush(row.left(), row.y, right, &badge, role)
                .saturating_sub(1);
        }
    }
    right
}

/// A count as it is known: 1000 means more than 999.
pub(super) fn capped(count: u32) -> String {
    if count >= COUNT_CAP {
        format!("{}+", COUNT_CAP - 1)
    } else {
        count.to_string()
    }
}

/// What a room is called on the screen: `#dev`, or `@bob` for the room shared with bob.
pub(super) fn title(room: &RoomName, me: Option<&str>) -> String {
    let name = room.as_str();
    let Some((a, b)) = name.strip_prefix('@').and_then(|pair| pair.split_once('+')) else {
        return format!("#{}", neutral::line(name));
    };
    let me = me.map(str::to_lowercase);
    let other = if me.as_deref() == Some(a) { b } else { a };
    if me.is_none() {
        return neutral::line(name).into_owned();
    }
    format!("@{}", neutral::line(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_open_room_is_always_in_view() {
        for len in 1..40 {
            for height in 1..12 {
                for chosen in 0..len {
                    let top = top(chosen, len, height);
                    assert!((top..top + height).contains(&chosen));
                    assert!(top == 0 || top + height <= len);
                }
            }
        }
    }

    #[test]
    fn a_direct_room_bears_the_others_name() {
        let room = |name| RoomName::trusted(name).unwrap();
        assert_eq!(title(&room("@ada+bob"), Some("Ada")), "@bob");
        assert_eq!(title(&room("@ada+bob"), Some("bob")), "@ada");
        assert_eq!(title(&room("@ada+bob"), None), "@ada+bob");
        assert_eq!(title(&room("dev"), Some("ada")), "#dev");
    }
}
