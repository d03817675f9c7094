//! Fields that are missing, doubled, of the wrong type or against a rule.

use super::*;

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

fn check_invalid(frame: &str, field: &str, words: &str) {
    check(frame, ErrorCode::Invalid, Some(field), words);
}
