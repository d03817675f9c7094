//! One connection of the generator: just enough WebSocket to send text frames
//! and to find the frames in what comes, without a buffer of its own while idle.

use std::io::ErrorKind;
use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// What a connection reads at most at once.
pub(super) const SCRATCH_BYTES: usize = 256 << 10;
/// The largest frame that the server may send.
const FRAME_BYTES_MAX: usize = 4 << 20;

const TEXT: u8 = 0x81;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;
const PONG: u8 = 0x8a;

/// The sending half.
pub(super) struct Sender {
    to: OwnedWriteHalf,
    frame: Vec<u8>,
}

/// The receiving half.
pub(super) struct Receiver {
    from: OwnedReadHalf,
    // The start of a frame whose end has not come yet.
    rest: Vec<u8>,
}

/// Connects and makes the upgrade.
pub(super) async fn connect(server: SocketAddr) -> Result<(Sender, Receiver)> {
    let mut stream = TcpStream::connect(server).await.context("connect")?;
    stream.set_nodelay(true)?;
    let request = format!(
        "GET /ws HTTP/1.1\r\nHost: {server}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: Y2hhdC1sb2FkLWNsaWVudA==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    let end = loop {
        ensure!(answer.len() < 8192, "an endless answer to the upgrade");
        ensure!(
            stream.read_buf(&mut answer).await? > 0,
            "the server ended the connection"
        );
        if let Some(at) = find(&answer, b"\r\n\r\n") {
            break at + 4;
        }
    };
    ensure!(
        answer.starts_with(b"HTTP/1.1 101 "),
        "the upgrade was refused: {}",
        String::from_utf8_lossy(&answer)
    );
    let (from, to) = stream.into_split();
    let rest = answer.split_off(end);
    let frame = Vec::new();
    Ok((Sender { to, frame }, Receiver { from, rest }))
}

impl Sender {
    /// Sends a text frame.
    pub(super) async fn text(&mut self, text: &str) -> Result<()> {
        self.write(TEXT, text.as_bytes()).await
    }

    /// Answers a ping.
    pub(super) async fn pong(&mut self, payload: &[u8]) -> Result<()> {
        self.write(PONG, payload).await
    }

    async fn write(&mut self, first: u8, payload: &[u8]) -> Result<()> {
        // The mask is four zeros, so that masking changes nothing and costs nothing.
        self.frame.clear();
        self.frame.push(first);
        match u16::try_from(payload.len()) {
            Ok(short @ 0..=125) => self.frame.push(0x80 | short as u8),
            Ok(length) => {
                self.frame.push(0x80 | 126);
                self.frame.extend(length.to_be_bytes());
            }
            Err(_) => bail!("a frame of {} bytes is too long", payload.len()),
        }
        self.frame.extend([0; 4]);
        self.frame.extend(payload);
        self.to.write_all(&self.frame).await.context("send")
    }
}

/// What a frame is, to the one who reads it.
pub(super) enum Frame<'a> {
    /// JSON.
    Text(&'a [u8]),
    /// To be answered by a pong with the same payload.
    Ping(&'a [u8]),
}

impl Receiver {
    /// Waits for bytes and hands over each whole frame in them.
    pub(super) async fn read(
        &mut self,
        scratch: &std::cell::RefCell<Vec<u8>>,
        mut each: impl FnMut(Frame<'_>),
    ) -> Result<()> {
        if !self.rest.is_empty() {
            let used = split(&self.rest, &mut each)?;
            self.rest.drain(..used);
            if used > 0 {
                return Ok(());
            }
        }
        self.from.readable().await?;
        let mut scratch = scratch.borrow_mut();
        let count = match self.from.try_read(&mut scratch) {
            Ok(0) => bail!("the server ended the connection"),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error).context("read"),
        };
        if self.rest.is_empty() {
            let used = split(&scratch[..count], &mut each)?;
            self.rest.extend_from_slice(&scratch[used..count]);
        } else {
            self.rest.extend_from_slice(&scratch[..count]);
            let used = split(&self.rest, &mut each)?;
            self.rest.drain(..used);
        }
        if self.rest.is_empty() && self.rest.capacity() > 0 {
            self.rest = Vec::new();
        }
        Ok(())
    }

    /// Waits for a frame that holds `sign`; a frame that holds an error fails.
    pub(super) async fn wait_for(
        &mut self,
        sign: &[u8],
        scratch: &std::cell::RefCell<Vec<u8>>,
    ) -> Result<()> {
        let mut found = false;
        let mut error = None;
        while !found {
            self.read(scratch, |frame| {
                if let Frame::Text(text) = frame {
                    found |= find(text, sign).is_some();
                    if text.starts_with(br#"{"type":"error""#) {
                        error = Some(String::from_utf8_lossy(text).into_owned());
                    }
                }
            })
            .await?;
            if let Some(error) = error {
                bail!("the server says {error}");
            }
        }
        Ok(())
    }
}

/// Where `sign` first stands.
pub(super) fn find(bytes: &[u8], sign: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, sign)
}

/// Hands over each whole frame; gives how many bytes they were.
fn split(bytes: &[u8], each: &mut impl FnMut(Frame<'_>)) -> Result<usize> {
    let mut used = 0;
    while let Some((head, body)) = measure(&bytes[used..]) {
        ensure!(body <= FRAME_BYTES_MAX, "a frame of {body} bytes");
        let (start, end) = (used + head, used + head + body);
        let Some(payload) = bytes.get(start..end) else {
            break;
        };
        match bytes[used] {
            TEXT => each(Frame::Text(payload)),
            PING => each(Frame::Ping(payload)),
            PONG => {}
            CLOSE => bail!(
                "the server closed: {}",
                String::from_utf8_lossy(payload.get(2..).unwrap_or_default())
            ),
            other => bail!("a frame that starts with {other:#x}"),
        }
        used = end;
    }
    Ok(used)
}

/// The lengths of a frame's head and body, once the head is there.
fn measure(bytes: &[u8]) -> Option<(usize, usize)> {
    match bytes.get(1)? {
        126 => {
            let length = bytes.get(2..4)?.try_into().ok()?;
            Some((4, u16::from_be_bytes(length).into()))
        }
        127 => {
            let length = bytes.get(2..10)?.try_into().ok()?;
            let length = usize::try_from(u64::from_be_bytes(length)).unwrap_or(usize::MAX);
            Some((10, length))
        }
        short => Some((2, usize::from(*short))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Frame, split};

    #[test]
    fn frames_of_all_lengths_are_found_and_the_rest_is_left() {
        let mut bytes = vec![0x81, 2, b'h', b'i', 0x89, 1, b'p', 0x81, 126, 1, 0];
        bytes.extend([b'x'; 256]);
        bytes.extend([0x81, 5, b'r']);
        let mut found = Vec::new();
        let used = split(&bytes, &mut |frame| match frame {
            Frame::Text(text) => found.push((false, text.len())),
            Frame::Ping(payload) => found.push((true, payload.len())),
        });
        assert_eq!(used.unwrap(), bytes.len() - 3);
        assert_eq!(found, [(false, 2), (true, 1), (false, 256)]);
    }
}
