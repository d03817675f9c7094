//! Settings, in two forms: as they were written, and checked.
//!
//! Flags win over the environment, the environment over the defaults. A wrong
//! value never comes further than here: its error names the setting and says
//! what is allowed.

use crate::admin::Admin;
use crate::edge::client::Network;
use crate::edge::origin::{Origin, Policy};
use crate::files::place::FilesPlace;
use crate::node::Settings;
use crate::rate::Rates;
use crate::store::{KEEP_DAYS_MAX, Keep};
use chat_proto::{Limits, RoomName};
use clap::{Parser, Subcommand};
use etcetera::{AppStrategy as _, AppStrategyArgs, choose_app_strategy};
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
    pub fn check(written: Written) -> Result<Self, WrongSetting> {
        // An empty variable is how a compose file leaves one out.
        let public = written
            .public_url
            .as_deref()
            .filter(|text| !text.is_empty())
            .map(check_public)
            .transpose()?;
        Ok(Self {
            listen: check_address("--listen", "CHAT_LISTEN", &written.listen)?,
            metrics: written
                .metrics
                .as_deref()
                .filter(|text| !text.is_empty())
                .map(|text| check_address("--metrics", "CHAT_METRICS", text))
                .transpose()?,
            data: check_data(written.data)?,
            files: check_files(written.files.as_deref())?,
            origins: check_origins(&written.allow_origin, public.as_ref())?,
            public,
            proxies: check_proxies(&written.proxy)?,
            log: check_log(&written.log)?,
            chat: Settings {
                name: check_name(&written.name)?,
                limits: Limits::DEFAULT,
                rates: if is_on("--rates", "CHAT_RATES", &written.rates)? {
                    Rates::On
                } else {
                    Rates::Off
                },
                default_rooms: default_rooms(),
                guests: is_on("--guests", "CHAT_GUESTS", &written.guests)?,
                keep_days: check_keep(&written.keep)?,
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

fn check_address(
    setting: &'static str,
    variable: &'static str,
    text: &str,
) -> Result<SocketAddr, WrongSetting> {
    let local = text.strip_prefix("localhost:");
    let address = local.map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    address.parse().map_err(|_| WrongSetting {
        setting,
        variable,
        value: text.to_owned(),
        allowed: "give an IP address and a port, such as 127.0.0.1:7878, 0.0.0.0:7878 or [::]:7878"
            .to_owned(),
    })
}

fn check_data(written: Option<PathBuf>) -> Result<PathBuf, WrongSetting> {
    let wrong = |allowed: &str| WrongSetting {
        setting: "--data",
        variable: "CHAT_DATA",
        value: String::new(),
        allowed: allowed.to_owned(),
    };
    match written {
        Some(directory) if directory.as_os_str().is_empty() => {
            Err(wrong("give a directory; it is made if it is not there"))
        }
        Some(directory) => Ok(directory),
        None => choose_app_strategy(AppStrategyArgs {
            app_name: "chat-server".to_owned(),
            ..AppStrategyArgs::default()
        })
        .map(|platform| platform.data_dir())
        .map_err(|_| wrong("this user has no home directory, so give a directory")),
    }
}

fn check_files(written: Option<&str>) -> Result<FilesPlace, WrongSetting> {
    let Some(text) = written.filter(|text| !text.is_empty()) else {
        return Ok(FilesPlace::Data);
    };
    text.parse()
        .map(FilesPlace::Bucket)
        .map_err(|_| WrongSetting {
            setting: "--files",
            variable: "CHAT_FILES",
            value: text.to_owned(),
            allowed:
                "give a bucket and maybe a prefix, such as s3://chat-files or s3://backups/chat; \
                  keys and addresses are told by AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL and so on"
                    .to_owned(),
        })
}

fn check_name(text: &str) -> Result<String, WrongSetting> {
    let chars = text.chars().count();
    let fits = (1..=NAME_CHARS_MAX).contains(&chars);
    if fits && !text.trim().is_empty() && !text.contains(char::is_control) {
        return Ok(text.to_owned());
    }
    Err(WrongSetting {
        setting: "--name",
        variable: "CHAT_NAME",
        value: text.to_owned(),
        allowed: format!("give one line of 1 to {NAME_CHARS_MAX} characters"),
    })
}

fn check_public(text: &str) -> Result<PublicAddress, WrongSetting> {
    // People know the address of the page or that of the WebSocket; both name the same place.
    let place = text
        .strip_suffix("/ws")
        .or_else(|| text.strip_suffix('/'))
        .unwrap_or(text);
    let place = match place.split_once("://") {
        Some(("ws", rest)) => format!("http://{rest}"),
        Some(("wss", rest)) => format!("https://{rest}"),
        _ => place.to_owned(),
    };
    match Origin::parse(&place) {
        Some(origin @ Origin::Web(_)) => Ok(PublicAddress(origin)),
        _ => Err(WrongSetting {
            setting: "--public-url",
            variable: "CHAT_PUBLIC_URL",
            value: text.to_owned(),
            allowed: "give a scheme and a host, without a path, such as https://chat.example.com"
                .to_owned(),
        }),
    }
}

fn check_origins(
    listed: &[String],
    public: Option<&PublicAddress>,
) -> Result<Policy, WrongSetting> {
    let mut policy = Policy {
        public: public.map(|public| public.0.clone()),
        ..Policy::default()
    };
    let listed = listed.iter().map(|text| text.trim());
    for text in listed.filter(|text| !text.is_empty()) {
        if text == "*" {
            policy.any = true;
            continue;
        }
        // As copied from an address bar, it ends with a slash.
        let origin = Origin::parse(text)
            .or_else(|| text.strip_suffix('/').and_then(Origin::parse))
            .ok_or_else(|| WrongSetting {
                setting: "--allow-origin",
                variable: "CHAT_ALLOW_ORIGIN",
                value: text.to_owned(),
                allowed: "give scheme and host, as https://portal.example.com, or '*' for all"
                    .to_owned(),
            })?;
        policy.listed.push(origin);
    }
    Ok(policy)
}

fn check_proxies(listed: &[String]) -> Result<Vec<Network>, WrongSetting> {
    let listed = listed.iter().map(|text| text.trim());
    listed
        .filter(|text| !text.is_empty())
        .map(|text| {
            text.parse().map_err(|_| WrongSetting {
                setting: "--proxy",
                variable: "CHAT_PROXY",
                value: text.to_owned(),
                allowed: "give an address or a network, such as 127.0.0.1 or 10.0.0.0/8".to_owned(),
            })
        })
        .collect()
}

/// `None`: for ever.
fn check_keep(text: &str) -> Result<Option<u32>, WrongSetting> {
    match Keep::parse(text) {
        Some(Keep::Forever) => Ok(None),
        Some(Keep::Days(days)) => Ok(Some(days)),
        // There is nothing else that this could be the default of.
        Some(Keep::AsAll) | None => Err(WrongSetting {
            setting: "--keep",
            variable: "CHAT_KEEP",
            value: text.to_owned(),
            allowed: format!("give a number of days from 1 to {KEEP_DAYS_MAX}, or {KEEP_FOREVER}"),
        }),
    }
}

fn is_on(setting: &'static str, variable: &'static str, text: &str) -> Result<bool, WrongSetting> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(WrongSetting {
            setting,
            variable,
            value: text.to_owned(),
            allowed: "it is either on or off".to_owned(),
        }),
    }
}

fn check_log(text: &str) -> Result<LevelFilter, WrongSetting> {
    let level = match text {
        "off" => LevelFilter::OFF,
        "error" => LevelFilter::ERROR,
        "warn" => LevelFilter::WARN,
        "info" => LevelFilter::INFO,
        "debug" => LevelFilter::DEBUG,
        "trace" => LevelFilter::TRACE,
        _ => {
            return Err(WrongSetting {
                setting: "--log",
                variable: "CHAT_LOG",
                value: text.to_owned(),
                allowed: "it is one of off, error, warn, info, debug, trace".to_owned(),
            });
        }
    };
    Ok(level)
}

fn default_rooms() -> Vec<RoomName> {
    RoomName::parse(DEFAULT_ROOM, Limits::DEFAULT.room_chars)
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arguments: &[&str]) -> Result<Config, WrongSetting> {
        let line = std::iter::once(&"chat-server").chain(arguments);
        Config::check(Written::try_parse_from(line).unwrap())
    }

    #[test]
    fn without_arguments_it_serves_this_machine() {
        let config = check(&[]).unwrap();
        assert_eq!(config.listen.to_string(), DEFAULT_LISTEN);
        assert!(config.data.ends_with("chat-server"));
        assert_eq!(config.files, FilesPlace::Data);
        assert_eq!(config.origins, Policy::default());
        assert_eq!(config.log, LevelFilter::INFO);
        assert_eq!(config.chat.name, "chat");
        assert!(config.chat.guests);
        assert_eq!(config.chat.rates, Rates::On);
        assert_eq!(config.chat.keep_days, None);
        assert_eq!(config.chat.default_rooms[0].as_str(), DEFAULT_ROOM);
    }

    #[test]
    fn what_is_written_is_taken() {
        let config = check(&[
            "--listen",
            "localhost:0",
            "--data",
            "/srv/chat",
            "--files",
            "s3://backups/chat",
            "--rates",
            "off",
            "--keep",
            "30",
            "--guests",
            "off",
            "--proxy",
            "127.0.0.1,10.0.0.0/8",
            "--log",
            "debug",
            "--name",
            "our chat",
            "--public-url",
            "https://chat.example.com/",
            "--allow-origin",
            "https://a.example.com",
            "http://b.example.com:8080/",
            "--allow-origin",
            "*",
        ])
        .unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:0");
        assert_eq!(config.data, PathBuf::from("/srv/chat"));
        assert!(matches!(&config.files, FilesPlace::Bucket(bucket) if bucket.name() == "backups"));
        assert_eq!(config.chat.rates, Rates::Off);
        assert_eq!(config.chat.keep_days, Some(30));
        assert!(!config.chat.guests);
        assert_eq!(config.proxies.len(), 2);
        assert_eq!(config.log, LevelFilter::DEBUG);
        assert_eq!(config.chat.name, "our chat");
        assert_eq!(config.origins.listed.len(), 2);
        assert!(config.origins.any);
        assert_eq!(
            config.origins.public,
            Origin::parse("https://chat.example.com")
        );
    }

    #[test]
    fn what_is_empty_is_as_if_it_were_not_there() {
        let config = check(&["--public-url", "", "--allow-origin", "", "--files", ""]).unwrap();
        assert_eq!(config.public, None);
        assert_eq!(config.origins, Policy::default());
    }

    #[test]
    fn the_public_address_may_be_that_of_the_page_or_of_the_websocket() {
        for (written, page, websocket) in [
            (
                "https://chat.example.com",
                "https://chat.example.com/",
                "wss://chat.example.com/ws",
            ),
            (
                "wss://chat.example.com/ws",
                "https://chat.example.com/",
                "wss://chat.example.com/ws",
            ),
            (
                "http://10.0.0.1:81/",
                "http://10.0.0.1:81/",
                "ws://10.0.0.1:81/ws",
            ),
            (
                "ws://[::1]:7878/ws",
                "http://[::1]:7878/",
                "ws://[::1]:7878/ws",
            ),
        ] {
            let public = check_public(written).unwrap();
            assert_eq!(
                (public.to_string().as_str(), public.websocket().as_str()),
                (page, websocket)
            );
        }
    }

    #[test]
    fn a_wrong_value_names_its_setting_and_what_is_allowed() {
        for (arguments, says) in [
            (["--listen", "7878"], "such as 127.0.0.1:7878"),
            (
                ["--listen", "chat.example.com:7878"],
                "IP address and a port",
            ),
            (["--listen", "127.0.0.1:70000"], "IP address and a port"),
            (["--metrics", "9100"], "IP address and a port"),
            (["--name", "   "], "one line"),
            (["--name", "a\nb"], "one line"),
            (["--public-url", "chat.example.com"], "scheme and a host"),
            (
                ["--public-url", "https://chat.example.com/chat"],
                "without a path",
            ),
            (
                ["--public-url", "ftp://chat.example.com"],
                "scheme and a host",
            ),
            (["--allow-origin", "portal.example.com"], "'*' for all"),
            (["--allow-origin", "null"], "'*' for all"),
            (["--proxy", "nginx"], "10.0.0.0/8"),
            (["--rates", "slow"], "on or off"),
            (["--keep", "0"], "from 1 to 36500, or forever"),
            (["--keep", "a week"], "number of days"),
            (["--guests", "some"], "on or off"),
            (["--log", "loud"], "warn, info"),
        ] {
            let error = check(&arguments).unwrap_err().to_string();
            assert!(error.starts_with(arguments[0]), "{error}");
            assert!(error.contains("CHAT_"), "{error}");
            assert!(error.contains(says), "{error}");
        }
    }
}
