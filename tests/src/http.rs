//! A raw HTTP client: one request, one connection, and nothing that a server
//! could be spared. What it sends may be wrong on purpose.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::wait::{self, SOON};

/// A request that is being put together.
pub struct Ask {
    head: String,
    body: Vec<u8>,
    within: Duration,
}

/// What came back, whole.
pub struct Answer {
    /// The status line and the headers.
    pub head: String,
    /// The body as it was sent, chunks taken apart.
    pub body: Vec<u8>,
}

impl Ask {
    /// A request of this method for this path.
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            head: format!("{method} {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"),
            body: Vec::new(),
            within: SOON,
        }
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.head += &format!("{name}: {value}\r\n");
        self
    }

    /// With the token of a `welcome`.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// With a body of the length that is said.
    #[must_use]
    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let length = body.len();
        self.header("Content-Length", &length.to_string()).raw(body)
    }

    /// With bytes behind the head, whatever the head says of them.
    #[must_use]
    pub fn raw(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Waits at most this long for the answer.
    #[must_use]
    pub fn patience(mut self, within: Duration) -> Self {
        self.within = within;
        self
    }

    /// Sends it and reads the whole answer.
    pub async fn send(self, server: SocketAddr) -> Result<Answer> {
        let within = self.within;
        let mut stream = self.begin(server).await?;
        let mut read = Vec::new();
        let reading = async {
            // The server may keep the connection to hear the rest of a body that it refused.
            while !Answer::parse(&read).is_ok_and(|answer| answer.is_whole()) {
                if stream.read_buf(&mut read).await? == 0 {
                    break;
                }
            }
            anyhow::Ok(())
        };
        wait::within("an answer", within, reading).await??;
        Answer::parse(&read)
    }

    /// Sends it and gives the connection, its answer unread.
    pub async fn begin(self, server: SocketAddr) -> Result<TcpStream> {
        let mut stream = TcpStream::connect(server).await?;
        stream
            .write_all(format!("{}\r\n", self.head).as_bytes())
            .await?;
        // A server that has heard enough may be done before all is sent.
        let _ = stream.write_all(&self.body).await;
        Ok(stream)
    }
}

impl Answer {
    fn parse(read: &[u8]) -> Result<Self> {
        let end = read
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .with_context(|| format!("no answer: {}", read.escape_ascii()))?;
        let head = String::from_utf8(read[..end].to_vec())?;
        let mut answer = Self {
            head,
            body: read[end + 4..].to_vec(),
        };
        if answer.header("transfer-encoding").as_deref() == Some("chunked") {
            answer.body = unchunk(&answer.body).context("broken chunks")?;
        }
        Ok(answer)
    }

    /// Whether all is there of a body whose length was said.
    fn is_whole(&self) -> bool {
        let length = self.header("content-length");
        length.is_some_and(|length| length == self.body.len().to_string())
    }

    /// Its status.
    pub fn status(&self) -> u16 {
        let word = self.head.split(' ').nth(1);
        word.and_then(|word| word.parse().ok()).unwrap_or(0)
    }

    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<String> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Status and code of a refusal, which has words beside them.
    pub fn refusal(&self) -> (u16, String) {
        let body = self.json();
        let worded = body["message"]
            .as_str()
            .is_some_and(|text| !text.is_empty());
        let code = body["code"].as_str().filter(|_| worded);
        (self.status(), code.unwrap_or("no error").to_owned())
    }
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?, 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(end + 2..end + 2 + size)?);
        rest = rest.get(end + 2 + size + 2..)?;
    }
}
