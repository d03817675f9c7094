//! Requests as they come in: read while there is room for what answers them,
//! and begun in their order.

use super::close::Close;
use super::{Next, Session};
use chat_proto::codec::{self, Frame};
use chat_proto::{ErrorCode, ErrorReply};
use futures_util::Stream as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

/// Commits of one session under way; with more no request is read.
const COMMITS: usize = 64;
/// Frames that are `bad_json` within [`BAD_JSON_WINDOW`]; one more ends the connection.
const BAD_JSON: u32 = 100;
const BAD_JSON_WINDOW: Duration = Duration::from_secs(10);

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    /// Reads requests while their replies may wait; those that need not wait
    /// for the store are answered at once.
    pub(super) fn poll_requests(&mut self, cx: &mut Context<'_>) -> Poll<Next> {
        loop {
            if let Some(held) = self.held.take_if(|_| self.commits.is_empty()) {
                return Poll::Ready(Next::Request(held));
            }
            if self.held.is_some() || self.commits.len() >= COMMITS || self.is_full() {
                return Poll::Pending;
            }
            let message = match Pin::new(&mut self.ws).poll_next(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(message))) => message,
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Next::End(Close::from(error))),
                Poll::Ready(None) => return Poll::Ready(Next::End(Close::Lost)),
            };
            self.heard = Instant::now();
            let taken = match message {
                Message::Text(text) => self.take(&text),
                Message::Binary(_) => {
                    let error = ErrorReply::new(
                        ErrorCode::Unsupported,
                        "a frame is a text message; this one is binary",
                    );
                    self.push(&Frame::Error(error), None);
                    Err(Close::Binary)
                }
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(()),
                // The library has queued the answer; flushing it is all that is left.
                Message::Close(_) => Err(Close::ByPeer),
            };
            if let Err(close) = taken {
                return Poll::Ready(Next::End(close));
            }
        }
    }

    /// Takes one text frame: refuses it, hands it in, or holds it.
    fn take(&mut self, text: &str) -> Result<(), Close> {
        match codec::decode_request(text, &self.node.settings.limits) {
            Ok(asked) => {
                self.node.metrics.request(&asked.request);
                self.held = self.begin(asked).map(Box::new);
                Ok(())
            }
            Err(refused) => {
                let bad_json = refused.error.code == ErrorCode::BadJson;
                self.refuse(refused.id.as_ref(), refused.error);
                if bad_json {
                    self.count_bad_json()
                } else {
                    Ok(())
                }
            }
        }
    }

    fn count_bad_json(&mut self) -> Result<(), Close> {
        if self.heard.duration_since(self.bad_json_since) > BAD_JSON_WINDOW {
            self.bad_json = 0;
            self.bad_json_since = self.heard;
        }
        self.bad_json += 1;
        if self.bad_json > BAD_JSON {
            Err(Close::BadJson)
        } else {
            Ok(())
        }
    }
}
