//! Coming in: `hello`, the rooms that one is in, and the cursors that one
//! brings along.

use super::Session;
use super::answer::{Refusal, mismatch};
use super::close::Close;
use super::reading::Reading;
use super::token::Token;
use crate::log::cursor::{self, Gaps};
use crate::log::{Reader, RoomLog};
use crate::people::{Person, Stay};
use crate::rate::{self, Door};
use crate::store::{
    Change, Committed, Hello, Invitation, RoomId, Standing, StoreError, TokenHash, Welcomed,
};
use chat_proto::codec::Frame;
use chat_proto::notice::Invited;
use chat_proto::reply::{RoomState, Welcome};
use chat_proto::{ErrorReply, Gap, RequestId, Seq, request};
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
            (token, _) => {
                self.may_knock(token.is_some())?;
                Change::Hello(Hello {
                    name: hello.name,
                    token: token.map(TokenHash::of),
                    fresh: fresh.hash(),
                    default_rooms: self.node.settings.default_rooms.clone(),
                    guests: self.node.settings.guests,
                })
            }
        };
        let Committed::Welcomed(welcomed) = self.commit(change).await? else {
            return Err(mismatch("hello"));
        };
        self.node.metrics.logins.inc();
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

    /// Counts one more `hello` without password. Tokens can't be guessed, so those
    /// with one are only kept from trying too often on one connection: after a
    /// restart, thousands come back from one address.
    fn may_knock(&mut self, has_token: bool) -> Result<(), ErrorReply> {
        let now = self.node.uptime();
        if !has_token {
            return self.node.doors.knock(Door::Hello, self.from, now);
        }
        let rate = self.node.settings.rates.at(Door::Hello);
        self.tokens_tried
            .take(rate, now)
            .map_err(|wait| rate::refusal("too many tokens were tried", wait))
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
        let (invitations, told) = person.invitations_after(0);
        self.invitations_told = told;
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
            invites: invitations.into_iter().map(invited).collect(),
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
            self.read_from(&log, begin, standing.read, person.stay(log.id()));
        }
        if welcomed.newcomer {
            self.node.presence.newcomer(&person);
        } else if first {
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
        let store = &self.node.store;
        let mut unheard: Vec<RoomId> = Vec::new();
        loop {
            // The heads of new logs are read while the news stand still.
            let _still = if unheard.is_empty() {
                None
            } else {
                Some(self.node.logs.still().await)
            };
            let version = person.version();
            let standings = store.standings(person.id(), person.name()).await?;
            // Guests have none: private rooms are not for them.
            let invitations = if person.is_guest() {
                Vec::new()
            } else {
                store.invitations(person.id()).await?
            };
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
            let stays = rooms
                .iter()
                .map(|(standing, _)| (standing.room.id, standing.read, standing.room.head));
            if any_new || !person.load(version, stays, &invitations) {
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
            let _still = self.node.logs.still().await;
            let page = self
                .node
                .store
                .history(standing.room.id, crate::store::Anchor::Newest, 1)
                .await?;
            log.advance(page.head);
        }
        Ok(log)
    }

    /// From now on this connection gets the log's events.
    pub(super) fn read_from(
        &mut self,
        log: &Arc<RoomLog>,
        begin: cursor::Begin,
        read: Seq,
        stay: Option<Stay>,
    ) {
        let Some(person) = &self.person else { return };
        if let Some((from, to)) = begin.gap {
            let gap = Gap {
                room: log.name().clone(),
                from,
                to,
            };
            self.node.metrics.gaps.inc();
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
            // Gone meanwhile: the bell has been rung for that.
            stay: stay.map_or(0, |stay| stay.number),
            last: None,
        });
        // What came before the subscription rang nobody.
        self.bell.ring_slot(slot);
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
            cursor::begin(had, head, standing.room.first, gaps)
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

/// An invitation as the invited is shown it.
pub(super) fn invited(invitation: Invitation) -> Invited {
    let Invitation { name, by, .. } = invitation;
    Invited { room: name, by }
}
