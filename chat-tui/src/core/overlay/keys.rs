//! Keys and pasted text while something lies over the timeline: the topmost gets
//! them.

use super::Overlay;
use super::outcome::Outcome;
use crate::core::account::Secret;
use crate::core::actions::{Action, When};
use crate::core::composer::Composer;
use crate::core::input::{Key, KeyCode};
use crate::core::local::NoServer;
use crate::core::state::{State, Turn};

/// Rows that PageUp and PageDown move in a list.
const PAGE_ROWS: isize = 10;

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
        if self.asks_path() && self.press_path(turn, action) {
            return;
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
            Overlay::NoServer(stage) => press_no_server(stage, action),
            Overlay::Servers(list) => list.press(action),
            Overlay::Login(login) => login.press(key, action),
            Overlay::Paste(paste) => paste.press(key, action),
            Overlay::Confirm(confirm) => confirm.press(key, action),
            Overlay::Emoji(picker) => picker.press(key, action),
            Overlay::Person(menu) => menu.press(action),
            Overlay::Secret(secret) => press_secret(secret, key, action),
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

    /// An action where a path is asked for; `false` if it is not about completing it.
    fn press_path(&mut self, turn: &mut Turn, action: Option<Action>) -> bool {
        match action {
            Some(Action::Complete) => self.complete(turn, true),
            Some(Action::CompleteBack) => self.complete(turn, false),
            Some(Action::Close) if self.completion.is_some() => self.give_typed_back(turn),
            Some(_) | None => return false,
        }
        true
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
}

fn press_no_server(stage: &NoServer, action: Option<Action>) -> Outcome {
    match (action, stage) {
        (Some(Action::Close), _) => Outcome::Close,
        (Some(Action::Send), NoServer::Offered | NoServer::Failed(_)) => {
            Outcome::Run(Action::StartServer)
        }
        (Some(_) | None, _) => Outcome::Done,
    }
}

fn press_secret(secret: &mut Secret, key: Key, action: Option<Action>) -> Outcome {
    match action {
        Some(Action::Close) => Outcome::Close,
        Some(Action::Send) => Outcome::Secret,
        action => {
            write(secret.line.line(), key, action);
            Outcome::Done
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
