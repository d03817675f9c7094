//! An example of every event and every notice.

use super::reply::joined;
use super::story::*;
use crate::RoomName;
use crate::codec::Frame;
use crate::event::{Event, EventBody, Gap, MemberChange, MemberChanged, Message, Role};
use crate::notice::{Presence, ReadMoved, TypingNow};
use crate::reply::{FileInfo, Left};

pub(super) fn events() -> impl Iterator<Item = (&'static str, EventBody)> {
    let message = Message {
        text: Some("hi @bob".to_owned()),
        nonce: Some("01K9ZR8M2T".to_owned()),
        reply_to: Some(seq(40)),
        files: Vec::new(),
    };
    let target = seq(42);
    [
        ("message", EventBody::Message(message.clone())),
        (
            "message with a file",
            EventBody::Message(Message {
                files: vec![file()],
                ..message
            }),
        ),
        (
            "message and deleted",
            EventBody::Message(Message::default()),
        ),
        (
            "edited",
            EventBody::Edited {
                target,
                text: Some("hi all".to_owned()),
            },
        ),
        (
            "edited and deleted",
            EventBody::Edited { target, text: None },
        ),
        ("deleted", EventBody::Deleted { target }),
        (
            "reacted",
            EventBody::Reacted {
                target,
                emoji: "👍".to_owned(),
                on: true,
            },
        ),
        ("pinned", EventBody::Pinned { target, on: true }),
        (
            "topic",
            EventBody::Topic {
                topic: "release on friday".to_owned(),
            },
        ),
        (
            "member",
            EventBody::Member(change(MemberChanged::Kicked, None, Some("spam"))),
        ),
        (
            "member role",
            EventBody::Member(change(MemberChanged::Role, Some(Role::Moderator), None)),
        ),
    ]
    .into_iter()
}

pub(super) fn event(body: EventBody) -> Frame {
    let number = match body.target() {
        None => 42,
        Some(_) => 43,
    };
    Frame::Event(Box::new(Event {
        body,
        ..entry(number, "")
    }))
}

fn change(change: MemberChanged, role: Option<Role>, reason: Option<&str>) -> MemberChange {
    MemberChange {
        user: user("eve"),
        change,
        role,
        reason: reason.map(str::to_owned),
    }
}

fn file() -> FileInfo {
    FileInfo {
        id: "f5Kd0e".into(),
        name: "plan.png".to_owned(),
        size: 1234,
        mime: "image/png".to_owned(),
        url: "/files/f5Kd0e/plan.png".to_owned(),
    }
}

pub(super) fn notices() -> impl Iterator<Item = (&'static str, Frame)> {
    let presence = |room: Option<RoomName>| {
        Frame::Presence(Presence {
            user: user("ada"),
            online: true,
            member: room.as_ref().map(|_| true),
            room,
        })
    };
    let read = ReadMoved {
        room: room("lobby"),
        seq: seq(42),
        unread: 0,
        mentions: 0,
    };
    [
        (
            "gap",
            Frame::Gap(Gap {
                room: room("lobby"),
                from: seq(42),
                to: seq(9_041),
            }),
        ),
        ("joined elsewhere", Frame::Joined(Box::new(joined(None)))),
        ("left elsewhere", Frame::Left(Left { room: room("dev") })),
        ("invited", Frame::Invited(invited())),
        ("read", Frame::ReadMoved(read)),
        (
            "typing",
            Frame::Typing(TypingNow {
                room: room("lobby"),
                user: user("ada"),
            }),
        ),
        ("presence", presence(None)),
        ("presence in a room", presence(Some(room("dev")))),
    ]
    .into_iter()
}
