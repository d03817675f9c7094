//! From the composer into the outbox, and from there into the room's log.

use super::deeds::Step;
use super::desk::Desk;
use super::effect::{Effect, Store};
use super::outbox::{Item, ItemNonce, Outbox, Stage, Unsent};
use super::requests::{Asked, typing_id};
use super::state::{State, Turn};
use chat_proto::reply::Sent;
use chat_proto::request::Send;
use chat_proto::{ErrorCode, ErrorReply, Event, Nonce, RoomName, Seq, Text};
use std::time::Duration;

/// Bytes of a `send` beside its text.
const FRAME_BYTES: usize = 512;

impl State {
    /// Sends what is written in the open room, if the rules allow it.
    pub(super) fn submit(&mut self, turn: &mut Turn, text: &str) {
        let Some(room) = self.here() else {
            return self.complain(turn, "no room is open; /join one");
        };
        if room.gone {
            let name = room.name().clone();
            return self.complain(
                turn,
                format!("you are not in {name} any more; /join {name} first"),
            );
        }
        let desk = room.desk();
        let reply_to = room.reply_to.or(room.thread);
        if let Err(why) = self.check_text(text) {
            return self.complain(turn, why);
        }
        let text = text.trim_end().to_owned();
        self.search_left = None;
        let unsent = self.unsent(turn, &desk.room, text, reply_to);
        self.accept(turn, unsent, Some(desk.clone()));
        if let Some(room) = self.here_mut() {
            room.composer.take();
            room.reply_to = None;
            room.new_from = None;
            room.held = false;
            room.place = super::room::Place::default();
            if desk.thread.is_none() {
                self.saves.place(turn, &desk.room);
            }
            self.saves.forget_draft(&desk);
        }
    }

    /// Why a text can't be sent, in words.
    pub(super) fn check_text(&self, text: &str) -> Result<(), String> {
        let limits = self.limits();
        Text::parse(text, limits.text_chars)
            .map_err(|error| format!("not sent: the text {error}"))?;
        let bytes = serde_json::to_string(text).map_or(text.len(), |json| json.len());
        let most = limits.frame_bytes.saturating_sub(FRAME_BYTES);
        if bytes > most {
            return Err(format!(
                "not sent: the text has {bytes} bytes; the limit is {most}"
            ));
        }
        Ok(())
    }

    /// A message as it is typed now.
    pub(super) fn unsent(
        &mut self,
        turn: &Turn,
        room: &RoomName,
        text: String,
        reply_to: Option<Seq>,
    ) -> Unsent {
        Unsent {
            nonce: self.fresh_nonce(turn),
            room: room.clone(),
            text,
            reply_to,
            files: Vec::new(),
            at: turn.now.wall,
            refused: None,
        }
    }

    /// Puts a message into the outbox; it is accepted once it is on the disk,
    /// which is the end of the draft that it was.
    pub(super) fn accept(&mut self, turn: &mut Turn, unsent: Unsent, ends: Option<Desk>) {
        turn.store(Store::Accept {
            unsent: unsent.clone(),
            ends,
        });
        self.outbox.items.push(Item {
            unsent,
            stage: Stage::Saving,
        });
    }

    /// An item is on the disk (or there is no disk to put it on).
    pub(super) fn accepted(&mut self, nonce: &ItemNonce) {
        if let Some(item) = self
            .outbox
            .item(nonce)
            .filter(|item| item.stage == Stage::Saving)
        {
            item.stage = Stage::Waiting;
        }
        if let Some(item) = self
            .deeds
            .item(nonce)
            .filter(|item| item.step == Step::Saving)
        {
            item.step = Step::Waiting;
        }
    }

    /// Sends the first waiting item of each room that has none under way.
    pub(super) fn pump(&mut self, turn: &mut Turn) {
        if !self.link.is_live() || self.outbox.hold.is_some_and(|until| turn.now.mono < until) {
            return;
        }
        self.outbox.hold = None;
        for unsent in self.outbox.next() {
            let files: Vec<_> = unsent.files.iter().map(|file| file.id.clone()).collect();
            let text = match unsent.text.as_str() {
                "" if !files.is_empty() => Ok(None),
                text => Text::parse(text, usize::MAX).map(Some),
            };
            let parsed = text.ok().zip(Nonce::parse(&unsent.nonce).ok());
            let Some((text, nonce)) = parsed else {
                let error = ErrorReply::new(ErrorCode::Invalid, "the text is against the rules");
                self.send_refused(turn, &unsent.nonce, &error);
                continue;
            };
            let send = Send {
                room: unsent.room.into(),
                text,
                nonce: Some(nonce),
                reply_to: unsent.reply_to,
                files: (!files.is_empty()).then_some(files),
            };
            self.ask(turn, Asked::Send(unsent.nonce.clone()), send);
            if let Some(item) = self.outbox.item(&unsent.nonce) {
                item.stage = Stage::UnderWay;
            }
        }
    }

    /// The server has the message. Until its event comes, it is shown from here.
    pub(super) fn acknowledged(&mut self, turn: &mut Turn, asked: Option<Asked>, sent: &Sent) {
        let Some(Asked::Send(nonce)) = asked else {
            return;
        };
        if let Some(room) = self.rooms.get_mut(&sent.room).filter(|_| !sent.duplicate) {
            room.muted = false;
        }
        if let Some(item) = self.outbox.item(&nonce) {
            item.stage = Stage::Sent {
                seq: sent.seq,
                at: sent.at,
            };
            turn.store(Store::Settle(nonce.clone()));
        }
        let delivered = self
            .rooms
            .get(&sent.room)
            .is_none_or(|room| room.gone || room.log.head >= sent.seq);
        if delivered {
            self.outbox.remove(&nonce);
        }
    }

    /// An event shows that an item of the outbox is in the log.
    pub(super) fn settle_by_event(&mut self, turn: &mut Turn, event: &Event) {
        let at_its_place = |item: &Item| {
            item.unsent.room == event.room
                && matches!(item.stage, Stage::Sent { seq, .. } if seq <= event.seq)
        };
        self.outbox.items.retain(|item| !at_its_place(item));
        let Some(message) = event.body.message() else {
            return;
        };
        let Some(nonce) = message
            .nonce
            .as_deref()
            .filter(|_| self.is_me(&event.author))
        else {
            return;
        };
        let mine = |item: &Item| item.unsent.nonce == nonce && item.unsent.room == event.room;
        if self.outbox.items.iter().any(mine) {
            turn.store(Store::Settle(nonce.into()));
            self.outbox.remove(&nonce.into());
        }
    }

    pub(super) fn fresh_nonce(&mut self, turn: &Turn) -> ItemNonce {
        self.entropy.nonce(turn.now.wall).into()
    }

    /// Tells others, once in a while, that one is typing.
    pub(super) fn tell_typing(&mut self, turn: &mut Turn) {
        const PAUSE: Duration = Duration::from_secs(3);
        let free = self
            .typing_told
            .is_none_or(|at| turn.now.mono >= at + PAUSE);
        let Some(room) = self
            .here()
            .filter(|room| free && self.link.is_live() && !room.gone)
        else {
            return;
        };
        if room.composer.is_empty() || room.composer.text().starts_with('/') {
            return;
        }
        let typing = chat_proto::request::Typing {
            room: room.name().clone().into(),
        };
        self.typing_told = Some(turn.now.mono);
        turn.effects.push(Effect::Transmit(
            chat_proto::Request::from(typing).encode(Some(&typing_id())),
        ));
    }
}

impl Outbox {
    pub(super) fn item(&mut self, nonce: &ItemNonce) -> Option<&mut Item> {
        self.items
            .iter_mut()
            .find(|item| item.unsent.nonce == *nonce)
    }

    pub(super) fn remove(&mut self, nonce: &ItemNonce) {
        self.items.retain(|item| item.unsent.nonce != *nonce);
    }

    /// What is to be sent now: of each room the first that is neither done nor
    /// refused, if it waits. One that is being saved or is under way holds up
    /// those behind it.
    fn next(&self) -> Vec<Unsent> {
        // One tried again may stand before the one that is under way.
        let under_way = self
            .items
            .iter()
            .filter(|item| item.stage == Stage::UnderWay);
        let mut rooms: Vec<&RoomName> = under_way.map(|item| &item.unsent.room).collect();
        let mut next = Vec::new();
        for item in &self.items {
            let done = matches!(item.stage, Stage::Sent { .. } | Stage::Refused { .. });
            if done || rooms.contains(&&item.unsent.room) {
                continue;
            }
            rooms.push(&item.unsent.room);
            if item.stage == Stage::Waiting {
                next.push(item.unsent.clone());
            }
        }
        next
    }
}
