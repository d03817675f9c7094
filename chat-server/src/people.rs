//! Who is here: a user with their connections, as all of them share it.
//!
//! What is here can be read from the store again; it spares each connection
//! the asking, and tells the others of a user when one of them comes into a
//! room, leaves one, or has read on.

use crate::rate::{Class, Meter};
use crate::session::{Bell, Ending};
use crate::store::{Devices, Invitation, RoomId, TokenHash, UserId, UserRow};
use chat_proto::{Rate, Seq, UserName};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The version of who has just come; below it there is none.
const FIRST: u64 = 1;
/// Removals kept for connections that have not looked yet. A user can't be in
/// more rooms than that at a time; beyond it the oldest room's is forgotten, and
/// the connection is told that it left.
const REMOVED_MAX: usize = 1000;

/// Everyone with a connection to this node, or without one since a few seconds.
#[derive(Debug, Default)]
pub struct People {
    by_id: Mutex<BTreeMap<UserId, Arc<Person>>>,
}

/// A user, shared by their connections.
#[derive(Debug)]
pub struct Person {
    id: UserId,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    name: UserName,
    guest: bool,
    connections: Vec<Connection>,
    /// How many there have been: who has none since 5 seconds had none since then.
    arrivals: u64,
    /// The rooms that the user is in.
    rooms: BTreeMap<RoomId, Stay>,
    /// The last event that the user gets of each room from which it was removed.
    removed: BTreeMap<RoomId, Seq>,
    /// The invitations that wait, each with the version that brought it.
    invitations: BTreeMap<RoomId, (u64, Invitation)>,
    /// Counts changes of the three above: who read the store meanwhile reads again.
    version: u64,
    meters: [Meter; Class::ALL.len()],
    /// When typing was last told of, by room.
    typed: BTreeMap<RoomId, Duration>,
}

/// One of a user's connections, and the device it comes from.
#[derive(Debug)]
struct Connection {
    bell: Arc<Bell>,
    token: TokenHash,
}

impl Connection {
    fn is(&self, bell: &Arc<Bell>) -> bool {
        Arc::ptr_eq(&self.bell, bell)
    }
}

/// The moment when a user's last connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Departure {
    arrivals: u64,
}

/// One time that a user is in a room, from coming in to going.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// By which it is told from earlier and later ones in that room.
    pub number: u64,
    /// The marker: the last event read.
    pub read: Seq,
    /// The last event before those that the user's connections get as they happen.
    pub since: Seq,
}

impl People {
    /// A connection of this user, from a device with this token; true if it is
    /// the first.
    pub fn arrive(
        &self,
        user: &UserRow,
        token: TokenHash,
        bell: &Arc<Bell>,
    ) -> (Arc<Person>, bool) {
        let mut by_id = self.lock();
        let mut first = false;
        let person = by_id.entry(user.id).or_insert_with(|| {
            first = true;
            Arc::new(Person::new(user))
        });
        let mut state = person.state();
        state.name = user.name.clone();
        state.guest = user.guest;
        state.arrivals += 1;
        state.connections.push(Connection {
            bell: Arc::clone(bell),
            token,
        });
        drop(state);
        (Arc::clone(person), first)
    }

    /// Forgets a user whose last connection went then; false if one has come since.
    pub fn forget(&self, person: &Person, since: Departure) -> bool {
        let mut by_id = self.lock();
        if person.state().arrivals != since.arrivals {
            return false;
        }
        by_id.remove(&person.id).is_some()
    }

    /// Whether the user has a connection, or had one a few seconds ago.
    pub fn is_online(&self, user: UserId) -> bool {
        self.lock().contains_key(&user)
    }

    /// Calls with the user, if it is here.
    pub fn with(&self, user: UserId, call: impl FnOnce(&Person)) {
        let person = self.lock().get(&user).cloned();
        if let Some(person) = person {
            call(&person);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<UserId, Arc<Person>>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Person {
    fn new(user: &UserRow) -> Self {
        Self {
            id: user.id,
            state: Mutex::new(State {
                name: user.name.clone(),
                guest: user.guest,
                connections: Vec::with_capacity(1),
                arrivals: 0,
                rooms: BTreeMap::new(),
                removed: BTreeMap::new(),
                invitations: BTreeMap::new(),
                version: FIRST,
                meters: Default::default(),
                typed: BTreeMap::new(),
            }),
        }
    }

    /// Who, inwardly.
    pub fn id(&self) -> UserId {
        self.id
    }

    /// The name borne now.
    pub fn name(&self) -> UserName {
        self.state().name.clone()
    }

    /// Without an account.
    pub fn is_guest(&self) -> bool {
        self.state().guest
    }

    /// A connection ended; if it was the last one, the moment when it did.
    pub fn depart(&self, bell: &Arc<Bell>) -> Option<Departure> {
        let mut state = self.state();
        state.connections.retain(|connection| !connection.is(bell));
        state.connections.is_empty().then_some(Departure {
            arrivals: state.arrivals,
        })
    }

    /// The guest became an account.
    pub fn register(&self) {
        self.state().guest = false;
    }

    /// The tokens of these devices are void; tells their connections to close,
    /// but for the asker's, which knows.
    pub fn log_out(&self, devices: Devices, asker: Option<&Arc<Bell>>) {
        for connection in &self.state().connections {
            let asks = asker.is_some_and(|asker| connection.is(asker));
            if !asks && devices.has(&connection.token) {
                connection.bell.end(Ending::LoggedOut);
            }
        }
    }

    /// The operator keeps the user out: all connections are to close.
    pub fn ban(&self) {
        for connection in &self.state().connections {
            connection.bell.end(Ending::Banned);
        }
    }

    /// Changes with every change of the rooms, markers or invitations.
    pub fn version(&self) -> u64 {
        self.state().version
    }

    /// Takes what the store has, unless something changed since `version`;
    /// false then, and the caller reads the store again. What is known here
    /// stays: the store may be ahead of the news, which are on their way.
    pub fn load(
        &self,
        version: u64,
        rooms: impl IntoIterator<Item = (RoomId, Seq, Seq)>,
        invitations: &[Invitation],
    ) -> bool {
        let mut state = self.state();
        if state.version != version {
            return false;
        }
        for (room, read, since) in rooms {
            state.rooms.entry(room).or_insert(Stay {
                number: version,
                read,
                since,
            });
        }
        for invitation in invitations {
            state
                .invitations
                .entry(invitation.room)
                .or_insert_with(|| (version, invitation.clone()));
        }
        true
    }

    /// The user came into this room; tells all connections but the asker's.
    pub fn enter(&self, room: RoomId, read: Seq, since: Seq, asker: Option<&Arc<Bell>>) {
        self.change(asker, |state| {
            let number = state.version;
            // A connection that came meanwhile may have read of it in the store.
            state.rooms.entry(room).or_insert(Stay {
                number,
                read,
                since,
            });
        });
    }

    /// The marker in this room was moved; tells all connections but the asker's.
    pub fn mark(&self, room: RoomId, read: Seq, asker: Option<&Arc<Bell>>) {
        self.change(asker, |state| {
            if let Some(stay) = state.rooms.get_mut(&room) {
                stay.read = read;
            }
        });
    }

    /// The user left this room; tells all connections but the asker's.
    pub fn leave(&self, room: RoomId, asker: Option<&Arc<Bell>>) {
        self.change(asker, |state| {
            state.rooms.remove(&room);
            state.removed.remove(&room);
        });
    }

    /// The user was removed from this room by an event that is the last one it gets.
    pub fn remove(&self, room: RoomId, last: Seq) {
        self.change(None, |state| {
            state.rooms.remove(&room);
            if state.removed.len() >= REMOVED_MAX {
                state.removed.pop_first();
            }
            state.removed.insert(room, last);
        });
    }

    /// The last event that the user gets of a room from which it was removed.
    pub fn last_of(&self, room: RoomId) -> Option<Seq> {
        self.state().removed.get(&room).copied()
    }

    /// The user was asked into a room; tells all connections.
    pub fn invite(&self, invitation: Invitation) {
        self.change(None, |state| {
            let number = state.version;
            state
                .invitations
                .insert(invitation.room, (number, invitation));
        });
    }

    /// An invitation was used, or is void.
    pub fn uninvite(&self, room: RoomId) {
        self.change(None, |state| {
            state.invitations.remove(&room);
        });
    }

    /// The user's time in this room, if it is in.
    pub fn stay(&self, room: RoomId) -> Option<Stay> {
        self.state().rooms.get(&room).copied()
    }

    /// Whether the user has left one of these rooms since, or been removed from
    /// it, even if it is back by now.
    pub fn has_lost(&self, stays: &BTreeMap<RoomId, Stay>) -> bool {
        let state = self.state();
        let number = |room| state.rooms.get(room).map(|stay| stay.number);
        stays
            .iter()
            .any(|(room, stay)| number(room) != Some(stay.number))
    }

    /// The rooms that the user is in.
    pub fn stays(&self) -> BTreeMap<RoomId, Stay> {
        self.state().rooms.clone()
    }

    /// The invitations that wait and came after `version`, and the version of now.
    pub fn invitations_after(&self, version: u64) -> (Vec<Invitation>, u64) {
        let state = self.state();
        let waiting = state.invitations.values();
        let newer = waiting.filter(|(number, _)| *number > version);
        let newer = newer.map(|(_, invitation)| invitation.clone()).collect();
        (newer, state.version)
    }

    /// The same, without more about them.
    pub fn rooms(&self) -> Vec<RoomId> {
        self.state().rooms.keys().copied().collect()
    }

    /// Counts one more request of this class at `now`; otherwise says how long
    /// to wait.
    pub fn may(&self, class: Class, rate: Rate, now: Duration) -> Result<(), Duration> {
        self.state().meters[class as usize].take(rate, now)
    }

    /// Whether typing may be told of again; at most once in `every` for each room.
    pub fn may_type(&self, room: RoomId, every: Duration, now: Duration) -> bool {
        let mut state = self.state();
        state
            .typed
            .retain(|_, last| now.saturating_sub(*last) < every);
        let free = !state.typed.contains_key(&room);
        if free {
            state.typed.insert(room, now);
        }
        free
    }

    fn change(&self, asker: Option<&Arc<Bell>>, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        state.version += 1;
        change(&mut state);
        for connection in &state.connections {
            if !asker.is_some_and(|asker| connection.is(asker)) {
                connection.bell.ring_person();
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_lost_by_leaving_and_not_by_reading() {
        let (dev, ops) = (RoomId(1), RoomId(2));
        let person = Person::new(&UserRow {
            id: UserId(7),
            name: UserName::trusted("ada").unwrap(),
            guest: true,
        });
        person.enter(dev, Seq::ZERO, Seq::ZERO, None);
        let stays = person.stays();
        person.mark(dev, Seq::FIRST, None);
        person.enter(ops, Seq::ZERO, Seq::ZERO, None);
        assert!(!person.has_lost(&stays));
        person.leave(dev, None);
        assert!(person.has_lost(&stays));
        person.enter(dev, Seq::ZERO, Seq::ZERO, None);
        assert!(person.has_lost(&stays), "back, but it was out");
    }
}
