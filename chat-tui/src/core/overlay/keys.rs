//! Keys while something lies over the timeline: the topmost gets them.

use super::picker::Ranking;
use super::{Login, MemberList, Overlay, PersonMenu, Picker, RoomList, ServerList, Then};
use crate::core::actions::{Action, When};
use crate::core::composer::Composer;
use crate::core::input::{Key, KeyCode};
use crate::core::local::NoServer;
use crate::core::look::ThemeName;
use crate::core::requests::Asked;
use crate::core::servers::ServerName;
use crate::core::state::{State, Turn};
use chat_proto::Limits;
use chat_proto::request::Members;
use chat_proto::{Seq, UserName};
use smol_str::SmolStr;

/// Rows that PageUp and PageDown move in a list.
const PAGE_ROWS: isize = 10;

/// What became of a key.
pub(super) enum Outcome {
    /// It is dealt with.
    Done,
    /// The overlay goes away.
    Close,
    /// The room was chosen; the overlay goes away.
    Go(chat_proto::RoomName),
    /// The room was chosen, but one has to join first.
    Join(chat_proto::RoomName),
    /// The server was chosen; the overlay goes away.
    Server(ServerName),
    /// The name is to be borne.
    Name,
    /// Nobody is to come in now.
    NotNow,
    /// A password was typed.
    Secret,
    /// The action was chosen; the overlay goes away.
    Run(Action),
    /// What an action takes was typed.
    Answer,
    /// More of what an action takes was typed.
    Typed,
    /// The message was chosen; the overlay goes away.
    Jump(chat_proto::RoomName, chat_proto::Seq),
    /// The text was chosen to be written; the overlay goes away.
    Write(smol_str::SmolStr),
    /// A choice about a big paste was made.
    Paste(char),
    /// What was asked about is wanted.
    Confirmed(Then),
    /// The person was chosen.
    Person {
        room: chat_proto::RoomName,
        user: UserName,
    },
    /// This is to be done with the person; the lists go away.
    With { action: Action, user: UserName },
    /// The hit was chosen: it is shown in its room.
    Hit,
    /// One looks elsewhere for the same.
    Scope,
    /// One looks for something else.
    Query,
    /// One has moved in the list.
    Further,
    /// The link is to be opened.
    OpenLink(String),
    /// The link is to be copied.
    CopyLink(String),
    /// The theme was chosen.
    Theme(Option<ThemeName>),
    /// The emoji was chosen.
    React {
        room: chat_proto::RoomName,
        target: Seq,
        emoji: SmolStr,
    },
}

impl State {
    /// A key for the topmost overlay, with the action that it comes to.
    pub(in crate::core) fn press_overlay(
        &mut self,
        turn: &mut Turn,
        key: Key,
        action: Option<Action>,
    ) {
        if let Some(action) = action.filter(|action| self.goes_over(*action)) {
            return self.begin(turn, action);
        }
        if self.asks_path() {
            match action {
                Some(Action::Complete) => return self.complete(turn, true),
                Some(Action::CompleteBack) => return self.complete(turn, false),
                Some(Action::Close) if self.completion.is_some() => {
                    return self.give_typed_back(turn);
                }
                Some(_) | None => {}
            }
        }
        let works = self.works_in_room();
        let Some(mut top) = self.overlays.pop() else {
            return;
        };
        let keys = &self.settings.keys;
        let outcome = match &mut top {
            Overlay::Picker(picker) => picker.press(key, action, &self.ranking()),
            Overlay::Palette(palette) => palette.press(key, action, &works),
            Overlay::Inbox(inbox) => inbox.press(action),
            Overlay::Sent(sent) => sent.press(key, action),
            Overlay::Prompt(prompt) => prompt.press(key, action),
            Overlay::Help(help) => help.press(key, action, keys),
            Overlay::Members(list) => list.press(action),
            Overlay::Rooms(list) => list.press(action),
            Overlay::NoServer(stage) => match (action, stage) {
                (Some(Action::Close), _) => Outcome::Close,
                (Some(Action::Send), NoServer::Offered | NoServer::Failed(_)) => {
                    Outcome::Run(Action::StartServer)
                }
                (Some(_) | None, _) => Outcome::Done,
            },
            Overlay::Servers(list) => list.press(action),
            Overlay::Login(login) => login.press(key, action),
            Overlay::Paste(paste) => paste.press(key, action),
            Overlay::Confirm(confirm) => confirm.press(key, action),
            Overlay::Emoji(picker) => picker.press(key, action),
            Overlay::Person(menu) => menu.press(action),
            Overlay::Secret(secret) => match action {
                Some(Action::Close) => Outcome::Close,
                Some(Action::Send) => Outcome::Secret,
                action => {
                    write(secret.line.line(), key, action);
                    Outcome::Done
                }
            },
            Overlay::Search(search) => search.press(key, action),
            Overlay::Themes(themes) => themes.press(action),
            Overlay::Links(links) => links.press(key, action),
            Overlay::Info { .. } => match action {
                Some(Action::Close | Action::Send) => Outcome::Close,
                Some(_) | None => Outcome::Done,
            },
        };
        let outcome = match (outcome, moves(action), top.list()) {
            (Outcome::Done, Some(by), Some(list)) => {
                list.step(by);
                Outcome::Further
            }
            (outcome, _, _) => outcome,
        };
        self.overlays.push(top);
        self.follow(turn, outcome);
    }

    /// Whether an action is done over the topmost overlay, whatever that is,
    /// and not by it. What is open already is closed by its own key.
    fn goes_over(&self, action: Action) -> bool {
        let top = self.overlays.last();
        let asks_name = || {
            let login = |overlay: &Overlay| matches!(overlay, Overlay::Login(_));
            self.overlays.iter().any(login)
        };
        match action {
            Action::Close | Action::PageUp | Action::PageDown => false,
            Action::Server => !matches!(top, Some(Overlay::Servers(_))),
            Action::Help => !matches!(top, Some(Overlay::Help(_))),
            Action::Go => !matches!(top, Some(Overlay::Picker(_))) && !asks_name(),
            Action::Palette => !matches!(top, Some(Overlay::Palette(_))) && !asks_name(),
            other => other.info().when == When::Always,
        }
    }

    fn follow(&mut self, turn: &mut Turn, outcome: Outcome) {
        match outcome {
            Outcome::Done => {}
            Outcome::Close => {
                if let Some(Overlay::Prompt(_)) = self.overlays.pop() {
                    self.completion = None;
                }
            }
            Outcome::Go(name) => {
                self.close_lists();
                self.go(turn, &name);
            }
            Outcome::Run(action) => {
                self.close_lists();
                self.begin(turn, action);
            }
            Outcome::Answer => self.answer_prompt(turn),
            Outcome::Typed => self.narrow_completion(turn),
            Outcome::Jump(room, seq) => {
                self.close_lists();
                self.jump(turn, &room, seq);
            }
            Outcome::Write(text) => {
                self.close_lists();
                self.take_sent(turn, &text);
            }
            Outcome::Join(name) => {
                if !self.link.is_live() {
                    return self.complain(turn, "offline: joining needs the server");
                }
                self.close_lists();
                let text = format!("/join {name}");
                self.join(turn, name.into(), text);
            }
            Outcome::Server(name) => {
                self.close_lists();
                self.switch(turn, name);
            }
            Outcome::Name => self.submit_login(turn),
            Outcome::NotNow => self.leave_login(turn),
            Outcome::Secret => self.answer_secret(turn),
            Outcome::Paste(choice) => self.paste_chosen(turn, choice),
            Outcome::Confirmed(then) => {
                self.overlays.pop();
                self.confirmed(turn, then);
            }
            Outcome::Person { room, user } => self.open_person(room, user),
            Outcome::With { action, user } => {
                self.close_lists();
                self.begin_with(turn, action, &user);
            }
            Outcome::OpenLink(link) => {
                self.close_lists();
                self.open_link(turn, link);
            }
            Outcome::CopyLink(link) => {
                self.close_lists();
                self.copy_address(turn, link);
            }
            Outcome::Theme(theme) => {
                self.close_lists();
                self.put_on(turn, theme);
            }
            Outcome::Hit => self.go_to_hit(turn),
            Outcome::Scope => self.cycle_scope(turn),
            Outcome::Query => self.search_again(turn),
            Outcome::Further => self.search_on(turn),
            Outcome::React {
                room,
                target,
                emoji,
            } => {
                self.overlays.pop();
                self.react(turn, &room, target, &emoji);
            }
        }
    }

    /// Text for the topmost overlay; only its first line.
    pub(in crate::core) fn paste_overlay(&mut self, turn: &mut Turn, text: &str) {
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
            Overlay::Palette(palette) => {
                palette.query.insert(line);
                palette.narrow(&self.works_in_room());
            }
            Overlay::Sent(sent) => {
                sent.query.insert(line);
                sent.narrow();
            }
            Overlay::Prompt(prompt) => prompt.line.insert(line),
            Overlay::Help(help) => {
                help.query.insert(line);
                help.find(&self.settings.keys);
            }
            Overlay::Login(login) if !login.busy && login.on_password => {
                login.password.line().insert(line);
            }
            Overlay::Login(login) if !login.busy => login.name.insert(line),
            Overlay::Secret(secret) => secret.line.line().insert(line),
            Overlay::Search(search) => {
                search.query.insert(line);
                self.overlays.push(top);
                return self.search_again(turn);
            }
            Overlay::Emoji(picker) => {
                picker.query.insert(line);
                picker.find();
            }
            Overlay::Login(_)
            | Overlay::Members(_)
            | Overlay::Rooms(_)
            | Overlay::Servers(_)
            | Overlay::NoServer(_)
            | Overlay::Paste(_)
            | Overlay::Person(_)
            | Overlay::Confirm(_)
            | Overlay::Inbox(_)
            | Overlay::Themes(_)
            | Overlay::Links(_)
            | Overlay::Info { .. } => {}
        }
        self.overlays.push(top);
        if self.asks_path() {
            self.narrow_completion(turn);
        }
    }

    fn ranking(&self) -> Ranking<'_> {
        let rooms: Vec<_> = self.listed().collect();
        let invites = self.invites.iter().map(|invited| invited.room.clone());
        Ranking::of(&rooms, &self.visited, invites.collect())
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

    /// Closes what only lists something; what asks stays.
    fn close_lists(&mut self) {
        self.completion = None;
        let asks = |overlay: &Overlay| {
            matches!(
                overlay,
                Overlay::Login(_) | Overlay::Paste(_) | Overlay::Confirm(_) | Overlay::Secret(_)
            )
        };
        self.overlays.retain(asks);
    }

    /// Opens the list of who is in the open room.
    pub(in crate::core) fn open_members(&mut self, turn: &mut Turn) {
        let Some(room) = self.open.clone() else {
            return;
        };
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
            chosen: 0,
        };
        self.overlays.push(Overlay::Members(list));
    }
}

impl Picker {
    fn press(&mut self, key: Key, action: Option<Action>, rooms: &Ranking<'_>) -> Outcome {
        let chosen = self.found.get(self.chosen);
        match action {
            Some(Action::Close | Action::Go) => return Outcome::Close,
            Some(Action::NewLine) => {
                // As it is typed, whatever else fits; a room that one is in is shown.
                let bare = self.query.text().trim().trim_start_matches('#');
                let name = chat_proto::RoomName::parse(bare, Limits::DEFAULT.room_chars);
                return name.map_or(Outcome::Done, Outcome::Join);
            }
            Some(Action::Send) => {
                return match chosen {
                    Some(choice) if choice.join => Outcome::Join(choice.room.clone()),
                    Some(choice) => Outcome::Go(choice.room.clone()),
                    None => Outcome::Done,
                };
            }
            _ => {}
        }
        if write(&mut self.query, key, action) {
            self.found = rooms.find(self.query.text());
            self.chosen = 0;
        }
        Outcome::Done
    }
}

impl MemberList {
    fn press(&self, action: Option<Action>) -> Outcome {
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
    fn press(&self, action: Option<Action>) -> Outcome {
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
    fn press(&self, action: Option<Action>) -> Outcome {
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
    fn press(&self, action: Option<Action>) -> Outcome {
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

impl Login {
    fn press(&mut self, key: Key, action: Option<Action>) -> Outcome {
        if action == Some(Action::Close) {
            return Outcome::NotNow;
        }
        if self.busy {
            return Outcome::Done;
        }
        match action {
            Some(Action::Complete | Action::CompleteBack | Action::Up | Action::Down) => {
                self.on_password = !self.on_password;
            }
            Some(Action::Send) => return Outcome::Name,
            _ if self.on_password => {
                write(self.password.line(), key, action);
            }
            _ => {
                write(&mut self.name, key, action);
            }
        }
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
pub(super) fn moves(action: Option<Action>) -> Option<isize> {
    match action? {
        Action::Up | Action::CompleteBack => Some(-1),
        Action::Down | Action::Complete => Some(1),
        Action::PageUp => Some(-PAGE_ROWS),
        Action::PageDown => Some(PAGE_ROWS),
        _ => None,
    }
}

/// Writes into a line; `false` if the key does nothing to it.
pub(super) fn write(line: &mut Composer, key: Key, action: Option<Action>) -> bool {
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
