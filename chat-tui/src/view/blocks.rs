//! What stands in a timeline, from top to bottom: entries with the lines that
//! go before them, holes, and messages that are not in the log yet.
//!
//! Owns the order, the heights and the laid-out texts, which are kept between
//! frames. Always holds: only what is asked for is laid out.

use super::body::{Context, Spans};
use super::theme::Role;
use super::wrap::{Wrapped, wrap};
use crate::core::habits::Habits;
use crate::core::log::{Hole, Item};
use crate::core::outbox::{self, Outbox};
use chat_proto::event::EventBody;
use chat_proto::{Entry, Seq};
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::rc::Rc;

/// One thing in a timeline.
pub(super) struct Block<'a> {
    pub(super) what: What<'a>,
    /// The day begins with this entry.
    pub(super) day: bool,
    /// What is unread begins with this entry.
    pub(super) new: bool,
    /// The text; a hole has none.
    pub(super) body: Rc<Wrapped>,
}

/// What a block is of.
#[derive(Clone, Copy)]
pub(super) enum What<'a> {
    Entry(&'a Entry),
    Hole(Hole),
    /// The item, and its place among those of the room.
    Unsent(&'a outbox::Item, usize),
}

impl Block<'_> {
    /// Rows before the entry's own.
    pub(super) fn lead(&self) -> usize {
        usize::from(self.day) + usize::from(self.new)
    }

    pub(super) fn height(&self) -> usize {
        match self.what {
            What::Hole(_) => 1,
            What::Entry(_) | What::Unsent(..) => self.lead() + self.body.height(),
        }
    }
}

/// Makes blocks.
pub(super) struct Blocks<'a> {
    pub(super) context: Context<'a>,
    unsent: Vec<&'a outbox::Item>,
    /// The unsent message that keys act on.
    acts: Option<&'a outbox::Item>,
    kept: &'a mut Kept,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(context: Context<'a>, outbox: &'a Outbox, kept: &'a mut Kept) -> Self {
        let name = context.room.name();
        Self {
            unsent: outbox
                .of(name)
                .filter(|item| context.room.awaits(&item.unsent))
                .collect(),
            acts: outbox.refused(name),
            context,
            kept,
        }
    }

    /// The block that holds `seq`, or else the first one below it.
    pub(super) fn at_or_below(&mut self, seq: Seq) -> Option<Block<'a>> {
        match self.downward(seq).next() {
            Some(item) => Some(self.logged(item)),
            None => self.unsent(0),
        }
    }

    /// The lowest block of all.
    pub(super) fn last(&mut self) -> Option<Block<'a>> {
        match self.unsent.len().checked_sub(1) {
            Some(last) => self.unsent(last),
            None => self.up_to(self.context.room.log.head()),
        }
    }

    pub(super) fn above(&mut self, block: &Block<'_>) -> Option<Block<'a>> {
        match block.what {
            What::Unsent(_, 0) => self.up_to(self.context.room.log.head()),
            What::Unsent(_, index) => self.unsent(index - 1),
            What::Entry(entry) => self.before(entry.event.seq),
            What::Hole(hole) => self.before(hole.span.from),
        }
    }

    pub(super) fn below(&mut self, block: &Block<'_>) -> Option<Block<'a>> {
        match block.what {
            What::Unsent(_, index) => self.unsent(index + 1),
            What::Entry(entry) => self.at_or_below(entry.event.seq.next()),
            What::Hole(hole) => self.at_or_below(hole.span.to.next()),
        }
    }

    /// Whether anything stands below.
    pub(super) fn is_last(&self, block: &Block<'_>) -> bool {
        let after = match block.what {
            What::Unsent(_, index) => return index + 1 == self.unsent.len(),
            What::Entry(entry) => entry.event.seq,
            What::Hole(hole) => hole.span.to,
        };
        self.unsent.is_empty() && self.downward(after.next()).next().is_none()
    }

    /// The rows of the first `count` messages that are not in the log.
    pub(super) fn heights_of_unsent(&mut self, count: usize) -> usize {
        let blocks = (0..count).filter_map(|index| self.unsent(index));
        blocks.map(|block| block.height()).sum()
    }

    fn upward(&self, from: Seq) -> impl Iterator<Item = Item<'a>> + use<'a> {
        let habits = self.context.habits;
        let items = self.context.room.log.upward(from);
        items.filter(move |item| !is_hidden(habits, item))
    }

    fn downward(&self, from: Seq) -> impl Iterator<Item = Item<'a>> + use<'a> {
        let habits = self.context.habits;
        let items = self.context.room.log.downward(from);
        items.filter(move |item| !is_hidden(habits, item))
    }

    fn before(&mut self, seq: Seq) -> Option<Block<'a>> {
        (seq > self.context.room.log.first())
            .then(|| self.up_to(seq.minus(1)))
            .flatten()
    }

    fn up_to(&mut self, seq: Seq) -> Option<Block<'a>> {
        let item = self.upward(seq).next()?;
        Some(self.logged(item))
    }

    fn logged(&mut self, item: Item<'a>) -> Block<'a> {
        let entry = match item {
            Item::Entry(entry) => entry,
            Item::Hole(hole) => {
                return Block {
                    what: What::Hole(hole),
                    day: false,
                    new: false,
                    body: Rc::default(),
                };
            }
        };
        let (day, new) = self.lines_before(entry);
        let context = &self.context;
        let width = context.columns.width;
        let body = match context.bare(entry) {
            Some(text) => {
                let spans = || context.entry(entry);
                self.kept.bare((text, context.me), width, spans)
            }
            None => self.kept.spans(&context.entry(entry), width),
        };
        Block {
            what: What::Entry(entry),
            day,
            new,
            body,
        }
    }

    fn unsent(&mut self, index: usize) -> Option<Block<'a>> {
        let item = *self.unsent.get(index)?;
        let acts = self
            .acts
            .is_some_and(|acts| acts.unsent.nonce == item.unsent.nonce);
        let spans = self.context.unsent(item, acts);
        Some(Block {
            what: What::Unsent(item, index),
            day: false,
            new: false,
            body: self.kept.spans(&spans, self.context.columns.width),
        })
    }

    /// Whether a day, and what is unread, begins with this entry.
    fn lines_before(&self, entry: &Entry) -> (bool, bool) {
        let (room, when) = (self.context.room, self.context.when);
        let seq = entry.event.seq;
        let mut above = (seq > room.log.first())
            .then(|| self.upward(seq.minus(1)))
            .into_iter()
            .flatten();
        let next = above.next();
        let day = match next {
            Some(Item::Entry(before)) => when.day(before.event.at) != when.day(entry.event.at),
            Some(Item::Hole(_)) | None => true,
        };
        let mut read = |from: Seq| match next {
            Some(Item::Entry(before)) => before.event.seq < from,
            Some(Item::Hole(hole)) if hole.span.from <= from => true,
            Some(Item::Hole(_)) => match above.next() {
                Some(Item::Entry(before)) => before.event.seq < from,
                Some(Item::Hole(_)) | None => true,
            },
            None => true,
        };
        let new = room.new_from.is_some_and(|from| from <= seq && read(from));
        (day, new)
    }
}

/// Whether it is a message of someone whom one does not want to read. What
/// they do to the room is shown: it is the room's.
fn is_hidden(habits: &Habits, item: &Item<'_>) -> bool {
    match item {
        Item::Entry(entry) => {
            matches!(entry.event.body, EventBody::Message(_)) && habits.ignores(&entry.event.author)
        }
        Item::Hole(_) => false,
    }
}

/// Texts that were laid out, kept while they are on the screen.
#[derive(Debug, Default)]
pub(super) struct Kept {
    laid: HashMap<u64, (Rc<Wrapped>, u64)>,
    hasher: RandomState,
    /// Frames so far.
    frame: u64,
}

/// Texts kept beyond those of the frame drawn last: some pages to either side.
const KEPT_MAX: usize = 512;

impl Kept {
    /// Begins a frame; drops what has not been drawn lately, once there is much of it.
    pub(super) fn begin(&mut self) {
        if self.laid.len() > KEPT_MAX {
            let frame = self.frame;
            self.laid.retain(|_, (_, used)| *used == frame);
        }
        self.frame += 1;
    }

    /// A text that spans say all about.
    fn spans(&mut self, spans: &Spans, width: usize) -> Rc<Wrapped> {
        self.get((false, spans, width), || lay(spans, width))
    }

    /// A bare text, which is made into spans only to be laid out.
    fn bare(
        &mut self,
        (text, me): (&str, Option<&str>),
        width: usize,
        spans: impl FnOnce() -> Spans,
    ) -> Rc<Wrapped> {
        self.get((true, text, me, width), || lay(&spans(), width))
    }

    /// What was laid out of what has this key, or is now.
    fn get(&mut self, key: impl Hash, lay: impl FnOnce() -> Wrapped) -> Rc<Wrapped> {
        let key = self.hasher.hash_one(key);
        let frame = self.frame;
        let laid = self.laid.entry(key);
        let (laid, used) = laid.or_insert_with(|| (Rc::new(lay()), frame));
        *used = frame;
        Rc::clone(laid)
    }
}

fn lay(spans: &[(String, Role)], width: usize) -> Wrapped {
    wrap(
        spans.iter().map(|(text, role)| (text.as_str(), *role)),
        width,
    )
}
