//! Which request is answered by what: the one list of paths and their methods.
//!
//! A request in, a response out. A response with status 101 says that the
//! connection may become a WebSocket: whoever owns the socket does the rest.
//! This module knows no sockets, and what a path does stands in a file of its own.

use super::answer::{Answer, error, method_not_allowed, unavailable};
use super::client::Network;
use super::origin::Policy;
use super::page::{self, Asset};
use super::{files, handshake, hooks, metrics, probe, schema};
use crate::node::Node;
use bytes::Bytes;
use chat_proto::ErrorCode;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::{Request, StatusCode, Version, header};
use smol_str::SmolStr;
use std::error::Error;
use std::sync::Arc;

/// A request with its body, which comes as it is read.
pub type Ask = Request<AskBody>;

/// What comes in, for those who read it.
pub type AskBody = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// What answers need to know.
#[derive(Clone)]
pub struct Site {
    /// Asked whether it is ready; one that is going away takes no new WebSockets.
    pub node: Arc<Node>,
    /// Which paths are there.
    pub offers: Offers,
    /// Whose pages may connect.
    pub origins: Arc<Policy>,
    /// Who may speak for others.
    pub proxies: Arc<[Network]>,
}

/// Which paths are there, where a server listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offers {
    /// All of them.
    All,
    /// The metrics are on an address of their own.
    AllButMetrics,
    /// That address.
    MetricsAlone,
}

impl Offers {
    fn include(self, route: &Route) -> bool {
        let is_metrics = matches!(route, Route::Metrics);
        match self {
            Self::All => true,
            Self::AllButMetrics => !is_metrics,
            Self::MetricsAlone => is_metrics,
        }
    }
}

/// Answers one request.
pub async fn respond(site: &Site, ask: Ask) -> Answer {
    let answer = answer(site, ask).await;
    site.node.metrics.http_answer(answer.status().as_u16());
    answer
}

async fn answer(site: &Site, ask: Ask) -> Answer {
    if let Err(refusal) = check_host(&ask) {
        return *refusal;
    }
    let route = Route::of(ask.uri().path()).filter(|route| site.offers.include(route));
    let Some(route) = route else {
        let message = "no such page; the chat is at /, the WebSocket at /ws";
        return error(StatusCode::NOT_FOUND, ErrorCode::NotFound, message);
    };
    let allowed = route.methods();
    if !allowed.split(", ").any(|method| ask.method() == method) {
        return method_not_allowed(allowed);
    }
    match route {
        Route::WebSocket => handshake::accept(site, &ask).unwrap_or_else(|refusal| *refusal),
        Route::Alive => probe::alive(),
        Route::Ready => probe::ready(site).await,
        Route::Hook(token) => hooks::say(site, &token, ask).await,
        Route::Metrics => metrics::serve(site),
        Route::Schema => schema::serve(ask.headers()),
        Route::Upload => files::upload(site, ask).await,
        Route::File(id) => files::fetch(site, &id, ask.method(), ask.headers()).await,
        Route::Page(asset) => page::serve(asset, ask.headers()),
    }
}

/// Answers a request that comes over a connection for which there is no place:
/// nothing is done, but a WebSocket is accepted, to be closed with a reason.
pub fn turn_away(site: &Site, ask: &Ask) -> Answer {
    if let Err(refusal) = check_host(ask) {
        return *refusal;
    }
    match Route::of(ask.uri().path()) {
        Some(Route::WebSocket) => handshake::accept(site, ask).unwrap_or_else(|refusal| *refusal),
        _ => unavailable("too many connections, try again later"),
    }
}

/// Something that can be asked for.
enum Route {
    WebSocket,
    Alive,
    Ready,
    Page(&'static Asset),
    /// By its token.
    Hook(SmolStr),
    Metrics,
    Schema,
    Upload,
    /// By its id.
    File(SmolStr),
}

impl Route {
    fn of(path: &str) -> Option<Self> {
        match path {
            "/ws" => Some(Self::WebSocket),
            "/healthz" => Some(Self::Alive),
            "/readyz" => Some(Self::Ready),
            "/metrics" => Some(Self::Metrics),
            "/protocol.schema.json" => Some(Self::Schema),
            "/files" => Some(Self::Upload),
            _ => Self::below(path).or_else(|| page::find(path).map(Self::Page)),
        }
    }

    /// A path that goes on with what is meant.
    fn below(path: &str) -> Option<Self> {
        let mut steps = path.split('/').skip(1);
        match (steps.next()?, steps.next()?, steps.next(), steps.next()) {
            ("hooks", token, None, None) => Some(Self::Hook(token.into())),
            ("files", id, Some(_name), None) => Some(Self::File(id.into())),
            _ => None,
        }
    }

    /// The methods, as `Allow` lists them. hyper leaves out the body of an
    /// answer to HEAD by itself.
    fn methods(&self) -> &'static str {
        match self {
            Self::WebSocket
            | Self::Alive
            | Self::Ready
            | Self::Metrics
            | Self::Schema
            | Self::File(_)
            | Self::Page(_) => "GET, HEAD",
            Self::Hook(_) | Self::Upload => "POST",
        }
    }
}

/// HTTP/1.1 wants exactly one `Host`; two of them can mean a proxy that reads another one.
fn check_host(ask: &Ask) -> Result<(), Box<Answer>> {
    let hosts = ask.headers().get_all(header::HOST).iter().count();
    if hosts == 1 || (hosts == 0 && ask.version() < Version::HTTP_11) {
        return Ok(());
    }
    let message = format!("a request needs exactly one Host header, this one has {hosts}");
    Err(error(StatusCode::BAD_REQUEST, ErrorCode::Invalid, message).into())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::committer;
    use crate::config::{Config, Written};
    use crate::files::Depot;
    use crate::password::Passwords;
    use crate::store::sqlite::SqliteStore;
    use chat_proto::ErrorReply;
    use clap::Parser as _;
    use http_body_util::{BodyExt as _, Full};
    use hyper::header::HeaderValue;
    use tempfile::TempDir;

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
            ("GET", "/metrics", 200),
            ("POST", "/metrics", 405),
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
        let mut probe = request("GET", "/healthz", &[], Vec::new());
        *probe.version_mut() = Version::HTTP_10;
        assert_eq!(respond(&site, probe).await.status(), 200);
    }

    pub(in crate::edge) fn site() -> (Site, TempDir) {
        let data = TempDir::new().unwrap();
        let store = SqliteStore::open(data.path(), committer::now()).unwrap();
        let files = Depot::local(&data.path().join("files")).unwrap();
        let config = Config::check(Written::parse_from(["chat-server"])).unwrap();
        let site = Site {
            offers: Offers::All,
            node: Node::start(
                Arc::new(store),
                files,
                config.chat,
                Passwords::start().unwrap(),
            ),
            origins: Arc::default(),
            proxies: Arc::default(),
        };
        (site, data)
    }

    pub(in crate::edge) async fn ask(
        site: &Site,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        respond(site, request(method, target, headers, Vec::new())).await
    }

    pub(in crate::edge) fn request(
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Ask {
        let body = Full::new(body.into()).map_err(|never| match never {});
        let request = Request::builder().method(method).uri(target);
        headers
            .iter()
            .fold(request, |request, (name, value)| {
                request.header(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap())
            })
            .body(body.boxed_unsync())
            .unwrap()
    }

    pub(in crate::edge) fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
        let value = answer.headers().get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    pub(in crate::edge) async fn body(answer: Answer) -> String {
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
