//! A room's log, as far as this client holds it.
//!
//! The log runs from `first` to `head`. Parts of it are *loaded*: their
//! entries are in memory, and a `seq` without an entry there is an event that
//! only changed another entry. Whatever is not loaded is a *hole*, and is
//! shown as one: nothing is ever stitched over. A hole may be *cached* on the
//! disk, in parts or whole.

use super::span::{Span, Spans};
use super::threads::{Replies, Threads};
use chat_proto::{Entry, Seq};
use std::collections::BTreeMap;
use std::collections::btree_map::Range;

/// The log of one room.
#[derive(Debug, Clone, Default)]
pub struct Log {
    pub(super) entries: BTreeMap<Seq, Entry>,
    pub(super) loaded: Spans,
    pub(super) cached: Spans,
    pub(super) first: Seq,
    pub(super) head: Seq,
    /// The threads among the entries.
    pub(super) threads: Threads,
    pub(super) fetching: Vec<(Span, Source)>,
    /// The server had nothing for a hole that it should have: not asked again on this connection.
    pub(super) stuck: bool,
    /// How many entries are in its only hole, where that is known.
    pub(super) missing: Option<u64>,
}

/// Where a part of a log is being fetched from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The cache.
    Disk,
    /// The server.
    Server,
}

/// What stands at a place of the log.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Item<'a> {
    /// An entry.
    Entry(&'a Entry),
    /// Events that are not loaded.
    Hole(Hole),
}

/// Events that are not loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hole {
    /// Which; `span.events()` says how many.
    pub span: Span,
    /// A part of it has been asked for.
    pub loading: bool,
    /// How many messages it hides, where that is known: those of a thread.
    pub messages: Option<u64>,
}

impl Log {
    /// A log of which nothing is held but how far it goes.
    pub(super) fn starting_at(head: Seq) -> Self {
        Self {
            head,
            ..Self::default()
        }
    }

    /// Whether nothing of it is in memory or in the cache.
    pub(super) fn holds_nothing(&self) -> bool {
        self.loaded.is_empty() && self.cached.is_empty()
    }

    /// Forgets all but the `keep` entries nearest to a place, if there are more
    /// than `most`; what is forgotten is a hole again.
    pub(super) fn trim(&mut self, most: usize, keep: usize, near: Option<Seq>) {
        if self.entries.len() <= most {
            return;
        }
        let near = near.unwrap_or(Seq::MAX);
        let above = self.entries.range(near..).count();
        let after = above.min(keep / 2);
        let before = keep - after;
        let low = self
            .entries
            .range(..near)
            .rev()
            .nth(before)
            .map(|(seq, _)| *seq);
        let high = self
            .entries
            .range(near..)
            .nth(after.max(keep / 2))
            .map(|(seq, _)| *seq);
        if let Some(low) = low {
            self.entries = self.entries.split_off(&low.next());
            self.loaded.remove(Span {
                from: Seq::ZERO,
                to: low,
            });
        }
        if let Some(high) = high {
            self.entries.split_off(&high);
            self.loaded.remove(Span {
                from: high,
                to: Seq::MAX,
            });
        }
        self.join_threads();
    }

    /// After entries came or went other than at the end.
    pub(super) fn join_threads(&mut self) {
        self.threads = Threads::of(self.entries.values());
    }

    /// How many messages answer this one, directly or through others; of one
    /// that answers another itself none are counted.
    pub fn replies(&self, seq: Seq) -> Replies {
        let span = self.loaded.around(seq);
        Replies {
            held: self.threads.size(seq),
            whole: span.is_some_and(|span| span.to >= self.head),
        }
    }

    /// The newest event that was delivered or is known to exist.
    pub fn head(&self) -> Seq {
        self.head
    }

    /// The oldest event that the server keeps, as far as known.
    pub fn first(&self) -> Seq {
        self.first.max(Seq::FIRST)
    }

    /// The loaded entry with this `seq`.
    pub fn entry(&self, seq: Seq) -> Option<&Entry> {
        self.entries.get(&seq)
    }

    /// The newest loaded entry.
    pub fn newest(&self) -> Option<&Entry> {
        self.entries.values().next_back()
    }

    /// Takes entries that hold all that is to show of a span.
    pub fn load(&mut self, span: Span, entries: impl IntoIterator<Item = Entry>) {
        self.loaded.add(span);
        self.head = self.head.max(span.to);
        self.load_entries(entries);
    }

    /// Takes entries of spans that are loaded already.
    pub(super) fn load_entries(&mut self, entries: impl IntoIterator<Item = Entry>) {
        let placed = entries.into_iter().map(|entry| (entry.event.seq, entry));
        self.entries.extend(placed);
        self.join_threads();
    }

    /// The items at or below `from`, newest first. A hole is given whole, also
    /// where `from` lies within it.
    pub fn upward(&self, from: Seq) -> impl Iterator<Item = Item<'_>> + '_ {
        let mut at = from.min(self.head);
        // The entries between two holes, in one walk.
        let mut held: Option<Range<'_, Seq, Entry>> = None;
        std::iter::from_fn(move || {
            loop {
                if let Some((_, entry)) = held.as_mut().and_then(Range::next_back) {
                    return Some(Item::Entry(entry));
                }
                if at < self.first() {
                    return None;
                }
                let Some(span) = self.loaded.around(at) else {
                    let hole = self.hole(at)?;
                    at = hole.span.from.minus(1);
                    return Some(Item::Hole(hole));
                };
                held = Some(self.entries.range(span.from.max(self.first())..=at));
                at = span.from.minus(1);
            }
        })
    }

    /// The items at or above `from`, oldest first. A hole is given whole, also
    /// where `from` lies within it.
    pub fn downward(&self, from: Seq) -> impl Iterator<Item = Item<'_>> + '_ {
        let after = |seq: Seq| (seq < self.head).then(|| seq.next());
        let from = from.max(self.first());
        let mut next = (from <= self.head).then_some(from);
        let mut held: Option<Range<'_, Seq, Entry>> = None;
        std::iter::from_fn(move || {
            loop {
                if let Some((_, entry)) = held.as_mut().and_then(Range::next) {
                    return Some(Item::Entry(entry));
                }
                let at = next?;
                let Some(span) = self.loaded.around(at) else {
                    let hole = self.hole(at)?;
                    next = after(hole.span.to);
                    return Some(Item::Hole(hole));
                };
                held = Some(self.entries.range(at..=span.to.min(self.head)));
                next = after(span.to);
            }
        })
    }

    fn hole(&self, seq: Seq) -> Option<Hole> {
        let span = self.loaded.hole(seq, Span::new(self.first(), self.head)?)?;
        let loading = self.fetching.iter().any(|(f, _)| f.overlap(span).is_some());
        let messages = self.missing;
        Some(Hole {
            span,
            loading,
            messages,
        })
    }
}
