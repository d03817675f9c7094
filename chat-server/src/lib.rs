//! A chat server: a room is a log, and everybody reads it from a cursor.

pub mod committer;
pub mod log;
pub mod node;
pub mod people;
pub mod presence;
pub mod rate;
pub mod session;
pub mod store;
