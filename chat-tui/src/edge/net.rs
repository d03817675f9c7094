//! One connection to a server: frames in, news out. It decides nothing: when
//! to connect again, and what to say, is the core's business.
//!
//! What always holds: both queues are bounded. News that nobody takes stops
//! the reading, and so, through TCP, the server; requests that the server does
//! not take end the connection.

mod open;

use super::tls::Trust;
use crate::address::Address;
use crate::core::input::NetInput;
use chat_proto::codec::decode_frame;
use futures_util::{SinkExt, StreamExt};
use open::{CONNECT_TIMEOUT, Unopened, open};
use std::io;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{self, Message, Utf8Bytes};

pub(super) use open::stream;

/// A connection, or the attempt at one. Dropping it cuts it off.
#[derive(Debug)]
pub struct Connection {
    requests: Option<mpsc::Sender<String>>,
    news: mpsc::Receiver<News>,
    task: JoinHandle<()>,
}

/// A piece of news, with what it was on the wire.
#[derive(Debug)]
pub struct News {
    /// The news.
    pub input: NetInput,
    /// What came for it.
    pub raw: Raw,
}

/// What came on the wire.
#[derive(Debug)]
pub enum Raw {
    /// Nothing that has a size.
    Nothing,
    /// The text of a frame.
    Text(Utf8Bytes),
    /// A binary frame, which says nothing in this protocol; so many bytes.
    Binary(usize),
}

impl From<NetInput> for News {
    fn from(input: NetInput) -> Self {
        Self {
            input,
            raw: Raw::Nothing,
        }
    }
}

/// Frames that wait to be taken; each may be a page of a hundred messages.
const NEWS_MAX: usize = 256;
/// Requests that wait for the socket. The core keeps far fewer under way, so
/// that this many waiting means that the server no longer reads.
const REQUESTS_MAX: usize = 256;
/// Starts to connect.
pub fn connect(address: Address, trust: Trust) -> Connection {
    let (requests, requested) = mpsc::channel(REQUESTS_MAX);
    let (tell, news) = mpsc::channel(NEWS_MAX);
    let task = tokio::spawn(async move {
        let over = run(&address, &trust, requested, &tell).await;
        // The receiver is gone when the connection was dropped.
        let _ = tell.send(over.into()).await;
    });
    Connection {
        requests: Some(requests),
        news,
        task,
    }
}

impl Connection {
    /// Queues a frame; false when the queue is full or the connection over.
    #[must_use]
    pub fn send(&self, frame: String) -> bool {
        match &self.requests {
            Some(requests) => requests.try_send(frame).is_ok(),
            None => false,
        }
    }

    /// The next piece of news; `None` after the one that is the last. Cancel-safe.
    pub async fn next(&mut self) -> Option<NetInput> {
        self.news().await.map(|news| news.input)
    }

    /// The same, with what came for it.
    pub async fn news(&mut self) -> Option<News> {
        self.news.recv().await
    }

    /// What has come in already.
    pub fn ready(&mut self) -> Option<News> {
        self.news.try_recv().ok()
    }

    /// Says goodbye after what is queued, and waits for that no longer than `patience`.
    pub async fn close(mut self, patience: Duration) {
        self.requests = None;
        let over = async { while self.news.recv().await.is_some() {} };
        let _ = tokio::time::timeout(patience, over).await;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(
    address: &Address,
    trust: &Trust,
    requested: mpsc::Receiver<String>,
    tell: &mpsc::Sender<News>,
) -> NetInput {
    let Ok(opened) = tokio::time::timeout(CONNECT_TIMEOUT, open(address, trust)).await else {
        let seconds = CONNECT_TIMEOUT.as_secs();
        return failed(format!("{address} did not answer within {seconds} s"));
    };
    let socket = match opened {
        Ok(socket) => socket,
        Err(Unopened::Nobody(why)) => return NetInput::Nobody(why),
        Err(Unopened::Other(why)) => return failed(why),
    };
    if tell.send(NetInput::Connected.into()).await.is_err() {
        return failed("no longer wanted");
    }
    let (mut sink, mut stream) = socket.split();
    // Two futures that live side by side: sending must not be cancelled half
    // way, and waiting for room to send must not stop the reading.
    let writing = async {
        let mut requested = requested;
        while let Some(frame) = requested.recv().await {
            if let Err(e) = sink.send(Message::text(frame)).await {
                return failed(in_words(&e));
            }
        }
        // No more requests will come: the user leaves.
        let _ = sink.close().await;
        std::future::pending().await
    };
    let reading = async {
        loop {
            let news = match taken(stream.next().await) {
                Ok(Some(news)) => news,
                Ok(None) => continue,
                Err(over) => return over,
            };
            if tell.send(news).await.is_err() {
                return failed("no longer wanted");
            }
        }
    };
    tokio::select! {
        over = writing => over,
        over = reading => over,
    }
}

/// What came in, as news, if it is any; or how the connection has ended.
fn taken(came: Option<Result<Message, tungstenite::Error>>) -> Result<Option<News>, NetInput> {
    let message = match came {
        Some(Ok(message)) => message,
        Some(Err(e)) => return Err(failed(in_words(&e))),
        None => return Err(failed("the connection was cut")),
    };
    let (input, raw) = match message {
        Message::Text(text) => {
            let received = Box::new(decode_frame(&text));
            (NetInput::Frame(received), Raw::Text(text))
        }
        Message::Binary(bytes) => (NetInput::Heard, Raw::Binary(bytes.len())),
        Message::Ping(_) | Message::Pong(_) => (NetInput::Heard, Raw::Nothing),
        Message::Close(frame) => return Err(closed(frame)),
        // Part of one, which the library keeps to itself.
        Message::Frame(_) => return Ok(None),
    };
    Ok(Some(News { input, raw }))
}

fn failed(why: impl Into<String>) -> NetInput {
    NetInput::Failed(why.into())
}

fn closed(frame: Option<CloseFrame>) -> NetInput {
    let (code, reason) = match frame {
        Some(CloseFrame { code, reason }) => (Some(code.into()), reason.as_str().to_owned()),
        None => (None, String::new()),
    };
    NetInput::Closed { code, reason }
}

/// The refusal's own words, where an HTTP server gave some.
fn in_words(error: &tungstenite::Error) -> String {
    match error {
        tungstenite::Error::Http(response) => {
            let body = response.body().as_deref().unwrap_or_default();
            let said = String::from_utf8_lossy(body);
            let said: String = said.trim().chars().take(200).collect();
            format!("{} {said}", response.status()).trim().to_owned()
        }
        tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            "the connection was cut".to_owned()
        }
        // A server ended without the goodbye that TLS asks for.
        tungstenite::Error::Io(e) if e.kind() == io::ErrorKind::UnexpectedEof => {
            "the connection was cut".to_owned()
        }
        tungstenite::Error::Protocol(ProtocolError::HttparseError(_)) => {
            "what it says is not HTTP; a server that speaks TLS is reached by wss://".to_owned()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_proto::codec::Frame;
    use tokio::net::{TcpListener, TcpStream};
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
    use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

    type Peer = WebSocketStream<TcpStream>;

    #[expect(clippy::result_large_err, reason = "the library's own signature")]
    async fn accept(listener: &TcpListener) -> Peer {
        let (stream, _) = listener.accept().await.unwrap();
        let choose = |request: &Request, mut response: Response| {
            let offered = request.headers()["sec-websocket-protocol"].clone();
            response
                .headers_mut()
                .insert("sec-websocket-protocol", offered);
            Ok(response)
        };
        tokio_tungstenite::accept_hdr_async(stream, choose)
            .await
            .unwrap()
    }

    async fn listen() -> (TcpListener, Address) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let address = Address::parse(&format!("ws://127.0.0.1:{port}/ws")).unwrap();
        (listener, address)
    }

    #[tokio::test]
    async fn frames_go_both_ways_and_the_close_frame_is_told() {
        let (listener, address) = listen().await;
        let mut connection = connect(address, Trust::default());
        let mut peer = accept(&listener).await;
        assert_eq!(connection.next().await, Some(NetInput::Connected));

        assert!(connection.send(r#"{"type":"ping"}"#.to_owned()));
        let heard = peer.next().await.unwrap().unwrap();
        assert_eq!(heard, Message::text(r#"{"type":"ping"}"#));

        let pong = r#"{"type":"pong","id":7,"at":"2026-11-22T05:00:00.000Z"}"#;
        peer.send(Message::binary(vec![1, 2])).await.unwrap();
        peer.send(Message::text(pong)).await.unwrap();
        assert_eq!(
            connection.next().await,
            Some(NetInput::Heard),
            "the binary one"
        );
        let Some(NetInput::Frame(received)) = connection.next().await else {
            panic!("no frame");
        };
        assert!(matches!(received.frame, Frame::Pong(_)));

        peer.close(Some(CloseFrame {
            code: CloseCode::Away,
            reason: "restarting".into(),
        }))
        .await
        .unwrap();
        let over = NetInput::Closed {
            code: Some(1001),
            reason: "restarting".to_owned(),
        };
        assert_eq!(connection.next().await, Some(over));
        assert_eq!(connection.next().await, None);
    }

    #[tokio::test]
    async fn a_welcome_of_three_megabytes_is_taken() {
        let (listener, address) = listen().await;
        let mut connection = connect(address, Trust::default());
        let mut peer = accept(&listener).await;
        let large = format!(
            r#"{{"type":"pong","at":"x","pad":"{}"}}"#,
            "a".repeat(3 << 20)
        );
        tokio::spawn(async move { peer.send(Message::text(large)).await });
        assert_eq!(connection.next().await, Some(NetInput::Connected));
        assert!(matches!(connection.next().await, Some(NetInput::Frame(_))));
    }

    #[tokio::test]
    async fn a_server_that_names_no_subprotocol_is_spoken_to_all_the_same() {
        let (listener, address) = listen().await;
        let mut connection = connect(address, Trust::default());
        let plain = async || {
            let (stream, _) = listener.accept().await.unwrap();
            tokio_tungstenite::accept_async(stream).await.unwrap()
        };
        drop(plain().await);
        let _peer = plain().await;
        assert_eq!(connection.next().await, Some(NetInput::Connected));
    }

    #[tokio::test]
    async fn no_server_is_told_in_words() {
        let (listener, address) = listen().await;
        drop(listener);
        let Some(NetInput::Nobody(why)) = connect(address.clone(), Trust::default()).next().await
        else {
            panic!("connected to nobody");
        };
        assert!(
            why.starts_with(&format!("{address} can't be reached")),
            "{why}"
        );
    }

    #[tokio::test]
    async fn a_cut_is_told_in_words() {
        let (listener, address) = listen().await;
        let mut connection = connect(address, Trust::default());
        drop(accept(&listener).await);
        assert_eq!(connection.next().await, Some(NetInput::Connected));
        let cut = NetInput::Failed("the connection was cut".to_owned());
        assert_eq!(connection.next().await, Some(cut));
    }

    #[tokio::test]
    async fn requests_that_nobody_takes_are_refused_at_the_bound() {
        let (_listener, address) = listen().await;
        let connection = connect(address, Trust::default());
        for _ in 0..REQUESTS_MAX {
            assert!(connection.send("{}".to_owned()));
        }
        assert!(!connection.send("{}".to_owned()));
    }

    #[tokio::test]
    async fn closing_says_what_was_queued_and_goodbye() {
        let (listener, address) = listen().await;
        let mut connection = connect(address, Trust::default());
        let mut peer = accept(&listener).await;
        assert_eq!(connection.next().await, Some(NetInput::Connected));
        assert!(connection.send("last words".to_owned()));
        let (heard, ()) = tokio::join!(
            async {
                let heard = (peer.next().await, peer.next().await);
                // The answer to the goodbye goes out with the next look.
                peer.next().await;
                heard
            },
            connection.close(Duration::from_secs(5)),
        );
        assert_eq!(heard.0.unwrap().unwrap(), Message::text("last words"));
        assert!(matches!(heard.1, Some(Ok(Message::Close(_)))));
    }
}
