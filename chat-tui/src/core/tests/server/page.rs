//! Pages of what was said: of a room's past, and of what is looked for.

use super::{Server, named, seq};
use crate::core::editing::text_of;
use crate::core::threads::answers;
use chat_proto::codec::Frame;
use chat_proto::reply::{Found, History};
use chat_proto::request::{GetHistory, Search};
use chat_proto::{Entry, RequestId, Seq, Timestamp};
use std::collections::BTreeSet;
use std::ops::Range;

impl Server {
    /// Finds by parts of the text; the newest first.
    pub(super) fn search(&mut self, id: Option<&RequestId>, asked: &Search) {
        let room = asked.room.clone().map(named);
        let rooms = self.logs.keys();
        let rooms = rooms.filter(|name| room.as_ref().is_none_or(|room| room == *name));
        let holds = |entry: &Entry| {
            let text = text_of(entry);
            text.is_some_and(|text| asked.query.split(' ').all(|word| text.contains(word)))
        };
        let mut hits: Vec<_> = rooms
            .flat_map(|name| self.entries(name))
            .filter(holds)
            .collect();
        hits.sort_by_key(|entry| std::cmp::Reverse(entry.event.at));
        let cursor = asked.cursor.as_deref();
        let from: usize = cursor.map_or(0, |at| at.parse().unwrap_or(0));
        let limit = asked.limit.map_or(20, |limit| limit.get() as usize);
        let from = from.min(hits.len());
        let to = (from + limit).min(hits.len());
        let found = Found {
            hits: hits[from..to].to_vec(),
            more: to < hits.len(),
            next: (to < hits.len()).then(|| to.to_string()),
        };
        self.say(&Frame::Found(found), id);
    }

    pub(super) fn history(&mut self, id: Option<&RequestId>, asked: &GetHistory) {
        let name = named(asked.room.clone());
        let mut entries = self.entries(&name);
        if let Some(since) = asked.changed_after {
            entries.retain(|entry| entry.fold.changed.is_some_and(|changed| changed > since));
            entries.sort_by_key(|entry| entry.fold.changed);
        }
        if let Some(root) = asked.thread {
            let mut of = BTreeSet::from([root]);
            entries.retain(|entry| {
                let joins = answers(entry).is_some_and(|to| of.contains(&to));
                entry.event.seq == root || joins && of.insert(entry.event.seq)
            });
        }
        if let Some(at) = asked.at {
            entries.retain(|entry| entry.event.at >= at);
        }
        let page = page(asked, &entries);
        let history = History {
            events: entries[page.clone()].to_vec(),
            first: Seq::FIRST,
            head: seq(self.logs[&name].len() as u64),
            more_before: page.start > 0
                || asked.at.is_some_and(|at| at > Timestamp::from_millis(0)),
            more_after: page.end < entries.len(),
            older: asked.thread.and(asked.before).map(|_| page.start as u64),
            room: name,
        };
        self.say(&Frame::History(history), id);
    }
}

/// Which of the entries are given, all of which may be.
fn page(asked: &GetHistory, entries: &[Entry]) -> Range<usize> {
    let limit = asked.limit.map_or(50, |limit| limit.get() as usize);
    let first_at = |seq: Seq| entries.partition_point(|entry| entry.event.seq < seq);
    let from = if let Some(before) = asked.before {
        let to = first_at(before);
        return to.saturating_sub(limit)..to;
    } else if let Some(after) = asked.after {
        first_at(after.next())
    } else if let Some(around) = asked.around {
        first_at(around).saturating_sub(limit / 2)
    } else if asked.at.is_some() || asked.thread.is_some() || asked.changed_after.is_some() {
        0
    } else {
        entries.len().saturating_sub(limit)
    };
    from..(from + limit).min(entries.len())
}
