//! Webhooks: addresses by which programs speak in a room. Made, listed and
//! voided here; the address itself is shown once and kept nowhere.

use super::act::Said;
use super::overlay::{Confirm, Overlay, Then};
use super::requests::Asked;
use super::state::{State, Turn};
use super::words::Words;
use chat_proto::RoomName;
use chat_proto::reply::{HookMade, Hooks};
use chat_proto::request::{ListHooks, MakeHook, Unhook};

impl State {
    /// Makes an address by which a program of that name speaks in the open room.
    pub(super) fn make_hook(&mut self, turn: &mut Turn, said: Said) {
        if let (Words::Program(name), Some(room)) = (said.words, self.open.clone()) {
            let room = room.into();
            self.ask(turn, Asked::Command(said.typed), MakeHook { room, name });
        }
    }

    /// Asks which programs speak in the open room.
    pub(super) fn list_hooks(&mut self, turn: &mut Turn) {
        if let Some(name) = self.open.clone() {
            let room = name.clone().into();
            self.ask(turn, Asked::Hooks(name), ListHooks { room });
        }
    }

    /// Voids the address of a program.
    pub(super) fn void_hook(&mut self, turn: &mut Turn, said: Said) {
        if let (Words::Program(name), Some(room)) = (said.words, self.open.clone()) {
            let room = room.into();
            self.ask(turn, Asked::Command(said.typed), Unhook { room, name });
        }
    }

    /// There is an address now; nobody can ask for it again.
    pub(super) fn hook_made(&mut self, made: HookMade) {
        let Some(path) = made.url else { return };
        let address = on_the_web(self.address(), &path);
        let (name, room) = (made.name, made.room);
        self.overlays.push(Overlay::Confirm(Confirm {
            question: format!("{name} can speak in {room} now"),
            detail: format!(
                "{address}\n\nThis is shown once. Whoever has it can write here as {name}, by POST \
                 of {{\"text\":\"…\"}}; /unhook {name} voids it."
            ),
            yes: "copy the address",
            then: Then::Copy(address),
        }));
    }

    /// Which programs speak in a room.
    pub(super) fn hooks_came(&mut self, turn: &mut Turn, room: &RoomName, hooks: &Hooks) {
        let names: Vec<_> = hooks.hooks.iter().map(|hook| hook.name.as_str()).collect();
        let words = if names.is_empty() {
            format!("no program speaks in {room}; /hook NAME makes an address for one")
        } else {
            let names = names.join(", ");
            format!("programs that speak in {room}: {names}; /unhook NAME stops one")
        };
        self.say(turn, words);
    }
}

/// The address of a path of the server with this address.
fn on_the_web(server: &str, path: &str) -> String {
    let (scheme, rest) = match server.split_once("://") {
        Some(("wss", rest)) => ("https", rest),
        Some((_, rest)) => ("http", rest),
        None => ("http", server),
    };
    let base = rest.strip_suffix("/ws").unwrap_or(rest);
    format!("{scheme}://{base}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stands_where_the_server_is_with_tls_or_without() {
        for (server, expected) in [
            ("ws://127.0.0.1:7878/ws", "http://127.0.0.1:7878/hooks/x"),
            (
                "wss://chat.example.com:443/ws",
                "https://chat.example.com:443/hooks/x",
            ),
            (
                "wss://a.example:443/chat/ws",
                "https://a.example:443/chat/hooks/x",
            ),
        ] {
            assert_eq!(on_the_web(server, "/hooks/x"), expected);
        }
    }
}
