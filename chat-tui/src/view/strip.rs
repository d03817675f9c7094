//! Which rows of a timeline are in sight: a strip of blocks and where the
//! upper edge of the text area cuts it.
//!
//! Pure geometry over [`Blocks`]. Always holds: the line at the upper edge
//! stays there until one scrolls, whatever arrives, loads or is resized.

use super::blocks::{Block, Blocks, What};
use crate::core::room::{Anchor, Place};
use chat_proto::Seq;
use std::collections::VecDeque;

/// The blocks in sight, the first and the last perhaps in part.
pub(super) struct Strip<'a> {
    pub(super) blocks: VecDeque<Block<'a>>,
    /// Rows of the first block that are above the edge.
    pub(super) above: usize,
    /// The newest row is in sight.
    pub(super) end: bool,
    /// Rows of all blocks.
    rows: usize,
    /// Where the edge was asked to be, if it still is there.
    asked: Option<Anchor>,
}

impl<'a> Strip<'a> {
    /// The first and the last place of the log that are in sight.
    pub(super) fn span(&self) -> (Option<Seq>, Option<Seq>) {
        let mut spans = self.blocks.iter().filter_map(|block| match block.what {
            What::Entry(entry) => Some((entry.event.seq, entry.event.seq)),
            What::Hole(hole) => Some((hole.span.from, hole.span.to)),
            What::Unsent(..) => None,
        });
        let first = spans.next();
        let last = spans.next_back().or(first);
        (first.map(|(from, _)| from), last.map(|(_, to)| to))
    }

    /// What is in sight in `height` rows at this place.
    pub(super) fn new(blocks: &mut Blocks<'a>, place: Place, height: usize) -> Self {
        let scroll = i64::from(place.scroll);
        let Some(anchor) = place.anchor else {
            return Self::at_end(blocks, usize::try_from(-scroll).unwrap_or(0), height);
        };
        let mut strip = Self::anchored(blocks, anchor, scroll, height)
            .unwrap_or_else(|| Self::at_end(blocks, 0, height));
        if strip.end {
            // What is going to stand in a hole may push the end out of sight.
            let is_hole = |block: &Block<'_>| matches!(block.what, What::Hole(_));
            let waits = scroll == 0 && strip.blocks.iter().any(is_hole);
            strip.asked = Some(anchor).filter(|_| waits);
        }
        strip
    }

    /// What stands at the upper edge; `None` where the end is in sight.
    pub(super) fn anchor(&self, blocks: &mut Blocks<'a>) -> Option<Anchor> {
        if self.asked.is_some() {
            return self.asked;
        }
        let first = self.blocks.front().filter(|_| !self.end)?;
        let above = rows(self.above);
        match first.what {
            What::Entry(entry) => Some(anchor(entry.event.seq, above - rows(first.lead()))),
            // A hole is told by the entry below it, which stays when the hole is filled.
            What::Hole(hole) => match self.blocks.get(1) {
                Some(Block {
                    what: What::Entry(entry),
                    day,
                    new,
                    ..
                }) => {
                    let lead = i64::from(*day) + i64::from(*new);
                    Some(anchor(entry.event.seq, above - 1 - lead))
                }
                _ => Some(anchor(hole.span.from, 0)),
            },
            What::Unsent(_, index) => {
                let before: usize = blocks.heights_of_unsent(index);
                let next = blocks.context.room.log.head().next();
                Some(anchor(next, above + rows(before)))
            }
        }
    }

    /// `None` where this shows the end.
    fn anchored(
        blocks: &mut Blocks<'a>,
        anchor: Anchor,
        scroll: i64,
        height: usize,
    ) -> Option<Self> {
        let first = blocks.at_or_below(anchor.seq)?;
        let mut above = rows(first.lead()) + i64::from(anchor.row);
        let mut strip = Self::empty();
        if let What::Entry(_) = first.what {
            // Where rows are longer than they were, the entry has fewer of them.
            above = above.min(rows(first.height()) - 1);
        }
        // Said again as it was, a place survives other widths, and being in a
        // hole until that is filled.
        if scroll == 0 && !matches!(first.what, What::Unsent(..)) {
            strip.asked = Some(anchor);
        }
        strip.push_back(first);
        above += scroll;
        while above < 0 {
            match blocks.above(&strip.blocks[0]) {
                Some(block) => {
                    above += rows(block.height());
                    strip.push_front(block);
                }
                None => above = 0,
            }
        }
        strip.above = usize::try_from(above).unwrap_or(0);
        while strip.rows < strip.above.saturating_add(height) {
            let next = blocks.below(strip.blocks.back()?)?;
            strip.push_back(next);
            strip.drop_front();
        }
        strip.drop_front();
        strip.drop_back(height);
        strip.end = strip.rows <= strip.above + height && blocks.is_last(strip.blocks.back()?);
        Some(strip)
    }

    /// `up` rows above the end.
    fn at_end(blocks: &mut Blocks<'a>, up: usize, height: usize) -> Self {
        let mut strip = Self::empty();
        let mut next = blocks.last();
        while let Some(block) = next {
            strip.push_front(block);
            if strip.rows >= height + up {
                break;
            }
            next = blocks.above(&strip.blocks[0]);
        }
        strip.above = strip.rows.saturating_sub(height + up);
        strip.end = strip.rows <= strip.above + height;
        strip.drop_back(height);
        strip
    }

    fn empty() -> Self {
        Self {
            blocks: VecDeque::new(),
            above: 0,
            end: false,
            rows: 0,
            asked: None,
        }
    }

    fn push_front(&mut self, block: Block<'a>) {
        self.rows += block.height();
        self.blocks.push_front(block);
    }

    fn push_back(&mut self, block: Block<'a>) {
        self.rows += block.height();
        self.blocks.push_back(block);
    }

    /// Drops blocks that are wholly above the edge, but for the last.
    fn drop_front(&mut self) {
        while self.blocks.len() > 1 && self.blocks[0].height() <= self.above {
            if let Some(block) = self.blocks.pop_front() {
                self.above -= block.height();
                self.rows -= block.height();
            }
        }
    }

    /// Drops blocks that are wholly below `height` rows.
    fn drop_back(&mut self, height: usize) {
        while let Some(block) = self.blocks.back() {
            let without = self.rows - block.height();
            if without < self.above + height {
                break;
            }
            self.rows = without;
            self.blocks.pop_back();
        }
    }
}

fn rows(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn anchor(seq: Seq, row: i64) -> Anchor {
    let bound = if row < 0 { i32::MIN } else { i32::MAX };
    Anchor {
        seq,
        row: i32::try_from(row).unwrap_or(bound),
    }
}
