//! The schema against what is written: every example fits, strictly, and what
//! is broken does not.

use super::*;
use crate::event::EventBody;
use crate::example;
use jsonschema::Validator;
use std::collections::BTreeSet;

fn validator(side: &str, schema: &Value) -> Validator {
    let mut one = schema.clone();
    one["anyOf"] = json!([{ "$ref": format!("#/$defs/{side}") }]);
    jsonschema::validator_for(&one).unwrap()
}

/// Allows no field that is not named: what is written has to be in the schema.
fn strict(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if fields.contains_key("properties") {
                fields.insert("additionalProperties".to_owned(), false.into());
            }
            fields.values_mut().for_each(strict);
        }
        Value::Array(items) => items.iter_mut().for_each(strict),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn client_frames() -> Vec<Value> {
    let requests = example::requests().into_iter();
    requests
        .chain(example::variants().into_iter().map(|(_, request)| request))
        .map(|request| serde_json::from_str(&request.encode(None)).unwrap())
        .collect()
}

fn server_frames() -> Vec<Value> {
    example::frames()
        .into_iter()
        .map(|(_, received)| received.frame.encode(received.id.as_ref()))
        .chain(
            example::errors()
                .into_iter()
                .map(|error| Frame::Error(error).encode(None)),
        )
        .map(|text| serde_json::from_str(&text).unwrap())
        .collect()
}

#[test]
fn every_example_fits_its_side_and_holds_no_field_that_is_not_named() {
    let mut schema = schema();
    strict(&mut schema);
    let (client, server) = (validator("client", &schema), validator("server", &schema));
    for frame in client_frames() {
        assert!(client.is_valid(&frame), "{frame}");
    }
    for frame in server_frames() {
        assert!(server.is_valid(&frame), "{frame}");
    }
}

#[test]
fn every_type_of_frame_has_a_definition() {
    let schema = schema();
    let defs = schema["$defs"].as_object().unwrap();
    let names = Request::KINDS
        .iter()
        .map(|kind| format!("client_{kind}"))
        .chain(Frame::KINDS.iter().map(|kind| format!("server_{kind}")))
        .chain(EventBody::KINDS.iter().map(|kind| format!("server_{kind}")))
        .chain(["client".to_owned(), "server".to_owned()]);
    let names: BTreeSet<String> = names.collect();
    let defined: BTreeSet<String> = defs.keys().cloned().collect();
    assert_eq!(defined, names);
}

/// What is said of events by hand names no field that no event has.
#[test]
fn every_field_of_an_event_stands_in_an_example() {
    let schema = schema();
    let frames = server_frames();
    let written = |kind: &str| -> BTreeSet<String> {
        frames
            .iter()
            .flat_map(|frame| {
                let pages = frame["events"].as_array().into_iter().flatten();
                let hits = frame["hits"].as_array().into_iter().flatten();
                std::iter::once(frame).chain(pages).chain(hits)
            })
            .filter(|frame| frame["type"] == kind)
            .flat_map(|frame| frame.as_object().unwrap().keys().cloned())
            .collect()
    };
    for kind in EventBody::KINDS {
        let named = &schema["$defs"][format!("server_{kind}")]["properties"];
        let named: BTreeSet<String> = named.as_object().unwrap().keys().cloned().collect();
        let missing: Vec<_> = named.difference(&written(kind)).cloned().collect();
        // Any event may be a guest's or a webhook's; not each has an example.
        let missing: Vec<_> = missing
            .iter()
            .filter(|name| !["guest", "hook"].contains(&name.as_str()))
            .collect();
        assert_eq!(missing, [""; 0], "{kind}");
    }
}

#[test]
fn a_broken_frame_does_not_fit() {
    let schema = schema();
    let (client, server) = (validator("client", &schema), validator("server", &schema));
    let any = jsonschema::validator_for(&schema).unwrap();
    let message = json!({ "type": "message", "room": "lobby", "seq": 1, "author": "ada",
        "at": "2026-11-22T05:00:00.123Z", "text": "hi" });
    assert!(server.is_valid(&message) && any.is_valid(&message));
    let unknown = json!({ "type": "ping", "new": true });
    assert!(client.is_valid(&unknown), "unknown fields are ignored");
    let null = json!({ "type": "ping", "id": null });
    assert!(client.is_valid(&null), "null is absent");
    for broken in [
        json!({}),
        json!([]),
        json!({ "type": "sned" }),
        json!({ "type": "send", "text": "hi" }),
        json!({ "type": "send", "room": 7, "text": "hi" }),
        json!({ "type": "read", "room": "lobby", "seq": -1 }),
        json!({ "type": "read", "room": "lobby", "seq": 1.5 }),
        json!({ "type": "read", "room": "lobby", "seq": 9_007_199_254_740_992_u64 }),
        json!({ "type": "ping", "id": 1.5 }),
        json!({ "type": "ping", "id": "x".repeat(65) }),
        json!({ "type": "create", "room": "x", "kind": "secret" }),
        json!({ "type": "history", "room": "x", "limit": 0 }),
    ] {
        assert!(!client.is_valid(&broken), "{broken}");
    }
    for (field, value) in [
        ("seq", json!("1")),
        ("seq", json!(null)),
        ("author", json!(7)),
        ("text", json!(null)),
        ("files", json!([{ "id": "x" }])),
        ("guest", json!("yes")),
        ("id", json!({})),
        ("type", json!("msg")),
    ] {
        let mut broken = message.clone();
        broken[field] = value;
        let fits = server.is_valid(&broken);
        assert_eq!(
            fits,
            field == "id",
            "an event has no id to be wrong: {broken}"
        );
    }
    for field in ["room", "seq", "at", "author", "text"] {
        let mut broken = message.clone();
        broken.as_object_mut().unwrap().remove(field);
        assert!(!server.is_valid(&broken), "{broken}");
    }
    let error = json!({ "type": "error", "code": "no_such_code", "message": "" });
    assert!(!server.is_valid(&error));
}
