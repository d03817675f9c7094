//! Where the program touches the world: the terminal, the network, the disk.
//!
//! The edges decide nothing; they turn what happens into the core's inputs and
//! carry out its effects.

pub mod clock;
pub mod config_file;
pub mod crash;
pub mod disk;
pub mod editor;
pub mod folders;
pub mod input;
pub mod journal;
pub mod lines;
pub mod local;
pub mod meter;
pub mod net;
pub mod notify;
pub mod opener;
pub mod profile;
pub mod signals;
pub mod terminal;
pub mod tls;
pub mod transfer;
