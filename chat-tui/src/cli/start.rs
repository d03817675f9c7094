//! What the screen begins with, from the command line and the environment.

use super::{Failure, Place, Target};
use crate::app::{Here, Open, Start};
use crate::core::look::{Able, Depth};
use crate::core::moment::Zone;
use crate::core::settings::Settings;
use crate::core::state::Setup;
use crate::edge::config_file::{self, ConfigFile};
use crate::edge::disk::cache::Cache;
use crate::edge::journal::{self, Journal, Level};
use crate::edge::profile::{Profile, ServerDir};
use crate::edge::terminal::Unfit;
use crate::edge::{clock, crash, terminal};
use crate::view::View;

use jiff::tz::TimeZone;
use std::ffi::OsString;
use std::path::PathBuf;

/// What is told of the way that things take.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Logged {
    /// Where the screen's log goes, instead of the platform's directory
    #[arg(long, value_name = "FILE", env = "CHAT_TUI_LOG")]
    log: Option<PathBuf>,
    /// What is written into it
    #[arg(
        long,
        value_name = "LEVEL",
        default_value = "info",
        env = "CHAT_TUI_LOG_LEVEL"
    )]
    log_level: Level,
    /// Write what people say into it as well; passwords and tokens never
    #[arg(long)]
    log_texts: bool,
    /// Begin with the figures of the connection on the screen
    #[arg(long)]
    debug: bool,
}

impl Logged {
    /// Opens the log; that there is none is told to whoever named a file.
    fn open(&self, notes: &mut Vec<String>) -> Option<Journal> {
        let path = self.log.clone().or_else(journal::usual_path)?;
        match Journal::open(path.clone(), self.log_level, self.log_texts) {
            Ok(journal) => Some(journal),
            Err(why) => {
                let words = format!("no log in {}: {why}", path.display());
                notes.extend(self.log.is_some().then_some(words));
                None
            }
        }
    }
}

/// How it is to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    /// On a screen.
    Screen,
    /// Line by line.
    Lines {
        /// Not by wish, but since this terminal can do no more.
        needed: bool,
    },
}

/// What this terminal is fit for; fails where a screen is wanted of a pipe.
pub(super) fn face(linear: bool) -> Result<Face, Failure> {
    match terminal::fitness() {
        _ if linear => Ok(Face::Lines { needed: false }),
        Ok(()) => Ok(Face::Screen),
        Err(Unfit::Dumb) => Ok(Face::Lines { needed: true }),
        Err(unfit @ (Unfit::NoOutput | Unfit::NoInput)) => Err(unfit.into()),
    }
}

/// Opens what is kept.
pub(super) fn prepare(
    place: Place,
    config: Option<PathBuf>,
    logged: &Logged,
    face: Face,
) -> Result<Start, Failure> {
    let profile = Profile::find(place.data.as_deref(), &place.profile).ok();
    let reports = profile
        .as_ref()
        .map_or_else(std::env::temp_dir, Profile::reports);
    let taught = profile.map(|profile| profile.taught());
    let taught = taught.filter(|path| !path.exists());
    crash::catch(reports);
    let mut notes = Vec::new();
    if face == (Face::Lines { needed: true }) {
        notes.push("TERM=dumb: line by line, as with --linear".to_owned());
    }
    let (config, settings) = configuration(config, &mut notes);
    let target = place.among(&settings.servers)?;
    let able = able(|name| std::env::var_os(name));
    let look = settings.look;
    notes.extend(look.theme.and_then(|theme| theme.warning(able)));
    if face == Face::Screen && !able.utf8 && look.ascii.is_none() {
        notes.push("no UTF-8 in LANG: drawn in ASCII".to_owned());
    }
    let zone = zone();
    let mut begun = here(target, settings, able, &zone)?;
    begun.setup.lesson = taught.is_some();
    begun.setup.debug = logged.debug;
    let journal = logged.open(&mut notes);
    let view = View::new(zone.clone());
    let open: Open = Box::new(move |known, settings| {
        // The name on the command line was for the server there.
        let place = Place {
            name: None,
            ..place.clone()
        };
        let target = place.known(known).map_err(|why| why.to_string())?;
        here(target, settings, able, &zone).map_err(|why| why.to_string())
    });
    Ok(Start {
        here: begun,
        open,
        config,
        notes,
        taught,
        journal,
        view,
    })
}

/// Opens what is kept of a server.
fn here(target: Target, settings: Settings, able: Able, zone: &TimeZone) -> Result<Here, Failure> {
    let file = target.dir.as_ref().ok().map(ServerDir::cache);
    let (cache, note) = Cache::open(target.dir);
    let setup = Setup {
        zone: Zone(zone.clone()),
        server: target.server,
        addresses: target.addresses.iter().map(ToString::to_string).collect(),
        local: target.local,
        lesson: false,
        debug: false,
        name: target.name,
        login: login(),
        client: concat!("chat-tui ", env!("CARGO_PKG_VERSION")).to_owned(),
        seed: clock::seed()?,
        settings,
        able,
    };
    Ok(Here {
        setup,
        addresses: target.addresses,
        trust: target.trust,
        cache,
        file,
        note,
    })
}

/// The configuration's file and what it says; what is wrong in it is noted.
fn configuration(
    named: Option<PathBuf>,
    notes: &mut Vec<String>,
) -> (Option<ConfigFile>, Settings) {
    match named.or_else(config_file::usual_path) {
        Some(path) => {
            let (file, settings, words) = ConfigFile::open(path);
            notes.extend(words);
            (Some(file), settings)
        }
        None => (None, Settings::default()),
    }
}

/// The zone that people here live in. Where nothing else is said it is read
/// directly: looking through all zones of the world takes longer than the rest
/// of the start.
pub(super) fn zone() -> TimeZone {
    if std::env::var_os("TZ").is_some() {
        return TimeZone::system();
    }
    std::fs::read("/etc/localtime")
        .ok()
        .and_then(|bytes| TimeZone::tzif("local", &bytes).ok())
        .unwrap_or_else(TimeZone::system)
}

/// The name by which the system knows the person.
pub(super) fn login() -> Option<String> {
    ["USER", "LOGNAME"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|name| !name.is_empty())
}

/// What the terminal can, by what the environment says of it.
fn able(variable: impl Fn(&str) -> Option<OsString>) -> Able {
    let text = |name| {
        let value = variable(name).unwrap_or_default();
        value.to_string_lossy().into_owned()
    };
    let term = text("TERM");
    Able {
        depth: Depth::of(&term, &text("COLORTERM")),
        no_color: !text("NO_COLOR").is_empty(),
        utf8: speaks_utf8(&variable),
        modern: is_modern(&term),
    }
}

/// Old consoles print what they do not know; all others ignore it.
fn is_modern(terminal: &str) -> bool {
    let old = ["linux", "vt", "cons", "dumb"];
    !old.iter().any(|name| terminal.starts_with(name))
}

/// The first of them that is set decides, as for every program.
fn speaks_utf8(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(variable)
        .find(|value| !value.is_empty());
    locale.is_some_and(|locale| {
        let locale = locale.to_string_lossy().to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_says_whether_utf8_is_understood() {
        let speaks = |set: &[(&str, &str)]| {
            speaks_utf8(|name| {
                let found = set.iter().find(|(n, _)| *n == name);
                found.map(|(_, value)| OsString::from(value))
            })
        };
        assert!(speaks(&[("LANG", "C.UTF-8")]));
        assert!(speaks(&[("LC_ALL", ""), ("LC_CTYPE", "de_DE.utf8")]));
        assert!(!speaks(&[("LC_ALL", "C"), ("LANG", "C.UTF-8")]));
        assert!(!speaks(&[("LANG", "de_DE")]));
        assert!(!speaks(&[]));
    }
}
