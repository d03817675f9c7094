//! One connected client: greeting, hello, requests; owns its cursors, and
//! drains what it lacks when rung.
//!
//! A session waits in one place (`Session::poll_next`), by hand and not by
//! `select!`, for two reasons: all that is ready is taken before one write is
//! made of it, and ten thousand idle sessions keep no more than what they own.
//! What has to wait for the store is done in boxed futures between two waits.

mod answer;
mod bell;
mod close;
mod deliver;
mod entry;
mod follow;
mod hooks;
mod intake;
mod login;
mod messages;
mod moderation;
mod reading;
mod revising;
mod rooms;
mod search;
#[cfg(test)]
mod tests;
mod token;
#[cfg(test)]
mod visit;
mod wire;

pub use bell::{Bell, Ending};
pub use close::turn_away;
pub use wire::Wire;

use crate::committer::{Answer, Committer};
use crate::log::cursor::Gaps;
use crate::log::frame;
use crate::node::Node;
use crate::people::Person;
use crate::rate::Meter;
use chat_proto::codec::{Asked, Frame};
use chat_proto::{ErrorReply, RequestId};
use close::Close;
use deliver::{Delivered, Hold, StorePage};
use reading::Readings;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use token::Token;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// How long a connection has to say `hello`.
const HELLO: Duration = Duration::from_secs(15);
/// How often a connection is pinged.
const PING: Duration = Duration::from_secs(30);
/// How long a connection may be silent, and how long a reply may wait to be taken.
const SILENCE: Duration = Duration::from_secs(75);
/// Bytes of replies that wait; with more no request is read.
const OUT_BYTES: usize = 64 * 1024;
/// Bytes that the WebSocket library reads at once: few, as each connection has
/// them all the time; most messages are shorter.
const READ_BYTES: usize = 512;

/// Serves one upgraded WebSocket connection until it ends. `early` is what the
/// HTTP side had read past the upgrade, `from` the client's address.
pub async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send>(
    io: S,
    early: Vec<u8>,
    from: IpAddr,
    node: Arc<Node>,
) {
    let bell = Arc::new(Bell::default());
    let Some((key, committer)) = node.attach(&bell) else {
        return;
    };
    // Boxed as is all that is done once: what an idle connection keeps is its session.
    let ws = Box::pin(upgraded(io, early, node.settings.limits.frame_bytes));
    let mut session = Session::new(node.clone(), committer, ws.await, bell, from);
    let close = session.run().await;
    if let Some(person) = &session.person {
        node.depart(person, &session.bell);
    }
    Box::pin(session.close(close)).await;
    node.detach(key);
}

async fn upgraded<S: AsyncRead + AsyncWrite + Unpin>(
    io: S,
    early: Vec<u8>,
    frame_bytes: usize,
) -> WebSocketStream<Wire<S>> {
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(2 * frame_bytes)
        .max_message_size(Some(frame_bytes))
        .max_frame_size(Some(frame_bytes));
    WebSocketStream::from_partially_read(Wire::new(io), early, Role::Server, Some(config)).await
}

/// See the module.
struct Session<S> {
    node: Arc<Node>,
    committer: Committer,
    ws: WebSocketStream<Wire<S>>,
    bell: Arc<Bell>,
    /// Where it comes from.
    from: IpAddr,
    /// Before `hello` succeeds.
    tokens_tried: Meter,
    /// `ping` and `help` until then.
    asked_early: Meter,
    /// Who it is, after `hello`.
    person: Option<Arc<Person>>,
    /// The device's, after `hello`.
    token: Option<Token>,
    readings: Readings,
    /// The version of the person whose invitations the client knows.
    invitations_told: u64,
    gaps: Gaps,
    /// Replies and notices that wait to be written.
    out: Vec<u8>,
    /// Slots of logs that may have more.
    dirty: Vec<u32>,
    page: Option<Box<StorePage>>,
    /// The rest of the begun unit holds a reply.
    reply_begun: bool,
    /// Commits under way, in the order asked.
    commits: VecDeque<Commit>,
    /// A request that waits until they are done.
    held: Option<Box<Asked>>,
    /// When the time for `hello` is over.
    hello_until: Instant,
    heard: Instant,
    pinged: Instant,
    /// Since when something waits to be taken by the client.
    untaken_since: Option<Instant>,
    bad_json: u32,
    bad_json_since: Instant,
    timer: Pin<Box<Sleep>>,
}

/// A `send` under way.
struct Commit {
    id: Option<RequestId>,
    answer: oneshot::Receiver<Answer>,
}

/// What a session wakes up for.
enum Next {
    /// A request that may have to wait for the store.
    Request(Box<Asked>),
    /// The log in this slot has to be read from the store.
    Behind(u32),
    /// The user's rooms or markers changed by another connection.
    Person,
    /// It is over.
    End(Close),
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    fn new(
        node: Arc<Node>,
        committer: Committer,
        ws: WebSocketStream<Wire<S>>,
        bell: Arc<Bell>,
        from: IpAddr,
    ) -> Self {
        let now = Instant::now();
        Self {
            out: node.greeting.clone(),
            node,
            committer,
            ws,
            bell,
            from,
            tokens_tried: Meter::default(),
            asked_early: Meter::default(),
            person: None,
            token: None,
            readings: Readings::default(),
            invitations_told: 0,
            gaps: Gaps::Taken,
            dirty: Vec::new(),
            page: None,
            reply_begun: false,
            commits: VecDeque::new(),
            held: None,
            hello_until: now + HELLO,
            heard: now,
            pinged: now,
            untaken_since: None,
            bad_json: 0,
            bad_json_since: now,
            timer: Box::pin(tokio::time::sleep(HELLO)),
        }
    }

    /// Until it is over; why that is.
    async fn run(&mut self) -> Close {
        loop {
            let next = std::future::poll_fn(|cx| self.poll_next(cx)).await;
            let done = match next {
                Next::Request(asked) => Box::pin(self.answer(*asked)).await,
                Next::Behind(slot) => Box::pin(self.catch_up(slot)).await.map_err(Close::from),
                Next::Person => Box::pin(self.follow_person()).await,
                Next::End(close) => return close,
            };
            if let Err(close) = done {
                return close;
            }
        }
    }

    /// Takes all that is ready, then writes all that is due.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Next> {
        loop {
            self.bell.listen(cx.waker());
            if let Some(close) = self.poll_commits(cx) {
                return Poll::Ready(Next::End(close));
            }
            // What was asked before is answered before.
            if self.node.is_closing() && self.commits.is_empty() {
                return Poll::Ready(Next::End(Close::GoingAway));
            }
            if let Some(ending) = self.bell.ending() {
                return Poll::Ready(Next::End(ending.into()));
            }
            if self.person.is_some() && self.bell.take_person() {
                return Poll::Ready(Next::Person);
            }
            if let Poll::Ready(next) = self.poll_requests(cx) {
                return Poll::Ready(next);
            }
            // Whoever answers what was just handed in has to know whom to wake;
            // what is answered already makes room for further requests.
            let begun = self.commits.len();
            if let Some(close) = self.poll_commits(cx) {
                return Poll::Ready(Next::End(close));
            }
            if self.commits.len() < begun {
                continue;
            }
            let was_full = self.is_full();
            match self.poll_deliver(cx) {
                Poll::Ready(Ok(Delivered::Held(Hold::Behind(slot)))) => {
                    return Poll::Ready(Next::Behind(slot));
                }
                Poll::Ready(Ok(Delivered::Held(Hold::Person))) => continue,
                // Requests were left unread for want of room, which there is now.
                Poll::Ready(Ok(Delivered::All)) if was_full && !self.is_full() => continue,
                Poll::Ready(Err(_)) => return Poll::Ready(Next::End(Close::Lost)),
                Poll::Pending if self.reply_waits() => {
                    self.untaken_since.get_or_insert_with(Instant::now);
                }
                Poll::Ready(Ok(Delivered::All)) | Poll::Pending => {}
            }
            return self.poll_timer(cx);
        }
    }

    /// Answers the commits that are done, in the order asked.
    fn poll_commits(&mut self, cx: &mut Context<'_>) -> Option<Close> {
        while let Some(commit) = self.commits.front_mut() {
            let Poll::Ready(answer) = Pin::new(&mut commit.answer).poll(cx) else {
                return None;
            };
            let id = self.commits.pop_front().and_then(|commit| commit.id);
            match answer {
                Ok(answer) => {
                    if let Err(close) = self.answer_sent(id.as_ref(), answer) {
                        return Some(close);
                    }
                }
                Err(_stopped) => return Some(Close::Internal),
            }
        }
        None
    }

    /// One re-armed deadline for all that a session waits for in vain.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<Next> {
        while self.timer.as_mut().poll(cx).is_ready() {
            let now = Instant::now();
            if self.person.is_none() && now >= self.hello_until {
                return Poll::Ready(Next::End(Close::NoHello));
            }
            let silent = self.heard + SILENCE;
            let untaken = self
                .untaken_since
                .map_or(now + SILENCE, |since| since + SILENCE);
            if now >= silent.min(untaken) {
                return Poll::Ready(Next::End(Close::Lost));
            }
            if now >= self.pinged + PING {
                self.pinged = now;
                if !self.reply_waits() {
                    self.out.extend_from_slice(&frame::PING);
                    cx.waker().wake_by_ref();
                }
            }
            let mut due = (self.pinged + PING).min(silent).min(untaken);
            if self.person.is_none() {
                due = due.min(self.hello_until);
            }
            self.timer.as_mut().reset(due);
        }
        Poll::Pending
    }

    /// Whether the client leaves a reply untaken.
    fn reply_waits(&self) -> bool {
        self.ws.get_ref().is_stuck() && (self.reply_begun || !self.out.is_empty())
    }

    /// Whether requests stay unread because their replies would have no room.
    fn is_full(&self) -> bool {
        self.out.len() >= OUT_BYTES || self.reply_waits() || self.node.is_closing()
    }

    /// Adds a frame to what is written next.
    fn push(&mut self, frame: &Frame, id: Option<&RequestId>) {
        frame::push_text(&mut self.out, &frame.encode(id));
    }

    /// Adds the error that answers a request.
    fn refuse(&mut self, id: Option<&RequestId>, error: ErrorReply) {
        self.node.metrics.error(error.code);
        self.push(&Frame::Error(error), id);
    }
}
