//! Finding messages: at once in the cache, while one types, and a moment later
//! on the server. What both found is one list, newest first.
//!
//! What always holds: a text that is deleted is not shown as a hit; whoever
//! reads the list is told how much was looked through.

mod ask;
mod found;
mod terms;
mod visit;

use super::composer::Composer;
use super::deliver::names;
use super::editing::text_of;
use super::jump::Spot;
use chat_proto::{Entry, RoomName, Seq};
use std::cmp::Reverse;
use std::time::Duration;

pub use terms::Terms;
pub(super) use visit::Left;

/// Hits that are held at most.
const HITS_MOST: usize = 1000;

/// Finding messages.
#[derive(Debug, Clone)]
pub struct Search {
    /// What was typed.
    pub query: Composer,
    /// Where to look.
    pub scope: Scope,
    /// What was found, newest first.
    pub hits: Vec<Hit>,
    /// Which of them is chosen.
    pub chosen: usize,
    /// What is wrong with what was typed.
    pub why: Option<String>,
    /// How far the cache was looked through.
    pub cache: Looked,
    /// How far the server has looked.
    pub server: Looked,
    /// By which its answers are known.
    number: u64,
    terms: Terms,
    /// Where one was when it was opened.
    from: Option<Spot>,
    /// When the server is to be asked.
    due: Option<Duration>,
    /// Where the server goes on.
    next: Option<String>,
}

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// In the open room.
    #[default]
    Room,
    /// In all rooms that one is in.
    All,
    /// In all rooms, for what names one.
    Mentions,
}

/// How far something was looked through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    /// It is not asked: there is nothing to look for, or no connection.
    Not,
    /// It is being looked through.
    Looking,
    /// In part; more is to come.
    Part,
    /// Whole.
    Whole,
    /// It refused, in its words.
    Refused(String),
}

/// A message that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The message.
    pub entry: Entry,
    /// Only the server had it.
    pub server: bool,
}

impl Scope {
    /// The one after it, round and round.
    fn next(self) -> Self {
        match self {
            Self::Room => Self::All,
            Self::All => Self::Mentions,
            Self::Mentions => Self::Room,
        }
    }
}

impl Search {
    /// A search that has found this, for those who draw it.
    pub fn showing(query: &str, scope: Scope, hits: Vec<Hit>) -> Self {
        Self {
            query: Composer::holding(query),
            scope,
            hits,
            chosen: 0,
            why: None,
            cache: Looked::Whole,
            server: Looked::Whole,
            number: 0,
            terms: Terms::default(),
            from: None,
            due: None,
            next: None,
        }
    }

    /// Adds what was found, each message once, as it was told last.
    fn add(&mut self, entries: Vec<Entry>, server: bool) {
        let chosen = self.hits.get(self.chosen).map(|hit| key(&hit.entry));
        for entry in entries {
            let fits = self
                .terms
                .names
                .as_ref()
                .is_none_or(|me| text_of(&entry).is_some_and(|text| names(text, me.as_str())));
            if text_of(&entry).is_none() || !fits {
                continue;
            }
            match self
                .hits
                .iter_mut()
                .find(|hit| key(&hit.entry) == key(&entry))
            {
                Some(hit) if server => hit.entry = entry,
                Some(hit) => hit.server = false,
                None => self.hits.push(Hit { entry, server }),
            }
        }
        self.hits
            .sort_by_key(|hit| Reverse((hit.entry.event.at, key(&hit.entry))));
        self.hits.truncate(HITS_MOST);
        let place = chosen.and_then(|chosen| {
            let same = |hit: &Hit| key(&hit.entry) == chosen;
            self.hits.iter().position(same)
        });
        // Whoever has not moved yet stays at the newest.
        if let Some(place) = place.filter(|_| self.chosen > 0) {
            self.chosen = place;
        }
    }
}

fn key(entry: &Entry) -> (RoomName, Seq) {
    (entry.event.room.clone(), entry.event.seq)
}
