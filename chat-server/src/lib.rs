//! A chat server: a room is a log, and everybody reads it from a cursor.

// Not called: its feature `release_max_level_debug` compiles out what the
// WebSocket library logs at every poll.
use ::log as _;

pub mod admin;
pub mod banner;
pub mod committer;
pub mod config;
pub mod edge;
pub mod fault;
pub mod files;
mod keeping;
pub mod log;
pub mod metrics;
pub mod news;
pub mod node;
pub mod password;
pub mod people;
pub mod presence;
pub mod rate;
pub mod rules;
pub mod run;
pub mod search;
pub mod session;
pub mod store;
