//! What the cache and the server are asked, and when.

use super::{HITS_MOST, Looked, Scope, Search, Terms};
use crate::core::effect::{Effect, Load, LoadSearch};
use crate::core::overlay::Overlay;
use crate::core::requests::Asked;
use crate::core::state::{State, Turn};
use chat_proto::request::Search as AskSearch;
use std::num::NonZeroU32;
use std::time::Duration;

/// The server is asked after a pause in typing.
const TYPING_PAUSE: Duration = Duration::from_millis(250);
/// Hits that are asked for at a time.
const PAGE: usize = 50;
/// The next page is asked for so many hits before the end of the list.
const AHEAD: usize = 10;

impl State {
    /// Opens the panel for finding messages.
    pub(in crate::core) fn open_search(&mut self, turn: &mut Turn, words: &str) {
        let scope = self.open.as_ref().map_or(Scope::All, |_| Scope::Room);
        self.open_search_in(turn, scope, words);
    }

    /// Opens it, to look there.
    pub(in crate::core) fn open_search_in(&mut self, turn: &mut Turn, scope: Scope, words: &str) {
        let mut search = Search::showing(words, scope, Vec::new());
        search.from = self.spot();
        self.search_left = None;
        self.overlays.push(Overlay::Search(Box::new(search)));
        self.search_again(turn);
    }

    pub(super) fn search_mut(&mut self) -> Option<&mut Search> {
        self.overlays.iter_mut().find_map(|overlay| match overlay {
            Overlay::Search(search) => Some(&mut **search),
            _ => None,
        })
    }

    /// Looks elsewhere for the same.
    pub(in crate::core) fn cycle_scope(&mut self, turn: &mut Turn) {
        if let Some(search) = self.search_mut() {
            search.scope = search.scope.next();
        }
        self.search_again(turn);
    }

    /// What was typed has changed: the cache is looked through now, the server
    /// once the typing pauses.
    pub(in crate::core) fn search_again(&mut self, turn: &mut Turn) {
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
    pub(in crate::core) fn pump_search(&mut self, turn: &mut Turn) {
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

    /// Asks for more, where one comes near to the end of what was found.
    pub(in crate::core) fn search_on(&mut self, turn: &mut Turn) {
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

    /// When the server is to be asked.
    pub(in crate::core) fn search_due(&self) -> Option<Duration> {
        self.overlays.iter().find_map(|overlay| match overlay {
            Overlay::Search(search) => search.due,
            _ => None,
        })
    }

    /// The connection is gone, and with it what the server was asked.
    pub(in crate::core) fn search_cut(&mut self) {
        if let Some(search) = self.search_mut() {
            if search.server == Looked::Looking {
                search.server = Looked::Not;
            }
            search.next = None;
        }
    }
}
