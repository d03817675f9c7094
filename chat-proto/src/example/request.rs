//! An example of every request.

use super::story::{RIGHT, seq, user};
use crate::event::{Role, RoomKind};
use crate::limits::Limits;
use crate::request::*;
use crate::{Emoji, Password, Request, RoomName, RoomRef, Text, Timestamp, Topic};
use std::num::NonZeroU32;

const LIMITS: Limits = Limits::DEFAULT;

/// One example of each request, in the order of [`Request::KINDS`]: the
/// shortest that does something, so that it can be tried as it stands.
pub fn requests() -> Vec<Request> {
    let mut all = coming_in();
    all.extend(rooms());
    all.extend(members());
    all.extend(messages());
    all.extend(reading());
    all.extend(hooks());
    all
}

pub(super) fn nobody() -> Hello {
    Hello {
        name: None,
        password: None,
        token: None,
        client: None,
        resume: None,
        epoch: None,
        gaps: None,
    }
}

pub(super) fn newest(room: RoomRef) -> GetHistory {
    GetHistory {
        room,
        before: None,
        after: None,
        around: None,
        at: None,
        changed_after: None,
        thread: None,
        limit: None,
    }
}

fn coming_in() -> Vec<Request> {
    vec![
        Hello {
            name: Some(user("ada")),
            ..nobody()
        }
        .into(),
        Register {
            password: password("correct horse battery"),
        }
        .into(),
        ChangePassword {
            old: password("correct horse battery"),
            new: password("staple horse battery"),
        }
        .into(),
        Logout {}.into(),
    ]
}

fn rooms() -> Vec<Request> {
    vec![
        Join {
            room: room("dev"),
            after: None,
            create: None,
        }
        .into(),
        Create {
            room: RoomName::parse("ops", LIMITS.room_chars).expect(RIGHT),
            kind: Some(RoomKind::Private),
            topic: Some(topic("on call")),
        }
        .into(),
        Leave { room: room("dev") }.into(),
        Rooms {
            query: Some("de".to_owned()),
            limit: count(100),
            after: None,
            mine: None,
        }
        .into(),
        Members {
            room: room("dev"),
            limit: count(100),
            after: None,
        }
        .into(),
        SetTopic {
            room: room("dev"),
            topic: topic("release on friday"),
        }
        .into(),
        Invite {
            room: room("ops"),
            user: user("bob"),
        }
        .into(),
        Direct { user: user("bob") }.into(),
    ]
}

fn members() -> Vec<Request> {
    let (room, user, reason) = (room("dev"), user("eve"), Some(topic("spam")));
    vec![
        Kick {
            room: room.clone(),
            user: user.clone(),
            reason: reason.clone(),
        }
        .into(),
        Ban {
            room: room.clone(),
            user: user.clone(),
            reason,
        }
        .into(),
        Unban {
            room: room.clone(),
            user: user.clone(),
            reason: None,
        }
        .into(),
        Mute {
            room: room.clone(),
            user: user.clone(),
            reason: None,
        }
        .into(),
        Unmute {
            room: room.clone(),
            user,
            reason: None,
        }
        .into(),
        SetRole {
            room: room.clone(),
            user: self::user("bob"),
            role: Role::Moderator,
        }
        .into(),
        Settings {
            room,
            guests: Some(false),
        }
        .into(),
    ]
}

fn messages() -> Vec<Request> {
    let (room, target) = (room("lobby"), seq(42));
    vec![
        Send {
            room: room.clone(),
            text: Some(text("hi @bob")),
            nonce: None,
            reply_to: None,
            files: None,
        }
        .into(),
        Edit {
            room: room.clone(),
            target,
            text: text("hi all"),
        }
        .into(),
        Delete {
            room: room.clone(),
            target,
        }
        .into(),
        React {
            room: room.clone(),
            target,
            emoji: Emoji::parse("👍").expect(RIGHT),
            on: Some(true),
        }
        .into(),
        Pin {
            room,
            target,
            on: Some(true),
        }
        .into(),
    ]
}

fn reading() -> Vec<Request> {
    let lobby = room("lobby");
    vec![
        GetHistory {
            before: Some(seq(42)),
            limit: count(50),
            ..newest(lobby.clone())
        }
        .into(),
        Search {
            query: "release friday".to_owned(),
            room: Some(room("dev")),
            author: Some(user("ada")),
            since: None,
            until: Some(Timestamp::from_millis(1_793_491_200_000)),
            limit: count(20),
            cursor: None,
        }
        .into(),
        Read {
            room: lobby.clone(),
            seq: seq(42),
            back: None,
        }
        .into(),
        Typing { room: lobby }.into(),
        Ping {}.into(),
        GetHelp {}.into(),
    ]
}

fn hooks() -> Vec<Request> {
    let (room, name) = (room("dev"), user("ci"));
    vec![
        MakeHook {
            room: room.clone(),
            name: name.clone(),
        }
        .into(),
        ListHooks { room: room.clone() }.into(),
        Unhook { room, name }.into(),
    ]
}

pub(super) fn room(name: &str) -> RoomRef {
    RoomRef::parse(name, LIMITS.name_chars, LIMITS.room_chars).expect(RIGHT)
}

pub(super) fn text(words: &str) -> Text {
    Text::parse(words, LIMITS.text_chars).expect(RIGHT)
}

fn topic(words: &str) -> Topic {
    Topic::parse(words, LIMITS.topic_chars).expect(RIGHT)
}

pub(super) fn password(words: &str) -> Password {
    Password::parse(words).expect(RIGHT)
}

fn count(number: u32) -> Option<NonZeroU32> {
    NonZeroU32::new(number)
}
