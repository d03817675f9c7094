//! The cache of somebody who has been here for long, written by the client's
//! own code.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use chat_proto::event::{EventBody, Message, Role, RoomKind};
use chat_proto::reply::RoomState;
use chat_proto::{Entry, Event, RoomName, Seq, UserName};
use chat_tui::address::Address;
use chat_tui::core::effect::Store;
use chat_tui::core::input::Device;
use chat_tui::core::room::RoomRow;
use chat_tui::core::span::Span;
use chat_tui::edge::disk::cache::Cache;
use chat_tui::edge::profile::{Profile, ServerDir};

use crate::talk::{Rooms, author};

/// Messages of one transaction.
const BATCH: u64 = 10_000;
pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// Where a client keeps what it has of a server.
pub(crate) fn directory(data: &Path, url: &str) -> Result<ServerDir> {
    Ok(Profile::find(Some(data), "default")?.server(&Address::parse(url)?))
}

/// Caches all that was said in the rooms.
pub(crate) fn fill(data: &Path, url: &str, rooms: Rooms, epoch: &str) -> Result<()> {
    let (mut cache, note) = Cache::open(Ok(directory(data, url)?));
    ensure!(
        note.is_none() && cache.trouble().is_none(),
        "the cache can't be made"
    );
    for room in 0..rooms.rooms {
        let messages = rooms.messages(room);
        for first in (1..=messages).step_by(usize::try_from(BATCH)?) {
            let last = messages.min(first + BATCH - 1);
            cache.store(&[log(rooms, room, first, last)?])?;
        }
        cache.store(&[Store::Room(row(rooms, room)?)])?;
    }
    let device = Device {
        name: Some("bench".to_owned()),
        token: Some(TOKEN.to_owned()),
        epoch: Some(epoch.to_owned()),
    };
    cache.store(&[Store::Device(device), Store::Open(name(rooms, 0)?)])?;
    Ok(())
}

fn log(rooms: Rooms, room: usize, first: u64, last: u64) -> Result<Store> {
    let name = name(rooms, room)?;
    let entries = (first..=last).map(|number| entry(rooms, room, &name, number));
    let span = Span::new(seq(first)?, seq(last)?).context("no messages")?;
    Ok(Store::Log {
        entries: entries.collect::<Result<_>>()?,
        known: vec![span],
        room: name,
    })
}

fn entry(rooms: Rooms, room: usize, name: &RoomName, number: u64) -> Result<Entry> {
    let message = Message {
        text: Some(rooms.text(room, number)),
        ..Message::default()
    };
    let event = Event {
        room: name.clone(),
        seq: seq(number)?,
        at: rooms.at(room, number),
        author: UserName::trusted(author(number)).context("no name")?,
        guest: false,
        hook: false,
        body: EventBody::Message(message),
    };
    Ok(event.into())
}

fn row(rooms: Rooms, room: usize) -> Result<RoomRow> {
    let head = seq(rooms.messages(room))?;
    let state = RoomState {
        room: name(rooms, room)?,
        kind: RoomKind::Public,
        topic: String::new(),
        role: Role::Member,
        head,
        read: head,
        unread: 0,
        mentions: 0,
    };
    Ok(RoomRow {
        state,
        first: Seq::FIRST,
        unchecked: None,
    })
}

fn name(rooms: Rooms, room: usize) -> Result<RoomName> {
    RoomName::trusted(&rooms.name(room)).context("no name of a room")
}

fn seq(number: u64) -> Result<Seq> {
    Seq::new(number).context("no place")
}
