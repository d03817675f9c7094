//! Delivery: all that a client lacks, of all its rooms, in one write.
//!
//! Replies first, then notices, then events. A batch is gathered in a buffer
//! that the sessions of a thread share, so an idle one keeps none; what the
//! socket does not take is forgotten and gathered anew from the logs, but for
//! the rest of the one frame begun.
//!
//! A session that was told of a change of its user's rooms reads no further
//! event before it has looked: the bell is asked under the lock of the ring, in
//! which nothing can stand that came after the change without the bell having
//! been rung.

use super::Session;
use super::reading::Reading;
use crate::log::Frame;
use crate::log::cursor::{self, Next};
use crate::store::StoreError;
use chat_proto::codec::Frame as Message;
use chat_proto::limits::RESUME_EVENTS;
use chat_proto::{Gap, Seq};
use futures_util::Sink;
use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite};

/// Bytes of events gathered for one write.
const BATCH_BYTES: usize = 64 * 1024;
/// Events read from the store at a time for a reader that is far behind.
const PAGE_EVENTS: usize = 100;

thread_local! {
    static BATCH: RefCell<Batch> = RefCell::default();
}

#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    units: Vec<Unit>,
}

/// A piece of a batch that is written whole or not at all.
struct Unit {
    end: usize,
    what: What,
}

enum What {
    /// All replies and notices that waited.
    Out,
    /// An event of the log in this slot.
    Event { slot: u32, seq: Seq },
}

/// What a session with nothing more to write waits for.
pub(super) enum Delivered {
    /// Until someone rings.
    All,
    /// Something has to be done before more can be written.
    Held(Hold),
}

/// What holds a delivery up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// The store has to be read for the log in this slot.
    Behind(u32),
    /// The user's rooms may have changed.
    Person,
}

/// Events from the store for one reader that is far behind; kept for one write.
#[derive(Debug)]
pub(super) struct StorePage {
    slot: u32,
    /// The seq of the first frame.
    first: Seq,
    frames: Vec<Frame>,
    /// [`crate::log::RoomLog::rewritten`] before the store was read.
    rewritten: u64,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    /// Writes until the client has all, the socket takes no more, or the store is needed.
    pub(super) fn poll_deliver(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Delivered>> {
        loop {
            // The library's own frames and the rest of a begun one go first.
            ready!(Pin::new(&mut self.ws).poll_flush(cx)).map_err(io::Error::other)?;
            self.take_rung();
            if self.out.is_empty() && self.dirty.is_empty() {
                self.untaken_since = None;
                return Poll::Ready(Ok(Delivered::All));
            }
            let written = BATCH.with_borrow_mut(|batch| {
                let hold = self.gather(batch);
                if batch.units.is_empty() {
                    return Poll::Ready(Ok(hold));
                }
                self.write(batch, cx).map_ok(|()| None)
            });
            if let Some(hold) = ready!(written)? {
                return Poll::Ready(Ok(Delivered::Held(hold)));
            }
            if self.out.is_empty() && self.dirty.is_empty() && !self.ws.get_ref().is_stuck() {
                // Whatever came meanwhile has rung, and so is looked at next.
                self.untaken_since = None;
                return Poll::Ready(Ok(Delivered::All));
            }
        }
    }

    fn take_rung(&mut self) {
        let before = self.dirty.len();
        self.bell.take(&mut self.dirty, &mut self.out);
        if before > 0 && self.dirty.len() > before {
            // Gathered twice would be delivered twice.
            self.dirty.sort_unstable();
            self.dirty.dedup();
        }
    }

    /// Fills the batch; gives what holds up the rest, if anything does.
    fn gather(&mut self, batch: &mut Batch) -> Option<Hold> {
        batch.bytes.clear();
        batch.bytes.shrink_to(4 * BATCH_BYTES);
        batch.units.clear();
        if !self.out.is_empty() {
            batch.bytes.append(&mut self.out);
            self.out = Vec::new();
            batch.units.push(Unit {
                end: batch.bytes.len(),
                what: What::Out,
            });
        }
        let mut hold = None;
        let mut kept = 0;
        // What comes of a slot is decided in the order rung; those with more
        // to give stay in the list.
        for at in 0..self.dirty.len() {
            let slot = self.dirty[at];
            let full = batch.bytes.len() >= BATCH_BYTES;
            if full || self.gather_log(slot, batch, &mut hold) {
                self.dirty[kept] = slot;
                kept += 1;
            }
        }
        self.dirty.truncate(kept);
        hold
    }

    /// Gathers from one log; true if the log has to be looked at again.
    fn gather_log(&mut self, slot: u32, batch: &mut Batch, hold: &mut Option<Hold>) -> bool {
        let page = self.page.take_if(|page| page.slot == slot);
        let Some(reading) = self.readings.at_mut(slot) else {
            return false;
        };
        // Decided and gathered under one lock: in between, the ring could move on.
        let next = reading.log.with_ring(|ring| {
            if self.bell.has_person() {
                return None;
            }
            let bound = reading.bound(ring.head());
            if let Some(page) = page
                && page.rewritten == reading.log.rewritten()
            {
                push_events(slot, page.after(reading.cursor, bound), batch);
                return Some(Next::Ring);
            }
            let next = cursor::next(reading.cursor, bound, ring.start(), ring.first(), self.gaps);
            if next == Next::Ring {
                let events = ring.after(reading.cursor);
                let all = push_events(slot, events.take_while(|(seq, _)| *seq <= bound), batch);
                return Some(if all { Next::Nothing } else { Next::Ring });
            }
            Some(next)
        });
        match next {
            None => {
                *hold = Some(Hold::Person);
                true
            }
            Some(Next::Nothing) => false,
            Some(Next::Ring) => true,
            Some(Next::Gap { from, to }) => {
                // Of a removal the reader hears in any case.
                let to = if reading.last == Some(to) && to > from {
                    to.minus(1)
                } else {
                    to
                };
                reading.cursor = to;
                let gap = Gap {
                    room: reading.log.name().clone(),
                    from,
                    to,
                };
                self.node.metrics.gaps.inc();
                self.push(&Message::Gap(gap), None);
                true
            }
            Some(Next::Fill | Next::Store) => {
                *hold = hold.or(Some(Hold::Behind(slot)));
                true
            }
        }
    }

    /// Writes what the socket takes and moves the cursors by it.
    fn write(&mut self, batch: &Batch, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Batch { bytes, units } = batch;
        let wire = self.ws.get_mut();
        let sent = ready!(wire.poll_units(cx, bytes, units, |unit| unit.end))?;
        let stuck = wire.is_stuck();
        let replies = usize::from(matches!(
            units.first(),
            Some(Unit {
                what: What::Out,
                ..
            })
        ));
        let taken = sent.checked_sub(1).map_or(0, |last| units[last].end);
        self.node
            .metrics
            .delivered(sent.saturating_sub(replies), taken);
        self.reply_begun = stuck
            && matches!(
                units[..sent].last(),
                Some(Unit {
                    what: What::Out,
                    ..
                })
            );
        let mut ended = false;
        for unit in &units[..sent] {
            if let What::Event { slot, seq } = unit.what
                && let Some(reading) = self.readings.at_mut(slot)
            {
                reading.cursor = seq;
                ended |= reading.last == Some(seq);
            }
        }
        if ended {
            self.readings.sweep();
            // They may be in that room again.
            self.bell.ring_person();
        }
        for unit in &units[sent..] {
            // Of this log there is more to write, whatever was gathered of it.
            if let What::Event { slot, .. } = unit.what
                && !self.dirty.contains(&slot)
            {
                self.dirty.push(slot);
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Reads from the store what the log's reader lacks: into the ring if
    /// others will want it too, else a page for this one alone.
    pub(super) async fn catch_up(&mut self, slot: u32) -> Result<(), StoreError> {
        let Some(Reading { log, cursor, .. }) = self.readings.at(slot) else {
            return Ok(());
        };
        let (log, cursor) = (log.clone(), *cursor);
        let store = &*self.node.store;
        if log.head().since(cursor) <= RESUME_EVENTS {
            if log.fill(store, cursor).await? {
                self.node.metrics.ring_fills.inc();
            }
            return Ok(());
        }
        self.node.metrics.lagging_reads.inc();
        let rewritten = log.rewritten();
        let events = store.events(log.id(), cursor, PAGE_EVENTS).await?;
        if events
            .first()
            .is_none_or(|event| event.seq != cursor.next())
        {
            return log.lacks(store, cursor.next()).await;
        }
        let frames = events.iter().map(Frame::event).collect();
        self.page = Some(Box::new(StorePage {
            slot,
            first: cursor.next(),
            frames,
            rewritten,
        }));
        Ok(())
    }
}

impl StorePage {
    /// Its events after `cursor`, up to and with `bound`.
    fn after(&self, cursor: Seq, bound: Seq) -> impl Iterator<Item = (Seq, &Frame)> {
        self.frames
            .iter()
            .enumerate()
            .map(|(i, frame)| (self.first.plus(i as u64), frame))
            .skip_while(move |(seq, _)| *seq <= cursor)
            .take_while(move |(seq, _)| *seq <= bound)
    }
}

/// Appends events until the batch is full; true if these were all.
fn push_events<'a>(
    slot: u32,
    mut events: impl Iterator<Item = (Seq, &'a Frame)>,
    batch: &mut Batch,
) -> bool {
    for (seq, frame) in events.by_ref() {
        batch.bytes.extend_from_slice(frame.bytes());
        batch.units.push(Unit {
            end: batch.bytes.len(),
            what: What::Event { slot, seq },
        });
        if batch.bytes.len() >= BATCH_BYTES {
            break;
        }
    }
    events.next().is_none()
}
