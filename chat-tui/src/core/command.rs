//! Commands: actions that are typed after a slash, and those that ask
//! something of the server.

use super::act::{Said, offline};
use super::actions::Action;
use super::overlay::{Overlay, RoomList};
use super::requests::Asked;
use super::state::{State, Turn};
use super::words::Words;
use chat_proto::codec::nearest;
use chat_proto::request::{Create, Direct, Join, Leave, Rooms, SetTopic};
use chat_proto::{RoomName, RoomRef};

/// Names that people know from elsewhere.
const ALIASES: &[(&str, &str)] = &[
    ("dm", "direct"),
    ("exit", "quit"),
    ("list", "rooms"),
    ("msg", "direct"),
    ("names", "members"),
    ("part", "leave"),
    ("query", "direct"),
    ("who", "members"),
];

impl State {
    /// Runs what was typed after the slash. What can't be run stays in the composer.
    pub(super) fn run_command(&mut self, turn: &mut Turn, text: &str) {
        let (name, rest) = split(text);
        let Some(action) = command(name) else {
            return self.complain(turn, unknown(name));
        };
        if is_secret(action) && !rest.is_empty() {
            let (words, typed) = (Words::None, format!("/{name}"));
            return self.refuse_open_secret(turn, &Said { words, typed });
        }
        let words = match action.read(rest, &self.limits()) {
            Ok(words) => words,
            Err(why) => return self.complain(turn, format!("/{name}: {why}")),
        };
        if !self.has_what_it_needs(action) {
            return self.complain(turn, offline(action));
        }
        if let Some(room) = self.here_mut() {
            room.composer.take();
            self.edited(turn);
        }
        let typed = format!("/{}", text.trim_end());
        self.act(turn, action, Said { words, typed });
    }

    /// Joins the room that was said.
    pub(super) fn join_said(&mut self, turn: &mut Turn, said: Said) {
        if let Words::Room(room) = said.words {
            self.join(turn, room, said.typed);
        }
    }

    /// Leaves the room that was said, or the open one.
    pub(super) fn leave_said(&mut self, turn: &mut Turn, said: Said) {
        let room = match said.words {
            Words::Named(room) => Some(room),
            _ => self.open.clone(),
        };
        self.leave(turn, room);
    }

    /// Opens the room of the two.
    pub(super) fn open_direct(&mut self, turn: &mut Turn, said: Said) {
        if let Words::Person(user) = said.words {
            self.ask(turn, Asked::Join(said.typed), Direct { user });
        }
    }

    /// Makes a room.
    pub(super) fn create(&mut self, turn: &mut Turn, said: Said) {
        let Words::NewRoom(room, kind) = said.words else {
            return;
        };
        let create = Create {
            room,
            kind: Some(kind),
            topic: None,
        };
        self.ask(turn, Asked::Join(said.typed), create);
    }

    /// Sets the topic of the open room.
    pub(super) fn set_topic(&mut self, turn: &mut Turn, said: Said) {
        if let (Words::Topic(topic), Some(room)) = (said.words, self.open.clone()) {
            let room = room.into();
            self.ask(turn, Asked::Command(said.typed), SetTopic { room, topic });
        }
    }

    /// Lists the rooms of the server, those with these words.
    pub(super) fn list_rooms(&mut self, turn: &mut Turn, said: Said) {
        let query = said.words.text();
        self.open_rooms(turn, query);
    }

    /// Comes into a room, or shows it where one is in it already.
    pub(super) fn join(&mut self, turn: &mut Turn, room: RoomRef, text: String) {
        if let RoomRef::Named(name) = &room
            && self.rooms.get(name).is_some_and(|room| !room.gone)
        {
            let name = name.clone();
            return self.go(turn, &name);
        }
        let join = Join {
            room,
            after: None,
            create: None,
        };
        self.ask(turn, Asked::Join(text), join);
    }

    fn leave(&mut self, turn: &mut Turn, room: Option<RoomName>) {
        let Some(name) = room else {
            return self.complain(turn, "no room is open");
        };
        match self.rooms.get_mut(&name) {
            Some(room) if room.gone => {
                room.composer.clear();
                room.reply_to = None;
                self.saves.draft(turn, &name);
                self.flush(turn);
                self.depart(turn, &name);
            }
            Some(_) => {
                let request = Leave {
                    room: name.clone().into(),
                };
                self.ask(turn, Asked::Leave(name), request);
            }
            None => self.complain(turn, format!("you are not in {name}")),
        }
    }

    fn open_rooms(&mut self, turn: &mut Turn, query: Option<String>) {
        let list = RoomList {
            loading: true,
            query: query.clone(),
            ..RoomList::default()
        };
        self.overlays.push(Overlay::Rooms(list));
        self.ask(
            turn,
            Asked::Rooms,
            Rooms {
                query,
                limit: None,
                after: None,
                mine: None,
            },
        );
    }

    /// The server refused a command: its words are shown, and what was typed
    /// comes back, unless something else is written by now.
    pub(super) fn command_refused(&mut self, turn: &mut Turn, text: &str, why: &str) {
        let name = text.split_whitespace().next().unwrap_or(text);
        self.complain(turn, format!("{name}: {why}"));
        if let Some(room) = self.here_mut().filter(|room| room.composer.is_empty()) {
            room.composer.insert(text);
            self.edited(turn);
        }
    }
}

/// Whether a password follows, which must not be typed where it is seen.
pub(super) fn is_secret(action: Action) -> bool {
    matches!(action, Action::Login | Action::Register | Action::Password)
}

/// The name of a command, and what was typed after it.
pub(super) fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (name, rest.trim())
}

pub(super) fn command(given: &str) -> Option<Action> {
    let name = ALIASES.iter().find(|(alias, _)| *alias == given);
    let name = name.map_or(given, |(_, name)| *name);
    Action::commands().find(|action| action.info().name == name)
}

pub(super) fn unknown(name: &str) -> String {
    let names: Vec<_> = Action::commands()
        .map(|action| action.info().name)
        .collect();
    match nearest(name, &names) {
        Some(near) => format!("no such command: /{name}; did you mean /{near}? (// sends a slash)"),
        None => format!("no such command: /{name}; /help lists them (// sends a slash)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_elsewhere_are_those_of_commands_and_of_none_of_ours() {
        for (alias, name) in ALIASES {
            let of_ours = |name| Action::commands().find(|action| action.info().name == name);
            assert!(of_ours(*name).is_some(), "{name}");
            assert_eq!(of_ours(*alias), None);
            assert_eq!(command(alias), of_ours(*name));
        }
    }

    #[test]
    fn what_is_no_command_is_told_what_would_be_one() {
        for (name, words) in [
            ("topc", "did you mean /topic?"),
            ("jion", "did you mean /join?"),
            ("select-copy", "no such command"),
            ("xyzzyxyzzy", "/help lists them"),
        ] {
            assert_eq!(command(name), None);
            let error = unknown(name);
            assert!(error.contains(words), "{name}: {error}");
        }
        assert_eq!(split("  topic  a b "), ("topic", "a b"));
        assert_eq!(command("topic"), Some(Action::Topic));
    }
}
