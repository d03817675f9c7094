//! What a connection too many is told: that it should come back later, in the
//! way in which it asked.
//!
//! A browser sees nothing of an HTTP answer to its WebSocket, only of a close
//! frame; so a few at a time are let in far enough to be given one. Beyond
//! those a fixed answer goes out at once. Who asks nothing is not waited for,
//! and no request is done.

use super::http::{self, Site};
use crate::session;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::{OnUpgrade, Parts};
use hyper::{Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many are turned away in words at a time; their descriptors are of those
/// that the limit on connections keeps back.
const AT_A_TIME: usize = 16;
/// Within which a request's head must arrive.
const HEAD_WITHIN: Duration = Duration::from_secs(2);
/// What the others are told.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/json\r\ncontent-length: 74\r\nretry-after: 5\r\nconnection: close\r\n\r\n\
    {\"code\":\"unavailable\",\"message\":\"too many connections, try again later\"}\r\n";

/// Where those stand who are being turned away.
pub(super) struct Doorstep(Arc<Semaphore>);

impl Doorstep {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_A_TIME)))
    }

    /// Tells a connection that there is no place for it. Never waits.
    pub(super) fn turn_away(&self, stream: TcpStream, site: &Site) {
        match Arc::clone(&self.0).try_acquire_owned() {
            Ok(stand) => {
                tokio::spawn(hear(stream, site.clone(), Arc::new(stand)));
            }
            Err(_) => refuse(stream),
        }
    }
}

/// As far as that goes without waiting.
fn refuse(stream: TcpStream) {
    if let Ok(mut stream) = stream.into_std() {
        let _ = stream.write_all(FULL);
    }
}

/// Hears one request, to answer in its way.
async fn hear(stream: TcpStream, site: Site, stand: Arc<OwnedSemaphorePermit>) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        let stand = Arc::clone(&stand);
        let upgrade = hyper::upgrade::on(&mut request);
        let ask = request.map(|body| body.map_err(Into::into).boxed_unsync());
        let answer = http::turn_away(&site, &ask);
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            tokio::spawn(close(upgrade, stand));
        }
        std::future::ready(Ok::<_, Infallible>(answer))
    });
    let http = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    if let Err(error) = http.await {
        tracing::debug!(%error, "a connection too many ended early");
    }
}

async fn close(upgrade: OnUpgrade, stand: Arc<OwnedSemaphorePermit>) {
    let Ok(upgraded) = upgrade.await else { return };
    if let Ok(Parts { io, .. }) = upgraded.downcast::<TokioIo<TcpStream>>() {
        session::turn_away(io.into_inner()).await;
    }
    drop(stand);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::http::tests::site;
    use tokio::io::AsyncReadExt as _;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn who_finds_no_place_even_there_is_told_at_once() {
        let (site, _data) = site();
        let doorstep = Doorstep::new();
        let _all = doorstep.0.acquire_many(AT_A_TIME as u32).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connecting = TcpStream::connect(listener.local_addr().unwrap());
        let (client, accepted) = tokio::join!(connecting, listener.accept());
        doorstep.turn_away(accepted.unwrap().0, &site);
        let mut said = String::new();
        client.unwrap().read_to_string(&mut said).await.unwrap();
        assert!(said.starts_with("HTTP/1.1 503 "), "{said}");
        let (head, body) = said.split_once("\r\n\r\n").unwrap();
        let length = format!("content-length: {}\r\n", body.len());
        assert!(head.contains(&length), "{said}");
        let error: chat_proto::ErrorReply = serde_json::from_str(body).unwrap();
        assert_eq!(error.code, chat_proto::ErrorCode::Unavailable);
    }
}
