//! What a write is about, as those ask who carry it out.

use crate::core::effect::Store;
use crate::core::outbox::ItemNonce;
use chat_proto::RoomName;

/// What would be missing, were a write not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About<'a> {
    /// Something typed that waits for the server; it counts as accepted once
    /// the write lasts.
    Item(&'a ItemNonce),
    /// What nobody but its author could restore.
    Typed,
    /// A part of a room's log, or the cursor that must not pass it.
    Log(&'a RoomName),
    /// What the server tells again, and habits.
    Rest,
}

impl<'a> About<'a> {
    pub(super) fn of(write: &'a Store) -> Self {
        match write {
            Store::Accept { unsent, .. } => Self::Item(&unsent.nonce),
            Store::Deed(deed) => Self::Item(&deed.id),
            Store::Draft { .. } | Store::Outbox(_) | Store::Settle(_) | Store::DeedOver(_) => {
                Self::Typed
            }
            Store::Log { room, .. } | Store::Changes { room, .. } => Self::Log(room),
            Store::Room(row) => Self::Log(&row.state.room),
            Store::Device(_)
            | Store::Forget(_)
            | Store::Reset
            | Store::Place { .. }
            | Store::Habits(_)
            | Store::Open(_) => Self::Rest,
        }
    }

    /// What counts as accepted once the write lasts.
    pub(super) fn item(self) -> Option<&'a ItemNonce> {
        match self {
            Self::Item(nonce) => Some(nonce),
            Self::Typed | Self::Log(_) | Self::Rest => None,
        }
    }

    /// The room whose log the write carries on.
    pub(super) fn log(self) -> Option<&'a RoomName> {
        match self {
            Self::Log(room) => Some(room),
            Self::Item(_) | Self::Typed | Self::Rest => None,
        }
    }
}

/// What of a write has to be made up for, however late: the end of something
/// that would else be there again after the next start.
pub(super) fn ends(write: &Store) -> Option<Store> {
    match write {
        Store::Settle(_) | Store::DeedOver(_) | Store::Draft { draft: None, .. } => {
            Some(write.clone())
        }
        Store::Accept {
            ends: Some(desk), ..
        } => Some(Store::Draft {
            desk: desk.clone(),
            draft: None,
        }),
        _ => None,
    }
}
