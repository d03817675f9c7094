//! What was being written: none of it is lost.

use super::Before;
use crate::core::State;
use crate::core::actions::Action;
use crate::core::deeds::Act;
use crate::core::desk::Desk;
use crate::core::room::Room;
use crate::core::tests::session::play::Play;
use chat_proto::{RoomName, Seq};
use std::collections::BTreeMap;

/// What was being written in a room.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Written {
    text: String,
    cursor: usize,
    reply_to: Option<Seq>,
    editing: Option<Seq>,
}

pub(super) fn written(state: &State) -> BTreeMap<Desk, Written> {
    let one = |room: &Room| Written {
        text: room.composer.text().to_owned(),
        cursor: room.composer.cursor(),
        reply_to: room.reply_to,
        editing: room.editing.as_ref().map(|editing| editing.target),
    };
    let side = state.side.iter().map(|side| &side.room);
    let rooms = state.rooms.values().chain(side);
    let rooms = rooms.filter(|room| room.has_draft());
    rooms.map(|room| (room.desk(), one(room))).collect()
}

/// Nothing that was being written is lost.
pub(super) fn drafts(play: &Play, before: &Before, reset: bool) {
    let state = &play.state;
    let now = written(state);
    for (desk, old) in &before.written {
        let new = now.get(desk);
        if new == Some(old) {
            continue;
        }
        let room = at(state, desk);
        // A thread is closed, or its room is not what it was.
        let aside = play
            .drafts()
            .into_iter()
            .any(|(other, draft)| other.room == desk.room && draft.text.contains(&old.text));
        if before.person {
            let kept = aside || is_kept(play, &desk.room, room, old);
            assert!(kept, "{old:?} in {desk:?} became {new:?} with no way back");
        } else {
            let moved = (reset || desk.thread.is_some()) && aside;
            assert!(
                moved,
                "nobody has changed {old:?} in {desk:?}, and it is {new:?}"
            );
        }
    }
}

/// Whether a text is somewhere from where its author has it back.
fn is_kept(play: &Play, name: &RoomName, room: Option<&Room>, old: &Written) -> bool {
    let text = old.text.trim_end();
    if text.is_empty() {
        return true;
    }
    // It was a command, or it was sent: with one slash less.
    let sent = |kept: &str| kept == text || text.strip_prefix('/') == Some(kept);
    let state = &play.state;
    let outbox = state.outbox.of(name).any(|item| sent(&item.unsent.text));
    let deeds = state.deeds.items.iter().any(|item| match &item.deed.act {
        Act::Edit(edit) => edit == text,
        Act::Delete | Act::React { .. } | Act::Pin(_) => false,
    });
    let Some(room) = room else {
        return outbox || deeds;
    };
    let after = |action| {
        let mut composer = room.composer.clone();
        composer.edit(action);
        composer
    };
    let stands = |seq: Seq| {
        let entry = room.log.entry(seq);
        entry.and_then(crate::core::editing::text_of) == Some(text)
    };
    // Characters that are typed in a row are one step of undo.
    let (to_cursor, after_cursor) = old.text.split_at(old.cursor);
    let new = room.composer.text();
    let typed_in = new.starts_with(to_cursor) && new.ends_with(after_cursor);
    outbox
        || deeds
        || typed_in && new.len() >= old.text.len()
        || after(Action::Undo).text() == old.text
        || after(Action::Redo).text() == old.text
        || after(Action::Yank).text().contains(&old.text)
        || room.composer.history().any(|kept| kept.trim_end() == text)
        || room
            .editing
            .as_ref()
            .is_some_and(|editing| editing.before.text == old.text)
        || old.editing.is_some_and(stands)
}

/// Where one writes, if it is open.
fn at<'a>(state: &'a State, desk: &Desk) -> Option<&'a Room> {
    let side = state.side.as_ref().map(|side| &side.room);
    let room = state.rooms.get(&desk.room);
    side.into_iter()
        .chain(room)
        .find(|room| room.desk() == *desk)
}
