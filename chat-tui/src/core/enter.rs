//! Coming in: from the first connection to `welcome`, and back after a loss.

use super::effect::{Effect, Store};
use super::figures::bounded;
use super::input::Device;
use super::link::{Due, Phase};
use super::log::Source;
use super::outbox::Stage;
use super::overlay::Overlay;
use super::requests::Asked;
use super::room::Room;
use super::state::{State, Turn};
use chat_proto::fields::ClientName;
use chat_proto::reply::{RoomState, Welcome};
use chat_proto::request::{Hello, Ping};
use chat_proto::{Greeting, RoomName, Seq, Token, UserName};
use std::collections::BTreeMap;

/// Bytes of a `hello` that are not left to `resume`.
const HELLO_BYTES: usize = 2048;

impl State {
    /// Makes a connection, once it is known by which name or token to come in.
    pub(super) fn connect(&mut self, turn: &mut Turn) {
        // On this machine it is found out first whether there is anybody to be named to.
        let is_known = self.device.token.is_some() || self.named().is_some();
        if !is_known && !self.setup.local {
            return self.ask_name(turn, None);
        }
        self.link.phase = Phase::Connecting {
            since: turn.now.mono,
        };
        turn.effects.push(Effect::Connect(self.link.tried));
    }

    /// Does what the link has come to need.
    pub(super) fn tend_link(&mut self, turn: &mut Turn) {
        match self.link.due(turn.now, self.requests.unanswered()) {
            Due::Nothing => {}
            Due::Ping => {
                self.link.ask(turn.now);
                self.ask(turn, Asked::Ping, Ping {});
            }
            Due::Doubt => self.link.doubt(),
            Due::GiveUp(why) => {
                turn.effects.push(Effect::Disconnect);
                self.lose(turn, why);
            }
            Due::Connect => self.connect(turn),
        }
    }

    /// The connection is gone.
    pub(super) fn lose(&mut self, turn: &mut Turn, why: impl Into<String>) {
        self.requests.drop_all();
        self.marks.owed.clear();
        self.doubts.clear();
        for item in &mut self.outbox.items {
            if item.stage == Stage::UnderWay {
                item.stage = Stage::Waiting;
            }
        }
        self.deeds_cut();
        self.search_cut();
        self.thread_cut();
        self.stop_loading();
        for room in self.rooms.values_mut() {
            room.log.fetching.retain(|(_, from)| *from == Source::Disk);
            room.log.stuck = false;
            room.typing.clear();
            room.people.asked = false;
        }
        if let Phase::Asking { connected } = &mut self.link.phase {
            *connected = false;
            return;
        }
        self.link.lose(why, turn.now, &mut self.entropy);
    }

    /// The server greets: one says who one is.
    pub(super) fn greeted(&mut self, turn: &mut Turn, greeting: Greeting) {
        let protocol = greeting.protocol;
        self.greeting = Some(greeting);
        if protocol != chat_proto::PROTOCOL {
            let ours = chat_proto::PROTOCOL;
            self.complain(
                turn,
                format!("the server speaks version {protocol} of the protocol, this client {ours}"),
            );
        }
        match (self.chosen.clone(), &self.device.token) {
            (Some(chosen), _) => self.hello_as(turn, &chosen),
            (None, Some(_)) => self.hello(turn, None),
            (None, None) => match self.named() {
                Some(named) => self.hello_as(turn, &named),
                None => self.ask_name(turn, None),
            },
        }
    }

    pub(super) fn hello(&mut self, turn: &mut Turn, name: Option<UserName>) {
        self.link.phase = Phase::Entering {
            since: turn.now.mono,
        };
        let client = ClientName::parse(&self.setup.client).ok();
        let resume = self.cursors();
        let token = self.device.token.clone();
        let hello = Hello {
            name,
            // A password makes a new device; the token of this one is kept until it is in.
            token: token.filter(|_| self.login.is_none()).map(Token::from),
            password: self.login.clone(),
            client,
            epoch: self.device.epoch.clone().filter(|_| !resume.is_empty()),
            resume: (!resume.is_empty()).then_some(resume),
            gaps: None,
        };
        self.ask(turn, Asked::Hello, hello);
    }

    /// The cursors of as many rooms as fit a frame, those used last first.
    fn cursors(&self) -> BTreeMap<String, Seq> {
        let mut room_for = self.limits().frame_bytes.saturating_sub(HELLO_BYTES);
        let mut cursors = BTreeMap::new();
        let others = self
            .rooms
            .keys()
            .filter(|name| !self.visited.contains(name));
        for name in self.visited.iter().rev().chain(others) {
            let Some(room) = self.rooms.get(name).filter(|room| !room.gone) else {
                continue;
            };
            // A name, its quotes, a colon, a comma and sixteen digits.
            let Some(left) = room_for.checked_sub(name.as_str().len() + 20) else {
                break;
            };
            room_for = left;
            cursors.insert(name.to_string(), room.log.head);
        }
        cursors
    }

    /// One is in.
    pub(super) fn welcomed(&mut self, turn: &mut Turn, welcome: Welcome) {
        let resumed = self.cursors();
        let before = self.waiting();
        let epoch = self
            .greeting
            .as_ref()
            .map(|greeting| greeting.epoch.clone());
        let other = self.device.epoch.is_some() && self.device.epoch != epoch;
        if welcome.reset || other {
            self.reset(turn);
        }
        self.device = Device {
            name: Some(welcome.user.to_string()),
            token: Some(welcome.token.reveal().to_owned()),
            epoch,
        };
        turn.store(Store::Device(self.device.clone()));
        self.be(turn, welcome.user, welcome.guest);
        self.link.phase = Phase::Live;
        self.link.attempt = 0;
        let still: Vec<_> = welcome
            .rooms
            .iter()
            .map(|state| state.room.clone())
            .collect();
        let mut left: Vec<_> = self.rooms.keys().cloned().collect();
        left.retain(|name| !still.contains(name));
        for name in left {
            self.depart(turn, &name);
        }
        for state in welcome.rooms {
            let cursor = resumed.contains_key(state.room.as_str());
            self.stand_in(turn, state, cursor);
        }
        let rooms: Vec<_> = welcome.invites.iter().map(|i| i.room.clone()).collect();
        self.invites.retain(|known| rooms.contains(&known.room));
        for invited in welcome.invites {
            self.invited(turn, &invited);
        }
        self.open_some(turn);
        self.notify_of_absence(turn, &before);
        self.resume_reading();
    }

    /// Bears the name that the server has agreed to.
    fn be(&mut self, turn: &Turn, user: UserName, guest: bool) {
        self.overlays
            .retain(|overlay| !matches!(overlay, Overlay::Login(_)));
        self.login = None;
        // Who has chosen another name knows that it is another.
        let chosen = self.chosen.take().is_some();
        if let Some(wanted) = self
            .setup
            .name
            .take()
            .filter(|wanted| !chosen && *wanted != *user.as_str())
        {
            let words =
                format!("you are {user} here; to be {wanted} as well, use another --profile");
            self.say(turn, words);
        }
        self.me.name = Some(user);
        self.me.guest = guest;
    }

    /// Shows what is new in the open room since one was here: the first time
    /// in a run from its start, later (one may have been reading on) by the line alone.
    fn resume_reading(&mut self) {
        let first = !std::mem::replace(&mut self.was_live, true);
        let Some(room) = self.open_room_mut().filter(|room| room.state.unread > 0) else {
            return;
        };
        if first {
            room.enter();
        } else if room.new_from.is_none() {
            room.new_from = Some(room.state.read.next());
        }
    }

    /// One is in a room: what the server says of it is the truth. `resumed`:
    /// its events go on after what is held, else after `head`.
    pub(super) fn stand_in(&mut self, turn: &mut Turn, state: RoomState, resumed: bool) {
        let state = bounded(state);
        let name = state.room.clone();
        let known = self.rooms.get_mut(&name).filter(|room| !room.gone);
        if let Some(room) = known {
            room.counted = state.head;
            let held = room.log.head;
            let passed = !resumed && held < state.head;
            if passed {
                room.log.head = state.head;
            }
            room.state = state;
            let unchecked = room.unchecked.or(passed.then_some(held));
            if let Some(since) = unchecked {
                self.ask_changed(turn, &name, since);
            }
        } else {
            let mut room = Room::new(state);
            if let Some(ghost) = self.rooms.remove(&name) {
                room.composer = ghost.composer;
                room.reply_to = ghost.reply_to;
                room.editing = ghost.editing;
            }
            self.rooms.insert(name.clone(), room);
        }
        self.saves.log(turn, &name);
    }

    /// One is not in a room any more. What was written for it stays.
    pub(super) fn depart(&mut self, turn: &mut Turn, name: &RoomName) {
        let Some(room) = self.rooms.remove(name) else {
            return;
        };
        if !room.gone {
            turn.store(Store::Forget(name.clone()));
        }
        self.close_side_of(name);
        let told = room.fate.is_some() && self.is_open(name);
        if room.has_draft() || self.is_written_for(name) || told {
            let mut ghost = Room::ghost(name);
            ghost.composer = room.composer;
            ghost.reply_to = room.reply_to;
            ghost.editing = room.editing;
            ghost.fate = room.fate;
            self.rooms.insert(name.clone(), ghost);
        } else if self.is_open(name) {
            self.open = None;
            self.open_some(turn);
        }
    }

    /// Whether something that was typed for a room still waits: nobody else has it.
    pub(super) fn is_written_for(&self, name: &RoomName) -> bool {
        self.outbox.of(name).next().is_some() || self.deeds.edits(name)
    }

    /// What is cached belongs to another history. Drafts and the outbox stay.
    fn reset(&mut self, turn: &mut Turn) {
        turn.store(Store::Reset);
        self.say(
            turn,
            "the server has another history than before; it is loaded anew",
        );
        for (name, room) in &mut self.rooms {
            let mut fresh = Room::ghost(name);
            room.forget_edited();
            self.saves.draft(turn, name);
            fresh.composer = std::mem::take(&mut room.composer);
            fresh.reply_to = None;
            *room = fresh;
        }
        self.forget_threads(turn);
        self.drop_deeds(turn);
        // Entries that were already sent are in the other history, if anywhere.
        self.outbox
            .items
            .retain(|item| !matches!(item.stage, Stage::Sent { .. }));
    }
}
