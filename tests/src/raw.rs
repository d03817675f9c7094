//! A client that keeps the events of one room as the very bytes that came, to
//! hold one delivery against another.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::client::upgrade;
use crate::wait::{SOON, within};

/// See the module.
pub struct Raw {
    socket: WebSocketStream<TcpStream>,
    room: String,
    events: Vec<String>,
}

impl Raw {
    /// Comes back with a cursor in one room, and takes no gap there.
    pub async fn back(server: SocketAddr, token: &str, room: &str, cursor: u64) -> Result<Self> {
        let (socket, _) = upgrade(server, |_| ()).await?;
        let mut raw = Self {
            socket,
            room: room.to_owned(),
            events: Vec::new(),
        };
        let resume = json!({ room: cursor });
        let hello = json!({ "type": "hello", "token": token, "resume": resume, "gaps": false });
        raw.ask(hello).await?;
        Ok(raw)
    }

    /// The reply to a request, which must not be an error; events before it are kept.
    pub async fn ask(&mut self, mut request: Value) -> Result<String> {
        request["id"] = 1.into();
        let request = Message::text(request.to_string());
        within("a request taken", SOON, self.socket.send(request)).await??;
        loop {
            let frame = self.read().await?;
            let parsed: Value = serde_json::from_str(&frame)?;
            if parsed["id"] == 1 {
                ensure!(parsed["type"] != "error", "{frame}");
                return Ok(frame);
            }
            self.keep(frame, &parsed);
        }
    }

    /// All events of the room so far, up to and with this one.
    pub async fn events_up_to(&mut self, seq: u64) -> Result<Vec<String>> {
        let is_last = |frame: &String| frame.contains(&format!("\"seq\":{seq},"));
        while !self.events.last().is_some_and(is_last) {
            let frame = self.read().await?;
            let parsed = serde_json::from_str(&frame)?;
            self.keep(frame, &parsed);
        }
        Ok(self.events.clone())
    }

    fn keep(&mut self, frame: String, parsed: &Value) {
        if parsed["room"] == *self.room && parsed.get("author").is_some() {
            self.events.push(frame);
        }
    }

    async fn read(&mut self) -> Result<String> {
        loop {
            let message = within("a frame", SOON, self.socket.next()).await?;
            if let Message::Text(text) = message.context("the connection ended")?? {
                return Ok(text.to_string());
            }
        }
    }
}
