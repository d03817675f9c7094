//! `config`: what is wrong in the configuration, and what it may hold.

use super::Failure;
use super::print::Output;
use crate::config;
use crate::edge::config_file;
use clap::Subcommand;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Subcommand)]
pub(super) enum Config {
    /// Say what is wrong in the configuration; fails if anything is
    Check,
    /// Print a configuration with all settings and keys, as they are when nothing is said
    PrintDefault,
    /// Write that configuration where it is looked for, unless there is one
    Init,
}

pub(super) fn run(what: &Config, named: Option<PathBuf>, out: &mut Output) -> Result<(), Failure> {
    let path = || {
        let words = "there is no home directory to look in; name the file with --config";
        let path = named.or_else(config_file::usual_path);
        path.ok_or_else(|| Failure::Usage(words.to_owned()))
    };
    match what {
        Config::Check => check(&path()?, out),
        Config::PrintDefault => {
            for line in config::print_default().lines() {
                out.line(line)?;
            }
            Ok(())
        }
        Config::Init => {
            let path = path()?;
            config_file::create(&path)
                .map_err(|e| Failure::Config(format!("{}: {e}", path.display())))?;
            Ok(out.line(&path.display().to_string())?)
        }
    }
}

fn check(path: &Path, out: &mut Output) -> Result<(), Failure> {
    let shown = path.display();
    let Some(bytes) =
        config_file::load(path).map_err(|e| Failure::Config(format!("{shown}: {e}")))?
    else {
        let words = format!("{shown}: there is none; all is as `config print-default` says");
        return Ok(out.line(&words)?);
    };
    let (_, problems) = config::read(&bytes);
    for problem in &problems {
        let words = crate::neutral::line(&problem.words).into_owned();
        out.line(&format!("{shown}:{}: {words}", problem.line))?;
    }
    match problems.len() {
        0 => Ok(out.line(&format!("{shown}: fine"))?),
        1 => Err(Failure::Config("one line can't be used".to_owned())),
        many => Err(Failure::Config(format!("{many} lines can't be used"))),
    }
}
