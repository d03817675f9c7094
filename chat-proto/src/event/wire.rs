//! How events and entries are written as JSON, and read back.
//!
//! Written by hand, field after field in one order, because the server does it
//! for every event and because what was delivered live and what is replayed
//! must be the same bytes.

use super::{Entry, Event, EventBody, Fold, MemberChange, MemberChanged, Message, Role};
use crate::name::{RoomName, UserName};
use crate::reply::FileInfo;
use crate::{Seq, Timestamp};
use serde::de::Error as _;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;
use std::collections::BTreeMap;

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        write_event(self, &mut map)?;
        map.end()
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        write_event(&self.event, &mut map)?;
        write_fold(&self.fold, &mut map)?;
        map.end()
    }
}

fn write_event<M: SerializeMap>(event: &Event, map: &mut M) -> Result<(), M::Error> {
    map.serialize_entry("type", event.body.kind())?;
    map.serialize_entry("room", &event.room)?;
    map.serialize_entry("seq", &event.seq)?;
    map.serialize_entry("at", &event.at)?;
    map.serialize_entry("author", &event.author)?;
    if event.guest {
        map.serialize_entry("guest", &true)?;
    }
    if event.hook {
        map.serialize_entry("hook", &true)?;
    }
    match &event.body {
        EventBody::Message(message) => write_message(message, map),
        EventBody::Edited { target, text } => {
            map.serialize_entry("target", target)?;
            write_text(text.as_deref(), map)
        }
        EventBody::Deleted { target } => map.serialize_entry("target", target),
        EventBody::Reacted { target, emoji, on } => {
            map.serialize_entry("target", target)?;
            map.serialize_entry("emoji", emoji)?;
            map.serialize_entry("on", on)
        }
        EventBody::Pinned { target, on } => {
            map.serialize_entry("target", target)?;
            map.serialize_entry("on", on)
        }
        EventBody::Topic { topic } => map.serialize_entry("topic", topic),
        EventBody::Member(change) => write_member(change, map),
    }
}

fn write_text<M: SerializeMap>(text: Option<&str>, map: &mut M) -> Result<(), M::Error> {
    match text {
        Some(text) => map.serialize_entry("text", text),
        None => map.serialize_entry("deleted", &true),
    }
}

fn write_message<M: SerializeMap>(message: &Message, map: &mut M) -> Result<(), M::Error> {
    write_text(message.text.as_deref(), map)?;
    if let Some(nonce) = &message.nonce {
        map.serialize_entry("nonce", nonce)?;
    }
    if let Some(reply_to) = message.reply_to {
        map.serialize_entry("reply_to", &reply_to)?;
    }
    if !message.files.is_empty() {
        map.serialize_entry("files", &message.files)?;
    }
    Ok(())
}

fn write_member<M: SerializeMap>(change: &MemberChange, map: &mut M) -> Result<(), M::Error> {
    map.serialize_entry("user", &change.user)?;
    map.serialize_entry("change", &change.change)?;
    if let Some(role) = change.role {
        map.serialize_entry("role", &role)?;
    }
    if let Some(reason) = &change.reason {
        map.serialize_entry("reason", reason)?;
    }
    Ok(())
}

fn write_fold<M: SerializeMap>(fold: &Fold, map: &mut M) -> Result<(), M::Error> {
    if let Some(at) = fold.edited_at {
        map.serialize_entry("edited_at", &at)?;
    }
    if let Some(rev) = fold.rev {
        map.serialize_entry("rev", &rev)?;
    }
    if !fold.reactions.is_empty() {
        map.serialize_entry("reactions", &fold.reactions)?;
    }
    if !fold.counts.is_empty() {
        map.serialize_entry("counts", &fold.counts)?;
    }
    if fold.pinned {
        map.serialize_entry("pinned", &true)?;
    }
    if let Some(changed) = fold.changed {
        map.serialize_entry("changed", &changed)?;
    }
    Ok(())
}

/// Every field that an event or an entry may have, before it is known which.
#[derive(Deserialize)]
struct Flat {
    #[serde(rename = "type")]
    kind: String,
    room: RoomName,
    seq: Seq,
    at: Timestamp,
    author: UserName,
    #[serde(default)]
    guest: bool,
    #[serde(default)]
    hook: bool,
    #[serde(default)]
    deleted: bool,
    text: Option<String>,
    nonce: Option<String>,
    reply_to: Option<Seq>,
    #[serde(default)]
    files: Vec<FileInfo>,
    target: Option<Seq>,
    emoji: Option<String>,
    on: Option<bool>,
    topic: Option<String>,
    user: Option<UserName>,
    change: Option<MemberChanged>,
    role: Option<Role>,
    reason: Option<String>,
    edited_at: Option<Timestamp>,
    rev: Option<Seq>,
    #[serde(default)]
    reactions: BTreeMap<String, Vec<SmolStr>>,
    #[serde(default)]
    counts: BTreeMap<String, u32>,
    #[serde(default)]
    pinned: bool,
    changed: Option<Seq>,
}

impl Flat {
    fn into_entry<E: serde::de::Error>(mut self) -> Result<Entry, E> {
        let body = self.take_body()?;
        Ok(Entry {
            event: Event {
                room: self.room,
                seq: self.seq,
                at: self.at,
                author: self.author,
                guest: self.guest,
                hook: self.hook,
                body,
            },
            fold: Fold {
                changed: self.changed,
                rev: self.rev,
                edited_at: self.edited_at,
                reactions: self.reactions,
                counts: self.counts,
                pinned: self.pinned,
            },
        })
    }

    fn take_body<E: serde::de::Error>(&mut self) -> Result<EventBody, E> {
        let need_target = self.target.ok_or_else(|| E::missing_field("target"));
        let text = self.text.take().filter(|_| !self.deleted);
        if !self.deleted && text.is_none() && matches!(self.kind.as_str(), "message" | "edited") {
            return Err(E::missing_field("text"));
        }
        Ok(match self.kind.as_str() {
            "message" => EventBody::Message(Message {
                text,
                nonce: self.nonce.take(),
                reply_to: self.reply_to,
                files: std::mem::take(&mut self.files),
            }),
            "edited" => EventBody::Edited {
                target: need_target?,
                text,
            },
            "deleted" => EventBody::Deleted {
                target: need_target?,
            },
            "reacted" => EventBody::Reacted {
                target: need_target?,
                emoji: taken(&mut self.emoji, "emoji")?,
                on: self.on.unwrap_or(true),
            },
            "pinned" => EventBody::Pinned {
                target: need_target?,
                on: self.on.unwrap_or(true),
            },
            "topic" => EventBody::Topic {
                topic: taken(&mut self.topic, "topic")?,
            },
            "member" => EventBody::Member(MemberChange {
                user: taken(&mut self.user, "user")?,
                change: taken(&mut self.change, "change")?,
                role: self.role,
                reason: self.reason.take(),
            }),
            other => return Err(E::custom(format_args!("no event is called {other:?}"))),
        })
    }
}

fn taken<T, E: serde::de::Error>(field: &mut Option<T>, name: &'static str) -> Result<T, E> {
    field.take().ok_or_else(|| E::missing_field(name))
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Flat::deserialize(from)?.into_entry::<D::Error>()
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let entry = Flat::deserialize(from)?.into_entry::<D::Error>()?;
        if entry.fold == Fold::default() {
            Ok(entry.event)
        } else {
            Err(D::Error::custom(
                "a folded entry where an event was expected",
            ))
        }
    }
}
