//! `GET /files/ID/NAME`: a file, or a part of it, for those who may see it.
//! The name in the address is there for people alone.

use super::disposition::{self, Shown};
use super::range::{self, Wanted};
use crate::edge::answer::{Answer, broke, error, unavailable, whole, with};
use crate::edge::bearer;
use crate::edge::http::Site;
use crate::edge::page::is_known;
use crate::files::kind;
use crate::store::{FileId, FileRow};
use bytes::Bytes;
use chat_proto::ErrorCode;
use futures_util::StreamExt as _;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Method, Response, StatusCode};
use std::ops::Range;

/// No script, no form, no frame: a file is looked at and no more.
const POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

pub(in crate::edge) async fn fetch(
    site: &Site,
    id: &str,
    method: &Method,
    headers: &HeaderMap,
) -> Answer {
    let user = match bearer::user(site, headers).await {
        Ok(user) => user,
        Err(refusal) => return *refusal,
    };
    let Some(id) = FileId::parse(id) else {
        return no_file();
    };
    match site.node.store.file(user.id, id).await {
        Ok(Some(file)) => serve(site, &file, method, headers).await,
        Ok(None) => no_file(),
        Err(error) => broke(&error),
    }
}

async fn serve(site: &Site, file: &FileRow, method: &Method, headers: &HeaderMap) -> Answer {
    // What an id stands for never changes.
    let etag = format!("\"{}\"", file.id.as_str());
    if is_known(headers, &etag) {
        return described(whole(StatusCode::NOT_MODIFIED, Bytes::new()), file, &etag);
    }
    let wanted = match method {
        &Method::GET => range::wanted(headers, file.size, &etag),
        _ => Wanted::Whole,
    };
    let (status, range) = match wanted {
        Wanted::Whole => (StatusCode::OK, 0..file.size),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Wanted::Nothing => return unsatisfiable(file.size),
    };
    let mut answer = match body(site, file, method, range.clone()).await {
        Ok(answer) => answer,
        Err(answer) => return answer,
    };
    *answer.status_mut() = status;
    let length = HeaderValue::from(range.end - range.start);
    answer.headers_mut().insert(header::CONTENT_LENGTH, length);
    if status == StatusCode::PARTIAL_CONTENT {
        let part = format!("bytes {}-{}/{}", range.start, range.end - 1, file.size);
        set(&mut answer, header::CONTENT_RANGE, part);
    }
    described(answer, file, &etag)
}

async fn body(
    site: &Site,
    file: &FileRow,
    method: &Method,
    range: Range<u64>,
) -> Result<Answer, Answer> {
    if method == Method::HEAD {
        return Ok(whole(StatusCode::OK, Bytes::new()));
    }
    let pieces = site
        .node
        .files
        .read(&file.id, range)
        .await
        .map_err(|error| {
            tracing::error!(%error, "a file can't be read");
            unavailable("this file can't be read now; try again")
        })?;
    let frames = pieces.map(|bytes| bytes.map(Frame::data));
    Ok(Response::new(StreamBody::new(frames).boxed_unsync()))
}

/// What is said of a file whatever part of it is sent.
fn described(mut answer: Answer, file: &FileRow, etag: &str) -> Answer {
    let shown = if kind::is_inline(&file.mime) {
        Shown::Inline
    } else {
        Shown::Saved
    };
    let name = disposition::of(file.name.as_str(), shown);
    set(&mut answer, header::CONTENT_DISPOSITION, name);
    let mime = match file.mime.as_str() {
        "text/plain" => "text/plain; charset=utf-8".to_owned(),
        other => other.to_owned(),
    };
    set(&mut answer, header::CONTENT_TYPE, mime);
    set(&mut answer, header::ETAG, etag.to_owned());
    let answer = with(answer, header::ACCEPT_RANGES, "bytes");
    // May be kept by whoever fetched it, who asks each time: it can be gone.
    let answer = with(answer, header::CACHE_CONTROL, "private, no-cache");
    let answer = with(answer, header::CONTENT_SECURITY_POLICY, POLICY);
    let answer = with(answer, header::REFERRER_POLICY, "no-referrer");
    let answer = with(answer, header::VARY, "authorization");
    with(answer, header::X_CONTENT_TYPE_OPTIONS, "nosniff")
}

fn set(answer: &mut Answer, name: header::HeaderName, value: String) {
    // All of these are ASCII by what they are made of.
    if let Ok(value) = HeaderValue::try_from(value) {
        answer.headers_mut().insert(name, value);
    }
}

/// The same for one that is not there and for one that is not theirs.
fn no_file() -> Answer {
    let message = "there is no such file, or it is not yours to see; it is gone with its message";
    error(StatusCode::NOT_FOUND, ErrorCode::NotFound, message)
}

fn unsatisfiable(size: u64) -> Answer {
    let mut answer = error(
        StatusCode::RANGE_NOT_SATISFIABLE,
        ErrorCode::Invalid,
        format!("this file has {size} bytes; the range begins behind them"),
    );
    set(
        &mut answer,
        header::CONTENT_RANGE,
        format!("bytes */{size}"),
    );
    answer
}
