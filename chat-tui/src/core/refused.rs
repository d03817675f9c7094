//! Messages, and edits of them, that the server refused: for now, and they are tried again; or for
//! good, and their author decides.

use super::actions::Action;
use super::effect::Store;
use super::outbox::{Item, ItemNonce, Stage};
use super::state::{State, Turn};
use chat_proto::{ErrorCode, ErrorReply};
use std::time::Duration;

/// After a fault of the server the same is tried again after this time.
const FAULT_PAUSE: Duration = Duration::from_secs(2);

/// How long after a refusal the same is tried again, if it is refused only for now.
pub(super) fn pause_before_again(error: &ErrorReply) -> Option<Duration> {
    match error.code {
        ErrorCode::RateLimited => Some(Duration::from_millis(error.retry_after_ms.unwrap_or(1000))),
        ErrorCode::Unavailable | ErrorCode::Internal => Some(FAULT_PAUSE),
        _ => None,
    }
}

impl State {
    /// The server refused a message: for now, or for good.
    pub(super) fn send_refused(&mut self, turn: &mut Turn, nonce: &ItemNonce, error: &ErrorReply) {
        let Some(item) = self.outbox.item(nonce) else {
            return;
        };
        if let Some(pause) = pause_before_again(error) {
            item.stage = Stage::Waiting;
            self.outbox.hold = Some(turn.now.mono + pause);
            return;
        }
        let room = item.unsent.room.clone();
        item.stage = Stage::Refused { code: error.code };
        item.unsent.refused = Some(error.message.clone());
        turn.store(Store::Outbox(item.unsent.clone()));
        if let Some(room) = self.rooms.get_mut(&room) {
            room.muted |= error.code == ErrorCode::Muted;
        }
    }

    /// The refused message of the open room, or an edit, is to be tried again.
    pub(super) fn retry(&mut self, turn: &mut Turn) {
        if self.retry_transfer(turn) || self.retry_deed(turn) {
            return;
        }
        let fresh = self.fresh_nonce(turn);
        let Some(item) = self.refused_here() else {
            return;
        };
        let old = item.unsent.nonce.clone();
        // With its nonce the server knows another text: only a new one can help.
        let renew = matches!(
            item.stage,
            Stage::Refused {
                code: ErrorCode::Conflict
            }
        );
        if renew {
            item.unsent.nonce = fresh;
        }
        item.unsent.refused = None;
        item.stage = Stage::Waiting;
        turn.store(Store::Outbox(item.unsent.clone()));
        if renew {
            turn.store(Store::Settle(old));
        }
    }

    /// The refused message of the open room goes back into the composer.
    pub(super) fn edit_again(&mut self, turn: &mut Turn) {
        if self.here().is_none_or(|room| !room.composer.is_empty()) {
            return self.complain(turn, "send or clear first what is written");
        }
        if self.edit_deed_again(turn) {
            return;
        }
        let Some(unsent) = self.refused_here().map(|item| item.unsent.clone()) else {
            return;
        };
        if let Some(room) = self.here_mut() {
            room.composer.insert(&unsent.text);
            room.reply_to = unsent.reply_to.filter(|to| Some(*to) != room.thread);
            let (desk, draft) = (room.desk(), room.draft());
            turn.store(Store::Draft { desk, draft });
        }
        turn.store(Store::Settle(unsent.nonce.clone()));
        self.outbox.remove(&unsent.nonce);
    }

    /// The refused message of the open room is thrown away; Up still finds its text.
    pub(super) fn discard(&mut self, turn: &mut Turn) {
        if self.discard_transfer() {
            return self.say(turn, "dropped");
        }
        if self.discard_deed(turn) {
            return self.say_discarded(turn);
        }
        let Some(unsent) = self.refused_here().map(|item| item.unsent.clone()) else {
            return;
        };
        if let Some(room) = self.here_mut() {
            room.composer.recall_later(&unsent.text);
            room.composer.keep_killed(unsent.text);
        }
        turn.store(Store::Settle(unsent.nonce.clone()));
        self.outbox.remove(&unsent.nonce);
        self.say_discarded(turn);
    }

    fn say_discarded(&mut self, turn: &Turn) {
        let yank = self.settings.keys.way(Action::Yank);
        self.say(turn, format!("discarded; {yank} puts the text back"));
    }

    fn refused_here(&mut self) -> Option<&mut Item> {
        let open = self.open.as_ref()?;
        let refused = |item: &&mut Item| {
            item.unsent.room == *open && matches!(item.stage, Stage::Refused { .. })
        };
        self.outbox.items.iter_mut().find(refused)
    }
}
