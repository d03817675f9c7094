//! The box in which one says who one is: a name, and the password of an account.

use super::keys::write;
use super::outcome::Outcome;
use crate::core::account::Hidden;
use crate::core::actions::Action;
use crate::core::composer::Composer;
use crate::core::input::Key;

/// The server needs a name.
#[derive(Debug, Clone, Default)]
pub struct Login {
    /// The name, as typed so far.
    pub name: Composer,
    /// Why it is asked: the server's words, or what is wrong with what was typed.
    pub why: Option<String>,
    /// The name was sent and the reply is awaited.
    pub busy: bool,
    /// The password of an account; a guest has none.
    pub password: Hidden,
    /// The password is being typed, not the name.
    pub on_password: bool,
}

impl Login {
    pub(super) fn press(&mut self, key: Key, action: Option<Action>) -> Outcome {
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
