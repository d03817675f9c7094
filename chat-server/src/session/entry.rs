//! Coming in: `hello`, the rooms that one is in, and the cursors that one
//! brings along.

use super::Session;
use super::answer::{Refusal, mismatch};
use super::close::Close;
use super::reading::Reading;
use super::token::Token;
use crate::log::cursor::{self, Gaps};
use crate::log::{Reader, RoomLog};
use crate::people::Person;
use crate::store::{Change, Committed, Hello, RoomId, Standing, StoreError, TokenHash, Welcomed};
use chat_proto::codec::Frame;
use chat_proto::event::RoomKind;
use chat_proto::notice::ReadMoved;
use chat_proto::reply::{Joined, Left, RoomState, Welcome};
use chat_proto::{Gap, RequestId, Seq, request};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    pub(super) async fn hello(
        &mut self,
        id: Option<&RequestId>,
        hello: request::Hello,
    ) -> Result<(), Refusal> {
        let fresh = Token::fresh()?;
        let change = match (hello.token.as_ref(), hello.password) {
            (None, Some(password)) => self.login(hello.name, password, &fresh).await?,
            // A token decides, whatever stands beside it.
            (token, _) => Change::Hello(Hello {
                name: hello.name,
                token: token.map(TokenHash::of),
                fresh: fresh.hash(),
                default_rooms: self.node.settings.default_rooms.clone(),
                guests: self.node.settings.guests,
            }),
        };
        let Committed::Welcomed(welcomed) = self.commit(change).await? else {
            return Err(mismatch("hello"));
        };
        let had = hello.token.as_ref().and_then(Token::parse);
        let token = had.filter(|_| !welcomed.new_device).unwrap_or(fresh);
        self.gaps = if hello.gaps == Some(false) {
            Gaps::Refused
        } else {
            Gaps::Taken
        };
        let resume = hello.resume.unwrap_or_default();
        let same_epoch = hello
            .epoch
            .is_none_or(|epoch| epoch == self.node.store.epoch());
        self.come_in(id, &welcomed, token, resume, same_epoch).await
    }

    async fn come_in(
        &mut self,
        id: Option<&RequestId>,
        welcomed: &Welcomed,
        token: Token,
        resume: BTreeMap<String, Seq>,
        same_epoch: bool,
    ) -> Result<(), Refusal> {
        let (person, first) = self
            .node
            .people
            .arrive(&welcomed.user, token.hash(), &self.bell);
        let rooms = match self.rooms_of_device(&person, &token).await {
            Ok(rooms) => rooms,
            Err(refusal) => {
                self.node.depart(&person, &self.bell);
                return Err(refusal);
            }
        };
        self.person = Some(Arc::clone(&person));
        let begins = if same_epoch {
            begins(&rooms, &resume, self.gaps)
        } else {
            None
        };
        let reset = begins.is_none();
        let welcome = Welcome {
            user: welcomed.user.name.clone(),
            guest: welcomed.user.guest,
            token: token.text(),
            reset,
            invites: Vec::new(),
            rooms: rooms.iter().map(|(standing, _)| state(standing)).collect(),
        };
        self.token = Some(token);
        self.push(&Frame::Welcome(welcome), id);
        for (at, (standing, log)) in rooms.into_iter().enumerate() {
            let head = standing.room.head;
            let begin = begins.as_ref().map_or(
                cursor::Begin {
                    cursor: head,
                    gap: None,
                },
                |begins| begins[at],
            );
            self.read_from(&log, begin, standing.read);
        }
        if first {
            self.node.presence.online(&person, true);
        }
        Ok(())
    }

    /// The rooms that the user is in, if the device was not logged out between
    /// its welcome and the moment from which its connection hears of that.
    async fn rooms_of_device(
        &self,
        person: &Person,
        token: &Token,
    ) -> Result<Vec<(Standing, Arc<RoomLog>)>, Refusal> {
        match self.node.store.device(token.hash()).await? {
            Some(_) => Ok(self.load_rooms(person).await?),
            None => Err(Refusal::Close(Close::LoggedOut)),
        }
    }

    /// The rooms that the user is in, with their logs, as of one moment.
    async fn load_rooms(
        &self,
        person: &Person,
    ) -> Result<Vec<(Standing, Arc<RoomLog>)>, StoreError> {
        let mut unheard: Vec<RoomId> = Vec::new();
        loop {
            let version = person.version();
            let standings = self
                .node
                .store
                .standings(person.id(), person.name())
                .await?;
            let mut any_new = false;
            let rooms: Vec<_> = standings
                .into_iter()
                .map(|standing| {
                    let (log, new) = self.node.logs.open(&standing.room);
                    if new {
                        any_new = true;
                        unheard.push(log.id());
                    }
                    (standing, log)
                })
                .collect();
            let markers = rooms
                .iter()
                .map(|(standing, _)| (standing.room.id, standing.read));
            if any_new || !person.load(version, markers) {
                continue;
            }
            for (standing, log) in rooms
                .iter()
                .filter(|(standing, _)| unheard.contains(&standing.room.id))
            {
                log.advance(standing.room.head);
            }
            return Ok(rooms);
        }
    }

    /// The log of a room that the user is in, with its head known.
    pub(super) async fn open_log(&self, standing: &Standing) -> Result<Arc<RoomLog>, StoreError> {
        let (log, new) = self.node.logs.open(&standing.room);
        if new {
            let events = self
                .node
                .store
                .history(standing.room.id, crate::store::Anchor::Newest, 1)
                .await?;
            log.advance(events.head);
        }
        Ok(log)
    }

    /// From now on this connection gets the log's events.
    pub(super) fn read_from(&mut self, log: &Arc<RoomLog>, begin: cursor::Begin, read: Seq) {
        let Some(person) = &self.person else { return };
        if let Some((from, to)) = begin.gap {
            let gap = Gap {
                room: log.name().clone(),
                from,
                to,
            };
            crate::log::frame::push_text(&mut self.out, &Frame::Gap(gap).encode(None));
        }
        let slot = self.readings.next_slot() as u32;
        let reader = Reader {
            bell: Arc::clone(&self.bell),
            slot,
            person: Arc::clone(person),
        };
        let key = log.subscribe(reader);
        self.readings.add(Reading {
            log: Arc::clone(log),
            cursor: begin.cursor,
            read,
            key,
            last: None,
        });
        // What came before the subscription rang nobody.
        self.bell.ring_slot(slot);
    }

    /// Brings this connection in line with what another one of its user did.
    pub(super) async fn follow_person(&mut self) -> Result<(), Close> {
        let Some(person) = self.person.clone() else {
            return Ok(());
        };
        let rooms = person.rooms();
        let gone: Vec<_> = self
            .readings
            .iter()
            .filter(|(_, reading)| !rooms.contains_key(&reading.log.id()))
            .map(|(_, reading)| (reading.log.id(), reading.log.name().clone()))
            .collect();
        for (room, name) in gone {
            if let Some(last) = person.last_of(room) {
                self.readings.end_with(room, last);
            } else {
                self.readings.remove(room);
                self.push(&Frame::Left(Left { room: name }), None);
            }
        }
        for (room, read) in rooms {
            // Removed and let in again: what lay between is not theirs to hear now.
            self.readings.drop_ended(room);
            match self.readings.of_room_mut(room) {
                Some(reading) if reading.read == read => continue,
                Some(reading) => reading.read = read,
                None => {}
            }
            let known = self.readings.of_room(room).is_some();
            // Left meanwhile: the bell has been rung again.
            let Some(standing) = self
                .node
                .store
                .standing(person.id(), person.name(), room)
                .await?
            else {
                continue;
            };
            if known {
                self.push(&Frame::ReadMoved(read_moved(&standing, read)), None);
            } else {
                let log = self.open_log(&standing).await?;
                let joined = Joined {
                    state: state(&standing),
                    events: None,
                    more_before: false,
                };
                self.push(&Frame::Joined(Box::new(joined)), None);
                let begin = cursor::Begin {
                    cursor: standing.room.head,
                    gap: None,
                };
                self.read_from(&log, begin, standing.read);
            }
        }
        Ok(())
    }
}

/// Where each room's delivery begins; `None` if a cursor is of another history.
fn begins(
    rooms: &[(Standing, Arc<RoomLog>)],
    resume: &BTreeMap<String, Seq>,
    gaps: Gaps,
) -> Option<Vec<cursor::Begin>> {
    rooms
        .iter()
        .map(|(standing, _)| {
            let head = standing.room.head;
            let had = resume
                .get(standing.room.name.as_str())
                .copied()
                .unwrap_or(head);
            cursor::begin(had, head, gaps)
        })
        .collect()
}

/// A room as its member is shown it.
pub(super) fn state(standing: &Standing) -> RoomState {
    RoomState {
        room: standing.room.name.clone(),
        kind: standing.room.kind,
        topic: standing.room.topic.clone(),
        role: standing.role,
        head: standing.room.head,
        read: standing.read,
        unread: standing.counts.unread,
        mentions: standing.counts.mentions,
    }
}

fn read_moved(standing: &Standing, seq: Seq) -> ReadMoved {
    let Standing { room, counts, .. } = standing;
    ReadMoved {
        room: room.name.clone(),
        seq,
        unread: counts.unread,
        mentions: counts.mentions,
    }
}

/// Whether coming and going is told as presence and not as an event.
pub(super) fn tells_presence(kind: RoomKind) -> bool {
    match kind {
        RoomKind::Public => true,
        RoomKind::Private | RoomKind::Direct => false,
    }
}
