//! A line as the answer to the topmost overlay, where there is no screen: a
//! number chooses, words narrow the choice, nothing closes it.
//!
//! It ends in the same keys that are pressed on the screen, so that what is
//! chosen does the same in both.

use super::Overlay;
use crate::core::actions::Action;
use crate::core::input::{Key, KeyCode};
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
        let Some(list) = self.overlays.last_mut().and_then(Overlay::list) else {
            return self.complain(turn, "type nothing to close it");
        };
        let rows = list.rows();
        if let Ok(number) = words.parse::<usize>() {
            return match number.checked_sub(1).filter(|at| *at < rows) {
                Some(at) => self.choose(turn, at),
                None => self.complain(turn, format!("there are numbers from 1 to {rows}")),
            };
        }
        let name = words.trim_start_matches(['#', '@', '/']);
        if let Some(at) = list.named(name) {
            return self.choose(turn, at);
        }
        let Some(query) = list.query() else {
            return self.complain(turn, "type a number of the list, or nothing to close it");
        };
        query.clear();
        self.paste_overlay(turn, words);
        let sure = self.overlays.last_mut().and_then(Overlay::list);
        let sure = sure.and_then(|list| list.named(name).or_else(|| list.is_sure().then_some(0)));
        if let Some(at) = sure {
            self.choose(turn, at);
        }
    }

    /// Chooses a row of the topmost overlay, as Enter does.
    pub(in crate::core) fn choose(&mut self, turn: &mut Turn, at: usize) {
        if let Some(list) = self.overlays.last_mut().and_then(Overlay::list) {
            list.choose(at);
            self.press_key(turn, Action::Send);
        }
    }

    /// The key of an action, in the topmost overlay.
    pub(in crate::core) fn press_key(&mut self, turn: &mut Turn, action: Action) {
        let code = match action {
            Action::Close => KeyCode::Esc,
            Action::Up => KeyCode::Up,
            Action::Down => KeyCode::Down,
            _ => KeyCode::Enter,
        };
        self.press_overlay(turn, Key::plain(code), Some(action));
    }
}
