//! Draws the lines around: the room's title, the connection, and the keys that
//! work now.

use super::body::size;
use super::composer::below;
use super::my_name;
use super::pen::Pen;
use super::rooms::{capped, title};
use super::theme::Role;
use super::timeline::grouped;
use super::when::When;
use crate::core::State;
use crate::core::actions::Action;
use crate::core::clock::Now;
use crate::core::hints::Hint;
use crate::core::room::{Room, Viewport};
use crate::core::side::{Known, Side};
use crate::core::transfers::Work;
use crate::neutral;
use ratatui::layout::Rect;

/// The room's name and topic.
pub(super) fn draw_title(pen: &mut Pen<'_>, area: Rect, state: &State, room: &Room) {
    if area.height == 0 {
        return;
    }
    let me = my_name(state);
    let mut right = area.right();
    if let Some(total) = room.people.total {
        let people = format!(" {total} here ");
        right = pen.flush(area.left(), area.y, right, &people, Role::Faint);
        pen.key(
            Rect::new(right, area.y, area.right() - right, 1),
            Action::Members,
        );
    }
    let name = title(room.name(), me);
    let behind = state.side.as_ref().is_some_and(|side| side.focused);
    let role = if behind { Role::Faint } else { Role::Title };
    let x = pen.cut(area.left() + 1, area.y, right, &name, role);
    if !room.state.topic.is_empty() {
        let topic = format!(" {} {}", pen.glyphs().dot, neutral::line(&room.state.topic));
        pen.cut(x, area.y, right, &topic, Role::Faint);
    }
}

/// What the thread at the side holds.
pub(super) fn draw_thread_title(pen: &mut Pen<'_>, area: Rect, state: &State, side: &Side) {
    if area.height == 0 {
        return;
    }
    let close = format!(" {} closes ", state.settings.keys.chord(Action::Close));
    let right = pen.flush(area.left(), area.y, area.right(), &close, Role::Faint);
    pen.key(
        Rect::new(right, area.y, area.right() - right, 1),
        Action::Close,
    );
    let title = if side.focused {
        Role::Title
    } else {
        Role::Faint
    };
    let x = pen.cut(area.left() + 1, area.y, right, "thread", title);
    let live = state.link.is_live();
    let known = match side.known {
        Known::Whole => "",
        Known::Asked | Known::Kept if live => ", loading",
        Known::Asked | Known::Kept => " that are kept here; offline",
        Known::Cut if side.is_holed() => "",
        Known::Cut => ", the oldest; more follow in the room",
        Known::Refused => " that are kept here",
    };
    let words = match side.replies() {
        0 => format!("no replies{known}"),
        1 => format!("1 reply{known}"),
        more => format!("{} replies{known}", grouped(more)),
    };
    let words = format!(" {} {words}", pen.glyphs().dot);
    let role = if live { Role::Faint } else { Role::Warning };
    pen.cut(x, area.y, right, &words, role);
}

/// The connection in words, who one is, and what is not sent or not read.
/// `seen` is what is in sight, where the line above the composer can't tell.
pub(super) fn draw(
    pen: &mut Pen<'_>,
    area: Rect,
    state: &State,
    when: &When,
    now: Now,
    seen: Option<(&Room, &Viewport)>,
    rooms_shown: bool,
) {
    let live = state.link.is_live();
    let (sign, role) = if live {
        (pen.glyphs().online, Role::Live)
    } else {
        (pen.glyphs().offline, Role::Warning)
    };
    let left = pen.text(area.left() + 1, area.y, area.right(), sign, role);
    let mut right = area.right();
    let below = seen.and_then(|(room, seen)| below(pen.glyphs(), room, seen));
    for (words, role) in figures(state, below, rooms_shown) {
        // A figure cut short would be a wrong one.
        if neutral::width(&words) <= usize::from(right - left) {
            right = pen.flush(left, area.y, right, &words, role);
        }
    }
    let mut x = left;
    if let Some(me) = &state.me.name {
        let guest = if state.me.guest { " (guest)" } else { "" };
        let name = format!(" {}{guest}", neutral::line(me.as_str()));
        x = pen.cut(x, area.y, right, &name, Role::Title);
    }
    let said = standing(state, pen.glyphs().dot, when, now);
    let role = if live && state.disk_trouble.is_none() {
        Role::Faint
    } else {
        Role::Warning
    };
    pen.cut(x, area.y, right, &said, role);
}

/// What stands at the right, from there on; `below` is what is below what is in sight.
fn figures(
    state: &State,
    below: Option<String>,
    rooms_shown: bool,
) -> impl Iterator<Item = (String, Role)> {
    let (unread, mentions) = if rooms_shown {
        (0, 0)
    } else {
        elsewhere(state)
    };
    let off = !state.mouse_on && state.settings.mouse;
    let mouse = off.then(|| format!(" mouse off ({}) ", state.settings.keys.chord(Action::Mouse)));
    let count = |count: usize, what: &str| (count > 0).then(|| format!(" {count} {what} "));
    [
        (below, Role::Warning),
        (figure("@", mentions), Role::Mentioned),
        (figure("+", unread), Role::Unread),
        (mouse, Role::Warning),
        (count(state.outbox.unsent(), "unsent"), Role::Warning),
        (count(state.invites.len(), "invited"), Role::Warning),
    ]
    .into_iter()
    .filter_map(|(words, role)| Some((words?, role)))
}

/// Which server it is, and how the connection and the disk stand.
fn standing(state: &State, dot: &str, when: &When, now: Now) -> String {
    let since = when.since(state.link.since, now.wall);
    let link = format!(" {}", neutral::line(&state.link.words(&since)));
    let server = state.setup.server.as_ref();
    let server = server.map(|server| format!(" {dot} {}", server.as_str()));
    let trouble = state.disk_trouble.as_ref();
    let trouble =
        trouble.map(|trouble| format!(" {dot} not on disk: {}", neutral::line(&trouble.why)));
    [server, Some(link), trouble]
        .into_iter()
        .flatten()
        .collect()
}

fn figure(sign: &str, count: u32) -> Option<String> {
    (count > 0).then(|| format!(" {sign}{}", capped(count)))
}

/// What is unread in the rooms that are not open, and how much of it names one.
fn elsewhere(state: &State) -> (u32, u32) {
    let open = state.open.as_ref();
    let others = state
        .rooms
        .values()
        .filter(|room| Some(room.name()) != open);
    others.fold((0, 0), |(unread, mentions), room| {
        (
            room.state.unread.saturating_add(unread),
            room.state.mentions.saturating_add(mentions),
        )
    })
}

/// Files on their way, the newest last, with what can be done about them.
pub(super) fn draw_transfers(pen: &mut Pen<'_>, area: Rect, state: &State) {
    let keys = &state.settings.keys;
    let skipped = state.transfers.len().saturating_sub(area.height.into());
    let shown = state.transfers.iter().skip(skipped);
    for (transfer, y) in shown.zip(area.top()..area.bottom()) {
        let name = neutral::line(&transfer.name);
        let (sign, verb) = match transfer.work {
            Work::Up { .. } => (pen.glyphs().above, "sent"),
            Work::Down { .. } => (pen.glyphs().below, "saved"),
        };
        let (words, role, chords) = match (&transfer.failed, transfer.percent()) {
            (Some(why), _) => {
                let sign = pen.glyphs().refused;
                let (again, drop) = (keys.chord(Action::Retry), keys.chord(Action::Discard));
                (
                    format!("{sign} {name} not {verb}: {}", neutral::line(why)),
                    Role::Refused,
                    format!(" {again} again, {drop} drop it "),
                )
            }
            (None, percent) => {
                let total = transfer.total.map(size).unwrap_or_default();
                let so_far = percent.map(|percent| format!(" {percent} % of {total}"));
                let so_far = so_far.unwrap_or_else(|| " begins".to_owned());
                let stop = keys.chord(Action::Stop);
                let words = format!("{sign} {name}{so_far}");
                (words, Role::Warning, format!(" {stop} stops it "))
            }
        };
        let right = pen.flush(area.left(), y, area.right(), &chords, Role::Faint);
        pen.cut(area.left() + 1, y, right, &words, role);
    }
}

/// Keys that work now.
pub(super) fn draw_hints(pen: &mut Pen<'_>, area: Rect, state: &State) {
    if area.height == 0 {
        return;
    }
    keys(pen, area.left() + 1, area.y, area.right(), &state.hints());
}

/// Keys with what they do, as many as fit.
fn keys(pen: &mut Pen<'_>, x: u16, y: u16, right: u16, hints: &[Hint]) {
    let dot = pen.glyphs().dot;
    let mut x = x;
    for (index, hint) in hints.iter().enumerate() {
        let between = if index > 0 {
            format!(" {dot} ")
        } else {
            String::new()
        };
        let said = format!(" {}", hint.words);
        let width = [&between, &hint.chord, &said].map(|part| neutral::width(part));
        if width.iter().sum::<usize>() > usize::from(right.saturating_sub(x)) {
            break;
        }
        let begin = pen.text(x, y, right, &between, Role::Faint);
        x = pen.text(begin, y, right, &hint.chord, Role::Key);
        x = pen.text(x, y, right, &said, Role::Faint);
        pen.key(Rect::new(begin, y, x - begin, 1), hint.action);
    }
}
