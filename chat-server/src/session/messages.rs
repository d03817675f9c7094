//! Messages: saying something, reading what was said, and how far one has read.

use super::Session;
use super::answer::{Refusal, mismatch};
use crate::log::Frame as Encoded;
use crate::people::Person;
use crate::rules::permission::Deed;
use crate::rules::revise::no_message;
use crate::store::{Anchor, Change, Committed, MarkRead, SendMessage};
use chat_proto::codec::Frame;
use chat_proto::limits::{HISTORY_DEFAULT, PRESENCE_MEMBERS};
use chat_proto::notice::TypingNow;
use chat_proto::reply::{Done, History, Sent};
use chat_proto::{ErrorCode, ErrorReply, RequestId, request};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// How often a person's typing in a room is told: as long as it is shown.
const TYPING: Duration = Duration::from_secs(5);

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    /// Who this is; every request but a few comes after `hello`.
    pub(super) fn person(&self) -> Result<Arc<Person>, ErrorReply> {
        self.person
            .clone()
            .ok_or_else(|| ErrorReply::new(ErrorCode::Unauthenticated, "say hello first"))
    }

    /// What the store is asked for a `send`.
    pub(super) fn message(&self, send: &request::Send) -> Result<SendMessage, ErrorReply> {
        Ok(SendMessage {
            author: self.person()?.id(),
            room: self.named(send.room.clone())?,
            text: send.text.clone(),
            nonce: send.nonce.clone(),
            reply_to: send.reply_to,
            rooms_max: self.node.settings.limits.rooms,
            files: send.files.as_deref().unwrap_or_default().into(),
        })
    }

    pub(super) async fn history(
        &mut self,
        id: Option<&RequestId>,
        ask: request::GetHistory,
    ) -> Result<(), Refusal> {
        let anchor = anchor(&ask);
        let room = self.readable(self.named(ask.room)?).await?;
        let limit = ask
            .limit
            .map_or(HISTORY_DEFAULT, |limit| limit.get() as usize);
        let page = self
            .node
            .store
            .history(
                room.id,
                anchor,
                limit.min(self.node.settings.limits.history_page),
            )
            .await?;
        if matches!(anchor, Anchor::Thread(_)) && page.entries.is_empty() {
            return Err(no_message(&room.name, "thread").into());
        }
        self.still_inside(&room).await?;
        let history = History {
            room: room.name,
            events: page.entries,
            first: page.first,
            head: page.head,
            more_before: page.more_before,
            more_after: page.more_after,
            older: page.older,
        };
        self.push(&Frame::History(history), id);
        Ok(())
    }

    pub(super) async fn read(
        &mut self,
        id: Option<&RequestId>,
        read: request::Read,
    ) -> Result<(), Refusal> {
        let person = self.person()?;
        let change = Change::Read(MarkRead {
            user: person.id(),
            room: self.named(read.room)?,
            seq: read.seq,
            back: read.back.unwrap_or(false),
        });
        let Committed::Read {
            room,
            seq,
            moved,
            counts: _,
        } = self.commit(change).await?
        else {
            return Err(mismatch("read"));
        };
        if moved && let Some(reading) = self.readings.of_room_mut(room) {
            reading.read = seq;
        }
        self.push(&Frame::Done(Done::default()), id);
        Ok(())
    }

    /// Tells the others of a small room; has no reply unless it fails.
    pub(super) async fn typing(&mut self, typing: request::Typing) -> Result<(), Refusal> {
        let person = self.person()?;
        let room = self.allowed(self.named(typing.room)?, Deed::Type).await?;
        let Some(log) = self.node.logs.known(room.id) else {
            return Ok(());
        };
        if log.people_count() > PRESENCE_MEMBERS
            || !person.may_type(log.id(), TYPING, self.node.uptime())
        {
            return Ok(());
        }
        let notice = Encoded::text(
            &Frame::Typing(TypingNow {
                room: room.name,
                user: person.name(),
            })
            .encode(None),
        );
        for bell in log.bells_of_others(person.id()) {
            bell.leave_notice(&notice);
            bell.wake();
        }
        Ok(())
    }
}

/// The reply to a `send`.
pub(super) fn sent(committed: Committed) -> Result<Sent, Refusal> {
    match committed {
        Committed::Sent {
            room,
            seq,
            at,
            duplicate,
        } => Ok(Sent {
            room,
            seq,
            at,
            duplicate,
        }),
        Committed::Welcomed(_)
        | Committed::Gone
        | Committed::Account
        | Committed::Noted
        | Committed::Joined { .. }
        | Committed::Left { .. }
        | Committed::Changed { .. }
        | Committed::Forgotten { .. }
        | Committed::Read { .. } => Err(mismatch("send")),
    }
}

fn anchor(ask: &request::GetHistory) -> Anchor {
    if let (Some(root), Some(before)) = (ask.thread, ask.before) {
        return Anchor::ThreadBefore { root, before };
    }
    // At most one of them is there: the request was parsed so.
    let places = [
        ask.before.map(Anchor::Before),
        ask.after.map(Anchor::After),
        ask.around.map(Anchor::Around),
        ask.at.map(Anchor::At),
        ask.changed_after.map(Anchor::ChangedAfter),
        ask.thread.map(Anchor::Thread),
    ];
    places
        .into_iter()
        .flatten()
        .next()
        .unwrap_or(Anchor::Newest)
}
