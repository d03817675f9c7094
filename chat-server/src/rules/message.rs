//! Saying things, and having read them.

use super::permission::{Actor, Deed, Place, may};
use chat_proto::event::RoomKind;
use chat_proto::{ErrorCode, ErrorReply, RoomName, Seq};
use smol_str::SmolStr;

/// A message of the same author in the same room that had the same nonce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// What it said first; `None` once it is deleted.
    pub text: Option<String>,
    /// The ids of its files.
    pub files: Vec<SmolStr>,
}

/// What a message says, as far as a repeat has to say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said<'a> {
    /// Its text; may be empty where there are files.
    pub text: &'a str,
    /// The ids of its files.
    pub files: &'a [SmolStr],
}

/// What `reply_to` points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// The message answers nothing.
    No,
    /// A message, deleted or not.
    ToMessage,
    /// No message of this room.
    ToNothing,
}

/// What `send` comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// It is a new message.
    Append,
    /// It is on the log already.
    Repeat,
}

/// Decides a `send`.
pub fn send(
    name: &RoomName,
    asked: Option<(&Place, Actor)>,
    said: Said<'_>,
    earlier: Option<&Earlier>,
    reply: Reply,
) -> Result<Sending, ErrorReply> {
    if let Some((place, _)) = asked
        && let Some(earlier) = earlier
        && (place.role.is_some() || place.kind == RoomKind::Public)
    {
        return repeat(earlier, said);
    }
    may(name, asked, Deed::Send)?;
    match reply {
        Reply::No | Reply::ToMessage => Ok(Sending::Append),
        Reply::ToNothing => Err(ErrorReply::about(
            ErrorCode::NotFound,
            "reply_to",
            format!("there is no such message in {name}; leave reply_to out to answer none"),
        )),
    }
}

/// Decides about a message whose nonce was used before.
pub fn repeat(earlier: &Earlier, said: Said<'_>) -> Result<Sending, ErrorReply> {
    match &earlier.text {
        Some(text) if text != said.text || earlier.files != said.files => Err(ErrorReply::about(
            ErrorCode::Conflict,
            "nonce",
            "a message with this nonce and another text or other files was sent before; \
             a new message needs a new nonce",
        )),
        Some(_) | None => Ok(Sending::Repeat),
    }
}

/// Decides a `read`: where the marker stands then.
pub fn read(marker: Seq, head: Seq, wanted: Seq, back: bool) -> Result<Seq, ErrorReply> {
    if wanted > head {
        return Err(ErrorReply::about(
            ErrorCode::Invalid,
            "seq",
            format!("seq is {wanted}, but the last event of the room is {head}"),
        ));
    }
    Ok(if back { wanted } else { wanted.max(marker) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::permission::sample::OUTSIDE;
    use chat_proto::event::Role;

    fn seq(number: u64) -> Seq {
        Seq::new(number).unwrap()
    }

    #[test]
    fn a_message_is_sent_once_by_members_only() {
        let inside = Place {
            role: Some(Role::Member),
            ..OUTSIDE
        };
        let hidden = Place {
            kind: RoomKind::Private,
            ..OUTSIDE
        };
        let earlier = |text: &str| {
            Some(Earlier {
                text: Some(text.to_owned()),
                files: Vec::new(),
            })
        };
        let pictured = Some(Earlier {
            text: Some("hi".to_owned()),
            files: vec!["f7".into()],
        });
        let deleted = Some(Earlier {
            text: None,
            files: Vec::new(),
        });
        let (no, yes, nothing) = (Reply::No, Reply::ToMessage, Reply::ToNothing);
        for (place, before, reply, expected) in [
            (Some(inside), None, no, Ok(Sending::Append)),
            (Some(inside), None, yes, Ok(Sending::Append)),
            (Some(inside), None, nothing, Err(ErrorCode::NotFound)),
            (Some(OUTSIDE), None, no, Err(ErrorCode::NotMember)),
            (Some(hidden), None, no, Err(ErrorCode::NotFound)),
            (None, None, no, Err(ErrorCode::NotFound)),
            (Some(inside), earlier("hi"), no, Ok(Sending::Repeat)),
            (Some(inside), earlier("hi"), nothing, Ok(Sending::Repeat)),
            (Some(OUTSIDE), earlier("hi"), no, Ok(Sending::Repeat)),
            (Some(hidden), earlier("hi"), no, Err(ErrorCode::NotFound)),
            (Some(inside), earlier("ho"), no, Err(ErrorCode::Conflict)),
            (Some(inside), pictured, no, Err(ErrorCode::Conflict)),
            (Some(inside), deleted, no, Ok(Sending::Repeat)),
        ] {
            let room = RoomName::trusted("dev").unwrap();
            let got = send(
                &room,
                place.as_ref().map(|place| (place, Actor::default())),
                Said {
                    text: "hi",
                    files: &[],
                },
                before.as_ref(),
                reply,
            )
            .map_err(|error| error.code);
            assert_eq!(got, expected, "{place:?} {before:?} {reply:?}");
        }
    }

    #[test]
    fn a_marker_never_passes_the_head_and_goes_back_only_on_purpose() {
        for (wanted, back, expected) in [
            (7, false, Ok(7)),
            (9, false, Ok(9)),
            (10, false, Err(ErrorCode::Invalid)),
            (10, true, Err(ErrorCode::Invalid)),
            (2, false, Ok(5)),
            (2, true, Ok(2)),
            (0, true, Ok(0)),
        ] {
            let got = read(seq(5), seq(9), seq(wanted), back).map_err(|error| error.code);
            assert_eq!(got, expected.map(seq), "{wanted} {back}");
        }
    }
}
