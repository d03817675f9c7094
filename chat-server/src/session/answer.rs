//! From a request to what answers it: the one list of who handles what.

use super::close::Close;
use super::{Commit, Session};
use crate::committer;
use crate::fault;
use crate::rate::{self, Class};
use crate::store::{Change, Committed, SendMessage, StoreError};
use chat_proto::codec::{Asked, Frame, invalid_field, unsupported};
use chat_proto::reply::{Done, Pong};
use chat_proto::{ErrorCode, ErrorReply, Request, RequestId, RoomName, RoomRef};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

/// What becomes of a request: a reply, or the error that is its reply, or the
/// end of the connection.
pub(super) enum Refusal {
    /// Answered with an error.
    Error(ErrorReply),
    /// The connection ends.
    Close(Close),
}

impl From<ErrorReply> for Refusal {
    fn from(error: ErrorReply) -> Self {
        Self::Error(error)
    }
}

impl From<&StoreError> for Refusal {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => {
                Self::Error(ErrorReply::new(ErrorCode::Unavailable, fault::STORAGE_AWAY))
            }
            StoreError::TooLong => Self::Error(ErrorReply::new(
                ErrorCode::Unavailable,
                "that takes looking through more than is done at once; narrow it down, by a rarer word, a room, an author or a time",
            )),
            StoreError::Unknown(_) => Self::Close(Close::Internal),
            StoreError::Corrupt(_) => {
                let reference = fault::reference();
                tracing::error!(%error, reference, "a request failed");
                Self::Error(ErrorReply::new(
                    ErrorCode::Internal,
                    format!("a fault of the server; its log knows it as {reference}"),
                ))
            }
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::from(&error)
    }
}

/// What the rules of the store said, as the reply's way.
pub(super) fn done(answer: committer::Answer) -> Result<Committed, Refusal> {
    match answer {
        Ok(decision) => Ok(decision?),
        Err(error) => Err(Refusal::from(&*error)),
    }
}

/// The store answered something else than what was asked: a fault of ours.
pub(super) fn mismatch(kind: &str) -> Refusal {
    StoreError::Corrupt(format!("the outcome of another change for {kind:?}")).into()
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    /// Begins with a request; gives it back if it has to wait, for the commits
    /// before it or for the store.
    pub(super) fn begin(&mut self, asked: Asked) -> Option<Asked> {
        let Asked { id, request } = asked;
        if let Err(error) = Class::of(&request).map_or(Ok(()), |class| self.may(class)) {
            self.refuse(id.as_ref(), error);
            return None;
        }
        match request {
            Request::Ping(_) => self.push(
                &Frame::Pong(Pong {
                    at: committer::now(),
                }),
                id.as_ref(),
            ),
            Request::GetHelp(_) => {
                self.push(&Frame::Help(chat_proto::example::help()), id.as_ref());
            }
            Request::Hello(_) if self.person.is_some() => {
                self.refuse(
                    id.as_ref(),
                    ErrorReply::new(ErrorCode::AlreadyHere, "this connection has said hello"),
                );
            }
            Request::Hello(hello) => {
                return Some(Asked {
                    id,
                    request: Request::Hello(hello),
                });
            }
            other if self.person.is_none() => {
                let message = format!(
                    r#"say {{"type":"hello","name":"your-name"}} before {:?}"#,
                    other.kind()
                );
                self.refuse(
                    id.as_ref(),
                    ErrorReply::new(ErrorCode::Unauthenticated, message),
                );
            }
            Request::Send(send) => return self.begin_sending(id, send),
            other => return Some(Asked { id, request: other }),
        }
        None
    }

    /// [`Self::begin`] with a message.
    fn begin_sending(
        &mut self,
        id: Option<RequestId>,
        send: chat_proto::request::Send,
    ) -> Option<Asked> {
        match self.begin_send(&id, send) {
            Ok(rest) => rest.map(|send| Asked {
                id,
                request: Request::Send(send),
            }),
            Err(error) => {
                self.refuse(id.as_ref(), error);
                None
            }
        }
    }

    /// Counts one more request of this class against the person's rate, or,
    /// where there is nobody yet, what can be asked then against the connection's.
    fn may(&mut self, class: Class) -> Result<(), ErrorReply> {
        let (rate, now) = (self.node.settings.rates.of(class), self.node.uptime());
        let taken = match &self.person {
            Some(person) => person.may(class, rate, now),
            None if class == Class::Other => self.asked_early.take(rate, now),
            None => Ok(()),
        };
        taken.map_err(|wait| {
            let (per_s, words) = (rate.per_s, class.words());
            rate::refusal(&format!("more than {per_s} {words} a second"), wait)
        })
    }

    /// Hands a message in without waiting; gives it back if the queue is full.
    fn begin_send(
        &mut self,
        id: &Option<RequestId>,
        send: chat_proto::request::Send,
    ) -> Result<Option<chat_proto::request::Send>, ErrorReply> {
        let message = self.message(&send)?;
        match self
            .committer
            // It may open a direct room, of which this connection hears as the others do.
            .try_hand_in(Change::Send(message), None)
        {
            Ok(answer) => {
                self.commits.push_back(Commit {
                    id: id.clone(),
                    answer,
                });
                Ok(None)
            }
            Err(_full) => Ok(Some(send)),
        }
    }

    /// Answers a request that may wait for the store. All commits before it are done.
    pub(super) async fn answer(&mut self, asked: Asked) -> Result<(), Close> {
        let Asked { id, request } = asked;
        let id = id.as_ref();
        let answered = match request {
            Request::Hello(hello) => self.hello(id, hello).await,
            Request::Register(register) => self.register(id, register).await,
            Request::ChangePassword(change) => self.change_password(id, change).await,
            Request::Logout(_) => self.logout(id).await,
            Request::Join(join) => self.join(id, join).await,
            Request::Create(create) => self.create(id, create).await,
            Request::Direct(direct) => self.direct(id, direct).await,
            Request::Leave(leave) => self.leave(id, leave).await,
            Request::Rooms(rooms) => self.rooms(id, rooms).await,
            Request::Members(members) => self.members(id, members).await,
            Request::GetHistory(history) => self.history(id, history).await,
            Request::Search(search) => self.search(id, search).await,
            Request::Read(read) => self.read(id, read).await,
            Request::Typing(typing) => self.typing(typing).await,
            Request::Send(send) => self.send_waiting(id, send).await,
            Request::SetTopic(set) => self.set_topic(id, set).await,
            Request::Edit(edit) => self.edit(id, edit).await,
            Request::Delete(delete) => self.delete(id, delete).await,
            Request::React(react) => self.react(id, react).await,
            Request::Pin(pin) => self.pin(id, pin).await,
            Request::Invite(invite) => self.invite(id, invite).await,
            Request::Kick(kick) => self.kick(id, kick).await,
            Request::Ban(ban) => self.ban(id, ban).await,
            Request::Unban(unban) => self.unban(id, unban).await,
            Request::Mute(mute) => self.mute(id, mute).await,
            Request::Unmute(unmute) => self.unmute(id, unmute).await,
            Request::SetRole(set) => self.set_role(id, set).await,
            Request::Settings(settings) => self.settings(id, settings).await,
            Request::MakeHook(make) => self.make_hook(id, make).await,
            Request::ListHooks(list) => self.list_hooks(id, list).await,
            Request::Unhook(void) => self.void_hook(id, void).await,
            other => Err(unsupported(other.kind()).into()),
        };
        match answered {
            Ok(()) => Ok(()),
            Err(Refusal::Error(error)) => {
                self.refuse(id, error);
                Ok(())
            }
            Err(Refusal::Close(close)) => Err(close),
        }
    }

    /// Makes a change and waits for what comes of it.
    pub(super) async fn commit(&self, change: Change) -> Result<Committed, Refusal> {
        let asker = Some(Arc::clone(&self.bell));
        done(self.committer.commit(change, asker).await)
    }

    /// Makes a change that is answered by `ok`.
    pub(super) async fn change(
        &mut self,
        id: Option<&RequestId>,
        change: Change,
    ) -> Result<(), Refusal> {
        let Committed::Changed { room, seq } = self.commit(change).await? else {
            return Err(mismatch("a change"));
        };
        let done = Done {
            room: Some(room),
            seq,
        };
        self.push(&Frame::Done(done), id);
        Ok(())
    }

    /// A message that found the queue full.
    async fn send_waiting(
        &mut self,
        id: Option<&RequestId>,
        send: chat_proto::request::Send,
    ) -> Result<(), Refusal> {
        let message: SendMessage = self.message(&send)?;
        let answer = self.committer.commit(Change::Send(message), None).await;
        self.answer_sent(id, answer).map_err(Refusal::Close)
    }

    /// Answers a `send` whose commit is done.
    pub(super) fn answer_sent(
        &mut self,
        id: Option<&RequestId>,
        answer: committer::Answer,
    ) -> Result<(), Close> {
        match done(answer).and_then(super::messages::sent) {
            Ok(sent) => self.push(&Frame::Sent(sent), id),
            Err(Refusal::Error(error)) => self.refuse(id, error),
            Err(Refusal::Close(close)) => return Err(close),
        }
        Ok(())
    }

    /// The room that a request names; `@bob` is the one shared with bob.
    pub(super) fn named(&self, room: RoomRef) -> Result<RoomName, ErrorReply> {
        match room {
            RoomRef::Named(name) => Ok(name),
            RoomRef::With(other) => RoomName::direct(&self.person()?.name(), &other)
                .map_err(|problem| invalid_field("room", &problem.to_string())),
        }
    }
}
