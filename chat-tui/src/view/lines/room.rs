//! The open room, told line by line: where it is entered, page by page as it is
//! asked for, and what is new in it.

use super::asks::figures;
use super::{Lines, words};
use crate::core::State;
use crate::core::log::{Hole, Item};
use crate::core::news::News;
use crate::core::room::{Anchor, Room, Viewport};
use chat_proto::{Entry, Seq};

/// Entries that are told of a room when it is entered, if nothing is unread.
const ENTERED: usize = 10;
/// Unread entries that are told then at the most.
const UNREAD: usize = 50;
/// Entries of a page that is asked for.
const PAGE: usize = 20;
/// Which part of the open room is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Its end, with what is unread.
    End,
    /// What stands around here.
    Around(Seq),
    /// The page before what was told.
    Before,
    /// The page after it.
    After,
}

impl Lines {
    /// The open room: what was asked of it, and what is new in it.
    pub(super) fn tell_room(&mut self, state: &State) -> Option<Viewport> {
        let room = state.open_room()?;
        let name = room.name();
        if self.open.as_ref() != Some(name) {
            self.enter(state, room);
        } else if room.place.anchor.is_some() && room.place.anchor != self.place {
            self.wanted = room.place.anchor.map(|anchor| Wanted::Around(anchor.seq));
            self.waits = false;
        }
        if room.place.scroll != 0 {
            let before = room.place.scroll < 0;
            self.wanted = Some(if before {
                Wanted::Before
            } else {
                Wanted::After
            });
            self.waits = false;
        }
        self.place = room.place.anchor;
        if let Some(wanted) = self.wanted
            && let Some(hole) = self.page_of(state, room, wanted)
        {
            let comes = wanted == Wanted::End && hole.loading;
            if !comes {
                self.news_here(state, room);
            }
            return Some(self.waiting(room, wanted, comes));
        }
        self.wanted = None;
        self.news_here(state, room);
        let head = room.log.head();
        let first = self.page.map_or(head, |(first, _)| first);
        // The first that was told counts as in sight: choosing it tells nothing anew.
        Some(viewport(room, None, first.minus(1), head))
    }

    fn enter(&mut self, state: &State, room: &Room) {
        self.open = Some(room.name().clone());
        self.wanted = (!room.gone).then_some(Wanted::End);
        self.waits = false;
        self.page = None;
        self.day = None;
        self.begun.clear();
        (self.reply_to, self.selected) = (None, None);
        let (name, state) = (words::name(state, room.name()), &room.state);
        let topic = match state.topic.as_str() {
            "" => String::new(),
            topic => format!(": {topic}"),
        };
        let figures = figures(state.unread, state.mentions);
        self.line(&format!("-- {name}{topic}{figures}"));
        if let Some(fate) = &room.fate {
            self.line(&format!("!! {fate}"));
        }
    }

    /// Tells a part of the room; or the hole that lies there, which is to be loaded first.
    fn page_of(&mut self, state: &State, room: &Room, wanted: Wanted) -> Option<Hole> {
        let (entries, hole) = self.part(room, wanted);
        match (entries.first(), hole) {
            (None, Some(hole)) => return Some(hole),
            (None, None) => self.line(match wanted {
                Wanted::Before => "-- this is the beginning",
                Wanted::After => "-- this is the newest",
                Wanted::End | Wanted::Around(_) => "-- nothing has been said here yet",
            }),
            (Some(_), _) if wanted == Wanted::End => {}
            (Some(_), _) => self.line("-- from the past:"),
        }
        let new = room.new_from.filter(|_| wanted == Wanted::End);
        let new = new.and_then(|new| entries.iter().position(|entry| entry.event.seq >= new));
        for (at, entry) in entries.iter().enumerate() {
            if new == Some(at) {
                self.line("-- new:");
            }
            if state.habits.ignores(&entry.event.author) {
                continue;
            }
            self.day_of(entry.event.at);
            let said = words::entry(room, entry, &self.when);
            let seq = entry.event.seq;
            match wanted {
                Wanted::End => self.line(&said),
                Wanted::Around(_) | Wanted::Before | Wanted::After => {
                    self.line(&format!("{seq}. {said}"));
                }
            }
        }
        if let (Some(first), Some(last)) = (entries.first(), entries.last()) {
            self.page = Some((first.event.seq, last.event.seq));
        }
        if wanted == Wanted::End {
            self.told.insert(room.name().clone(), room.log.head());
        } else if !entries.is_empty() {
            self.line("-- /page-up and /page-down go on from there, /newest comes back");
        }
        None
    }

    /// The entries that are wanted, oldest first, and the hole that ends them.
    fn part<'a>(&self, room: &'a Room, wanted: Wanted) -> (Vec<&'a Entry>, Option<Hole>) {
        let (log, head) = (&room.log, room.log.head());
        let (first, last) = self.page.unwrap_or((head.next(), head));
        match wanted {
            Wanted::End => {
                let unread = room.state.unread > 0;
                let read = room.state.read;
                let mut count = 0;
                let enough = |item: &Item<'_>| {
                    count += 1;
                    let new = unread && matches!(item, Item::Entry(e) if e.event.seq > read);
                    count <= ENTERED || count <= UNREAD && new
                };
                upward(log.upward(head).take_while(enough))
            }
            Wanted::Around(seq) => {
                let (below, hole) = downward(log.downward(seq).take(PAGE - 5));
                if below.is_empty() {
                    return (below, hole);
                }
                let above = log.upward(seq.minus(1)).take(PAGE - below.len());
                let (mut entries, hole) = upward(above);
                entries.extend(below);
                (entries, hole)
            }
            Wanted::Before => upward(log.upward(first.minus(1)).take(PAGE)),
            Wanted::After => downward(log.downward(last.next()).take(PAGE)),
        }
    }

    /// What is wanted is not loaded: the core is told where one wants to read.
    fn waiting(&mut self, room: &Room, wanted: Wanted, comes: bool) -> Viewport {
        let head = room.log.head();
        let (first, last) = self.page.unwrap_or((head.next(), head));
        let at = match wanted {
            Wanted::End => None,
            Wanted::Around(seq) => Some(seq),
            Wanted::Before => Some(first.minus(1)),
            Wanted::After => Some(last.next()),
        };
        if !comes && !std::mem::replace(&mut self.waits, true) {
            self.line("-- not loaded yet; it is told once it is");
        }
        let anchor = at.map(|seq| Anchor { seq, row: 0 });
        self.place = anchor;
        let seq = at.unwrap_or(head);
        Viewport {
            end: false,
            ..viewport(room, anchor, seq, seq)
        }
    }

    fn news_here(&mut self, state: &State, room: &Room) {
        let told = self
            .told
            .get(room.name())
            .copied()
            .unwrap_or(room.log.head());
        for news in room.news(told) {
            match news {
                News::Entry(entry) if state.habits.ignores(&entry.event.author) => {}
                News::Entry(entry) => {
                    self.day_of(entry.event.at);
                    let said = words::entry(room, entry, &self.when);
                    self.line(&said);
                }
                News::Change(event) if state.habits.ignores(&event.author) => {}
                News::Change(event) => {
                    let said = words::change(room, event, &self.when);
                    self.line(&said);
                }
                News::Hole(span) => {
                    let events = span.events();
                    self.line(&format!(
                        "-- {events} events are not loaded; /page-up loads them"
                    ));
                }
            }
        }
        let head = room.log.head();
        self.told.insert(room.name().clone(), head);
        let begins = self.page.map_or(told.next(), |(first, _)| first);
        self.page = Some((begins, head));
    }
}

/// A screen of no use but for the core: it has no rows that one could look at.
fn viewport(room: &Room, anchor: Option<Anchor>, first: Seq, last: Seq) -> Viewport {
    Viewport {
        room: room.name().clone(),
        width: 80,
        height: 20,
        anchor,
        first: Some(first.min(last)),
        last: Some(last),
        end: true,
    }
}

/// The entries up to the first hole, oldest first.
fn downward<'a>(items: impl Iterator<Item = Item<'a>>) -> (Vec<&'a Entry>, Option<Hole>) {
    let mut entries = Vec::new();
    for item in items {
        match item {
            Item::Entry(entry) => entries.push(entry),
            Item::Hole(hole) => return (entries, Some(hole)),
        }
    }
    (entries, None)
}

/// The same of items that come newest first.
fn upward<'a>(items: impl Iterator<Item = Item<'a>>) -> (Vec<&'a Entry>, Option<Hole>) {
    let (mut entries, hole) = downward(items);
    entries.reverse();
    (entries, hole)
}
