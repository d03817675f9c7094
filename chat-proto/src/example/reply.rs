//! An example of every reply.

use super::error::{code_name, errors};
use super::story::*;
use crate::Token;
use crate::codec::Frame;
use crate::event::{Entry, EventBody, Fold, Message, Role, RoomKind};
use crate::reply::{
    Done, Found, Help, History, HookMade, Hooks, Joined, Left, MemberListing, Members, Pong,
    Registered, RoomListing, RoomState, Rooms, Sent, Welcome,
};
use std::collections::BTreeMap;

pub(super) fn replies() -> impl Iterator<Item = (&'static str, Frame)> {
    let more = [
        ("ok", Frame::Done(Done::default())),
        (
            "ok with an event",
            Frame::Done(Done {
                room: Some(room("lobby")),
                seq: Some(seq(43)),
            }),
        ),
        ("sent", Frame::Sent(sent(false))),
        ("sent again", Frame::Sent(sent(true))),
        ("history", Frame::History(history())),
        ("found", Frame::Found(found())),
        ("pong", Frame::Pong(Pong { at: at(0) })),
        (
            "help",
            Frame::Help(Help {
                requests: super::help().requests.into_iter().take(1).collect(),
            }),
        ),
        ("hook", Frame::HookMade(hook(Some("/hooks/h7Q2mZ")))),
        (
            "hooks",
            Frame::Hooks(Hooks {
                hooks: vec![hook(None)],
            }),
        ),
    ];
    [
        ("welcome", Frame::Welcome(welcome())),
        (
            "registered",
            Frame::Registered(Registered {
                user: user("ada"),
                token: Token::from(TOKEN.to_owned()),
            }),
        ),
        (
            "joined",
            Frame::Joined(Box::new(joined(Some(vec![entry(9, "hello").into()])))),
        ),
        ("left", Frame::Left(Left { room: room("dev") })),
        ("rooms", Frame::Rooms(rooms())),
        ("members", Frame::Members(members())),
    ]
    .into_iter()
    .chain(more)
    .chain(
        errors()
            .into_iter()
            .map(|error| (code_name(error.code), Frame::Error(error))),
    )
}

fn welcome() -> Welcome {
    Welcome {
        user: user("ada"),
        guest: true,
        token: Token::from(TOKEN.to_owned()),
        reset: false,
        invites: vec![invited()],
        rooms: vec![RoomState {
            room: room("lobby"),
            kind: RoomKind::Public,
            topic: String::new(),
            role: Role::Member,
            head: seq(41),
            read: seq(40),
            unread: 1,
            mentions: 0,
        }],
    }
}

pub(super) fn joined(events: Option<Vec<Entry>>) -> Joined {
    Joined {
        state: RoomState {
            room: room("dev"),
            kind: RoomKind::Public,
            topic: "release on friday".to_owned(),
            role: Role::Member,
            head: seq(9),
            read: seq(9),
            unread: 0,
            mentions: 0,
        },
        more_before: events.is_some(),
        events,
    }
}

fn rooms() -> Rooms {
    Rooms {
        rooms: vec![RoomListing {
            room: room("dev"),
            kind: RoomKind::Public,
            topic: "release on friday".to_owned(),
            members: 12,
            head: seq(9),
        }],
        more: false,
    }
}

fn members() -> Members {
    let row = |name, role, online| MemberListing {
        name: user(name),
        role,
        online,
    };
    Members {
        room: room("dev"),
        total: 2,
        more: false,
        members: vec![
            row("ada", Role::Owner, true),
            row("bob", Role::Member, false),
        ],
    }
}

fn sent(duplicate: bool) -> Sent {
    Sent {
        room: room("lobby"),
        seq: seq(42),
        at: at(0),
        duplicate,
    }
}

fn history() -> History {
    let mut edited = Entry::from(entry(38, "hi all"));
    edited.fold = Fold {
        changed: Some(seq(41)),
        rev: Some(seq(40)),
        edited_at: Some(at(1_500)),
        reactions: BTreeMap::from([("👍".to_owned(), vec!["bob".into(), "eve".into()])]),
        counts: BTreeMap::new(),
        pinned: true,
    };
    let mut deleted = Entry::from(entry(39, ""));
    deleted.event.body = EventBody::Message(Message::default());
    deleted.fold.changed = Some(seq(43));
    History {
        room: room("lobby"),
        events: vec![edited, deleted],
        first: seq(1),
        head: seq(43),
        more_before: true,
        more_after: false,
        older: None,
    }
}

fn found() -> Found {
    Found {
        hits: vec![entry(7, "the release is on friday").into()],
        more: true,
        next: Some("c7".to_owned()),
    }
}

fn hook(url: Option<&str>) -> HookMade {
    HookMade {
        room: room("dev"),
        name: user("ci"),
        url: url.map(str::to_owned),
    }
}
