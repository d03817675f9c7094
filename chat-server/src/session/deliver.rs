//! Delivery: all that a client lacks, of all its rooms, in one write.
//!
//! Replies first, then notices, then events. A batch is gathered in a buffer
//! that the sessions of a thread share, so an idle one keeps none; what the
//! socket does not take is forgotten and gathered anew from the logs, but for
//! the rest of the one frame begun.

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
    /// The store has to be read for the log in this slot.
    Behind(u32),
}

/// Events from the store for one reader that is far behind; kept for one write.
#[derive(Debug)]
pub(super) struct StorePage {
    slot: u32,
    /// The seq of the first frame.
    first: Seq,
    frames: Vec<Frame>,
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
                let behind = self.gather(batch);
                if batch.units.is_empty() {
                    return Poll::Ready(Ok(behind));
                }
                self.write(batch, cx).map_ok(|()| None)
            });
            if let Some(slot) = ready!(written)? {
                return Poll::Ready(Ok(Delivered::Behind(slot)));
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

    /// Fills the batch; gives the slot of a log that needs the store, if any.
    fn gather(&mut self, batch: &mut Batch) -> Option<u32> {
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
        let mut behind = None;
        let mut kept = 0;
        // What comes of a slot is decided in the order rung; those with more
        // to give stay in the list.
        for at in 0..self.dirty.len() {
            let slot = self.dirty[at];
            let full = batch.bytes.len() >= BATCH_BYTES;
            if full || self.gather_log(slot, batch, &mut behind) {
                self.dirty[kept] = slot;
                kept += 1;
            }
        }
        self.dirty.truncate(kept);
        behind
    }

    /// Gathers from one log; true if the log has to be looked at again.
    fn gather_log(&mut self, slot: u32, batch: &mut Batch, behind: &mut Option<u32>) -> bool {
        let page = self.page.take_if(|page| page.slot == slot);
        let Some(reading) = self.readings.at_mut(slot) else {
            return false;
        };
        if let Some(page) = page {
            let held = page
                .frames
                .iter()
                .enumerate()
                .map(|(i, frame)| (page.first.plus(i as u64), frame));
            push_events(
                slot,
                held.skip_while(|(seq, _)| *seq <= reading.cursor),
                batch,
            );
            return true;
        }
        // Decided and gathered under one lock: in between, the ring could move on.
        let next = reading.log.with_ring(|ring| {
            let next = cursor::next(reading.cursor, ring.head(), ring.start(), self.gaps);
            if next == Next::Ring {
                let all = push_events(slot, ring.after(reading.cursor), batch);
                return if all { Next::Nothing } else { Next::Ring };
            }
            next
        });
        match next {
            Next::Nothing => false,
            Next::Ring => true,
            Next::Gap { from, to } => {
                reading.cursor = to;
                let gap = Gap {
                    room: reading.log.name().clone(),
                    from,
                    to,
                };
                self.push(&Message::Gap(gap), None);
                true
            }
            Next::Fill | Next::Store => {
                *behind = behind.or(Some(slot));
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
        self.reply_begun = stuck
            && matches!(
                units[..sent].last(),
                Some(Unit {
                    what: What::Out,
                    ..
                })
            );
        for unit in &units[..sent] {
            if let What::Event { slot, seq } = unit.what
                && let Some(reading) = self.readings.at_mut(slot)
            {
                reading.cursor = seq;
            }
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
            return log.fill(store, cursor).await;
        }
        let events = store.events(log.id(), cursor, PAGE_EVENTS).await?;
        if events.is_empty() {
            return Err(StoreError::Corrupt(format!(
                "no event of {} after {cursor}",
                log.name()
            )));
        }
        let frames = events.iter().map(Frame::event).collect();
        self.page = Some(Box::new(StorePage {
            slot,
            first: cursor.next(),
            frames,
        }));
        Ok(())
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
