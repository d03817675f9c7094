//! The way to a server: TCP, TLS where the address says so, and the handshake of
//! the WebSocket.

use super::in_words;
use crate::address::{Address, Scheme};
use crate::edge::tls::{self, Trust};
use chat_proto::limits::WELCOME_BYTES;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite;
use tokio_tungstenite::tungstenite::client::ClientRequestBuilder;
use tokio_tungstenite::tungstenite::error::{ProtocolError, SubProtocolError};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// Name look-up, TCP and the handshake together.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What a connection runs over.
pub(in crate::edge) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}
pub(super) type Socket = WebSocketStream<Box<dyn Stream>>;

/// Why there is no connection, in words.
pub(super) enum Unopened {
    /// Nobody listens there.
    Nobody(String),
    /// All else.
    Other(String),
}

impl From<String> for Unopened {
    fn from(why: String) -> Self {
        Self::Other(why)
    }
}

/// A WebSocket to the server.
pub(super) async fn open(address: &Address, trust: &Trust) -> Result<Socket, Unopened> {
    let opened = match shake_hands(address, trust, true).await? {
        // To answer the offer is optional; the library insists on it.
        Err(tungstenite::Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(
            SubProtocolError::NoSubProtocol,
        ))) => shake_hands(address, trust, false).await?,
        other => other,
    };
    let words = |e| format!("{address} does not speak this protocol: {}", in_words(&e));
    opened.map_err(|e| words(e).into())
}

async fn shake_hands(
    address: &Address,
    trust: &Trust,
    offer_subprotocol: bool,
) -> Result<Result<Socket, tungstenite::Error>, Unopened> {
    let stream = reach(address, trust).await?;
    let uri = address
        .to_string()
        .parse()
        .map_err(|e| Unopened::Other(format!("{address}: {e}")))?;
    let mut request = ClientRequestBuilder::new(uri);
    if offer_subprotocol {
        request = request.with_sub_protocol(chat_proto::SUBPROTOCOL);
    }
    let config = WebSocketConfig::default()
        .read_buffer_size(32 * 1024)
        .write_buffer_size(0)
        .max_write_buffer_size(1024 * 1024)
        .max_message_size(Some(WELCOME_BYTES))
        .max_frame_size(Some(WELCOME_BYTES));
    let opened = tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await;
    Ok(opened.map(|(socket, _)| socket))
}

/// A stream to the server that is no WebSocket yet; why not, in words.
pub(in crate::edge) async fn stream(
    address: &Address,
    trust: &Trust,
) -> Result<Box<dyn Stream>, String> {
    let reached = tokio::time::timeout(CONNECT_TIMEOUT, reach(address, trust)).await;
    match reached {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(Unopened::Nobody(why) | Unopened::Other(why))) => Err(why),
        Err(_) => Err(format!("{address} did not answer in time")),
    }
}

/// The way there; over TLS if the address says so, or not at all.
async fn reach(address: &Address, trust: &Trust) -> Result<Box<dyn Stream>, Unopened> {
    let stream = TcpStream::connect(address.target()).await.map_err(|e| {
        let why = format!("{address} can't be reached: {e}");
        match e.kind() {
            io::ErrorKind::ConnectionRefused => Unopened::Nobody(why),
            _ => Unopened::Other(why),
        }
    })?;
    // A key press must not wait for the acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    Ok(match address.scheme() {
        Scheme::Plain => Box::new(stream),
        Scheme::Tls => Box::new(tls::secure(address.target().0, stream, trust).await?),
    })
}
