//! How a connection ends: always with a close frame that says why, where the
//! client can still take one.

use super::{Ending, Session};
use crate::log::frame;
use crate::store::StoreError;
use futures_util::StreamExt;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::{CapacityError, ProtocolError};

/// How long a client has to take its close frame and to answer it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Close {
    /// The client closed, and its close frame is being answered.
    ByPeer,
    /// Nothing can be said any more.
    Lost,
    /// The client asked to be logged out.
    Bye,
    /// The server is going away.
    GoingAway,
    /// Against RFC 6455.
    Malformed,
    /// A text frame that is not UTF-8.
    NotUtf8,
    /// A frame over the limit.
    TooLarge,
    /// A binary frame.
    Binary,
    /// No `hello` in time.
    NoHello,
    /// Too many frames that are no JSON.
    BadJson,
    /// The device's token is void.
    LoggedOut,
    /// The operator keeps the user out.
    Banned,
    /// There is no place for one more.
    Overloaded,
    /// A fault of ours, or a commit of which nobody knows what became.
    Internal,
}

impl Close {
    /// The code and the reason; `None` where no frame is sent.
    fn frame(self) -> Option<(u16, &'static str)> {
        match self {
            Self::ByPeer | Self::Lost => None,
            Self::Bye => Some((1000, "logged out")),
            Self::GoingAway => Some((1001, "the server is going away; reconnect, to any node")),
            Self::Malformed => Some((1002, "malformed frame")),
            Self::Binary => Some((1003, "a frame is a text message; this one is binary")),
            Self::NotUtf8 => Some((1007, "a text frame has to be UTF-8")),
            Self::NoHello => Some((1008, "no hello within 15 seconds of connecting")),
            Self::BadJson => Some((
                1008,
                "more than 100 frames that are no JSON object within 10 seconds",
            )),
            Self::LoggedOut => Some((1008, "logged out")),
            Self::Banned => Some((1008, "banned from the server; its operator can lift that")),
            Self::TooLarge => Some((1009, "the frame is larger than limits.frame_bytes")),
            Self::Internal => Some((
                1011,
                "internal error; repeat what was not answered, with its nonce",
            )),
            Self::Overloaded => Some((1013, "too many connections; come back later")),
        }
    }
}

impl From<Ending> for Close {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::LoggedOut => Self::LoggedOut,
            Ending::Banned => Self::Banned,
        }
    }
}

impl From<Error> for Close {
    fn from(error: Error) -> Self {
        match error {
            Error::Capacity(CapacityError::MessageTooLong { .. }) => Self::TooLarge,
            Error::Utf8(_) => Self::NotUtf8,
            Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)
            | Error::ConnectionClosed
            | Error::AlreadyClosed
            | Error::Io(_)
            | Error::WriteBufferFull(_)
            | Error::AttackAttempt
            | Error::Url(_)
            | Error::Http(_)
            | Error::HttpFormat(_) => Self::Lost,
            Error::Protocol(_) | Error::Capacity(_) => Self::Malformed,
            _ => Self::Internal,
        }
    }
}

impl From<StoreError> for Close {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a session ends because its log can't be read");
        Self::Internal
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    /// Writes what still waits and the close frame, then waits shortly for the
    /// client's own: closing at once, with something unread, would reset the
    /// connection and take the frame with it.
    pub(super) async fn close(mut self, close: Close) {
        // Nothing of any room after this.
        drop(std::mem::take(&mut self.readings));
        if close == Close::Lost {
            return;
        }
        if let Some((code, reason)) = close.frame() {
            frame::push_close(&mut self.out, code, reason);
        }
        let farewell = async {
            let out = std::mem::take(&mut self.out);
            if close == Close::ByPeer {
                // Until the library has sent its answer.
                while self.ws.next().await.is_some_and(|message| message.is_ok()) {}
                return;
            }
            part(self.ws.get_mut(), &out).await;
        };
        let _ = tokio::time::timeout(PATIENCE, farewell).await;
        let _ = tokio::time::timeout(PATIENCE, self.ws.get_mut().shutdown()).await;
    }
}

/// Closes a connection that just became a WebSocket, and for which there is no
/// place.
pub async fn turn_away<S: AsyncRead + AsyncWrite + Unpin>(mut wire: S) {
    let mut out = Vec::new();
    if let Some((code, reason)) = Close::Overloaded.frame() {
        frame::push_close(&mut out, code, reason);
    }
    let _ = tokio::time::timeout(PATIENCE, part(&mut wire, &out)).await;
    let _ = tokio::time::timeout(PATIENCE, wire.shutdown()).await;
}

/// Says the last, and waits until the client has nothing to say any more.
async fn part<S: AsyncRead + AsyncWrite + Unpin>(wire: &mut S, last: &[u8]) {
    if wire.write_all(last).await.is_err() || wire.flush().await.is_err() {
        return;
    }
    // Errors here mean that the client is gone, which is the aim.
    let mut unread = [0; 1024];
    while wire.read(&mut unread).await.is_ok_and(|bytes| bytes > 0) {}
}
