//! What the server answers to each request.

use super::{Server, room, seq};
use chat_proto::codec::{Asked, Frame, decode_request};
use chat_proto::event::{EventBody, Message, Role, RoomKind};
use chat_proto::limits::RESUME_EVENTS;
use chat_proto::reply::{
    Done, HookMade, Hooks, Joined, Left, Members, Pong, Registered, RoomState, Sent, Welcome,
};
use chat_proto::request::{
    Create, Delete, Edit, Hello, ListHooks, MakeHook, Pin, React, Read, Send, Unhook,
};
use chat_proto::{
    ErrorCode, ErrorReply, Gap, Limits, Request, RequestId, RoomName, RoomRef, Seq, Timestamp,
    Token, UserName,
};

impl Server {
    /// A frame of the client came in.
    pub(in crate::core::tests) fn hear(&mut self, text: &str) {
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
            Request::Read(read) => self.read(id, read),
            Request::Join(join) => self.join(id, &named(join.room)),
            Request::Leave(leave) => self.leave(id, named(leave.room)),
            Request::Members(asked) => self.list_members(id, named(asked.room)),
            Request::Edit(_) | Request::Delete(_) | Request::React(_) | Request::Pin(_) => {
                self.revise(id, request);
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
            Request::Create(create) => self.create(id, &create),
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
            Request::MakeHook(_) | Request::ListHooks(_) | Request::Unhook(_) => {
                self.answer_program(id, request);
            }
            other => {
                let words = format!("this server does not offer {}", other.kind());
                self.say(
                    &Frame::Error(ErrorReply::new(ErrorCode::Unsupported, words)),
                    id,
                );
            }
        }
    }

    fn leave(&mut self, id: Option<&RequestId>, room: RoomName) {
        self.be_out(&room);
        self.say(&Frame::Left(Left { room }), id);
    }

    fn list_members(&mut self, id: Option<&RequestId>, room: RoomName) {
        let members = Members {
            room,
            total: self.members.len() as u64,
            more: false,
            members: self.members.clone(),
        };
        self.say(&Frame::Members(members), id);
    }

    fn create(&mut self, id: Option<&RequestId>, create: &Create) {
        self.logs.entry(create.room.clone()).or_default();
        let mut state = self.state(&create.room);
        state.kind = create.kind.unwrap_or(RoomKind::Public);
        state.role = Role::Owner;
        self.joined(id, state);
    }

    /// What is done to a message.
    fn revise(&mut self, id: Option<&RequestId>, request: Request) {
        let (room, body) = match request {
            Request::Edit(Edit { room, target, text }) => {
                let text = Some(text.as_str().to_owned());
                (room, EventBody::Edited { target, text })
            }
            Request::Delete(Delete { room, target }) => (room, EventBody::Deleted { target }),
            Request::React(React {
                room,
                target,
                emoji,
                on,
            }) => {
                let (emoji, on) = (emoji.as_str().to_owned(), on.unwrap_or(true));
                (room, EventBody::Reacted { target, emoji, on })
            }
            Request::Pin(Pin { room, target, on }) => {
                let on = on.unwrap_or(true);
                (room, EventBody::Pinned { target, on })
            }
            other => panic!("{other:?} changes no message"),
        };
        self.change(id, room, body);
    }

    /// Programs that speak in a room.
    fn answer_program(&mut self, id: Option<&RequestId>, request: Request) {
        let reply = match request {
            Request::MakeHook(MakeHook { room, name }) => {
                self.programs.push(name.clone());
                Frame::HookMade(HookMade {
                    room: named(room),
                    url: Some(format!("/hooks/TOKEN-of-{name}")),
                    name,
                })
            }
            Request::ListHooks(ListHooks { room }) => {
                let room = named(room);
                let hook = |name: &UserName| HookMade {
                    room: room.clone(),
                    name: name.clone(),
                    url: None,
                };
                let hooks = self.programs.iter().map(hook).collect();
                Frame::Hooks(Hooks { hooks })
            }
            Request::Unhook(Unhook { name, .. }) => {
                self.programs.retain(|known| *known != name);
                Frame::Done(Done::default())
            }
            other => panic!("{other:?} is about no program"),
        };
        self.say(&reply, id);
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

    fn read(&mut self, id: Option<&RequestId>, read: Read) {
        let name = named(read.room);
        if read.seq > seq(self.logs[&name].len() as u64) {
            let error = ErrorReply::new(ErrorCode::Invalid, "seq is above the head");
            return self.say(&Frame::Error(error), id);
        }
        let before = self.read.get(&name).copied().unwrap_or_default();
        if read.seq > before || read.back == Some(true) {
            self.read.insert(name, read.seq);
        }
        self.say(&Frame::Done(Done::default()), id);
    }

    fn join(&mut self, id: Option<&RequestId>, name: &RoomName) {
        if !self.logs.contains_key(name) {
            let log = self.left.remove(name).unwrap_or_default();
            self.read.insert(name.clone(), seq(log.len() as u64));
            self.logs.insert(name.clone(), log);
        }
        let state = self.state(name);
        self.joined(id, state);
    }

    fn joined(&mut self, id: Option<&RequestId>, state: RoomState) {
        let joined = Joined {
            state,
            events: None,
            more_before: false,
        };
        self.say(&Frame::Joined(Box::new(joined)), id);
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
}

pub(super) fn named(name: RoomRef) -> RoomName {
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
