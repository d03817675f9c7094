//! What stands in the frames of events and entries, for the schema. They are
//! written by hand (`wire.rs`), so this is said by hand as well, and tests hold
//! it against what is written, in both directions.

use super::{Entry, EventBody, MemberChanged, Role};
use crate::name::{RoomName, UserName};
use crate::reply::FileInfo;
use crate::schema::framed;
use crate::{Seq, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What every event has.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its shape counts")]
struct Always {
    /// Whose log.
    room: RoomName,
    /// Where in the log.
    seq: Seq,
    /// When it was committed.
    at: Timestamp,
    /// Who did it, by the name borne then.
    author: UserName,
    /// The author was a guest.
    #[schemars(skip_serializing_if = "drop")]
    guest: bool,
    /// The author is a webhook.
    #[schemars(skip_serializing_if = "drop")]
    hook: bool,
}

/// What an entry has beside, where the message was changed.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its shape counts")]
struct Folded {
    /// When it was last edited.
    #[schemars(skip_serializing_if = "drop")]
    edited_at: Option<Timestamp>,
    /// The last edit.
    #[schemars(skip_serializing_if = "drop")]
    rev: Option<Seq>,
    /// Who reacted, by emoji.
    #[schemars(skip_serializing_if = "drop")]
    reactions: BTreeMap<String, Vec<SmolStr>>,
    /// How many reacted, by emoji, where there are more than names.
    #[schemars(skip_serializing_if = "drop")]
    counts: BTreeMap<String, u32>,
    /// Pinned now.
    #[schemars(skip_serializing_if = "drop")]
    pinned: bool,
    /// The last change, whatever it was.
    #[schemars(skip_serializing_if = "drop")]
    changed: Option<Seq>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its shape counts")]
struct Message {
    /// What was said; absent once it is deleted.
    #[schemars(skip_serializing_if = "drop")]
    text: Option<String>,
    /// What was said is gone.
    #[schemars(skip_serializing_if = "drop")]
    deleted: bool,
    /// By which the author's client knows it again.
    #[schemars(skip_serializing_if = "drop")]
    nonce: Option<String>,
    /// The message that this one answers.
    #[schemars(skip_serializing_if = "drop")]
    reply_to: Option<Seq>,
    /// What is attached.
    #[schemars(skip_serializing_if = "drop")]
    files: Vec<FileInfo>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its shape counts")]
struct Edited {
    /// The message.
    target: Seq,
    /// Its new text; absent once the message is deleted.
    #[schemars(skip_serializing_if = "drop")]
    text: Option<String>,
    /// What was said is gone.
    #[schemars(skip_serializing_if = "drop")]
    deleted: bool,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its shape counts")]
struct Deleted {
    /// The message.
    target: Seq,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its shape counts")]
struct Reacted {
    /// The message.
    target: Seq,
    /// The emoji, or a `:shortcode:`.
    emoji: String,
    /// Put, or taken away.
    on: bool,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its shape counts")]
struct Pinned {
    /// The message.
    target: Seq,
    /// Pinned, or unpinned.
    on: bool,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its shape counts")]
struct Topic {
    /// The new one.
    topic: String,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its shape counts")]
struct Member {
    /// Whose standing.
    user: UserName,
    /// What became of it.
    change: MemberChanged,
    /// The new role.
    #[schemars(skip_serializing_if = "drop")]
    role: Option<Role>,
    /// Why.
    #[schemars(skip_serializing_if = "drop")]
    reason: Option<String>,
}

/// The frame of every event, by `type`.
pub(crate) fn events(generator: &mut SchemaGenerator) -> Vec<(&'static str, Value)> {
    let always = Always::json_schema(generator);
    EventBody::KINDS
        .iter()
        .map(|kind| {
            let body = body(kind, generator);
            let mut frame = framed(kind, both(&always, &body), false);
            if ["message", "edited"].contains(kind) {
                frame["anyOf"] = json!([{ "required": ["text"] }, { "required": ["deleted"] }]);
            }
            (*kind, frame)
        })
        .collect()
}

/// What a kind of event has of its own; each of [`EventBody::KINDS`] is here.
fn body(kind: &str, generator: &mut SchemaGenerator) -> Schema {
    match kind {
        "message" => Message::json_schema(generator),
        "edited" => Edited::json_schema(generator),
        "deleted" => Deleted::json_schema(generator),
        "reacted" => Reacted::json_schema(generator),
        "pinned" => Pinned::json_schema(generator),
        "topic" => Topic::json_schema(generator),
        "member" => Member::json_schema(generator),
        // Nothing fits this, so the tests would tell.
        _ => json_schema!({ "not": {} }),
    }
}

/// One object with the fields of two.
fn both(one: &Schema, other: &Schema) -> Schema {
    let field = |schema: &Schema, name: &str| schema.get(name).cloned();
    let mut properties = field(one, "properties").unwrap_or_else(|| json!({}));
    if let (Value::Object(all), Some(Value::Object(more))) =
        (&mut properties, field(other, "properties"))
    {
        all.extend(more);
    }
    let required: Vec<Value> = [one, other]
        .into_iter()
        .filter_map(|schema| field(schema, "required"))
        .filter_map(|names| names.as_array().cloned())
        .flatten()
        .collect();
    json_schema!({ "type": "object", "properties": properties, "required": required })
}

impl JsonSchema for Entry {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Entry".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let folded = Folded::json_schema(generator).to_value();
        let entries: Vec<Value> = events(generator)
            .into_iter()
            .filter(|(kind, _)| ["message", "topic", "member"].contains(kind))
            .map(|(_, mut frame)| {
                if let (Some(all), Some(more)) = (
                    frame["properties"].as_object_mut(),
                    folded["properties"].as_object(),
                ) {
                    all.extend(more.clone());
                }
                frame
            })
            .collect();
        json_schema!({ "anyOf": entries })
    }
}
