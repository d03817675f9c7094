//! To a hit in its room, and back to the list.

use super::{Search, key};
use crate::core::overlay::Overlay;
use crate::core::state::{State, Turn};
use chat_proto::RoomName;

/// The search that was left for one of its hits, to come back to.
#[derive(Debug, Clone)]
pub(in crate::core) struct Left {
    search: Box<Search>,
    /// Where the hit is.
    room: RoomName,
}

impl State {
    /// Shows the chosen hit in its room; the list is kept to come back to.
    pub(in crate::core) fn go_to_hit(&mut self, turn: &mut Turn) {
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
    pub(in crate::core) fn return_to_search(&mut self, turn: &mut Turn) -> bool {
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
