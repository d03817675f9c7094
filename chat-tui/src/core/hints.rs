//! The line of keys at the bottom: only those that do something now.

use super::actions::{Action, When};
use super::editing::text_of;
use super::state::State;

/// A key that does something now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// What it does.
    pub action: Action,
    /// The key, in words.
    pub chord: String,
    /// What it does, in as few words as possible.
    pub words: &'static str,
}

/// What can be done with what Tab offers.
const CHOOSING: &[(Action, &str)] = &[
    (Action::Complete, "next"),
    (Action::CompleteBack, "before"),
    (Action::Close, "as typed"),
];

impl State {
    /// Keys that work now, with what they do; those to be shown first in front.
    pub fn hints(&self) -> Vec<Hint> {
        let shown: Vec<(Action, &str)> = match self.overlays.last() {
            Some(_) if self.asks_path() && self.completion.is_some() => CHOOSING.to_vec(),
            Some(top) => top.hints().to_vec(),
            None => self.hints_in_room(),
        };
        shown
            .into_iter()
            .filter(|(action, _)| self.has_what_it_needs(*action))
            .map(|(action, words)| Hint {
                action,
                chord: self.settings.keys.chord(action),
                words,
            })
            .filter(|hint| !hint.chord.is_empty())
            .collect()
    }

    fn hints_of_selected(&self) -> Vec<(Action, &'static str)> {
        let mut hints = vec![(Action::SelectReply, "answer")];
        let entry = self.selected_message();
        let text = entry.is_some_and(|entry| text_of(entry).is_some());
        if text && entry.is_some_and(|entry| self.is_me(&entry.event.author)) {
            hints.push((Action::SelectEdit, "edit"));
        }
        if text {
            hints.extend([
                (Action::SelectReact, "react"),
                (Action::SelectCopy, "copy"),
                (Action::SelectThread, "thread"),
                (Action::SelectDelete, "delete"),
            ]);
        }
        hints.extend([
            (Action::Close, "back"),
            (Action::SelectHelp, "all keys"),
            (Action::SelectUnread, "unread from here"),
        ]);
        hints
    }

    fn hints_in_room(&self) -> Vec<(Action, &'static str)> {
        if self.completion.is_some() {
            return CHOOSING.to_vec();
        }
        let room = self.here();
        if room.is_some_and(|room| room.selected.is_some()) {
            return self.hints_of_selected();
        }
        let open = self.open.as_ref();
        let mut hints = Vec::new();
        if room.is_some_and(|room| room.editing.is_some()) {
            hints.extend([(Action::Send, "change it"), (Action::Close, "leave it")]);
        }
        if self.works_in_room().contains(&When::Refused) {
            hints.extend([
                (Action::Retry, "try again"),
                (Action::EditAgain, "edit"),
                (Action::Discard, "discard"),
            ]);
        }
        if self
            .transfers
            .iter()
            .any(|transfer| transfer.failed.is_none())
        {
            hints.push((Action::Stop, "stop the file"));
        }
        if let Some(side) = &self.side {
            let other = if side.focused {
                "the room"
            } else {
                "the thread"
            };
            hints.extend([(Action::OtherPane, other), (Action::Close, "close")]);
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
        if self.side.is_none() && room.is_some_and(|room| room.place.anchor.is_some()) {
            hints.push((Action::Close, "newest"));
        }
        if room.is_some_and(|room| !room.composer.is_empty()) {
            hints.push((Action::NewLine, "new line"));
        }
        hints
    }
}
