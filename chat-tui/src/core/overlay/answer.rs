//! A line as the answer to the topmost overlay, where there is no screen: a
//! number chooses, words narrow the choice, nothing closes it.
//!
//! It ends in the same keys that are pressed on the screen, so that what is
//! chosen does the same in both.

use super::keys::moved;
use super::{Overlay, theme_name};
use crate::core::actions::Action;
use crate::core::input::{Key, KeyCode};
use crate::core::servers::Servers;
use crate::core::state::{State, Turn};

impl State {
    /// Takes a line for what is asked.
    pub(in crate::core) fn answer(&mut self, turn: &mut Turn, line: &str) {
        let Some(top) = self.overlays.last_mut() else {
            return;
        };
        let words = line.trim();
        match top {
            Overlay::Login(_) => self.answer_login(turn, line),
            Overlay::Secret(_) if line.is_empty() => self.press_key(turn, Action::Close),
            Overlay::Secret(secret) => {
                secret.line.line().replace(line);
                self.press_key(turn, Action::Send);
            }
            Overlay::Confirm(_) | Overlay::NoServer(_) => {
                let yes = ["y", "yes"].contains(&words.to_lowercase().as_str());
                if !yes {
                    self.say(turn, "it is not done");
                }
                self.press_key(turn, if yes { Action::Send } else { Action::Close });
            }
            Overlay::Paste(_) => {
                let choice = words.chars().next().unwrap_or('d');
                self.press_overlay(turn, Key::plain(KeyCode::Char(choice)), None);
            }
            _ if words.is_empty() => self.press_key(turn, Action::Close),
            Overlay::Prompt(prompt) => {
                prompt.line.replace(line);
                self.press_key(turn, Action::Send);
            }
            Overlay::Picker(_)
            | Overlay::Palette(_)
            | Overlay::Inbox(_)
            | Overlay::Sent(_)
            | Overlay::Help(_)
            | Overlay::Members(_)
            | Overlay::Rooms(_)
            | Overlay::Servers(_)
            | Overlay::Themes(_)
            | Overlay::Emoji(_)
            | Overlay::Person(_)
            | Overlay::Search(_)
            | Overlay::Links(_)
            | Overlay::Info { .. } => self.answer_list(turn, words),
        }
    }

    /// A name, and then a password, which a guest leaves empty.
    fn answer_login(&mut self, turn: &mut Turn, line: &str) {
        let Some(Overlay::Login(login)) = self.overlays.last_mut() else {
            return;
        };
        if login.on_password {
            login.on_password = false;
            login.password.line().replace(line);
            return self.press_key(turn, Action::Send);
        }
        if !line.trim().is_empty() {
            login.name.replace(line.trim());
        }
        login.why = None;
        login.on_password = !login.name.is_empty();
    }

    fn answer_list(&mut self, turn: &mut Turn, words: &str) {
        let servers = &self.settings.servers;
        let rows = self.overlays.last().map_or(0, |top| top.rows(servers));
        if let Ok(number) = words.parse::<usize>() {
            return match number.checked_sub(1).filter(|at| *at < rows) {
                Some(at) => self.choose(turn, at),
                None => self.complain(turn, format!("there are numbers from 1 to {rows}")),
            };
        }
        if let Some(at) = self
            .overlays
            .last()
            .and_then(|top| top.row_named(words, servers))
        {
            return self.choose(turn, at);
        }
        let narrows = self.overlays.last_mut().is_some_and(Overlay::forget_query);
        if !narrows {
            return self.complain(turn, "type a number of the list, or nothing to close it");
        }
        self.paste_overlay(turn, words);
        if let Some(at) = self
            .overlays
            .last()
            .and_then(|top| top.sure_row(words, &self.settings.servers))
        {
            self.choose(turn, at);
        }
    }

    fn choose(&mut self, turn: &mut Turn, at: usize) {
        if let Some(top) = self.overlays.last_mut() {
            let rows = top.rows(&self.settings.servers);
            if let Some(chosen) = top.chosen_mut() {
                *chosen = moved(at, 0, rows);
            }
        }
        self.press_key(turn, Action::Send);
    }

    fn press_key(&mut self, turn: &mut Turn, action: Action) {
        let code = match action {
            Action::Close => KeyCode::Esc,
            _ => KeyCode::Enter,
        };
        self.press_overlay(turn, Key::plain(code), Some(action));
    }
}

impl Overlay {
    /// How many can be chosen from.
    fn rows(&self, servers: &Servers) -> usize {
        match self {
            Self::Servers(_) => servers.known.len(),
            Self::Themes(themes) => themes.found.len(),
            Self::Picker(picker) => picker.found.len(),
            Self::Palette(palette) => palette.found.len(),
            Self::Inbox(inbox) => inbox.found.len(),
            Self::Sent(sent) => sent.found.len(),
            Self::Members(list) => list.members.len(),
            Self::Rooms(list) => list.rooms.len(),
            Self::Emoji(picker) => picker.found.len(),
            Self::Person(menu) => menu.found.len(),
            Self::Search(search) => search.hits.len(),
            Self::Prompt(_)
            | Self::Help(_)
            | Self::Login(_)
            | Self::Paste(_)
            | Self::Confirm(_)
            | Self::NoServer(_)
            | Self::Secret(_)
            | Self::Links(_)
            | Self::Info { .. } => 0,
        }
    }

    fn chosen_mut(&mut self) -> Option<&mut usize> {
        match self {
            Self::Picker(picker) => Some(&mut picker.chosen),
            Self::Servers(list) => Some(&mut list.chosen),
            Self::Themes(themes) => Some(&mut themes.chosen),
            Self::Palette(palette) => Some(&mut palette.chosen),
            Self::Inbox(inbox) => Some(&mut inbox.chosen),
            Self::Sent(sent) => Some(&mut sent.chosen),
            Self::Members(list) => Some(&mut list.chosen),
            Self::Rooms(list) => Some(&mut list.chosen),
            Self::Emoji(picker) => Some(&mut picker.chosen),
            Self::Person(menu) => Some(&mut menu.chosen),
            Self::Search(search) => Some(&mut search.chosen),
            Self::Prompt(_)
            | Self::Help(_)
            | Self::Login(_)
            | Self::Paste(_)
            | Self::Confirm(_)
            | Self::NoServer(_)
            | Self::Secret(_)
            | Self::Links(_)
            | Self::Info { .. } => None,
        }
    }

    /// The row that is called so.
    fn row_named(&self, words: &str, servers: &Servers) -> Option<usize> {
        let bare = words.trim_start_matches(['#', '@', '/']);
        match self {
            Self::Picker(picker) => {
                let mut found = picker.found.iter();
                found.position(|choice| choice.room.as_str() == bare && !choice.join)
            }
            Self::Palette(palette) => {
                let mut found = palette.found.iter();
                found.position(|offer| offer.action.info().name == bare)
            }
            Self::Members(list) => {
                let mut members = list.members.iter();
                members.position(|member| member.name.as_str() == bare)
            }
            Self::Rooms(list) => {
                let mut rooms = list.rooms.iter();
                rooms.position(|room| room.room.as_str() == bare)
            }
            Self::Emoji(picker) => {
                let mut found = picker.found.iter();
                found.position(|choice| choice.emoji == words)
            }
            Self::Servers(_) => {
                let mut known = servers.known.iter();
                known.position(|known| known.name.as_str() == bare)
            }
            Self::Themes(themes) => {
                let mut found = themes.found.iter();
                found.position(|theme| theme_name(*theme) == bare)
            }
            Self::Inbox(_)
            | Self::Sent(_)
            | Self::Person(_)
            | Self::Search(_)
            | Self::Prompt(_)
            | Self::Help(_)
            | Self::Login(_)
            | Self::Paste(_)
            | Self::Confirm(_)
            | Self::NoServer(_)
            | Self::Secret(_)
            | Self::Links(_)
            | Self::Info { .. } => None,
        }
    }

    /// The row that must be meant: it is called so, or nothing else fits.
    fn sure_row(&self, words: &str, servers: &Servers) -> Option<usize> {
        let only = match self {
            Self::Picker(picker) => {
                let here = picker.found.iter().filter(|choice| !choice.join).count();
                here == 1 && picker.found.first().is_some_and(|choice| !choice.join)
            }
            Self::Emoji(picker) => picker.found.len() == 1,
            Self::Palette(_)
            | Self::Sent(_)
            | Self::Members(_)
            | Self::Rooms(_)
            | Self::Servers(_)
            | Self::Themes(_)
            | Self::Inbox(_)
            | Self::Person(_)
            | Self::Search(_)
            | Self::Prompt(_)
            | Self::Help(_)
            | Self::Login(_)
            | Self::Paste(_)
            | Self::Confirm(_)
            | Self::NoServer(_)
            | Self::Secret(_)
            | Self::Links(_)
            | Self::Info { .. } => return None,
        };
        let named = self.row_named(words, servers);
        named.or(only.then_some(0))
    }

    /// Empties what narrows the choice; `false`: nothing does.
    fn forget_query(&mut self) -> bool {
        let query = match self {
            Self::Picker(picker) => &mut picker.query,
            Self::Palette(palette) => &mut palette.query,
            Self::Sent(sent) => &mut sent.query,
            Self::Emoji(picker) => &mut picker.query,
            Self::Search(search) => &mut search.query,
            Self::Inbox(_)
            | Self::Members(_)
            | Self::Rooms(_)
            | Self::Servers(_)
            | Self::Themes(_)
            | Self::Person(_)
            | Self::Prompt(_)
            | Self::Help(_)
            | Self::Login(_)
            | Self::Paste(_)
            | Self::Confirm(_)
            | Self::NoServer(_)
            | Self::Secret(_)
            | Self::Links(_)
            | Self::Info { .. } => return false,
        };
        query.clear();
        true
    }
}
