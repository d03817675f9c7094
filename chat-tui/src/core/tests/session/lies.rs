//! Frames that no server should send: of every type, with fields that are
//! absent, absurd or hostile, as replies to whatever was asked.

use super::chance::Chance;
use serde_json::{Map, Value, json};

/// Makes one of the things of a list.
type Made = fn(&mut Chance) -> Value;

/// A frame, and which of the requests under way it claims to answer.
#[derive(Debug, Clone)]
pub(super) struct Lie {
    frame: Frame,
    answers: Option<u64>,
}

#[derive(Debug, Clone)]
enum Frame {
    Json(Map<String, Value>),
    Text(String),
}

impl Lie {
    pub(super) fn draw(chance: &mut Chance) -> Self {
        let frame = if chance.one_in(30) {
            Frame::Text(garbage(chance))
        } else {
            Frame::Json(frame(chance))
        };
        let answers = (!chance.one_in(3)).then(|| chance.number());
        Self { frame, answers }
    }

    /// As it is sent while these requests are under way.
    pub(super) fn text(&self, asked: &[u64]) -> String {
        match &self.frame {
            Frame::Text(text) => text.clone(),
            Frame::Json(fields) => {
                let mut fields = fields.clone();
                if let (Some(which), false) = (self.answers, asked.is_empty()) {
                    let id = asked[(which % asked.len() as u64) as usize];
                    fields.insert("id".into(), id.into());
                }
                Value::Object(fields).to_string()
            }
        }
    }
}

fn garbage(chance: &mut Chance) -> String {
    match chance.below(7) {
        0 => String::new(),
        1 => "[".repeat(5_000),
        2 => r#"{"type":"message","text":"\ud800"}"#.into(),
        3 => format!("{{\"type\":\"{}\"}}", "x".repeat(60_000)),
        4 => "null".into(),
        5 => r#"{"type":"welcome","type":"gap","type":1}"#.into(),
        _ => chance.odd(300),
    }
}

/// Types of frames.
const KINDS: &[&str] = &[
    "server",
    "welcome",
    "registered",
    "joined",
    "left",
    "rooms",
    "members",
    "ok",
    "sent",
    "history",
    "found",
    "pong",
    "error",
    "read",
    "typing",
    "presence",
    "invited",
    "gap",
    "message",
    "edited",
    "deleted",
    "reacted",
    "pinned",
    "topic",
    "member",
    "help",
    "hook",
    "hooks",
    "nonsense",
];

/// All fields that any frame has: a frame takes those that it knows.
fn frame(chance: &mut Chance) -> Map<String, Value> {
    let kind = chance.of(KINDS);
    let mut fields = Map::new();
    fields.insert("type".into(), kind.into());
    let known: &[&str] = &[
        "room",
        "seq",
        "at",
        "author",
        "guest",
        "text",
        "nonce",
        "reply_to",
        "target",
        "emoji",
        "on",
        "topic",
        "user",
        "change",
        "role",
        "reason",
        "from",
        "to",
        "first",
        "head",
        "read",
        "unread",
        "mentions",
        "more_before",
        "more_after",
        "more",
        "next",
        "code",
        "message",
        "retry_after_ms",
        "online",
        "member",
        "by",
        "kind",
        "duplicate",
        "token",
        "reset",
        "total",
        "name",
        "version",
        "protocol",
        "epoch",
        "guests",
        "hint",
    ];
    for name in known {
        if !chance.one_in(40) {
            fields.insert((*name).into(), field(chance, name));
        }
    }
    let lists: &[(&str, Made)] = &[
        ("events", entry),
        ("hits", entry),
        ("rooms", room_state),
        (
            "invites",
            |chance| json!({ "room": room(chance), "by": name(chance) }),
        ),
        (
            "members",
            |chance| json!({ "name": name(chance), "role": "owner", "online": chance.one_in(2) }),
        ),
    ];
    for (list, one) in lists {
        let many = chance.below(5);
        let all: Vec<_> = (0..many).map(|_| one(chance)).collect();
        fields.insert((*list).into(), all.into());
    }
    fields.insert("limits".into(), limits(chance));
    fields.insert("rates".into(), json!({}));
    fields
}

/// Limits of a server that means no good, but for those that stop all work.
fn limits(chance: &mut Chance) -> Value {
    let text = chance.one(&[1, 40, 4_000]);
    json!({
        "frame_bytes": chance.one(&[10_000, 65_536]), "text_chars": text, "name_chars": 32, "room_chars": 64,
        "topic_chars": 250, "history_page": 200, "rooms": 1000, "file_bytes": 26_214_400
    })
}

fn entry(chance: &mut Chance) -> Value {
    let kind = chance.one(&["message", "message", "topic", "member", "edited"]);
    let mut fields = Map::new();
    fields.insert("type".into(), kind.into());
    for name in [
        "room", "seq", "at", "author", "guest", "text", "nonce", "reply_to", "topic", "user",
        "change", "target",
    ] {
        fields.insert(name.into(), field(chance, name));
    }
    if chance.one_in(3) {
        fields.insert("rev".into(), seq(chance));
        fields.insert("changed".into(), seq(chance));
        fields.insert("pinned".into(), true.into());
        fields.insert(
            "reactions".into(),
            json!({ chance.odd(6): ["eve", chance.odd(9)] }),
        );
        let size = chance.number() >> 12;
        fields.insert("files".into(), json!([{ "id": "f", "name": chance.odd(40), "size": size, "mime": chance.odd(9), "url": chance.odd(9) }]));
    }
    Value::Object(fields)
}

fn room_state(chance: &mut Chance) -> Value {
    let mut fields = Map::new();
    for name in [
        "room", "kind", "topic", "role", "head", "read", "unread", "mentions",
    ] {
        fields.insert(name.into(), field(chance, name));
    }
    fields.insert("members".into(), chance.below(1 << 40).into());
    Value::Object(fields)
}

fn field(chance: &mut Chance, name: &str) -> Value {
    if chance.one_in(60) {
        let absurd = [
            Value::Null,
            json!(-1),
            json!(1e300),
            json!([[[]]]),
            json!("\u{1b}[2J"),
        ];
        return absurd[chance.below(absurd.len() as u64) as usize].clone();
    }
    match name {
        "room" => room(chance).into(),
        "author" | "user" | "by" | "name" => self::name(chance).into(),
        "seq" | "target" | "reply_to" | "from" | "to" | "first" | "head" | "read" => seq(chance),
        "at" => chance
            .one(&[
                "2026-11-22T05:00:00.123Z",
                "1970-01-01T00:00:00Z",
                "9999-12-31T23:59:59Z",
                "yesterday",
            ])
            .into(),
        "unread" | "mentions" | "total" | "protocol" => {
            chance.one(&[0u64, 1, 3, 1000, 4_294_967_295]).into()
        }
        "retry_after_ms" => chance.one(&[0u64, 1, 1000, 1 << 40, u64::MAX]).into(),
        "guest" | "on" | "more_before" | "more_after" | "more" | "online" | "member"
        | "duplicate" | "reset" | "guests" => chance.one_in(2).into(),
        "change" => chance
            .one(&[
                "joined", "left", "kicked", "banned", "unbanned", "muted", "unmuted", "role",
                "eaten",
            ])
            .into(),
        "role" => chance
            .one(&["member", "moderator", "owner", "emperor"])
            .into(),
        "kind" => chance.one(&["public", "private", "direct"]).into(),
        "code" => chance
            .one(&[
                "invalid",
                "rate_limited",
                "internal",
                "name_taken",
                "unauthenticated",
                "not_member",
                "what",
            ])
            .into(),
        "epoch" => chance.one(&["one", "one", "one", "two"]).into(),
        "token" => "token".into(),
        _ if chance.one_in(2) => chance.odd(60).into(),
        _ => chance.text().into(),
    }
}

fn room(chance: &mut Chance) -> String {
    match chance.below(12) {
        0 => chance.odd(20),
        1 => "new".into(),
        _ => chance.one(&["lobby", "dev", "ops", "@ada+bob"]).to_owned(),
    }
}

fn name(chance: &mut Chance) -> String {
    match chance.below(6) {
        0 => chance.odd(20),
        1 => "ada".into(),
        _ => chance.one(&["bob", "eve", "Ève"]).to_owned(),
    }
}

fn seq(chance: &mut Chance) -> Value {
    match chance.below(12) {
        0 => 0.into(),
        1 => ((1u64 << 53) - 1).into(),
        2 => (1u64 << 53).into(),
        3 => (chance.number() >> 12).into(),
        _ => chance.below(120).into(),
    }
}
