//! The server on this machine: where none was named it is the one that is
//! meant, and where it does not run, one can be started.
//!
//! Knows no process. Always holds: nothing is started unasked.

use super::effect::Effect;
use super::input::LocalInput;
use super::overlay::Overlay;
use super::state::{State, Turn};

/// What is known of a server on this machine.
#[derive(Debug, Clone, Default)]
pub(super) struct Local {
    /// It was said that there is none.
    told: bool,
    /// The process that was started from here.
    pid: Option<u32>,
}

/// There is no server on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum NoServer {
    /// One could be started.
    #[default]
    Offered,
    /// One is being started.
    Starting,
    /// It did not start; why, as it said itself.
    Failed(String),
}

impl State {
    /// Nobody listens where the server should be.
    pub(super) fn nobody(&mut self, turn: &mut Turn, why: String) {
        self.lose(turn, why);
        if !self.setup.local || self.was_live || self.local.told {
            return;
        }
        self.local.told = true;
        if self.rooms.is_empty() {
            return self.overlays.push(Overlay::NoServer(NoServer::Offered));
        }
        // Whoever has something to read and write is not kept from it.
        let words = "there is no server on this machine now; /start-server starts one";
        self.complain(turn, words);
    }

    /// Somebody does.
    pub(super) fn somebody(&mut self, turn: &Turn) {
        let asks = |overlay: &Overlay| matches!(overlay, Overlay::NoServer(_));
        if !self.overlays.iter().any(asks) {
            return;
        }
        self.overlays.retain(|overlay| !asks(overlay));
        if let Some(pid) = self.local.pid {
            let words = format!(
                "chat-server runs here as process {pid} and goes on when you leave; `kill {pid}` ends it"
            );
            self.say(turn, words);
        }
    }

    /// Starts a server on this machine, if that is the one that is meant.
    pub(super) fn start_server(&mut self, turn: &mut Turn) {
        if !self.setup.local {
            let words = format!(
                "this client is for {}; without an address it is for this machine",
                self.address()
            );
            return self.complain(turn, words);
        }
        if let Some(pid) = self.local.pid {
            return self.say(turn, format!("it runs as process {pid}"));
        }
        if self.link.is_live() {
            return self.say(turn, "there is one already; you are in it");
        }
        let asks = |overlay: &Overlay| matches!(overlay, Overlay::NoServer(_));
        self.overlays.retain(|overlay| !asks(overlay));
        self.overlays.push(Overlay::NoServer(NoServer::Starting));
        turn.effects.push(Effect::StartServer);
    }

    /// What became of a server that was started here.
    pub(super) fn local(&mut self, turn: &Turn, input: LocalInput) {
        match input {
            LocalInput::Started { pid } => {
                self.local.pid = Some(pid);
                self.link.hurry(turn.now);
            }
            LocalInput::Ended(why) => {
                self.local.pid = None;
                let open = self.overlays.iter_mut().find_map(|overlay| match overlay {
                    Overlay::NoServer(stage) => Some(stage),
                    _ => None,
                });
                match open {
                    Some(stage) => *stage = NoServer::Failed(why),
                    None => {
                        self.complain(turn, format!("the server started here has ended: {why}"));
                    }
                }
            }
        }
    }
}
