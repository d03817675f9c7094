//! How an event changes the entry that it is about.

use chat_proto::event::{EventBody, MemberChanged};
use chat_proto::{Entry, Event};
use smol_str::SmolStr;

/// Names kept for each emoji; beyond them only the number counts.
const NAMES: usize = 20;

/// Applies an event to its target. One that the entry already has seen
/// changes nothing, so repeating it does no harm.
pub fn apply(entry: &mut Entry, event: &Event) {
    let seen = entry
        .fold
        .changed
        .is_some_and(|changed| changed >= event.seq);
    if seen || event.body.target() != Some(entry.event.seq) || event.room != entry.event.room {
        return;
    }
    entry.fold.changed = Some(event.seq);
    match &event.body {
        EventBody::Edited {
            text: Some(text), ..
        } => edit(entry, event, text),
        EventBody::Deleted { .. } => delete(entry),
        EventBody::Reacted { emoji, on, .. } => react(entry, event, emoji, *on),
        EventBody::Pinned { on, .. } => entry.fold.pinned = *on,
        // An edit without a text is one of a message deleted since.
        EventBody::Edited { text: None, .. }
        | EventBody::Message(_)
        | EventBody::Topic { .. }
        | EventBody::Member(_) => {}
    }
}

fn edit(entry: &mut Entry, event: &Event, text: &str) {
    if let EventBody::Message(message) = &mut entry.event.body {
        message.text = Some(text.to_owned());
        entry.fold.rev = Some(event.seq);
        entry.fold.edited_at = Some(event.at);
    }
}

fn delete(entry: &mut Entry) {
    if let EventBody::Message(message) = &mut entry.event.body {
        message.text = None;
        message.nonce = None;
        message.reply_to = None;
        message.files.clear();
    }
    entry.fold.reactions.clear();
    entry.fold.counts.clear();
    entry.fold.pinned = false;
}

fn react(entry: &mut Entry, event: &Event, emoji: &str, on: bool) {
    let fold = &mut entry.fold;
    let names = fold.reactions.entry(emoji.to_owned()).or_default();
    let had = names.len() as u32;
    let count = fold.counts.get(emoji).copied().unwrap_or(had).max(had);
    let author = SmolStr::from(event.author.as_str());
    let named = names.contains(&author);
    let count = match (on, named) {
        (true, true) => count,
        (true, false) => {
            if names.len() < NAMES {
                names.push(author);
            }
            count + 1
        }
        (false, _) => {
            names.retain(|name| *name != author);
            count.saturating_sub(1)
        }
    };
    if count > names.len() as u32 {
        fold.counts.insert(emoji.to_owned(), count);
    } else {
        fold.counts.remove(emoji);
    }
    if count == 0 {
        fold.reactions.remove(emoji);
    }
}

/// Whether a change takes its user out of the room.
pub fn removes(change: MemberChanged) -> bool {
    match change {
        MemberChanged::Kicked | MemberChanged::Banned | MemberChanged::Left => true,
        MemberChanged::Joined
        | MemberChanged::Unbanned
        | MemberChanged::Muted
        | MemberChanged::Unmuted
        | MemberChanged::Role => false,
    }
}
