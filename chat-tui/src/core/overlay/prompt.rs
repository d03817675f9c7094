//! The prompt for what an action takes: it leaves the draft alone.

use super::Overlay;
use super::keys::write;
use super::outcome::Outcome;
use crate::core::act::{Said, offline};
use crate::core::actions::Action;
use crate::core::composer::Composer;
use crate::core::input::Key;
use crate::core::state::{State, Turn};

/// Asking for what an action takes.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// The action.
    pub action: Action,
    /// What was typed so far.
    pub line: Composer,
    /// What is wrong with it.
    pub why: Option<String>,
}

impl State {
    /// Asks for what an action takes.
    pub(in crate::core) fn open_prompt(&mut self, action: Action) {
        self.open_prompt_with(action, "");
    }

    /// Asks for the rest of what an action takes.
    pub(in crate::core) fn open_prompt_with(&mut self, action: Action, begun: &str) {
        // Tab completes in the prompt from now on.
        self.completion = None;
        self.overlays.push(Overlay::Prompt(Prompt {
            action,
            line: Composer::holding(begun),
            why: None,
        }));
    }

    /// Does the action of the topmost overlay, a prompt, with what was typed;
    /// what can't be done stays there with the reason.
    pub(super) fn answer_prompt(&mut self, turn: &mut Turn) {
        let Some(Overlay::Prompt(mut prompt)) = self.overlays.pop() else {
            return;
        };
        self.completion = None;
        let action = prompt.action;
        let read = if self.has_what_it_needs(action) {
            action.read(prompt.line.text(), &self.limits())
        } else {
            Err(offline(action))
        };
        match read {
            Ok(words) => {
                let typed = format!("/{} {}", action.info().name, prompt.line.text().trim());
                self.act(turn, action, Said { words, typed });
            }
            Err(why) => {
                prompt.why = Some(why);
                self.overlays.push(Overlay::Prompt(prompt));
            }
        }
    }
}

impl Prompt {
    pub(super) fn press(&mut self, key: Key, action: Option<Action>) -> Outcome {
        match action {
            Some(Action::Close) => return Outcome::Close,
            Some(Action::Send) => return Outcome::Answer,
            _ => {}
        }
        if write(&mut self.line, key, action) {
            self.why = None;
            return Outcome::Typed;
        }
        Outcome::Done
    }
}
