//! `chat-server admin`: what the operator does from a shell.
//!
//! One request, one answer, each a line of JSON. If a server runs on the data
//! directory, they go through a socket in it that only the server's own user
//! may open (`socket`); if none does, the command opens the data itself. Both
//! are answered by `desk`, which changes things as sessions do: through the
//! committer. What is typed and printed is in [`command`].

pub mod command;
mod desk;
mod socket;
mod terminal;

pub use command::{Admin, run};
pub use socket::Socket;

use serde::{Deserialize, Serialize};

/// What is asked. No `Debug`: passwords are among it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Order {
    /// Makes an account.
    Add { name: String, password: String },
    /// Makes an account an admin of the server.
    Promote { name: String },
    /// Takes that back.
    Demote { name: String },
    /// Gives an account another password.
    Password { name: String, password: String },
    /// Lists those who bear a name, after the one with this number.
    Users { after: i64 },
    /// Lists a user's devices.
    Tokens { name: String },
    /// Logs all of an account's devices out.
    Revoke { name: String },
    /// Keeps a user out of the server, or no longer.
    Ban { name: String, on: bool },
    /// Silences a user in all rooms, or no longer.
    Mute { name: String, on: bool },
    /// Says for how long a room's events are kept.
    Keep { room: String, keep: String },
}

/// What is answered.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Answer {
    /// It was done; in words.
    Done { words: String },
    /// It was not; in words.
    Refused { words: String },
    /// A page of users.
    Users {
        users: Vec<Row>,
        /// The number of the last one, if there may be more.
        next: Option<i64>,
    },
    /// All devices.
    Tokens { tokens: Vec<Row> },
}

/// A row of a table, as it is printed.
type Row = Vec<String>;
