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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::committer;
    use crate::config::{Config, Written};
    use crate::edge::origin::Origin;
    use crate::store::sqlite::SqliteStore;
    use clap::Parser as _;
    use http_body_util::BodyExt as _;
    use tempfile::TempDir;

    const UPGRADE: [(&str, &str); 5] = [
        ("host", "chat.example.com"),
        ("connection", "keep-alive, Upgrade"),
        ("upgrade", "WebSocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];

    #[tokio::test]
    async fn the_page_comes_with_its_policy_and_is_not_sent_twice() {
        let (site, _data) = site();
        let answer = ask(&site, "GET", "/", &[("host", "h")]).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "content-type"), "text/html; charset=utf-8");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        assert_eq!(header(&answer, "referrer-policy"), "no-referrer");
        let policy = header(&answer, "content-security-policy");
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        let tag = header(&answer, "etag").to_owned();
        assert!(body(answer).await.contains("<!doctype html>"));
        for known in [tag.clone(), format!("\"old\", W/{tag}"), "*".to_owned()] {
            let again = ask(
                &site,
                "GET",
                "/",
                &[("host", "h"), ("if-none-match", &known)],
            )
            .await;
            assert_eq!(again.status(), 304, "{known}");
            assert_eq!(header(&again, "etag"), tag);
            assert_eq!(body(again).await, "");
        }
        let newer = ask(
            &site,
            "GET",
            "/",
            &[("host", "h"), ("if-none-match", "\"old\"")],
        )
        .await;
        assert_eq!(newer.status(), 200);
    }

    #[tokio::test]
    async fn each_path_answers_its_methods_and_nothing_else() {
        let (site, _data) = site();
        for (method, target, status) in [
            ("GET", "/healthz", 200),
            ("HEAD", "/healthz", 200),
            ("GET", "/readyz", 200),
            ("HEAD", "/readyz", 200),
            ("HEAD", "/", 200),
            ("GET", "/main.js?v=1", 200),
            ("GET", "/page.css", 200),
            ("POST", "/", 405),
            ("DELETE", "/healthz", 405),
            ("OPTIONS", "/ws", 405),
            ("POST", "/ws", 405),
            ("GET", "/nothing", 404),
            ("POST", "/nothing", 404),
            ("GET", "/index.html", 404),
            ("GET", "/ws/", 404),
            ("GET", "/../Cargo.toml", 404),
            ("GET", "/metrics", 404),
        ] {
            let answer = ask(&site, method, target, &[("host", "h")]).await;
            assert_eq!(answer.status(), status, "{method} {target}");
            if status == 405 {
                assert_eq!(header(&answer, "allow"), "GET, HEAD");
            }
            if status >= 400 {
                told(answer).await;
            }
        }
    }

    #[tokio::test]
    async fn a_request_needs_exactly_one_host() {
        let (site, _data) = site();
        for headers in [vec![], vec![("host", "a"), ("host", "b")]] {
            for target in ["/", "/ws"] {
                let answer = ask(&site, "GET", target, &headers).await;
                assert_eq!(answer.status(), 400, "{headers:?}");
                assert_eq!(told(answer).await, "invalid");
            }
        }
        // Load balancers probe with HTTP/1.0, which knows no Host.
        let mut probe = request("GET", "/healthz", &[]);
        *probe.version_mut() = Version::HTTP_10;
        assert_eq!(respond(&site, &probe).await.status(), 200);
    }

    #[tokio::test]
    async fn a_right_handshake_is_accepted() {
        let (site, _data) = site();
        let answer = ask(&site, "GET", "/ws", &UPGRADE).await;
        assert_eq!(answer.status(), 101);
        assert_eq!(header(&answer, "connection"), "Upgrade");
        assert_eq!(header(&answer, "upgrade"), "websocket");
        // The example of RFC 6455, section 1.3.
        assert_eq!(
            header(&answer, "sec-websocket-accept"),
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        );
        assert!(!answer.headers().contains_key("sec-websocket-extensions"));
    }

    #[tokio::test]
    async fn a_wrong_handshake_is_told_what_would_be_right() {
        let (site, _data) = site();
        for (name, value, status) in [
            ("connection", None, 426),
            ("connection", Some("keep-alive"), 426),
            ("upgrade", None, 426),
            ("upgrade", Some("h2c"), 426),
            ("sec-websocket-version", None, 426),
            ("sec-websocket-version", Some("8"), 426),
            ("sec-websocket-key", None, 400),
            ("sec-websocket-key", Some("c2hvcnQ="), 400),
            ("sec-websocket-key", Some("dGhlIHNhbXBsZSBub25jZ!=="), 400),
        ] {
            let mut headers: Vec<_> = UPGRADE.into_iter().filter(|(n, _)| *n != name).collect();
            headers.extend(value.map(|value| (name, value)));
            let answer = ask(&site, "GET", "/ws", &headers).await;
            assert_eq!(answer.status(), status, "{name}: {value:?}");
            if status == 426 {
                assert_eq!(header(&answer, "upgrade"), "websocket");
                assert_eq!(header(&answer, "sec-websocket-version"), "13");
            }
            told(answer).await;
        }
        let head = ask(&site, "HEAD", "/ws", &UPGRADE).await;
        assert_eq!(head.status(), 426);
    }

    #[tokio::test]
    async fn the_subprotocol_is_taken_where_it_is_offered() {
        let (site, _data) = site();
        for (offers, taken) in [
            (vec![], None),
            (vec!["chat.v1"], Some("chat.v1")),
            (vec!["chat.v2, chat.v1"], Some("chat.v1")),
            (vec!["chat.v2", "chat.v1"], Some("chat.v1")),
            (vec!["chat.v2"], None),
            (vec!["chat.v11"], None),
        ] {
            let mut headers = UPGRADE.to_vec();
            headers.extend(
                offers
                    .iter()
                    .map(|offer| ("sec-websocket-protocol", *offer)),
            );
            let answer = ask(&site, "GET", "/ws", &headers).await;
            assert_eq!(answer.status(), 101);
            let answered = answer.headers().get("sec-websocket-protocol");
            assert_eq!(
                answered.map(|value| value.to_str().unwrap()),
                taken,
                "{offers:?}"
            );
        }
    }

    #[tokio::test]
    async fn pages_from_elsewhere_are_refused() {
        let (mut site, _data) = site();
        site.origins = Arc::new(Policy {
            listed: vec![Origin::parse("https://portal.example.com").unwrap()],
            ..Policy::default()
        });
        for (origins, status) in [
            (vec!["http://chat.example.com"], 101),
            (vec!["https://portal.example.com"], 101),
            (vec!["http://localhost:3000"], 101),
            (vec!["http://evil.com"], 403),
            (vec!["null"], 403),
            (vec!["http://localhost", "http://evil.com"], 403),
            (vec!["http://localhost", "http://localhost"], 403),
            (vec!["http://loc\u{e4}lhost"], 403),
        ] {
            let mut headers = UPGRADE.to_vec();
            headers.extend(origins.iter().map(|origin| ("origin", *origin)));
            let answer = ask(&site, "GET", "/ws", &headers).await;
            assert_eq!(answer.status(), status, "{origins:?}");
            if status == 403 {
                assert_eq!(told(answer).await, "forbidden");
            }
        }
    }

    #[tokio::test]
    async fn a_node_that_goes_away_is_alive_but_not_ready() {
        let (site, _data) = site();
        site.node.stop().await;
        for (target, headers, status) in [
            ("/healthz", &UPGRADE[..1], 200),
            ("/readyz", &UPGRADE[..1], 503),
            ("/ws", &UPGRADE[..], 503),
        ] {
            let answer = ask(&site, "GET", target, headers).await;
            assert_eq!(answer.status(), status, "{target}");
            if status == 503 {
                assert_eq!(header(&answer, "retry-after"), "1");
                assert_eq!(told(answer).await, "unavailable");
            }
        }
    }

    #[tokio::test]
    async fn a_node_whose_storage_is_stuck_is_not_ready_until_it_moves_again() {
        let (site, data) = site();
        let host = [("host", "h")];
        let other = rusqlite::Connection::open(data.path().join("chat.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let answer = ask(&site, "GET", "/readyz", &host).await;
        assert_eq!(answer.status(), 503);
        assert_eq!(told(answer).await, "unavailable");
        assert_eq!(ask(&site, "GET", "/healthz", &host).await.status(), 200);
        other.execute_batch("ROLLBACK").unwrap();
        let recovered =
            async { while ask(&site, "GET", "/readyz", &host).await.status() != 200 {} };
        let soon = Duration::from_secs(10);
        tokio::time::timeout(soon, recovered).await.unwrap();
    }

    fn site() -> (Site, TempDir) {
        let data = TempDir::new().unwrap();
        let store = SqliteStore::open(data.path(), committer::now()).unwrap();
        let config = Config::check(Written::parse_from(["chat-server"])).unwrap();
        let site = Site {
            node: Node::start(Arc::new(store), config.chat),
            origins: Arc::default(),
        };
        (site, data)
    }

    async fn ask(site: &Site, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
        respond(site, &request(method, target, headers)).await
    }

    fn request(method: &str, target: &str, headers: &[(&str, &str)]) -> Request<()> {
        let request = Request::builder().method(method).uri(target);
        headers
            .iter()
            .fold(request, |request, (name, value)| {
                request.header(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap())
            })
            .body(())
            .unwrap()
    }

    fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
        let value = answer.headers().get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    async fn body(answer: Answer) -> String {
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    /// The code of an error, which must come with words.
    async fn told(answer: Answer) -> String {
        assert_eq!(header(&answer, "content-type"), "application/json");
        let error: ErrorReply = serde_json::from_str(&body(answer).await).unwrap();
        assert!(!error.message.is_empty());
        serde_json::to_value(error.code)
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    }
}
