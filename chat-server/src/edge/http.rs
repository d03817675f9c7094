//! What is answered over HTTP: the page, the probes, and the upgrade to a WebSocket.
//!
//! A request's head in, a response out; bodies are not read. A response with
//! status 101 says that the connection may become a WebSocket: whoever owns the
//! socket does the rest. This module knows no sockets.

use super::handshake;
use super::origin::Policy;
use super::page::{self, Asset};
use crate::node::Node;
use bytes::Bytes;
use chat_proto::{ErrorCode, ErrorReply};
use http_body_util::Full;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode, Version};
use std::sync::Arc;
use std::time::Duration;

/// All bodies are short and known.
pub type Answer = Response<Full<Bytes>>;

/// A probe waits no longer for storage; load balancers give up after some seconds.
const READY_WITHIN: Duration = Duration::from_secs(2);
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
        Route::WebSocket => handshake::accept(site, request).unwrap_or_else(|refusal| *refusal),
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

pub(super) fn unavailable(message: &str) -> Answer {
    let refusal = error(
        StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Unavailable,
        message,
    );
    with(refusal, header::RETRY_AFTER, "1")
}

pub(super) fn error(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Answer {
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

pub(super) fn with(mut answer: Answer, name: HeaderName, value: &'static str) -> Answer {
    answer
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
    answer
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::committer;
    use crate::config::{Config, Written};
    use crate::edge::handshake::tests::UPGRADE;
    use crate::store::sqlite::SqliteStore;
    use clap::Parser as _;
    use http_body_util::BodyExt as _;
    use tempfile::TempDir;

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

    pub(in crate::edge) fn site() -> (Site, TempDir) {
        let data = TempDir::new().unwrap();
        let store = SqliteStore::open(data.path(), committer::now()).unwrap();
        let config = Config::check(Written::parse_from(["chat-server"])).unwrap();
        let site = Site {
            node: Node::start(Arc::new(store), config.chat),
            origins: Arc::default(),
        };
        (site, data)
    }

    pub(in crate::edge) async fn ask(
        site: &Site,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
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

    pub(in crate::edge) fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
        let value = answer.headers().get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    async fn body(answer: Answer) -> String {
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    /// The code of an error, which must come with words.
    pub(in crate::edge) async fn told(answer: Answer) -> String {
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
