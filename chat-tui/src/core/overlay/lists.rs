//! Lists of rooms, people and servers; the long ones come page by page.

use super::Overlay;
use super::outcome::Outcome;
use crate::core::actions::Action;
use crate::core::requests::Asked;
use crate::core::room::Standing;
use crate::core::servers::Known;
use crate::core::state::{State, Turn};
use chat_proto::reply::{MemberListing, Members, RoomListing, Rooms};
use chat_proto::request::{Members as AskMembers, Rooms as AskRooms};
use chat_proto::{RoomName, UserName};

/// Who is in a room.
#[derive(Debug, Clone)]
pub struct MemberList {
    /// Which room.
    pub room: RoomName,
    /// How many there are, once known.
    pub total: Option<u64>,
    /// Those received so far, by name.
    pub members: Vec<MemberListing>,
    /// More are being fetched.
    pub loading: bool,
    /// Which of them is chosen.
    pub chosen: usize,
}

/// What can be done with a person.
#[derive(Debug, Clone)]
pub struct PersonMenu {
    /// In which room.
    pub room: RoomName,
    /// Who.
    pub user: UserName,
    /// What, each with its words.
    pub found: Vec<(Action, &'static str)>,
    /// Which of them is chosen.
    pub chosen: usize,
}

/// The rooms of the server.
#[derive(Debug, Clone, Default)]
pub struct RoomList {
    /// Those received so far, by name.
    pub rooms: Vec<RoomListing>,
    /// More are being fetched.
    pub loading: bool,
    /// Which of them is chosen.
    pub chosen: usize,
    /// What they were narrowed to, where they were.
    pub query: Option<String>,
}

/// Choosing a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerList {
    /// Those of the configuration.
    pub known: Vec<Known>,
    /// Which of them is chosen.
    pub chosen: usize,
}

/// Rows of `rooms` and `members` that are fetched at most.
const ROWS_MOST: usize = 1000;

impl State {
    /// Opens the list of who is in the open room.
    pub(in crate::core) fn open_members(&mut self, turn: &mut Turn) {
        let Some(room) = self.open.clone() else {
            return;
        };
        let asked = Asked::Members(room.clone());
        let request = AskMembers {
            room: room.clone().into(),
            limit: None,
            after: None,
        };
        self.ask(turn, asked, request);
        let list = MemberList {
            room,
            total: None,
            members: Vec::new(),
            loading: true,
            chosen: 0,
        };
        self.overlays.push(Overlay::Members(list));
    }

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

impl MemberList {
    pub(super) fn press(&self, action: Option<Action>) -> Outcome {
        match action {
            Some(Action::Close | Action::Members) => Outcome::Close,
            Some(Action::Send) => {
                let chosen = self.members.get(self.chosen);
                chosen.map_or(Outcome::Done, |member| Outcome::Person {
                    room: self.room.clone(),
                    user: member.name.clone(),
                })
            }
            _ => Outcome::Done,
        }
    }
}

impl PersonMenu {
    pub(super) fn press(&self, action: Option<Action>) -> Outcome {
        match action {
            Some(Action::Close) => Outcome::Close,
            Some(Action::Send) => {
                let chosen = self.found.get(self.chosen);
                chosen.map_or(Outcome::Done, |(action, _)| Outcome::With {
                    action: *action,
                    user: self.user.clone(),
                })
            }
            _ => Outcome::Done,
        }
    }
}

impl RoomList {
    pub(super) fn press(&self, action: Option<Action>) -> Outcome {
        match action {
            Some(Action::Close) => Outcome::Close,
            Some(Action::Send) => {
                let chosen = self.rooms.get(self.chosen);
                chosen.map_or(Outcome::Done, |listing| Outcome::Join(listing.room.clone()))
            }
            _ => Outcome::Done,
        }
    }
}

impl ServerList {
    pub(super) fn press(&self, action: Option<Action>) -> Outcome {
        match action {
            Some(Action::Close) => Outcome::Close,
            Some(Action::Send) => {
                let chosen = self.known.get(self.chosen);
                chosen.map_or(Outcome::Done, |known| Outcome::Server(known.name.clone()))
            }
            _ => Outcome::Done,
        }
    }
}
