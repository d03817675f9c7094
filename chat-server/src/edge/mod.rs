//! The outside of the server: sockets, HTTP, the page, and whose pages may talk to it.
//!
//! It knows sockets, heads and bodies, and hands on what they ask: to a session,
//! or to the node. It knows no rule of the chat.

mod answer;
mod bearer;
mod body;
pub mod client;
pub mod descriptors;
mod files;
mod handshake;
mod hooks;
pub mod http;
pub mod listen;
mod metrics;
pub mod origin;
mod overload;
pub mod page;
mod probe;
mod schema;
