//! The view: draws a [`State`], and only draws.
//!
//! Owns the look of everything and what was laid out for it. Knows no clock
//! (the time is passed in), no terminal (a buffer is drawn on) and changes no
//! state: what the core has to know of the screen is the [`Viewport`] that
//! drawing returns. Always holds: a frame costs what is in sight of it, never
//! what the history holds; text of others is neutral before it meets a cell.

mod blocks;
mod body;
mod composer;
mod field;
pub mod glyphs;
mod layout;
mod lesson;
pub mod lines;
mod link;
mod markup;
mod overlay;
mod pen;
mod rooms;
mod status;
mod strip;
#[cfg(test)]
pub(crate) mod tests;
pub mod theme;
mod timeline;
mod when;
pub mod wrap;

use crate::core::State;
use crate::core::clock::Now;
use crate::core::look::{Able, Dress, Look};
use crate::core::overlay::Overlay;
use crate::core::room::{Hit, Pane, Room, Seen, Target, Viewport};
use body::{Columns, Context};
use chat_proto::UserName;
use jiff::tz::TimeZone;
use layout::{Layout, Wishes};
use pen::Pen;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use theme::{Role, Theme};

/// Draws states.
#[derive(Debug)]
pub struct View {
    theme: Theme,
    when: when::When,
    kept: blocks::Kept,
}

/// What came of drawing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drawn {
    /// What was in sight, for `State::viewed`.
    pub seen: Seen,
    /// Where the cursor stands; `None`: it is hidden.
    pub cursor: Option<Position>,
}

/// What came of drawing a pane.
struct DrawnPane {
    viewport: Viewport,
    targets: Vec<Target>,
    cursor: Position,
    /// The sign that something is below had no place of its own.
    untold: bool,
    /// Where its messages stand.
    timeline: Rect,
}

impl View {
    /// A view for people who live in `zone`.
    pub fn new(zone: TimeZone) -> Self {
        Self {
            theme: Theme::new(Dress::of(Look::default(), None, Able::default())),
            when: when::When::new(zone),
            kept: blocks::Kept::default(),
        }
    }

    /// Another state is drawn from the next frame on: nothing laid out is of it.
    pub fn forget(&mut self) {
        self.kept = blocks::Kept::default();
    }

    /// Draws on a blank buffer; what was seen is for `State::viewed`.
    pub fn draw(&mut self, buffer: &mut Buffer, state: &State, now: Now) -> Drawn {
        self.kept.begin();
        self.wear(state.dress());
        let screen = buffer.area;
        let mut pen = Pen::new(buffer, self.theme.clone());
        let side = state.side.as_ref();
        let wishes = Wishes {
            rooms: !state.rooms.is_empty(),
            hints: state.hints_on,
            transfers: state.transfers.len(),
            side: side.map(|side| if side.focused { Pane::Side } else { Pane::Room }),
        };
        let drawn = match Layout::new(screen, wishes) {
            Some(parts) => self.parts(&mut pen, screen, parts, state, now),
            None => too_small(&mut pen, screen),
        };
        pen.settle();
        drawn
    }

    /// Another look, where it is another one.
    fn wear(&mut self, dress: Dress) {
        if self.theme.dress() != dress {
            self.theme = Theme::new(dress);
            // Signs are laid out with the texts.
            self.kept = blocks::Kept::default();
        }
    }

    fn parts(
        &mut self,
        pen: &mut Pen<'_>,
        screen: Rect,
        parts: Layout,
        state: &State,
        now: Now,
    ) -> Drawn {
        let mut drawn = Drawn::default();
        let side = state.side.as_ref().filter(|_| parts.side.width > 0);
        let room = state.open_room().filter(|_| parts.room.width > 0);
        let room = room.map(|room| self.pane(pen, parts, state, room, now));
        let side = side.map(|side| self.pane(pen, parts, state, &side.room, now));
        if room.is_none() && side.is_none() {
            no_room(pen, parts, state);
        }
        pen.upright(parts.divider.x, parts.divider.top(), parts.divider.bottom());
        let focused = match (&room, &side) {
            (Some(room), Some(side)) => {
                let in_side = state.side.as_ref().is_some_and(|side| side.focused);
                Some(if in_side { side } else { room })
            }
            (Some(pane), None) | (None, Some(pane)) => Some(pane),
            (None, None) => None,
        };
        drawn.cursor = focused.map(|pane| pane.cursor);
        let timeline = focused.map_or(parts.room, |pane| pane.timeline);
        if parts.has_rooms() {
            drawn.seen.targets = rooms::draw(pen, parts.rooms, state);
            let border = parts.border;
            pen.upright(border.x, border.top(), border.bottom());
        }
        let untold = focused.filter(|pane| pane.untold);
        let untold = state.here().zip(untold.map(|pane| &pane.viewport));
        status::draw(
            pen,
            parts.status,
            state,
            &self.when,
            now,
            untold,
            parts.has_rooms(),
        );
        status::draw_transfers(pen, parts.transfers, state);
        status::draw_hints(pen, parts.hints, state);
        // In a prompt the prompt draws them.
        let choices = state.completion.as_ref();
        if let Some(completion) = choices.filter(|_| state.overlays.is_empty()) {
            composer::draw_choices(pen, timeline, completion);
        }
        if !state.overlays.is_empty() {
            drawn.cursor = overlay::draw(pen, screen, state, &self.when, now.wall);
        }
        overlay::debug::draw(pen, timeline, state, &self.when, now);
        overlay::which_key(pen, screen, state);
        overlay::draw_notices(pen, timeline, state, now);
        drawn.seen.targets.splice(0..0, pen.take_targets());
        for pane in [&room, &side].into_iter().flatten() {
            drawn.seen.targets.extend_from_slice(&pane.targets);
        }
        if let Some(Overlay::Links(links)) = state.overlays.last() {
            overlay::draw_letters(pen, links, &drawn.seen.targets);
        }
        drawn.seen.room = room.map(|pane| pane.viewport);
        drawn.seen.side = side.map(|pane| pane.viewport);
        drawn
    }

    /// Draws the open room, or the thread at its side.
    fn pane(
        &mut self,
        pen: &mut Pen<'_>,
        parts: Layout,
        state: &State,
        room: &Room,
        now: Now,
    ) -> DrawnPane {
        let area = match Pane::of(room) {
            Pane::Room => parts.room,
            Pane::Side => parts.side,
        };
        let reply = room.reply_to.is_some() || room.editing.is_some();
        let page = parts.page(area, reply, |width| composer::rows(room, width));
        match &state.side {
            Some(side) if room.thread.is_some() => {
                status::draw_thread_title(pen, page.title, state, side);
            }
            Some(_) | None => status::draw_title(pen, page.title, state, room),
        }
        let kept = &mut self.kept;
        let (viewport, mut targets) =
            timeline::draw(pen, page.timeline, state, room, &self.when, kept);
        let to_end = composer::draw_rule(pen, page.rule, state, room, &viewport, now);
        targets.splice(0..0, to_end);
        targets.push(timeline::target(area, Hit::Pane(Pane::of(room))));
        let context = Context {
            room,
            deeds: &state.deeds,
            habits: &state.habits,
            me: my_name(state),
            when: &self.when,
            columns: Columns::new(page.timeline.width),
            glyphs: pen.glyphs(),
            refused_keys: "",
        };
        composer::draw_reply(pen, page.reply, state, &context);
        let cursor = composer::draw(pen, page.composer, state, room);
        DrawnPane {
            viewport,
            targets,
            cursor,
            untold: page.rule.height == 0,
            timeline: page.timeline,
        }
    }
}

/// One's own name, as far as known.
fn my_name(state: &State) -> Option<&str> {
    state.me.name.as_ref().map(UserName::as_str)
}

fn no_room(pen: &mut Pen<'_>, parts: Layout, state: &State) {
    let page = parts.page(parts.room, false, |_| 1);
    pen.level(page.rule);
    let area = page.timeline;
    let server = crate::neutral::line(state.address());
    let key = state.settings.keys.chord(crate::core::actions::Action::Go);
    let words = if !state.overlays.is_empty() {
        String::new()
    } else if state.rooms.is_empty() {
        format!("no rooms yet; {server} will say which you are in")
    } else {
        format!("no room is open; {key} goes to one")
    };
    let y = area.y + area.height / 2;
    pen.cut(area.left() + 1, y, area.right(), &words, Role::Faint);
    let above = Rect {
        height: y - area.y,
        ..area
    };
    lesson::draw(pen, above, state);
}

fn too_small(pen: &mut Pen<'_>, screen: Rect) -> Drawn {
    if screen.area() > 0 {
        pen.text(screen.x, screen.y, screen.right(), "too small", Role::Text);
    }
    Drawn::default()
}
