//! What a write is about, as those ask who carry it out: each of these knows
//! every kind of write.

use crate::core::effect::Store;
use crate::core::outbox::ItemNonce;
use chat_proto::RoomName;

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

/// What counts as accepted once the write lasts.
pub(super) fn accepts(write: &Store) -> Option<&ItemNonce> {
    match write {
        Store::Accept { unsent, .. } => Some(&unsent.nonce),
        Store::Deed(deed) => Some(&deed.id),
        Store::Device(_)
        | Store::Room(_)
        | Store::Forget(_)
        | Store::Reset
        | Store::Log { .. }
        | Store::Changes { .. }
        | Store::Draft { .. }
        | Store::Outbox(_)
        | Store::Settle(_)
        | Store::DeedOver(_)
        | Store::Habits(_)
        | Store::Place { .. }
        | Store::Open(_) => None,
    }
}

/// The room whose log a write carries on.
pub(super) fn log_of(write: &Store) -> Option<&RoomName> {
    match write {
        Store::Log { room, .. } | Store::Changes { room, .. } => Some(room),
        // Its cursor must not pass what was not cached.
        Store::Room(row) => Some(&row.state.room),
        Store::Device(_)
        | Store::Forget(_)
        | Store::Reset
        | Store::Draft { .. }
        | Store::Accept { .. }
        | Store::Outbox(_)
        | Store::Settle(_)
        | Store::Deed(_)
        | Store::DeedOver(_)
        | Store::Habits(_)
        | Store::Place { .. }
        | Store::Open(_) => None,
    }
}

/// Whether a write holds what nobody but its author could restore.
pub(super) fn was_typed(write: &Store) -> bool {
    match write {
        Store::Draft { .. }
        | Store::Accept { .. }
        | Store::Outbox(_)
        | Store::Settle(_)
        | Store::Deed(_)
        | Store::DeedOver(_) => true,
        Store::Device(_)
        | Store::Room(_)
        | Store::Forget(_)
        | Store::Reset
        | Store::Log { .. }
        | Store::Changes { .. }
        | Store::Place { .. }
        | Store::Habits(_)
        | Store::Open(_) => false,
    }
}
