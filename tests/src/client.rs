//! A raw WebSocket client that speaks JSON values: the protocol as a person
//! would type it, with nothing of the project's own types.
//!
//! Holds: frames come out in the order they came in; what was not asked for
//! while waiting for a reply stays in the backlog.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::wait::SOON;

/// The largest frame that the server may send (`welcome`).
const FRAME_BYTES_MAX: usize = 4 << 20;
/// Unread frames that a failure tells of, and characters of each.
const TOLD_MOST: usize = 10;
const TOLD_CHARS: usize = 200;

/// One connection.
pub struct Client {
    socket: WebSocketStream<TcpStream>,
    backlog: VecDeque<Value>,
    next_id: u64,
    deadline: Duration,
    /// The server's first frame.
    pub greeting: Value,
    /// What `hello` was answered with; null before.
    pub welcome: Value,
}

/// How the server ended a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// The code of the close frame; none if the connection ended without one.
    pub code: Option<u16>,
    /// Its reason.
    pub reason: String,
}

impl Client {
    /// Connects and reads the greeting.
    pub async fn connect(server: SocketAddr) -> Result<Self> {
        let (client, _) = Self::connect_with(server, |_| ()).await?;
        Ok(client)
    }

    /// Connects with a changed upgrade request and reads the greeting; also
    /// gives the answer to the upgrade.
    pub async fn connect_with(
        server: SocketAddr,
        change: impl FnOnce(&mut Request),
    ) -> Result<(Self, Response)> {
        let (socket, response) = upgrade(server, change).await?;
        let mut client = Self {
            socket,
            backlog: VecDeque::new(),
            next_id: 1,
            deadline: SOON,
            greeting: Value::Null,
            welcome: Value::Null,
        };
        client.greeting = client.next().await.context("no greeting")?;
        ensure!(
            client.greeting["type"] == "server",
            "not a greeting: {}",
            client.greeting
        );
        Ok((client, response))
    }

    /// Connects and says `hello` as a guest.
    pub async fn enter(server: SocketAddr, name: &str) -> Result<Self> {
        let mut client = Self::connect(server).await?;
        client.hello(json!({ "name": name })).await?;
        Ok(client)
    }

    /// Connects, says `hello` as a guest and registers an account.
    pub async fn register(server: SocketAddr, name: &str) -> Result<Self> {
        let mut client = Self::enter(server, name).await?;
        let request = json!({ "type": "register", "password": "correct horse battery" });
        client.ask("registered", request).await?;
        Ok(client)
    }

    /// Comes back with a token.
    pub async fn come_back(server: SocketAddr, token: &str) -> Result<Self> {
        let mut client = Self::connect(server).await?;
        client.hello(json!({ "token": token })).await?;
        Ok(client)
    }

    /// Waits at most this long for each frame from here on.
    pub fn patience(&mut self, deadline: Duration) {
        self.deadline = deadline;
    }

    /// Says `hello` with these fields; gives and keeps the `welcome`.
    pub async fn hello(&mut self, mut fields: Value) -> Result<Value> {
        fields["type"] = "hello".into();
        let welcome = self.ask("welcome", fields).await?;
        self.welcome = welcome.clone();
        Ok(welcome)
    }

    /// The token that `welcome` gave.
    pub fn token(&self) -> &str {
        self.welcome["token"].as_str().unwrap_or_default()
    }

    /// Joins a room; gives `joined`.
    pub async fn join(&mut self, room: &str) -> Result<Value> {
        self.ask("joined", json!({ "type": "join", "room": room }))
            .await
    }

    /// Sends a message; gives `sent`.
    pub async fn send(&mut self, room: &str, text: &str, nonce: &str) -> Result<Value> {
        let request = json!({ "type": "send", "room": room, "text": text, "nonce": nonce });
        self.ask("sent", request).await
    }

    /// Makes a request and expects this type of reply.
    pub async fn ask(&mut self, reply_type: &str, request: Value) -> Result<Value> {
        let said = request.to_string();
        let reply = self.request(request).await?;
        ensure!(
            reply["type"] == reply_type,
            "{said} was answered by {reply}, not by {reply_type}"
        );
        Ok(reply)
    }

    /// Makes a request and expects an error of this code; gives the error.
    pub async fn refused(&mut self, code: &str, request: Value) -> Result<Value> {
        let said = request.to_string();
        let reply = self.request(request).await?;
        ensure!(
            reply["type"] == "error" && reply["code"] == code,
            "{said} was answered by {reply}, not by the error {code}"
        );
        Ok(reply)
    }

    /// Makes a request, gives it an id unless it has one, and gives its reply.
    pub async fn request(&mut self, mut request: Value) -> Result<Value> {
        if request.get("id").is_none() {
            request["id"] = self.next_id.into();
            self.next_id += 1;
        }
        let id = request["id"].clone();
        self.say(&request).await?;
        self.reply(&id).await
    }

    /// Sends a frame without waiting for anything.
    pub async fn say(&mut self, frame: &Value) -> Result<()> {
        self.say_text(&frame.to_string()).await
    }

    /// Sends a text message as it stands, JSON or not.
    pub async fn say_text(&mut self, text: &str) -> Result<()> {
        self.say_message(Message::text(text)).await
    }

    /// Sends any WebSocket message.
    pub async fn say_message(&mut self, message: Message) -> Result<()> {
        tokio::time::timeout(self.deadline, self.socket.send(message))
            .await
            .context("the server takes nothing")?
            .context("the connection is gone")
    }

    /// The reply to the request with this id; other frames stay in the backlog.
    pub async fn reply(&mut self, id: &Value) -> Result<Value> {
        self.find(|frame| frame["id"] == *id)
            .await
            .with_context(|| format!("no reply to the request {id}"))
    }

    /// The next frame of this type, older ones of the backlog first.
    pub async fn of_type(&mut self, frame_type: &str) -> Result<Value> {
        self.find(|frame| frame["type"] == frame_type)
            .await
            .with_context(|| format!("no {frame_type}"))
    }

    /// The next event of a room (an entry of its log, or a gap).
    pub async fn event(&mut self, room: &str) -> Result<Value> {
        self.find(|frame| is_event(frame) && frame["room"] == room)
            .await
            .with_context(|| format!("no event in {room}"))
    }

    /// The next `count` events of a room.
    pub async fn events(&mut self, room: &str, count: usize) -> Result<Vec<Value>> {
        let mut events = Vec::with_capacity(count);
        while events.len() < count {
            let after = events.len();
            events.push(
                self.event(room)
                    .await
                    .with_context(|| format!("after {after} of {count} events"))?,
            );
        }
        Ok(events)
    }

    /// The first frame that fits, older ones of the backlog first; the others stay.
    pub async fn find(&mut self, mut fits: impl FnMut(&Value) -> bool) -> Result<Value> {
        if let Some(index) = self.backlog.iter().position(&mut fits) {
            return self.backlog.remove(index).context("the backlog shrank");
        }
        let until = Instant::now() + self.deadline;
        loop {
            let frame = self.read(until).await?;
            if fits(&frame) {
                return Ok(frame);
            }
            self.backlog.push_back(frame);
        }
    }

    /// The next frame, whatever it is.
    pub async fn next(&mut self) -> Result<Value> {
        match self.backlog.pop_front() {
            Some(frame) => Ok(frame),
            None => self.read(Instant::now() + self.deadline).await,
        }
    }

    /// Takes the next frame without looking into it: for those among hundreds
    /// who only have to be there.
    pub async fn overhear(&mut self) -> Result<()> {
        self.backlog.clear();
        let until = Instant::now() + self.deadline;
        match self.read_message(until).await? {
            Some(Ok(Message::Close(frame))) => bail!("the server closed: {frame:?}"),
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) => bail!("the connection broke: {error}"),
            None => bail!("the server ended the connection"),
        }
    }

    /// All frames that came before the reply to a `ping` made now: what had
    /// been said to this connection until then.
    pub async fn so_far(&mut self) -> Result<Vec<Value>> {
        self.ask("pong", json!({ "type": "ping" })).await?;
        Ok(self.backlog.drain(..).collect())
    }

    /// Reads on until the server ends the connection; gives how, and leaves what
    /// it said before in the backlog.
    pub async fn closed(&mut self, within: Duration) -> Result<Closed> {
        let until = Instant::now() + within;
        loop {
            match self.read_message(until).await? {
                Some(Ok(Message::Close(Some(frame)))) => {
                    // Reading the close frame has put the answer to it in line.
                    let _ = self.socket.flush().await;
                    return Ok(Closed {
                        code: Some(frame.code.into()),
                        reason: frame.reason.to_string(),
                    });
                }
                Some(Ok(Message::Close(None)) | Err(_)) | None => {
                    return Ok(Closed {
                        code: None,
                        reason: String::new(),
                    });
                }
                Some(Ok(message)) => self.backlog.extend(parse(&message)?),
            }
        }
    }

    /// Closes the connection properly.
    pub async fn close(mut self) -> Result<()> {
        self.socket.close(None).await.context("close")?;
        self.closed(self.deadline).await.map(|_| ())
    }

    async fn read(&mut self, until: Instant) -> Result<Value> {
        loop {
            match self.read_message(until).await? {
                Some(Ok(message)) => {
                    if let Some(frame) = parse(&message)? {
                        return Ok(frame);
                    }
                }
                Some(Err(error)) => bail!("the connection broke: {error}"),
                None => bail!("the server ended the connection"),
            }
        }
    }

    async fn read_message(&mut self, until: Instant) -> Result<Option<Result<Message, Error>>> {
        tokio::time::timeout_at(until.into(), self.socket.next())
            .await
            .ok()
            .with_context(|| {
                let last = self.backlog.iter().rev().take(TOLD_MOST);
                let last: Vec<_> = last.map(|frame| begin(&frame.to_string())).collect();
                let unread = self.backlog.len();
                format!("nothing came; unread: {unread}, last [{}]", last.join(", "))
            })
    }
}

fn begin(text: &str) -> String {
    text.chars().take(TOLD_CHARS).collect()
}

/// Whether a frame is an entry of a room's log, or stands in the place of some.
pub fn is_event(frame: &Value) -> bool {
    let in_log = frame.get("seq").is_some() && frame.get("author").is_some();
    in_log || frame["type"] == "gap"
}

/// Makes the upgrade and nothing else.
pub async fn upgrade(
    server: SocketAddr,
    change: impl FnOnce(&mut Request),
) -> Result<(WebSocketStream<TcpStream>, Response)> {
    let mut request = format!("ws://{server}/ws")
        .into_client_request()
        .context("the upgrade request")?;
    change(&mut request);
    let stream = connect(server).await?;
    let config = WebSocketConfig::default()
        .read_buffer_size(4096)
        .max_message_size(Some(FRAME_BYTES_MAX))
        .max_frame_size(Some(FRAME_BYTES_MAX));
    let handshake = tokio_tungstenite::client_async_with_config(request, stream, Some(config));
    tokio::time::timeout(SOON, handshake)
        .await
        .context("no answer to the upgrade")?
        .context("the upgrade was refused")
}

/// A TCP connection that is not one with itself: while nobody listens, a port
/// of the range for clients can be connected to from that very port.
async fn connect(server: SocketAddr) -> Result<TcpStream> {
    let stream = TcpStream::connect(server)
        .await
        .with_context(|| format!("{server} takes no connection"))?;
    ensure!(
        stream.local_addr()? != stream.peer_addr()?,
        "{server} takes no connection"
    );
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn parse(message: &Message) -> Result<Option<Value>> {
    match message {
        Message::Text(text) => serde_json::from_str(text)
            .map(Some)
            .with_context(|| format!("the server sent no JSON: {text}")),
        Message::Binary(bytes) => bail!("the server sent {} binary bytes", bytes.len()),
        Message::Close(frame) => bail!("the server closed: {frame:?}"),
        Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(None),
    }
}
