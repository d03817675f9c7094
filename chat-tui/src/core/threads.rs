//! Which messages belong together: a message and all that answer it, directly
//! or through others, are a thread. Pure; knows only the entries given to it.
//!
//! Always holds: a message is in one thread, that of the first message at or
//! above it which answers nothing that is known.

use chat_proto::{Entry, Seq};
use std::collections::BTreeMap;

/// The threads among some entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Threads {
    /// Of each answer the message that its thread begins with.
    roots: BTreeMap<Seq, Seq>,
    /// How many messages follow in each thread that has any.
    sizes: BTreeMap<Seq, u32>,
}

/// How many messages follow in a thread, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replies {
    /// Those that are held.
    pub held: u32,
    /// Nothing after the first message is missing: there are no others.
    pub whole: bool,
}

impl Threads {
    /// The threads among these entries, which come in order.
    pub(super) fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut threads = Self::default();
        entries.into_iter().for_each(|entry| threads.add(entry));
        threads
    }

    /// An entry that is newer than all others.
    pub(super) fn add(&mut self, entry: &Entry) {
        if let Some(to) = answers(entry) {
            let root = self.root(to);
            self.roots.insert(entry.event.seq, root);
            *self.sizes.entry(root).or_default() += 1;
        }
    }

    /// The message that the thread of a message begins with; maybe itself.
    pub(super) fn root(&self, seq: Seq) -> Seq {
        self.roots.get(&seq).copied().unwrap_or(seq)
    }

    /// How many messages follow this one, if a thread begins with it.
    pub(super) fn size(&self, root: Seq) -> u32 {
        self.sizes.get(&root).copied().unwrap_or(0)
    }
}

/// The message that an entry answers.
pub(super) fn answers(entry: &Entry) -> Option<Seq> {
    entry.event.body.message()?.reply_to
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_proto::event::{EventBody, Message};
    use chat_proto::{Event, RoomName, Timestamp, UserName};

    fn seq(number: u64) -> Seq {
        Seq::new(number).unwrap()
    }

    fn entry(number: u64, reply_to: Option<u64>) -> Entry {
        Entry::from(Event {
            room: RoomName::trusted("lobby").unwrap(),
            seq: seq(number),
            at: Timestamp::from_millis(0),
            author: UserName::trusted("ada").unwrap(),
            guest: false,
            hook: false,
            body: EventBody::Message(Message {
                reply_to: reply_to.map(seq),
                ..Message::default()
            }),
        })
    }

    #[test]
    fn a_thread_is_a_message_and_all_that_answer_it_through_whomever() {
        let said = [
            (1, None),
            (2, Some(1)),
            (3, None),
            (4, Some(2)),
            (5, Some(3)),
            (6, Some(4)),
            // What it answers is not held.
            (8, Some(7)),
        ];
        let entries: Vec<_> = said.iter().map(|(n, to)| entry(*n, *to)).collect();
        let threads = Threads::of(&entries);
        let roots: Vec<_> = (1..=8).map(|n| threads.root(seq(n)).get()).collect();
        assert_eq!(roots, [1, 1, 3, 1, 3, 1, 7, 7]);
        let sizes: Vec<_> = (1..=8).map(|n| threads.size(seq(n))).collect();
        assert_eq!(sizes, [3, 0, 1, 0, 0, 0, 1, 0]);
    }
}
