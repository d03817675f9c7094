//! Where to go: from what was said, and from the configuration, to the
//! addresses of one server and the directory of what is kept of it.
//!
//! Always holds: a server by its name and one by its address never share a
//! directory, nor do two names, even if they lead to the same server.

use super::Failure;
use crate::address::Address;
use crate::core::servers::{Addresses, Known, ServerName, Servers};
use crate::core::settings::Settings;
use crate::edge::config_file::{self, ConfigFile};
use crate::edge::local;
use crate::edge::profile::{Profile, ProfileError, ServerDir};
use crate::edge::tls::Trust;
use clap::Args;
use std::path::PathBuf;

/// What all commands share.
#[derive(Debug, Clone, Args)]
pub(super) struct Place {
    /// Where the server is, or its name in the configuration
    #[arg(
        id = "server_by_flag",
        long = "server",
        value_name = "SERVER",
        global = true,
        env = "CHAT_SERVER"
    )]
    pub(super) server: Option<String>,
    /// The name to ask for, when the server does not know this device yet
    #[arg(long, global = true)]
    pub(super) name: Option<String>,
    /// Which of several separate sets of tokens, drafts and caches to use
    #[arg(long, global = true, default_value = "default")]
    pub(super) profile: String,
    /// Where all that is kept lies, instead of the platform's directory
    #[arg(long, value_name = "DIR", global = true, env = "CHAT_TUI_DATA")]
    pub(super) data: Option<PathBuf>,
    /// Trust also the authorities in this file (PEM), for a server at wss://
    #[arg(long, value_name = "FILE", global = true, env = "CHAT_TUI_CA")]
    pub(super) ca: Option<PathBuf>,
}

/// A server to go to.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Its name, where it has one.
    pub(super) server: Option<ServerName>,
    pub(super) addresses: Addresses,
    pub(super) trust: Trust,
    /// Where the server's things are kept, or why nowhere.
    pub(super) dir: Result<ServerDir, String>,
    /// The name to ask for.
    pub(super) name: Option<String>,
    /// It is the one on this machine, as nobody has said otherwise.
    pub(super) local: bool,
}

/// What the configuration says; what is wrong in it is not told here.
pub(super) fn configured(named: Option<PathBuf>) -> Settings {
    match named.or_else(config_file::usual_path) {
        Some(path) => ConfigFile::open(path).1,
        None => Settings::default(),
    }
}

impl Place {
    /// The server that was said, or the usual one; the configuration is read
    /// for it.
    pub(super) fn find(&self, config: Option<PathBuf>) -> Result<Target, Failure> {
        self.among(&configured(config).servers)
    }

    /// The server that was said, or the usual one of these.
    pub(super) fn among(&self, servers: &Servers) -> Result<Target, Failure> {
        let said = self.server.as_ref().or(servers.usual.as_ref());
        let Some(text) = said else {
            let here = Address::parse(&local::address().to_string())?;
            let target = self.at(here)?;
            return Ok(Target {
                local: true,
                ..target
            });
        };
        match servers.named(text) {
            Some(known) => self.known(known),
            None => match servers.nearest(text).filter(|_| is_word(text)) {
                Some(near) => Err(Failure::Usage(format!(
                    "no server is called {text}; did you mean {near}? A host of that name is ws://{text}:7878"
                ))),
                None => self.at(Address::parse(text)?),
            },
        }
    }

    /// A server that has a name.
    pub(super) fn known(&self, known: &Known) -> Result<Target, Failure> {
        Ok(Target {
            server: Some(known.name.clone()),
            addresses: known.addresses.clone(),
            trust: Trust {
                files: self.ca.iter().chain(&known.ca).cloned().collect(),
            },
            dir: self.dir(|profile| profile.known(&known.name))?,
            name: self.name.clone().or_else(|| known.user.clone()),
            local: false,
        })
    }

    fn at(&self, address: Address) -> Result<Target, Failure> {
        Ok(Target {
            server: None,
            dir: self.dir(|profile| profile.server(&address))?,
            addresses: address.into(),
            trust: Trust {
                files: self.ca.iter().cloned().collect(),
            },
            name: self.name.clone(),
            local: false,
        })
    }

    fn dir(
        &self,
        of: impl FnOnce(&Profile) -> ServerDir,
    ) -> Result<Result<ServerDir, String>, Failure> {
        match Profile::find(self.data.as_deref(), &self.profile) {
            Ok(profile) => Ok(Ok(of(&profile))),
            Err(ProfileError::NoHome) => Ok(Err(ProfileError::NoHome.to_string())),
            Err(e @ ProfileError::BadName(_)) => Err(e.into()),
        }
    }
}

/// Whether a text says nothing of being an address.
fn is_word(text: &str) -> bool {
    !text.contains(['.', ':', '/'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    fn servers() -> Servers {
        let (settings, problems) = config::read(
            br#"
            server = "work"
            [servers.work]
            addresses = ["wss://a.example", "wss://b.example"]
            name = "ada"
            ca = "/etc/company.pem"
            [servers.home]
            address = "wss://a.example"
            "#,
        );
        assert_eq!(problems, []);
        settings.servers
    }

    fn target(said: Option<&str>, servers: &Servers) -> Result<Target, Failure> {
        let place = Place {
            server: said.map(str::to_owned),
            name: None,
            profile: "default".to_owned(),
            data: Some("/data".into()),
            ca: None,
        };
        place.among(servers)
    }

    fn first(target: &Target) -> String {
        target.addresses.at(0).to_string()
    }

    #[test]
    fn a_name_is_looked_up_and_all_else_is_an_address() {
        let servers = servers();
        let usual = target(None, &servers).unwrap();
        assert_eq!(first(&usual), "wss://a.example:443/ws");
        assert_eq!(usual.addresses.count(), 2);
        assert_eq!(usual.name.as_deref(), Some("ada"));
        assert_eq!(usual.trust.files, [PathBuf::from("/etc/company.pem")]);
        let host = target(Some("localhost"), &servers).unwrap();
        assert_eq!(first(&host), "ws://localhost:7878/ws");
        let why = target(Some("wrok"), &servers).unwrap_err();
        assert!(why.to_string().contains("did you mean work?"), "{why}");
        assert_eq!(why.code(), 2);
        let here = target(None, &Servers::default()).unwrap();
        assert!(here.local && first(&here).starts_with("ws://"));
    }

    #[test]
    fn what_is_kept_of_two_names_never_mixes_even_at_one_server() {
        let servers = servers();
        let dir = |said| target(Some(said), &servers).unwrap().dir.unwrap();
        assert_ne!(dir("work"), dir("home"));
        assert_ne!(dir("home"), dir("wss://a.example"));
    }
}
