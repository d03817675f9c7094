//! Going from room to room.

use super::effect::Store;
use super::requests::Asked;
use super::state::{State, Turn};
use chat_proto::RoomName;
use chat_proto::request::Members;

/// Rooms remembered in the order of visits.
const VISITED_MOST: usize = 50;

impl State {
    /// Shows a room.
    pub(super) fn go(&mut self, turn: &mut Turn, name: &RoomName) {
        if self.is_open(name) || !self.rooms.contains_key(name) {
            return;
        }
        self.close_side();
        if let Some(left) = self.open.replace(name.clone()) {
            self.saves.place(turn, &left);
            if let Some(room) = self.rooms.get_mut(&left) {
                room.selected = None;
                room.held = false;
            }
            self.forget_far(turn, &left);
            let idle = self
                .rooms
                .get(&left)
                .is_some_and(|room| room.gone && !room.has_draft());
            if idle && !self.is_written_for(&left) {
                self.rooms.remove(&left);
            }
        }
        self.completion = None;
        self.visited.retain(|visited| visited != name);
        self.visited.push(name.clone());
        if self.visited.len() > VISITED_MOST {
            self.visited.remove(0);
        }
        if let Some(room) = self.rooms.get_mut(name) {
            room.shown = None;
            room.enter();
        }
        turn.store(Store::Open(name.clone()));
    }

    /// Makes sure that some room is open, if there is any.
    pub(super) fn open_some(&mut self, turn: &mut Turn) {
        if self
            .open
            .as_ref()
            .is_some_and(|open| self.rooms.contains_key(open))
        {
            return;
        }
        let visited = self
            .visited
            .iter()
            .rev()
            .find(|name| self.rooms.contains_key(*name));
        let first = visited
            .cloned()
            .or_else(|| self.listed().next().map(|room| room.name().clone()));
        if let Some(first) = first {
            self.go(turn, &first);
        }
    }

    /// Asks once who is in the open room, for completion and presence.
    pub(super) fn ask_people(&mut self, turn: &mut Turn) {
        if !self.link.is_live() {
            return;
        }
        let Some(room) = self.open_room_mut() else {
            return;
        };
        if room.gone || room.people.asked {
            return;
        }
        room.people.asked = true;
        let name = room.name().clone();
        let request = Members {
            room: name.clone().into(),
            limit: None,
            after: None,
        };
        self.ask(turn, Asked::Members(name), request);
    }

    /// Shows the room this many places further in the list, round and round.
    pub(super) fn go_by(&mut self, turn: &mut Turn, by: isize) {
        let (names, here) = self.listed_names();
        if !names.is_empty() {
            let there = (here as isize + by).rem_euclid(names.len() as isize);
            self.go(turn, &names[there as usize]);
        }
    }

    /// The rooms in the order of the list, and where in it one is.
    fn listed_names(&self) -> (Vec<RoomName>, usize) {
        let names: Vec<_> = self.listed().map(|room| room.name().clone()).collect();
        let here = names.iter().position(|name| self.is_open(name));
        (names, here.unwrap_or(0))
    }

    /// Shows the room at this place of the list.
    pub(super) fn go_nth(&mut self, turn: &mut Turn, number: usize) {
        let name = self.listed().nth(number).map(|room| room.name().clone());
        if let Some(name) = name {
            self.go(turn, &name);
        }
    }

    /// Shows the next room with something unread: mentions first, round and
    /// round, and at last the room where the walk began.
    pub(super) fn go_unread(&mut self, turn: &mut Turn) {
        let (names, here) = self.listed_names();
        let round = || {
            names
                .iter()
                .cycle()
                .skip(here + 1)
                .take(names.len().saturating_sub(1))
        };
        let state = |name: &&RoomName| self.rooms.get(*name).map(|room| &room.state);
        let mention = round().find(|name| state(name).is_some_and(|state| state.mentions > 0));
        let unread = round().find(|name| state(name).is_some_and(|state| state.unread > 0));
        match mention.or(unread).cloned() {
            Some(name) => {
                if self.walked_from.is_none() {
                    self.walked_from.clone_from(&self.open);
                }
                self.go(turn, &name);
            }
            None => match self.walked_from.take() {
                Some(name) => self.go(turn, &name),
                None => self.say(turn, "nothing is unread"),
            },
        }
    }
}
