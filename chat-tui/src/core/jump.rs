//! Going to a message, in whatever room, and back to where one was.

use super::room::{Anchor, Pane, Place};
use super::state::{State, Turn};
use super::threads::answers;
use chat_proto::{RoomName, Seq};

/// Places remembered to go back to.
const SPOTS_MOST: usize = 50;

/// Where one was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    /// In which room.
    pub(super) room: RoomName,
    /// At which place of its log.
    pub(super) place: Place,
}

impl State {
    /// Shows a message with what stands around it, selected.
    pub(super) fn jump(&mut self, turn: &mut Turn, room: &RoomName, seq: Seq) {
        self.remember_spot();
        self.focus_pane(Pane::Room);
        self.show_at(turn, room, seq);
        if let Some(room) = self.rooms.get_mut(room) {
            room.selected = Some(seq);
        }
    }

    /// Shows a place of a room's log, some rows below the upper edge.
    pub(super) fn show_at(&mut self, turn: &mut Turn, name: &RoomName, seq: Seq) {
        self.go(turn, name);
        let Some(room) = self.rooms.get_mut(name) else {
            return;
        };
        let height = room.shown.as_ref().map_or(12, |shown| shown.height);
        let row = -i32::from(height / 3).max(1);
        let anchor = Some(Anchor { seq, row });
        room.place = Place { anchor, scroll: 0 };
        room.log.stuck = false;
        self.saves.place(turn, name);
    }

    /// Where one is.
    pub(super) fn spot(&self) -> Option<Spot> {
        self.open_room().map(|room| Spot {
            room: room.name().clone(),
            place: room.place,
        })
    }

    fn remember_spot(&mut self) {
        if let Some(spot) = self.spot() {
            self.spots.push(spot);
        }
        if self.spots.len() > SPOTS_MOST {
            self.spots.remove(0);
        }
    }

    /// Goes back to where one was before the last jump.
    pub(super) fn go_back(&mut self, turn: &mut Turn) {
        match self.spots.pop() {
            Some(spot) => self.return_to(turn, &spot),
            None => self.say(turn, "there is no jump to come back from"),
        }
    }

    pub(super) fn return_to(&mut self, turn: &mut Turn, spot: &Spot) {
        self.go(turn, &spot.room);
        if let Some(room) = self.rooms.get_mut(&spot.room) {
            room.place = spot.place;
            room.selected = None;
            self.saves.place(turn, &spot.room);
        }
    }

    /// Goes to the message that the selected one answers.
    pub(super) fn jump_to_answered(&mut self, turn: &mut Turn) {
        let Some(entry) = self.selected_message() else {
            return;
        };
        let room = entry.event.room.clone();
        match answers(entry) {
            Some(seq) => self.jump(turn, &room, seq),
            None => self.say(turn, "it answers no message"),
        }
    }

    /// Puts the place of the selected message on the clipboard, to be said to others.
    pub(super) fn copy_link(&mut self, turn: &mut Turn) {
        let Some(entry) = self.selected_message() else {
            return;
        };
        let link = format!("#{}:{}", entry.event.room, entry.event.seq);
        let said = format!("copied {link}; /at {link} goes there");
        self.copy(turn, link, said);
    }
}
