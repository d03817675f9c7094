//! The terminal client's program; only this file ends the process.

use chat_tui::cli::{self, Command};
use clap::Parser as _;
use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let command = Command::parse();
    match cli::run(command) {
        Ok(code) => code.into(),
        Err(failure) => {
            // Nobody is left to tell if even this can't be written.
            let _ = writeln!(std::io::stderr(), "chat-tui: {failure}");
            failure.code().into()
        }
    }
}
