//! `GET /protocol.schema.json`: the JSON Schema of all frames, made from the types.

use super::answer::{Answer, whole, with};
use super::page::is_known;
use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{self, HeaderMap, HeaderValue};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// The text, and a tag that changes with it.
static SCHEMA: LazyLock<(Bytes, String)> = LazyLock::new(|| {
    let text = format!("{:#}\n", chat_proto::schema::schema());
    let digest = Sha256::digest(&text);
    let tag = data_encoding::BASE64URL_NOPAD.encode(&digest[..16]);
    (text.into(), format!("\"{tag}\""))
});

pub(super) fn serve(headers: &HeaderMap) -> Answer {
    let (text, etag) = &*SCHEMA;
    let mut answer = if is_known(headers, etag) {
        whole(StatusCode::NOT_MODIFIED, Bytes::new())
    } else {
        let whole = whole(StatusCode::OK, text.clone());
        with(whole, header::CONTENT_TYPE, "application/schema+json")
    };
    if let Ok(etag) = HeaderValue::try_from(etag) {
        answer.headers_mut().insert(header::ETAG, etag);
    }
    let answer = with(answer, header::CACHE_CONTROL, "no-cache");
    with(answer, header::X_CONTENT_TYPE_OPTIONS, "nosniff")
}
