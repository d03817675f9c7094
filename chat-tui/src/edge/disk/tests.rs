//! What the disk promises, on real files.

mod files;
mod kept;
mod thread;

use super::*;
use crate::address::Address;
use crate::core::composer::{Draft, Editing};
use crate::core::deeds::{Act, Deed};
use crate::core::effect::{End, LoadLog};
use crate::core::input::Saved;
use crate::core::outbox::Unsent;
use crate::core::room::RoomRow;
use crate::core::span::Span;
use crate::edge::profile::{Profile, ServerDir};
use chat_proto::event::{EventBody, Message, Role, RoomKind};
use chat_proto::reply::RoomState;
use chat_proto::{Entry, Event, RoomName, Seq, Timestamp, UserName};
use tempfile::TempDir;

fn home() -> (TempDir, ServerDir) {
    let data = tempfile::tempdir().unwrap();
    let address = Address::parse("localhost").unwrap();
    let dir = Profile::find(Some(data.path()), "default")
        .unwrap()
        .server(&address);
    (data, dir)
}

fn open(dir: &ServerDir) -> Cache {
    let (cache, note) = Cache::open(Ok(dir.clone()));
    assert_eq!((note, cache.trouble()), (None, None));
    cache
}

fn room(name: &str) -> RoomName {
    RoomName::trusted(name).unwrap()
}

fn seq(n: u64) -> Seq {
    Seq::new(n).unwrap()
}

fn span(from: u64, to: u64) -> Span {
    Span::new(seq(from), seq(to)).unwrap()
}

fn event(n: u64, body: EventBody) -> Event {
    Event {
        room: room("dev"),
        seq: seq(n),
        at: Timestamp::from_millis(n as i64),
        author: UserName::trusted("ada").unwrap(),
        guest: false,
        hook: false,
        body,
    }
}

fn message(n: u64, text: &str) -> Entry {
    let body = Message {
        text: Some(text.to_owned()),
        ..Message::default()
    };
    event(n, EventBody::Message(body)).into()
}

fn row(name: &str) -> RoomRow {
    let state = RoomState {
        room: room(name),
        kind: RoomKind::Public,
        topic: "all things".to_owned(),
        role: Role::Member,
        head: seq(9),
        read: seq(7),
        unread: 2,
        mentions: 1,
    };
    RoomRow {
        state,
        first: seq(3),
        unchecked: Some(seq(6)),
    }
}

fn draft(text: &str) -> Draft {
    Draft {
        text: text.to_owned(),
        cursor: 1,
        reply_to: Some(seq(5)),
        editing: None,
    }
}

/// A message that is being changed while an answer stands aside.
fn changing() -> Draft {
    let target = seq(3);
    let before = draft("aside");
    Draft {
        editing: Some(Box::new(Editing { target, before })),
        reply_to: None,
        ..draft("changed")
    }
}

fn deed(id: &str, act: Act) -> Deed {
    Deed {
        id: id.into(),
        room: room("dev"),
        target: seq(3),
        act,
        refused: None,
    }
}

fn unsent(nonce: &str, text: &str) -> Unsent {
    Unsent {
        nonce: nonce.into(),
        room: room("dev"),
        text: text.to_owned(),
        reply_to: None,
        files: Vec::new(),
        at: Timestamp::from_millis(1),
        refused: None,
    }
}

/// A message is accepted, which ends its room's draft.
fn accept(nonce: &str, text: &str) -> Store {
    Store::Accept {
        unsent: unsent(nonce, text),
        ends: Some(room("dev").into()),
    }
}

fn begun(name: &str, draft: Option<Draft>) -> Store {
    Store::Draft {
        desk: room(name).into(),
        draft,
    }
}

fn logged(entries: Vec<Entry>, known: Vec<Span>) -> Store {
    Store::Log {
        room: room("dev"),
        entries,
        known,
    }
}

fn newest(limit: usize) -> LoadLog {
    LoadLog {
        room: room("dev"),
        span: span(1, 1000),
        end: End::Newest,
        limit,
    }
}
