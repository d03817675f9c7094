//! Keys while something lies over the timeline: the topmost gets them.

use super::{Overlay, Then};
use crate::core::actions::{Action, When};
use crate::core::composer::Composer;
use crate::core::input::{Key, KeyCode};
use crate::core::local::NoServer;
use crate::core::look::ThemeName;
use crate::core::servers::ServerName;
use crate::core::state::{State, Turn};
use chat_proto::{RoomName, Seq, UserName};
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
    Go(RoomName),
    /// The room was chosen, but one has to join first.
    Join(RoomName),
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
    Jump(RoomName, Seq),
    /// The text was chosen to be written; the overlay goes away.
    Write(SmolStr),
    /// A choice about a big paste was made.
    Paste(char),
    /// What was asked about is wanted.
    Confirmed(Then),
    /// The person was chosen.
    Person { room: RoomName, user: UserName },
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
        room: RoomName,
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
