//! The terminal client of the chat: see the modules.

pub mod neutral;
