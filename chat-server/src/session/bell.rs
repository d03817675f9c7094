//! How a session learns that there is something for it: a hint, never the thing.

use crate::log::Frame;
use futures_util::task::AtomicWaker;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Waker;

/// Notices that may wait for one session; more are shed (presence and typing only).
const NOTICES: usize = 64;

/// A session's bell. Anyone may ring it; only its session answers.
#[derive(Debug, Default)]
pub struct Bell {
    waker: AtomicWaker,
    /// The user's rooms or markers may have changed.
    person: AtomicBool,
    /// Why the session is to end, once it is.
    ending: OnceLock<Ending>,
    waiting: Mutex<Waiting>,
}

/// Why others end a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The device's token is void.
    LoggedOut,
    /// The operator keeps the user out.
    Banned,
}

#[derive(Debug, Default)]
struct Waiting {
    slots: Vec<u32>,
    /// One bit a slot: whether it stands in `slots`.
    rung: Vec<u64>,
    notices: VecDeque<Frame>,
}

impl Bell {
    /// The log with this slot has more.
    pub fn ring_slot(&self, slot: u32) {
        let mut waiting = self.waiting();
        let (word, bit) = (slot as usize / 64, 1 << (slot % 64));
        if waiting.rung.len() <= word {
            waiting.rung.resize(word + 1, 0);
        }
        if waiting.rung[word] & bit != 0 {
            return;
        }
        waiting.rung[word] |= bit;
        waiting.slots.push(slot);
        drop(waiting);
        self.waker.wake();
    }

    /// The user's rooms or markers changed.
    pub fn ring_person(&self) {
        self.person.store(true, Ordering::Release);
        self.waker.wake();
    }

    /// The session is to close; the first reason given is the one that is told.
    pub fn end(&self, why: Ending) {
        self.ending.get_or_init(|| why);
        self.waker.wake();
    }

    /// Leaves a notice without waking: whoever leaves several wakes once.
    /// Shed where too many wait.
    pub fn leave_notice(&self, notice: &Frame) {
        let mut waiting = self.waiting();
        if waiting.notices.len() < NOTICES {
            waiting.notices.push_back(notice.clone());
        }
    }

    /// Wakes the session for what was left.
    pub fn wake(&self) {
        self.waker.wake();
    }

    /// The session's own: who is to be woken. Before looking at what waits.
    pub fn listen(&self, waker: &Waker) {
        self.waker.register(waker);
    }

    /// Moves the rung slots to `slots`, and appends the notices' bytes to `out`.
    pub fn take(&self, slots: &mut Vec<u32>, out: &mut Vec<u8>) {
        let mut waiting = self.waiting();
        if !waiting.slots.is_empty() {
            slots.append(&mut waiting.slots);
            waiting.rung.fill(0);
        }
        if !waiting.notices.is_empty() {
            for notice in waiting.notices.drain(..) {
                out.extend_from_slice(notice.bytes());
            }
            // A burst must not stay allocated in ten thousand idle sessions.
            waiting.notices.shrink_to(4);
        }
    }

    /// The same, without taking it.
    pub fn has_person(&self) -> bool {
        self.person.load(Ordering::Acquire)
    }

    /// Whether the user's rooms or markers may have changed since the last time asked.
    pub fn take_person(&self) -> bool {
        self.person.swap(false, Ordering::AcqRel)
    }

    /// Whether, and why, the session is to close; stays so.
    pub fn ending(&self) -> Option<Ending> {
        self.ending.get().copied()
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
