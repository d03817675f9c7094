//! What the operator changes, beside the chat.

use crate::store::row::PasswordHash;
use chat_proto::{RoomName, UserName};

/// What the operator does with an account, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Administer {
    /// Whose.
    pub name: UserName,
    /// What.
    pub deed: AdminDeed,
}

/// See [`Administer`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdminDeed {
    /// Makes an account that was never a guest.
    Add {
        /// Its first password.
        password: PasswordHash,
        /// The rooms in which new users start; they are made if need be.
        default_rooms: Vec<RoomName>,
    },
    /// Makes it an admin of the server, or no longer one.
    Promote(bool),
    /// Gives it another password; all of its devices are logged out.
    SetPassword(PasswordHash),
    /// Logs all of its devices out.
    Revoke,
    /// Keeps it, or a guest, out of the server, or no longer.
    Ban(bool),
    /// Silences it, or a guest, in all rooms, or no longer.
    Mute(bool),
}
