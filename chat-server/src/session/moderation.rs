//! What is done about other people in a room, and the room's settings.

use super::Session;
use super::answer::{Refusal, mismatch};
use crate::rules::moderation::Act;
use crate::store::{Change, Committed, Invite, Moderate, SetRole, SetSettings};
use chat_proto::codec::{Frame, invalid_field};
use chat_proto::reply::Done;
use chat_proto::{RequestId, RoomRef, Topic, UserName, request};
use tokio::io::{AsyncRead, AsyncWrite};

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    pub(super) async fn invite(
        &mut self,
        id: Option<&RequestId>,
        invite: request::Invite,
    ) -> Result<(), Refusal> {
        let change = Change::Invite(Invite {
            by: self.person()?.id(),
            room: self.named(invite.room)?,
            user: invite.user,
        });
        // No event of the room says so, and its `ok` names none.
        let Committed::Changed { .. } = self.commit(change).await? else {
            return Err(mismatch("invite"));
        };
        self.push(&Frame::Done(Done::default()), id);
        Ok(())
    }

    pub(super) async fn kick(
        &mut self,
        id: Option<&RequestId>,
        kick: request::Kick,
    ) -> Result<(), Refusal> {
        let request::Kick { room, user, reason } = kick;
        self.moderate(id, room, Act::Kick, user, reason).await
    }

    pub(super) async fn ban(
        &mut self,
        id: Option<&RequestId>,
        ban: request::Ban,
    ) -> Result<(), Refusal> {
        let request::Ban { room, user, reason } = ban;
        self.moderate(id, room, Act::Ban, user, reason).await
    }

    pub(super) async fn unban(
        &mut self,
        id: Option<&RequestId>,
        unban: request::Unban,
    ) -> Result<(), Refusal> {
        let request::Unban { room, user, reason } = unban;
        self.moderate(id, room, Act::Unban, user, reason).await
    }

    pub(super) async fn mute(
        &mut self,
        id: Option<&RequestId>,
        mute: request::Mute,
    ) -> Result<(), Refusal> {
        let request::Mute { room, user, reason } = mute;
        self.moderate(id, room, Act::Mute, user, reason).await
    }

    pub(super) async fn unmute(
        &mut self,
        id: Option<&RequestId>,
        unmute: request::Unmute,
    ) -> Result<(), Refusal> {
        let request::Unmute { room, user, reason } = unmute;
        self.moderate(id, room, Act::Unmute, user, reason).await
    }

    pub(super) async fn set_role(
        &mut self,
        id: Option<&RequestId>,
        set: request::SetRole,
    ) -> Result<(), Refusal> {
        let change = Change::SetRole(SetRole {
            by: self.person()?.id(),
            room: self.named(set.room)?,
            user: set.user,
            role: set.role,
        });
        self.change(id, change).await
    }

    pub(super) async fn settings(
        &mut self,
        id: Option<&RequestId>,
        settings: request::Settings,
    ) -> Result<(), Refusal> {
        let guests = settings
            .guests
            .ok_or_else(|| invalid_field("guests", "is missing; true or false are right"))?;
        let change = Change::Settings(SetSettings {
            by: self.person()?.id(),
            room: self.named(settings.room)?,
            guests,
        });
        self.change(id, change).await
    }

    async fn moderate(
        &mut self,
        id: Option<&RequestId>,
        room: RoomRef,
        act: Act,
        user: UserName,
        reason: Option<Topic>,
    ) -> Result<(), Refusal> {
        let change = Change::Moderate(Moderate {
            by: self.person()?.id(),
            room: self.named(room)?,
            act,
            user,
            reason,
        });
        self.change(id, change).await
    }
}
