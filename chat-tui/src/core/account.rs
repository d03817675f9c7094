//! Accounts: a guest becomes one, its password is changed, a device comes in by
//! it and goes again.
//!
//! What always holds: a password is typed where it is hidden; it is in no
//! draft, no history and no file, and goes out with one request only.

use super::act::Said;
use super::actions::Action;
use super::composer::{Composer, Draft};
use super::effect::{Effect, Store};
use super::input::Device;
use super::link::Phase;
use super::overlay::{Confirm, Overlay, Then};
use super::requests::Asked;
use super::state::{Me, State, Turn};
use chat_proto::Password;
use chat_proto::reply::Registered;
use chat_proto::request::{ChangePassword, Logout, Register};
use std::fmt;

/// A line that nobody is to read.
#[derive(Clone, Default)]
pub struct Hidden(Composer);

/// Typing passwords, one after the other.
#[derive(Debug, Clone)]
pub struct Secret {
    /// What for.
    pub purpose: Purpose,
    /// The one being typed.
    pub line: Hidden,
    /// What is wrong with it.
    pub why: Option<String>,
    typed: Vec<Password>,
}

/// What passwords are typed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To become an account.
    Register,
    /// To have another password.
    Change,
}

impl Hidden {
    /// What may be shown of it: how long it is, and where one writes.
    pub fn shown(&self) -> Composer {
        let dots = |text: &str| "*".repeat(text.chars().count());
        let cursor = dots(&self.0.text()[..self.0.cursor()]).len();
        Composer::restored(&Draft {
            text: dots(self.0.text()),
            cursor,
            ..Draft::default()
        })
    }

    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn line(&mut self) -> &mut Composer {
        &mut self.0
    }

    /// Reads it by the rules; the error is for the person who typed it.
    pub(super) fn read(&self) -> Result<Password, String> {
        Password::parse(self.0.text()).map_err(|e| format!("the password {e}"))
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden")
    }
}

impl Purpose {
    fn steps(self) -> &'static [&'static str] {
        match self {
            Self::Register => &[
                "choose a password of 8 characters or more",
                "the same once more",
            ],
            Self::Change => &[
                "the password so far",
                "the new password, of 8 characters or more",
                "the new password once more",
            ],
        }
    }

    /// What it is for, in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Register => "become an account",
            Self::Change => "change the password",
        }
    }
}

impl Secret {
    /// The first of the passwords is to be typed.
    pub fn new(purpose: Purpose) -> Self {
        Self {
            purpose,
            line: Hidden::default(),
            why: None,
            typed: Vec::new(),
        }
    }

    /// What is to be typed now.
    pub fn step(&self) -> &'static str {
        self.purpose.steps().get(self.typed.len()).unwrap_or(&"")
    }
}

impl State {
    /// Opens the typing of a password, hidden.
    pub(super) fn ask_secret(&mut self, turn: &mut Turn, purpose: Purpose) {
        match (purpose, self.me.guest) {
            (Purpose::Register, false) => self.say(turn, "you are an account already"),
            (Purpose::Change, true) => {
                let words = "a guest has no password; /register makes you an account";
                self.complain(turn, words);
            }
            (Purpose::Register, true) | (Purpose::Change, false) => {
                self.overlays.push(Overlay::Secret(Secret::new(purpose)));
            }
        }
    }

    /// Takes what was typed; with the last of the passwords, asks the server.
    pub(super) fn answer_secret(&mut self, turn: &mut Turn) {
        let live = self.link.is_live();
        let Some(Overlay::Secret(secret)) = self.overlays.last_mut() else {
            return;
        };
        let password = match secret.line.read() {
            Ok(password) => password,
            Err(why) => {
                secret.why = Some(why);
                return;
            }
        };
        secret.line = Hidden::default();
        secret.why = None;
        secret.typed.push(password);
        if secret.typed.len() < secret.purpose.steps().len() {
            return;
        }
        let again = secret.typed.pop();
        if again.as_ref() != secret.typed.last() {
            secret.typed.pop();
            secret.why = Some("the two are not the same; once more".to_owned());
            return;
        }
        let (purpose, typed) = (secret.purpose, std::mem::take(&mut secret.typed));
        if !live {
            secret.why = Some("offline: try again when the server is back".to_owned());
            return;
        }
        self.overlays.pop();
        let mut typed = typed.into_iter();
        match (purpose, typed.next(), typed.next()) {
            (Purpose::Register, Some(password), _) => {
                self.ask(turn, Asked::Account(purpose), Register { password });
            }
            (Purpose::Change, Some(old), Some(new)) => {
                self.ask(turn, Asked::Account(purpose), ChangePassword { old, new });
            }
            (Purpose::Register | Purpose::Change, _, _) => {}
        }
    }

    /// The guest is an account now.
    pub(super) fn registered(&mut self, turn: &mut Turn, registered: &Registered) {
        self.me.guest = false;
        self.device.token = Some(registered.token.reveal().to_owned());
        turn.store(Store::Device(self.device.clone()));
        let name = &registered.user;
        self.say(
            turn,
            format!("{name} is yours now; /login brings you in on other devices"),
        );
    }

    /// Asks who is to come in, by name and password. One goes on as one is
    /// until somebody else is in.
    pub(super) fn open_login(&mut self, turn: &mut Turn) {
        if self.waits_unsent(turn) {
            return;
        }
        self.show_login(turn, None, true);
    }

    /// Asks before this device is logged out.
    pub(super) fn open_logout(&mut self, turn: &mut Turn) {
        if self.waits_unsent(turn) {
            return;
        }
        let detail = if self.me.guest {
            "You are a guest: nobody can come back as you without this device. /register first to keep your name."
        } else {
            "What is cached of the rooms is deleted here; what you began to write stays. You come back by name and password."
        };
        self.overlays.push(Overlay::Confirm(Confirm {
            question: "log this device out?".to_owned(),
            detail: detail.to_owned(),
            yes: "log out",
            then: Then::Logout,
        }));
    }

    /// What one wrote must not go out as somebody else's.
    fn waits_unsent(&mut self, turn: &mut Turn) -> bool {
        let waits = self.outbox.unsent() + self.deeds.waiting();
        if waits > 0 {
            let words =
                format!("{waits} things you wrote wait for the server; send or discard them first");
            self.complain(turn, words);
        }
        waits > 0
    }

    /// Asks the server to forget this device.
    pub(super) fn log_out(&mut self, turn: &mut Turn) {
        if !self.link.is_live() {
            return self.complain(turn, super::act::offline(Action::Logout));
        }
        self.ask(turn, Asked::Logout, Logout {});
    }

    /// The server has forgotten this device, and the device forgets the rooms.
    pub(super) fn logged_out(&mut self, turn: &mut Turn) {
        self.device = Device {
            name: self.device.name.take(),
            ..Device::default()
        };
        turn.store(Store::Device(self.device.clone()));
        let names: Vec<_> = self.rooms.keys().cloned().collect();
        for name in names {
            self.depart(turn, &name);
        }
        turn.store(Store::Reset);
        turn.effects.push(Effect::Disconnect);
        self.lose(turn, "logged out");
        self.me = Me::default();
        self.invites.clear();
        self.link.phase = Phase::Asking { connected: false };
        self.show_login(turn, Some("this device is logged out".to_owned()), true);
    }

    /// A password typed where commands are typed is taken away from there.
    pub(super) fn refuse_open_secret(&mut self, turn: &mut Turn, said: &Said) {
        if let Some(room) = self.here_mut() {
            room.composer.show_draft(&Draft::default());
        }
        self.edited(turn);
        let name = &said.typed;
        self.complain(
            turn,
            format!("type {name} alone: the password is asked for, and hidden"),
        );
    }
}
