//! Commands: what is typed after a slash.

use super::overlay::{Overlay, RoomList};
use super::requests::Asked;
use super::state::{State, Turn};
use chat_proto::codec::nearest;
use chat_proto::request::{Create, Direct, Invite, Join, Leave, Rooms, SetTopic};
use chat_proto::{Limits, RoomName, RoomRef, Topic, UserName};

/// A command as help and completion list it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandInfo {
    /// Its name, without the slash.
    pub name: &'static str,
    /// What it takes, in words.
    pub takes: &'static str,
    /// What it does.
    pub about: &'static str,
}

const fn info(name: &'static str, takes: &'static str, about: &'static str) -> CommandInfo {
    CommandInfo { name, takes, about }
}

/// All commands.
pub const COMMANDS: &[CommandInfo] = &[
    info(
        "join",
        "ROOM",
        "come into a room; it is made if there is none",
    ),
    info("leave", "[ROOM]", "leave this room, or another one"),
    info("rooms", "[WORDS]", "list the rooms of the server"),
    info("members", "", "list who is in this room"),
    info("direct", "NAME", "open the room of the two of you"),
    info("create", "ROOM", "make a private room"),
    info(
        "invite",
        "NAME",
        "invite someone into this room, and into its past",
    ),
    info("topic", "TEXT", "set this room's topic"),
    info("read", "", "mark all rooms read"),
    info("help", "[WORDS]", "show all keys and commands"),
    info("quit", "", "end the program; nothing typed is lost"),
];

/// A command, its words checked by the rules.
#[derive(Debug, Clone, PartialEq)]
enum Command {
    Join(RoomRef),
    Leave(Option<RoomName>),
    Rooms(Option<String>),
    Members,
    Direct(UserName),
    Create(RoomName),
    Invite(UserName),
    Topic(Topic),
    Read,
    Help(String),
    Quit,
}

impl State {
    /// Runs what was typed after the slash. What can't be run stays in the composer.
    pub(super) fn run_command(&mut self, turn: &mut Turn, text: &str) {
        let command = match parse(text, &self.limits()) {
            Ok(command) => command,
            Err(why) => return self.complain(turn, why),
        };
        if command.asks() && !self.link.is_live() {
            return self.complain(
                turn,
                "offline: this needs the server; try again when it is back",
            );
        }
        let here = self.open.clone();
        if let Some(room) = self.open_room_mut() {
            room.composer.take();
            self.edited(turn);
        }
        let text = format!("/{}", text.trim_end());
        match command {
            Command::Join(room) => self.join(turn, room, text),
            Command::Leave(room) => self.leave(turn, room.or(here)),
            Command::Rooms(query) => self.open_rooms(turn, query),
            Command::Members => self.open_members(turn),
            Command::Direct(user) => self.ask(turn, Asked::Join(text), Direct { user }),
            Command::Create(room) => {
                let kind = Some(chat_proto::event::RoomKind::Private);
                self.ask(
                    turn,
                    Asked::Join(text),
                    Create {
                        room,
                        kind,
                        topic: None,
                    },
                );
            }
            Command::Invite(user) => {
                if let Some(room) = here {
                    let room = room.into();
                    self.ask(turn, Asked::Command(text), Invite { room, user });
                }
            }
            Command::Topic(topic) => {
                if let Some(room) = here {
                    let room = room.into();
                    self.ask(turn, Asked::Command(text), SetTopic { room, topic });
                }
            }
            Command::Read => self.mark_all_read(turn),
            Command::Help(query) => self.open_help(&query),
            Command::Quit => self.quit(turn, 0),
        }
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
        if let Some(room) = self.open_room_mut().filter(|room| room.composer.is_empty()) {
            room.composer.insert(text);
            self.edited(turn);
        }
    }
}

impl Command {
    /// Whether it needs the server.
    fn asks(&self) -> bool {
        match self {
            Self::Members | Self::Read | Self::Help(_) | Self::Quit => false,
            Self::Join(_)
            | Self::Leave(_)
            | Self::Rooms(_)
            | Self::Direct(_)
            | Self::Create(_)
            | Self::Invite(_)
            | Self::Topic(_) => true,
        }
    }
}

/// Reads a command; the error is for the person who typed it.
fn parse(text: &str, limits: &Limits) -> Result<Command, String> {
    let (name, rest) = match text.trim().split_once(char::is_whitespace) {
        Some((name, rest)) => (name, rest.trim()),
        None => (text.trim(), ""),
    };
    let given = (!rest.is_empty()).then_some(rest);
    let needed = || given.ok_or_else(|| format!("/{name} what? {}", usage(name)));
    let room = |text: &str| {
        let bare = text.strip_prefix('#').unwrap_or(text);
        RoomRef::parse(bare, limits.name_chars, limits.room_chars)
            .map_err(|e| format!("the room's name {e}"))
    };
    let named = |text: &str| match room(text)? {
        RoomRef::Named(name) => Ok(name),
        RoomRef::With(_) => Err("write a direct room in full, like @ada+bob".to_owned()),
    };
    let user = |text: &str| {
        let bare = text.strip_prefix('@').unwrap_or(text);
        UserName::parse(bare, limits.name_chars).map_err(|e| format!("the name {e}"))
    };
    Ok(match name {
        "join" => Command::Join(room(needed()?)?),
        "leave" => Command::Leave(given.map(named).transpose()?),
        "rooms" => Command::Rooms(given.map(str::to_owned)),
        "members" => Command::Members,
        "direct" => Command::Direct(user(needed()?)?),
        "create" => Command::Create(named(needed()?)?),
        "invite" => Command::Invite(user(needed()?)?),
        "topic" => Command::Topic(
            Topic::parse(rest, limits.topic_chars).map_err(|e| format!("the topic {e}"))?,
        ),
        "read" => Command::Read,
        "help" => Command::Help(rest.to_owned()),
        "quit" => Command::Quit,
        _ => return Err(unknown(name)),
    })
}

fn usage(name: &str) -> String {
    let known = COMMANDS.iter().find(|command| command.name == name);
    known.map_or_else(String::new, |command| {
        format!("/{} {}: {}", command.name, command.takes, command.about)
    })
}

fn unknown(name: &str) -> String {
    let names: Vec<_> = COMMANDS.iter().map(|command| command.name).collect();
    match nearest(name, &names) {
        Some(near) => format!("no such command: /{name}; did you mean /{near}? (// sends a slash)"),
        None => format!("no such command: /{name}; /help lists them (// sends a slash)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_with_their_words() {
        let limits = Limits::DEFAULT;
        let dev = RoomName::parse("dev", 64).unwrap();
        let bob = UserName::parse("bob", 32).unwrap();
        for (text, command) in [
            ("join dev", Command::Join(dev.clone().into())),
            ("join #dev", Command::Join(dev.clone().into())),
            ("join @bob", Command::Join(RoomRef::With(bob.clone()))),
            ("leave", Command::Leave(None)),
            (" leave  dev ", Command::Leave(Some(dev))),
            ("direct @bob", Command::Direct(bob)),
            ("rooms", Command::Rooms(None)),
            ("rooms de", Command::Rooms(Some("de".into()))),
            ("quit", Command::Quit),
        ] {
            assert_eq!(parse(text, &limits), Ok(command), "{text}");
        }
    }

    #[test]
    fn what_is_no_command_is_told_what_would_be_one() {
        for (text, words) in [
            ("topc x", "did you mean /topic?"),
            ("jion dev", "did you mean /join?"),
            ("join", "/join ROOM"),
            ("join Dev", "lower case: dev"),
            ("direct a b", "the name"),
            ("xyzzyx", "/help lists them"),
        ] {
            let error = parse(text, &Limits::DEFAULT).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
