//! The line of keys at the bottom: only those that do something now.

use super::actions::Action;
use super::outbox::Stage;
use super::state::State;

impl State {
    /// Keys that work now, with what they do; those to be shown first in front.
    pub fn hints(&self) -> Vec<(String, &'static str)> {
        let shown: Vec<(Action, &str)> = match self.overlays.last() {
            Some(top) => top.hints().to_vec(),
            None => self.hints_in_room(),
        };
        shown
            .into_iter()
            .filter(|(action, _)| self.has_what_it_needs(*action))
            .map(|(action, words)| (self.settings.keys.chord(action), words))
            .filter(|(chord, _)| !chord.is_empty())
            .collect()
    }

    fn hints_in_room(&self) -> Vec<(Action, &'static str)> {
        let room = self.open_room();
        if room.is_some_and(|room| room.selected.is_some()) {
            return vec![
                (Action::SelectReply, "answer"),
                (Action::SelectCopy, "copy"),
                (Action::SelectUnread, "unread from here"),
                (Action::Close, "back"),
                (Action::SelectHelp, "help"),
            ];
        }
        let open = self.open.as_ref();
        let refused = open.and_then(|open| self.outbox.refused(open));
        let mut hints = Vec::new();
        if refused.is_some_and(|item| matches!(item.stage, Stage::Refused { .. })) {
            hints.extend([
                (Action::Retry, "try again"),
                (Action::EditAgain, "edit"),
                (Action::Discard, "discard"),
            ]);
        }
        hints.extend([
            (Action::Go, "rooms"),
            (Action::Palette, "commands"),
            (Action::Help, "help"),
        ]);
        let elsewhere = |room: &&super::room::Room| Some(room.name()) != open;
        if self
            .rooms
            .values()
            .filter(elsewhere)
            .any(|room| room.state.unread > 0)
        {
            hints.push((Action::NextUnread, "unread"));
        }
        if room.is_some_and(|room| room.place.anchor.is_some()) {
            hints.push((Action::Close, "newest"));
        }
        if room.is_some_and(|room| !room.composer.is_empty()) {
            hints.push((Action::NewLine, "new line"));
        }
        hints
    }
}
