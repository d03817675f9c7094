//! Keys while something lies over the timeline: the topmost gets them.

use super::picker::Ranking;
use super::{Help, Login, MemberList, Overlay, Picker, RoomList};
use crate::core::command::COMMANDS;
use crate::core::composer::Composer;
use crate::core::input::{Key, KeyCode};
use crate::core::keys::{Action, When};
use crate::core::requests::Asked;
use crate::core::state::{State, Turn};
use chat_proto::request::Members;

/// Rows that PageUp and PageDown move in a list.
const PAGE_ROWS: isize = 10;

/// What became of a key.
enum Outcome {
    /// It is dealt with.
    Done,
    /// The overlay goes away.
    Close,
    /// The room was chosen; the overlay goes away.
    Go(chat_proto::RoomName),
    /// The room was chosen, but one has to join first.
    Join(chat_proto::RoomName),
    /// The name is to be borne.
    Name(String),
    /// A choice about a big paste was made.
    Paste(char),
}

impl State {
    /// A key for the topmost overlay.
    pub(in crate::core) fn press_overlay(&mut self, turn: &mut Turn, key: Key) {
        let action = self.setup.keys.action(key, &[When::Writing, When::Always]);
        if let Some(action @ (Action::Redraw | Action::Suspend | Action::Interrupt)) = action {
            return self.act_always(turn, action);
        }
        let Some(mut top) = self.overlays.pop() else {
            return;
        };
        let keys = &self.setup.keys;
        let outcome = match &mut top {
            Overlay::Picker(picker) => picker.press(key, action, &self.ranking()),
            Overlay::Help(help) => help.press(key, action, keys),
            Overlay::Members(list) => list.press(action),
            Overlay::Rooms(list) => list.press(action),
            Overlay::Login(login) => login.press(key, action),
            Overlay::Paste(paste) => paste.press(key, action),
        };
        self.overlays.push(top);
        self.follow(turn, outcome);
    }

    fn follow(&mut self, turn: &mut Turn, outcome: Outcome) {
        match outcome {
            Outcome::Done => {}
            Outcome::Close => {
                self.overlays.pop();
            }
            Outcome::Go(name) => {
                self.overlays.pop();
                self.go(turn, &name);
            }
            Outcome::Join(name) => {
                if !self.link.is_live() {
                    return self.complain(turn, "offline: joining needs the server");
                }
                self.overlays.pop();
                let text = format!("/join {name}");
                self.join(turn, name.into(), text);
            }
            Outcome::Name(name) => self.submit_name(turn, &name),
            Outcome::Paste(choice) => self.paste_chosen(turn, choice),
        }
    }

    /// Text for the topmost overlay; only its first line.
    pub(in crate::core) fn paste_overlay(&mut self, text: &str) {
        let line = text.lines().next().unwrap_or_default();
        let Some(mut top) = self.overlays.pop() else {
            return;
        };
        match &mut top {
            Overlay::Picker(picker) => {
                picker.query.insert(line);
                picker.found = self.ranking().find(picker.query.text());
                picker.chosen = 0;
            }
            Overlay::Help(help) => {
                help.query.insert(line);
                help.find(&self.setup.keys);
            }
            Overlay::Login(login) if !login.busy => login.name.insert(line),
            Overlay::Login(_) | Overlay::Members(_) | Overlay::Rooms(_) | Overlay::Paste(_) => {}
        }
        self.overlays.push(top);
    }

    fn ranking(&self) -> Ranking<'_> {
        let rooms: Vec<_> = self.listed().collect();
        Ranking::of(&rooms, &self.visited)
    }

    /// Opens the choice of rooms; closes it, if it is open.
    pub(in crate::core) fn open_picker(&mut self) {
        let found = self.ranking().find("");
        let picker = Picker {
            found,
            ..Picker::default()
        };
        self.overlays.push(Overlay::Picker(picker));
    }

    /// Opens the list of actions.
    pub(in crate::core) fn open_help(&mut self, query: &str) {
        let mut help = Help {
            query: Composer::holding(query),
            ..Help::default()
        };
        help.find(&self.setup.keys);
        self.overlays.push(Overlay::Help(help));
    }

    /// Opens the list of who is in the open room.
    pub(in crate::core) fn open_members(&mut self, turn: &mut Turn) {
        let Some(room) = self.open.clone() else {
            return;
        };
        if !self.link.is_live() {
            return self.complain(turn, "offline: the server knows who is here");
        }
        let asked = Asked::Members(room.clone());
        let request = Members {
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
            top: 0,
        };
        self.overlays.push(Overlay::Members(list));
    }
}

impl Picker {
    fn press(&mut self, key: Key, action: Option<Action>, rooms: &Ranking<'_>) -> Outcome {
        let chosen = self.found.get(self.chosen);
        match action {
            Some(Action::Close | Action::Rooms) => return Outcome::Close,
            Some(Action::Send | Action::NewLine) => {
                return match chosen {
                    Some(choice) if choice.join => Outcome::Join(choice.room.clone()),
                    Some(choice) => Outcome::Go(choice.room.clone()),
                    None => Outcome::Done,
                };
            }
            _ => {}
        }
        if let Some(by) = moves(action) {
            self.chosen = moved(self.chosen, by, self.found.len());
        } else if write(&mut self.query, key, action) {
            self.found = rooms.find(self.query.text());
            self.chosen = 0;
        }
        Outcome::Done
    }
}

impl Help {
    fn press(
        &mut self,
        key: Key,
        action: Option<Action>,
        keys: &crate::core::keys::KeyMap,
    ) -> Outcome {
        if matches!(action, Some(Action::Close | Action::Help | Action::Send)) {
            return Outcome::Close;
        }
        if let Some(by) = moves(action) {
            let rows = self.found.len() + self.commands.len();
            self.top = moved(self.top, by, rows);
        } else if write(&mut self.query, key, action) {
            self.find(keys);
        }
        Outcome::Done
    }

    fn find(&mut self, keys: &crate::core::keys::KeyMap) {
        let query = self.query.text().trim().to_lowercase();
        let fits = |texts: [&str; 3]| {
            texts
                .iter()
                .any(|text| text.to_lowercase().contains(&query))
        };
        let actions = Action::ALL.iter().copied();
        self.found = actions
            .filter(|a| fits([a.name(), a.title(), &keys.chord(*a)]))
            .collect();
        let commands = COMMANDS.iter().copied();
        let slashed = |name: &str| format!("/{name}");
        self.commands = commands
            .filter(|c| fits([&slashed(c.name), c.about, c.takes]))
            .collect();
        self.top = 0;
    }
}

impl MemberList {
    fn press(&mut self, action: Option<Action>) -> Outcome {
        if matches!(action, Some(Action::Close | Action::Send | Action::Members)) {
            return Outcome::Close;
        }
        if let Some(by) = moves(action) {
            self.top = moved(self.top, by, self.members.len());
        }
        Outcome::Done
    }
}

impl RoomList {
    fn press(&mut self, action: Option<Action>) -> Outcome {
        match action {
            Some(Action::Close) => return Outcome::Close,
            Some(Action::Send) => {
                let chosen = self.rooms.get(self.chosen);
                return chosen.map_or(Outcome::Done, |listing| Outcome::Join(listing.room.clone()));
            }
            _ => {}
        }
        if let Some(by) = moves(action) {
            self.chosen = moved(self.chosen, by, self.rooms.len());
        }
        Outcome::Done
    }
}

impl Login {
    fn press(&mut self, key: Key, action: Option<Action>) -> Outcome {
        if self.busy {
            return Outcome::Done;
        }
        if action == Some(Action::Send) {
            return Outcome::Name(self.name.text().to_owned());
        }
        write(&mut self.name, key, action);
        Outcome::Done
    }
}

impl super::BigPaste {
    fn press(&self, key: Key, action: Option<Action>) -> Outcome {
        if action == Some(Action::Close) {
            return Outcome::Paste('d');
        }
        match key.code {
            KeyCode::Char(c) if self.choices.iter().any(|(key, _)| *key == c) => Outcome::Paste(c),
            _ => Outcome::Done,
        }
    }
}

/// How far an action moves in a list.
fn moves(action: Option<Action>) -> Option<isize> {
    match action? {
        Action::Up | Action::CompleteBack => Some(-1),
        Action::Down | Action::Complete => Some(1),
        Action::PageUp => Some(-PAGE_ROWS),
        Action::PageDown => Some(PAGE_ROWS),
        _ => None,
    }
}

fn moved(from: usize, by: isize, rows: usize) -> usize {
    from.saturating_add_signed(by).min(rows.saturating_sub(1))
}

/// Writes into a line; `false` if the key does nothing to it.
fn write(line: &mut Composer, key: Key, action: Option<Action>) -> bool {
    match (action, key.code) {
        (Some(Action::NewLine | Action::Up | Action::Down), _) => false,
        (Some(action), _) => line.edit(action),
        (None, KeyCode::Char(c)) if !key.ctrl && !key.alt => {
            line.type_char(c);
            true
        }
        (None, _) => false,
    }
}
