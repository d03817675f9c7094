//! The room of two people: who opens it, and for whom.

use super::moderation::is_a_guest;
use super::permission::REGISTER;
use super::room::Rooms;
use chat_proto::{ErrorCode, ErrorReply, RoomName, UserName};

/// What someone has of a direct room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// Was never in it.
    None,
    /// Left it; it comes back with its next message.
    Hidden,
    /// Has it in the list of rooms.
    Shown,
}

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side {
    /// Without an account.
    pub guest: bool,
    /// What they have of the room.
    pub share: Share,
    /// The rooms that they have in their list.
    pub rooms: Rooms,
}

/// Why it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// One of the two wants to see it: the other one, who left it, need not.
    ToSee,
    /// A message is coming.
    ToWrite,
}

/// For whom it has to be opened; nobody, where it is open already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// For whoever asks.
    pub mine: bool,
    /// For the other one.
    pub theirs: bool,
}

/// Decides whether and for whom the room with `who` is opened; `other` is
/// `None` if nobody is called so.
pub fn open(
    name: &RoomName,
    who: &UserName,
    mine: Side,
    other: Option<Side>,
    reason: Reason,
) -> Result<Opening, ErrorReply> {
    if mine.guest {
        return Err(ErrorReply::about(
            ErrorCode::Forbidden,
            "user",
            format!("guests use public rooms only; {REGISTER}"),
        ));
    }
    let other = other.ok_or_else(|| super::moderation::nobody(who))?;
    if other.guest {
        return Err(is_a_guest(who));
    }
    let opening = Opening {
        mine: mine.share != Share::Shown,
        theirs: match (other.share, reason) {
            (Share::Shown, _) | (Share::Hidden, Reason::ToSee) => false,
            (Share::None, _) | (Share::Hidden, Reason::ToWrite) => true,
        },
    };
    if opening.mine {
        mine.rooms.has_space()?;
    }
    if opening.theirs && other.rooms.has_space().is_err() {
        return Err(ErrorReply::about(
            ErrorCode::Conflict,
            "user",
            format!("{who} is in as many rooms as one can be, so {name} can't be opened"),
        ));
    }
    Ok(opening)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(share: Share) -> Side {
        Side {
            guest: false,
            share,
            rooms: Rooms { count: 3, max: 10 },
        }
    }

    fn opens(mine: Side, other: Option<Side>, reason: Reason) -> Result<(bool, bool), ErrorCode> {
        let name = RoomName::trusted("@ada+bob").unwrap();
        open(
            &name,
            &UserName::trusted("bob").unwrap(),
            mine,
            other,
            reason,
        )
        .map(|opening| (opening.mine, opening.theirs))
        .map_err(|error| error.code)
    }

    #[test]
    fn it_opens_for_both_and_comes_back_to_who_left_it_with_a_message() {
        use Reason::{ToSee, ToWrite};
        use Share::{Hidden, None, Shown};
        for (mine, theirs, reason, expected) in [
            (None, None, ToSee, (true, true)),
            (None, None, ToWrite, (true, true)),
            (Shown, Shown, ToSee, (false, false)),
            (Shown, Shown, ToWrite, (false, false)),
            (Hidden, Shown, ToSee, (true, false)),
            (Hidden, Shown, ToWrite, (true, false)),
            (Shown, Hidden, ToSee, (false, false)),
            (Shown, Hidden, ToWrite, (false, true)),
            (Hidden, Hidden, ToSee, (true, false)),
            (Hidden, Hidden, ToWrite, (true, true)),
        ] {
            let got = opens(side(mine), Some(side(theirs)), reason);
            assert_eq!(got, Ok(expected), "{mine:?} {theirs:?} {reason:?}");
        }
    }

    #[test]
    fn it_is_of_two_accounts_that_have_space_for_it() {
        let free = side(Share::None);
        let guest = Side {
            guest: true,
            ..free
        };
        let full = Side {
            rooms: Rooms { count: 10, max: 10 },
            ..free
        };
        let shown = Side {
            share: Share::Shown,
            ..full
        };
        for (mine, other, expected) in [
            (guest, Some(free), Err(ErrorCode::Forbidden)),
            (guest, None, Err(ErrorCode::Forbidden)),
            (free, Some(guest), Err(ErrorCode::Forbidden)),
            (free, None, Err(ErrorCode::NotFound)),
            (full, Some(free), Err(ErrorCode::Conflict)),
            (free, Some(full), Err(ErrorCode::Conflict)),
            (shown, Some(shown), Ok((false, false))),
        ] {
            let got = opens(mine, other, Reason::ToWrite);
            assert_eq!(got, expected, "{mine:?} {other:?}");
        }
    }
}
