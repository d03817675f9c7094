//! What the server and the cache give of the thread at the side.
//!
//! A thread that fits into a page is asked for once. Of a longer one the server
//! gives its beginning, then its newest messages; what lies between them is a
//! hole, which becomes smaller from below as one comes near it.

use super::{Known, MOST, Side};
use crate::core::effect::LoadThread;
use crate::core::log::{Log, Source};
use crate::core::near;
use crate::core::receive::history;
use crate::core::requests::Asked;
use crate::core::span::{Span, Spans};
use crate::core::state::{State, Turn};
use crate::core::threads::answers;
use chat_proto::reply::History;
use chat_proto::request::GetHistory;
use chat_proto::{Entry, ErrorReply, RoomName, Seq};

/// Messages of one page.
const PAGE: u32 = 200;

impl Side {
    /// Takes messages that are not held yet, up to the bound.
    pub(super) fn take(&mut self, entries: Vec<Entry>, newer: bool) {
        let log = &mut self.room.log;
        let from = match log.missing {
            Some(_) => newest_part(log).map_or(log.head, |span| span.from),
            None => log.first,
        };
        for entry in entries {
            let held = log.entries.contains_key(&entry.event.seq);
            if !held && log.entries.len() >= MOST {
                self.known = Known::Cut;
                return;
            }
            if newer || !held {
                log.head = log.head.max(entry.event.seq);
                log.entries.insert(entry.event.seq, entry);
            }
        }
        if let Some(span) = Span::new(from, log.head) {
            log.loaded.add(span);
        }
    }

    /// Takes the newest messages below a place, of which so many are older.
    fn take_older(&mut self, below: Seq, entries: Vec<Entry>, older: u64) {
        self.known = Known::Cut;
        let log = &mut self.room.log;
        log.fetching.clear();
        let Some(from) = entries.first().map(|entry| entry.event.seq) else {
            // There is nothing below it after all.
            log.stuck = true;
            return;
        };
        log.head = log.head.max(below.minus(1));
        let placed = entries.into_iter().map(|entry| (entry.event.seq, entry));
        log.entries.extend(placed);
        let newest = match log.missing {
            Some(_) => below.minus(1),
            None => {
                // Between the beginning and these nothing is held whole.
                log.loaded = Spans::default();
                log.loaded.add(Span {
                    from: log.first,
                    to: self.beginning,
                });
                log.head
            }
        };
        if let Some(span) = Span::new(from, newest) {
            log.loaded.add(span);
        }
        let loaded = &log.loaded;
        log.entries.retain(|seq, _| loaded.around(*seq).is_some());
        let held = log.entries.range(..from).count() as u64;
        log.missing = older.checked_sub(held).filter(|missing| *missing > 0);
        if log.missing.is_none() {
            self.known = Known::Whole;
            log.loaded.add(Span {
                from: log.first,
                to: log.head,
            });
        }
    }
}

/// The part of a log that goes up to its head.
fn newest_part(log: &Log) -> Option<Span> {
    log.loaded.around(log.head)
}

impl State {
    /// Asks the server for the thread, once on a connection; and for more of a
    /// long one, as one comes near to what is not held.
    pub(in crate::core) fn ask_thread(&mut self, turn: &mut Turn) {
        let live = self.link.is_live();
        let Some(side) = self.side.as_mut().filter(|_| live) else {
            return;
        };
        match side.known {
            Known::Kept => {
                side.known = Known::Asked;
                self.ask_for_thread(turn, None);
            }
            Known::Cut => self.ask_older(turn),
            Known::Asked | Known::Whole | Known::Refused => {}
        }
    }

    fn ask_older(&mut self, turn: &mut Turn) {
        let Some(side) = &mut self.side else {
            return;
        };
        let log = &mut side.room.log;
        let room_for_more = log.entries.len() + PAGE as usize <= MOST;
        if log.missing.is_none() || log.stuck || !log.fetching.is_empty() || !room_for_more {
            return;
        }
        let Some(hole) = near::wanted(&side.room).first().map(|wanted| wanted.hole) else {
            return;
        };
        side.room.log.fetching.push((hole, Source::Server));
        self.ask_for_thread(turn, Some(hole.to.next()));
    }

    /// `below`: its newest messages below that; else its oldest.
    fn ask_for_thread(&mut self, turn: &mut Turn, below: Option<Seq>) {
        let Some(side) = &self.side else {
            return;
        };
        let (room, root) = (side.room.name().clone(), side.root());
        let request = GetHistory {
            thread: Some(root),
            before: below,
            limit: std::num::NonZeroU32::new(PAGE),
            ..history(&room)
        };
        self.ask(turn, Asked::Thread { room, root, below }, request);
    }

    /// What was asked for will not come; or events were passed over.
    pub(in crate::core) fn thread_cut(&mut self) {
        if let Some(side) = &mut self.side {
            side.known = Known::Kept;
            side.room.log.fetching.clear();
            side.room.log.stuck = false;
        }
    }

    /// The server does not give it, or not more of it.
    pub(in crate::core) fn thread_refused(
        &mut self,
        turn: &mut Turn,
        below: Option<Seq>,
        error: &ErrorReply,
    ) {
        if let Some(side) = &mut self.side {
            side.room.log.fetching.clear();
            side.room.log.stuck = true;
            side.known = match below {
                Some(_) => Known::Cut,
                None => Known::Refused,
            };
        }
        self.complain(turn, format!("the thread: {}", error.message));
    }

    /// The server has given a thread, or a part of it.
    pub(in crate::core) fn thread_came(
        &mut self,
        turn: &mut Turn,
        name: &RoomName,
        (root, below): (Seq, Option<Seq>),
        page: History,
    ) {
        let mut entries = page.events;
        if let Some(room) = self.rooms.get(name) {
            room.bring_up_to_date(&mut entries, page.head);
        }
        let begins = entries.first().and_then(answers);
        let Some(side) = self.side.as_mut().filter(|side| side.is(name, root)) else {
            return;
        };
        match (below, begins) {
            (Some(below), _) => side.take_older(below, entries, page.older.unwrap_or(0)),
            (None, Some(above)) => self.climb(turn, above),
            (None, None) if page.more_after => {
                side.beginning = entries.last().map_or(root, |entry| entry.event.seq);
                side.room.log.missing = None;
                side.take(entries, true);
                self.ask_for_thread(turn, Some(page.head.next()));
            }
            (None, None) => {
                side.room.log.missing = None;
                side.known = Known::Whole;
                side.take(entries, true);
            }
        }
    }

    /// The cache has given what it holds of a thread.
    pub(in crate::core) fn cached_thread_came(
        &mut self,
        asked: &LoadThread,
        mut entries: Vec<Entry>,
    ) {
        if let Some(room) = self.rooms.get(&asked.room) {
            room.bring_up_to_date(&mut entries, Seq::ZERO);
        }
        let side = self
            .side
            .as_mut()
            .filter(|side| side.is(&asked.room, asked.root));
        // What lies in a hole comes from the server, whole.
        if let Some(side) = side.filter(|side| side.known != Known::Cut) {
            side.take(entries, false);
        }
    }
}
