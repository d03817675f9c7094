//! Answers over HTTP as values: their bodies, the headers that each has, and
//! how a refusal looks.

use crate::fault;
use crate::store::StoreError;
use bytes::Bytes;
use chat_proto::{ErrorCode, ErrorReply};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;
use std::io;

/// A response; its body may be a stream.
pub(super) type Answer = Response<AnswerBody>;

/// What is sent back. One that fails on its way ends the connection, so that a
/// part is never taken for the whole.
pub(super) type AnswerBody = UnsyncBoxBody<Bytes, io::Error>;

/// An answer of bytes that are there already.
pub(super) fn whole(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    let body = Full::new(body.into()).map_err(|never| match never {});
    let mut answer = Response::new(body.boxed_unsync());
    *answer.status_mut() = status;
    answer
}

pub(super) fn plain(text: &'static str) -> Answer {
    let answer = whole(StatusCode::OK, Bytes::from_static(text.as_bytes()));
    let answer = with(answer, header::CONTENT_TYPE, "text/plain; charset=utf-8");
    with(answer, header::CACHE_CONTROL, "no-store")
}

/// A refusal with a status of the caller's own.
pub(super) fn error(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Answer {
    refusal_as(status, &ErrorReply::new(code, message))
}

pub(super) fn unavailable(message: &str) -> Answer {
    let refusal = error(
        StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Unavailable,
        message,
    );
    with(refusal, header::RETRY_AFTER, "1")
}

/// There are other methods to ask this with.
pub(super) fn method_not_allowed(allowed: &'static str) -> Answer {
    let refusal = error(
        StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::Unsupported,
        format!("here only {allowed} can be asked"),
    );
    with(refusal, header::ALLOW, allowed)
}

pub(super) fn with(mut answer: Answer, name: HeaderName, value: &'static str) -> Answer {
    answer
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
    answer
}

/// A refusal by the rules, with the status that fits its code.
pub(super) fn refusal(refusal: &ErrorReply) -> Answer {
    let mut answer = refusal_as(status_of(refusal.code), refusal);
    if let Some(ms) = refusal.retry_after_ms {
        // Whole seconds, and not one too early.
        let seconds = HeaderValue::from(ms.div_ceil(1000));
        answer.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    answer
}

/// The store could not do what was asked.
pub(super) fn broke(broken: &StoreError) -> Answer {
    match broken {
        StoreError::Unavailable(_) => unavailable(fault::STORAGE_AWAY),
        StoreError::TooLong | StoreError::Unknown(_) | StoreError::Corrupt(_) => {
            let reference = fault::reference();
            tracing::error!(%broken, reference, "a request over HTTP failed");
            error(
                StatusCode::INTERNAL_SERVER_ERROR,
                ErrorCode::Internal,
                format!(
                    "a fault of the server, which may have done what was asked; \
                     its log knows it as {reference}"
                ),
            )
        }
    }
}

fn status_of(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::BadJson | ErrorCode::UnknownType | ErrorCode::Invalid => StatusCode::BAD_REQUEST,
        ErrorCode::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ErrorCode::Unauthenticated | ErrorCode::BadCredentials => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden | ErrorCode::Banned | ErrorCode::Muted => StatusCode::FORBIDDEN,
        ErrorCode::NotFound | ErrorCode::NotMember => StatusCode::NOT_FOUND,
        ErrorCode::AlreadyHere | ErrorCode::NameTaken | ErrorCode::Conflict => StatusCode::CONFLICT,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Internal | ErrorCode::Other => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn refusal_as(status: StatusCode, refusal: &ErrorReply) -> Answer {
    let answer = json(status, refusal);
    with(answer, header::X_CONTENT_TYPE_OPTIONS, "nosniff")
}

/// An answer in JSON that nobody keeps.
pub(super) fn json<T: Serialize>(status: StatusCode, value: &T) -> Answer {
    let body = serde_json::to_vec(value).unwrap_or_default();
    let answer = whole(status, body);
    let answer = with(answer, header::CONTENT_TYPE, "application/json");
    with(answer, header::CACHE_CONTROL, "no-store")
}
