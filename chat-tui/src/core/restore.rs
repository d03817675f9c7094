//! What earlier runs kept, put back where it was.

use super::deeds::{Act, Pending, Step};
use super::input::{Saved, SavedRoom};
use super::outbox::{Item, Stage};
use super::room::{Place, Room};
use super::state::{State, Turn};
use chat_proto::{ErrorCode, UserName};

impl State {
    /// Takes what earlier runs kept, and begins.
    pub(super) fn restore(&mut self, turn: &mut Turn, saved: Saved) {
        self.me.name = saved.device.name.as_deref().and_then(UserName::trusted);
        self.device = saved.device;
        self.habits = saved.habits;
        for room in saved.rooms {
            let room = restored(room);
            self.rooms.insert(room.name().clone(), room);
        }
        for (desk, draft) in saved.drafts {
            if desk.thread.is_some() {
                self.drafts_aside.insert(desk, draft);
                continue;
            }
            let room = self.rooms.entry(desk.room);
            room.or_insert_with_key(Room::ghost).write_on(draft);
        }
        for unsent in saved.outbox {
            self.rooms
                .entry(unsent.room.clone())
                .or_insert_with_key(Room::ghost);
            let stage = match unsent.refused {
                Some(_) => Stage::Refused {
                    code: ErrorCode::Other,
                },
                None => Stage::Waiting,
            };
            self.outbox.items.push(Item { unsent, stage });
        }
        for deed in saved.deeds {
            if let Act::Edit(_) = deed.act {
                let room = deed.room.clone();
                self.rooms.entry(room).or_insert_with_key(Room::ghost);
            }
            let step = match deed.refused {
                Some(_) => Step::Refused,
                None => Step::Waiting,
            };
            self.deeds.items.push(Pending { deed, step });
        }
        if let Some(open) = saved.open.filter(|open| self.rooms.contains_key(open)) {
            let place = self.rooms.get(&open).map(|room| room.place);
            self.go(turn, &open);
            // After a restart one is where one was, not at what is new since.
            if let (Some(room), Some(place)) = (self.rooms.get_mut(&open), place) {
                room.place = place;
            }
        }
        self.open_some(turn);
        self.connect(turn);
    }
}

fn restored(saved: SavedRoom) -> Room {
    let mut room = Room::new(saved.row.state);
    room.log.first = saved.row.first;
    room.unchecked = saved.row.unchecked;
    room.log.cached = saved.known.into_iter().collect();
    room.place = Place {
        anchor: saved.place,
        scroll: 0,
    };
    room.placed = saved.place;
    room
}
