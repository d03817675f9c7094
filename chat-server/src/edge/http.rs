//! What is answered over HTTP: the page, the probes, and the upgrade to a WebSocket.
//!
//! A request's head in, a response out; bodies are not read. A response with
//! status 101 says that the connection may become a WebSocket: whoever owns the
//! socket does the rest. This module knows no sockets.

use super::origin::Policy;
use super::page::{self, Asset};
use crate::node::Node;
use bytes::Bytes;
use chat_proto::{ErrorCode, ErrorReply, SUBPROTOCOL};
use http_body_util::Full;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode, Version};
use std::sync::Arc;
use std::time::Duration;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// All bodies are short and known.
pub type Answer = Response<Full<Bytes>>;

/// A probe waits no longer for storage; load balancers give up after some seconds.
const READY_WITHIN: Duration = Duration::from_secs(2);
/// The only version of WebSocket there is (RFC 6455).
const WEBSOCKET_VERSION: &str = "13";
/// Characters of a foreign header that go into the log.
const LOGGED_CHARS: usize = 200;

/// What answers need to know.
#[derive(Clone)]
pub struct Site {
    /// Asked whether it is ready; one that is going away takes no new WebSockets.
    pub node: Arc<Node>,
    /// Whose pages may connect.
    pub origins: Arc<Policy>,
}

/// Answers one request.
pub async fn respond<B>(site: &Site, request: &Request<B>) -> Answer {
    if let Err(refusal) = check_host(request) {
        return *refusal;
    }
    let path = request.uri().path();
    let route = match path {
        "/ws" => Route::WebSocket,
        "/healthz" => Route::Alive,
        "/readyz" => Route::Ready,
        _ => match page::find(path) {
            Some(asset) => Route::Page(asset),
            None => {
                let message = "no such page; the chat is at /, the WebSocket at /ws";
                return error(StatusCode::NOT_FOUND, ErrorCode::NotFound, message);
            }
        },
    };
    // hyper leaves out the body of an answer to HEAD by itself.
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        let message = "here only GET and HEAD can be asked";
        let refusal = error(
            StatusCode::METHOD_NOT_ALLOWED,
            ErrorCode::Unsupported,
            message,
        );
        return with(refusal, header::ALLOW, "GET, HEAD");
    }
    match route {
        Route::WebSocket => upgrade(site, request).unwrap_or_else(|refusal| *refusal),
        Route::Alive => plain("ok\n"),
        Route::Ready => ready(site).await,
        Route::Page(asset) => serve_asset(asset, request.headers()),
    }
}

enum Route {
    WebSocket,
    Alive,
    Ready,
    Page(&'static Asset),
}

/// HTTP/1.1 wants exactly one `Host`; two of them can mean a proxy that reads another one.
fn check_host<B>(request: &Request<B>) -> Result<(), Box<Answer>> {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    if hosts == 1 || (hosts == 0 && request.version() < Version::HTTP_11) {
        return Ok(());
    }
    let message = format!("a request needs exactly one Host header, this one has {hosts}");
    Err(error(StatusCode::BAD_REQUEST, ErrorCode::Invalid, message).into())
}

/// Checks an opening handshake; the answer is the 101 that accepts it.
fn upgrade<B>(site: &Site, request: &Request<B>) -> Result<Answer, Box<Answer>> {
    let headers = request.headers();
    let asks = request.method() == Method::GET
        && request.version() >= Version::HTTP_11
        && lists(headers, &header::CONNECTION, "upgrade")
        && lists(headers, &header::UPGRADE, "websocket");
    if !asks {
        return Err(upgrade_required(
            "this is the WebSocket: connect with ws:// or wss://",
        ));
    }
    if !is_only(headers, &header::SEC_WEBSOCKET_VERSION, WEBSOCKET_VERSION) {
        return Err(upgrade_required(
            "only version 13 of WebSocket is spoken here",
        ));
    }
    let key = only(headers, &header::SEC_WEBSOCKET_KEY).filter(|key| is_key(key));
    let Some(key) = key else {
        let message = "Sec-WebSocket-Key is to be 16 bytes in base64";
        return Err(error(StatusCode::BAD_REQUEST, ErrorCode::Invalid, message).into());
    };
    check_origin(&site.origins, headers)?;
    if site.node.is_closing() {
        return Err(unavailable("the server is going away; try again").into());
    }
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let mut answer = with(answer, header::CONNECTION, "Upgrade");
    answer
        .headers_mut()
        .insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::try_from(derive_accept_key(key.as_bytes())) {
        answer
            .headers_mut()
            .insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    // A client that offers only what is unknown here gets none, and decides.
    if lists(headers, &header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL) {
        answer = with(answer, header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL);
    }
    Ok(answer)
}

fn check_origin(origins: &Policy, headers: &HeaderMap) -> Result<(), Box<Answer>> {
    let host = only(headers, &header::HOST).and_then(|host| host.to_str().ok());
    // Two of them, or one that is no text, can't be read and so match nothing.
    let origin = headers.contains_key(header::ORIGIN).then(|| {
        only(headers, &header::ORIGIN)
            .and_then(|origin| origin.to_str().ok())
            .unwrap_or_default()
    });
    if origins.allows(origin, host) {
        return Ok(());
    }
    let shown: String = origin
        .unwrap_or_default()
        .chars()
        .take(LOGGED_CHARS)
        .collect();
    tracing::warn!(
        origin = ?shown,
        "refused a page from elsewhere; to let it in, start the server with --allow-origin and that origin ('*' for all)"
    );
    let message = "pages from there may not connect here; the server's log says how to allow it";
    Err(error(StatusCode::FORBIDDEN, ErrorCode::Forbidden, message).into())
}

async fn ready(site: &Site) -> Answer {
    if site.node.is_closing() {
        return unavailable("the server is going away");
    }
    match tokio::time::timeout(READY_WITHIN, site.node.ready()).await {
        Ok(true) => plain("ok\n"),
        Ok(false) | Err(_) => unavailable("storage can't be reached"),
    }
}

fn serve_asset(asset: &'static Asset, headers: &HeaderMap) -> Answer {
    let known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tag == asset.etag);
    let mut answer = if known {
        let mut unchanged = Response::new(Full::default());
        *unchanged.status_mut() = StatusCode::NOT_MODIFIED;
        unchanged
    } else {
        let whole = Response::new(Full::new(Bytes::from_static(asset.text.as_bytes())));
        with(whole, header::CONTENT_TYPE, asset.media_type)
    };
    if let Ok(etag) = HeaderValue::try_from(&asset.etag) {
        answer.headers_mut().insert(header::ETAG, etag);
    }
    // May be kept, but is asked about each time: a new server brings a new page.
    let answer = with(answer, header::CACHE_CONTROL, "no-cache");
    let answer = with(
        answer,
        header::CONTENT_SECURITY_POLICY,
        page::CONTENT_SECURITY_POLICY,
    );
    let answer = with(answer, header::REFERRER_POLICY, "no-referrer");
    with(answer, header::X_CONTENT_TYPE_OPTIONS, "nosniff")
}

fn upgrade_required(message: &str) -> Box<Answer> {
    let refusal = error(
        StatusCode::UPGRADE_REQUIRED,
        ErrorCode::Unsupported,
        message,
    );
    let refusal = with(refusal, header::CONNECTION, "Upgrade");
    let refusal = with(refusal, header::UPGRADE, "websocket");
    with(refusal, header::SEC_WEBSOCKET_VERSION, WEBSOCKET_VERSION).into()
}

fn unavailable(message: &str) -> Answer {
    let refusal = error(
        StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Unavailable,
        message,
    );
    with(refusal, header::RETRY_AFTER, "1")
}

fn error(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Answer {
    let body = serde_json::to_vec(&ErrorReply::new(code, message)).unwrap_or_default();
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    let answer = with(answer, header::CONTENT_TYPE, "application/json");
    let answer = with(answer, header::CACHE_CONTROL, "no-store");
    with(answer, header::X_CONTENT_TYPE_OPTIONS, "nosniff")
}

fn plain(text: &'static str) -> Answer {
    let answer = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    let answer = with(answer, header::CONTENT_TYPE, "text/plain; charset=utf-8");
    with(answer, header::CACHE_CONTROL, "no-store")
}

fn with(mut answer: Answer, name: HeaderName, value: &'static str) -> Answer {
    answer
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
    answer
}

/// The value of a header that occurs once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

fn is_only(headers: &HeaderMap, name: &HeaderName, expected: &str) -> bool {
    only(headers, name).is_some_and(|value| value == expected)
}

/// Whether a header that is a list, perhaps over several lines, has this word, in any case.
fn lists(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| item.trim().eq_ignore_ascii_case(word))
}

fn is_key(key: &HeaderValue) -> bool {
    data_encoding::BASE64
        .decode(key.as_bytes())
        .is_ok_and(|bytes| bytes.len() == 16)
}
