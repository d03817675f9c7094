//! From each setting as it was written to what it means, or to what is wrong
//! with it.

use super::{DEFAULT_ROOM, KEEP_FOREVER, NAME_CHARS_MAX, PublicAddress, WrongSetting};
use crate::edge::client::Network;
use crate::edge::origin::{Origin, Policy};
use crate::files::place::FilesPlace;
use crate::store::{KEEP_DAYS_MAX, Keep};
use chat_proto::{Limits, RoomName};
use etcetera::{AppStrategy as _, AppStrategyArgs, choose_app_strategy};
use std::net::SocketAddr;
use std::path::PathBuf;
use tracing::level_filters::LevelFilter;

/// A setting by its two names: the flag and the variable.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting(&'static str, &'static str);

pub(super) const LISTEN: Setting = Setting("--listen", "CHAT_LISTEN");
pub(super) const METRICS: Setting = Setting("--metrics", "CHAT_METRICS");
pub(super) const RATES: Setting = Setting("--rates", "CHAT_RATES");
pub(super) const GUESTS: Setting = Setting("--guests", "CHAT_GUESTS");
const DATA: Setting = Setting("--data", "CHAT_DATA");
const FILES: Setting = Setting("--files", "CHAT_FILES");
const NAME: Setting = Setting("--name", "CHAT_NAME");
const PUBLIC: Setting = Setting("--public-url", "CHAT_PUBLIC_URL");
const ORIGINS: Setting = Setting("--allow-origin", "CHAT_ALLOW_ORIGIN");
const PROXY: Setting = Setting("--proxy", "CHAT_PROXY");
const KEEP: Setting = Setting("--keep", "CHAT_KEEP");
const LOG: Setting = Setting("--log", "CHAT_LOG");

impl Setting {
    /// It is this, and `allowed` says what would be right.
    fn wrong(self, value: &str, allowed: impl Into<String>) -> WrongSetting {
        WrongSetting {
            setting: self.0,
            variable: self.1,
            value: value.to_owned(),
            allowed: allowed.into(),
        }
    }
}

/// What was written, if anything: an empty variable is how a compose file
/// leaves one out.
pub(super) fn written(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

pub(super) fn address(setting: Setting, text: &str) -> Result<SocketAddr, WrongSetting> {
    let local = text.strip_prefix("localhost:");
    let address = local.map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    let allowed =
        "give an IP address and a port, such as 127.0.0.1:7878, 0.0.0.0:7878 or [::]:7878";
    address.parse().map_err(|_| setting.wrong(text, allowed))
}

pub(super) fn data(directory: Option<PathBuf>) -> Result<PathBuf, WrongSetting> {
    match directory {
        Some(directory) if directory.as_os_str().is_empty() => {
            Err(DATA.wrong("", "give a directory; it is made if it is not there"))
        }
        Some(directory) => Ok(directory),
        None => choose_app_strategy(AppStrategyArgs {
            app_name: "chat-server".to_owned(),
            ..AppStrategyArgs::default()
        })
        .map(|platform| platform.data_dir())
        .map_err(|_| DATA.wrong("", "this user has no home directory, so give a directory")),
    }
}

pub(super) fn files(text: Option<&str>) -> Result<FilesPlace, WrongSetting> {
    let Some(text) = written(text) else {
        return Ok(FilesPlace::Data);
    };
    let allowed = "give a bucket and maybe a prefix, such as s3://chat-files or s3://backups/chat; \
                   keys and addresses are told by AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL and so on";
    text.parse()
        .map(FilesPlace::Bucket)
        .map_err(|_| FILES.wrong(text, allowed))
}

pub(super) fn name(text: &str) -> Result<String, WrongSetting> {
    let chars = text.chars().count();
    let fits = (1..=NAME_CHARS_MAX).contains(&chars);
    if fits && !text.trim().is_empty() && !text.contains(char::is_control) {
        return Ok(text.to_owned());
    }
    let allowed = format!("give one line of 1 to {NAME_CHARS_MAX} characters");
    Err(NAME.wrong(text, allowed))
}

pub(super) fn public(text: &str) -> Result<PublicAddress, WrongSetting> {
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
        _ => Err(PUBLIC.wrong(
            text,
            "give a scheme and a host, without a path, such as https://chat.example.com",
        )),
    }
}

pub(super) fn origins(
    listed: &[String],
    public: Option<&PublicAddress>,
) -> Result<Policy, WrongSetting> {
    let mut policy = Policy {
        public: public.map(|public| public.0.clone()),
        ..Policy::default()
    };
    for text in each(listed) {
        if text == "*" {
            policy.any = true;
            continue;
        }
        let allowed = "give scheme and host, as https://portal.example.com, or '*' for all";
        // As copied from an address bar, it ends with a slash.
        let origin = Origin::parse(text)
            .or_else(|| text.strip_suffix('/').and_then(Origin::parse))
            .ok_or_else(|| ORIGINS.wrong(text, allowed))?;
        policy.listed.push(origin);
    }
    Ok(policy)
}

pub(super) fn proxies(listed: &[String]) -> Result<Vec<Network>, WrongSetting> {
    let allowed = "give an address or a network, such as 127.0.0.1 or 10.0.0.0/8";
    each(listed)
        .map(|text| text.parse().map_err(|_| PROXY.wrong(text, allowed)))
        .collect()
}

/// What a list holds, without the empty places of one that was written carelessly.
fn each(listed: &[String]) -> impl Iterator<Item = &str> {
    let listed = listed.iter().map(|text| text.trim());
    listed.filter(|text| !text.is_empty())
}

/// `None`: for ever.
pub(super) fn keep(text: &str) -> Result<Option<u32>, WrongSetting> {
    match Keep::parse(text) {
        Some(Keep::Forever) => Ok(None),
        Some(Keep::Days(days)) => Ok(Some(days)),
        // There is nothing else that this could be the default of.
        Some(Keep::AsAll) | None => Err(KEEP.wrong(
            text,
            format!("give a number of days from 1 to {KEEP_DAYS_MAX}, or {KEEP_FOREVER}"),
        )),
    }
}

pub(super) fn is_on(setting: Setting, text: &str) -> Result<bool, WrongSetting> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(setting.wrong(text, "it is either on or off")),
    }
}

pub(super) fn log(text: &str) -> Result<LevelFilter, WrongSetting> {
    match text {
        "off" => Ok(LevelFilter::OFF),
        "error" => Ok(LevelFilter::ERROR),
        "warn" => Ok(LevelFilter::WARN),
        "info" => Ok(LevelFilter::INFO),
        "debug" => Ok(LevelFilter::DEBUG),
        "trace" => Ok(LevelFilter::TRACE),
        _ => Err(LOG.wrong(text, "it is one of off, error, warn, info, debug, trace")),
    }
}

pub(super) fn default_rooms() -> Vec<RoomName> {
    RoomName::parse(DEFAULT_ROOM, Limits::DEFAULT.room_chars)
        .into_iter()
        .collect()
}
