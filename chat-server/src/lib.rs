//! A chat server: a room is a log, and everybody reads it from a cursor.

pub mod node;
pub mod session;
pub mod store;
