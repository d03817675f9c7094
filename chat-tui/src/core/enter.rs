//! Coming in: from the first connection to `welcome`, and back after a loss.

use super::composer::Composer;
use super::effect::{Effect, Store};
use super::input::Device;
use super::link::{Due, Phase};
use super::log::Source;
use super::outbox::Stage;
use super::overlay::{Login, Overlay};
use super::requests::Asked;
use super::room::Room;
use super::state::{State, Turn};
use chat_proto::fields::ClientName;
use chat_proto::reply::{RoomState, Welcome};
use chat_proto::request::{Hello, Ping};
use chat_proto::{ErrorCode, ErrorReply, Greeting, RoomName, Seq, UserName};
use std::collections::BTreeMap;

/// Bytes of a `hello` that are not left to `resume`.
const HELLO_BYTES: usize = 2048;

impl State {
    /// Makes a connection, once it is known by which name or token to come in.
    pub(super) fn connect(&mut self, turn: &mut Turn) {
        if self.device.token.is_none() && self.named().is_none() {
            return self.ask_name(turn, None);
        }
        self.link.phase = Phase::Connecting {
            since: turn.now.mono,
        };
        turn.effects.push(Effect::Connect);
    }

    /// Does what the link has come to need.
    pub(super) fn tend_link(&mut self, turn: &mut Turn) {
        match self.link.due(turn.now, self.requests.unanswered()) {
            Due::Nothing => {}
            Due::Ping => {
                self.link.pinged = Some(turn.now.mono);
                self.ask(turn, Asked::Ping, Ping {});
            }
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
        for item in &mut self.outbox.items {
            if item.stage == Stage::UnderWay {
                item.stage = Stage::Waiting;
            }
        }
        for room in self.rooms.values_mut() {
            room.log.fetching.retain(|(_, from)| *from == Source::Disk);
            room.log.stuck = false;
            room.typing.clear();
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
            (None, None) => {
                let named = self.named().unwrap_or_default();
                self.hello_as(turn, &named);
            }
        }
    }

    /// The name to come in by, as far as one is known.
    fn named(&self) -> Option<String> {
        let names = [&self.chosen, &self.setup.name, &self.device.name];
        names.into_iter().flatten().next().cloned()
    }

    /// A name was chosen, by hand or on the command line.
    pub(super) fn hello_as(&mut self, turn: &mut Turn, name: &str) {
        match UserName::parse(name.trim(), self.limits().name_chars) {
            Ok(name) => self.hello(turn, Some(name)),
            Err(error) => self.ask_name(turn, Some(format!("the name {error}"))),
        }
    }

    fn hello(&mut self, turn: &mut Turn, name: Option<UserName>) {
        self.link.phase = Phase::Entering {
            since: turn.now.mono,
        };
        let client = ClientName::parse(&self.setup.client).ok();
        let resume = self.cursors();
        let hello = Hello {
            name,
            password: None,
            token: self.device.token.clone(),
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
            token: Some(welcome.token),
            epoch,
        };
        turn.store(Store::Device(self.device.clone()));
        self.chosen = None;
        if let Some(wanted) = self
            .setup
            .name
            .take()
            .filter(|wanted| *wanted != *welcome.user.as_str())
        {
            let words = format!(
                "you are {} here; to be {wanted} as well, use another --profile",
                welcome.user
            );
            self.say(turn, words);
        }
        self.me.name = Some(welcome.user);
        self.me.guest = welcome.guest;
        self.link.phase = Phase::Live;
        self.link.attempt = 0;
        self.overlays
            .retain(|overlay| !matches!(overlay, Overlay::Login(_)));
        let still: Vec<_> = welcome
            .rooms
            .iter()
            .map(|state| state.room.clone())
            .collect();
        let left: Vec<_> = self
            .rooms
            .keys()
            .filter(|name| !still.contains(name))
            .cloned()
            .collect();
        for name in left {
            self.depart(turn, &name);
        }
        for state in welcome.rooms {
            let cursor = resumed.contains_key(state.room.as_str());
            self.stand_in(turn, state, cursor);
        }
        if !self.was_live {
            for invited in welcome.invites {
                self.invited(turn, &invited);
            }
        }
        self.open_some(turn);
        self.resume_reading();
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
            if passed {
                self.ask_changed(turn, &name, held);
            }
        } else {
            let mut room = Room::new(state);
            if let Some(ghost) = self.rooms.remove(&name) {
                room.composer = ghost.composer;
                room.reply_to = ghost.reply_to;
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
        if room.has_draft() || self.outbox.of(name).next().is_some() {
            let mut ghost = Room::ghost(name);
            ghost.composer = room.composer;
            ghost.reply_to = room.reply_to;
            self.rooms.insert(name.clone(), ghost);
        } else if self.is_open(name) {
            self.open = None;
            self.open_some(turn);
        }
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
            fresh.composer = std::mem::take(&mut room.composer);
            fresh.reply_to = None;
            *room = fresh;
        }
        // Entries that were already sent are in the other history, if anywhere.
        self.outbox
            .items
            .retain(|item| !matches!(item.stage, Stage::Sent { .. }));
    }

    /// `hello` was refused.
    pub(super) fn hello_refused(&mut self, turn: &mut Turn, error: &ErrorReply) {
        match error.code {
            ErrorCode::NameTaken | ErrorCode::Invalid | ErrorCode::Forbidden => {
                self.ask_name(turn, Some(error.message.clone()));
            }
            ErrorCode::BadCredentials if self.device.token.is_some() => {
                self.device.token = None;
                turn.store(Store::Device(self.device.clone()));
                self.complain(
                    turn,
                    format!("this device is not known any more: {}", error.message),
                );
                let name = self.device.name.clone().unwrap_or_default();
                self.hello_as(turn, &name);
            }
            ErrorCode::BadCredentials => self.ask_name(turn, Some(error.message.clone())),
            _ => {
                turn.effects.push(Effect::Disconnect);
                self.lose(turn, error.message.clone());
            }
        }
    }

    /// Asks the person for a name; `why` is what was wrong with the last one.
    pub(super) fn ask_name(&mut self, turn: &mut Turn, why: Option<String>) {
        let connected = matches!(
            self.link.phase,
            Phase::Entering { .. } | Phase::Asking { connected: true }
        );
        self.link.phase = Phase::Asking { connected };
        let open = self.overlays.iter_mut().find_map(|overlay| match overlay {
            Overlay::Login(login) => Some(login),
            _ => None,
        });
        if let Some(login) = open {
            login.why = why;
            login.busy = false;
            return;
        }
        let tried = self.setup.name.clone().or_else(|| self.device.name.clone());
        let proposed = tried
            .or_else(|| self.setup.login.clone())
            .unwrap_or_default();
        let name = Composer::holding(valid_name(&proposed, self.limits().name_chars));
        self.overlays.push(Overlay::Login(Login {
            name,
            why,
            busy: false,
        }));
        let _ = turn;
    }

    /// The name in the prompt is to be borne.
    pub(super) fn submit_name(&mut self, turn: &mut Turn, name: &str) {
        let name = name.trim().to_owned();
        if let Err(error) = UserName::parse(&name, self.limits().name_chars) {
            return self.ask_name(turn, Some(format!("the name {error}")));
        }
        self.chosen = Some(name.clone());
        if let Some(Overlay::Login(login)) = self.overlays.last_mut() {
            login.busy = true;
            login.why = None;
        }
        if self.link.phase == (Phase::Asking { connected: true }) {
            self.hello_as(turn, &name);
        } else {
            self.connect(turn);
        }
    }
}

/// The nearest name by the rules that a word can be made into; may be empty.
fn valid_name(word: &str, max: usize) -> String {
    if UserName::parse(word, max).is_ok() {
        return word.to_owned();
    }
    let ok = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let kept: String = word.chars().filter(|c| ok(*c)).take(max).collect();
    for kept in [kept.clone(), kept.chars().filter(char::is_ascii).collect()] {
        let name = kept.trim_matches(['-', '_', '.']);
        if UserName::parse(name, max).is_ok() {
            return name.to_owned();
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::valid_name;

    #[test]
    fn a_login_name_is_made_into_a_valid_one() {
        for (login, name) in [
            ("ada", "ada"),
            ("Ada Lovelace", "AdaLovelace"),
            ("_www-data_", "www-data"),
            ("DOMAIN\\bob", "DOMAINbob"),
            ("adaд", "ada"),
            ("", ""),
            ("...", ""),
        ] {
            assert_eq!(valid_name(login, 32), name);
        }
    }
}
