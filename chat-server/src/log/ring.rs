//! The newest frames of one log, without holes.

use super::Frame;
use chat_proto::Seq;
use chat_proto::limits::RESUME_EVENTS;
use std::collections::VecDeque;

/// Frames `start`, `start + 1`, … up to `head`; possibly none. Holds at most
/// as many as a resume may ask for.
#[derive(Debug, Default)]
pub struct Ring {
    /// The last event known to be committed.
    head: Seq,
    /// No event before this one is kept, here or anywhere.
    first: Seq,
    /// Its last element is `head`'s.
    frames: VecDeque<Frame>,
    bytes: usize,
}

/// What became of a frame that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// It is the new head.
    Fresh,
    /// It was there already.
    Known,
}

impl Ring {
    /// The last event known to be committed.
    pub fn head(&self) -> Seq {
        self.head
    }

    /// The first event held; `head + 1` if none is.
    pub fn start(&self) -> Seq {
        self.head.next().minus(self.frames.len() as u64)
    }

    /// The oldest event that is kept; those before it are gone.
    pub fn first(&self) -> Seq {
        self.first.max(Seq::FIRST)
    }

    /// Lets go of what is before the oldest event that is kept.
    pub fn forget_before(&mut self, first: Seq) {
        self.first = self.first.max(first);
        while self.start() < first && !self.frames.is_empty() {
            self.drop_oldest();
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes the head from the store, if it is further on than what was heard.
    /// What lies between is not held. True if it was further on.
    pub fn advance(&mut self, head: Seq) -> bool {
        let further = head > self.head;
        if further {
            self.clear();
            self.head = head;
        }
        further
    }

    /// Appends the frame of `seq`. One that is further on than the next leaves
    /// a hole that the store knows, so what was held before it is dropped.
    pub fn append(&mut self, seq: Seq, frame: Frame) -> Appended {
        if seq <= self.head {
            return Appended::Known;
        }
        if seq != self.head.next() {
            self.clear();
        }
        self.head = seq;
        self.bytes += frame.bytes().len();
        self.frames.push_back(frame);
        while self.frames.len() as u64 > RESUME_EVENTS {
            self.drop_oldest();
        }
        Appended::Fresh
    }

    /// Puts older frames before those held: `frames` are those of `first`, `first + 1`, …
    /// Only what joins without a hole, and as many as the ring may hold.
    pub fn prepend(&mut self, first: Seq, frames: Vec<Frame>) {
        let start = self.start();
        if first.plus(frames.len() as u64) < start {
            return;
        }
        let joining = start.since(first) as usize;
        for frame in frames.into_iter().take(joining).rev() {
            if self.frames.len() as u64 == RESUME_EVENTS {
                return;
            }
            self.bytes += frame.bytes().len();
            self.frames.push_front(frame);
        }
    }

    /// Puts another frame in the place of the one of `seq`, if that is held.
    pub fn rewrite(&mut self, seq: Seq, frame: Frame) {
        let start = self.start();
        if seq < start {
            return;
        }
        if let Some(held) = self.frames.get_mut(seq.since(start) as usize) {
            self.bytes = self.bytes - held.bytes().len() + frame.bytes().len();
            *held = frame;
        }
    }

    /// Lets go of all frames; the head stays.
    pub fn clear(&mut self) {
        self.frames = VecDeque::new();
        self.bytes = 0;
    }

    /// The frames after `cursor`; none where the first of them is not held.
    pub fn after(&self, cursor: Seq) -> impl Iterator<Item = (Seq, &Frame)> {
        let start = self.start();
        let skipped = if cursor.next() < start {
            self.frames.len()
        } else {
            cursor.next().since(start) as usize
        };
        self.frames
            .iter()
            .enumerate()
            .skip(skipped)
            .map(move |(i, frame)| (start.plus(i as u64), frame))
    }

    fn drop_oldest(&mut self) {
        if let Some(frame) = self.frames.pop_front() {
            self.bytes -= frame.bytes().len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seq(n: u64) -> Seq {
        Seq::new(n).expect("small")
    }

    fn frame(n: u64) -> Frame {
        Frame::text(&n.to_string())
    }

    fn held(ring: &Ring, after: u64) -> Vec<u64> {
        ring.after(seq(after))
            .map(|(at, held)| {
                assert_eq!(*held, frame(at.get()));
                at.get()
            })
            .collect()
    }

    #[test]
    fn a_reader_gets_what_came_after_its_cursor_in_order() {
        let mut ring = Ring::default();
        for n in 1..=5 {
            assert_eq!(ring.append(seq(n), frame(n)), Appended::Fresh);
        }
        assert_eq!(ring.append(seq(3), frame(3)), Appended::Known);
        assert_eq!(held(&ring, 0), [1, 2, 3, 4, 5]);
        assert_eq!(held(&ring, 3), [4, 5]);
        assert_eq!(held(&ring, 5), [] as [u64; 0]);
        assert_eq!(held(&ring, 9), [] as [u64; 0]);
    }

    #[test]
    fn a_hole_is_never_papered_over() {
        let mut ring = Ring::default();
        ring.append(seq(1), frame(1));
        ring.append(seq(4), frame(4));
        assert_eq!((ring.start(), ring.head()), (seq(4), seq(4)));
        ring.advance(seq(6));
        assert_eq!((ring.start(), ring.head()), (seq(7), seq(6)));
        ring.prepend(seq(1), vec![frame(1), frame(2)]);
        assert_eq!(ring.start(), seq(7), "1 and 2 do not join 7");
        ring.prepend(seq(4), (4..=8).map(frame).collect());
        assert_eq!(held(&ring, 3), [4, 5, 6], "only what is missing is taken");
    }

    #[test]
    fn what_is_rewritten_is_held_no_longer() {
        let mut ring = Ring::default();
        ring.append(seq(4), frame(4));
        ring.append(seq(5), frame(5));
        ring.rewrite(seq(3), frame(33));
        ring.rewrite(seq(5), frame(555));
        ring.rewrite(seq(6), frame(66));
        let frames: Vec<_> = ring.after(seq(3)).map(|(_, held)| held.clone()).collect();
        assert_eq!(frames, [frame(4), frame(555)]);
        let bytes: usize = frames.iter().map(|frame| frame.bytes().len()).sum();
        assert_eq!((ring.bytes(), ring.head()), (bytes, seq(5)));
    }

    #[test]
    fn what_is_not_kept_any_more_is_let_go_of() {
        let mut ring = Ring::default();
        assert_eq!(ring.first(), Seq::FIRST);
        for n in 1..=5 {
            ring.append(seq(n), frame(n));
        }
        ring.forget_before(seq(4));
        assert_eq!((ring.first(), ring.start()), (seq(4), seq(4)));
        ring.forget_before(seq(2));
        assert_eq!(ring.first(), seq(4), "it never comes back");
        assert_eq!(held(&ring, 3), [4, 5]);
        ring.forget_before(seq(6));
        assert_eq!(
            (ring.first(), ring.start(), ring.bytes()),
            (seq(6), seq(6), 0)
        );
        ring.append(seq(6), frame(6));
        assert_eq!(held(&ring, 5), [6]);
    }

    #[test]
    fn it_holds_no_more_than_a_resume_may_ask_for() {
        let mut ring = Ring::default();
        for n in 1..=RESUME_EVENTS + 7 {
            ring.append(seq(n), frame(n));
        }
        assert_eq!(ring.start(), seq(8));
        ring.prepend(seq(1), (1..=7).map(frame).collect());
        assert_eq!(ring.start(), seq(8));
        assert_eq!(held(&ring, 6), [] as [u64; 0], "7 is not held");
        let bytes: usize = ring.after(seq(7)).map(|(_, f)| f.bytes().len()).sum();
        assert_eq!(ring.bytes(), bytes);
        ring.clear();
        assert_eq!((ring.bytes(), ring.start()), (0, seq(RESUME_EVENTS + 8)));
    }
}
