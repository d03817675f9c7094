//! Coming into rooms and leaving them.

use super::no_room;
use super::permission::{Actor, Deed, Place, banned, inside, may};
use crate::store::UserId;
use chat_proto::event::{Role, RoomKind};
use chat_proto::{ErrorCode, ErrorReply, RoomName};

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

/// Decides a `join`, by someone who is in `rooms` of at most `rooms_max` rooms.
pub fn join(
    name: &RoomName,
    place: Option<&Place>,
    create: bool,
    rooms: usize,
    rooms_max: usize,
) -> Result<Joining, ErrorReply> {
    let joining = match place {
        Some(place) if place.banned && place.kind == RoomKind::Public => return Err(banned(name)),
        Some(Place { role: Some(_), .. }) => return Ok(Joining::Already),
        Some(place) if place.kind != RoomKind::Public => return Err(no_room(name)),
        // A room that all have left falls to whoever finds it.
        Some(place) if place.owned && place.members == 0 => Joining::Enter(Role::Owner),
        Some(_) => Joining::Enter(Role::Member),
        None if create && !name.is_direct() => Joining::Create,
        None => return Err(no_room(name)),
    };
    if rooms >= rooms_max {
        return Err(ErrorReply::new(
            ErrorCode::Conflict,
            format!("you are in {rooms} rooms and the limit is {rooms_max}; `leave` one first"),
        ));
    }
    Ok(joining)
}

/// Decides a `leave`: the role that they had.
pub fn leave(name: &RoomName, place: Option<&Place>) -> Result<Role, ErrorReply> {
    inside(name, place).map(|(_, role)| role)
}

/// Decides a `topic`.
pub fn set_topic(name: &RoomName, asked: Option<(&Place, Actor)>) -> Result<(), ErrorReply> {
    may(name, asked, Deed::SetTopic).map(drop)
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

    fn name(text: &str) -> RoomName {
        RoomName::trusted(text).unwrap()
    }

    const PUBLIC: Place = Place {
        kind: RoomKind::Public,
        members: 3,
        owned: true,
        guests: true,
        role: None,
        banned: false,
        muted: false,
        invited: false,
    };
    const INSIDE: Place = Place {
        role: Some(Role::Moderator),
        ..PUBLIC
    };
    const HIDDEN: Place = Place {
        kind: RoomKind::Private,
        ..PUBLIC
    };

    #[test]
    fn joining_enters_what_is_public_and_makes_what_is_not_there() {
        let empty = Place {
            members: 0,
            ..PUBLIC
        };
        let servers_own = Place {
            owned: false,
            ..empty
        };
        for (place, create, rooms, expected) in [
            (Some(PUBLIC), true, 0, Ok(Joining::Enter(Role::Member))),
            (Some(PUBLIC), false, 9, Ok(Joining::Enter(Role::Member))),
            (Some(PUBLIC), true, 10, Err(ErrorCode::Conflict)),
            (Some(INSIDE), true, 10, Ok(Joining::Already)),
            (Some(HIDDEN), true, 0, Err(ErrorCode::NotFound)),
            (Some(empty), true, 0, Ok(Joining::Enter(Role::Owner))),
            (Some(servers_own), true, 0, Ok(Joining::Enter(Role::Member))),
            (None, true, 0, Ok(Joining::Create)),
            (None, true, 10, Err(ErrorCode::Conflict)),
            (None, false, 0, Err(ErrorCode::NotFound)),
        ] {
            let got =
                join(&name("dev"), place.as_ref(), create, rooms, 10).map_err(|error| error.code);
            assert_eq!(got, expected, "{place:?} {create} {rooms}");
        }
        let direct = join(&name("@ada+bob"), None, true, 0, 10).unwrap_err();
        assert_eq!(direct.code, ErrorCode::NotFound, "it is opened, not made");
    }

    #[test]
    fn only_members_leave_and_a_hidden_room_is_no_room() {
        for (place, expected) in [
            (Some(INSIDE), Ok(Role::Moderator)),
            (Some(PUBLIC), Err(ErrorCode::NotMember)),
            (Some(HIDDEN), Err(ErrorCode::NotFound)),
            (None, Err(ErrorCode::NotFound)),
        ] {
            let got = leave(&name("dev"), place.as_ref()).map_err(|error| error.code);
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
