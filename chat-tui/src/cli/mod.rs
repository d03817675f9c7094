//! The command line: the screen, and commands that do without it.
//!
//! No secret is ever an argument; whatever others wrote is neutralised before
//! it reaches standard output or standard error.

mod config;
mod export;
mod history;
mod manual;
mod members;
mod place;
mod print;
mod rooms;
mod search;
mod send;
mod session;
mod since;
mod start;
mod tail;

use crate::address::AddressError;
use crate::core::servers::Servers;
use crate::edge::local;
use crate::edge::profile::ProfileError;
use clap::builder::PossibleValuesParser;
use clap::{CommandFactory as _, Parser, Subcommand};
use place::{Place, Target};
use print::Output;
use start::Face;
use std::path::PathBuf;

/// Chat in the terminal: opens with what is kept, sends when it can, loses nothing typed.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Command {
    /// Where the server is, or its name in the configuration
    #[arg(value_name = "SERVER")]
    server: Option<String>,
    /// Line by line, for screen readers and plain terminals: nothing is ever redrawn
    #[arg(long)]
    linear: bool,
    #[command(flatten)]
    place: Place,
    /// The configuration's file, instead of the one in the platform's directory
    #[arg(long, value_name = "FILE", global = true, env = "CHAT_TUI_CONFIG")]
    config: Option<PathBuf>,
    /// Print a configuration with all settings and keys: `config print-default`
    #[arg(long)]
    print_default: bool,
    #[command(flatten)]
    logged: start::Logged,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    #[command(flatten)]
    Ask(Ask),
    /// Look at the configuration
    #[command(subcommand)]
    Config(config::Config),
    /// Print what makes a shell complete the words of this program
    Completions(manual::Completions),
    /// Print the manual, or write its pages
    Man(manual::Man),
    /// Become a server that outlives this terminal
    #[command(hide = true, name = local::DETACHED)]
    Detached {
        /// Its program
        program: PathBuf,
    },
}

// Asked of a server; a comment of documentation would be the program's own words.
#[derive(Debug, Clone, Subcommand)]
enum Ask {
    /// Send a message; ends well only once the server has it
    Send(send::Send),
    /// Show the newest messages of a room, and those to come
    Tail(tail::Tail),
    /// Show messages of a room
    History(history::History),
    /// Find messages in the rooms that one is in
    Search(search::Search),
    /// Print a whole room, oldest first
    Export(export::Export),
    /// List the rooms
    Rooms(rooms::Rooms),
    /// List who is in a room
    Members(members::Members),
}

impl Ask {
    async fn run(self, target: &Target, out: &mut Output) -> Result<(), Failure> {
        match self {
            Self::Send(send) => send::run(target, send).await,
            Self::Tail(tail) => tail::run(target, tail, out).await,
            Self::History(history) => history::run(target, history, out).await,
            Self::Search(search) => search::run(target, search, out).await,
            Self::Export(export) => export::run(target, export, out).await,
            Self::Rooms(rooms) => rooms::run(target, rooms, out).await,
            Self::Members(members) => members::run(target, members, out).await,
        }
    }
}

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The words given are none.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The profile named is none.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// An argument is against a rule.
    #[error("{0}")]
    Usage(String),
    /// There is no terminal for the screen.
    #[error(
        "{0}; `chat-tui --linear` goes line by line, `chat-tui tail ROOM` and \
         `chat-tui send ROOM` do one thing"
    )]
    Unfit(#[from] crate::edge::terminal::Unfit),
    /// The server said no, in its words.
    #[error("{0}")]
    Refused(String),
    /// The server can't be reached, or left.
    #[error("{0}")]
    Link(String),
    /// The configuration has lines that can't be used; they are told already.
    #[error("{0}")]
    Config(String),
    /// The machine's fault.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Failure {
    /// 2: the call was wrong; 1: it was right, and failed.
    pub fn code(&self) -> u8 {
        match self {
            Self::Address(_) | Self::Profile(_) | Self::Usage(_) | Self::Unfit(_) => 2,
            Self::Refused(_) | Self::Link(_) | Self::Config(_) | Self::Io(_) => 1,
        }
    }
}

/// Does what was asked; the exit code.
pub fn run(command: Command) -> Result<u8, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let place = Place {
        server: command.server.or(command.place.server),
        ..command.place
    };
    let printed = What::Config(config::Config::PrintDefault);
    let asked = command.print_default.then_some(printed);
    let Some(what) = asked.or(command.what) else {
        let face = start::face(command.linear)?;
        let start = start::prepare(place, command.config, &command.logged, face)?;
        return Ok(match face {
            Face::Screen => runtime.block_on(crate::app::run(start))?,
            Face::Lines { .. } => runtime.block_on(crate::app::lines::run(start))?,
        });
    };
    let mut out = Output::stdout();
    let out = &mut out;
    let done = match what {
        What::Config(config) => config::run(&config, command.config, out),
        What::Completions(what) => {
            let servers = place::configured(command.config).servers;
            manual::completions(&what, with_names(Command::command(), &servers), out)
        }
        What::Detached { program } => Err(local::become_detached(&program).into()),
        What::Man(man) => manual::man(&man, Command::command(), out),
        What::Ask(ask) => {
            let target = place.find(command.config)?;
            runtime.block_on(ask.run(&target, out))
        }
    };
    match done {
        // Whoever read the output has enough: no reason to complain.
        Err(Failure::Io(e)) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(0),
        other => other.map(|()| 0),
    }
}

/// The command line that knows the names of servers.
fn with_names(program: clap::Command, servers: &Servers) -> clap::Command {
    let names = servers.known.iter().map(|known| &known.name);
    // Its words live as long as the program, which this command ends.
    let names: Vec<&'static str> = names
        .map(|name| &*name.as_str().to_owned().leak())
        .collect();
    if names.is_empty() {
        return program;
    }
    let choice = |arg: clap::Arg| arg.value_parser(PossibleValuesParser::new(&names));
    program
        .mut_arg("server", choice)
        .mut_arg("server_by_flag", choice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Command::command().debug_assert();
    }

    #[test]
    fn a_word_that_is_no_command_is_an_address() {
        let parse =
            |words: &[&str]| Command::try_parse_from([&["chat-tui"], words].concat()).unwrap();
        let screen = parse(&["ws://host:1/ws", "--name", "ada"]);
        assert_eq!(screen.server.as_deref(), Some("ws://host:1/ws"));
        assert_eq!(screen.place.name.as_deref(), Some("ada"));
        assert!(screen.what.is_none());

        let send = parse(&["send", "dev", "hi", "--server", "ws://host:1/ws"]);
        assert_eq!(
            (send.server, send.place.server.as_deref()),
            (None, Some("ws://host:1/ws"))
        );
        assert!(matches!(send.what, Some(What::Ask(Ask::Send(_)))));

        let both = parse(&["ws://host:1/ws", "tail", "dev", "--json"]);
        assert_eq!(both.server.as_deref(), Some("ws://host:1/ws"));
        assert!(matches!(both.what, Some(What::Ask(Ask::Tail(_)))));
    }

    #[test]
    fn a_wrong_address_is_a_wrong_call() {
        let command = Command::try_parse_from(["chat-tui", "ftp://host", "rooms"]).unwrap();
        assert_eq!(run(command).unwrap_err().code(), 2);
    }
}
