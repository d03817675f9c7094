//! What is in a room's log, in words that stand alone: whoever hears them has
//! no screen to look back at. Nothing here is neutralised: the teller does it.

use crate::core::State;
use crate::core::editing::text_of;
use crate::core::room::Room;
use crate::view::body::member;
use crate::view::my_name;
use crate::view::rooms::title;
use crate::view::when::When;
use chat_proto::event::EventBody;
use chat_proto::{Entry, Event, RoomName, Seq};

/// Characters of a message that are said again to tell which one is meant.
const QUOTED: usize = 40;

/// `#dev`, or `@bob` for the room shared with bob.
pub(super) fn name(state: &State, room: &RoomName) -> String {
    title(room, my_name(state))
}

/// `10:42 ada: text`, and what has become of it.
pub(super) fn entry(room: &Room, entry: &Entry, when: &When) -> String {
    let (event, fold) = (&entry.event, &entry.fold);
    let mut said = format!("{} {}", when.clock(event.at), author(event));
    match &event.body {
        EventBody::Message(message) => {
            if let Some(to) = message.reply_to {
                said.push_str(&format!(" (answers {})", quoted(room, to)));
            }
            match &message.text {
                Some(text) => said.push_str(&format!(": {text}")),
                None => said.push_str(" (deleted)"),
            }
            for file in &message.files {
                said.push_str(&format!(" [file {}, {} bytes]", file.name, file.size));
            }
        }
        EventBody::Topic { topic } => said.push_str(&format!(" set the topic: {topic}")),
        EventBody::Member(change) => said.push_str(&format!(" {}", member(change))),
        EventBody::Edited { .. }
        | EventBody::Deleted { .. }
        | EventBody::Reacted { .. }
        | EventBody::Pinned { .. } => said.push_str(" changed a message"),
    }
    if fold.edited_at.is_some() && text_of(entry).is_some() {
        said.push_str(" (edited)");
    }
    if fold.pinned {
        said.push_str(" (pinned)");
    }
    for (emoji, names) in &fold.reactions {
        said.push_str(&format!(" ({emoji} {})", names.join(", ")));
    }
    said
}

/// What an event has changed: `10:43 bob put 👍 on ada: hi`.
pub(super) fn change(room: &Room, event: &Event, when: &When) -> String {
    let (time, who) = (when.clock(event.at), author(event));
    let did = match &event.body {
        EventBody::Edited { target, text } => {
            let text = text.as_deref().unwrap_or("(deleted since)");
            format!("edited message {target}: {text}")
        }
        EventBody::Deleted { target } => format!("deleted {}", whose(room, *target)),
        EventBody::Reacted { target, emoji, on } => {
            let did = if *on { "put" } else { "took away" };
            format!("{did} {emoji} on {}", quoted(room, *target))
        }
        EventBody::Pinned { target, on: true } => format!("pinned {}", quoted(room, *target)),
        EventBody::Pinned { target, on: false } => format!("unpinned {}", quoted(room, *target)),
        EventBody::Message(_) | EventBody::Topic { .. } | EventBody::Member(_) => {
            "said something".to_owned()
        }
    };
    format!("{time} {who} {did}")
}

/// The start of a message with who said it, or its number where it is not loaded.
pub(super) fn quoted(room: &Room, seq: Seq) -> String {
    let Some(entry) = room.log.entry(seq) else {
        return format!("message {seq}");
    };
    match text_of(entry) {
        Some(text) => {
            let line = text.lines().next().unwrap_or_default();
            let start: String = line.chars().take(QUOTED).collect();
            let more = if start.len() < text.len() { "..." } else { "" };
            format!("{}: {start}{more}", entry.event.author)
        }
        None => whose(room, seq),
    }
}

/// Message and author, without its words: they may be gone.
fn whose(room: &Room, seq: Seq) -> String {
    match room.log.entry(seq) {
        Some(entry) => format!("message {seq} of {}", entry.event.author),
        None => format!("message {seq}"),
    }
}

fn author(event: &Event) -> String {
    let name = crate::neutral::line(event.author.as_str());
    if event.hook {
        format!("{name} (webhook)")
    } else {
        name.into_owned()
    }
}
