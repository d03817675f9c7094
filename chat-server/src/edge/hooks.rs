//! `POST /hooks/TOKEN`: an incoming webhook, in the shape that many tools
//! already send. The token is a secret: no log and no answer repeats it.

use super::answer::{Answer, broke, error, plain, refusal};
use super::body;
use super::http::{Ask, Site};
use crate::rate::Caller;
use crate::store::{Change, HookSays, TokenHash};
use chat_proto::codec::invalid_field;
use chat_proto::{ErrorCode, ErrorReply, Nonce, Text};
use hyper::StatusCode;
use hyper::header::{self, HeaderMap};
use serde_json::Value;

/// Tools send a lot beside the text, which is ignored.
const BODY_BYTES_MAX: usize = 256 * 1024;
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Answered once the message is durable.
pub(super) async fn say(site: &Site, token: &str, ask: Ask) -> Answer {
    let token = TokenHash::of(&token.to_owned().into());
    let hook = match site.node.store.hook(token).await {
        Ok(Some(hook)) => hook,
        Ok(None) => {
            body::drain(ask.into_body());
            let message = "there is no such webhook; its address may be mistyped, or voided";
            return error(StatusCode::NOT_FOUND, ErrorCode::NotFound, message);
        }
        Err(error) => return broke(&error),
    };
    if let Err(limited) = site.node.may_call(Caller::Hook(hook)) {
        body::drain(ask.into_body());
        return refusal(&limited);
    }
    let (head, body) = ask.into_parts();
    let body = match body::whole(body, BODY_BYTES_MAX).await {
        Ok(body) => body,
        Err(answer) => return answer,
    };
    let said = nonce(&head.headers).and_then(|nonce| {
        let text = text(&head.headers, &body)?;
        let text = Text::parse(&text, site.node.settings.limits.text_chars)
            .map_err(|problem| invalid_field("text", &problem.to_string()))?;
        Ok(HookSays { token, text, nonce })
    });
    let said = match said {
        Ok(said) => said,
        Err(error) => return refusal(&error),
    };
    match site.node.commit(Change::HookSays(said)).await {
        // What Slack's own answer says; some tools look for it.
        Ok(Ok(_)) => {
            site.node.metrics.hook_messages.inc();
            plain("ok")
        }
        Ok(Err(error)) => refusal(&error),
        Err(error) => broke(&error),
    }
}

fn nonce(headers: &HeaderMap) -> Result<Option<Nonce>, ErrorReply> {
    let wrong = |problem: &str| {
        ErrorReply::about(
            ErrorCode::Invalid,
            IDEMPOTENCY_KEY,
            format!("the header Idempotency-Key {problem}"),
        )
    };
    let mut keys = headers.get_all(IDEMPOTENCY_KEY).iter();
    match (keys.next(), keys.next()) {
        (None, _) => Ok(None),
        (Some(_), Some(_)) => Err(wrong("stands there twice; send it once")),
        (Some(key), None) => key
            .to_str()
            .map_err(|_| wrong("may have printable ASCII characters only"))
            .and_then(|key| Nonce::parse(key).map_err(|problem| wrong(&problem.to_string())))
            .map(Some),
    }
}

/// The text of a body: JSON, or a form whose `payload` is JSON.
fn text(headers: &HeaderMap, body: &[u8]) -> Result<String, ErrorReply> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .map_or("", |kind| kind.to_str().unwrap_or("?"));
    let kind = kind.split(';').next().unwrap_or_default().trim();
    // Who forgets the header has `curl` call the JSON a form.
    let is_object = body.trim_ascii_start().starts_with(b"{");
    let is_form = kind.eq_ignore_ascii_case("application/x-www-form-urlencoded");
    if is_form && !is_object {
        let payload = form_urlencoded::parse(body)
            .find(|(field, _)| field == "payload")
            .ok_or_else(|| invalid_field("payload", &format!("is missing; {EXAMPLE}")))?;
        return text_of(payload.1.as_bytes());
    }
    let is_json = kind.is_empty() || kind.eq_ignore_ascii_case("application/json");
    if is_form || is_json {
        return text_of(body);
    }
    Err(ErrorReply::new(
        ErrorCode::Unsupported,
        format!("this content type is not read here; {EXAMPLE}"),
    ))
}

const EXAMPLE: &str = r#"send {"text":"build failed"} as application/json"#;

fn text_of(json: &[u8]) -> Result<String, ErrorReply> {
    let Ok(Value::Object(mut fields)) = serde_json::from_slice(json) else {
        return Err(ErrorReply::new(
            ErrorCode::BadJson,
            format!("the body is not one JSON object; {EXAMPLE}"),
        ));
    };
    match fields.remove("text") {
        Some(Value::String(text)) => Ok(text),
        None | Some(Value::Null) => Err(invalid_field("text", &format!("is missing; {EXAMPLE}"))),
        Some(_) => Err(invalid_field("text", "must be a string")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    const FORM: &str = "application/x-www-form-urlencoded";

    #[test]
    fn the_text_is_found_in_every_shape_that_tools_send() {
        for (kind, body, expected) in [
            ("application/json", r#"{"text":"hi"}"#, "hi"),
            (
                "application/json; charset=utf-8",
                " {\"text\":\"ü\\n\"}\n",
                "ü\n",
            ),
            (
                "",
                r#"{"text":"hi","username":"ci","attachments":[{}]}"#,
                "hi",
            ),
            (FORM, "payload=%7B%22text%22%3A%22a+b%22%7D", "a b"),
            (FORM, "x=1&payload={\"text\":\"hi\"}", "hi"),
            (
                FORM,
                r#"{"text":"as curl -d sends it"}"#,
                "as curl -d sends it",
            ),
        ] {
            assert_eq!(read(kind, body).as_deref(), Ok(expected), "{kind} {body}");
        }
    }

    #[test]
    fn a_body_of_another_shape_is_told_what_would_be_right() {
        for (kind, body, code) in [
            ("application/json", "", ErrorCode::BadJson),
            ("application/json", "build failed", ErrorCode::BadJson),
            ("application/json", "[]", ErrorCode::BadJson),
            (
                "application/json",
                "{\"text\":\"a\"} {}",
                ErrorCode::BadJson,
            ),
            (
                "application/json",
                "{\"text\":\"\\ud800\"}",
                ErrorCode::BadJson,
            ),
            ("application/json", "{}", ErrorCode::Invalid),
            ("application/json", "{\"text\":null}", ErrorCode::Invalid),
            ("application/json", "{\"text\":7}", ErrorCode::Invalid),
            (FORM, "text=hi", ErrorCode::Invalid),
            (FORM, "payload=hi", ErrorCode::BadJson),
            ("text/plain", "hi", ErrorCode::Unsupported),
            (
                "multipart/form-data; boundary=x",
                "--x--",
                ErrorCode::Unsupported,
            ),
        ] {
            let refusal = read(kind, body).unwrap_err();
            assert_eq!(refusal.code, code, "{kind} {body}");
            if code != ErrorCode::Invalid {
                assert!(refusal.message.contains(EXAMPLE), "{}", refusal.message);
            }
        }
    }

    #[test]
    fn the_key_is_a_nonce_and_stands_there_once() {
        let keys = |keys: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for key in keys {
                headers.append(
                    IDEMPOTENCY_KEY,
                    HeaderValue::from_bytes(key.as_bytes()).unwrap(),
                );
            }
            nonce(&headers)
        };
        assert_eq!(keys(&[]), Ok(None));
        assert_eq!(keys(&["b-1"]), Ok(Some(Nonce::parse("b-1").unwrap())));
        for wrong in [&["a", "a"][..], &[""], &[LONG], &["\u{fc}"]] {
            let refusal = keys(wrong).unwrap_err();
            assert_eq!(refusal.code, ErrorCode::Invalid, "{wrong:?}");
        }
    }

    const LONG: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn read(kind: &str, body: &str) -> Result<String, ErrorReply> {
        let mut headers = HeaderMap::new();
        if !kind.is_empty() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(kind).unwrap());
        }
        text(&headers, body.as_bytes())
    }
}
