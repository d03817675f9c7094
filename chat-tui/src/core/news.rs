//! What is new in a room's log since a place: for those who tell it line by
//! line and never look back.

use super::log::Item;
use super::room::Room;
use super::span::Span;
use chat_proto::{Entry, Event, Seq};

/// One thing that is new.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum News<'a> {
    /// An entry, as it stands by now.
    Entry(&'a Entry),
    /// An event that changed an entry.
    Change(&'a Event),
    /// Events that are not loaded.
    Hole(Span),
}

impl Room {
    /// What came after `seq`, in the order of the log.
    pub fn news(&self, seq: Seq) -> Vec<News<'_>> {
        let place = |news: &News<'_>| match news {
            News::Entry(entry) => entry.event.seq,
            News::Change(event) => event.seq,
            News::Hole(span) => span.from,
        };
        let entries = self.log.downward(seq.next()).map(|item| match item {
            Item::Entry(entry) => News::Entry(entry),
            Item::Hole(hole) => News::Hole(hole.span),
        });
        let changes = self.changes.iter().filter(|event| event.seq > seq);
        let mut news: Vec<_> = entries.chain(changes.map(News::Change)).collect();
        news.sort_by_key(place);
        news
    }

    /// Up to here the server's figures count: what is above is news to this person.
    pub fn counted(&self) -> Seq {
        self.counted
    }
}
