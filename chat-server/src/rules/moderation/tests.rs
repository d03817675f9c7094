//! Who is spared, what stands already, and who may be invited.

use super::*;
use crate::rules::permission::sample::{ADMIN, OUTSIDE, PERSON};
use chat_proto::event::RoomKind;

const ROOM: Place = Place {
    role: Some(Role::Moderator),
    ..OUTSIDE
};
const MEMBER: Target = Target {
    oneself: false,
    guest: false,
    admin: false,
    role: Some(Role::Member),
    role_by: None,
    ban: NEVER,
    mute: NEVER,
    kicked_by: None,
    invited: false,
};
/// Who is not in the room.
const GONE: Target = Target {
    role: None,
    ..MEMBER
};
const NEVER: Mark = Mark {
    on: false,
    made_by: None,
};

type Ruled = Result<Ruling, ErrorCode>;
const CHANGES: Ruled = Ok(Ruling::Change);
const CONFLICT: Ruled = Err(ErrorCode::Conflict);
const FORBIDDEN: Ruled = Err(ErrorCode::Forbidden);
const INVALID: Ruled = Err(ErrorCode::Invalid);
const NOT_FOUND: Ruled = Err(ErrorCode::NotFound);

fn stands(by: u64) -> Ruled {
    Ok(Ruling::Stands(Some(seq(by))))
}

fn dev() -> RoomName {
    RoomName::trusted("dev").unwrap()
}

fn eve() -> UserName {
    UserName::trusted("eve").unwrap()
}

fn seq(number: u64) -> Seq {
    Seq::new(number).unwrap()
}

fn acts(actor: Actor, what: Act, target: Option<Target>) -> Ruled {
    let asked = Some((&ROOM, actor));
    act(&dev(), asked, what, &eve(), target.as_ref()).map_err(|error| error.code)
}

#[test]
fn nobody_acts_against_themselves_or_an_equal() {
    let myself = Target {
        oneself: true,
        ..MEMBER
    };
    let equal = Target {
        role: Some(Role::Moderator),
        ..MEMBER
    };
    let admin = Target {
        admin: true,
        ..MEMBER
    };
    for what in [Act::Kick, Act::Ban, Act::Mute] {
        assert_eq!(acts(PERSON, what, Some(myself)), INVALID);
        assert_eq!(acts(ADMIN, what, Some(myself)), INVALID);
        assert_eq!(acts(PERSON, what, Some(equal)), FORBIDDEN);
        assert_eq!(acts(PERSON, what, Some(admin)), FORBIDDEN);
        assert_eq!(acts(PERSON, what, None), NOT_FOUND);
        for target in [equal, admin, MEMBER] {
            assert_eq!(acts(ADMIN, what, Some(target)), CHANGES);
        }
        assert_eq!(acts(PERSON, what, Some(MEMBER)), CHANGES);
    }
    let silenced = Target {
        mute: Mark {
            on: true,
            made_by: Some(seq(4)),
        },
        ..Target {
            role: Some(Role::Moderator),
            ..myself
        }
    };
    let own = acts(PERSON, Act::Unmute, Some(silenced));
    assert_eq!(own, FORBIDDEN, "a mute binds moderators too");
}

#[test]
fn what_is_so_already_names_the_event_that_made_it_so() {
    let mark = |on, by| Mark {
        on,
        made_by: Some(seq(by)),
    };
    let banned = |on, by| Target {
        ban: mark(on, by),
        ..GONE
    };
    let muted = |on, by| Target {
        mute: mark(on, by),
        ..MEMBER
    };
    let kicked = |target| Target {
        kicked_by: Some(seq(3)),
        ..target
    };
    let invited = Target {
        invited: true,
        ..kicked(GONE)
    };
    for (what, target, expected) in [
        (Act::Kick, GONE, NOT_FOUND),
        (Act::Kick, kicked(GONE), stands(3)),
        (Act::Kick, kicked(MEMBER), CHANGES),
        (Act::Kick, invited, CHANGES),
        (Act::Ban, GONE, CHANGES),
        (Act::Ban, banned(true, 4), stands(4)),
        (Act::Ban, banned(false, 5), CHANGES),
        (Act::Unban, GONE, Ok(Ruling::Stands(None))),
        (Act::Unban, banned(true, 4), CHANGES),
        (Act::Unban, banned(false, 5), stands(5)),
        (Act::Mute, GONE, CHANGES),
        (Act::Mute, muted(true, 6), stands(6)),
        (Act::Unmute, MEMBER, Ok(Ruling::Stands(None))),
        (Act::Unmute, muted(false, 7), stands(7)),
    ] {
        let got = acts(PERSON, what, Some(target));
        assert_eq!(got, expected, "{what:?} {target:?}");
    }
}

#[test]
fn the_only_owner_stays_one() {
    let room = Place {
        role: Some(Role::Owner),
        ..ROOM
    };
    let servers_own = Place {
        owned: false,
        ..room
    };
    let is = |role| Target {
        role: Some(role),
        role_by: Some(seq(9)),
        ..MEMBER
    };
    let myself = Target {
        oneself: true,
        ..is(Role::Owner)
    };
    let (member, moderator, owner) = (Role::Member, Role::Moderator, Role::Owner);
    for (place, actor, target, role, only, expected) in [
        (room, PERSON, is(member), moderator, false, CHANGES),
        (room, PERSON, is(moderator), owner, false, CHANGES),
        (room, PERSON, is(moderator), moderator, false, stands(9)),
        (room, PERSON, is(owner), member, false, FORBIDDEN),
        (room, ADMIN, is(owner), member, false, CHANGES),
        (room, ADMIN, is(owner), member, true, CONFLICT),
        (room, ADMIN, is(owner), owner, true, stands(9)),
        (servers_own, ADMIN, is(owner), member, true, CHANGES),
        (room, PERSON, GONE, member, false, NOT_FOUND),
        (ROOM, PERSON, is(member), moderator, false, FORBIDDEN),
        (room, PERSON, myself, member, true, INVALID),
    ] {
        let asked = Some((&place, actor));
        let got = set_role(&dev(), asked, &eve(), Some(&target), role, only);
        let got = got.map_err(|error| error.code);
        assert_eq!(got, expected, "{place:?} {target:?} to {role:?}");
    }
}

#[test]
fn members_of_private_rooms_invite_accounts_that_are_not_banned() {
    let private = Place {
        kind: RoomKind::Private,
        role: Some(Role::Member),
        ..ROOM
    };
    let invited = Target {
        invited: true,
        ..GONE
    };
    let guest = Target {
        guest: true,
        ..GONE
    };
    let banned = Target {
        ban: Mark {
            on: true,
            made_by: Some(seq(1)),
        },
        ..GONE
    };
    for (target, waiting, expected) in [
        (Some(GONE), 0, Ok(Inviting::Invite)),
        (Some(GONE), INVITES_MAX, Err(ErrorCode::Conflict)),
        (Some(MEMBER), 0, Ok(Inviting::Already)),
        (Some(invited), INVITES_MAX, Ok(Inviting::Already)),
        (Some(guest), 0, Err(ErrorCode::Forbidden)),
        (Some(banned), 0, Err(ErrorCode::Forbidden)),
        (None, 0, Err(ErrorCode::NotFound)),
    ] {
        let asked = Some((&private, PERSON));
        let got = invite(&dev(), asked, &eve(), target.as_ref(), waiting);
        let got = got.map_err(|error| error.code);
        assert_eq!(got, expected, "{target:?} {waiting}");
    }
    let public = invite(&dev(), Some((&ROOM, PERSON)), &eve(), Some(&GONE), 0);
    assert_eq!(public.unwrap_err().code, ErrorCode::Forbidden);
}
