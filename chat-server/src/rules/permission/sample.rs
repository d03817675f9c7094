//! What the tests of rules begin with; each says what is different there.

use super::{Actor, Place};
use chat_proto::event::RoomKind;

/// A public room with people in it, as one sees it who is not.
pub(in crate::rules) const OUTSIDE: Place = Place {
    kind: RoomKind::Public,
    members: 3,
    owned: true,
    guests: true,
    role: None,
    banned: false,
    muted: false,
    invited: false,
};

/// One with an account.
pub(in crate::rules) const PERSON: Actor = Actor {
    guest: false,
    admin: false,
    muted: false,
};

/// Of the server.
pub(in crate::rules) const ADMIN: Actor = Actor {
    admin: true,
    ..PERSON
};
