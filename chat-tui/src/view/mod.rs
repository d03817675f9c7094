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
mod link;
mod markup;
mod overlay;
mod pen;
mod rooms;
mod status;
mod strip;
#[cfg(test)]
mod tests;
pub mod theme;
mod timeline;
mod when;
pub mod wrap;

use crate::core::State;
use crate::core::clock::Now;
use crate::core::look::{Able, Dress, Look};
use crate::core::room::{Room, Viewport};
use body::{Columns, Context};
use chat_proto::UserName;
use jiff::tz::TimeZone;
use layout::{Layout, Wishes};
use pen::Pen;
use ratatui::Frame;
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
    /// What was in sight of the open room, for `State::viewed`.
    pub viewport: Option<Viewport>,
    /// Where the cursor stands; `None`: it is hidden.
    pub cursor: Option<Position>,
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

    /// Draws a frame and places the cursor; what it returns is for `State::viewed`.
    pub fn draw(&mut self, frame: &mut Frame<'_>, state: &State, now: Now) -> Option<Viewport> {
        let drawn = self.draw_on(frame.buffer_mut(), state, now);
        if let Some(cursor) = drawn.cursor {
            frame.set_cursor_position(cursor);
        }
        drawn.viewport
    }

    /// Draws on a blank buffer.
    pub fn draw_on(&mut self, buffer: &mut Buffer, state: &State, now: Now) -> Drawn {
        self.kept.begin();
        self.wear(state.dress());
        let screen = buffer.area;
        let mut pen = Pen::new(buffer, self.theme.clone());
        let room = state.open_room();
        let wishes = Wishes {
            reply: room.is_some_and(|room| room.reply_to.is_some() || room.editing.is_some()),
            rooms: !state.rooms.is_empty(),
            hints: state.hints_on,
        };
        let rows = |width| room.map_or(1, |room| composer::rows(room, width));
        let drawn = match Layout::new(screen, wishes, rows) {
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
        let mut drawn = match state.open_room() {
            Some(room) => self.room(pen, parts, state, room, now),
            None => no_room(pen, parts, state),
        };
        let mut targets = Vec::new();
        if parts.has_rooms() {
            targets = rooms::draw(pen, parts.rooms, state);
            let border = parts.border;
            pen.upright(border.x, border.top(), border.bottom());
        }
        let seen = drawn.viewport.as_ref();
        let untold = seen.filter(|_| parts.rule.height == 0);
        let untold = state.open_room().zip(untold);
        status::draw(
            pen,
            parts.status,
            state,
            &self.when,
            now,
            untold,
            parts.has_rooms(),
        );
        status::draw_hints(pen, parts.hints, state);
        if let Some(completion) = &state.completion {
            composer::draw_choices(pen, parts.timeline, completion);
        }
        if !state.overlays.is_empty() {
            drawn.cursor = overlay::draw(pen, screen, state, &self.when, now.wall);
        }
        overlay::which_key(pen, screen, state);
        overlay::draw_notices(pen, parts.timeline, state, now);
        if let Some(viewport) = &mut drawn.viewport {
            viewport.targets.extend(targets);
        }
        drawn
    }

    fn room(
        &mut self,
        pen: &mut Pen<'_>,
        parts: Layout,
        state: &State,
        room: &Room,
        now: Now,
    ) -> Drawn {
        status::draw_title(pen, parts.title, state, room);
        let kept = &mut self.kept;
        let mut viewport = timeline::draw(pen, parts.timeline, state, room, &self.when, kept);
        let to_end = composer::draw_rule(pen, parts.rule, state, room, &viewport, now);
        viewport.targets.splice(0..0, to_end);
        let context = Context {
            room,
            deeds: &state.deeds,
            habits: &state.habits,
            me: my_name(state),
            when: &self.when,
            columns: Columns::new(parts.timeline.width),
            glyphs: pen.glyphs(),
            refused_keys: "",
        };
        composer::draw_reply(pen, parts.reply, state, &context);
        let cursor = composer::draw(pen, parts.composer, state, room);
        Drawn {
            viewport: Some(viewport),
            cursor: Some(cursor),
        }
    }
}

/// One's own name, as far as known.
fn my_name(state: &State) -> Option<&str> {
    state.me.name.as_ref().map(UserName::as_str)
}

fn no_room(pen: &mut Pen<'_>, parts: Layout, state: &State) -> Drawn {
    pen.level(Rect {
        height: parts.rule.height,
        ..parts.rule
    });
    let area = parts.timeline;
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
    Drawn::default()
}

fn too_small(pen: &mut Pen<'_>, screen: Rect) -> Drawn {
    if screen.area() > 0 {
        pen.text(screen.x, screen.y, screen.right(), "too small", Role::Text);
    }
    Drawn::default()
}
