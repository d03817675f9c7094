//! Takes connections in: accepts, bounds, speaks HTTP with them, and hands over
//! those that become WebSockets.
//!
//! Accepting never stops before it is told to: what fails for a while is tried
//! again after a growing pause, never in a busy loop. An upgraded connection
//! keeps nothing of HTTP: its session is a task of its own over the bare socket.

use super::http::{self, Site};
use crate::session;
use futures_util::FutureExt as _;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::{OnUpgrade, Parts};
use hyper::{Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
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
/// What a connection too many is told.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/json\r\ncontent-length: 74\r\nretry-after: 5\r\nconnection: close\r\n\r\n\
    {\"code\":\"unavailable\",\"message\":\"too many connections, try again later\"}\r\n";

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
    let mut pause = PAUSES.0;
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                pause = PAUSES.0;
                match Arc::clone(&places).try_acquire_owned() {
                    Ok(place) => {
                        tokio::spawn(connection(stream, site.clone(), place));
                    }
                    Err(_) => refuse(stream),
                }
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, ?pause, "connections can't be accepted now; trying again");
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(pause) => {}
                }
                pause = (pause * 2).min(PAUSES.1);
            }
        }
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

/// Says that there is no place, as far as that goes without waiting.
fn refuse(stream: TcpStream) {
    tracing::debug!("a connection too many was refused");
    if let Ok(mut stream) = stream.into_std() {
        let _ = stream.write_all(FULL);
    }
}

/// One connection, as long as it speaks HTTP. Its place is free again when
/// neither HTTP nor a session holds it.
async fn connection(stream: TcpStream, site: Site, place: OwnedSemaphorePermit) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was gone before it was served");
        return;
    }
    let place = Arc::new(place);
    let service = service_fn(move |mut request: Request<_>| {
        let site = site.clone();
        let place = Arc::clone(&place);
        async move {
            let answer = http::respond(&site, &request).await;
            if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
                let upgrade = hyper::upgrade::on(&mut request);
                tokio::spawn(hand_over(upgrade, site, place));
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
async fn hand_over(upgrade: OnUpgrade, site: Site, place: Arc<OwnedSemaphorePermit>) {
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
    let session = session::serve(io.into_inner(), early, site.node);
    // `map` rather than an async block around it: that would keep the session's future twice.
    tokio::spawn(session.map(move |()| drop(place)));
}
