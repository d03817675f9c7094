//! The command line of `chat-server admin`, and what it prints.

use super::{Answer, Order, desk, socket, terminal};
use crate::committer;
use crate::config::Config;
use crate::files::Depot;
use crate::node::Node;
use crate::password::Passwords;
use crate::run::FILES;
use crate::store::sqlite::{OpenError, SqliteStore};
use clap::Subcommand;
use std::io::{self, Write};
use std::sync::Arc;

/// What the operator can do from a shell, whether the server runs or not
#[derive(Debug, Clone, Subcommand)]
pub enum Admin {
    /// Make an account; the password is asked for, or read from standard input
    Add {
        /// The account's name
        name: String,
    },
    /// Make an account an admin of the server, who may do all in every room
    Promote {
        /// The account's name
        name: String,
    },
    /// Make an admin an account like any other
    Demote {
        /// The account's name
        name: String,
    },
    /// Give an account a new password, and log its devices out
    Password {
        /// The account's name
        name: String,
    },
    /// Keep an account or a guest out of the server, and close its connections
    Ban {
        /// The user's name
        name: String,
    },
    /// Let it in again
    Unban {
        /// The user's name
        name: String,
    },
    /// Let an account or a guest read, but not write, in all rooms
    Mute {
        /// The user's name
        name: String,
    },
    /// Let it write again
    Unmute {
        /// The user's name
        name: String,
    },
    /// Keep what is said in a room for so many days, from now on
    Keep {
        /// The room's name
        room: String,
        /// A number of days, forever, or default: as the server does in all rooms
        days: String,
    },
    /// List accounts and guests
    Users,
    /// List a user's devices
    Tokens {
        /// The user's name
        name: String,
        /// Log them all out instead
        #[arg(long)]
        revoke: bool,
    },
}

/// Why it was not done; the text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The server, or the rules, said no.
    #[error("{0}")]
    Refused(String),
    /// There is nothing to administer.
    #[error(
        "there is no data in {0}: start the server there once, or name its directory with --data DIR"
    )]
    NoData(String),
    /// A server has the directory, but does not answer.
    #[error(
        "a server runs on {0}, but its admin socket can't be reached; stop it, and this works on its data"
    )]
    NoSocket(String),
    /// The socket is another user's.
    #[error("only the user whom the server runs as, or root, may do this")]
    NotYours,
    /// The data can't be opened.
    #[error(transparent)]
    Data(#[from] OpenError),
    /// Something of the system failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Does it, and prints what came of it.
pub fn run(config: &Config, command: &Admin) -> Result<(), AdminError> {
    let desk = Desk { config };
    let mut out = io::stdout().lock();
    match command {
        Admin::Add { name } => {
            let password = terminal::new_password(name)?;
            let name = name.clone();
            desk.done(&mut out, &Order::Add { name, password })
        }
        Admin::Promote { name } => desk.done(&mut out, &Order::Promote { name: name.clone() }),
        Admin::Demote { name } => desk.done(&mut out, &Order::Demote { name: name.clone() }),
        Admin::Password { name } => {
            let password = terminal::new_password(name)?;
            let name = name.clone();
            desk.done(&mut out, &Order::Password { name, password })
        }
        Admin::Ban { name } => desk.done(&mut out, &ban(name, true)),
        Admin::Unban { name } => desk.done(&mut out, &ban(name, false)),
        Admin::Mute { name } => desk.done(&mut out, &mute(name, true)),
        Admin::Unmute { name } => desk.done(&mut out, &mute(name, false)),
        Admin::Tokens { name, revoke: true } => {
            desk.done(&mut out, &Order::Revoke { name: name.clone() })
        }
        Admin::Tokens { name, .. } => desk.done(&mut out, &Order::Tokens { name: name.clone() }),
        Admin::Keep { room, days } => {
            let (room, keep) = (room.clone(), days.clone());
            desk.done(&mut out, &Order::Keep { room, keep })
        }
        Admin::Users => desk.users(&mut out),
    }
}

fn ban(name: &str, on: bool) -> Order {
    let name = name.to_owned();
    Order::Ban { name, on }
}

fn mute(name: &str, on: bool) -> Order {
    let name = name.to_owned();
    Order::Mute { name, on }
}

/// Where orders are given.
struct Desk<'a> {
    config: &'a Config,
}

impl Desk<'_> {
    fn done(&self, out: &mut impl Write, order: &Order) -> Result<(), AdminError> {
        match self.give(order)? {
            Answer::Done { words } => writeln!(out, "{words}")?,
            Answer::Refused { words } => return Err(AdminError::Refused(words)),
            Answer::Tokens { tokens } => {
                table(out, &["DEVICE", "SINCE", "LAST CAME IN"], &tokens)?;
            }
            Answer::Users { users, .. } => table(out, &USERS, &users)?,
        }
        Ok(())
    }

    fn users(&self, out: &mut impl Write) -> Result<(), AdminError> {
        let (mut after, mut rows) = (0, Vec::new());
        loop {
            match self.give(&Order::Users { after })? {
                Answer::Users { users, next } => {
                    rows.extend(users);
                    match next {
                        Some(next) => after = next,
                        None => break,
                    }
                }
                Answer::Refused { words } => return Err(AdminError::Refused(words)),
                Answer::Done { .. } | Answer::Tokens { .. } => break,
            }
        }
        Ok(table(out, &USERS, &rows)?)
    }

    /// To the server, or to a desk of our own if there is none.
    fn give(&self, order: &Order) -> Result<Answer, AdminError> {
        let data = &self.config.data;
        match socket::give(data, order) {
            Ok(Some(answer)) => return Ok(answer),
            Ok(None) => {}
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                return Err(AdminError::NotYours);
            }
            Err(error) => return Err(error.into()),
        }
        let shown = data.display().to_string();
        if !data.join("chat.db").exists() {
            return Err(AdminError::NoData(shown));
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let store = match SqliteStore::open(data, committer::now()) {
                Err(OpenError::InUse { .. }) => return Err(AdminError::NoSocket(shown)),
                other => other?,
            };
            let settings = self.config.chat.clone();
            let files = Depot::local(&data.join(FILES))?;
            let node = Node::start(Arc::new(store), files, settings, Passwords::start()?);
            let answer = desk::answer(&node, order.clone()).await;
            node.stop().await;
            Ok(answer)
        })
    }
}

const USERS: [&str; 4] = ["NAME", "IS", "LAST SEEN", "DEVICES"];

fn table(out: &mut impl Write, head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    let head: Vec<_> = head.iter().map(|&cell| cell.to_owned()).collect();
    let width = |column: usize| {
        let cells = rows.iter().chain([&head]).filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    for row in [&head].into_iter().chain(rows) {
        let cells = row.iter().enumerate();
        let line: Vec<_> = cells
            .map(|(column, cell)| format!("{cell:<0$}", width(column)))
            .collect();
        writeln!(out, "{}", line.join("  ").trim_end())?;
    }
    Ok(())
}
