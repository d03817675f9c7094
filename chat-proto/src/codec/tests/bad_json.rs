//! Where a frame ends to be JSON.

use super::*;
use std::time::{Duration, Instant};

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
            frame.chars().take(40).collect::<String>()
        );
    }
}

fn nested(levels: usize) -> String {
    let inner = levels - 1;
    format!(
        r#"{{"type":"ping","x":{}{}}}"#,
        "[".repeat(inner),
        "]".repeat(inner)
    )
}
