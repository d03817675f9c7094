//! The whole of who may do what, written down a second time from the words of
//! the protocol, and held against the rules. Stores are held against it too
//! (`crate::store::contract::matrix`).

use super::{Actor, Deed, Place, may};
use chat_proto::event::{Role, RoomKind};
use chat_proto::{ErrorCode, RoomName};

/// How someone can stand to a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Not in it: never was, left it, was kicked, or is invited only.
    Stranger,
    /// In it, with an account.
    Member,
    /// A member who may not write.
    Muted,
    /// A member without an account.
    Guest,
    /// The same, where guests may not write.
    Bound,
    /// Keeps order.
    Moderator,
    /// Decides.
    Owner,
    /// May not come in.
    Banned,
    /// An admin of the server who is not in it.
    AdminOutside,
    /// The same as a member.
    AdminInside,
}

/// The columns of [`EXPECTED`].
pub(crate) const STANDINGS: [Standing; 10] = [
    Standing::Stranger,
    Standing::Member,
    Standing::Muted,
    Standing::Guest,
    Standing::Bound,
    Standing::Moderator,
    Standing::Owner,
    Standing::Banned,
    Standing::AdminOutside,
    Standing::AdminInside,
];

/// `+` it is done; `f` forbidden, `m` muted, `b` banned, `n` not_member, `x`
/// not_found; `.` there can be no such one.
const EXPECTED: &str = "
public        stranger member muted guest bound moderator owner banned admin inside
Read          n        +      +     +     +     +         +     b      n     +
Type          n        +      m     +     f     +         +     b      n     +
Send          n        +      m     +     f     +         +     b      n     +
Edit          n        +      m     +     f     +         +     b      n     +
React         n        +      m     +     f     +         +     b      n     +
Pin           n        f      m     f     f     +         +     b      +     +
DeleteOwn     n        +      +     +     +     +         +     b      n     +
DeleteOther   n        f      f     f     f     +         +     b      +     +
SetTopic      n        f      f     f     f     +         +     b      +     +
Invite        n        f      f     f     f     f         f     b      f     f
Kick          n        f      f     f     f     +         +     b      +     +
Ban           n        f      f     f     f     +         +     b      +     +
Unban         n        f      f     f     f     +         +     b      +     +
Mute          n        f      f     f     f     +         +     b      +     +
Unmute        n        f      f     f     f     +         +     b      +     +
SetRole       n        f      f     f     f     f         +     b      +     +
Settings      n        f      f     f     f     f         +     b      +     +
Hook          n        f      f     f     f     +         +     b      +     +

private       stranger member muted guest bound moderator owner banned admin inside
Read          x        +      +     .     .     +         +     x      x     +
Type          x        +      m     .     .     +         +     x      x     +
Send          x        +      m     .     .     +         +     x      x     +
Edit          x        +      m     .     .     +         +     x      x     +
React         x        +      m     .     .     +         +     x      x     +
Pin           x        f      m     .     .     +         +     x      x     +
DeleteOwn     x        +      +     .     .     +         +     x      x     +
DeleteOther   x        f      f     .     .     +         +     x      x     +
SetTopic      x        f      f     .     .     +         +     x      x     +
Invite        x        +      +     .     .     +         +     x      x     +
Kick          x        f      f     .     .     +         +     x      x     +
Ban           x        f      f     .     .     +         +     x      x     +
Unban         x        f      f     .     .     +         +     x      x     +
Mute          x        f      f     .     .     +         +     x      x     +
Unmute        x        f      f     .     .     +         +     x      x     +
SetRole       x        f      f     .     .     f         +     x      x     +
Settings      x        f      f     .     .     f         +     x      x     +
Hook          x        f      f     .     .     +         +     x      x     +

direct        stranger member muted guest bound moderator owner banned admin inside
Read          x        +      .     .     .     .         .     .      x     +
Type          x        +      .     .     .     .         .     .      x     +
Send          x        +      .     .     .     .         .     .      x     +
Edit          x        +      .     .     .     .         .     .      x     +
React         x        +      .     .     .     .         .     .      x     +
Pin           x        +      .     .     .     .         .     .      x     +
DeleteOwn     x        +      .     .     .     .         .     .      x     +
DeleteOther   x        f      .     .     .     .         .     .      x     f
SetTopic      x        +      .     .     .     .         .     .      x     +
Invite        x        f      .     .     .     .         .     .      x     f
Kick          x        f      .     .     .     .         .     .      x     f
Ban           x        f      .     .     .     .         .     .      x     f
Unban         x        f      .     .     .     .         .     .      x     f
Mute          x        f      .     .     .     .         .     .      x     f
Unmute        x        f      .     .     .     .         .     .      x     f
SetRole       x        f      .     .     .     .         .     .      x     f
Settings      x        f      .     .     .     .         .     .      x     f
Hook          x        f      .     .     .     .         .     .      x     f
";

/// One cell of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    pub(crate) kind: RoomKind,
    pub(crate) standing: Standing,
    pub(crate) deed: Deed,
    /// Done, or refused by this.
    pub(crate) outcome: Result<(), ErrorCode>,
}

/// The whole table, but for what there can't be.
pub(crate) fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for part in EXPECTED.trim().split("\n\n") {
        let mut lines = part.lines();
        let head = lines.next().unwrap();
        let kind = match head.split_whitespace().next() {
            Some("public") => RoomKind::Public,
            Some("private") => RoomKind::Private,
            Some("direct") => RoomKind::Direct,
            other => panic!("{other:?}"),
        };
        let rows: Vec<Vec<&str>> = lines.map(|row| row.split_whitespace().collect()).collect();
        assert_eq!(rows.len(), Deed::ALL.len(), "{kind:?}: a row for each deed");
        for (deed, row) in Deed::ALL.into_iter().zip(rows) {
            assert_eq!(format!("{deed:?}"), row[0]);
            assert_eq!(row.len(), 1 + STANDINGS.len(), "{row:?}");
            for (standing, cell) in STANDINGS.into_iter().zip(&row[1..]) {
                let outcome = match *cell {
                    "." => continue,
                    "+" => Ok(()),
                    "f" => Err(ErrorCode::Forbidden),
                    "m" => Err(ErrorCode::Muted),
                    "b" => Err(ErrorCode::Banned),
                    "n" => Err(ErrorCode::NotMember),
                    "x" => Err(ErrorCode::NotFound),
                    other => panic!("{other}"),
                };
                cells.push(Cell {
                    kind,
                    standing,
                    deed,
                    outcome,
                });
            }
        }
    }
    cells
}

#[test]
fn whoever_may_do_something_may_and_everyone_else_is_told_why_not() {
    let name = RoomName::trusted("dev").unwrap();
    let cells = cells();
    assert_eq!(cells.len(), 18 * (10 + 8 + 4));
    for cell in cells {
        let (place, actor) = facts(cell.kind, cell.standing);
        let got = may(&name, Some((&place, actor)), cell.deed)
            .map(drop)
            .map_err(|refusal| refusal.code);
        assert_eq!(got, cell.outcome, "{cell:?}");
    }
    for deed in Deed::ALL {
        let got = may(&name, None, deed).unwrap_err();
        assert_eq!(got, crate::rules::no_room(&name), "{deed:?}");
    }
}

#[test]
fn a_hidden_room_is_refused_word_for_word_like_none() {
    let name = RoomName::trusted("dev").unwrap();
    for cell in cells() {
        if cell.kind == RoomKind::Public || cell.outcome != Err(ErrorCode::NotFound) {
            continue;
        }
        let (place, actor) = facts(cell.kind, cell.standing);
        for invited in [false, true] {
            let place = Place { invited, ..place };
            let got = may(&name, Some((&place, actor)), cell.deed).unwrap_err();
            assert_eq!(got, crate::rules::no_room(&name), "{cell:?}");
        }
    }
}

fn facts(kind: RoomKind, standing: Standing) -> (Place, Actor) {
    let role = match standing {
        Standing::Stranger | Standing::Banned | Standing::AdminOutside => None,
        Standing::Member
        | Standing::Muted
        | Standing::Guest
        | Standing::Bound
        | Standing::AdminInside => Some(Role::Member),
        Standing::Moderator => Some(Role::Moderator),
        Standing::Owner => Some(Role::Owner),
    };
    let place = Place {
        kind,
        members: 3,
        owned: true,
        guests: standing != Standing::Bound,
        role,
        banned: standing == Standing::Banned,
        muted: standing == Standing::Muted,
        invited: false,
    };
    let actor = Actor {
        guest: matches!(standing, Standing::Guest | Standing::Bound),
        admin: matches!(standing, Standing::AdminOutside | Standing::AdminInside),
        muted: false,
    };
    (place, actor)
}
