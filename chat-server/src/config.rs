//! Settings, in two forms: as they were written, and checked.
//!
//! Flags win over the environment, the environment over the defaults. A wrong
//! value never comes further than here: its error names the setting and says
//! what is allowed.

mod check;

use crate::admin::Admin;
use crate::edge::client::Network;
use crate::edge::origin::{Origin, Policy};
use crate::files::place::FilesPlace;
use crate::node::Settings;
use crate::rate::Rates;
use chat_proto::Limits;
use check::written;
use clap::{Parser, Subcommand};
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use tracing::level_filters::LevelFilter;

/// Where the server listens if nobody says otherwise.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:7878";
/// Characters of the server's own name.
const NAME_CHARS_MAX: usize = 64;
/// Nothing is forgotten.
const KEEP_FOREVER: &str = "forever";
/// Where new users start.
const DEFAULT_ROOM: &str = "lobby";

/// A chat server. Without any argument it serves this machine on port 7878.
#[derive(Debug, Clone, Parser)]
#[command(name = "chat-server", version)]
pub struct Written {
    /// What to do instead of serving
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Address and port to listen on; 0.0.0.0:7878 lets other machines in, port 0 takes a free one
    #[arg(long, value_name = "ADDR", env = "CHAT_LISTEN", default_value = DEFAULT_LISTEN)]
    pub listen: String,

    /// Address and port of the metrics alone; otherwise they are at /metrics beside all else
    #[arg(long, value_name = "ADDR", env = "CHAT_METRICS")]
    pub metrics: Option<String>,

    /// Directory for all data [default: the platform's data directory]
    #[arg(long, value_name = "DIR", env = "CHAT_DATA", global = true)]
    pub data: Option<PathBuf>,

    /// Where uploaded files lie, as s3://BUCKET/PREFIX [default: in the data directory]
    #[arg(long, value_name = "PLACE", env = "CHAT_FILES")]
    pub files: Option<String>,

    /// The server's name, shown to those who connect
    #[arg(long, env = "CHAT_NAME", default_value = "chat")]
    pub name: String,

    /// The address that people type where a proxy is in front: scheme and host
    #[arg(long, value_name = "URL", env = "CHAT_PUBLIC_URL")]
    pub public_url: Option<String>,

    /// Origins (scheme and host) whose web pages may connect too; '*' for all
    #[arg(long, value_name = "ORIGIN", env = "CHAT_ALLOW_ORIGIN", value_delimiter = ',', num_args = 1..)]
    pub allow_origin: Vec<String>,

    /// Addresses of proxies in front, as 10.0.0.0/8; whom they speak for is believed
    #[arg(long, value_name = "ADDR", env = "CHAT_PROXY", value_delimiter = ',', num_args = 1..)]
    pub proxy: Vec<String>,

    /// Whether people may come in without an account: on or off
    #[arg(long, value_name = "on|off", env = "CHAT_GUESTS", default_value = "on")]
    pub guests: String,

    /// Limits on how often one may do what: on, or off for load tests
    #[arg(long, value_name = "on|off", env = "CHAT_RATES", default_value = "on")]
    pub rates: String,

    /// For how many days what was said is kept, or forever
    #[arg(long, value_name = "DAYS", env = "CHAT_KEEP", default_value = KEEP_FOREVER)]
    pub keep: String,

    /// What is logged to standard error: off, error, warn, info, debug or trace
    #[arg(long, value_name = "LEVEL", env = "CHAT_LOG", default_value = "info")]
    pub log: String,
}

/// What the program does besides serving.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Accounts, their passwords and devices, whether the server runs or not
    #[command(subcommand)]
    Admin(Admin),
}

/// Settings that make sense.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where the metrics are, if not at the same place.
    pub metrics: Option<SocketAddr>,
    /// Where all data lies; may not exist yet.
    pub data: PathBuf,
    /// Where uploaded files lie.
    pub files: FilesPlace,
    /// The address that people type, where it is not `listen`.
    pub public: Option<PublicAddress>,
    /// Whose pages may connect.
    pub origins: Policy,
    /// Proxies that are believed when they say whom they speak for.
    pub proxies: Vec<Network>,
    /// What of this program's own log is shown.
    pub log: LevelFilter,
    /// What the chat itself is told.
    pub chat: Settings,
}

/// Where people reach the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAddress(Origin);

/// A setting that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} ({variable}) is {value:?}: {allowed}")]
pub struct WrongSetting {
    setting: &'static str,
    variable: &'static str,
    value: String,
    /// What would be right.
    allowed: String,
}

impl Config {
    /// Checks what was written; reports the first setting that is wrong.
    pub fn check(given: Written) -> Result<Self, WrongSetting> {
        let public = written(given.public_url.as_deref())
            .map(check::public)
            .transpose()?;
        Ok(Self {
            listen: check::address(check::LISTEN, &given.listen)?,
            metrics: written(given.metrics.as_deref())
                .map(|text| check::address(check::METRICS, text))
                .transpose()?,
            data: check::data(given.data)?,
            files: check::files(given.files.as_deref())?,
            origins: check::origins(&given.allow_origin, public.as_ref())?,
            public,
            proxies: check::proxies(&given.proxy)?,
            log: check::log(&given.log)?,
            chat: Settings {
                name: check::name(&given.name)?,
                limits: Limits::DEFAULT,
                rates: if check::is_on(check::RATES, &given.rates)? {
                    Rates::On
                } else {
                    Rates::Off
                },
                default_rooms: check::default_rooms(),
                guests: check::is_on(check::GUESTS, &given.guests)?,
                keep_days: check::keep(&given.keep)?,
            },
        })
    }
}

impl PublicAddress {
    /// The WebSocket's address, for clients.
    pub fn websocket(&self) -> String {
        let page = self.0.to_string();
        // http becomes ws, https wss.
        format!("ws{}/ws", page.trim_start_matches("http"))
    }
}

/// The page's address.
impl fmt::Display for PublicAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.0)
    }
}

#[cfg(test)]
mod tests;
