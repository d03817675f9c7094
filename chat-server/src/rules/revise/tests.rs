//! Who changes which message, and when it is so already.

use super::*;
use crate::rules::permission::sample::OUTSIDE;
use chat_proto::event::RoomKind;

const PLACE: Place = Place {
    role: Some(Role::Member),
    ..OUTSIDE
};

fn seq(number: u64) -> Seq {
    Seq::new(number).unwrap()
}

fn name() -> RoomName {
    RoomName::trusted("dev").unwrap()
}

fn target() -> Target {
    Target {
        own: true,
        author: Some(Role::Member),
        deleted: None,
        text: "hi".to_owned(),
        said_by: seq(7),
        pinned: false,
        pinned_by: None,
    }
}

fn others(author: Option<Role>) -> Target {
    Target {
        own: false,
        author,
        ..target()
    }
}

fn gone() -> Target {
    Target {
        deleted: Some(seq(9)),
        text: String::new(),
        ..target()
    }
}

fn role(role: Role) -> Place {
    Place {
        role: Some(role),
        ..PLACE
    }
}

fn muted() -> Place {
    Place {
        muted: true,
        ..PLACE
    }
}

fn direct() -> Place {
    Place {
        kind: RoomKind::Direct,
        ..PLACE
    }
}

type Got = Result<Revising, ErrorCode>;

const APPEND: Got = Ok(Revising::Append);

fn already(number: u64) -> Got {
    Ok(Revising::Already(Some(seq(number))))
}

#[test]
fn one_edits_only_what_one_said_and_what_still_stands() {
    for (place, target, text, expected) in [
        (PLACE, Some(target()), "ho", APPEND),
        (PLACE, Some(target()), "hi", already(7)),
        (PLACE, Some(gone()), "ho", Err(ErrorCode::Conflict)),
        (PLACE, Some(gone()), "", Err(ErrorCode::Conflict)),
        (PLACE, None, "ho", Err(ErrorCode::NotFound)),
        (muted(), Some(target()), "ho", Err(ErrorCode::Muted)),
        (
            role(Role::Owner),
            Some(others(Some(Role::Member))),
            "ho",
            Err(ErrorCode::Forbidden),
        ),
    ] {
        let asked = Some((&place, Actor::default()));
        let got = edit(&name(), asked, target.as_ref(), text).map_err(|error| error.code);
        assert_eq!(got, expected, "{place:?} {target:?} {text}");
    }
}

#[test]
fn one_deletes_ones_own_and_what_those_below_one_said() {
    use Role::{Member, Moderator, Owner};
    let forbidden = Err(ErrorCode::Forbidden);
    for (place, target, expected) in [
        (PLACE, Some(target()), APPEND),
        (muted(), Some(target()), APPEND),
        (direct(), Some(target()), APPEND),
        (PLACE, Some(gone()), already(9)),
        (PLACE, None, Err(ErrorCode::NotFound)),
        (PLACE, Some(others(None)), forbidden),
        (role(Moderator), Some(others(Some(Member))), APPEND),
        (role(Moderator), Some(others(None)), APPEND),
        (role(Moderator), Some(others(Some(Moderator))), forbidden),
        (role(Owner), Some(others(Some(Moderator))), APPEND),
        (role(Owner), Some(others(Some(Owner))), forbidden),
        (direct(), Some(others(Some(Member))), forbidden),
    ] {
        let asked = Some((&place, Actor::default()));
        let got = delete(&name(), asked, target.as_ref()).map_err(|error| error.code);
        assert_eq!(got, expected, "{place:?} {target:?}");
    }
    let admin = Actor {
        admin: true,
        ..Actor::default()
    };
    let owners = others(Some(Owner));
    assert!(delete(&name(), Some((&PLACE, admin)), Some(&owners)).is_ok());
}

#[test]
fn an_emoji_is_put_once_and_a_message_bears_fifty() {
    let none = Reaction {
        mine: None,
        borne: false,
        emoji: 0,
    };
    let full = Reaction {
        emoji: REACTION_EMOJI,
        ..none
    };
    let mine = |on, by| Reaction {
        mine: Some((on, seq(by))),
        borne: on,
        ..full
    };
    for (place, target, reaction, on, expected) in [
        (PLACE, Some(target()), none, true, APPEND),
        (
            PLACE,
            Some(target()),
            none,
            false,
            Ok(Revising::Already(None)),
        ),
        (PLACE, Some(target()), mine(true, 8), true, already(8)),
        (PLACE, Some(target()), mine(true, 8), false, APPEND),
        (PLACE, Some(target()), mine(false, 8), false, already(8)),
        (
            PLACE,
            Some(target()),
            mine(false, 8),
            true,
            Err(ErrorCode::Conflict),
        ),
        (PLACE, Some(target()), full, true, Err(ErrorCode::Conflict)),
        (
            PLACE,
            Some(target()),
            Reaction {
                borne: true,
                ..full
            },
            true,
            APPEND,
        ),
        (PLACE, Some(gone()), none, true, Err(ErrorCode::Conflict)),
        (PLACE, Some(gone()), none, false, Err(ErrorCode::Conflict)),
        (PLACE, None, none, true, Err(ErrorCode::NotFound)),
        (muted(), Some(target()), none, true, Err(ErrorCode::Muted)),
    ] {
        let asked = Some((&place, Actor::default()));
        let got = react(&name(), asked, target.as_ref(), reaction, on).map_err(|error| error.code);
        assert_eq!(got, expected, "{place:?} {target:?} {reaction:?} {on}");
    }
}

#[test]
fn moderators_pin_and_both_in_a_direct_room() {
    let pinned = Target {
        pinned: true,
        pinned_by: Some(seq(8)),
        ..target()
    };
    let never = Ok(Revising::Already(None));
    for (place, target, on, expected) in [
        (PLACE, Some(target()), true, Err(ErrorCode::Forbidden)),
        (role(Role::Moderator), Some(target()), true, APPEND),
        (role(Role::Moderator), Some(target()), false, never),
        (direct(), Some(others(None)), true, APPEND),
        (direct(), Some(pinned.clone()), true, already(8)),
        (direct(), Some(pinned), false, APPEND),
        (direct(), Some(gone()), false, Err(ErrorCode::Conflict)),
        (direct(), None, true, Err(ErrorCode::NotFound)),
    ] {
        let asked = Some((&place, Actor::default()));
        let got = pin(&name(), asked, target.as_ref(), on).map_err(|error| error.code);
        assert_eq!(got, expected, "{place:?} {target:?} {on}");
    }
}

#[test]
fn who_is_not_in_the_room_hears_nothing_of_its_messages() {
    let out = Place {
        role: None,
        ..PLACE
    };
    for target in [Some(target()), None] {
        let refusal = delete(&name(), Some((&out, Actor::default())), target.as_ref());
        assert_eq!(refusal.unwrap_err().code, ErrorCode::NotMember);
        let refusal = delete(&name(), None, target.as_ref());
        assert_eq!(refusal.unwrap_err().field.as_deref(), Some("room"));
    }
}
