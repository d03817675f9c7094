//! The outside of the server: sockets, HTTP, the page, and whose pages may talk to it.
//!
//! It knows of the node only that it serves upgraded connections and whether it
//! is ready; nothing of frames, rooms or users.

pub mod descriptors;
mod handshake;
pub mod http;
pub mod listen;
pub mod origin;
pub mod page;
