//! Folded history in the plainest way: the whole log, from its first event.

use chat_proto::event::{Entry, Fold};
use chat_proto::limits::REACTION_NAMES;
use chat_proto::{Event, EventBody, Seq};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// All entries of a log, as they stand at its end.
pub(super) fn fold(log: &[Event]) -> Vec<Entry> {
    let mut entries = BTreeMap::<Seq, Entry>::new();
    for event in log {
        match event.body.target() {
            None => {
                entries.insert(event.seq, event.clone().into());
            }
            // What it changed may be no longer kept.
            Some(target) => {
                if let Some(entry) = entries.get_mut(&target) {
                    turn(entry, event);
                }
            }
        }
    }
    let mut entries: Vec<_> = entries.into_values().collect();
    entries
        .iter_mut()
        .for_each(|entry| shorten(&mut entry.fold));
    entries
}

fn turn(entry: &mut Entry, event: &Event) {
    let Entry {
        event: Event { body, .. },
        fold,
    } = entry;
    let EventBody::Message(message) = body else {
        panic!("{event:?} changes {body:?}")
    };
    fold.changed = Some(event.seq);
    let author = SmolStr::from(event.author.as_str());
    match &event.body {
        EventBody::Edited {
            text: Some(text), ..
        } => {
            message.text = Some(text.clone());
            fold.rev = Some(event.seq);
            fold.edited_at = Some(event.at);
        }
        EventBody::Deleted { .. } => {
            assert_eq!(message.text, None, "what is deleted is gone from the log");
            *fold = Fold {
                changed: Some(event.seq),
                ..Fold::default()
            };
        }
        EventBody::Reacted { emoji, on, .. } => {
            let names = fold.reactions.entry(emoji.clone()).or_default();
            names.retain(|name| *name != author);
            if *on {
                names.push(author);
            }
            if names.is_empty() {
                fold.reactions.remove(emoji);
            }
        }
        EventBody::Pinned { on, .. } => fold.pinned = *on,
        // An edit without a text is one of a message deleted later on.
        EventBody::Edited { text: None, .. }
        | EventBody::Message(_)
        | EventBody::Topic { .. }
        | EventBody::Member(_) => {}
    }
}

/// Names no more than are shown, and counts where there are more.
fn shorten(fold: &mut Fold) {
    for (emoji, names) in &mut fold.reactions {
        if names.len() > REACTION_NAMES {
            fold.counts.insert(emoji.clone(), names.len() as u32);
            names.truncate(REACTION_NAMES);
        }
    }
}

/// The message `root` and all that answer it, directly or through others.
pub(super) fn thread(entries: &[Entry], root: Seq) -> Vec<Entry> {
    let mut of = BTreeSet::from([root]);
    entries
        .iter()
        .filter(|entry| match &entry.event.body {
            EventBody::Message(message) => {
                let seq = entry.event.seq;
                let answers = message.reply_to.is_some_and(|target| of.contains(&target));
                seq == root || (answers && of.insert(seq))
            }
            _ => false,
        })
        .cloned()
        .collect()
}
