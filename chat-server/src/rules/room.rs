//! Coming into rooms and leaving them.

use super::no_room;
use super::permission::{Actor, Deed, Place, REGISTER, banned, inside, may};
use crate::store::UserId;
use chat_proto::event::{Role, RoomKind};
use chat_proto::{ErrorCode, ErrorReply, RoomName, Seq};

/// What `join` comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joining {
    /// They are in it.
    Already,
    /// They come in as this.
    Enter(Role),
    /// The room is made, public, and theirs.
    Create,
}

/// How many rooms someone is in, of how many they may be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rooms {
    /// In so many.
    pub count: usize,
    /// Of at most so many.
    pub max: usize,
}

impl Rooms {
    /// Whether there can be one more.
    pub fn has_space(self) -> Result<(), ErrorReply> {
        if self.count < self.max {
            return Ok(());
        }
        let Self { count, max } = self;
        Err(ErrorReply::new(
            ErrorCode::Conflict,
            format!("you are in {count} rooms and the limit is {max}; `leave` one first"),
        ))
    }
}

/// Decides a `join`.
pub fn join(
    name: &RoomName,
    asked: Option<(&Place, Actor)>,
    create: bool,
    rooms: Rooms,
) -> Result<Joining, ErrorReply> {
    let joining = match asked {
        Some((place, actor)) => match (place.role, place.kind) {
            (_, RoomKind::Public) if place.banned && !actor.admin => return Err(banned(name)),
            (Some(_), _) => return Ok(Joining::Already),
            (None, RoomKind::Private) if !place.invited => return Err(no_room(name)),
            (None, RoomKind::Direct) => return Err(no_room(name)),
            // A room that all have left falls to whoever finds it.
            (None, _) if place.owned && place.members == 0 => Joining::Enter(Role::Owner),
            (None, _) => Joining::Enter(Role::Member),
        },
        None if create && !name.is_direct() => Joining::Create,
        None => return Err(no_room(name)),
    };
    rooms.has_space()?;
    Ok(joining)
}

/// Whether delivery can go on behind `after` in a log with that head; asked
/// before anybody enters, so that a refused `join` changes nothing.
pub fn goes_on(after: Option<Seq>, head: Seq) -> Result<(), ErrorReply> {
    match after {
        Some(after) if after > head => Err(beyond(after, head)),
        Some(_) | None => Ok(()),
    }
}

/// A cursor that lies beyond the end of the log.
pub fn beyond(after: Seq, head: Seq) -> ErrorReply {
    ErrorReply::about(
        ErrorCode::Invalid,
        "after",
        format!("after is {after}, but the last event is {head}"),
    )
}

/// What `create` comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Creating {
    /// They own such a room already.
    Already,
    /// The room is made.
    Create,
}

/// Decides a `create`. That a private room's name is used, anyone may know.
pub fn create(
    name: &RoomName,
    asked: Option<(&Place, Actor)>,
    guest: bool,
    kind: RoomKind,
    rooms: Rooms,
) -> Result<Creating, ErrorReply> {
    if let Some((place, actor)) = asked
        && place.banned
        && place.kind == RoomKind::Public
        && !actor.admin
    {
        return Err(banned(name));
    }
    if guest && kind != RoomKind::Public {
        return Err(ErrorReply::about(
            ErrorCode::Forbidden,
            "kind",
            format!("guests may make public rooms only; {REGISTER}"),
        ));
    }
    match asked {
        None => rooms.has_space().map(|()| Creating::Create),
        Some((place, _)) if place.role == Some(Role::Owner) && place.kind == kind => {
            Ok(Creating::Already)
        }
        Some(_) => Err(ErrorReply::about(
            ErrorCode::Conflict,
            "room",
            format!("the name {name} is used; choose another, or `join` the room if you may"),
        )),
    }
}

/// Decides a `leave`: the role that they had.
pub fn leave(name: &RoomName, asked: Option<(&Place, Actor)>) -> Result<Role, ErrorReply> {
    inside(name, asked).map(|(_, role)| role)
}

/// Whether coming and going are events of the room's log, so that everyone
/// knows who reads; elsewhere they are presence.
pub fn logs_who_reads(kind: RoomKind) -> bool {
    match kind {
        RoomKind::Private => true,
        RoomKind::Public | RoomKind::Direct => false,
    }
}

/// Decides a `topic`.
pub fn set_topic(name: &RoomName, asked: Option<(&Place, Actor)>) -> Result<(), ErrorReply> {
    may(name, asked, Deed::SetTopic).map(drop)
}

/// Decides a `settings`.
pub fn settings(name: &RoomName, asked: Option<(&Place, Actor)>) -> Result<(), ErrorReply> {
    may(name, asked, Deed::Settings).map(drop)
}

/// Who becomes owner when someone of this role goes. `next` is the highest of
/// those who stay, of equals the longest-standing one.
pub fn heir(leaver: Role, next: Option<(UserId, Role)>) -> Option<UserId> {
    match (leaver, next) {
        (Role::Owner, Some((user, Role::Moderator | Role::Member))) => Some(user),
        (Role::Owner, Some((_, Role::Owner)) | None) | (Role::Moderator | Role::Member, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::permission::sample::{ADMIN, OUTSIDE, PERSON};

    fn name(text: &str) -> RoomName {
        RoomName::trusted(text).unwrap()
    }

    const INSIDE: Place = Place {
        role: Some(Role::Moderator),
        ..OUTSIDE
    };
    const HIDDEN: Place = Place {
        kind: RoomKind::Private,
        ..OUTSIDE
    };

    fn rooms(count: usize) -> Rooms {
        Rooms { count, max: 10 }
    }

    #[test]
    fn joining_enters_what_is_open_and_makes_what_is_not_there() {
        let empty = Place {
            members: 0,
            ..OUTSIDE
        };
        let servers_own = Place {
            owned: false,
            ..empty
        };
        let open = Place {
            invited: true,
            ..HIDDEN
        };
        let left = Place { members: 0, ..open };
        let out = Place {
            banned: true,
            ..OUTSIDE
        };
        for (place, create, count, expected) in [
            (Some(OUTSIDE), true, 0, Ok(Joining::Enter(Role::Member))),
            (Some(OUTSIDE), false, 9, Ok(Joining::Enter(Role::Member))),
            (Some(OUTSIDE), true, 10, Err(ErrorCode::Conflict)),
            (Some(INSIDE), true, 10, Ok(Joining::Already)),
            (Some(HIDDEN), true, 0, Err(ErrorCode::NotFound)),
            (Some(open), true, 9, Ok(Joining::Enter(Role::Member))),
            (Some(open), true, 10, Err(ErrorCode::Conflict)),
            (Some(left), true, 0, Ok(Joining::Enter(Role::Owner))),
            (Some(out), true, 0, Err(ErrorCode::Banned)),
            (Some(empty), true, 0, Ok(Joining::Enter(Role::Owner))),
            (Some(servers_own), true, 0, Ok(Joining::Enter(Role::Member))),
            (None, true, 0, Ok(Joining::Create)),
            (None, true, 10, Err(ErrorCode::Conflict)),
            (None, false, 0, Err(ErrorCode::NotFound)),
        ] {
            let asked = place.as_ref().map(|place| (place, PERSON));
            let got = join(&name("dev"), asked, create, rooms(count)).map_err(|error| error.code);
            assert_eq!(got, expected, "{place:?} {create} {count}");
        }
        let direct = join(&name("@ada+bob"), None, true, rooms(0)).unwrap_err();
        assert_eq!(direct.code, ErrorCode::NotFound, "it is opened, not made");
        let unbarred = join(&name("dev"), Some((&out, ADMIN)), true, rooms(0));
        assert_eq!(unbarred, Ok(Joining::Enter(Role::Member)));
    }

    #[test]
    fn a_room_is_made_once_and_private_ones_by_accounts_only() {
        let (public, private) = (RoomKind::Public, RoomKind::Private);
        let mine = Place {
            role: Some(Role::Owner),
            ..HIDDEN
        };
        let out = Place {
            banned: true,
            ..OUTSIDE
        };
        for (place, guest, kind, count, expected) in [
            (None, true, public, 0, Ok(Creating::Create)),
            (None, false, private, 9, Ok(Creating::Create)),
            (None, false, private, 10, Err(ErrorCode::Conflict)),
            (None, true, private, 0, Err(ErrorCode::Forbidden)),
            (Some(HIDDEN), true, private, 0, Err(ErrorCode::Forbidden)),
            (Some(HIDDEN), false, private, 0, Err(ErrorCode::Conflict)),
            (Some(HIDDEN), true, public, 0, Err(ErrorCode::Conflict)),
            (Some(OUTSIDE), false, public, 0, Err(ErrorCode::Conflict)),
            (Some(INSIDE), false, public, 0, Err(ErrorCode::Conflict)),
            (Some(mine), false, public, 0, Err(ErrorCode::Conflict)),
            (Some(mine), false, private, 10, Ok(Creating::Already)),
            (Some(out), false, public, 0, Err(ErrorCode::Banned)),
            (Some(out), true, private, 0, Err(ErrorCode::Banned)),
        ] {
            let asked = place.as_ref().map(|place| (place, PERSON));
            let got =
                create(&name("dev"), asked, guest, kind, rooms(count)).map_err(|error| error.code);
            assert_eq!(got, expected, "{place:?} {guest} {kind:?} {count}");
        }
    }

    #[test]
    fn only_members_leave_and_a_hidden_room_is_no_room() {
        for (place, expected) in [
            (Some(INSIDE), Ok(Role::Moderator)),
            (Some(OUTSIDE), Err(ErrorCode::NotMember)),
            (Some(HIDDEN), Err(ErrorCode::NotFound)),
            (None, Err(ErrorCode::NotFound)),
        ] {
            let asked = place.as_ref().map(|place| (place, PERSON));
            let got = leave(&name("dev"), asked).map_err(|error| error.code);
            assert_eq!(got, expected, "{place:?}");
        }
    }

    #[test]
    fn the_last_owner_is_followed_by_the_next_in_rank() {
        let next = |role| Some((UserId(7), role));
        for (leaver, next, heir_is) in [
            (Role::Owner, next(Role::Owner), None),
            (Role::Owner, next(Role::Moderator), Some(UserId(7))),
            (Role::Owner, next(Role::Member), Some(UserId(7))),
            (Role::Owner, None, None),
            (Role::Moderator, next(Role::Member), None),
            (Role::Member, next(Role::Member), None),
        ] {
            assert_eq!(heir(leaver, next), heir_is, "{leaver:?} {next:?}");
        }
    }
}
