//! Finding messages: at once in the cache, while one types, and a moment later
//! on the server. What both found is one list, newest first.
//!
//! What always holds: a text that is deleted is not shown as a hit; whoever
//! reads the list is told how much was looked through.

mod terms;

use super::composer::Composer;
use super::deliver::names;
use super::editing::text_of;
use super::effect::{Effect, Load, LoadSearch};
use super::fold;
use super::jump::Spot;
use super::overlay::Overlay;
use super::requests::Asked;
use super::state::{State, Turn};
use chat_proto::reply::Found;
use chat_proto::request::Search as AskSearch;
use chat_proto::{Entry, ErrorReply, Event, RoomName};
use std::cmp::Reverse;
use std::num::NonZeroU32;
use std::time::Duration;

pub use terms::Terms;

/// The server is asked after a pause in typing.
const TYPING_PAUSE: Duration = Duration::from_millis(250);
/// Hits that are asked for at a time.
const PAGE: usize = 50;
/// Hits that are held at most.
const HITS_MOST: usize = 1000;
/// The next page is asked for so many hits before the end of the list.
const AHEAD: usize = 10;

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

/// The search that was left for one of its hits, to come back to.
#[derive(Debug, Clone)]
pub(super) struct Left {
    search: Box<Search>,
    /// Where the hit is.
    room: RoomName,
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

fn key(entry: &Entry) -> (RoomName, chat_proto::Seq) {
    (entry.event.room.clone(), entry.event.seq)
}

impl State {
    /// Opens the panel for finding messages.
    pub(super) fn open_search(&mut self, turn: &mut Turn, words: &str) {
        let scope = self.open.as_ref().map_or(Scope::All, |_| Scope::Room);
        self.open_search_in(turn, scope, words);
    }

    /// Opens it, to look there.
    pub(super) fn open_search_in(&mut self, turn: &mut Turn, scope: Scope, words: &str) {
        let mut search = Search::showing(words, scope, Vec::new());
        search.from = self.spot();
        self.search_left = None;
        self.overlays.push(Overlay::Search(Box::new(search)));
        self.search_again(turn);
    }

    fn search_mut(&mut self) -> Option<&mut Search> {
        self.overlays.iter_mut().find_map(|overlay| match overlay {
            Overlay::Search(search) => Some(&mut **search),
            _ => None,
        })
    }

    /// Looks elsewhere for the same.
    pub(super) fn cycle_scope(&mut self, turn: &mut Turn) {
        if let Some(search) = self.search_mut() {
            search.scope = search.scope.next();
        }
        self.search_again(turn);
    }

    /// What was typed has changed: the cache is looked through now, the server
    /// once the typing pauses.
    pub(super) fn search_again(&mut self, turn: &mut Turn) {
        let live = self.link.is_live();
        let Some(search) = self.search_mut() else {
            return;
        };
        let (text, scope) = (search.query.text().to_owned(), search.scope);
        let read = self.terms(turn, &text, scope);
        self.searches += 1;
        let number = self.searches;
        let Some(search) = self.search_mut() else {
            return;
        };
        search.number = number;
        search.hits.clear();
        search.chosen = 0;
        search.next = None;
        search.due = None;
        search.cache = Looked::Not;
        search.server = Looked::Not;
        let terms = match read {
            Ok(terms) => {
                search.why = None;
                terms
            }
            Err(why) => {
                search.why = Some(why);
                Terms::default()
            }
        };
        search.terms = terms.clone();
        if terms.is_empty() {
            return;
        }
        search.cache = Looked::Looking;
        if live && terms.query().is_some() {
            search.server = Looked::Looking;
            search.due = Some(turn.now.mono + TYPING_PAUSE);
        }
        turn.effects.push(Effect::Load(Load::Search(LoadSearch {
            number,
            terms,
            limit: PAGE * 2,
        })));
    }

    /// Asks the server, once the typing has paused.
    pub(super) fn pump_search(&mut self, turn: &mut Turn) {
        let live = self.link.is_live();
        let Some(search) = self.search_mut() else {
            return;
        };
        if search.due.is_none_or(|due| turn.now.mono < due) {
            return;
        }
        search.due = None;
        if live {
            self.ask_search(turn, None);
        } else {
            search.server = Looked::Not;
        }
    }

    fn ask_search(&mut self, turn: &mut Turn, cursor: Option<String>) {
        let Some(search) = self.search_mut() else {
            return;
        };
        let Some(query) = search.terms.query() else {
            return;
        };
        search.server = Looked::Looking;
        let terms = &search.terms;
        let request = AskSearch {
            query,
            room: terms.room.clone().map(Into::into),
            author: terms.author.clone(),
            since: terms.since,
            until: terms.until,
            limit: NonZeroU32::new(PAGE as u32),
            cursor,
        };
        let number = search.number;
        self.ask(turn, Asked::Search(number), request);
    }

    /// The connection is gone, and with it what the server was asked.
    pub(super) fn search_cut(&mut self) {
        if let Some(search) = self.search_mut() {
            if search.server == Looked::Looking {
                search.server = Looked::Not;
            }
            search.next = None;
        }
    }

    /// When the server is to be asked.
    pub(super) fn search_due(&self) -> Option<Duration> {
        self.overlays.iter().find_map(|overlay| match overlay {
            Overlay::Search(search) => search.due,
            _ => None,
        })
    }

    /// The cache has looked.
    pub(super) fn cache_found(
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
    pub(super) fn server_found(&mut self, _turn: &mut Turn, asked: Option<&Asked>, found: Found) {
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
    pub(super) fn search_refused(&mut self, number: u64, error: &ErrorReply) {
        if let Some(search) = self.search_mut().filter(|search| search.number == number) {
            search.server = Looked::Refused(error.message.clone());
        }
    }

    /// Asks for more, where one comes near to the end of what was found.
    pub(super) fn search_on(&mut self, turn: &mut Turn) {
        let Some(search) = self.search_mut() else {
            return;
        };
        let near = search.chosen + AHEAD >= search.hits.len();
        if near && search.hits.len() < HITS_MOST {
            let next = search.next.take();
            if next.is_some() {
                self.ask_search(turn, next);
            }
        }
    }

    /// An event changes a message that may be among the hits.
    pub(super) fn search_hears(&mut self, event: &Event) {
        let Some(search) = self.search_mut().filter(|_| event.body.target().is_some()) else {
            return;
        };
        for hit in &mut search.hits {
            fold::apply(&mut hit.entry, event);
        }
        search.hits.retain(|hit| text_of(&hit.entry).is_some());
        search.chosen = search.chosen.min(search.hits.len().saturating_sub(1));
    }

    /// Shows the chosen hit in its room; the list is kept to come back to.
    pub(super) fn go_to_hit(&mut self, turn: &mut Turn) {
        let Some(Overlay::Search(search)) = self.overlays.pop() else {
            return;
        };
        let Some(hit) = search.hits.get(search.chosen) else {
            return self.overlays.push(Overlay::Search(search));
        };
        let (room, seq) = key(&hit.entry);
        if self.rooms.get(&room).is_none_or(|room| room.gone) {
            self.overlays.push(Overlay::Search(search));
            return self.complain(turn, format!("you are not in {room} any more"));
        }
        self.overlays.clear();
        self.show_at(turn, &room, seq);
        if let Some(shown) = self.rooms.get_mut(&room) {
            shown.selected = Some(seq);
        }
        self.search_left = Some(Left { search, room });
    }

    /// Comes back from a hit to where one was, with the list. False: one was
    /// not at a hit.
    pub(super) fn return_to_search(&mut self, turn: &mut Turn) -> bool {
        let Some(left) = self.search_left.take() else {
            return false;
        };
        if !self.is_open(&left.room) {
            return false;
        }
        if let Some(from) = left.search.from.clone() {
            self.return_to(turn, &from);
        }
        self.overlays.push(Overlay::Search(left.search));
        true
    }
}
