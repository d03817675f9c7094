//! What a run begins with, on a screen or line by line.

use crate::core::servers::{Addresses, Known};
use crate::core::settings::Settings;
use crate::core::state::Setup;
use crate::edge::config_file::ConfigFile;
use crate::edge::disk::cache::Cache;
use crate::edge::journal::Journal;
use crate::edge::tls::Trust;
use crate::view::View;
use std::path::PathBuf;

/// What a run begins with.
pub struct Start {
    /// The server to begin with.
    pub here: Here,
    /// How to come to another one.
    pub open: Open,
    /// Where the settings come from; `None`: there is no place for them.
    pub config: Option<ConfigFile>,
    /// What is amiss already, in words.
    pub notes: Vec<String>,
    /// What is written once the first lesson was understood, if it was not.
    pub taught: Option<PathBuf>,
    /// Where it is told what happened on the way.
    pub journal: Option<Journal>,
    /// What draws it.
    pub view: View,
}

/// One server, and what is kept of it.
#[derive(Debug)]
pub struct Here {
    /// What the core is told.
    pub setup: Setup,
    /// Where the server is.
    pub addresses: Addresses,
    /// By whose word it is trusted.
    pub trust: Trust,
    /// What is kept of it.
    pub cache: Cache,
    /// The file that this is in, where it is in one.
    pub file: Option<PathBuf>,
    /// What became of a cache that was broken, in words.
    pub note: Option<String>,
}

/// Opens what is kept of a server that has a name, to go on with these settings.
pub type Open = Box<dyn Fn(&Known, Settings) -> Result<Here, String>>;
