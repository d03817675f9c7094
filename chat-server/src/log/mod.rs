//! A room is a log, and everybody reads it from a cursor.
//!
//! [`RoomLog`] keeps a room's head and a ring of its newest frames, and rings
//! the bells of its readers; [`cursor`] decides, from a cursor, a head and a
//! ring, what a reader gets next. Nothing here is durable and nothing here
//! knows a socket: the store is the truth, the ring spares it the reading, a
//! bell is a hint.

pub mod cursor;
pub(crate) mod frame;
mod late;
mod pace;
mod ring;
mod room;
mod rooms;

pub use frame::Frame;
pub use ring::Ring;
pub use room::{Reader, RoomLog};
pub use rooms::Logs;
