//! The servers that have a name in the configuration, and choosing among them.
//! Knows no socket and no directory.
//!
//! Always holds: a name is fit to be a directory's; a server has an address,
//! and all of its addresses are for TLS, or none is.

use super::act::Said;
use super::effect::Effect;
use super::overlay::{Overlay, ServerList};
use super::state::{State, Turn};
use crate::address::{Address, Scheme};
use chat_proto::codec::nearest;
use smol_str::SmolStr;
use std::path::PathBuf;

/// The servers of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Servers {
    /// Those that have a name, in the order of their names.
    pub known: Vec<Known>,
    /// Which one is meant when none is said: a name, or an address.
    pub usual: Option<String>,
}

/// A server that has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The name.
    pub name: ServerName,
    /// Where it is; of several, the first is tried first.
    pub addresses: Addresses,
    /// The name that one asks for there.
    pub user: Option<String>,
    /// A file of authorities that are trusted as well.
    pub ca: Option<PathBuf>,
}

/// The name of a server on this client.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServerName(SmolStr);

/// The addresses of one server: at least one, all alike in their use of TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses(Vec<Address>);

/// Characters of a name at most.
const NAME_CHARS: usize = 32;
/// Addresses of a server at most.
const ADDRESSES_MOST: usize = 16;

impl ServerName {
    /// Letters, digits, `-` and `_`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if text.is_empty() || text.len() > NAME_CHARS || !text.chars().all(fits) {
            return Err(format!(
                "a server's name has up to {NAME_CHARS} letters, digits, - and _"
            ));
        }
        Ok(Self(text.into()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Addresses {
    /// These, in the order in which they are to be tried.
    pub fn new(addresses: Vec<Address>) -> Result<Self, String> {
        let Some(first) = addresses.first() else {
            return Err("a server has at least one address".to_owned());
        };
        if addresses.len() > ADDRESSES_MOST {
            return Err(format!("a server has at most {ADDRESSES_MOST} addresses"));
        }
        if addresses.iter().any(|a| a.scheme() != first.scheme()) {
            let (plain, tls) = (Scheme::Plain.name(), Scheme::Tls.name());
            return Err(format!(
                "the addresses of one server are all {tls}:// or all {plain}://, \
                 so that nothing meant for TLS goes without"
            ));
        }
        Ok(Self(addresses))
    }

    /// Each of them, the first first.
    pub fn iter(&self) -> impl Iterator<Item = &Address> {
        self.0.iter()
    }

    /// The one to try after this many others.
    pub fn at(&self, count: usize) -> &Address {
        &self.0[count % self.0.len()]
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl From<Address> for Addresses {
    fn from(address: Address) -> Self {
        Self(vec![address])
    }
}

impl Servers {
    /// The server of this name.
    pub fn named(&self, name: &str) -> Option<&Known> {
        self.known.iter().find(|known| known.name.as_str() == name)
    }

    /// A name that was perhaps meant.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        let names: Vec<_> = self.known.iter().map(|known| known.name.as_str()).collect();
        nearest(name, &names)
    }
}

impl State {
    /// Lists the servers that have a name, or goes to the one named.
    pub(super) fn servers_said(&mut self, turn: &mut Turn, said: Said) {
        let typed = said.typed;
        let Some(name) = said.words.text() else {
            return self.open_servers(turn);
        };
        if let Some(known) = self.settings.servers.named(&name) {
            let name = known.name.clone();
            return self.switch(turn, name);
        }
        let why = match self.settings.servers.nearest(&name) {
            Some(near) => format!("no server is called {name}; did you mean {near}?"),
            None => {
                format!("no server is called {name}; those of [servers] in the configuration are")
            }
        };
        self.command_refused(turn, &typed, &why);
    }

    fn open_servers(&mut self, turn: &Turn) {
        let known = &self.settings.servers.known;
        if known.is_empty() {
            let words = "no server has a name yet; `chat-tui config print-default` shows how to \
                         give one";
            return self.say(turn, words);
        }
        let here = self.setup.server.as_ref();
        let chosen = known.iter().position(|known| Some(&known.name) == here);
        let chosen = chosen.unwrap_or_default();
        let known = known.clone();
        self.overlays
            .push(Overlay::Servers(ServerList { known, chosen }));
    }

    /// Leaves this server for another one, with all that is typed kept here.
    pub(super) fn switch(&mut self, turn: &mut Turn, name: ServerName) {
        if self.setup.server.as_ref() == Some(&name) {
            return self.say(turn, format!("you are at {} already", name.as_str()));
        }
        self.flush(turn);
        turn.effects.push(Effect::Switch(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Result<Addresses, String> {
        let parse = |text: &&str| Address::parse(text).unwrap();
        Addresses::new(texts.iter().map(parse).collect())
    }

    #[test]
    fn what_is_meant_for_tls_has_no_address_without() {
        assert!(addresses(&["wss://a", "wss://b"]).is_ok());
        assert!(addresses(&["a", "ws://b"]).is_ok());
        let why = addresses(&["wss://a", "ws://b"]).unwrap_err();
        assert!(why.contains("all wss:// or all ws://"), "{why}");
        assert!(addresses(&[]).is_err());
    }

    #[test]
    fn a_name_can_be_a_directory_s() {
        for good in ["work", "a-b_2"] {
            assert_eq!(ServerName::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "..", "a/b", "a b", "é", &"x".repeat(33)] {
            assert!(ServerName::parse(bad).is_err(), "{bad}");
        }
    }
}
