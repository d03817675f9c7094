//! What a server says to those who type frames by hand, for those who have this
//! client: a frame that it shows them is named by what stands for it here.

use super::command::command;
use serde_json::{Deserializer, Value};

/// How a frame begins that a server shows in its words.
const FRAME: &str = r#"{"type":"#;

/// A server's words without frames.
pub fn in_words(message: &str) -> String {
    let mut said = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(at) = rest.find(FRAME) {
        let (before, from) = rest.split_at(at);
        let mut frames = Deserializer::from_str(from).into_iter::<Value>();
        let Some(Ok(frame)) = frames.next() else {
            break;
        };
        rest = &from[frames.byte_offset()..];
        match before.strip_suffix(": ") {
            // It only shows what was said already.
            Some(before) => said.push_str(before),
            None => said.push_str(&format!("{before}{}", name(&frame))),
        }
    }
    said.push_str(rest);
    said
}

fn name(frame: &Value) -> String {
    let kind = frame["type"].as_str().unwrap_or_default();
    match kind {
        "hello" if frame.get("password").is_some() => "your name and password".to_owned(),
        "hello" if frame.get("token").is_some() => "your token".to_owned(),
        "hello" => "your name".to_owned(),
        kind if command(kind).is_some() => format!("/{kind}"),
        kind => format!("`{kind}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_to_be_typed_is_named_by_what_stands_for_it_here() {
        for (said, words) in [
            (
                r#"make it your own first with {"type":"register","password":"..."}"#,
                "make it your own first with /register",
            ),
            (
                r#"{"type":"register","password":"..."} makes a guest an account"#,
                "/register makes a guest an account",
            ),
            (
                r#"choose another, or come back with your password: {"type":"hello","password":"..."}"#,
                "choose another, or come back with your password",
            ),
            (
                r#"say {"type":"hello","name":"ada","password":"..."}, or ask its operator"#,
                "say your name and password, or ask its operator",
            ),
            (
                r#"say {"type":"fetch"}; then wait"#,
                "say `fetch`; then wait",
            ),
        ] {
            assert_eq!(in_words(said), words);
        }
    }

    #[test]
    fn all_other_words_stay_as_they_are() {
        for said in [
            "",
            "no such room",
            r#"{"type":"#,
            r#"it is {"type":"x" and no end"#,
            "{}: é",
        ] {
            assert_eq!(in_words(said), said);
        }
    }
}
