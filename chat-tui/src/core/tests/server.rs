//! A server of the protocol's letter, as small as the core's tests need it:
//! one user with one connection, others who only talk.

use chat_proto::codec::{Asked, Frame, decode_request};
use chat_proto::event::{EventBody, Message, Role, RoomKind};
use chat_proto::limits::RESUME_EVENTS;
use chat_proto::notice::ReadMoved;
use chat_proto::reply::{
    Done, Found, History, Joined, Left, Members, Pong, RoomState, Sent, Welcome,
};
use chat_proto::reply::{MemberListing, Registered};
use chat_proto::request::{GetHistory, Hello, Search, Send};
use chat_proto::{
    Entry, ErrorCode, ErrorReply, Event, Gap, Greeting, Limits, Request, RequestId, RoomName,
    RoomRef, Seq, Timestamp, Token, UserName, mentions,
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

    /// A frame of the client came in.
    pub(super) fn hear(&mut self, text: &str) {
        let Asked { id, request } = decode_request(text, &Limits::DEFAULT).unwrap();
        self.requests.push(request.clone());
        let id = id.as_ref();
        let known = |room: &RoomRef| self.logs.contains_key(&named(room.clone()));
        if about(&request).is_some_and(|room| !known(room)) {
            let error = ErrorReply::new(ErrorCode::NotMember, "you are not in that room");
            return self.say(&Frame::Error(error), id);
        }
        if self.me.is_none() && !matches!(request, Request::Hello(_)) {
            let error = ErrorReply::new(ErrorCode::Unauthenticated, "say hello first");
            return self.say(&Frame::Error(error), id);
        }
        match request {
            Request::Hello(hello) => self.hello(id, hello),
            Request::Send(send) => self.send(id, send),
            Request::GetHistory(asked) => self.history(id, &asked),
            Request::Read(read) => {
                let name = named(read.room);
                let head = seq(self.logs[&name].len() as u64);
                if read.seq > head {
                    let error = ErrorReply::new(ErrorCode::Invalid, "seq is above the head");
                    return self.say(&Frame::Error(error), id);
                }
                let before = self.read.get(&name).copied().unwrap_or_default();
                if read.seq > before || read.back == Some(true) {
                    self.read.insert(name, read.seq);
                }
                self.say(&Frame::Done(Done::default()), id);
            }
            Request::Join(join) => {
                let name = named(join.room);
                if !self.logs.contains_key(&name) {
                    let log = self.left.remove(&name).unwrap_or_default();
                    self.read.insert(name.clone(), seq(log.len() as u64));
                    self.logs.insert(name.clone(), log);
                }
                let state = self.state(&name);
                let joined = Joined {
                    state,
                    events: None,
                    more_before: false,
                };
                self.say(&Frame::Joined(Box::new(joined)), id);
            }
            Request::Leave(leave) => {
                let left = Left {
                    room: named(leave.room),
                };
                self.be_out(&left.room);
                self.say(&Frame::Left(left), id);
            }
            Request::Members(asked) => {
                let members = Members {
                    room: named(asked.room),
                    total: self.members.len() as u64,
                    more: false,
                    members: self.members.clone(),
                };
                self.say(&Frame::Members(members), id);
            }
            Request::Edit(edit) => {
                let text = Some(edit.text.as_str().to_owned());
                let target = edit.target;
                self.change(id, edit.room, EventBody::Edited { target, text });
            }
            Request::Delete(delete) => {
                let target = delete.target;
                self.change(id, delete.room, EventBody::Deleted { target });
            }
            Request::React(react) => {
                let (target, on) = (react.target, react.on.unwrap_or(true));
                let emoji = react.emoji.as_str().to_owned();
                self.change(id, react.room, EventBody::Reacted { target, emoji, on });
            }
            Request::Pin(pin) => {
                let (target, on) = (pin.target, pin.on.unwrap_or(true));
                self.change(id, pin.room, EventBody::Pinned { target, on });
            }
            Request::Logout(_)
            | Request::Kick(_)
            | Request::Ban(_)
            | Request::Unban(_)
            | Request::Mute(_)
            | Request::Unmute(_)
            | Request::SetRole(_)
            | Request::Settings(_)
            | Request::Invite(_)
            | Request::SetTopic(_) => self.say(&Frame::Done(Done::default()), id),
            Request::Create(create) => {
                self.logs.entry(create.room.clone()).or_default();
                let mut state = self.state(&create.room);
                state.kind = create.kind.unwrap_or(RoomKind::Public);
                state.role = Role::Owner;
                let joined = Joined {
                    state,
                    events: None,
                    more_before: false,
                };
                self.say(&Frame::Joined(Box::new(joined)), id);
            }
            Request::Register(_) => {
                let registered = Registered {
                    user: self.me.clone().unwrap(),
                    token: "token".to_owned().into(),
                };
                self.say(&Frame::Registered(registered), id);
            }
            Request::Search(asked) => self.search(id, &asked),
            Request::Ping(_) => self.say(
                &Frame::Pong(Pong {
                    at: Timestamp::from_millis(0),
                }),
                id,
            ),
            Request::Typing(_) => {}
            other => {
                let words = format!("this server does not offer {}", other.kind());
                self.say(
                    &Frame::Error(ErrorReply::new(ErrorCode::Unsupported, words)),
                    id,
                );
            }
        }
    }

    fn hello(&mut self, id: Option<&RequestId>, hello: Hello) {
        let name = hello
            .name
            .or(self.me.clone().filter(|_| hello.token.is_some()));
        let Some(name) = name.filter(|name| !self.taken.iter().any(|taken| taken == name.as_str()))
        else {
            let error = ErrorReply::new(ErrorCode::NameTaken, "that name is in use");
            return self.say(&Frame::Error(error), id);
        };
        self.me = Some(name.clone());
        let resume = hello.resume.unwrap_or_default();
        let reset = hello.epoch.is_some_and(|epoch| epoch != self.epoch);
        let names: Vec<_> = self.logs.keys().cloned().collect();
        let rooms = names.iter().map(|name| self.state(name)).collect();
        let token = Token::from("token".to_owned());
        let welcome = Welcome {
            user: name,
            guest: true,
            token,
            reset,
            invites: vec![],
            rooms,
        };
        self.say(&Frame::Welcome(welcome), id);
        self.live = true;
        for name in names {
            if let (Some(cursor), false) = (resume.get(name.as_str()), reset) {
                self.resume(&name, *cursor);
            }
        }
    }

    fn resume(&mut self, name: &RoomName, cursor: Seq) {
        let missed: Vec<_> = self.logs[name]
            .iter()
            .filter(|event| event.seq > cursor)
            .cloned()
            .collect();
        if missed.len() as u64 > RESUME_EVENTS {
            let to = seq(self.logs[name].len() as u64);
            return self.say(
                &Frame::Gap(Gap {
                    room: name.clone(),
                    from: cursor.next(),
                    to,
                }),
                None,
            );
        }
        for event in missed {
            self.say(&Frame::Event(Box::new(event)), None);
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

    /// The user does something to a message.
    fn change(&mut self, id: Option<&RequestId>, room: RoomRef, body: EventBody) {
        if let Some(error) = self.refuse.pop_front() {
            return self.say(&Frame::Error(error), id);
        }
        let room = named(room);
        let author = self.me.clone().unwrap().to_string();
        let seq = Some(self.append(&room, &author, body));
        let room = Some(room);
        self.say(&Frame::Done(Done { room, seq }), id);
    }

    fn send(&mut self, id: Option<&RequestId>, send: Send) {
        if let Some(error) = self.refuse.pop_front() {
            return self.say(&Frame::Error(error), id);
        }
        let name = named(send.room);
        let nonce = send.nonce.map(|nonce| nonce.as_str().to_owned());
        let known = self.logs[&name].iter().find_map(|event| match &event.body {
            EventBody::Message(message) if nonce.is_some() && message.nonce == nonce => {
                Some(event.seq)
            }
            _ => None,
        });
        let text = send.text.map(|text| text.as_str().to_owned());
        let message = Message {
            text,
            nonce,
            reply_to: send.reply_to,
            files: vec![],
        };
        let author = self.me.clone().unwrap().to_string();
        let at = known.unwrap_or_else(|| self.append(&name, &author, EventBody::Message(message)));
        let sent = Sent {
            room: name,
            seq: at,
            at: Timestamp::from_millis(0),
            duplicate: known.is_some(),
        };
        self.say(&Frame::Sent(sent), id);
    }

    /// Finds by parts of the text; newest first within a room.
    fn search(&mut self, id: Option<&RequestId>, asked: &Search) {
        let room = asked.room.clone().map(named);
        let mut hits = Vec::new();
        for (name, log) in &self.logs {
            if room.as_ref().is_some_and(|room| room != name) {
                continue;
            }
            let changes: Vec<_> = log.iter().collect();
            let entries = log.iter().filter(|event| event.body.target().is_none());
            let found = entries
                .map(|event| folded(event, &changes))
                .filter(|entry| {
                    let text = crate::core::editing::text_of(entry);
                    text.is_some_and(|text| asked.query.split(' ').all(|word| text.contains(word)))
                });
            hits.extend(found);
        }
        hits.sort_by_key(|entry| std::cmp::Reverse(entry.event.at));
        let from: usize = asked
            .cursor
            .as_deref()
            .map_or(0, |at| at.parse().unwrap_or(0));
        let limit = asked.limit.map_or(20, |limit| limit.get() as usize);
        let from = from.min(hits.len());
        let to = (from + limit).min(hits.len());
        let found = Found {
            hits: hits[from..to].to_vec(),
            more: to < hits.len(),
            next: (to < hits.len()).then(|| to.to_string()),
        };
        self.say(&Frame::Found(found), id);
    }

    fn history(&mut self, id: Option<&RequestId>, asked: &GetHistory) {
        let name = named(asked.room.clone());
        let log = &self.logs[&name];
        let limit = asked.limit.map_or(50, |limit| limit.get() as usize);
        let is_entry = |event: &&Event| event.body.target().is_none();
        let changes: Vec<_> = log.iter().filter(|event| !is_entry(event)).collect();
        let entries: Vec<_> = log
            .iter()
            .filter(is_entry)
            .map(|event| folded(event, &changes))
            .collect();
        if let Some(since) = asked.changed_after {
            let mut entries = entries;
            entries.retain(|entry| entry.fold.changed.is_some_and(|changed| changed > since));
            entries.sort_by_key(|entry| entry.fold.changed);
            let more_after = entries.len() > limit;
            entries.truncate(limit);
            let history = History {
                events: entries,
                first: Seq::FIRST,
                head: seq(log.len() as u64),
                more_before: false,
                more_after,
                room: name,
            };
            return self.say(&Frame::History(history), id);
        }
        if let Some(root) = asked.thread {
            let mut of = std::collections::BTreeSet::from([root]);
            let mut entries = entries;
            entries.retain(|entry| {
                let answers = crate::core::threads::answers(entry);
                let joins = answers.is_some_and(|to| of.contains(&to));
                entry.event.seq == root || joins && of.insert(entry.event.seq)
            });
            let more_after = entries.len() > limit;
            entries.truncate(limit);
            let history = History {
                events: entries,
                first: Seq::FIRST,
                head: seq(log.len() as u64),
                more_before: false,
                more_after,
                room: name,
            };
            return self.say(&Frame::History(history), id);
        }
        let entries = match asked.at {
            Some(at) => entries
                .into_iter()
                .filter(|entry| entry.event.at >= at)
                .collect(),
            None => entries,
        };
        let first_at = |seq: Seq| entries.partition_point(|entry| entry.event.seq < seq);
        let (from, to) = if let Some(before) = asked.before {
            let to = first_at(before);
            (to.saturating_sub(limit), to)
        } else if let Some(after) = asked.after {
            let from = first_at(after.next());
            (from, (from + limit).min(entries.len()))
        } else if let Some(around) = asked.around {
            let from = first_at(around).saturating_sub(limit / 2);
            (from, (from + limit).min(entries.len()))
        } else if asked.at.is_some() {
            (0, limit.min(entries.len()))
        } else {
            (entries.len().saturating_sub(limit), entries.len())
        };
        let history = History {
            events: entries[from..to].to_vec(),
            first: Seq::FIRST,
            head: seq(log.len() as u64),
            more_before: from > 0 || asked.at.is_some_and(|at| at > Timestamp::from_millis(0)),
            more_after: to < entries.len(),
            room: name,
        };
        self.say(&Frame::History(history), id);
    }
}

fn named(name: RoomRef) -> RoomName {
    match name {
        RoomRef::Named(name) => name,
        RoomRef::With(user) => room(&format!("@ada+{user}")),
    }
}

/// The room that one has to be in for a request.
fn about(request: &Request) -> Option<&RoomRef> {
    match request {
        Request::Send(asked) => Some(&asked.room),
        Request::GetHistory(asked) => Some(&asked.room),
        Request::Read(asked) => Some(&asked.room),
        Request::Members(asked) => Some(&asked.room),
        Request::Leave(asked) => Some(&asked.room),
        Request::Edit(asked) => Some(&asked.room),
        Request::Delete(asked) => Some(&asked.room),
        Request::React(asked) => Some(&asked.room),
        Request::Pin(asked) => Some(&asked.room),
        _ => None,
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
