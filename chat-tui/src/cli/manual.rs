//! The manual and the completions of shells, made from the definition of the
//! command line itself, so that they can't say anything else.

use super::Failure;
use super::print::Output;
use clap::Args;
use clap_complete::Shell;
use std::path::PathBuf;

#[derive(Debug, Clone, Args)]
pub(super) struct Completions {
    /// For which shell
    shell: Shell,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Man {
    /// Of which command, instead of the program
    command: Option<String>,
    /// Write the pages of all commands into this folder, instead of printing one
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    dir: Option<PathBuf>,
}

pub(super) fn completions(
    what: &Completions,
    mut program: clap::Command,
    out: &mut Output,
) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(what.shell, &mut program, "chat-tui", &mut text);
    Ok(out.text(&text)?)
}

pub(super) fn man(what: &Man, mut program: clap::Command, out: &mut Output) -> Result<(), Failure> {
    if let Some(dir) = &what.dir {
        return Ok(clap_mangen::generate_to(program, dir)?);
    }
    // Gives the commands the names by which their pages are found.
    program.build();
    let page = match &what.command {
        None => program,
        Some(name) => {
            let found = program.find_subcommand(name).cloned();
            found.ok_or_else(|| Failure::Usage(format!("there is no command {name}")))?
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    Ok(out.text(&text)?)
}
