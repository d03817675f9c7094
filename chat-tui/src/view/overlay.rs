//! Draws what lies over the timeline, the topmost last, and the words that go
//! away by themselves.

mod actions;
mod asks;
pub(super) mod debug;
mod inbox;
mod lists;
mod message;
mod search;
mod servers;

use super::field::Field;
use super::pen::{Pen, columns, fit};
use super::theme::Role;
use super::when::When;
use super::wrap::wrap;
use crate::core::State;
use crate::core::clock::Now;
use crate::core::composer::Composer;
use crate::core::overlay::{Links, Overlay};
use crate::core::room::{Hit, Target};
use crate::neutral;
use chat_proto::Timestamp;
use ratatui::layout::{Position, Rect};

/// Draws all overlays; says where the cursor of the topmost stands.
pub(super) fn draw(
    pen: &mut Pen<'_>,
    screen: Rect,
    state: &State,
    when: &When,
    now: Timestamp,
) -> Option<Position> {
    let mut cursor = None;
    for overlay in &state.overlays {
        pen.cover();
        cursor = match overlay {
            Overlay::Picker(picker) => lists::picker(pen, screen, state, picker),
            Overlay::Palette(palette) => actions::palette(pen, screen, state, palette),
            Overlay::Inbox(inbox) => inbox::draw(pen, screen, state, when, inbox),
            Overlay::Sent(sent) => lists::sent(pen, screen, sent),
            Overlay::Prompt(prompt) => actions::prompt(pen, screen, state, prompt),
            Overlay::Help(help) => actions::help(pen, screen, state, help),
            Overlay::Members(members) => lists::members(pen, screen, state, members),
            Overlay::Rooms(rooms) => lists::rooms(pen, screen, state, rooms),
            Overlay::NoServer(stage) => asks::no_server(pen, screen, state, stage),
            Overlay::Servers(list) => servers::draw(pen, screen, state, list),
            Overlay::Login(login) => asks::login(pen, screen, login),
            Overlay::Paste(paste) => asks::paste(pen, screen, state, paste),
            Overlay::Confirm(confirm) => asks::confirm(pen, screen, state, confirm),
            Overlay::Secret(secret) => asks::secret(pen, screen, secret),
            Overlay::Person(menu) => lists::person(pen, screen, state, menu),
            Overlay::Search(panel) => search::search(pen, screen, state, when, now, panel),
            // Drawn over the links themselves.
            Overlay::Links(_) => None,
            Overlay::Themes(themes) => lists::themes(pen, screen, themes),
            Overlay::Emoji(picker) => message::emoji(pen, screen, picker),
            Overlay::Info { room, target } => {
                message::info(pen, screen, state, when, room, *target)
            }
        };
    }
    cursor
}

pub(super) use actions::which_key;
pub(super) use message::facts;

/// Draws the letters of links over their beginnings.
pub(super) fn draw_letters(pen: &mut Pen<'_>, links: &Links, targets: &[Target]) {
    let mut seen = Vec::new();
    let mut parts: Vec<_> = targets.iter().collect();
    parts.sort_by_key(|part| (part.y, part.x));
    for part in parts {
        let Hit::Link(link) = &part.is else { continue };
        if let Some(letter) = links.letter(link).filter(|_| !seen.contains(&link)) {
            let sign = format!("[{letter}]");
            let right = part.x.saturating_add(columns(sign.len()));
            pen.text(part.x, part.y, right, &sign, Role::Mentioned);
            seen.push(link);
        }
    }
}

/// Notices at most; older ones give way.
const NOTICES: usize = 3;
/// Rows of each at most.
const NOTICE_ROWS: usize = 3;

/// Draws words that go away by themselves at the upper right.
pub(super) fn draw_notices(pen: &mut Pen<'_>, area: Rect, state: &State, now: Now) {
    let current: Vec<_> = state
        .notices
        .iter()
        .filter(|n| n.until > now.mono)
        .collect();
    let newest = &current[current.len().saturating_sub(NOTICES)..];
    let mut rows = area.top()..area.bottom();
    for notice in newest {
        let (role, sign) = if notice.error {
            (Role::Refused, pen.glyphs().refused)
        } else {
            (Role::Chosen, pen.glyphs().online)
        };
        let words = format!("{sign} {}", neutral::line(&notice.text));
        let laid = wrap([(&*words, role)], usize::from(area.width.saturating_sub(2)));
        // Never more than half of the text behind it.
        let most = NOTICE_ROWS.min(usize::from(area.height / 2)).max(1);
        let shown = laid.height().min(most);
        let text = |row: usize| laid.row(row).map(|(part, _)| part).collect::<String>();
        let width = (0..shown)
            .map(|row| neutral::width(text(row).trim_end()))
            .max();
        let width = width.unwrap_or(0);
        for (row, y) in (0..shown).zip(&mut rows) {
            let mut words = text(row).trim_end().to_owned();
            if row + 1 == shown && shown < laid.height() {
                words = fit(
                    &format!("{words}{}", pen.glyphs().cut),
                    width,
                    pen.glyphs().cut,
                );
            }
            let pad = " ".repeat(width.saturating_sub(neutral::width(&words)));
            pen.flush(
                area.left(),
                y,
                area.right(),
                &format!(" {words}{pad} "),
                role,
            );
        }
    }
}

/// A box in the middle of the screen; the whole of a small one.
fn boxed(pen: &mut Pen<'_>, screen: Rect, title: &str, width: u16, height: u16) -> Rect {
    const SMALL: (u16, u16) = (44, 12);
    let whole = screen.width <= SMALL.0 || screen.height <= SMALL.1;
    let width = if whole {
        screen.width
    } else {
        width.min(screen.width - 4)
    };
    let height = if whole {
        screen.height
    } else {
        height.min(screen.height - 2)
    };
    let area = Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 3,
        width,
        height,
    };
    pen.frame(area, title)
}

/// Takes the first row of an area away, if there is one.
fn take_row(area: &mut Rect) -> Rect {
    let row = Rect {
        height: area.height.min(1),
        ..*area
    };
    area.y += row.height;
    area.height -= row.height;
    row
}

/// A field of one row: what was typed, the part around the cursor where it is
/// longer. Says where the cursor stands.
fn field(pen: &mut Pen<'_>, row: Rect, composer: &Composer, empty: &str) -> Option<Position> {
    if row.height == 0 || row.width < 4 {
        return None;
    }
    let left = pen.text(
        row.left(),
        row.y,
        row.right(),
        pen.glyphs().prompt,
        Role::Title,
    ) + 1;
    let field = Field::new(composer, usize::from(row.right() - left));
    let (at, column) = field.cursor;
    if composer.text().is_empty() {
        pen.cut(left, row.y, row.right(), empty, Role::Faint);
    }
    pen.text(left, row.y, row.right(), &field.rows[at], Role::Text);
    Some(Position {
        x: (left + columns(column)).min(row.right() - 1),
        y: row.y,
    })
}

/// Marks the row that is chosen.
pub(super) fn choose(pen: &mut Pen<'_>, row: Rect) {
    let sign = pen.glyphs().pointer;
    pen.text(row.left(), row.y, row.right(), sign, Role::Text);
    pen.restyle(row, Role::Chosen);
}

/// A text of ours, what of it matched marked. Says where it ended.
fn marked(pen: &mut Pen<'_>, x: u16, row: Rect, text: &str, matched: &[usize], role: Role) -> u16 {
    let mut x = x;
    for (at, c) in text.char_indices() {
        let role = if matched.contains(&at) {
            Role::Key
        } else {
            role
        };
        x = pen.text(x, row.y, row.right(), c.encode_utf8(&mut [0; 4]), role);
    }
    x
}

/// The rows of a list that are in sight, with their numbers; each can be chosen.
fn rows(
    pen: &mut Pen<'_>,
    area: Rect,
    top: usize,
    len: usize,
) -> impl Iterator<Item = (usize, Rect)> + use<> {
    for (number, row) in seen(area, top, len) {
        pen.row(row, number);
    }
    seen(area, top, len)
}

/// The rows of a list that are in sight, with their numbers.
pub(super) fn seen(area: Rect, top: usize, len: usize) -> impl Iterator<Item = (usize, Rect)> {
    let top = top.min(len.saturating_sub(usize::from(area.height)));
    (area.top()..area.bottom())
        .zip(top..len)
        .map(move |(y, index)| {
            (
                index,
                Rect {
                    y,
                    height: 1,
                    ..area
                },
            )
        })
}
