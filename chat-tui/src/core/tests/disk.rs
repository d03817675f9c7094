//! A disk that keeps what it is told, as the edge's does.

use crate::core::composer::Draft;
use crate::core::deeds::Deed;
use crate::core::desk::Desk;
use crate::core::effect::{End, Load, LoadLog, Store};
use crate::core::fold;
use crate::core::habits::Habits;
use crate::core::input::{Device, DiskInput, Named, Saved, SavedRoom};
use crate::core::outbox::Unsent;
use crate::core::room::{Anchor, RoomRow};
use crate::core::span::Spans;
use crate::core::threads::Threads;
use chat_proto::event::EventBody;
use chat_proto::{Entry, RoomName, Seq};
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Disk {
    pub(super) device: Device,
    pub(super) open: Option<RoomName>,
    pub(super) rows: BTreeMap<RoomName, RoomRow>,
    pub(super) known: BTreeMap<RoomName, Spans>,
    pub(super) entries: BTreeMap<(RoomName, Seq), Entry>,
    pub(super) places: BTreeMap<RoomName, Anchor>,
    pub(super) drafts: BTreeMap<Desk, Draft>,
    pub(super) outbox: Vec<Unsent>,
    pub(super) deeds: Vec<Deed>,
    pub(super) habits: Habits,
}

impl Disk {
    pub(super) fn store(&mut self, write: Store) -> Option<DiskInput> {
        match write {
            Store::Device(device) => self.device = device,
            Store::Room(row) => {
                self.rows.insert(row.state.room.clone(), row);
            }
            Store::Forget(room) => {
                self.rows.remove(&room);
                self.known.remove(&room);
                self.places.remove(&room);
                self.entries.retain(|(name, _), _| *name != room);
            }
            Store::Reset => {
                self.rows.clear();
                self.known.clear();
                self.places.clear();
                self.entries.clear();
            }
            Store::Log {
                room,
                entries,
                known,
            } => {
                for entry in entries {
                    self.entries.insert((room.clone(), entry.event.seq), entry);
                }
                let spans = self.known.entry(room).or_default();
                known.into_iter().for_each(|span| spans.add(span));
            }
            Store::Changes { room, events } => {
                for event in events {
                    let target = event.body.target().unwrap();
                    if let Some(entry) = self.entries.get_mut(&(room.clone(), target)) {
                        fold::apply(entry, &event);
                    }
                }
            }
            Store::Draft { desk, draft } => {
                match draft {
                    Some(draft) => self.drafts.insert(desk, draft),
                    None => self.drafts.remove(&desk),
                };
            }
            Store::Accept { unsent, ends } => {
                if let Some(desk) = ends {
                    self.drafts.remove(&desk);
                }
                let nonce = unsent.nonce.clone();
                self.outbox.retain(|kept| kept.nonce != nonce);
                self.outbox.push(unsent);
                return Some(DiskInput::Accepted(nonce));
            }
            Store::Outbox(unsent) => {
                match self
                    .outbox
                    .iter_mut()
                    .find(|kept| kept.nonce == unsent.nonce)
                {
                    Some(kept) => *kept = unsent,
                    None => self.outbox.push(unsent),
                }
            }
            Store::Settle(nonce) => self.outbox.retain(|kept| kept.nonce != nonce),
            Store::Place { room, place } => {
                match place {
                    Some(place) => self.places.insert(room, place),
                    None => self.places.remove(&room),
                };
            }
            Store::Deed(deed) => {
                let nonce = deed.id.clone();
                match self.deeds.iter_mut().find(|kept| kept.id == deed.id) {
                    Some(kept) => *kept = deed,
                    None => self.deeds.push(deed),
                }
                return Some(DiskInput::Accepted(nonce));
            }
            Store::DeedOver(id) => self.deeds.retain(|kept| kept.id != id),
            Store::Habits(habits) => self.habits = habits,
            Store::Open(room) => self.open = Some(room),
        }
        None
    }

    pub(super) fn load(&self, load: Load) -> DiskInput {
        match load {
            Load::Saved => DiskInput::Saved(Box::new(self.saved())),
            Load::Log(asked) => {
                let entries = self.log(&asked);
                let known = self.known.get(&asked.room);
                let spans = known.into_iter().flat_map(Spans::iter);
                let known = spans
                    .filter_map(|known| known.overlap(asked.span))
                    .collect();
                DiskInput::Log {
                    asked,
                    entries,
                    known,
                }
            }
            Load::Thread(asked) => {
                let log = self.entries.range((asked.room.clone(), asked.root)..);
                let log = log.take_while(|((room, _), _)| *room == asked.room);
                let threads = Threads::of(log.clone().map(|(_, entry)| entry));
                let of_it = log.filter(|((_, seq), _)| threads.root(*seq) == asked.root);
                let entries = of_it.map(|(_, entry)| entry.clone());
                let entries = entries.take(asked.limit).collect();
                DiskInput::Thread { asked, entries }
            }
            Load::At(asked) => {
                let later =
                    |entry: &&Entry| entry.event.room == asked.room && entry.event.at >= asked.at;
                let entry = self.entries.values().find(later).cloned().map(Box::new);
                DiskInput::At { asked, entry }
            }
            Load::Search(asked) => {
                let fits = |entry: &&Entry| {
                    let EventBody::Message(message) = &entry.event.body else {
                        return false;
                    };
                    let text = message.text.clone().unwrap_or_default();
                    let terms = &asked.terms;
                    let room = terms.room.as_ref().is_none_or(|r| *r == entry.event.room);
                    let author = terms
                        .author
                        .as_ref()
                        .is_none_or(|a| *a == entry.event.author);
                    room && author && text.contains(&terms.words)
                };
                let mut hits: Vec<_> = self.entries.values().filter(fits).cloned().collect();
                hits.sort_by_key(|entry| std::cmp::Reverse(entry.event.at));
                hits.truncate(asked.limit);
                let whole = true;
                DiskInput::Found { asked, hits, whole }
            }
            Load::Mentions(_) => DiskInput::Mentions(self.mentions()),
        }
    }

    /// All messages that have an `@` in them, with what stands before.
    fn mentions(&self) -> Vec<Named> {
        let says = |entry: &Entry| match &entry.event.body {
            EventBody::Message(message) => message
                .text
                .as_deref()
                .is_some_and(|text| text.contains('@')),
            _ => false,
        };
        let before = |(room, seq): &(RoomName, Seq)| {
            self.entries.get(&(room.clone(), seq.minus(1))).cloned()
        };
        let named = self.entries.iter().filter(|(_, entry)| says(entry));
        named
            .map(|(place, entry)| Named {
                entry: entry.clone(),
                before: before(place),
            })
            .collect()
    }

    pub(super) fn saved(&self) -> Saved {
        let room = |row: &RoomRow| SavedRoom {
            row: row.clone(),
            known: self
                .known
                .get(&row.state.room)
                .map(|spans| spans.iter().collect())
                .unwrap_or_default(),
            place: self.places.get(&row.state.room).copied(),
        };
        Saved {
            device: self.device.clone(),
            open: self.open.clone(),
            rooms: self.rows.values().map(room).collect(),
            drafts: self.drafts.clone().into_iter().collect(),
            outbox: self.outbox.clone(),
            deeds: self.deeds.clone(),
            habits: self.habits.clone(),
        }
    }

    fn log(&self, asked: &LoadLog) -> Vec<Entry> {
        let key = |seq| (asked.room.clone(), seq);
        let within = self
            .entries
            .range(key(asked.span.from)..=key(asked.span.to));
        let all: Vec<_> = within.map(|(_, entry)| entry.clone()).collect();
        match asked.end {
            End::Newest => all[all.len().saturating_sub(asked.limit)..].to_vec(),
            End::Oldest => all.into_iter().take(asked.limit).collect(),
        }
    }
}
