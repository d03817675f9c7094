//! An example of every error.

use crate::codec::decode_request;
use crate::{ErrorCode, ErrorReply, Limits};

/// One example of each error.
pub fn errors() -> Vec<ErrorReply> {
    use ErrorCode as Code;
    let plain = [
        (Code::Unsupported, "this server does not offer \"pin\" yet"),
        (
            Code::Unauthenticated,
            "say hello first: {\"type\":\"hello\",\"name\":\"your-name\"}",
        ),
        (
            Code::AlreadyHere,
            "this connection is ada already; another one may say hello",
        ),
        (Code::BadCredentials, "the name or the password is wrong"),
        (Code::NotFound, "there is no message 42 in lobby"),
        (Code::NotMember, "you are not in dev; join it first"),
        (Code::Forbidden, "only moderators and owners of dev do that"),
        (Code::Banned, "you are banned from dev"),
        (Code::Muted, "you are muted in dev and can only read"),
        (Code::Conflict, "message 42 was deleted"),
        (Code::TooLarge, "the file is too large; the limit is 25 MiB"),
        (
            Code::Unavailable,
            "nothing can be stored now, and nothing was done; try again",
        ),
        (
            Code::Internal,
            "something broke on our side; the log knows it as 7f3a9c",
        ),
    ];
    let taken = "ada is taken; if it is you, come back with your token";
    let mut all = vec![
        refusal("hello"),
        refusal(r#"{"type":"sned"}"#),
        refusal(r#"{"type":"read","room":"lobby","seq":"42"}"#),
        ErrorReply::about(Code::NameTaken, "name", taken),
        ErrorReply {
            retry_after_ms: Some(250),
            ..ErrorReply::new(
                Code::RateLimited,
                "too many messages at once; wait a moment",
            )
        },
    ];
    all.extend(plain.map(|(code, message)| ErrorReply::new(code, message)));
    all
}

/// What the codec says to a frame that is wrong.
fn refusal(frame: &str) -> ErrorReply {
    match decode_request(frame, &Limits::DEFAULT) {
        Err(refused) => refused.error,
        Ok(_) => ErrorReply::new(ErrorCode::Internal, "the example is a right frame"),
    }
}

/// By which the page asks for the example of a code.
pub(super) fn code_name(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::BadJson => "error bad_json",
        ErrorCode::UnknownType => "error unknown_type",
        ErrorCode::Invalid => "error invalid",
        ErrorCode::Unsupported => "error unsupported",
        ErrorCode::Unauthenticated => "error unauthenticated",
        ErrorCode::AlreadyHere => "error already_here",
        ErrorCode::NameTaken => "error name_taken",
        ErrorCode::BadCredentials => "error bad_credentials",
        ErrorCode::NotFound => "error not_found",
        ErrorCode::NotMember => "error not_member",
        ErrorCode::Forbidden => "error forbidden",
        ErrorCode::Banned => "error banned",
        ErrorCode::Muted => "error muted",
        ErrorCode::RateLimited => "error rate_limited",
        ErrorCode::Conflict => "error conflict",
        ErrorCode::TooLarge => "error too_large",
        ErrorCode::Unavailable => "error unavailable",
        ErrorCode::Internal => "error internal",
        ErrorCode::Other => "error other",
    }
}
