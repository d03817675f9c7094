//! Lists of rooms and people, as they come page by page.

use super::Overlay;
use crate::core::requests::Asked;
use crate::core::room::Standing;
use crate::core::state::{State, Turn};
use chat_proto::reply::{MemberListing, Members, Rooms};
use chat_proto::request::{Members as AskMembers, Rooms as AskRooms};

/// Rows of `rooms` and `members` that are fetched at most.
const ROWS_MOST: usize = 1000;

impl State {
    pub(in crate::core) fn rooms_came(&mut self, turn: &mut Turn, page: Rooms) {
        let Some(list) = self.overlays.iter_mut().find_map(|overlay| match overlay {
            Overlay::Rooms(list) => Some(list),
            _ => None,
        }) else {
            return;
        };
        list.rooms.extend(page.rooms);
        list.loading = page.more && list.rooms.len() < ROWS_MOST;
        if let (true, Some(last)) = (list.loading, list.rooms.last()) {
            let after = Some(last.room.to_string());
            let query = list.query.clone();
            self.ask(
                turn,
                Asked::Rooms,
                AskRooms {
                    query,
                    limit: None,
                    after,
                    mine: None,
                },
            );
        }
    }

    pub(in crate::core) fn members_came(&mut self, turn: &mut Turn, page: Members) {
        if let Some(room) = self.rooms.get_mut(&page.room) {
            room.people.total = Some(page.total);
            let standing = |m: &MemberListing| Standing {
                role: m.role,
                online: m.online,
            };
            let known = page.members.iter().map(|m| (m.name.clone(), standing(m)));
            room.people.known.extend(known);
        }
        let Some(list) = self.overlays.iter_mut().find_map(|overlay| match overlay {
            Overlay::Members(list) if list.room == page.room => Some(list),
            _ => None,
        }) else {
            return;
        };
        list.total = Some(page.total);
        // The same page may come twice: who is here was asked for completion as well.
        list.members
            .retain(|known| page.members.iter().all(|member| member.name != known.name));
        list.members.extend(page.members);
        list.loading = page.more && list.members.len() < ROWS_MOST;
        if let (true, Some(last)) = (list.loading, list.members.last()) {
            let after = Some(last.name.to_string());
            let (asked, room) = (Asked::Members(page.room.clone()), page.room.into());
            self.ask(
                turn,
                asked,
                AskMembers {
                    room,
                    limit: None,
                    after,
                },
            );
        }
    }

    pub(in crate::core) fn stop_loading(&mut self) {
        for overlay in &mut self.overlays {
            match overlay {
                Overlay::Rooms(list) => list.loading = false,
                Overlay::Members(list) => list.loading = false,
                Overlay::Picker(_)
                | Overlay::Palette(_)
                | Overlay::Inbox(_)
                | Overlay::Sent(_)
                | Overlay::Prompt(_)
                | Overlay::Help(_)
                | Overlay::Servers(_)
                | Overlay::NoServer(_)
                | Overlay::Login(_)
                | Overlay::Paste(_)
                | Overlay::Confirm(_)
                | Overlay::Emoji(_)
                | Overlay::Person(_)
                | Overlay::Secret(_)
                | Overlay::Search(_)
                | Overlay::Themes(_)
                | Overlay::Links(_)
                | Overlay::Info { .. } => {}
            }
        }
    }
}
