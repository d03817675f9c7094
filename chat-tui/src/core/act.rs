//! What each action does, and the keys whose work depends on where one is.

use super::account::Purpose;
use super::actions::Action;
use super::effect::Effect;
use super::room::Room;
use super::state::{State, Turn};
use super::words::Words;
use std::time::Duration;

/// A second Ctrl-C within this time ends the program.
const QUIT_TWICE: Duration = Duration::from_secs(3);

/// What was said with an action.
#[derive(Debug)]
pub(super) struct Said {
    /// The words, of the kind that the action takes.
    pub(super) words: Words,
    /// All of it, as it is typed after a slash: given back if it is refused.
    pub(super) typed: String,
}

impl State {
    /// Begins an action that was chosen by a key or in a list: asks for what
    /// it takes, if it can't be done without.
    pub(super) fn begin(&mut self, turn: &mut Turn, action: Action) {
        self.learn(turn, action);
        if !self.has_what_it_needs(action) {
            return self.complain(turn, offline(action));
        }
        if action.info().takes.asks() {
            return self.open_prompt(action);
        }
        let said = Said {
            words: Words::None,
            typed: format!("/{}", action.info().name),
        };
        self.act(turn, action, said);
    }

    /// Does an action; what it needs is there.
    pub(super) fn act(&mut self, turn: &mut Turn, action: Action, said: Said) {
        match action {
            Action::Palette => self.open_palette(),
            Action::Help | Action::SelectHelp => {
                self.open_help(&said.words.text().unwrap_or_default());
            }
            Action::Close => self.close(turn),
            Action::Hints => self.hints_on = !self.hints_on,
            Action::Mouse => self.toggle_mouse(turn),
            Action::Theme => self.set_theme(turn, said.words.text().as_deref()),
            Action::Redraw => turn.effects.push(Effect::Redraw),
            Action::Suspend => {
                self.flush(turn);
                turn.effects.push(Effect::Suspend);
            }
            Action::Debug => self.toggle_debug(),
            Action::StartServer => self.start_server(turn),
            Action::Server => self.servers_said(turn, said),
            Action::Login => self.open_login(turn),
            Action::Register => self.ask_secret(turn, Purpose::Register),
            Action::Password => self.ask_secret(turn, Purpose::Change),
            Action::Logout => self.open_logout(turn),
            Action::Interrupt => self.interrupt(turn),
            Action::Quit => self.quit(turn, 0),
            Action::Go => self.open_picker(),
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
            Action::Join => self.join_said(turn, said),
            Action::Rooms => self.list_rooms(turn, said),
            Action::Direct => self.open_direct(turn, said),
            Action::Create => self.create(turn, said),
            Action::Leave => self.leave_said(turn, said),
            Action::Invite => self.invite(turn, said),
            Action::Kick | Action::Ban | Action::Unban | Action::Mute | Action::Unmute => {
                self.moderate(turn, action, said);
            }
            Action::Role => self.set_role(turn, said),
            Action::Settings => self.set_settings(turn, said),
            Action::Hook => self.make_hook(turn, said),
            Action::Hooks => self.list_hooks(turn),
            Action::Unhook => self.void_hook(turn, said),
            Action::Notify => self.set_level(turn, said),
            Action::MuteRoom => self.mute_room(turn),
            Action::Ignore => self.ignore(turn, said),
            Action::Unignore => self.unignore(turn, said),
            Action::Topic => self.set_topic(turn, said),
            Action::Members => self.open_members(turn),
            Action::PageUp => self.scroll(-self.page()),
            Action::PageDown => self.scroll(self.page()),
            Action::Oldest => self.go_oldest(),
            Action::At => {
                let typed = said.typed.clone();
                self.go_to(turn, &said.words.text().unwrap_or_default(), &typed);
            }
            Action::Search => self.open_search(turn, &said.words.text().unwrap_or_default()),
            Action::Newest => self.go_newest(turn),
            Action::Inbox => self.open_inbox(turn),
            Action::JumpNew => self.jump_new(turn),
            Action::MarkUnread | Action::SelectUnread => self.mark_unread(turn),
            Action::Read => self.mark_all_read(turn),
            Action::UndoMark => self.undo_mark(turn),
            Action::Reply => self.reply_to_newest(turn),
            Action::Select => self.select_numbered(turn, said),
            Action::SelectUp => self.select_by(true),
            Action::SelectDown => self.select_by(false),
            Action::Thread => self.open_newest_thread(turn),
            Action::SelectThread => self.open_selected_thread(turn),
            Action::OtherPane => self.switch_pane(turn),
            Action::Upload => {
                self.upload_path(turn, &said.words.text().unwrap_or_default());
            }
            Action::Save | Action::SelectSave => self.download(turn, false),
            Action::Open | Action::SelectOpen => self.download(turn, true),
            Action::Stop => self.cancel_transfer(turn),
            Action::SelectReply => self.reply_to_selected(turn),
            Action::SelectEdit => self.edit_selected(turn),
            Action::SelectDelete => self.delete_selected(turn),
            Action::SelectReact => self.react_to_selected(turn),
            Action::SelectPin => self.pin_selected(turn),
            Action::SelectLink => self.copy_link(turn),
            Action::SelectInfo => self.inform_on_selected(),
            Action::SelectJump => self.jump_to_answered(turn),
            Action::EditNewest => self.edit_newest(turn),
            Action::Back => self.go_back(turn),
            Action::Links => self.label_links(turn),
            Action::SelectCopy => self.copy_selected(turn),
            Action::Retry => self.retry(turn),
            Action::EditAgain => self.edit_again(turn),
            Action::Discard => self.discard(turn),
            Action::Drop => self.drop_text(turn),
            Action::Send => self.press_send(turn),
            Action::Complete => self.complete(turn, true),
            Action::CompleteBack => self.complete(turn, false),
            Action::Editor => self.open_editor(turn),
            Action::Sent => self.open_sent(),
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
        }
    }

    fn edit(&mut self, turn: &mut Turn, action: Action) -> bool {
        let Some(room) = self.here_mut() else {
            return false;
        };
        let done = room.composer.edit(action);
        self.edited(turn);
        done
    }

    /// After every change of the composer.
    pub(super) fn edited(&mut self, turn: &mut Turn) {
        self.narrow_completion(turn);
        if let Some(desk) = self.here().map(Room::desk) {
            self.saves.draft(turn, desk);
        }
        self.tell_typing(turn);
    }

    /// What Enter does while a text is written.
    pub(super) fn press_send(&mut self, turn: &mut Turn) {
        self.completion = None;
        let Some(room) = self.here() else {
            return;
        };
        if let Some(editing) = &room.editing {
            let target = editing.target;
            return self.submit_edit(turn, target);
        }
        let text = room.composer.text().to_owned();
        match text.strip_prefix('/') {
            _ if text.trim().is_empty() => {}
            Some(escaped) if escaped.starts_with('/') => self.submit(turn, escaped),
            Some(command) => self.run_command(turn, command),
            None => self.submit(turn, &text),
        }
    }

    fn up(&mut self, turn: &mut Turn) {
        let empty = self.here().is_some_and(|room| room.composer.is_empty());
        if empty {
            self.select_by(true);
        } else {
            self.remember_sent();
            self.edit(turn, Action::Up);
        }
    }

    /// Home and End: first within the line, then within the log.
    fn line_edge(&mut self, turn: &mut Turn, action: Action) {
        if self.edit(turn, action) {
            return;
        }
        if action == Action::LineEnd {
            self.go_newest(turn);
        } else if self.here().is_some_and(|room| room.composer.is_empty()) {
            self.go_oldest();
        }
    }

    fn close(&mut self, turn: &mut Turn) {
        if self.completion.is_some() {
            return self.give_typed_back(turn);
        }
        let Some(room) = self.here_mut() else {
            self.end_lesson(turn);
            return self.notices.clear();
        };
        let writes = room.reply_to.is_some() || room.editing.is_some();
        if !writes && self.side.is_none() && self.return_to_search(turn) {
            return;
        }
        let Some(room) = self.here_mut() else {
            return;
        };
        if room.selected.take().is_some() {
            return;
        }
        if room.reply_to.take().is_some() {
            return self.edited(turn);
        }
        if self.leave_edit(turn) || self.close_side() {
            return;
        }
        let Some(room) = self.here_mut() else {
            return;
        };
        if room.place.anchor.is_none() {
            room.new_from = None;
        }
        self.end_lesson(turn);
        self.notices.clear();
        self.go_newest(turn);
    }

    fn interrupt(&mut self, turn: &mut Turn) {
        if self.quit_armed.is_some_and(|until| turn.now.mono <= until) {
            return self.quit(turn, 0);
        }
        self.quit_armed = Some(turn.now.mono + QUIT_TWICE);
        let chord = self.settings.keys.way(Action::Interrupt);
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

/// Why an action can't be done now.
pub(super) fn offline(action: Action) -> String {
    let name = action.info().name;
    format!("offline: {name} needs the server; try again when it is back")
}
