//! What a client is told about frames that can't be taken.

use super::*;
use crate::{Text, request::Send};
use std::time::{Duration, Instant};

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

fn check_invalid(frame: &str, field: &str, words: &str) {
    check(frame, ErrorCode::Invalid, Some(field), words);
}

fn nested(levels: usize) -> String {
    let inner = levels - 1;
    format!(
        r#"{{"type":"ping","x":{}{}}}"#,
        "[".repeat(inner),
        "]".repeat(inner)
    )
}

#[test]
fn what_is_not_one_json_object_is_bad_json_with_an_example() {
    for (frame, words) in [
        ("", "the frame is empty"),
        (" \n", "the frame is empty"),
        ("hello", "this is no JSON at byte 1"),
        ("{\"type\":\"ping\"", "the JSON ends too early"),
        ("{\"type\":\"ping\",}", "this is no JSON at byte 16"),
        ("{\n\"type\" \"ping\"}", "this is no JSON at line 2, byte 8"),
        ("{'type':'ping'}", "this is no JSON at byte 2"),
        (
            "{\"type\":\"ping\"} x",
            "something follows the object at byte 17",
        ),
        ("{\"type\":\"ping\"}{}", "something follows the object"),
        ("[{\"type\":\"ping\"}]", "this is an array, no object"),
        ("\"ping\"", "this is a string, no object"),
        ("null", "this is null, no object"),
        ("7", "this is a number, no object"),
        ("true", "this is true or false, no object"),
        ("{\"a\":01}", "no JSON"),
        ("{\"a\":\"\n\"}", "no JSON"),
        ("{\"a\":\"\\x\"}", "no JSON"),
        ("{\"a\":[1,]}", "no JSON"),
        ("{\"a\":NaN}", "no JSON"),
        ("{1:2}", "no JSON"),
        ("\u{feff}{}", "no JSON"),
    ] {
        check(frame, ErrorCode::BadJson, None, words);
        check(
            frame,
            ErrorCode::BadJson,
            None,
            r#"{"type":"send","room":"lobby","text":"hi"}"#,
        );
    }
}

#[test]
fn a_lone_surrogate_is_bad_json_wherever_it_stands() {
    for place in [
        r#"{"type":"ping","x":"?"}"#,
        r#"{"type":"send","room":"lobby","text":"?"}"#,
        r#"{"type":"ping","?":1}"#,
        r#"{"type":"ping","x":[{"y":"?"}]}"#,
        r#"{"type":"ping","x":[{"?":0}]}"#,
        r#"{"type":"?"}"#,
    ] {
        for lone in [
            r"\ud800",
            r"\udfff",
            r"\ud83d\ud83d",
            r"\ud83dx",
            r"\udc4d\ud83d",
            r"\uD83D\n",
            r"\\\ud800",
        ] {
            check(
                &place.replace('?', lone),
                ErrorCode::BadJson,
                None,
                "a lone surrogate",
            );
        }
        for fine in [
            r"\ud83d\udc4d",
            r"\\ud800",
            r"\u0041",
            r"\uD83D\uDC4D\ud83d\udc4d",
        ] {
            let code = decode(&place.replace('?', fine)).map_err(|refused| refused.error.code);
            assert_ne!(code, Err(ErrorCode::BadJson), "{place} {fine}");
        }
    }
}

#[test]
fn a_frame_may_be_128_levels_deep() {
    assert!(decode(&nested(128)).is_ok());
    check(&nested(129), ErrorCode::BadJson, None, "deeper than 128");
    check(&nested(30_000), ErrorCode::BadJson, None, "deeper than 128");
    let brackets = format!(r#"{{"type":"ping","x":"{}"}}"#, "[\\\"{".repeat(1_000));
    assert!(
        decode(&brackets).is_ok(),
        "brackets in a string are no levels"
    );
}

#[test]
fn unknown_fields_are_ignored_whatever_they_hold() {
    for value in [
        "null",
        "1e999",
        "[{}]",
        "\"x\"",
        "-0.0",
        "123456789012345678901234567890",
    ] {
        let frame = format!(r#"{{"type":"ping","x":{value},"x":{value}}}"#);
        assert!(decode(&frame).is_ok(), "{value}");
    }
}

#[test]
fn an_id_is_a_safe_integer_or_a_short_text_and_null_is_none() {
    let long = format!("\"{}\"", "é".repeat(64));
    for (id, read) in [
        ("0", Some(RequestId::Number(0))),
        ("9007199254740991", Some(RequestId::Number((1 << 53) - 1))),
        ("\"\"", Some(RequestId::Text("".into()))),
        (&long, Some(RequestId::Text("é".repeat(64).into()))),
        ("\"a\\n\\u0041\"", Some(RequestId::Text("a\nA".into()))),
        ("null", None),
    ] {
        let frame = format!(r#"{{"id":{id},"type":"ping"}}"#);
        assert_eq!(decode(&frame).map(|asked| asked.id), Ok(read), "{id}");
    }
    let too_long = format!("\"{}\"", "é".repeat(65));
    for id in [
        "-1",
        "1.0",
        "1e3",
        "0.5",
        "9007199254740992",
        "true",
        "[]",
        "{}",
        &too_long,
    ] {
        let frame = format!(r#"{{"type":"nonsense","id":{id}}}"#);
        check_invalid(
            &frame,
            "id",
            "id must be an integer from 0 to 2^53 - 1 or a string",
        );
        assert_eq!(refused(&frame).0, None);
    }
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
fn a_field_that_is_missing_doubled_or_of_the_wrong_type_is_named() {
    for (frame, field, words) in [
        ("{}", "type", "type is missing"),
        (r#"{"type":null}"#, "type", "type is missing"),
        (
            r#"{"type":5}"#,
            "type",
            "type must be a string, not a number",
        ),
        (
            r#"{"type":"ping","type":"ping"}"#,
            "type",
            "stands there twice",
        ),
        (
            r#"{"type":"ping","\u0074ype":"ping"}"#,
            "type",
            "stands there twice",
        ),
        (
            r#"{"type":"ping","id":1,"id":1}"#,
            "id",
            "stands there twice",
        ),
        (r#"{"type":"send","text":"hi"}"#, "room", "room is missing"),
        (
            r#"{"type":"send","room":"lobby"}"#,
            "text",
            "text is missing",
        ),
        (
            r#"{"type":"send","room":"lobby","text":null}"#,
            "text",
            "text is missing",
        ),
        (
            r#"{"type":"send","room":"lobby","text":["hi"]}"#,
            "text",
            "a string, not an array",
        ),
        (
            r#"{"type":"send","room":7,"text":"hi"}"#,
            "room",
            "room must be a string",
        ),
        (
            r#"{"type":"send","room":"a","room":"b","text":"hi"}"#,
            "room",
            "twice",
        ),
        (
            r#"{"type":"send","room":"a","text":"hi","reply_to":"1"}"#,
            "reply_to",
            "integer",
        ),
        (
            r#"{"type":"send","room":"a","text":"hi","reply_to":-1}"#,
            "reply_to",
            "not -1",
        ),
        (
            r#"{"type":"send","room":"a","text":"hi","files":"x"}"#,
            "files",
            "array of strings",
        ),
        (r#"{"type":"hello"}"#, "name", "your-name"),
        (
            r#"{"type":"hello","name":"ada","gaps":"no"}"#,
            "gaps",
            "true or false, not \"no\"",
        ),
        (
            r#"{"type":"hello","name":"ada","resume":[1]}"#,
            "resume",
            r#"like {"lobby":41}"#,
        ),
        (
            r#"{"type":"hello","name":"ada","resume":{"a":-1}}"#,
            "resume",
            "for \"a\"",
        ),
        (
            r#"{"type":"hello","name":"ada","resume":{"a":1,"a":2}}"#,
            "resume",
            "two seqs",
        ),
        (
            r#"{"type":"role","room":"a","user":"b","role":"king"}"#,
            "role",
            "\"owner\"",
        ),
        (
            r#"{"type":"create","room":"a","kind":"direct"}"#,
            "kind",
            "public",
        ),
        (
            r#"{"type":"history","room":"a","limit":0}"#,
            "limit",
            "from 1 on, not 0",
        ),
        (
            r#"{"type":"history","room":"a","at":"noon"}"#,
            "at",
            "2026-11-22T05:00:00.123Z",
        ),
        (
            r#"{"type":"history","room":"a","before":1,"after":2}"#,
            "after",
            "beside before",
        ),
        (r#"{"type":"search","query":" \t"}"#, "query", "is empty"),
    ] {
        check_invalid(frame, field, words);
    }
}

#[test]
fn a_field_against_a_rule_is_named_with_what_would_be_right() {
    let long = |field: &str, chars: usize| format!(r#""{field}":"{}""#, "a".repeat(chars));
    for (frame, field, words) in [
        (
            format!(r#"{{"type":"send","room":"lobby",{}}}"#, long("text", 4120)),
            "text",
            "text is 4120 characters long; the limit is 4000",
        ),
        (
            format!(r#"{{"type":"hello",{}}}"#, long("name", 33)),
            "name",
            "name is 33 characters long; the limit is 32",
        ),
        (
            format!(r#"{{"type":"join",{}}}"#, long("room", 65)),
            "room",
            "room is 65 characters long; the limit is 64",
        ),
        (
            r#"{"type":"join","room":"Dev"}"#.to_owned(),
            "room",
            "room has to be in lower case: dev",
        ),
        (
            format!(r#"{{"type":"topic","room":"dev",{}}}"#, long("topic", 251)),
            "topic",
            "topic is 251 characters long; the limit is 250",
        ),
        (
            r#"{"type":"kick","room":"dev","user":"eve","reason":"a\nb"}"#.to_owned(),
            "reason",
            "reason may not have the character U+000A",
        ),
        (
            format!(r#"{{"type":"hello","name":"ada",{}}}"#, long("client", 65)),
            "client",
            "client is 65 characters long; the limit is 64",
        ),
        (
            r#"{"type":"react","room":"dev","target":1,"emoji":"ok"}"#.to_owned(),
            "emoji",
            "emoji is no emoji; write one like 👍 or :thumbsup:",
        ),
        (
            format!(
                r#"{{"type":"send","room":"dev","text":"hi",{}}}"#,
                long("nonce", 65)
            ),
            "nonce",
            "nonce is 65 characters long; the limit is 64",
        ),
    ] {
        check_invalid(&frame, field, words);
    }
}

#[test]
fn a_page_wished_too_large_is_no_error() {
    for limit in ["1", "201", "4294967296", "9007199254740991"] {
        assert!(
            decode(&format!(
                r#"{{"type":"history","room":"a","limit":{limit}}}"#
            ))
            .is_ok()
        );
    }
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
fn the_largest_frames_are_read_in_linear_time() {
    let doubled = format!(r#"{{"type":"send"{}}}"#, ",\"a\":1".repeat(10_000));
    let text_doubled = format!(r#"{{"type":"send"{}}}"#, ",\"text\":\"\"".repeat(6_000));
    let long_type = format!(r#"{{"type":"{}"}}"#, "é".repeat(30_000));
    let escaped = format!(r#"{{"type":"{}"}}"#, r"\u00e9".repeat(10_000));
    let surrogates = format!(
        r#"{{"type":"ping","x":"{}"}}"#,
        r"\ud83d\udc4d".repeat(5_000)
    );
    let open = "[".repeat(65_000);
    let objects = r#"{"a":"#.repeat(13_000);
    let name = format!(
        r#"{{"type":"hello","name":"{}"}}"#,
        "e\u{301}".repeat(20_000)
    );
    let joined = format!(
        r#"{{"type":"react","room":"a","target":1,"emoji":"{}"}}"#,
        "👩\u{200D}".repeat(9_000)
    );
    let resume: String = (0..5_000).map(|n| format!("\"r{n}\":1,")).collect();
    let resume = format!(r#"{{"type":"hello","name":"a","resume":{{{resume}"x":1}}}}"#);
    for frame in [
        doubled,
        text_doubled,
        long_type,
        escaped,
        surrogates,
        open,
        objects,
        name,
        joined,
        resume,
    ] {
        let start = Instant::now();
        let _ = decode(&frame);
        // Unoptimised and beside other tests it takes some milliseconds; were it
        // quadratic, seconds.
        assert!(
            start.elapsed() < Duration::from_millis(500),
            "{}",
            &frame[..40]
        );
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
