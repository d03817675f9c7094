//! States made by hand, and screens as text.

use crate::core::State;
use crate::core::clock::Now;
use crate::core::link::Phase;
use crate::core::look::Able;
use crate::core::outbox::{Item, Stage, Unsent};
use crate::core::room::Room;
use crate::core::span::Span;
use crate::core::state::{Me, Setup};
use crate::view::{Drawn, View};
use chat_proto::error::ErrorCode;
use chat_proto::event::{Event, EventBody, Fold, Message, Role, RoomKind};
use chat_proto::reply::RoomState;
use chat_proto::{Entry, RoomName, Seq, Timestamp, UserName};
use jiff::tz::TimeZone;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use std::time::Duration;

pub(super) fn now() -> Now {
    Now {
        wall: at(22, 12, 0),
        mono: Duration::from_secs(1000),
    }
}

pub(super) fn at(day: u32, hour: u32, minute: u32) -> Timestamp {
    format!("2026-11-{day:02}T{hour:02}:{minute:02}:00Z")
        .parse()
        .unwrap()
}

pub(super) fn seq(number: u64) -> Seq {
    Seq::new(number).unwrap()
}

pub(super) fn name(name: &str) -> UserName {
    UserName::trusted(name).unwrap()
}

pub(super) fn room_name(name: &str) -> RoomName {
    RoomName::trusted(name).unwrap()
}

pub(super) fn room(name: &str, unread: u32, mentions: u32) -> Room {
    Room::new(RoomState {
        room: room_name(name),
        kind: if name.starts_with('@') {
            RoomKind::Direct
        } else {
            RoomKind::Public
        },
        topic: String::new(),
        role: Role::Member,
        head: Seq::ZERO,
        read: Seq::ZERO,
        unread,
        mentions,
    })
}

pub(super) fn message(number: u64, when: Timestamp, author: &str, text: &str) -> Entry {
    Entry {
        event: Event {
            room: room_name("lobby"),
            seq: seq(number),
            at: when,
            author: name(author),
            guest: false,
            hook: false,
            body: EventBody::Message(Message {
                text: Some(text.into()),
                ..Message::default()
            }),
        },
        fold: Fold::default(),
    }
}

pub(super) fn load(room: &mut Room, entries: Vec<Entry>) {
    let (first, last) = (entries.first().unwrap(), entries.last().unwrap());
    let span = Span::new(first.event.seq, last.event.seq).unwrap();
    room.log.load(span, entries);
}

pub(super) fn unsent(nonce: &str, text: &str, refused: Option<&str>) -> Item {
    Item {
        unsent: Unsent {
            nonce: nonce.into(),
            room: room_name("lobby"),
            text: text.into(),
            reply_to: None,
            files: Vec::new(),
            at: at(22, 11, 59),
            refused: refused.map(Into::into),
        },
        stage: match refused {
            Some(_) => Stage::Refused {
                code: ErrorCode::Muted,
            },
            None => Stage::Waiting,
        },
    }
}

/// Someone called ada who is in three rooms, of which `lobby` is open.
pub(super) fn state() -> State {
    let setup = Setup {
        addresses: vec!["chat.example.org".into()],
        able: Able {
            modern: true,
            ..Able::default()
        },
        ..Setup::default()
    };
    let mut state = State::new(setup, now());
    state.link.phase = Phase::Live;
    state.me = Me {
        name: Some(name("ada")),
        guest: true,
    };
    for room in [
        room("lobby", 0, 0),
        room("dev", 12, 1),
        room("ops", 3, 0),
        room("@ada+bob", 1, 1),
    ] {
        state.rooms.insert(room.name().clone(), room);
    }
    state.open = Some(room_name("lobby"));
    state
}

/// A conversation with everything that can stand in one.
pub(super) fn conversation() -> State {
    let mut state = state();
    let room = open(&mut state);
    room.state.topic = "where everyone comes in".into();
    room.people.total = Some(12);
    let mut reply = message(
        102,
        at(22, 9, 5),
        "ada",
        "yes, see https://example.org/plan.",
    );
    let mut edited = message(103, at(22, 9, 6), "ada", "at noon");
    let mut liked = message(104, at(22, 9, 40), "bob", "fine with me, @ada");
    let mut gone = message(106, at(22, 11, 50), "eve", "");
    let mut news = message(107, at(22, 11, 51), "bob", "");
    if let EventBody::Message(message) = &mut reply.event.body {
        message.reply_to = Some(seq(101));
    }
    edited.fold.rev = Some(seq(105));
    liked.fold.pinned = true;
    liked
        .fold
        .reactions
        .insert("👍".into(), vec!["ada".into(), "eve".into()]);
    liked
        .fold
        .reactions
        .insert(":tada:".into(), vec!["eve".into()]);
    if let EventBody::Message(message) = &mut gone.event.body {
        message.text = None;
    }
    news.event.body = EventBody::Topic {
        topic: "where everyone comes in".into(),
    };
    let first = message(1, at(20, 8, 0), "bob", "the very first words");
    load(room, vec![first]);
    let long = "Could we move the meeting? I have to bring the cat to the vet first, \
                and the vet opens late on Sundays.";
    load(
        room,
        vec![
            message(100, at(21, 23, 58), "bob", "good night"),
            message(101, at(22, 9, 1), "bob", long),
            reply,
            edited,
            liked,
            gone,
            news,
        ],
    );
    room.new_from = Some(seq(104));
    state.outbox.items.push(unsent("a", "on my way", None));
    let refused = unsent("b", "hello?", Some("you are muted in this room"));
    state.outbox.items.push(refused);
    state
}

pub(super) fn draw(state: &State, width: u16, height: u16) -> (Buffer, Drawn) {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let mut view = View::new(TimeZone::UTC);
    let drawn = view.draw(&mut buffer, state, now());
    (buffer, drawn)
}

/// The screen as text, the cursor not shown, without blanks at the rows' ends.
pub(super) fn screen(state: &State, width: u16, height: u16) -> String {
    text(&draw(state, width, height).0)
}

pub(super) fn text(buffer: &Buffer) -> String {
    let rows = (0..buffer.area.height).map(|y| row(buffer, y));
    rows.map(|row| row.trim_end().to_owned() + "\n").collect()
}

/// A cell's text without the sequences of a link.
pub(super) fn unlinked(symbol: &str) -> &str {
    symbol
        .strip_prefix("\x1b]8;")
        .and_then(|link| link.strip_suffix("\x1b]8;;\x1b\\"))
        .and_then(|link| link.split_once("\x1b\\"))
        .map_or(symbol, |(_, text)| text)
}

/// What a terminal would show on a row.
pub(super) fn row(buffer: &Buffer, y: u16) -> String {
    let mut row = String::new();
    let mut x = 0;
    while x < buffer.area.width {
        let cell = &buffer[(x, y)];
        row.push_str(unlinked(cell.symbol()));
        x += cell.cell_width().max(1);
    }
    row
}

/// The open room.
pub(super) fn open(state: &mut State) -> &mut Room {
    state.rooms.get_mut(&room_name("lobby")).unwrap()
}
