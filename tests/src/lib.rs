//! What whole-process tests are made of: real servers, real terminals, real
//! browsers, raw clients, faults between them, and load.
//!
//! Nothing in here shares code with what it tests: the clients speak JSON
//! values as `docs/protocol.md` writes them, so a mistake in the wire types
//! can't hide itself. What always holds: every process and every directory made
//! here goes away with the value that stands for it, and nothing sleeps to
//! wait; [`wait`] looks for a condition until a deadline.

pub mod binaries;
pub mod browser;
pub mod bucket;
pub mod chatter;
pub mod client;
pub mod clock;
pub mod command;
pub mod conversation;
pub mod crowd;
pub mod device;
pub mod dice;
pub mod disk;
pub mod emulator;
pub mod fake;
pub mod fault;
pub mod home;
pub mod hostile;
pub mod http;
pub mod kept;
pub mod keys;
pub mod load;
pub mod modes;
pub mod page;
pub mod picture;
pub mod preload;
pub mod process;
pub mod program;
pub mod raw;
pub mod screen;
pub mod scrollback;
pub mod server;
pub mod terminal;
pub mod tls;
pub mod user;
pub mod wait;
