//! By which name to come in: asked for at the first start, and again while it
//! is taken.

use super::account::Hidden;
use super::composer::Composer;
use super::effect::{Effect, Store};
use super::link::Phase;
use super::overlay::{Login, Overlay};
use super::state::{State, Turn};
use chat_proto::{ErrorCode, ErrorReply, UserName};

impl State {
    /// A name was chosen, by hand or on the command line.
    pub(super) fn hello_as(&mut self, turn: &mut Turn, name: &str) {
        match UserName::parse(name.trim(), self.limits().name_chars) {
            Ok(name) => self.hello(turn, Some(name)),
            Err(error) => self.ask_name(turn, Some(format!("the name {error}"))),
        }
    }

    /// The name to come in by, as far as one is known.
    pub(super) fn named(&self) -> Option<String> {
        let names = [&self.chosen, &self.setup.name, &self.device.name];
        names.into_iter().flatten().next().cloned()
    }

    /// `hello` was refused.
    pub(super) fn hello_refused(&mut self, turn: &mut Turn, error: &ErrorReply) {
        match error.code {
            ErrorCode::NameTaken | ErrorCode::Invalid | ErrorCode::Forbidden => {
                self.ask_name(turn, Some(error.message.clone()));
            }
            ErrorCode::BadCredentials if self.login.is_some() => {
                self.ask_name(turn, Some(error.message.clone()));
            }
            ErrorCode::BadCredentials if self.device.token.is_some() => {
                self.device.token = None;
                turn.store(Store::Device(self.device.clone()));
                self.complain(
                    turn,
                    format!("this device is not known any more: {}", error.message),
                );
                let name = self.device.name.clone().unwrap_or_default();
                self.hello_as(turn, &name);
            }
            ErrorCode::BadCredentials => self.ask_name(turn, Some(error.message.clone())),
            _ => {
                turn.effects.push(Effect::Disconnect);
                self.lose(turn, error.message.clone());
            }
        }
    }

    /// Asks the person for a name; `why` is what was wrong with the last one.
    pub(super) fn ask_name(&mut self, turn: &mut Turn, why: Option<String>) {
        let connected = matches!(
            self.link.phase,
            Phase::Entering { .. } | Phase::Asking { connected: true }
        );
        self.link.phase = Phase::Asking { connected };
        self.show_login(turn, why, false);
    }

    /// Shows the prompt for name and password, or what was wrong with them.
    pub(super) fn show_login(&mut self, _turn: &mut Turn, why: Option<String>, on_password: bool) {
        self.login = None;
        let open = self.overlays.iter_mut().find_map(|overlay| match overlay {
            Overlay::Login(login) => Some(login),
            _ => None,
        });
        if let Some(login) = open {
            login.why = why;
            login.busy = false;
            return;
        }
        let tried = self.setup.name.clone().or_else(|| self.device.name.clone());
        let proposed = tried
            .or_else(|| self.setup.login.clone())
            .unwrap_or_default();
        let name = Composer::holding(valid_name(&proposed, self.limits().name_chars));
        self.overlays.push(Overlay::Login(Login {
            on_password: on_password && !name.is_empty(),
            name,
            why,
            ..Login::default()
        }));
    }

    /// Who is named in the prompt is to come in, by a password if there is one.
    pub(super) fn submit_login(&mut self, turn: &mut Turn) {
        let most = self.limits().name_chars;
        let Some(Overlay::Login(login)) = self.overlays.last_mut() else {
            return;
        };
        let name = login.name.text().trim().to_owned();
        if let Err(error) = UserName::parse(&name, most) {
            login.why = Some(format!("the name {error}"));
            return;
        }
        let password = match (login.password.is_empty(), login.password.read()) {
            (true, _) => None,
            (false, Ok(password)) => Some(password),
            (false, Err(why)) => {
                login.why = Some(why);
                return;
            }
        };
        login.busy = true;
        login.why = None;
        login.password = Hidden::default();
        self.login = password;
        self.chosen = Some(name.clone());
        match self.link.phase {
            Phase::Asking { connected: true } => self.hello_as(turn, &name),
            // Somebody is in: another one comes by a connection of their own.
            Phase::Live => {
                turn.effects.push(Effect::Disconnect);
                self.lose(turn, "somebody else comes in");
                self.connect(turn);
            }
            Phase::Idle
            | Phase::Connecting { .. }
            | Phase::Entering { .. }
            | Phase::Asking { connected: false }
            | Phase::Waiting { .. } => self.connect(turn),
        }
    }

    /// Nobody else is to come in: whoever this device belongs to goes on.
    pub(super) fn leave_login(&mut self, turn: &mut Turn) {
        if self.device.token.is_none() {
            if let Some(Overlay::Login(login)) = self.overlays.last_mut() {
                login.why = Some("a name is needed to come in".to_owned());
            }
            return;
        }
        self.overlays
            .retain(|overlay| !matches!(overlay, Overlay::Login(_)));
        self.login = None;
        self.chosen = None;
        match self.link.phase {
            Phase::Asking { connected: true } => self.hello(turn, None),
            Phase::Asking { connected: false } => self.connect(turn),
            Phase::Idle
            | Phase::Connecting { .. }
            | Phase::Entering { .. }
            | Phase::Live
            | Phase::Waiting { .. } => {}
        }
    }
}

/// The nearest name by the rules that a word can be made into; may be empty.
fn valid_name(word: &str, max: usize) -> String {
    if UserName::parse(word, max).is_ok() {
        return word.to_owned();
    }
    let ok = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let kept: String = word.chars().filter(|c| ok(*c)).take(max).collect();
    for kept in [kept.clone(), kept.chars().filter(char::is_ascii).collect()] {
        let name = kept.trim_matches(['-', '_', '.']);
        if UserName::parse(name, max).is_ok() {
            return name.to_owned();
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::valid_name;

    #[test]
    fn a_login_name_is_made_into_a_valid_one() {
        for (login, name) in [
            ("ada", "ada"),
            ("Ada Lovelace", "AdaLovelace"),
            ("_www-data_", "www-data"),
            ("DOMAIN\\bob", "DOMAINbob"),
            ("adaд", "ada"),
            ("", ""),
            ("...", ""),
        ] {
            assert_eq!(valid_name(login, 32), name);
        }
    }
}
