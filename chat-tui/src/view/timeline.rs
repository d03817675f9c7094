//! Draws a room's messages, and says which of them were in sight.
//!
//! Knows where things stand from [`Strip`]; decides columns, signs and lines.

use super::blocks::{Block, Blocks, Kept, What};
use super::body::{Columns, Context};
use super::lesson;
use super::my_name;
use super::pen::{Pen, columns};
use super::strip::Strip;
use super::theme::Role;
use super::when::When;
use super::wrap::Wrapped;
use crate::core::State;
use crate::core::actions::Action;
use crate::core::log::Hole;
use crate::core::outbox::Stage;
use crate::core::room::{Hit, Pane, Room, Target, Viewport};
use crate::weblink;
use chat_proto::event::EventBody;
use chat_proto::{Entry, Seq};
use ratatui::layout::Rect;

/// Draws the open room's messages into `area`; says what was in sight.
pub(super) fn draw(
    pen: &mut Pen<'_>,
    area: Rect,
    state: &State,
    room: &Room,
    when: &When,
    kept: &mut Kept,
) -> (Viewport, Vec<Target>) {
    let glyphs = pen.glyphs();
    let keys = refused_keys(state, glyphs.dot);
    let context = Context {
        room,
        deeds: &state.deeds,
        habits: &state.habits,
        me: my_name(state),
        when,
        columns: Columns::new(area.width),
        glyphs,
        refused_keys: &keys,
    };
    let mut blocks = Blocks::new(context, &state.outbox, kept);
    let strip = Strip::new(&mut blocks, room.place, usize::from(area.height));
    let anchor = strip.anchor(&mut blocks);
    let mut painter = Painter {
        pen,
        area,
        y: i64::from(area.y) - i64::try_from(strip.above).unwrap_or(0),
        context: &blocks.context,
        said: None,
        targets: Vec::new(),
    };
    if strip.end {
        // What is less than a screen stands at its lower edge.
        let rows: usize = strip.blocks.iter().map(Block::height).sum();
        let free = usize::from(area.height).saturating_sub(rows - strip.above);
        let height = u16::try_from(free).unwrap_or(area.height);
        if room.thread.is_none() {
            lesson::draw(painter.pen, Rect { height, ..area }, state);
        }
        painter.y += i64::try_from(free).unwrap_or(0);
    }
    for block in &strip.blocks {
        painter.block(block);
    }
    if strip.blocks.is_empty() {
        painter.y = i64::from(area.bottom()) - 1;
        painter.nothing();
    }
    let targets = painter.targets;
    let (first, last) = strip.span();
    let viewport = Viewport {
        room: room.name().clone(),
        width: area.width,
        height: area.height,
        anchor,
        first,
        last,
        end: strip.end,
    };
    (viewport, targets)
}

/// A part of the screen that answers to the mouse.
pub(super) fn target(area: Rect, is: Hit) -> Target {
    Target {
        x: area.x,
        y: area.y,
        width: area.width,
        height: area.height,
        is,
    }
}

fn refused_keys(state: &State, dot: &str) -> String {
    [
        (Action::Retry, "retry"),
        (Action::EditAgain, "edit"),
        (Action::Discard, "discard"),
    ]
    .map(|(action, words)| format!("{} {words}", state.settings.keys.chord(action)))
    .join(&format!(" {dot} "))
}

struct Painter<'a, 'p, 'b> {
    pen: &'a mut Pen<'p>,
    area: Rect,
    /// The next row; may lie above or below the area.
    y: i64,
    context: &'a Context<'b>,
    /// Who spoke last, and when, as far as it is in sight.
    said: Option<&'a Entry>,
    targets: Vec<Target>,
}

impl<'a> Painter<'a, '_, '_> {
    fn block(&mut self, block: &'a Block<'_>) {
        match block.what {
            What::Hole(hole) => self.hole(hole),
            What::Entry(entry) => {
                if block.day {
                    let day = self.context.when.long_day(entry.event.at);
                    self.line(&day, Role::Faint);
                }
                if block.new {
                    self.line("new", Role::New);
                }
                self.entry(entry, &block.body);
            }
            What::Unsent(item, _) => {
                let sign = match item.stage {
                    // Until it is on the disk the end of the program takes it along.
                    Stage::Saving => Some((self.context.glyphs.saving, Role::Pending)),
                    Stage::Waiting | Stage::UnderWay => {
                        Some((self.context.glyphs.pending, Role::Pending))
                    }
                    Stage::Refused { .. } => Some((self.context.glyphs.refused, Role::Refused)),
                    Stage::Sent { .. } => None,
                };
                let clock = self.context.when.clock(item.unsent.at);
                let me = self.context.me.unwrap_or("you");
                self.heading(&clock, Some(me), sign);
                self.said = None;
                self.rows(&block.body, None);
            }
        }
    }

    fn entry(&mut self, entry: &'a Entry, body: &Wrapped) {
        let selected = self.context.room.selected == Some(entry.event.seq);
        let sign = if selected {
            Some((self.context.glyphs.pointer, Role::Title))
        } else if body.has(Role::Mention) {
            Some((self.context.glyphs.bar, Role::Mention))
        } else {
            None
        };
        let clock = self.context.when.clock(entry.event.at);
        let author = (!self.goes_on(entry)).then_some(entry.event.author.as_str());
        let from = self.y;
        self.heading(&clock, author, sign);
        self.rows(body, Some(entry.event.seq));
        self.said = Some(entry);
        let top = from.max(self.area.top().into());
        let bottom = self.y.min(self.area.bottom().into());
        let (Ok(y), Ok(height)) = (u16::try_from(top), u16::try_from(bottom - top)) else {
            return;
        };
        let area = Rect {
            y,
            height,
            ..self.area
        };
        if selected {
            self.pen.restyle(area, Role::Chosen);
        }
        let pane = Pane::of(self.context.room);
        self.targets
            .push(target(area, Hit::Entry(pane, entry.event.seq)));
    }

    /// Whether the entry goes on with what its author said just before.
    fn goes_on(&self, entry: &Entry) -> bool {
        const MINUTES_5: i64 = 5 * 60 * 1000;
        self.said.is_some_and(|said| {
            let is_message = |entry: &Entry| matches!(entry.event.body, EventBody::Message(_));
            let pause = entry.event.at.millis() - said.event.at.millis();
            said.event.author == entry.event.author
                && pause < MINUTES_5
                && is_message(said)
                && is_message(entry)
        })
    }

    /// Sign, time and author, left of a text's first row.
    fn heading(&mut self, clock: &str, author: Option<&str>, sign: Option<(&str, Role)>) {
        let Some(y) = self.visible() else { return };
        let (left, right) = (self.area.left(), self.area.right());
        if let Some((sign, role)) = sign {
            self.pen.text(left, y, left + 1, sign, role);
        }
        let shares = self.context.columns;
        if shares.author == 0 {
            return;
        }
        let text = left + columns(shares.text);
        self.pen.text(left + 2, y, right, clock, Role::Faint);
        if let Some(author) = author {
            let from = text - 1 - columns(shares.author);
            self.pen
                .cut(from, y, text - 1, author, self.context.author(author));
        }
    }

    /// The text of an entry, or of what is none yet.
    fn rows(&mut self, body: &Wrapped, entry: Option<Seq>) {
        let text = self.area.left() + columns(self.context.columns.text);
        for row in 0..body.height() {
            if let Some(y) = self.visible() {
                let mut x = text;
                for (part, role, whole) in body.row_of_runs(row) {
                    let right = self.area.right();
                    let from = x;
                    x = match role {
                        Role::Link | Role::Label => self.pen.link(x, y, right, part, whole, role),
                        role => self.pen.text(x, y, right, part, role),
                    };
                    let area = Rect::new(from, y, x - from, 1);
                    match (role, entry) {
                        (Role::Replies, Some(seq)) => {
                            self.targets.push(target(area, Hit::Thread(seq)));
                        }
                        (Role::Reaction(_), Some(seq)) => {
                            let emoji = whole.rsplit_once(' ').map_or(whole, |(emoji, _)| emoji);
                            let hit = Hit::Reaction(Pane::of(self.context.room), seq, emoji.into());
                            self.targets.push(target(area, hit));
                        }
                        (Role::Link | Role::Label, _) if weblink::is_link(whole) => {
                            self.targets.push(target(area, Hit::Link(whole.to_owned())));
                        }
                        _ => {}
                    }
                }
            }
            self.y += 1;
        }
    }

    fn hole(&mut self, hole: Hole) {
        let (many, what) = match hole.messages {
            Some(messages) => (messages, "message"),
            None => (hole.span.events(), "event"),
        };
        let s = if many == 1 { "" } else { "s" };
        let loading = if hole.loading { ", loading" } else { "" };
        let many = grouped(many);
        self.line(
            &format!("{many} {what}{s} not loaded{loading}"),
            Role::Warning,
        );
    }

    /// Says why there are no messages.
    fn nothing(&mut self) {
        let room = self.context.room;
        match (&room.fate, room.gone) {
            (Some(fate), true) => self.line(&crate::neutral::line(fate), Role::Warning),
            (Some(_) | None, _) if room.thread.is_some() => {
                self.line("nothing of it is here yet", Role::Faint);
            }
            (Some(_) | None, _) => self.line("nothing has been said here yet", Role::Faint),
        }
    }

    /// A line over the whole width with words in it.
    fn line(&mut self, words: &str, role: Role) {
        if let Some(y) = self.visible() {
            let row = Rect {
                y,
                height: 1,
                ..self.area
            };
            self.pen.level(row);
            let words = format!(" {words} ");
            let width = columns(crate::neutral::width(&words));
            let x = self.area.left() + self.area.width.saturating_sub(width) / 2;
            self.pen.cut(x, y, self.area.right(), &words, role);
        }
        self.y += 1;
        self.said = None;
    }

    fn visible(&self) -> Option<u16> {
        let y = u16::try_from(self.y).ok()?;
        (self.area.top()..self.area.bottom())
            .contains(&y)
            .then_some(y)
    }
}

/// `12,345`
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
