//! The first lesson: the three keys that are enough to begin with, shown until
//! each was used once, or it was sent away. Knows nothing of where it is shown.

use super::actions::Action;
use super::effect::Effect;
use super::state::{State, Turn};

/// What is taught.
pub const TAUGHT: [(Action, &str); 3] = [
    (Action::Go, "to another room, or a person"),
    (Action::Palette, "find anything there is to do"),
    (Action::Help, "look up every key"),
];

/// Which of [`TAUGHT`] were used already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lesson {
    /// In the same order.
    pub used: [bool; TAUGHT.len()],
}

impl State {
    /// An action was begun by hand: perhaps one that is being taught.
    pub(super) fn learn(&mut self, turn: &mut Turn, action: Action) {
        let Some(lesson) = &mut self.lesson else {
            return;
        };
        for ((taught, _), used) in TAUGHT.iter().zip(&mut lesson.used) {
            *used |= *taught == action;
        }
        if lesson.used == [true; TAUGHT.len()] {
            self.end_lesson(turn);
        }
    }

    /// It is not shown again.
    pub(super) fn end_lesson(&mut self, turn: &mut Turn) {
        if self.lesson.take().is_some() {
            turn.effects.push(Effect::Understood);
        }
    }
}
