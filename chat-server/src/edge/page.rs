//! The web page, inside the binary.

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

/// What the page may do: its own scripts and styles, and WebSockets; nothing
/// inline, nothing from elsewhere, in no frame.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
     style-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; \
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
        "/chat.js" JAVASCRIPT "chat.js"
        "/composer.js" JAVASCRIPT "composer.js"
        "/console.js" JAVASCRIPT "console.js"
        "/keep.js" JAVASCRIPT "keep.js"
        "/link.js" JAVASCRIPT "link.js"
        "/log.js" JAVASCRIPT "log.js"
        "/main.js" JAVASCRIPT "main.js"
        "/outbox.js" JAVASCRIPT "outbox.js"
        "/rooms.js" JAVASCRIPT "rooms.js"
        "/rules.js" JAVASCRIPT "rules.js"
        "/side.js" JAVASCRIPT "side.js"
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

fn etag(text: &str) -> String {
    let digest = Sha256::digest(text);
    // Half of the digest: enough that no two versions share it.
    let tag = data_encoding::BASE64URL_NOPAD.encode(&digest[..16]);
    format!("\"{tag}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

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
