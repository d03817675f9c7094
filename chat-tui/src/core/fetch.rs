//! Loading what is near to what is read: first from the cache, else from the
//! server. Which parts are wanted follows from the place and from what was
//! drawn; a part that comes lands in its own room, and the place stays.

use super::effect::{Effect, End, Load, LoadLog};
use super::fold;
use super::input::DiskInput;
use super::log::{Log, Source};
use super::near::{cached_part, marked, request, wanted};
use super::requests::{Asked, Page};
use super::room::Room;
use super::span::Span;
use super::state::{State, Turn};
use chat_proto::reply::History;
use chat_proto::{Entry, RoomName, Seq};

/// Entries of one page.
pub(super) const PAGE: usize = 100;

impl State {
    /// Asks for what the open room lacks near to where it is read.
    pub(super) fn fetch(&mut self, turn: &mut Turn) {
        let live = self.link.is_live();
        let Some(room) = self.open_room_mut().filter(|room| !room.gone) else {
            return;
        };
        let name = room.name().clone();
        let mut asked = Vec::new();
        for wanted in wanted(room) {
            if let Some((span, end)) = cached_part(&room.log, wanted) {
                if room.log.begin(span, Source::Disk) {
                    let load = LoadLog {
                        room: name.clone(),
                        span,
                        end,
                        limit: PAGE,
                    };
                    turn.effects.push(Effect::Load(Load::Log(load)));
                }
            } else if live && !room.log.stuck {
                let marked = marked(wanted);
                if room.log.begin(marked, Source::Server) {
                    asked.push((wanted.page, marked));
                }
            }
        }
        for (page, marked) in asked {
            let asked = Asked::History {
                room: name.clone(),
                page,
                marked,
            };
            self.ask(turn, asked, request(&name, page));
        }
    }

    /// A page of a log came from the server.
    pub(super) fn page_came(&mut self, turn: &mut Turn, asked: Option<Asked>, page: History) {
        let (name, wanted, marked) = match asked {
            Some(Asked::History { room, page, marked }) => (room, page, marked),
            Some(Asked::Changed(room)) => return self.changes_came(turn, &room, page),
            Some(Asked::Thread { room, root, below }) => {
                return self.thread_came(turn, &room, (root, below), page);
            }
            Some(Asked::At { room, at }) => return self.date_came(turn, &room, at, page),
            Some(_) | None => return,
        };
        let Some(room) = self.rooms.get_mut(&name) else {
            return;
        };
        room.log.end(marked);
        room.log.first = room.log.first.max(page.first);
        let oldest = page.events.first().map(|entry| entry.event.seq);
        let newest = page.events.last().map(|entry| entry.event.seq);
        let from = match wanted {
            Page::From(from) => Some(from),
            Page::UpTo(_) | Page::Around(_) if page.more_before => oldest,
            Page::UpTo(_) | Page::Around(_) => Some(page.first),
        };
        let to = match wanted {
            Page::UpTo(to) => Some(to.min(page.head)),
            Page::From(_) | Page::Around(_) if page.more_after => newest,
            Page::From(_) | Page::Around(_) => Some(page.head),
        };
        let covered = from.zip(to).and_then(|(from, to)| Span::new(from, to));
        if covered.and_then(|span| span.overlap(marked)).is_none() && marked.to >= page.first {
            room.log.stuck = true;
        }
        if let Some(span) = covered {
            self.take_page(turn, &name, page.events, span.from, span.to, page.head);
        }
    }

    /// Takes folded entries that hold all of a span, as of `head`.
    pub(super) fn take_page(
        &mut self,
        turn: &mut Turn,
        name: &RoomName,
        mut entries: Vec<Entry>,
        from: Seq,
        to: Seq,
        head: Seq,
    ) {
        let Some(room) = self.rooms.get_mut(name) else {
            return;
        };
        room.bring_up_to_date(&mut entries, head);
        let Some(span) = Span::new(from, to) else {
            return;
        };
        room.unsaved
            .entries
            .extend(entries.iter().map(|entry| entry.event.seq));
        room.unsaved.known.add(span);
        let delivered = room.log.head;
        room.log.load(span, entries);
        room.log.head = delivered;
        self.flush_log(turn, name);
        self.forget_far(turn, name);
    }

    /// The server did not give a page.
    pub(super) fn page_refused(&mut self, name: &RoomName, marked: Span) {
        if let Some(room) = self.rooms.get_mut(name) {
            room.log.end(marked);
            room.log.stuck = true;
        }
    }

    /// Entries that changed while events were not delivered: those held are
    /// replaced, others are in holes.
    fn changes_came(&mut self, turn: &mut Turn, name: &RoomName, mut page: History) {
        let Some(room) = self.rooms.get_mut(name) else {
            return;
        };
        let last = page.events.last().and_then(|entry| entry.fold.changed);
        room.bring_up_to_date(&mut page.events, page.head);
        let mut known = Vec::new();
        for entry in page.events {
            let seq = entry.event.seq;
            if room.log.loaded.around(seq).is_some() {
                room.log.entries.insert(seq, entry.clone());
            }
            if room.log.cached.around(seq).is_some() || room.unsaved.known.around(seq).is_some() {
                known.push(entry);
            }
        }
        room.log.join_threads();
        if !known.is_empty() {
            turn.store(super::effect::Store::Log {
                room: name.clone(),
                entries: known,
                known: Vec::new(),
            });
        }
        room.unchecked = last.filter(|_| page.more_after);
        self.saves.log(turn, name);
        if let Some(last) = last.filter(|_| page.more_after) {
            self.ask_changed(turn, name, last);
        }
    }

    /// A part of a log came from the cache.
    pub(super) fn cache_came(&mut self, asked: &LoadLog, mut entries: Vec<Entry>, known: &[Span]) {
        let Some(room) = self.rooms.get_mut(&asked.room) else {
            return;
        };
        if !room.log.end(asked.span) {
            // It was given up meanwhile.
            return;
        }
        room.bring_up_to_date(&mut entries, Seq::ZERO);
        let edge = match asked.end {
            End::Newest => entries.first(),
            End::Oldest => entries.last(),
        };
        let span = match (edge.map(|entry| entry.event.seq), asked.end) {
            (Some(seq), End::Newest) if entries.len() >= asked.limit => Span {
                from: seq,
                ..asked.span
            },
            (Some(seq), End::Oldest) if entries.len() >= asked.limit => Span {
                to: seq,
                ..asked.span
            },
            (Some(_) | None, _) => asked.span,
        };
        // What came meanwhile is newer than what the cache held.
        entries.retain(|entry| room.log.entry(entry.event.seq).is_none());
        let delivered = room.log.head;
        room.log.cached.remove(asked.span);
        for known in known {
            room.log.cached.add(*known);
            if let Some(part) = known.overlap(span) {
                room.log.load(part, []);
            }
        }
        entries.retain(|entry| room.log.loaded.around(entry.event.seq).is_some());
        room.log.load_entries(entries);
        room.log.head = delivered;
    }

    /// Something came from the disk.
    pub(super) fn disk(&mut self, turn: &mut Turn, input: DiskInput) {
        match input {
            DiskInput::Saved(saved) => self.restore(turn, *saved),
            DiskInput::Log {
                asked,
                entries,
                known,
            } => self.cache_came(&asked, entries, &known),
            DiskInput::Thread { asked, entries } => self.cached_thread_came(&asked, entries),
            DiskInput::At { asked, entry } => {
                self.cached_date_came(turn, &asked, entry.as_deref());
            }
            DiskInput::Found { asked, hits, whole } => self.cache_found(turn, &asked, hits, whole),
            DiskInput::Indexed => self.search_again(turn),
            DiskInput::Mentions(named) => self.mentions_came(named),
            DiskInput::Accepted(nonce) => self.accepted(&nonce),
            DiskInput::NotAccepted { nonce, why } => {
                self.accepted(&nonce);
                self.distrust_disk(turn, why);
            }
            DiskInput::Failed(why) => self.distrust_disk(turn, why),
            DiskInput::Mended => self.trust_disk(turn),
            DiskInput::Renewed(words) => self.complain(turn, words),
        }
    }
}

impl Room {
    /// Takes its own entries of a page, with the changes that it does not hold yet. Those that an entry
    /// holds already do nothing to it.
    pub(super) fn bring_up_to_date(&self, entries: &mut Vec<Entry>, head: Seq) {
        // Those of another room would be cached there.
        entries.retain(|entry| entry.event.room == *self.name());
        for event in self.changes.iter().filter(|event| event.seq > head) {
            let target = event.body.target();
            let held = entries
                .iter_mut()
                .find(|entry| Some(entry.event.seq) == target);
            if let Some(entry) = held {
                fold::apply(entry, event);
            }
        }
    }
}

impl Log {
    /// Notes that a part is being fetched; `false` if some of it is already.
    fn begin(&mut self, span: Span, source: Source) -> bool {
        let free = !self
            .fetching
            .iter()
            .any(|(other, _)| other.overlap(span).is_some());
        if free {
            self.fetching.push((span, source));
        }
        free
    }

    /// Notes that a part is no longer being fetched; `false` if it was not.
    fn end(&mut self, span: Span) -> bool {
        let before = self.fetching.len();
        self.fetching.retain(|(other, _)| *other != span);
        self.fetching.len() < before
    }

    /// The disk can't be read: what was asked of it is asked of the server.
    pub(super) fn distrust(&mut self) {
        let asked = |(span, source): &(Span, Source)| (*source == Source::Disk).then_some(*span);
        for span in self.fetching.iter().filter_map(asked) {
            self.cached.remove(span);
        }
        self.fetching
            .retain(|(_, source)| *source == Source::Server);
    }
}
