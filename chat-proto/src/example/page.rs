//! The protocol's page shows the examples as they are.
//!
//! Each block of JSON on the page stands below a comment that names what it
//! shows, one frame a line: `<!-- client: send | send with a nonce -->` for
//! requests, `<!-- server: sent -->` for the rest. With `REWRITE_PAGE=1` in the
//! environment this test fills the blocks instead of comparing them.

use super::{frames, requests, variants};
use std::collections::BTreeMap;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/protocol.md");
const FENCE: &str = "```";

#[test]
fn the_protocols_page_shows_every_frame_as_it_is() {
    let examples = examples();
    let page = std::fs::read_to_string(PAGE).expect("the page is there");
    let (filled, shown) = fill(&page, &examples);
    for name in examples.keys() {
        assert!(shown.contains(name), "the page shows no <!-- {name} -->");
    }
    if std::env::var_os("REWRITE_PAGE").is_some() {
        std::fs::write(PAGE, &filled).expect("the page can be written");
    }
    assert!(
        page == filled || std::env::var_os("REWRITE_PAGE").is_some(),
        "docs/protocol.md shows other frames than the types make; REWRITE_PAGE=1 mends it"
    );
}

/// Every example by the name that asks for it.
fn examples() -> BTreeMap<String, String> {
    let plain = requests()
        .into_iter()
        .map(|request| (request.kind(), request));
    let client = plain
        .chain(variants())
        .map(|(name, request)| (format!("client: {name}"), request.encode(None)));
    let server = frames().into_iter().map(|(name, told)| {
        (
            format!("server: {name}"),
            told.frame.encode(told.id.as_ref()),
        )
    });
    client.chain(server).collect()
}

/// The page with its blocks of JSON filled, and the names of what they show.
fn fill(page: &str, examples: &BTreeMap<String, String>) -> (String, Vec<String>) {
    let (mut filled, mut shown) = (String::new(), Vec::new());
    let mut asked: Vec<String> = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        filled += line;
        filled.push('\n');
        if let Some(comment) = line
            .strip_prefix("<!-- ")
            .and_then(|l| l.strip_suffix(" -->"))
        {
            let (side, names) = comment.split_once(": ").expect("a side and names");
            asked = names
                .split(" | ")
                .map(|name| format!("{side}: {name}"))
                .collect();
        } else if line == format!("{FENCE}json") {
            assert!(
                !asked.is_empty(),
                "a block of JSON without a comment above it"
            );
            for name in std::mem::take(&mut asked) {
                let json = examples
                    .get(&name)
                    .unwrap_or_else(|| panic!("no example is called {name:?}"));
                filled += json;
                filled.push('\n');
                shown.push(name);
            }
            let end = lines.find(|line| *line == FENCE).expect("the block ends");
            filled += end;
            filled.push('\n');
        }
    }
    (filled, shown)
}
