//! Changing what was said: editing, deleting, reacting, pinning.
//!
//! Each function is given the message as it stands, or that there is none, and
//! says whether an event is to be appended, or which one made it so already.

use super::permission::{Actor, Deed, Place, may, outranks};
use chat_proto::event::Role;
use chat_proto::limits::REACTION_EMOJI;
use chat_proto::{ErrorCode, ErrorReply, RoomName, Seq};

/// A message as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Said by whoever asks.
    pub own: bool,
    /// What its author is in the room now, if in it.
    pub author: Option<Role>,
    /// The event that deleted it.
    pub deleted: Option<Seq>,
    /// What it says; nothing once it is deleted.
    pub text: String,
    /// The event that made it say so: the message itself, or its last edit.
    pub said_by: Seq,
    /// Whether it is pinned.
    pub pinned: bool,
    /// The event that made it so; `None` where none did.
    pub pinned_by: Option<Seq>,
}

/// What is known of one emoji on a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reaction {
    /// Whether whoever asks has put it, and the event that made it so.
    pub mine: Option<(bool, Seq)>,
    /// Someone has put it.
    pub borne: bool,
    /// How many different emoji the message bears.
    pub emoji: usize,
}

/// What a change comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revising {
    /// It is an event of its own.
    Append,
    /// It is so already, and where an event made it so, that is the one.
    Already(Option<Seq>),
}

/// Decides an `edit`.
pub fn edit(
    name: &RoomName,
    asked: Option<(&Place, Actor)>,
    target: Option<&Target>,
    text: &str,
) -> Result<Revising, ErrorReply> {
    may(name, asked, Deed::Edit)?;
    let target = found(name, target)?;
    if !target.own {
        return Err(ErrorReply::about(
            ErrorCode::Forbidden,
            "target",
            "someone else said this; one edits only one's own messages",
        ));
    }
    let target = standing(target)?;
    if target.text == text {
        return Ok(Revising::Already(Some(target.said_by)));
    }
    Ok(Revising::Append)
}

/// Decides a `delete`.
pub fn delete(
    name: &RoomName,
    asked: Option<(&Place, Actor)>,
    target: Option<&Target>,
) -> Result<Revising, ErrorReply> {
    let deed = match target {
        Some(target) if target.own => Deed::DeleteOwn,
        Some(_) => Deed::DeleteOther,
        // That the message is not there is told to members only.
        None => Deed::Read,
    };
    let role = may(name, asked, deed)?;
    let target = found(name, target)?;
    if !target.own {
        let actor = asked.map_or(Actor::default(), |(_, actor)| actor);
        outranks(name, actor, role, target.author, deed)?;
    }
    Ok(match target.deleted {
        Some(by) => Revising::Already(Some(by)),
        None => Revising::Append,
    })
}

/// Decides a `react`.
pub fn react(
    name: &RoomName,
    asked: Option<(&Place, Actor)>,
    target: Option<&Target>,
    reaction: Reaction,
    on: bool,
) -> Result<Revising, ErrorReply> {
    may(name, asked, Deed::React)?;
    standing(found(name, target)?)?;
    match reaction.mine {
        Some((is, by)) if is == on => return Ok(Revising::Already(Some(by))),
        None if !on => return Ok(Revising::Already(None)),
        Some(_) | None => {}
    }
    if on && !reaction.borne && reaction.emoji >= REACTION_EMOJI {
        return Err(ErrorReply::about(
            ErrorCode::Conflict,
            "emoji",
            format!(
                "this message bears {} different emoji, and {REACTION_EMOJI} is the limit; \
                 put one that it bears already",
                reaction.emoji
            ),
        ));
    }
    Ok(Revising::Append)
}

/// Decides a `pin`.
pub fn pin(
    name: &RoomName,
    asked: Option<(&Place, Actor)>,
    target: Option<&Target>,
    on: bool,
) -> Result<Revising, ErrorReply> {
    may(name, asked, Deed::Pin)?;
    let target = standing(found(name, target)?)?;
    if target.pinned == on {
        return Ok(Revising::Already(target.pinned_by));
    }
    Ok(Revising::Append)
}

/// There is no message of that number, as far as anyone may know.
pub(crate) fn no_message(name: &RoomName, field: &str) -> ErrorReply {
    ErrorReply::about(
        ErrorCode::NotFound,
        field,
        format!("{field} names no message of {name}; it is the seq of a `message` that is kept"),
    )
}

fn found<'a>(name: &RoomName, target: Option<&'a Target>) -> Result<&'a Target, ErrorReply> {
    target.ok_or_else(|| no_message(name, "target"))
}

fn standing(target: &Target) -> Result<&Target, ErrorReply> {
    match target.deleted {
        None => Ok(target),
        Some(by) => Err(ErrorReply::about(
            ErrorCode::Conflict,
            "target",
            format!("this message was deleted by event {by}; nothing about it can be changed"),
        )),
    }
}

#[cfg(test)]
mod tests;
