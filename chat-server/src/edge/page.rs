//! The web page, inside the binary.

use super::answer::{Answer, whole, with};
use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{self, HeaderMap, HeaderValue};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// One file of the page.
#[derive(Debug)]
pub struct Asset {
    /// Where it is served.
    pub path: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// What it holds.
    pub text: &'static str,
    /// Changes whenever the text does.
    pub etag: String,
}

/// What the page may do: its own scripts and styles, WebSockets, and pictures that
/// it fetched itself; nothing
/// inline, nothing from elsewhere, in no frame.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
     style-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: blob:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

macro_rules! assets {
    ($($path:literal $media_type:ident $file:literal)*) => {
        [$(($path, $media_type, include_str!(concat!("../page/", $file)))),*]
    };
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    assets! {
        "/" HTML "index.html"
        "/page.css" CSS "page.css"
        "/acts.js" JAVASCRIPT "acts.js"
        "/chat.js" JAVASCRIPT "chat.js"
        "/composer.js" JAVASCRIPT "composer.js"
        "/console.js" JAVASCRIPT "console.js"
        "/files.js" JAVASCRIPT "files.js"
        "/keep.js" JAVASCRIPT "keep.js"
        "/link.js" JAVASCRIPT "link.js"
        "/log.js" JAVASCRIPT "log.js"
        "/main.js" JAVASCRIPT "main.js"
        "/outbox.js" JAVASCRIPT "outbox.js"
        "/rooms.js" JAVASCRIPT "rooms.js"
        "/rules.js" JAVASCRIPT "rules.js"
        "/side.js" JAVASCRIPT "side.js"
        "/signs.js" JAVASCRIPT "signs.js"
        "/timeline.js" JAVASCRIPT "timeline.js"
    }
    .into_iter()
    .map(|(path, media_type, text)| Asset {
        path,
        media_type,
        text,
        etag: etag(text),
    })
    .collect()
});

/// The file that is served at `path`.
pub fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

/// Serves a file, or says that it is unchanged.
pub(super) fn serve(asset: &'static Asset, headers: &HeaderMap) -> Answer {
    let mut answer = if is_known(headers, &asset.etag) {
        whole(StatusCode::NOT_MODIFIED, Bytes::new())
    } else {
        let whole = whole(StatusCode::OK, Bytes::from_static(asset.text.as_bytes()));
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
        CONTENT_SECURITY_POLICY,
    );
    let answer = with(answer, header::REFERRER_POLICY, "no-referrer");
    with(answer, header::X_CONTENT_TYPE_OPTIONS, "nosniff")
}

/// Whether the client says that it has this version (RFC 9110, section 13.1.2).
pub(super) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tag == etag)
}

fn etag(text: &str) -> String {
    let digest = Sha256::digest(text);
    // Half of the digest: enough that no two versions share it.
    let tag = data_encoding::BASE64URL_NOPAD.encode(&digest[..16]);
    format!("\"{tag}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::http::tests::{ask, body, header, site};
    use std::collections::BTreeSet;

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

    #[test]
    fn every_file_of_the_page_is_served() {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/src/page");
        let files: BTreeSet<String> = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| {
                [".html", ".css", ".js"]
                    .iter()
                    .any(|end| name.ends_with(end))
            })
            .map(|name| match name.as_str() {
                "index.html" => "/".to_owned(),
                other => format!("/{other}"),
            })
            .collect();
        let served: BTreeSet<String> = ASSETS.iter().map(|asset| asset.path.to_owned()).collect();
        assert_eq!(files, served);
    }

    #[test]
    fn a_tag_follows_the_text() {
        assert_eq!(etag("a"), etag("a"));
        assert_ne!(etag("a"), etag("b"));
    }

    #[test]
    fn the_page_keeps_its_own_policy() {
        for asset in ASSETS.iter().filter(|asset| asset.media_type == HTML) {
            for inline in ["<style", "style=", " onclick=", "javascript:"] {
                assert!(!asset.text.contains(inline), "{inline} in {}", asset.path);
            }
            for script in asset.text.split("<script").skip(1) {
                assert!(script.contains("src=\"/"), "a script without a source");
            }
        }
    }
}
