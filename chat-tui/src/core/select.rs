//! Selecting a message with the keys, and what can be done with it.

use super::act::Said;
use super::room::{Anchor, Place, Room};
use super::state::{State, Turn};
use super::words::Words;
use chat_proto::{Entry, Seq, UserName};

impl State {
    /// Selects the message before or after the selected one; from nothing, the
    /// newest one in sight. Below the newest the selection ends.
    pub(super) fn select_by(&mut self, up: bool) {
        let Some(room) = self.here_mut() else {
            return;
        };
        let next = match (room.selected, up) {
            (None, true) => {
                let shown = room.shown.as_ref().and_then(|shown| shown.last);
                room.message_up(shown.unwrap_or(room.log.head()))
            }
            (None, false) => None,
            (Some(seq), true) => room.message_up(seq.minus(1)).or(Some(seq)),
            (Some(seq), false) => room.message_down(seq.next()),
        };
        room.selected = next;
        room.show_selected();
    }

    /// Selects the message with the number that was said.
    pub(super) fn select_numbered(&mut self, turn: &mut Turn, said: Said) {
        let (Words::Number(seq), Some(room)) = (said.words, self.open_room()) else {
            return;
        };
        let entry = room.log.entry(seq);
        if entry.is_some_and(is_message) {
            if let Some(room) = self.open_room_mut() {
                room.selected = Some(seq);
                room.show_selected();
            }
        } else {
            let words = format!("no message {seq} is loaded of this room");
            self.complain(turn, words);
        }
    }

    /// Answers the selected message.
    pub(super) fn reply_to_selected(&mut self, turn: &mut Turn) {
        if let Some(room) = self.here_mut() {
            room.reply_to = room.selected.take();
            self.edited(turn);
        }
    }

    /// Answers the newest message of someone else, or, if one is answered
    /// already, the one before that.
    pub(super) fn reply_to_newest(&mut self, turn: &mut Turn) {
        let me = self.me.name.as_ref().map(UserName::key);
        let Some(room) = self.here_mut() else {
            return;
        };
        let below = room.reply_to.map_or(Seq::MAX, |seq| seq);
        let others =
            |entry: &&Entry| is_message(entry) && me.as_ref() != Some(&entry.event.author.key());
        let older = room
            .log
            .entries
            .range(..below)
            .rev()
            .map(|(_, entry)| entry);
        let target = older.take(1000).find(others).map(|entry| entry.event.seq);
        room.reply_to = target.or(room.reply_to);
        self.edited(turn);
    }

    /// Puts the source text of the selected message on the clipboard.
    pub(super) fn copy_selected(&mut self, turn: &mut Turn) {
        let Some(room) = self.here_mut() else {
            return;
        };
        let entry = room.selected.take().and_then(|seq| room.log.entry(seq));
        if let Some(message) = entry.and_then(|entry| entry.event.body.message()) {
            let text = message.text.clone().unwrap_or_default();
            self.copy(turn, text, "copied".to_owned());
        }
    }
}

impl Room {
    fn message_up(&self, from: Seq) -> Option<Seq> {
        let entries = self.log.entries.range(..=from).rev();
        entries
            .map(|(_, entry)| entry)
            .find(|entry| is_message(entry))
            .map(|entry| entry.event.seq)
    }

    fn message_down(&self, from: Seq) -> Option<Seq> {
        let entries = self.log.entries.range(from..);
        entries
            .map(|(_, entry)| entry)
            .find(|entry| is_message(entry))
            .map(|entry| entry.event.seq)
    }

    /// Moves the place just so far that the selected message is in sight.
    fn show_selected(&mut self) {
        let (Some(selected), Some(shown)) = (self.selected, &self.shown) else {
            return;
        };
        if shown.first.is_some_and(|first| selected <= first) {
            let anchor = Some(Anchor {
                seq: selected,
                row: -1,
            });
            self.place = Place { anchor, scroll: 0 };
        } else if shown.last.is_some_and(|last| selected >= last) && !shown.end {
            self.place.scroll += i32::from(shown.height / 2);
        }
    }
}

fn is_message(entry: &Entry) -> bool {
    entry.event.body.message().is_some()
}
