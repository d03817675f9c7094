//! Webhooks: made, listed, voided. What they say comes in over HTTP.

use super::Session;
use super::answer::{Refusal, mismatch};
use super::token::Token;
use crate::store::{Change, Committed, MakeHook, VoidHook};
use chat_proto::codec::Frame;
use chat_proto::reply::{HookMade, Hooks};
use chat_proto::{RequestId, request};
use tokio::io::{AsyncRead, AsyncWrite};

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    /// The reply is the only place where the address ever stands.
    pub(super) async fn make_hook(
        &mut self,
        id: Option<&RequestId>,
        make: request::MakeHook,
    ) -> Result<(), Refusal> {
        let token = Token::fresh()?;
        let change = Change::MakeHook(MakeHook {
            by: self.person()?.id(),
            room: self.named(make.room)?,
            name: make.name.clone(),
            token: token.hash(),
        });
        let Committed::Changed { room, .. } = self.commit(change).await? else {
            return Err(mismatch("hook"));
        };
        let made = HookMade {
            room,
            name: make.name,
            url: Some(format!("/hooks/{}", token.text().reveal())),
        };
        self.push(&Frame::HookMade(made), id);
        Ok(())
    }

    pub(super) async fn list_hooks(
        &mut self,
        id: Option<&RequestId>,
        list: request::ListHooks,
    ) -> Result<(), Refusal> {
        let (by, room) = (self.person()?.id(), self.named(list.room)?);
        let names = self.node.store.hooks(by, room.clone()).await??;
        let hooks = names
            .into_iter()
            .map(|name| HookMade {
                room: room.clone(),
                name,
                url: None,
            })
            .collect();
        self.push(&Frame::Hooks(Hooks { hooks }), id);
        Ok(())
    }

    pub(super) async fn void_hook(
        &mut self,
        id: Option<&RequestId>,
        void: request::Unhook,
    ) -> Result<(), Refusal> {
        let change = Change::VoidHook(VoidHook {
            by: self.person()?.id(),
            room: self.named(void.room)?,
            name: void.name,
        });
        self.change(id, change).await
    }
}
