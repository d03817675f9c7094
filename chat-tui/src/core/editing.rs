//! Changing the text of one's own message in the composer. What was being
//! written before stands aside, on the disk as well, and comes back after.

use super::actions::Action;
use super::composer::{Draft, Editing};
use super::deeds::Act;
use super::room::Room;
use super::state::{State, Turn};
use chat_proto::{Entry, Seq};

impl State {
    /// Edits the selected message, if it is one's own.
    pub(super) fn edit_selected(&mut self, turn: &mut Turn) {
        let selected = self.here_mut().and_then(|room| room.selected);
        if let Some(target) = selected {
            self.edit_message(turn, target);
        }
    }

    /// Edits the newest of one's own messages that are loaded.
    pub(super) fn edit_newest(&mut self, turn: &mut Turn) {
        const AMONG: usize = 1000;
        let newest = self.here().and_then(|room| {
            let mut entries = room.log.entries.values().rev().take(AMONG);
            let own = |entry: &&Entry| self.is_me(&entry.event.author) && text_of(entry).is_some();
            entries.find(own).map(|entry| entry.event.seq)
        });
        match newest {
            Some(target) => self.edit_message(turn, target),
            None => self.complain(turn, "none of your messages is near"),
        }
    }

    fn edit_message(&mut self, turn: &mut Turn, target: Seq) {
        let Some(room) = self.here() else {
            return;
        };
        let Some(entry) = room.log.entry(target) else {
            return;
        };
        if !self.is_me(&entry.event.author) || entry.event.hook {
            return self.complain(turn, "one edits one's own messages only");
        }
        let Some(text) = text_of(entry) else {
            return self.complain(turn, "it is deleted; there is no text to edit");
        };
        let text = self.text_to_be(room, target).unwrap_or(text).to_owned();
        self.begin_edit(turn, target, text);
    }

    /// The text that an edit not yet done gives to a message.
    fn text_to_be<'a>(&'a self, room: &'a Room, target: Seq) -> Option<&'a str> {
        let edits = self.deeds.on(room.name(), target);
        let text = |act: &'a Act| match act {
            Act::Edit(text) => Some(text.as_str()),
            Act::Delete | Act::React { .. } | Act::Pin(_) => None,
        };
        edits.filter_map(|item| text(&item.deed.act)).last()
    }

    /// Puts a message's text into the composer, to be changed.
    pub(super) fn begin_edit(&mut self, turn: &mut Turn, target: Seq, text: String) {
        let Some(room) = self.here_mut() else {
            return;
        };
        room.selected = None;
        let before = match room.editing.take() {
            Some(editing) => editing.before,
            None => room.draft().unwrap_or_default(),
        };
        room.reply_to = None;
        room.composer.show_draft(&Draft {
            cursor: text.len(),
            text,
            ..Draft::default()
        });
        room.editing = Some(Editing { target, before });
        self.edited(turn);
    }

    /// The composer's text is to be that of the message that is edited.
    pub(super) fn submit_edit(&mut self, turn: &mut Turn, target: Seq) {
        let Some(room) = self.here() else {
            return;
        };
        let (name, text) = (room.name().clone(), room.composer.text().to_owned());
        if text.trim().is_empty() {
            let words = "an edit needs a text; to take the message away, delete it";
            return self.complain(turn, words);
        }
        if room.gone {
            return self.complain(turn, format!("you are not in {name} any more"));
        }
        if let Err(why) = self.check_text(&text) {
            return self.complain(turn, why);
        }
        let text = text.trim_end().to_owned();
        let stands = room.log.entry(target).and_then(text_of);
        let to_be = self.text_to_be(room, target).or(stands);
        if to_be == Some(text.as_str()) {
            self.say(turn, "nothing was changed");
        } else {
            self.do_to(turn, &name, target, Act::Edit(text));
        }
        self.give_draft_back(turn);
        // Beside the edit, in one write with it.
        self.flush(turn);
    }

    /// Leaves the edit; its text can be put back. False: nothing is edited.
    pub(super) fn leave_edit(&mut self, turn: &mut Turn) -> bool {
        let Some(room) = self.here_mut().filter(|room| room.editing.is_some()) else {
            return false;
        };
        let text = room.composer.text().to_owned();
        room.composer.keep_killed(text);
        self.give_draft_back(turn);
        let yank = self.settings.keys.way(Action::Yank);
        self.say(
            turn,
            format!("the message stays as it was; {yank} puts your text in"),
        );
        true
    }

    fn give_draft_back(&mut self, turn: &mut Turn) {
        if let Some(room) = self.here_mut() {
            room.end_edit();
        }
        self.edited(turn);
    }
}

impl Room {
    /// What was being written before the edit stands in the composer again.
    pub(super) fn end_edit(&mut self) {
        if let Some(editing) = self.editing.take() {
            self.composer.show_draft(&editing.before);
            self.reply_to = editing.before.reply_to;
        }
    }

    /// The message is in another history: its new text becomes one of several
    /// lines that are being written.
    pub(super) fn forget_edited(&mut self) {
        if let Some(editing) = self.editing.take() {
            self.composer.append(&editing.before.text);
        }
    }
}

/// The text of a message that is not deleted.
pub fn text_of(entry: &Entry) -> Option<&str> {
    entry.event.body.message()?.text.as_deref()
}
