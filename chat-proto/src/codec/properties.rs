//! Properties of both directions, over frames made at random.
//!
//! A *pool* holds one right value for every field that any frame has; a frame
//! is a `type` and some of the pool. So each type meets what it knows, what it
//! does not, and what it lacks.

use super::*;
use crate::event::EventBody;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const NAME: &str = "[a-zA-Z0-9]{1,5}([._-][a-z]{1,3})?|[а-яА-Я]{1,4}|[ぁ-ゖ一-龥]{1,4}";
const ROOM: &str = "[a-z0-9]{1,8}|[а-я]{1,4}|@[a-c]{1,2}|@[abC]\\+[de]";
const TEXT: &str = "x[ -~]{0,3}\\PC{1,8}(\r?\n\tx)?";

fn seq() -> impl Strategy<Value = Value> {
    (0_u64..1 << 53).prop_map(Value::from)
}

fn time() -> impl Strategy<Value = Value> {
    (-62_167_219_200_000_i64..253_402_207_199_999)
        .prop_map(|millis| json!(crate::Timestamp::from_millis(millis).to_string()))
}

fn choice(words: &'static [&'static str]) -> impl Strategy<Value = Value> {
    proptest::sample::select(words).prop_map(Value::from)
}

/// Fields of requests.
fn request_pool() -> impl Strategy<Value = Map<String, Value>> {
    let names = (
        NAME,
        NAME,
        ROOM,
        TEXT,
        "[\\p{L}\\p{N}\\p{P}\\p{S} ]{0,9}",
        "[ -~]{8,12}",
    );
    let seqs = [seq(), seq(), seq(), seq()];
    let rest = (
        any::<[bool; 4]>(),
        1_u32..,
        time(),
        choice(&["👍", "❤️", ":+1:", "🇩🇪"]),
        choice(&["owner", "moderator", "member"]),
        choice(&["public", "private"]),
    );
    (names, seqs, rest).prop_map(|((name, user, room, text, topic, secret), seqs, rest)| {
        let [a, b, c, d] = seqs;
        let ([yes, no, maybe, by_time], limit, at, emoji, role, kind) = rest;
        let mut pool = json!({
            "name": name, "user": user, "author": user, "room": room, "text": text,
            "topic": topic, "reason": topic, "client": topic, "query": text,
            "password": secret, "old": secret, "new": secret, "token": secret, "epoch": secret,
            "nonce": secret, "cursor": secret, "resume": {(room.clone()): a, (name.clone()): b}, "seq": a,
            "target": b, "reply_to": c, "limit": limit, "since": at, "until": at, "emoji": emoji,
            "role": role, "kind": kind, "gaps": yes, "create": no, "mine": maybe, "guests": yes,
            "on": no, "back": maybe, "files": [secret],
        });
        if by_time {
            pool["at"] = at;
        } else {
            pool["before"] = d;
        }
        object(pool)
    })
}

/// Fields of events and entries.
fn event_pool() -> impl Strategy<Value = Map<String, Value>> {
    let words = (NAME, NAME, TEXT, ROOM, any::<[bool; 5]>(), 0_u32..);
    let rest = (
        [seq(), seq(), seq(), seq()],
        [time(), time()],
        choice(&["👍", ":+1:"]),
        choice(&["owner", "moderator", "member"]),
        choice(&[
            "joined", "left", "kicked", "banned", "unbanned", "muted", "unmuted", "role",
        ]),
    );
    (words, rest).prop_map(|(words, (seqs, [at, edited_at], emoji, role, change))| {
        let (author, user, text, room, [guest, hook, on, deleted, pinned], count) = words;
        let [seq, target, reply_to, changed] = seqs;
        let emoji = emoji.as_str().unwrap_or_default();
        object(json!({
            "room": room, "seq": seq, "at": at, "author": author, "guest": guest, "hook": hook,
            "text": text, "deleted": deleted, "nonce": text, "reply_to": reply_to,
            "files": [{"id": user, "name": text, "size": count, "mime": text, "url": text}],
            "target": target, "emoji": emoji, "on": on, "topic": text, "user": user,
            "change": change, "role": role, "reason": text, "edited_at": edited_at,
            "rev": target, "changed": changed, "pinned": pinned,
            "reactions": {(emoji): [user]},
            "counts": {(emoji): count},
        }))
    })
}

/// Fields of replies and notices, beside those of events.
fn frame_pool() -> impl Strategy<Value = Map<String, Value>> {
    let entry = (event_pool(), 0_usize..EventBody::KINDS.len());
    let code = choice(&[
        "bad_json",
        "invalid",
        "rate_limited",
        "internal",
        "of_tomorrow",
    ]);
    let kind = choice(&["public", "private", "direct"]);
    let parts = (
        event_pool(),
        vec(entry, 0..3),
        any::<[bool; 4]>(),
        0_u32..,
        code,
        kind,
    );
    parts.prop_map(
        |(mut pool, entries, [more, online, mine, reset], count, code, kind)| {
            let entries = entries
                .into_iter()
                .map(|(entry, kind)| typed(EventBody::KINDS[kind], entry));
            let entries: Vec<Value> = entries.map(Value::Object).collect();
            let (text, seq) = (pool["text"].clone(), pool["seq"].clone());
            let (room, name, role) = (
                pool["room"].clone(),
                pool["author"].clone(),
                pool["role"].clone(),
            );
            let state = json!({
                "room": room, "kind": kind, "topic": text, "role": role, "head": seq, "read": seq,
                "unread": count, "mentions": count, "members": count,
            });
            let hook = json!({"room": room, "name": name, "url": text});
            pool.append(&mut object(state.clone()));
            pool.append(&mut object(json!({
                "name": name, "version": text, "protocol": count, "epoch": text, "guests": more,
                "limits": {"text_chars": count, "file_bytes": count},
                "rates": {"send": {"per_s": count, "burst": count}}, "hint": text, "token": text,
                "guest": mine, "reset": reset, "invites": [{"room": room, "by": name}],
                "rooms": [state], "events": entries, "hits": entries, "more_before": more,
                "more_after": reset, "more": more, "total": count, "duplicate": reset, "first": seq,
                "next": text})));
            pool.append(&mut object(
                json!({"url": text, "hooks": [hook], "code": code, "message": text,
                    "field": text, "retry_after_ms": count, "from": seq, "to": seq, "by": name,
                    "online": online, "member": mine,
                    "members": [{"name": name, "role": role, "online": online}],
                    "requests": [{"type": name, "example": {"b": 1, "a": [text]}, "about": text}],
                }),
            ));
            pool
        },
    )
}

/// What only entries have.
const FOLD: [&str; 6] = [
    "edited_at",
    "rev",
    "reactions",
    "counts",
    "pinned",
    "changed",
];

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn typed(kind: &str, mut fields: Map<String, Value>) -> Map<String, Value> {
    fields.insert("type".to_owned(), kind.into());
    fields
}

/// A pool without the fields whose bit in `gone` is set.
fn thinned(pool: &Map<String, Value>, gone: u64) -> Map<String, Value> {
    let kept = pool
        .iter()
        .enumerate()
        .filter(|(at, _)| gone >> (at % 64) & 1 == 0);
    kept.map(|(_, (key, value))| (key.clone(), value.clone()))
        .collect()
}

fn id() -> impl Strategy<Value = Option<RequestId>> {
    proptest::option::of(prop_oneof![
        (0_u64..1 << 53).prop_map(RequestId::Number),
        "\\PC{0,64}".prop_map(|text| RequestId::Text(text.into())),
    ])
}

/// Any JSON at all.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,9}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map("[a-z_]{1,6}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn decode(text: &str) -> Result<Asked, Refused> {
    decode_request(text, &Limits::DEFAULT)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn decoding_any_bytes_does_not_panic(bytes in vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = (decode(&text), decode_frame(&text));
    }

    #[test]
    fn decoding_what_is_nearly_json_does_not_panic(
        text in r#"\{("[a-z"\\]{0,5}"|[\[{}\]:,]|\\u[dD][89a-f][0-9]{2}|-?[0-9.e]{1,5}|null){0,20}\}?"#
    ) {
        let _ = (decode(&text), decode_frame(&text));
    }

    #[test]
    fn decoding_any_json_does_not_panic_and_refusals_are_one_short_line(
        value in any_json(), pool in request_pool(), frames in frame_pool(), at in any::<usize>()
    ) {
        let _ = (decode(&value.to_string()), decode_frame(&value.to_string()));
        for kind in Request::KINDS {
            let mut fields = typed(kind, pool.clone());
            if let Some(field) = fields.values_mut().nth(at % pool.len()) {
                *field = value.clone();
            }
            if let Err(Refused { error, .. }) = decode(&Value::Object(fields).to_string()) {
                prop_assert!(error.message.chars().count() < 400, "{}", error.message);
                prop_assert!(!error.message.contains(char::is_control), "{}", error.message);
            }
        }
        for kind in Frame::KINDS.iter().chain(EventBody::KINDS) {
            let mut fields = typed(kind, frames.clone());
            if let Some(field) = fields.values_mut().nth(at % frames.len()) {
                *field = value.clone();
            }
            let _ = decode_frame(&Value::Object(fields).to_string());
        }
    }

    #[test]
    fn what_is_asked_is_what_arrives(pool in request_pool(), gone in any::<u64>(), id in id()) {
        for kind in Request::KINDS {
            for gone in [0, gone & gone.rotate_left(7)] {
                let frame = Value::Object(typed(kind, thinned(&pool, gone))).to_string();
                let Ok(Asked { request, .. }) = decode(&frame) else {
                    let no_direct = *kind == "create" && frame.contains("\"@");
                    prop_assert!(gone != 0 || no_direct, "{:?} {}", decode(&frame), frame);
                    continue;
                };
                let sent = request.encode(id.as_ref());
                prop_assert_eq!(decode(&sent), Ok(Asked { id: id.clone(), request }), "{}", sent);
            }
        }
    }

    #[test]
    fn what_is_told_is_what_arrives(pool in frame_pool(), gone in any::<u64>(), id in id()) {
        for kind in Frame::KINDS.iter().chain(EventBody::KINDS) {
            let is_event = EventBody::KINDS.contains(kind);
            for gone in [0, gone & gone.rotate_left(7)] {
                let mut fields = typed(kind, thinned(&pool, gone));
                if is_event {
                    fields.retain(|name, _| !FOLD.contains(&name.as_str()));
                }
                let json = Value::Object(fields).to_string();
                let Received { frame, .. } = decode_frame(&json);
                if let Frame::Unknown { why, .. } = &frame {
                    prop_assert!(gone != 0, "{} {}", why, json);
                    continue;
                }
                let id = id.clone().filter(|_| !is_event);
                let sent = frame.encode(id.as_ref());
                prop_assert_eq!(decode_frame(&sent), Received { id, frame }, "{}", sent);
            }
        }
    }
}
