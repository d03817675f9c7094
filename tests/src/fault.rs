//! A TCP proxy between a client and a server that fails on demand: cuts, stalls,
//! delays, and cuts right after a chosen frame of the client has reached the
//! server, before the reply comes back.
//!
//! The fault holds for all connections, present and later ones, until it is
//! changed. Knows of WebSocket only where the client's frames end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// A running proxy; it ends with the value.
pub struct Proxy {
    address: SocketAddr,
    control: watch::Sender<Control>,
    counters: Arc<Counters>,
    task: JoinHandle<()>,
}

/// What the proxy does to what passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Holds everything back, as when packets are dropped: no end, no reset.
    Stall,
    /// Holds each piece back for this long.
    Delay(Duration),
    /// Takes no connection: ends it as soon as it is made.
    Refuse,
}

#[derive(Debug, Clone, Copy)]
struct Control {
    fault: Fault,
    // Connections begun before a cut carry a lower number than this.
    cuts: u64,
}

#[derive(Default)]
struct Counters {
    connections: AtomicU64,
    // Client frames still to pass until the cut; 0: no cut is planned.
    frames_to_cut: AtomicU64,
    cuts_after_frame: AtomicU64,
}

impl Proxy {
    /// Starts a proxy on a free port in front of `server`.
    pub async fn start(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("bind")?;
        let address = listener.local_addr()?;
        let control = watch::Sender::new(Control {
            fault: Fault::None,
            cuts: 0,
        });
        let counters = Arc::new(Counters::default());
        let task = tokio::spawn(accept(
            listener,
            server,
            control.subscribe(),
            Arc::clone(&counters),
        ));
        Ok(Self {
            address,
            control,
            counters,
            task,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The WebSocket's address, as given to a client.
    pub fn url(&self) -> String {
        format!("ws://{}/ws", self.address)
    }

    /// Does this to everything from now on.
    pub fn set(&self, fault: Fault) {
        self.control.send_modify(|control| control.fault = fault);
    }

    /// Ends all present connections.
    pub fn cut(&self) {
        self.control.send_modify(|control| control.cuts += 1);
    }

    /// Once, after the `frames`th frame from now that a client sends: passes it
    /// on to the server and ends the client's connection before any reply.
    pub fn cut_after_frames(&self, frames: u64) {
        self.counters.frames_to_cut.store(frames, Ordering::SeqCst);
    }

    /// How many times [`Self::cut_after_frames`] has struck.
    pub fn cuts_after_frame(&self) -> u64 {
        self.counters.cuts_after_frame.load(Ordering::SeqCst)
    }

    /// How many connections there were.
    pub fn connections(&self) -> u64 {
        self.counters.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(
    listener: TcpListener,
    server: SocketAddr,
    control: watch::Receiver<Control>,
    counters: Arc<Counters>,
) {
    // Aborted with the accepting task, and with it the proxy.
    let mut links = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        while links.try_join_next().is_some() {}
        if control.borrow().fault == Fault::Refuse {
            continue;
        }
        counters.connections.fetch_add(1, Ordering::SeqCst);
        links.spawn(carry(
            client,
            server,
            control.clone(),
            Arc::clone(&counters),
        ));
    }
}

async fn carry(
    client: TcpStream,
    server: SocketAddr,
    control: watch::Receiver<Control>,
    counters: Arc<Counters>,
) {
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let cuts = control.borrow().cuts;
    let mut until_cut = control.clone();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let mut up = Pipe {
        from: from_client,
        to: to_server,
        control: control.clone(),
    };
    let mut down = Pipe {
        from: from_server,
        to: to_client,
        control,
    };
    let struck = tokio::select! {
        struck = up.carry_up(&counters) => struck,
        () = down.carry_down() => false,
        _ = until_cut.wait_for(|control| control.cuts > cuts) => false,
    };
    if struck {
        // The client's end goes at once; the server gets its frame and a proper
        // end, whatever it answers is thrown away.
        let Pipe { from, mut to, .. } = up;
        let Pipe {
            from: mut answers,
            to: to_client,
            ..
        } = down;
        drop((from, to_client));
        let _ = to.shutdown().await;
        let _ = tokio::io::copy(&mut answers, &mut tokio::io::sink()).await;
    }
}

/// One direction of a connection.
struct Pipe {
    from: OwnedReadHalf,
    to: OwnedWriteHalf,
    control: watch::Receiver<Control>,
}

impl Pipe {
    /// Carries the client's bytes until an end, or until the planned cut (true).
    async fn carry_up(&mut self, counters: &Counters) -> bool {
        let mut frames = ClientFrames::default();
        let mut chunk = vec![0; 16 << 10];
        while let Ok(n @ 1..) = self.from.read(&mut chunk).await {
            self.suffer().await;
            let mut pass = n;
            let mut strikes = false;
            for end in frames.ends(&chunk[..n]) {
                if counts_down_to_zero(&counters.frames_to_cut) {
                    (pass, strikes) = (end, true);
                    break;
                }
            }
            if self.to.write_all(&chunk[..pass]).await.is_err() {
                return false;
            }
            if strikes {
                counters.cuts_after_frame.fetch_add(1, Ordering::SeqCst);
                return true;
            }
        }
        false
    }

    async fn carry_down(&mut self) {
        let mut chunk = vec![0; 16 << 10];
        while let Ok(n @ 1..) = self.from.read(&mut chunk).await {
            self.suffer().await;
            if self.to.write_all(&chunk[..n]).await.is_err() {
                return;
            }
        }
    }

    /// Waits as the present fault says.
    async fn suffer(&mut self) {
        let fault = self.control.borrow_and_update().fault;
        match fault {
            Fault::Delay(time) => tokio::time::sleep(time).await,
            Fault::Stall => {
                let over = self
                    .control
                    .wait_for(|control| control.fault != Fault::Stall);
                if over.await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
            Fault::None | Fault::Refuse => {}
        }
    }
}

fn counts_down_to_zero(counter: &AtomicU64) -> bool {
    counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
        left.checked_sub(1)
    }) == Ok(1)
}

/// Where the frames of a client end in its stream of bytes, the upgrade request left out.
#[derive(Default)]
struct ClientFrames {
    upgraded: bool,
    // What of the request's end (`\r\n\r\n`) was seen, or of a frame's head.
    head: Vec<u8>,
    body_left: u64,
}

impl ClientFrames {
    /// The offsets in `bytes` at which a text frame has just ended.
    fn ends(&mut self, bytes: &[u8]) -> Vec<usize> {
        let mut ends = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            if self.body_left > 0 {
                let step = usize::try_from(self.body_left)
                    .unwrap_or(usize::MAX)
                    .min(bytes.len() - at);
                at += step;
                self.body_left -= step as u64;
                if self.body_left == 0 {
                    self.end(at, &mut ends);
                }
                continue;
            }
            self.head.push(bytes[at]);
            at += 1;
            if !self.upgraded {
                if self.head.ends_with(b"\r\n\r\n") {
                    self.upgraded = true;
                    self.head.clear();
                }
            } else if let Some(body) = masked_body_length(&self.head) {
                self.body_left = body;
                if body == 0 {
                    self.end(at, &mut ends);
                }
            }
        }
        ends
    }

    fn end(&mut self, at: usize, ends: &mut Vec<usize>) {
        const FINAL_TEXT: u8 = 0x81;
        if self.head.first() == Some(&FINAL_TEXT) {
            ends.push(at);
        }
        self.head.clear();
    }
}

/// The length of the body, once the whole head (with the mask) is there.
fn masked_body_length(head: &[u8]) -> Option<u64> {
    let short = head.get(1)? & 0x7f;
    let extra = match short {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    if head.len() < 2 + extra + 4 {
        return None;
    }
    Some(match extra {
        0 => short.into(),
        _ => head[2..2 + extra]
            .iter()
            .fold(0, |length, byte| length << 8 | u64::from(*byte)),
    })
}

#[cfg(test)]
mod tests {
    use super::ClientFrames;

    #[test]
    fn frames_end_where_they_end_however_the_stream_is_cut_up() {
        let mut stream = b"GET /ws HTTP/1.1\r\nHost: x\r\n\r\n".to_vec();
        let mut expected = Vec::new();
        for (first, length) in [(0x81, 0), (0x81, 5), (0x8a, 3), (0x81, 200), (0x81, 70_000)] {
            stream.push(first);
            match length {
                0..=125 => stream.push(0x80 | length as u8),
                126..=65_535 => {
                    stream.push(0xfe);
                    stream.extend((length as u16).to_be_bytes());
                }
                _ => {
                    stream.push(0xff);
                    stream.extend((length as u64).to_be_bytes());
                }
            }
            stream.extend([1, 2, 3, 4]);
            stream.extend(std::iter::repeat_n(7, length));
            if first == 0x81 {
                expected.push(stream.len());
            }
        }
        for piece in [1, 2, 7, 1000, stream.len()] {
            let mut frames = ClientFrames::default();
            let mut found = Vec::new();
            for (index, bytes) in stream.chunks(piece).enumerate() {
                found.extend(frames.ends(bytes).iter().map(|end| index * piece + end));
            }
            assert_eq!(found, expected, "pieces of {piece}");
        }
    }
}
