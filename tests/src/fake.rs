//! A server that says what a test tells it: for what a real one never says, or
//! says only when something is wrong.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio::task::{JoinHandle, JoinSet};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{
    Callback, ErrorResponse, Request, Response,
};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// A listening fake; it ends with the value.
pub struct Fake {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Value>>>,
    push: broadcast::Sender<Message>,
    task: JoinHandle<()>,
}

/// What the fake answers to a request: any number of frames, as texts.
type Answer = dyn Fn(&Value) -> Vec<String> + Send + Sync;

/// Frames pushed that a connection may be behind; who falls behind more is cut off.
const PUSHED_MAX: usize = 64 << 10;

impl Fake {
    /// Starts a fake that greets, then answers each request by `answer`.
    pub async fn start(
        greeting: Value,
        answer: impl Fn(&Value) -> Vec<String> + Send + Sync + 'static,
    ) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("bind")?;
        let address = listener.local_addr()?;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (push, _) = broadcast::channel(PUSHED_MAX);
        let line = Line {
            greeting: greeting.to_string(),
            answer: Arc::new(answer),
            heard: Arc::clone(&heard),
            push: push.clone(),
        };
        let task = tokio::spawn(accept(listener, line));
        Ok(Self {
            address,
            heard,
            push,
            task,
        })
    }

    /// The WebSocket's address.
    pub fn url(&self) -> String {
        format!("ws://{}/ws", self.address)
    }

    /// All requests so far.
    pub fn heard(&self) -> Vec<Value> {
        let heard = self.heard.lock();
        heard
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    /// Says a frame to everybody who is connected.
    pub fn push(&self, text: impl Into<String>) {
        // With nobody connected there is nobody to hear it.
        let _ = self.push.send(Message::text(text.into()));
    }

    /// Says goodbye to everybody who is connected, for this reason.
    pub fn close(&self, reason: &str) {
        let frame = CloseFrame {
            code: CloseCode::Away,
            reason: reason.into(),
        };
        // As above.
        let _ = self.push.send(Message::Close(Some(frame)));
    }

    /// Says bytes to everybody who is connected.
    pub fn push_binary(&self, bytes: Vec<u8>) {
        // As above.
        let _ = self.push.send(Message::binary(bytes));
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A greeting as a server gives it by default.
pub fn greeting() -> Value {
    json!({
        "type": "server", "name": "chat", "version": "0.1.0", "protocol": 1, "epoch": "fake-1", "guests": true,
        "limits": {
            "frame_bytes": 65536, "text_chars": 4000, "name_chars": 32, "room_chars": 64,
            "topic_chars": 250, "history_page": 200, "rooms": 1000, "file_bytes": 26_214_400
        },
        "rates": { "send": { "per_s": 10, "burst": 50 } },
        "hint": "say {\"type\":\"hello\",\"name\":\"your-name\"}"
    })
}

/// The answers of a server with one user in one empty lobby: `hello`, `join`,
/// `history`, `read` and `ping`; to all else an error that it is unsupported.
pub fn usual(request: &Value) -> Vec<String> {
    let id = &request["id"];
    let reply = match request["type"].as_str() {
        Some("hello") => json!({
            "type": "welcome", "id": id, "user": request["name"].as_str().unwrap_or("ada"),
            "guest": true, "token": "0123456789abcdef0123456789abcdef", "invites": [],
            "rooms": [{
                "room": "lobby", "kind": "public", "topic": "", "role": "member",
                "head": 0, "read": 0, "unread": 0, "mentions": 0
            }]
        }),
        Some("join") => json!({
            "type": "joined", "id": id, "room": request["room"], "kind": "public", "topic": "",
            "role": "member", "head": 0, "read": 0, "unread": 0, "mentions": 0, "events": []
        }),
        Some("history") => json!({
            "type": "history", "id": id, "room": request["room"], "events": [], "first": 1,
            "head": 0, "more_before": false, "more_after": false
        }),
        Some("read") => json!({ "type": "ok", "id": id }),
        Some("ping") => json!({ "type": "pong", "id": id, "at": "2026-11-22T05:00:00.123Z" }),
        Some("typing") => return Vec::new(),
        Some(_) | None => json!({
            "type": "error", "id": id, "code": "unsupported", "message": "a fake does not do this"
        }),
    };
    vec![reply.to_string()]
}

/// An error as the reply to a request.
pub fn error(request: &Value, code: &str, message: &str) -> String {
    json!({ "type": "error", "id": request["id"], "code": code, "message": message }).to_string()
}

#[derive(Clone)]
struct Line {
    greeting: String,
    answer: Arc<Answer>,
    heard: Arc<Mutex<Vec<Value>>>,
    push: broadcast::Sender<Message>,
}

async fn accept(listener: TcpListener, line: Line) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(serve(stream, line.clone()));
        while connections.try_join_next().is_some() {}
    }
}

/// Takes the subprotocol that is offered, as the real server does.
struct Subprotocol;

impl Callback for Subprotocol {
    fn on_request(
        self,
        request: &Request,
        mut response: Response,
    ) -> Result<Response, ErrorResponse> {
        const NAME: &str = "sec-websocket-protocol";
        if let Some(offered) = request.headers().get(NAME) {
            response.headers_mut().insert(NAME, offered.clone());
        }
        Ok(response)
    }
}

/// One connection, until either side has enough.
async fn serve(stream: TcpStream, line: Line) -> Result<()> {
    let mut pushed = line.push.subscribe();
    let mut socket = tokio_tungstenite::accept_hdr_async(stream, Subprotocol).await?;
    socket.send(Message::text(line.greeting)).await?;
    loop {
        tokio::select! {
            message = socket.next() => {
                let message = message.context("the end")??;
                let Message::Text(text) = message else {
                    continue;
                };
                let request: Value = serde_json::from_str(&text)?;
                line.heard
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner)
                    .push(request.clone());
                for frame in (line.answer)(&request) {
                    socket.send(Message::text(frame)).await?;
                }
            }
            frame = pushed.recv() => socket.send(frame?).await?,
        }
    }
}
