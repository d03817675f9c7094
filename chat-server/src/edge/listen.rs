//! Takes connections in: accepts, bounds, speaks HTTP with them, and hands over
//! those that become WebSockets.
//!
//! Accepting never stops before it is told to: what fails for a while is tried
//! again after a growing pause, never in a busy loop. An upgraded connection
//! keeps nothing of HTTP: its session is a task of its own over the bare socket.

use super::client;
use super::http::{self, Site};
use super::overload::Doorstep;
use crate::session;
use futures_util::FutureExt as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::{OnUpgrade, Parts};
use hyper::{Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::metrics::gauge::Gauge;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Within which a request's head must arrive; counts while a connection rests
/// between requests, too.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// Bytes of a request's head; beyond them it is refused with 431.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Connections that wait to be accepted: thousands come back at once after a restart.
const BACKLOG: u32 = 4096;
/// The first pause after accepting failed, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(1));
/// How often the log says that there is no place, or that accepting fails.
const WARNED_EVERY: Duration = Duration::from_secs(10);
/// Binds a listening socket.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // A restarted server takes its port at once, whatever the last one left in TIME_WAIT.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Accepts connections, at most `connections_max` at a time, until `stop`.
pub async fn accept(
    listener: TcpListener,
    site: Site,
    connections_max: usize,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(connections_max));
    let doorstep = Doorstep::new();
    let mut pause = PAUSES.0;
    let mut warned = Seldom::default();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                pause = PAUSES.0;
                match Arc::clone(&places).try_acquire_owned() {
                    Ok(place) => {
                        let place = Place::new(place, &site.node.metrics.connections);
                        tokio::spawn(connection(stream, peer.ip(), site.clone(), place));
                    }
                    Err(_) => {
                        if warned.is_due() {
                            tracing::warn!(
                                connections_max,
                                "no place for more connections; the limit on open files bounds them (ulimit -n)"
                            );
                        }
                        doorstep.turn_away(stream, &site);
                    }
                }
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                if warned.is_due() {
                    tracing::warn!(%error, "connections can't be accepted now; trying again");
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(pause) => {}
                }
                pause = (pause * 2).min(PAUSES.1);
            }
        }
    }
}

/// A connection's place among those that there may be; counted while it is held.
struct Place {
    _permit: OwnedSemaphorePermit,
    open: Gauge,
}

impl Place {
    fn new(permit: OwnedSemaphorePermit, open: &Gauge) -> Arc<Self> {
        open.inc();
        Arc::new(Self {
            _permit: permit,
            open: open.clone(),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.open.dec();
    }
}

/// Lets a warning through now and then, so that a flood of causes is no flood of lines.
#[derive(Default)]
struct Seldom(Option<Instant>);

impl Seldom {
    fn is_due(&mut self) -> bool {
        let due = self.0.is_none_or(|last| last.elapsed() >= WARNED_EVERY);
        if due {
            self.0 = Some(Instant::now());
        }
        due
    }
}

/// Whether only the connection that was to be accepted is broken; the next one may be whole.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

/// One connection, as long as it speaks HTTP. Its place is free again when
/// neither HTTP nor a session holds it.
async fn connection(stream: TcpStream, peer: IpAddr, site: Site, place: Arc<Place>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was gone before it was served");
        return;
    }
    let service = service_fn(move |mut request: Request<Incoming>| {
        let site = site.clone();
        let place = Arc::clone(&place);
        async move {
            let from = client::address(peer, request.headers(), &site.proxies);
            let upgrade = hyper::upgrade::on(&mut request);
            let ask = request.map(|body| body.map_err(Into::into).boxed_unsync());
            let answer = http::respond(&site, ask).await;
            if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
                tokio::spawn(hand_over(upgrade, from, site, place));
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let http = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    if let Err(error) = http.await {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Gives an upgraded connection to a session. Here HTTP's buffers end: what
/// they held of the WebSocket's first bytes goes along as a copy.
async fn hand_over(upgrade: OnUpgrade, from: IpAddr, site: Site, place: Arc<Place>) {
    let upgraded = match upgrade.await {
        Ok(upgraded) => upgraded,
        Err(error) => {
            tracing::debug!(%error, "a connection ended while it was upgraded");
            return;
        }
    };
    let Ok(Parts { io, read_buf, .. }) = upgraded.downcast::<TokioIo<TcpStream>>() else {
        tracing::error!("an upgraded connection is not the socket that was accepted");
        return;
    };
    let early = read_buf.to_vec();
    drop(read_buf);
    let session = session::serve(io.into_inner(), early, from, site.node);
    // `map` rather than an async block around it: that would keep the session's future twice.
    tokio::spawn(session.map(move |()| drop(place)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::http::tests::site;
    use tempfile::TempDir;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::time::timeout;

    const HANDSHAKE: &[u8] = b"GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n\
        Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    const GET: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n";
    /// The text frame `{"type":"ping"}`, masked with zeros.
    const PING: &[u8] = b"\x81\x8f\0\0\0\0{\"type\":\"ping\"}";

    #[tokio::test]
    async fn what_came_right_behind_the_handshake_is_not_lost() {
        let server = Server::start(10);
        let mut client = server.connect().await;
        client.write_all(&[HANDSHAKE, PING].concat()).await.unwrap();
        let said = read_until(&mut client, "\"type\":\"pong\"").await;
        assert!(said.starts_with("HTTP/1.1 101 "), "{said}");
        assert!(said.contains("{\"type\":\"server\""), "{said}");
    }

    #[tokio::test]
    async fn a_connection_too_many_is_told_so_and_a_place_is_free_again() {
        let server = Server::start(1);
        let mut session = server.connect().await;
        session.write_all(HANDSHAKE).await.unwrap();
        read_until(&mut session, "{\"type\":\"server\"").await;
        let mut asking = server.connect().await;
        asking.write_all(GET).await.unwrap();
        let said = read_to_end(&mut asking).await;
        assert!(said.starts_with("HTTP/1.1 503 "), "{said}");
        assert!(said.contains("{\"code\":\"unavailable\","), "{said}");
        drop(session);
        let freed = async {
            loop {
                let mut client = server.connect().await;
                // A refused one may be gone before it can be written to.
                let _ = client.write_all(GET).await;
                let mut start = [0; 12];
                if client.read_exact(&mut start).await.is_ok() && &start == b"HTTP/1.1 200" {
                    return;
                }
            }
        };
        timeout(SOON, freed).await.expect("a free place");
    }

    #[tokio::test]
    async fn a_websocket_too_many_is_closed_with_1013() {
        let server = Server::start(1);
        let _in = server.connect().await;
        let mut client = server.connect().await;
        client.write_all(&[HANDSHAKE, PING].concat()).await.unwrap();
        let said = read_until(&mut client, "come back later").await;
        assert!(said.starts_with("HTTP/1.1 101 "), "{said}");
        let (_, frame) = said.split_once("\r\n\r\n").unwrap();
        // A close frame that is not masked; the code is lossy as text, its reason is not.
        assert!(
            frame.ends_with("too many connections; come back later"),
            "{frame}"
        );
        assert!(frame.contains("\u{3}\u{fffd}"), "{frame:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_does_not_come_is_waited_for_ten_seconds() {
        let server = Server::start(10);
        for (begun, rests) in [
            ("GET /ws HTTP/1.1\r\nHost: h\r\n", false),
            ("", false),
            ("", true),
        ] {
            let mut client = server.connect().await;
            if rests {
                client.write_all(GET).await.unwrap();
                read_until(&mut client, "ok\n").await;
            }
            client.write_all(begun.as_bytes()).await.unwrap();
            let since = Instant::now();
            read_to_end(&mut client).await;
            let waited = since.elapsed();
            assert!(
                (HEAD_WITHIN..HEAD_WITHIN * 2).contains(&waited),
                "{begun:?} rests={rests}: {waited:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_head_too_large_is_refused() {
        let server = Server::start(10);
        let mut client = server.connect().await;
        let head = format!(
            "GET / HTTP/1.1\r\nHost: h\r\nX: {}",
            "x".repeat(HEAD_BYTES_MAX)
        );
        client.write_all(head.as_bytes()).await.unwrap();
        let said = read_until(&mut client, "\r\n\r\n").await;
        assert!(said.starts_with("HTTP/1.1 431 "), "{said}");
    }

    #[tokio::test]
    async fn accepting_ends_when_it_is_told_to() {
        let server = Server::start(10);
        let mut open = server.connect().await;
        open.write_all(GET).await.unwrap();
        read_until(&mut open, "ok\n").await;
        server.stop.cancel();
        timeout(SOON, server.accepting).await.unwrap().unwrap();
        assert!(TcpStream::connect(server.address).await.is_err());
        // Who is in is served on.
        open.write_all(GET).await.unwrap();
        read_until(&mut open, "ok\n").await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_warning_comes_now_and_then() {
        let mut warned = Seldom::default();
        assert!(warned.is_due());
        assert!(!warned.is_due());
        tokio::time::advance(WARNED_EVERY).await;
        assert!(warned.is_due());
    }

    #[tokio::test]
    async fn only_what_is_wrong_with_one_connection_is_passed_over() {
        for (error, passed) in [
            (rustix::io::Errno::CONNABORTED, true),
            (rustix::io::Errno::CONNRESET, true),
            (rustix::io::Errno::INTR, true),
            (rustix::io::Errno::MFILE, false),
            (rustix::io::Errno::NFILE, false),
            (rustix::io::Errno::NOBUFS, false),
            (rustix::io::Errno::NOMEM, false),
        ] {
            assert_eq!(is_of_one_connection(&error.into()), passed, "{error}");
        }
    }

    const SOON: Duration = Duration::from_secs(10);

    struct Server {
        address: SocketAddr,
        accepting: tokio::task::JoinHandle<()>,
        stop: CancellationToken,
        _data: TempDir,
    }

    impl Server {
        fn start(connections_max: usize) -> Self {
            let (site, data) = site();
            let listener = bind(([127, 0, 0, 1], 0).into()).unwrap();
            let stop = CancellationToken::new();
            Self {
                address: listener.local_addr().unwrap(),
                accepting: tokio::spawn(accept(listener, site, connections_max, stop.clone())),
                stop,
                _data: data,
            }
        }

        async fn connect(&self) -> TcpStream {
            TcpStream::connect(self.address).await.unwrap()
        }
    }

    async fn read_until(client: &mut TcpStream, end: &str) -> String {
        let mut said = Vec::new();
        let reading = async {
            while !String::from_utf8_lossy(&said).contains(end) {
                let count = client.read_buf(&mut said).await.unwrap();
                assert_ne!(count, 0, "ended without {end}: {}", said.escape_ascii());
            }
        };
        timeout(SOON, reading).await.expect(end);
        String::from_utf8_lossy(&said).into_owned()
    }

    async fn read_to_end(client: &mut TcpStream) -> String {
        let mut said = Vec::new();
        timeout(SOON * 3, client.read_to_end(&mut said))
            .await
            .expect("the end")
            .unwrap();
        String::from_utf8(said).unwrap()
    }
}
