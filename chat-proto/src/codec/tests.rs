//! What a client is told about frames that can't be taken.

mod bad_json;
mod invalid;

use super::*;
use crate::{Text, request::Send};

fn decode(text: &str) -> Result<Asked, Refused> {
    decode_request(text, &Limits::DEFAULT)
}

/// The refusal of a frame: its id, code, field and message.
fn refused(text: &str) -> (Option<RequestId>, ErrorCode, Option<String>, String) {
    let Refused { id, error } = decode(text).expect_err(text);
    (id, error.code, error.field.map(Into::into), error.message)
}

fn check(frame: &str, code: ErrorCode, field: Option<&str>, words: &str) {
    let (_, got, about, message) = refused(frame);
    assert_eq!((got, about.as_deref()), (code, field), "{frame}: {message}");
    assert!(message.contains(words), "{frame}: {message}");
    assert!(message.chars().count() < 400, "{message}");
    assert!(!message.contains(char::is_control), "{message:?}");
}

#[test]
fn a_refusal_bears_the_id_where_it_can_be_read() {
    for frame in [
        r#"{"type":"sned","id":7}"#,
        r#"{"id":7}"#,
        r#"{"type":"send","id":7}"#,
    ] {
        assert_eq!(refused(frame).0, Some(RequestId::Number(7)), "{frame}");
    }
}

#[test]
fn an_unknown_type_is_told_the_nearest_one() {
    check(
        r#"{"type":"sned"}"#,
        ErrorCode::UnknownType,
        Some("type"),
        r#"no request is called "sned"; did you mean "send"?"#,
    );
    let hostile = format!(r#"{{"type":"\u001b[2J{}"}}"#, "\u{202e}".repeat(20_000));
    check(&hostile, ErrorCode::UnknownType, Some("type"), "help");
    assert!(!refused(&hostile).3.contains('\u{202e}'));
}

#[test]
fn no_refusal_repeats_a_secret() {
    for frame in [
        r#"{"type":"hello","name":"ada","password":12345678}"#,
        r#"{"type":"hello","name":"ada","password":{"12345678":1}}"#,
        r#"{"type":"hello","name":"ada","password":"1234567"}"#,
        r#"{"type":"hello","token":12345678}"#,
        r#"{"type":"hello","token":["12345678"]}"#,
        r#"{"type":"register","password":12345678}"#,
        r#"{"type":"password","old":12345678,"new":"sesame-open"}"#,
        r#"{"type":"password","old":"open-sesame","new":[12345678]}"#,
        r#"{"type":"hello","name":"ada","password":"12345678}"#,
    ] {
        let message = refused(frame).3;
        assert!(!message.contains("123456"), "{message}");
    }
}

#[test]
fn a_request_is_what_was_asked() {
    let frame =
        r#" {"id":"x","text":"hi \u0026 bye\r\n","room":"@Bob","type":"send","nonce":"n","y":{}} "#;
    let asked = decode(frame).unwrap();
    assert_eq!(asked.id, Some(RequestId::Text("x".into())));
    let send = Send {
        room: crate::RoomRef::parse("@Bob", 32, 64).unwrap(),
        text: Some(Text::parse("hi & bye", 4000).unwrap()),
        nonce: Some(crate::Nonce::parse("n").unwrap()),
        reply_to: None,
        files: None,
    };
    assert_eq!(asked.request, Request::Send(send));
}
