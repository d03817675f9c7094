//! Changing what was said: editing, deleting, reacting, pinning.

use super::Session;
use super::answer::Refusal;
use crate::store::{Change, Revise, Revision};
use chat_proto::{ErrorReply, RequestId, RoomRef, Seq, request};
use tokio::io::{AsyncRead, AsyncWrite};

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    pub(super) async fn edit(
        &mut self,
        id: Option<&RequestId>,
        edit: request::Edit,
    ) -> Result<(), Refusal> {
        let change = self.revise(edit.room, edit.target, Revision::Edit(edit.text))?;
        self.change(id, change).await
    }

    pub(super) async fn delete(
        &mut self,
        id: Option<&RequestId>,
        delete: request::Delete,
    ) -> Result<(), Refusal> {
        let change = self.revise(delete.room, delete.target, Revision::Delete)?;
        self.change(id, change).await
    }

    pub(super) async fn react(
        &mut self,
        id: Option<&RequestId>,
        react: request::React,
    ) -> Result<(), Refusal> {
        let what = Revision::React {
            emoji: react.emoji,
            on: react.on.unwrap_or(true),
        };
        let change = self.revise(react.room, react.target, what)?;
        self.change(id, change).await
    }

    pub(super) async fn pin(
        &mut self,
        id: Option<&RequestId>,
        pin: request::Pin,
    ) -> Result<(), Refusal> {
        let on = pin.on.unwrap_or(true);
        let change = self.revise(pin.room, pin.target, Revision::Pin { on })?;
        self.change(id, change).await
    }

    fn revise(&self, room: RoomRef, target: Seq, what: Revision) -> Result<Change, ErrorReply> {
        Ok(Change::Revise(Revise {
            by: self.person()?.id(),
            room: self.named(room)?,
            target,
            what,
        }))
    }
}
