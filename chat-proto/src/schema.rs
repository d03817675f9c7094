//! The JSON Schema of every frame, made from the types themselves (feature
//! `schema`). `$defs/client` is what a client sends, `$defs/server` what a
//! server sends; each names one definition a `type`.
//!
//! It says what the types say: names and kinds of fields, and which must be
//! there. What a name or a text may hold, and rules that bind several fields,
//! it leaves to the server's answer. Fields that it does not know are allowed
//! everywhere, as receivers ignore them.

use crate::codec::Frame;
use crate::event::shape;
use crate::{ErrorCode, PROTOCOL, Request};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// Frames that never answer a request, and so never bear an `id`. Of the
/// others some are news as well.
const NEWS: [&str; 6] = ["server", "gap", "invited", "read", "typing", "presence"];

/// The whole of it.
pub fn schema() -> Value {
    let mut defs = Map::new();
    let settings = inline(SchemaSettings::draft2020_12().for_deserialize());
    let requests = Request::schemas(&mut settings.into_generator());
    let requests = requests
        .into_iter()
        .map(|(kind, body)| (kind, framed(kind, body, true)));
    gather("client", requests, &mut defs);
    let settings = inline(SchemaSettings::draft2020_12().for_serialize());
    let mut generator = settings.into_generator();
    let frames = Frame::schemas(&mut generator);
    let events = shape::events(&mut generator);
    let frames = frames
        .into_iter()
        .map(|(kind, body)| (kind, framed(kind, body, !NEWS.contains(&kind))))
        .chain(events)
        .map(|(kind, frame)| (kind, without_null(frame)));
    gather("server", frames, &mut defs);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("The chat protocol, version {PROTOCOL}"),
        "anyOf": [{ "$ref": "#/$defs/client" }, { "$ref": "#/$defs/server" }],
        "$defs": defs,
    })
}

/// Each frame whole in one place: there are few, and they are read by people too.
fn inline(mut settings: SchemaSettings) -> SchemaSettings {
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    settings
}

fn gather<'a>(
    side: &str,
    frames: impl Iterator<Item = (&'a str, Value)>,
    defs: &mut Map<String, Value>,
) {
    let mut any = Vec::new();
    for (kind, frame) in frames {
        let name = format!("{side}_{kind}");
        any.push(json!({ "$ref": format!("#/$defs/{name}") }));
        defs.insert(name, frame);
    }
    defs.insert(side.to_owned(), json!({ "anyOf": any }));
}

/// A frame of what is behind its `type` and, where it can have one, its `id`.
pub(crate) fn framed(kind: &str, body: Schema, with_id: bool) -> Value {
    let mut frame = body.to_value();
    let mut first = json!({ "type": { "const": kind } });
    if with_id {
        first["id"] = id();
    }
    if let (Value::Object(first), Some(rest)) = (&mut first, frame["properties"].as_object()) {
        first.extend(rest.clone());
    }
    let required = frame["required"].as_array().cloned().unwrap_or_default();
    let required: Vec<Value> = std::iter::once(kind_field()).chain(required).collect();
    frame["type"] = "object".into();
    frame["properties"] = first;
    frame["required"] = required.into();
    frame
}

fn kind_field() -> Value {
    "type".into()
}

fn id() -> Value {
    json!({ "anyOf": [
        { "type": "integer", "minimum": 0, "maximum": NUMBER_MAX },
        { "type": "string", "maxLength": crate::limits::ID_CHARS },
        { "type": "null" },
    ] })
}

/// Numbers are safe in JavaScript.
const NUMBER_MAX: u64 = (1 << 53) - 1;

/// A server leaves out what it has nothing to say about.
fn without_null(mut value: Value) -> Value {
    strip_null(&mut value);
    value
}

fn strip_null(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::Array(types)) = fields.get_mut("type") {
                types.retain(|name| name != "null");
            }
            if let Some(Value::Array(any)) = fields.get_mut("anyOf") {
                any.retain(|one| one["type"] != "null");
            }
            fields.values_mut().for_each(strip_null);
        }
        Value::Array(items) => items.iter_mut().for_each(strip_null),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Types whose JSON is one value.
macro_rules! leaves {
    ($($type:ty: $name:literal = $schema:tt)*) => { $(
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )* };
}

leaves! {
    crate::UserName: "UserName" = { "type": "string", "minLength": 1 }
    crate::RoomName: "RoomName" = { "type": "string", "minLength": 1 }
    crate::RoomRef: "RoomRef" = { "type": "string", "minLength": 1 }
    crate::Text: "Text" = { "type": "string" }
    crate::Topic: "Topic" = { "type": "string" }
    crate::Nonce: "Nonce" = { "type": "string", "minLength": 1, "maxLength": 64 }
    crate::Emoji: "Emoji" = { "type": "string", "minLength": 1 }
    crate::Password: "Password" = { "type": "string", "minLength": 8, "maxLength": 256 }
    crate::text::Token: "Token" = { "type": "string" }
    crate::fields::ClientName: "ClientName" = { "type": "string", "maxLength": 64 }
    crate::Seq: "Seq" = { "type": "integer", "minimum": 0, "maximum": NUMBER_MAX }
    crate::Timestamp: "Timestamp" = { "type": "string", "format": "date-time" }
    crate::reply::JsonText: "JsonText" = { "type": "object" }
}

impl JsonSchema for ErrorCode {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ErrorCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": ErrorCode::ALL })
    }
}

#[cfg(test)]
mod tests;
