//! A server of the protocol's letter, as small as the core's tests need it:
//! one user with one connection, others who only talk.

mod answer;
mod page;

use answer::named;
use chat_proto::codec::Frame;
use chat_proto::event::{EventBody, Message, Role, RoomKind};
use chat_proto::notice::ReadMoved;
use chat_proto::reply::{MemberListing, RoomState};
use chat_proto::{
    Entry, ErrorReply, Event, Greeting, Limits, Request, RequestId, RoomName, Seq, Timestamp,
    UserName, mentions,
};
use std::collections::{BTreeMap, VecDeque};

pub(super) struct Server {
    pub(super) epoch: String,
    /// Those that the greeting states.
    pub(super) limits: Limits,
    pub(super) logs: BTreeMap<RoomName, Vec<Event>>,
    pub(super) read: BTreeMap<RoomName, Seq>,
    /// The logs of rooms that the user was in before.
    pub(super) left: BTreeMap<RoomName, Vec<Event>>,
    /// So many of the next replies never come.
    pub(super) silent: u32,
    /// Names that are in use by others.
    pub(super) taken: Vec<String>,
    /// How the next `send` is refused.
    pub(super) refuse: VecDeque<ErrorReply>,
    pub(super) requests: Vec<Request>,
    /// Who is in every room.
    pub(super) members: Vec<MemberListing>,
    /// Programs that speak in any room.
    programs: Vec<UserName>,
    me: Option<UserName>,
    /// Frames on their way to the client; `None`: no connection.
    pub(super) wire: Option<VecDeque<String>>,
    live: bool,
}

pub(super) fn room(name: &str) -> RoomName {
    RoomName::trusted(name).unwrap()
}

pub(super) fn seq(number: u64) -> Seq {
    Seq::new(number).unwrap()
}

impl Server {
    pub(super) fn new(rooms: &[&str]) -> Self {
        Self {
            epoch: "one".into(),
            limits: Limits::DEFAULT,
            logs: rooms.iter().map(|name| (room(name), Vec::new())).collect(),
            read: BTreeMap::new(),
            left: BTreeMap::new(),
            silent: 0,
            taken: Vec::new(),
            refuse: VecDeque::new(),
            requests: Vec::new(),
            members: Vec::new(),
            programs: Vec::new(),
            me: None,
            wire: None,
            live: false,
        }
    }

    pub(super) fn connect(&mut self) {
        self.wire = Some(VecDeque::new());
        self.live = false;
        let greeting = Greeting {
            name: "chat".into(),
            version: "0".into(),
            protocol: 1,
            epoch: self.epoch.clone(),
            guests: true,
            limits: self.limits.clone(),
            rates: BTreeMap::new(),
            hint: String::new(),
        };
        self.say(&Frame::Greeting(greeting), None);
    }

    pub(super) fn cut(&mut self) {
        self.wire = None;
        self.live = false;
    }

    /// Someone else says something.
    pub(super) fn others(&mut self, name: &str, author: &str, text: &str) -> Seq {
        let message = Message {
            text: Some(text.into()),
            ..Message::default()
        };
        self.append(&room(name), author, EventBody::Message(message))
    }

    /// Someone else answers a message.
    pub(super) fn answer(&mut self, name: &str, author: &str, text: &str, to: u64) -> Seq {
        let message = Message {
            text: Some(text.into()),
            reply_to: Some(seq(to)),
            ..Message::default()
        };
        self.append(&room(name), author, EventBody::Message(message))
    }

    pub(super) fn append(&mut self, name: &RoomName, author: &str, body: EventBody) -> Seq {
        let log = self.logs.get_mut(name).unwrap();
        let event = Event {
            room: name.clone(),
            seq: seq(log.len() as u64 + 1),
            at: Timestamp::from_millis(log.len() as i64 * 1000),
            author: UserName::trusted(author).unwrap(),
            guest: true,
            hook: false,
            body,
        };
        log.push(event.clone());
        let at = event.seq;
        if self.live {
            self.say(&Frame::Event(Box::new(event)), None);
        }
        at
    }

    pub(super) fn say(&mut self, frame: &Frame, id: Option<&RequestId>) {
        if id.is_some() && self.silent > 0 {
            self.silent -= 1;
            return;
        }
        if let Some(wire) = &mut self.wire {
            wire.push_back(frame.encode(id));
        }
    }

    pub(super) fn state(&self, name: &RoomName) -> RoomState {
        let log = &self.logs[name];
        let read = self.read.get(name).copied().unwrap_or_default();
        let unread = self.unread(name);
        let me = self.me.as_ref().map(UserName::key);
        let names_me = |text: &&String| mentions(text).any(|name| Some(name) == me);
        let naming = unread.iter().filter(names_me).count();
        RoomState {
            room: name.clone(),
            kind: RoomKind::Public,
            topic: String::new(),
            role: Role::Member,
            head: seq(log.len() as u64),
            read,
            unread: unread.len().min(1000) as u32,
            mentions: naming.min(1000) as u32,
        }
    }

    /// The texts of others' messages above the marker, as they stand.
    fn unread(&self, name: &RoomName) -> Vec<String> {
        let read = self.read.get(name).copied().unwrap_or_default();
        let log = &self.logs[name];
        let changes: Vec<_> = log.iter().filter(|event| event.seq > read).collect();
        let others = changes
            .iter()
            .filter(|event| Some(&event.author) != self.me.as_ref());
        others
            .map(|event| folded(event, &changes))
            .filter_map(|entry| crate::core::editing::text_of(&entry).map(str::to_owned))
            .collect()
    }

    /// What a room's log shows, as it stands.
    pub(super) fn entries(&self, name: &RoomName) -> Vec<Entry> {
        let (changes, entries): (Vec<_>, Vec<_>) = self.logs[name]
            .iter()
            .partition(|event| event.body.target().is_some());
        entries
            .iter()
            .map(|event| folded(event, &changes))
            .collect()
    }

    /// The user is in this room no more.
    pub(super) fn be_out(&mut self, name: &RoomName) {
        if let Some(log) = self.logs.remove(name) {
            self.left.insert(name.clone(), log);
        }
    }

    /// Another connection of the user has moved the marker.
    pub(super) fn read_elsewhere(&mut self, name: &RoomName, to: Seq) {
        self.read.insert(name.clone(), to);
        let state = self.state(name);
        let moved = ReadMoved {
            room: name.clone(),
            seq: to,
            unread: state.unread,
            mentions: state.mentions,
        };
        if self.live {
            self.say(&Frame::ReadMoved(moved), None);
        }
    }
}

/// An entry as it stands after these changes.
fn folded(event: &Event, changes: &[&Event]) -> Entry {
    let mut entry = Entry::from(event.clone());
    for change in changes {
        crate::core::fold::apply(&mut entry, change);
    }
    entry
}
