//! Reading `[servers.NAME]`: which servers have a name, and where they are.

use super::{Entry, Reader};
use crate::address::Address;
use crate::core::servers::{Addresses, Known, ServerName};
use std::ops::Range;
use std::path::PathBuf;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What may stand in the table of a server.
const NAMES: &[&str] = &["address", "addresses", "name", "ca"];

/// What was said of a server so far.
#[derive(Default)]
struct Said {
    addresses: Vec<Address>,
    user: Option<String>,
    ca: Option<PathBuf>,
    /// Something in it can't be used: neither can it.
    bad: bool,
}

impl Reader<'_> {
    /// The table of all servers.
    pub(super) fn servers(&mut self, table: &DeTable<'_>) {
        for (name, at, value) in self.entries(table) {
            match (ServerName::parse(name), value) {
                (Err(why), _) => self.tell(&at, format!("{name}: {why}")),
                (Ok(name), DeValue::Table(table)) => self.server(name, &at, table),
                (Ok(_), _) => {
                    let words = format!("{name} is a table: write [servers.{name}]");
                    self.tell(&at, words);
                }
            }
        }
        // So that lists look alike wherever they are shown.
        let known = &mut self.settings.servers.known;
        known.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// Which server is meant when none is said.
    pub(super) fn usual_server(&mut self, at: Range<usize>, value: &DeValue<'_>) {
        match value {
            DeValue::String(text) => {
                self.usual_at = at.start;
                self.settings.servers.usual = Some(text.to_string());
            }
            _ => self.tell(
                &at,
                "server is a name of [servers], or an address".to_owned(),
            ),
        }
    }

    /// Once all servers are read: a usual one that is none of them is an address.
    pub(super) fn check_usual(&mut self) {
        let servers = &self.settings.servers;
        let Some(usual) = &servers.usual else {
            return;
        };
        if servers.named(usual).is_some() {
            return;
        }
        let why = match (servers.nearest(usual), Address::parse(usual)) {
            (Some(near), _) => format!("no server is called {usual}; did you mean {near}?"),
            (None, Err(why)) => why.to_string(),
            (None, Ok(_)) => return,
        };
        let at = self.usual_at;
        self.settings.servers.usual = None;
        self.tell(&(at..at), why);
    }

    fn server(&mut self, name: ServerName, at: &Range<usize>, table: &DeTable<'_>) {
        let mut said = Said::default();
        for entry in self.entries(table) {
            if let Err(why) = self.of_server(&mut said, &entry) {
                said.bad = true;
                self.tell(&entry.1, why);
            }
        }
        if said.bad {
            return;
        }
        match Addresses::new(said.addresses) {
            Ok(addresses) => self.settings.servers.known.push(Known {
                name,
                addresses,
                user: said.user,
                ca: said.ca,
            }),
            Err(why) => self.tell(at, format!("{}: {why}", name.as_str())),
        }
    }

    fn of_server(
        &mut self,
        said: &mut Said,
        (name, at, value): &Entry<'_, '_>,
    ) -> Result<(), String> {
        match (*name, value) {
            ("address" | "addresses", DeValue::String(text)) => said.addresses.push(address(text)?),
            ("address" | "addresses", DeValue::Array(list)) => {
                for value in list.iter().map(Spanned::get_ref) {
                    let text = value.as_str().ok_or_else(wrong)?;
                    said.addresses.push(address(text)?);
                }
            }
            ("address" | "addresses", _) => return Err(wrong()),
            ("name", DeValue::String(text)) => said.user = Some(text.to_string()),
            ("name", _) => return Err("name is the name to ask for there, as \"ada\"".to_owned()),
            ("ca", DeValue::String(text)) => said.ca = Some(expanded(text)),
            ("ca", _) => {
                return Err("ca is a file of certificates, as \"~/company.pem\"".to_owned());
            }
            (other, _) => self.unknown(at, other, NAMES, "setting of a server"),
        }
        Ok(())
    }
}

fn address(text: &str) -> Result<Address, String> {
    Address::parse(text).map_err(|why| why.to_string())
}

fn wrong() -> String {
    "addresses are written like [\"wss://a.example\", \"wss://b.example\"]".to_owned()
}

/// As a shell would: `~/` is one's home directory.
fn expanded(text: &str) -> PathBuf {
    match (text.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        (Some(_), None) | (None, _) => PathBuf::from(text),
    }
}

/// As the printed configuration shows it.
pub(super) const PRINTED: &str = "
# The server to go to when none is said: a name of those below, or an address.
# server = \"work\"
";

/// Tables come after all that stands in none.
pub(super) const TABLES: &str = "
# Servers by a name of one's own: `chat-tui work`, or /server. Each has its own
# token, drafts and cache. Of several addresses of one server the next is tried
# when one does not answer; with wss://, `ca` names a company's own authorities.
# [servers.work]
# addresses = [\"wss://a.example.com\", \"wss://b.example.com\"]
# name = \"ada\"
# ca = \"~/company.pem\"
";
