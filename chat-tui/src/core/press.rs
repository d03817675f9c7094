//! Keys, pastes and the mouse, while no overlay is open.

use super::effect::Effect;
use super::input::{Key, KeyCode};
use super::keys::{Action, When};
use super::outbox::Stage;
use super::state::{State, Turn};
use std::time::Duration;

/// A second Ctrl-C within this time ends the program.
const QUIT_TWICE: Duration = Duration::from_secs(3);

impl State {
    /// A key was pressed.
    pub(super) fn press(&mut self, turn: &mut Turn, key: Key) {
        self.link.watch(turn.now);
        if !self.overlays.is_empty() {
            return self.press_overlay(turn, key);
        }
        if self.open.is_none() && matches!(key.code, KeyCode::Char(_)) && !key.ctrl && !key.alt {
            // There is nothing to write into: a room has to be chosen first.
            self.open_picker();
            return self.press_overlay(turn, key);
        }
        let works = self.works();
        match self.setup.keys.action(key, &works) {
            Some(action) => self.act(turn, action),
            None => {
                if let KeyCode::Char(c) = key.code
                    && !key.ctrl
                    && !key.alt
                {
                    self.type_char(turn, c);
                }
            }
        }
    }

    /// The kinds of actions that work now, those that win first.
    pub(super) fn works(&self) -> Vec<When> {
        let selecting = self.open_room().is_some_and(|room| room.selected.is_some());
        if selecting {
            return vec![When::Selecting, When::Room, When::Always];
        }
        let refused = self
            .open
            .as_ref()
            .is_some_and(|open| self.outbox.refused(open).is_some());
        let mut works = if refused {
            vec![When::Refused]
        } else {
            Vec::new()
        };
        works.extend([When::Writing, When::Room, When::Always]);
        works
    }

    /// What the hint line shows: keys that work now, with what they do.
    pub fn hints(&self) -> Vec<(String, &'static str)> {
        let selecting = self.open_room().is_some_and(|room| room.selected.is_some());
        let refused = self
            .open
            .as_ref()
            .and_then(|open| self.outbox.refused(open));
        let shown: &[(Action, &str)] = if let Some(top) = self.overlays.last() {
            top.hints()
        } else if selecting {
            &[
                (Action::SelectReply, "answer"),
                (Action::SelectCopy, "copy"),
                (Action::SelectUnread, "unread from here"),
                (Action::Close, "back"),
            ]
        } else if refused.is_some_and(|item| matches!(item.stage, Stage::Refused { .. })) {
            &[
                (Action::Retry, "try again"),
                (Action::EditAgain, "edit"),
                (Action::Discard, "discard"),
                (Action::Help, "help"),
            ]
        } else {
            &[
                (Action::Rooms, "rooms"),
                (Action::NextUnread, "unread"),
                (Action::NewLine, "new line"),
                (Action::Help, "help"),
            ]
        };
        shown
            .iter()
            .map(|(action, words)| (self.setup.keys.chord(*action), *words))
            .collect()
    }

    /// Does what a key is bound to.
    fn act(&mut self, turn: &mut Turn, action: Action) {
        match action {
            Action::Help => self.open_help(""),
            Action::Rooms => self.open_picker(),
            Action::Members => self.open_members(turn),
            Action::NextUnread => self.go_unread(turn),
            Action::NextRoom => self.go_by(turn, 1),
            Action::PreviousRoom => self.go_by(turn, -1),
            Action::Room1 => self.go_nth(turn, 0),
            Action::Room2 => self.go_nth(turn, 1),
            Action::Room3 => self.go_nth(turn, 2),
            Action::Room4 => self.go_nth(turn, 3),
            Action::Room5 => self.go_nth(turn, 4),
            Action::Room6 => self.go_nth(turn, 5),
            Action::Room7 => self.go_nth(turn, 6),
            Action::Room8 => self.go_nth(turn, 7),
            Action::Room9 => self.go_nth(turn, 8),
            Action::Close => self.close(turn),
            Action::PageUp => self.scroll(-self.page()),
            Action::PageDown => self.scroll(self.page()),
            Action::Oldest => self.go_oldest(),
            Action::Newest => self.go_newest(),
            Action::JumpNew => self.jump_new(turn),
            Action::MarkUnread | Action::SelectUnread => self.mark_unread(turn),
            Action::MarkAllRead => self.mark_all_read(turn),
            Action::UndoMark => self.undo_mark(turn),
            Action::Reply => self.reply_to_newest(turn),
            Action::Retry => self.retry(turn),
            Action::EditAgain => self.edit_again(turn),
            Action::Discard => self.discard(turn),
            Action::SelectReply => self.reply_to_selected(turn),
            Action::SelectCopy => self.copy_selected(turn),
            Action::SelectUp => self.select_by(true),
            Action::SelectDown => self.select_by(false),
            Action::Send => self.enter(turn),
            Action::Complete => self.complete(turn, true),
            Action::CompleteBack => self.complete(turn, false),
            Action::Up => self.up(turn),
            Action::LineStart | Action::LineEnd => self.line_edge(turn, action),
            Action::NewLine
            | Action::Down
            | Action::Left
            | Action::Right
            | Action::WordLeft
            | Action::WordRight
            | Action::Backspace
            | Action::Delete
            | Action::KillWordBack
            | Action::KillWord
            | Action::KillToStart
            | Action::KillToEnd
            | Action::Yank
            | Action::Undo
            | Action::Redo => {
                self.edit(turn, action);
            }
            Action::Hints | Action::Redraw | Action::Suspend | Action::Interrupt => {
                self.act_always(turn, action);
            }
        }
    }

    /// The actions that are the same whatever is open.
    pub(super) fn act_always(&mut self, turn: &mut Turn, action: Action) {
        match action {
            Action::Hints => self.hints_on = !self.hints_on,
            Action::Redraw => turn.effects.push(Effect::Redraw),
            Action::Suspend => {
                self.flush(turn);
                turn.effects.push(Effect::Suspend);
            }
            Action::Interrupt => self.interrupt(turn),
            Action::Help => self.open_help(""),
            Action::Rooms => self.open_picker(),
            _ => {}
        }
    }

    fn type_char(&mut self, turn: &mut Turn, c: char) {
        if let Some(room) = self.open_room_mut() {
            room.selected = None;
            room.composer.type_char(c);
            self.edited(turn);
        }
    }

    fn edit(&mut self, turn: &mut Turn, action: Action) -> bool {
        let Some(room) = self.open_room_mut() else {
            return false;
        };
        let done = room.composer.edit(action);
        self.edited(turn);
        done
    }

    /// After every change of the composer.
    pub(super) fn edited(&mut self, turn: &mut Turn) {
        self.narrow_completion();
        if let Some(open) = self.open.clone() {
            self.saves.draft(turn, &open);
        }
        self.tell_typing(turn);
    }

    fn enter(&mut self, turn: &mut Turn) {
        self.completion = None;
        let text = match self.open_room() {
            Some(room) => room.composer.text().to_owned(),
            None => return,
        };
        match text.strip_prefix('/') {
            _ if text.trim().is_empty() => {}
            Some(escaped) if escaped.starts_with('/') => self.submit(turn, escaped),
            Some(command) => self.run_command(turn, command),
            None => self.submit(turn, &text),
        }
    }

    fn up(&mut self, turn: &mut Turn) {
        let empty = self
            .open_room()
            .is_some_and(|room| room.composer.is_empty());
        if empty {
            self.select_by(true);
        } else {
            self.edit(turn, Action::Up);
        }
    }

    /// Home and End: first within the line, then within the log.
    fn line_edge(&mut self, turn: &mut Turn, action: Action) {
        if self.edit(turn, action) {
            return;
        }
        if action == Action::LineEnd {
            self.go_newest();
        } else if self
            .open_room()
            .is_some_and(|room| room.composer.is_empty())
        {
            self.go_oldest();
        }
    }

    fn close(&mut self, turn: &mut Turn) {
        if self.completion.is_some() {
            return self.give_typed_back(turn);
        }
        let Some(room) = self.open_room_mut() else {
            return;
        };
        if room.selected.take().is_some() {
            return;
        }
        if room.reply_to.take().is_some() {
            return self.edited(turn);
        }
        if room.place.anchor.is_none() {
            room.new_from = None;
        }
        self.notices.clear();
        self.go_newest();
    }

    fn interrupt(&mut self, turn: &mut Turn) {
        if self.quit_armed.is_some_and(|until| turn.now.mono <= until) {
            return self.quit(turn, 0);
        }
        self.quit_armed = Some(turn.now.mono + QUIT_TWICE);
        let chord = self.setup.keys.chord(Action::Interrupt);
        self.say(
            turn,
            format!("{chord} once more quits; nothing typed is lost"),
        );
    }

    /// Ends the program; all that is gathered is written before.
    pub(super) fn quit(&mut self, turn: &mut Turn, code: u8) {
        self.flush(turn);
        turn.effects.push(Effect::Quit { code });
    }
}
