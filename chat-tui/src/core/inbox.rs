//! The inbox: messages of all rooms that name one, wherever they were read or
//! not. They are found in what is held and what is cached; what the server
//! counts beyond that is told, not left out.

use super::deliver::names;
use super::editing::text_of;
use super::effect::{Effect, Load};
use super::input::Named;
use super::overlay::{Inbox, Overlay};
use super::room::Room;
use super::state::{State, Turn};
use chat_proto::{Entry, RoomName, Seq};
use std::collections::BTreeMap;

/// Entries of a room's log in memory that are looked at.
const AMONG: usize = 500;
/// Messages that are listed at the most; older ones are left out.
const LISTED_MOST: usize = 200;

impl State {
    /// Lists where one is named.
    pub(super) fn open_inbox(&mut self, turn: &mut Turn) {
        let Some(me) = &self.me.name else {
            return self.say(turn, "you have no name here yet");
        };
        let name = me.to_string();
        let held = self.rooms.values().flat_map(|room| held(room, &name));
        let named = held.collect();
        self.overlays.push(Overlay::Inbox(Inbox {
            loading: true,
            ..Inbox::default()
        }));
        self.list_named(named);
        turn.effects.push(Effect::Load(Load::Mentions(name)));
    }

    /// What is cached came.
    pub(super) fn mentions_came(&mut self, named: Vec<Named>) {
        if let Some(inbox) = self.inbox() {
            inbox.loading = false;
            self.list_named(named);
        }
    }

    /// Adds messages to the inbox, if it is open: each once, the newest first.
    fn list_named(&mut self, named: Vec<Named>) {
        let Some(me) = self.me.name.as_ref().map(ToString::to_string) else {
            return;
        };
        let listed = self.inbox().map(|inbox| std::mem::take(&mut inbox.found));
        let mut by_place: BTreeMap<(RoomName, Seq), Named> = BTreeMap::new();
        // What is held comes first: it is as new as can be.
        for named in listed.into_iter().flatten().chain(named) {
            let event = &named.entry.event;
            let known = self.rooms.contains_key(&event.room);
            if known && !self.is_me(&event.author) && says(&named.entry, &me) {
                let place = (event.room.clone(), event.seq);
                by_place.entry(place).or_insert(named);
            }
        }
        let mut found: Vec<Named> = by_place.into_values().collect();
        found.sort_by_key(|named| std::cmp::Reverse(named.entry.event.at));
        found.truncate(LISTED_MOST);
        let missing = self.missing(&found);
        if let Some(inbox) = self.inbox() {
            inbox.found = found;
            inbox.missing = missing;
            inbox.chosen = inbox.chosen.min(inbox.found.len().saturating_sub(1));
        }
    }

    /// How many of the mentions that the server counts are not among these.
    fn missing(&self, found: &[Named]) -> u32 {
        let unread = |room: &&Room| {
            let of_room = |named: &&Named| {
                let event = &named.entry.event;
                event.room == *room.name() && event.seq > room.state.read
            };
            u32::try_from(found.iter().filter(of_room).count()).unwrap_or(u32::MAX)
        };
        let rooms = self.rooms.values();
        rooms
            .map(|room| room.state.mentions.saturating_sub(unread(&room)))
            .sum()
    }

    fn inbox(&mut self) -> Option<&mut Inbox> {
        self.overlays.iter_mut().find_map(|overlay| match overlay {
            Overlay::Inbox(inbox) => Some(inbox),
            _ => None,
        })
    }
}

/// The messages of a room's log, as far as it is in memory, that name one.
fn held<'a>(room: &'a Room, name: &'a str) -> impl Iterator<Item = Named> + 'a {
    let newest = room.log.entries.values().rev().take(AMONG);
    let named = newest.filter(|entry| says(entry, name));
    named.map(|entry| Named {
        before: room.log.entry(entry.event.seq.minus(1)).cloned(),
        entry: entry.clone(),
    })
}

fn says(entry: &Entry, name: &str) -> bool {
    text_of(entry).is_some_and(|text| names(text, name))
}
