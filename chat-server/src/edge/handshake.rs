//! The opening handshake of a WebSocket (RFC 6455, section 4): which requests
//! may become one. Pure but for the warning about a page that was refused.

use super::answer::{Answer, error, unavailable, whole, with};
use super::http::Site;
use super::origin::Policy;
use bytes::Bytes;
use chat_proto::{ErrorCode, SUBPROTOCOL};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, StatusCode, Version};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// The only version of WebSocket there is (RFC 6455).
const WEBSOCKET_VERSION: &str = "13";
/// Characters of a foreign header that go into the log.
const LOGGED_CHARS: usize = 200;

/// Checks an opening handshake; the answer is the 101 that accepts it.
pub(super) fn accept<B>(site: &Site, request: &Request<B>) -> Result<Answer, Box<Answer>> {
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
    Ok(switch(key, headers))
}

fn switch(key: &HeaderValue, headers: &HeaderMap) -> Answer {
    let mut answer = whole(StatusCode::SWITCHING_PROTOCOLS, Bytes::new());
    if let Ok(accept) = HeaderValue::try_from(derive_accept_key(key.as_bytes())) {
        answer
            .headers_mut()
            .insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    let answer = with(answer, header::CONNECTION, "Upgrade");
    let answer = with(answer, header::UPGRADE, "websocket");
    // A client that offers only what is unknown here gets none, and decides.
    if items(headers, &header::SEC_WEBSOCKET_PROTOCOL).any(|offered| offered == SUBPROTOCOL) {
        with(answer, header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL)
    } else {
        answer
    }
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

/// The value of a header that occurs once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

fn is_only(headers: &HeaderMap, name: &HeaderName, expected: &str) -> bool {
    only(headers, name).is_some_and(|value| value == expected)
}

/// Whether a header that is a list has this word, in any case.
fn lists(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    items(headers, name).any(|item| item.eq_ignore_ascii_case(word))
}

/// The items of a header that is a list, perhaps over several lines.
fn items<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

fn is_key(key: &HeaderValue) -> bool {
    data_encoding::BASE64
        .decode(key.as_bytes())
        .is_ok_and(|bytes| bytes.len() == 16)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::edge::http::tests::{ask, header, site, told};
    use crate::edge::origin::Origin;
    use std::sync::Arc;

    pub(in crate::edge) const UPGRADE: [(&str, &str); 5] = [
        ("host", "chat.example.com"),
        ("connection", "keep-alive, Upgrade"),
        ("upgrade", "WebSocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];

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
            (vec!["CHAT.V1"], None),
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
}
