//! What cache and server have found, and what becomes of it.

use super::Looked;
use crate::core::editing::text_of;
use crate::core::effect::LoadSearch;
use crate::core::fold;
use crate::core::requests::Asked;
use crate::core::state::{State, Turn};
use chat_proto::reply::Found;
use chat_proto::{Entry, ErrorReply, Event};

impl State {
    /// The cache has looked.
    pub(in crate::core) fn cache_found(
        &mut self,
        _turn: &mut Turn,
        asked: &LoadSearch,
        hits: Vec<Entry>,
        whole: bool,
    ) {
        let shown = self.as_they_stand(hits);
        if let Some(search) = self
            .search_mut()
            .filter(|search| search.number == asked.number)
        {
            search.cache = if whole { Looked::Whole } else { Looked::Part };
            search.add(shown, false);
        }
    }

    /// What is loaded is newer than what the cache had.
    fn as_they_stand(&self, hits: Vec<Entry>) -> Vec<Entry> {
        let loaded = |entry: &Entry| {
            let room = self.rooms.get(&entry.event.room)?;
            room.log.entry(entry.event.seq).cloned()
        };
        hits.into_iter()
            .map(|entry| loaded(&entry).unwrap_or(entry))
            .collect()
    }

    /// The server has looked.
    pub(in crate::core) fn server_found(
        &mut self,
        _turn: &mut Turn,
        asked: Option<&Asked>,
        found: Found,
    ) {
        let Some(Asked::Search(number)) = asked else {
            return;
        };
        if let Some(search) = self.search_mut().filter(|search| search.number == *number) {
            search.next = found.next.filter(|_| found.more);
            search.server = if search.next.is_some() {
                Looked::Part
            } else {
                Looked::Whole
            };
            search.add(found.hits, true);
        }
    }

    /// The server does not look.
    pub(in crate::core) fn search_refused(&mut self, number: u64, error: &ErrorReply) {
        if let Some(search) = self.search_mut().filter(|search| search.number == number) {
            search.server = Looked::Refused(error.message.clone());
        }
    }

    /// An event changes a message that may be among the hits.
    pub(in crate::core) fn search_hears(&mut self, event: &Event) {
        let Some(search) = self.search_mut().filter(|_| event.body.target().is_some()) else {
            return;
        };
        for hit in &mut search.hits {
            fold::apply(&mut hit.entry, event);
        }
        search.hits.retain(|hit| text_of(&hit.entry).is_some());
        search.chosen = search.chosen.min(search.hits.len().saturating_sub(1));
    }
}
