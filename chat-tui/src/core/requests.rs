//! What was asked on this connection and is not answered yet.

use super::account::Purpose;
use super::clock::Now;
use super::debug::Times;
use super::effect::Effect;
use super::outbox::ItemNonce;
use super::span::Span;
use super::state::{State, Turn};
use chat_proto::{Request, RequestId, RoomName, Seq, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;

/// The requests that wait for their reply.
#[derive(Debug, Clone, Default)]
pub(super) struct Requests {
    last_id: u64,
    /// What they are for, and since when they wait.
    waiting: BTreeMap<u64, (Asked, Duration)>,
    /// How long replies take to come.
    pub(super) answers: Times,
}

/// Why something was asked: what its reply is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// To come in.
    Hello,
    /// Whether anyone is there.
    Ping,
    /// To send an item of the outbox.
    Send(ItemNonce),
    /// To do something to a message.
    Deed(ItemNonce),
    /// To fill a part of a hole.
    History {
        /// Whose log.
        room: RoomName,
        /// What the page may fill.
        page: Page,
        /// The part of the hole that is marked as being loaded.
        marked: Span,
    },
    /// A part of a thread.
    Thread {
        /// Where it is.
        room: RoomName,
        /// The message that it begins with.
        root: Seq,
        /// Its newest messages below this; `None`: its oldest.
        below: Option<Seq>,
    },
    /// What was said from a moment on.
    At {
        /// In which room.
        room: RoomName,
        /// The moment.
        at: Timestamp,
    },
    /// Messages that hold some words; by the number of the search.
    Search(u64),
    /// Which entries changed while events were not delivered.
    Changed(RoomName),
    /// To come into a room, by a command; its text.
    Join(String),
    /// How much of a room is unread.
    Figures(RoomName),
    /// To leave a room.
    Leave(RoomName),
    /// The rooms of the server.
    Rooms,
    /// Who is in a room.
    Members(RoomName),
    /// Which programs speak in a room.
    Hooks(RoomName),
    /// To become an account, or to have another password.
    Account(Purpose),
    /// To log this device out.
    Logout,
    /// To move a marker.
    Read,
    /// A command whose reply says no more than that it is done; its text.
    Command(String),
}

/// Which page of a log was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// Up to this event.
    UpTo(Seq),
    /// From this event on.
    From(Seq),
    /// On both sides of this event.
    Around(Seq),
}

/// The id of all `typing`: no reply is awaited.
pub(super) fn typing_id() -> RequestId {
    RequestId::Text("typing".into())
}

impl Requests {
    /// Whether a reply is awaited that somebody may be waiting for.
    pub(super) fn unanswered(&self) -> bool {
        let mut asked = self.waiting.values().map(|(asked, _)| asked);
        asked.any(|asked| *asked != Asked::Ping)
    }

    /// Whether a reply is awaited that is for something like this.
    pub(super) fn any(&self, like: impl Fn(&Asked) -> bool) -> bool {
        self.waiting.values().any(|(asked, _)| like(asked))
    }

    /// What the reply with this id is for.
    pub(super) fn answered(&mut self, id: Option<&RequestId>, now: Now) -> Option<Asked> {
        let (asked, since) = match id {
            Some(RequestId::Number(id)) => self.waiting.remove(id)?,
            Some(RequestId::Text(_)) | None => return None,
        };
        self.answers.add(now.mono.saturating_sub(since));
        Some(asked)
    }

    /// How many wait.
    pub(super) fn count(&self) -> usize {
        self.waiting.len()
    }

    /// Whether the server is being asked if anyone is there.
    pub(super) fn pings(&self) -> bool {
        self.waiting
            .values()
            .any(|(asked, _)| *asked == Asked::Ping)
    }

    /// The connection is gone: none of these will be answered.
    pub(super) fn drop_all(&mut self) -> Vec<Asked> {
        let waiting = std::mem::take(&mut self.waiting).into_values();
        waiting.map(|(asked, _)| asked).collect()
    }
}

impl State {
    /// Asks the server; the caller has made sure that there is a connection.
    pub(super) fn ask(&mut self, turn: &mut Turn, asked: Asked, request: impl Into<Request>) {
        self.requests.last_id += 1;
        let id = self.requests.last_id;
        self.requests.waiting.insert(id, (asked, turn.now.mono));
        let frame = request.into().encode(Some(&RequestId::Number(id)));
        turn.effects.push(Effect::Transmit(frame));
    }
}
