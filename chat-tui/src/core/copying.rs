//! Putting texts on the clipboard of the terminal.
//!
//! Knows nothing of where a text comes from. Always holds: what is copied is
//! the text itself, and one that is long only after it was asked about: all of
//! it goes through the terminal, and through each connection on the way there.

use super::effect::Effect;
use super::overlay::{Confirm, Overlay, Then};
use super::state::{State, Turn};

/// Bytes of a text that is copied without asking.
const UNASKED_MOST: usize = 100_000;
/// Characters of it that the question shows.
const SHOWN: usize = 300;

impl State {
    /// Copies a text, at once or after asking; `said` are the words about it.
    pub(super) fn copy(&mut self, turn: &mut Turn, text: String, said: String) {
        if text.len() <= UNASKED_MOST {
            return self.copy_now(turn, text, said);
        }
        let confirm = Confirm {
            question: format!(
                "copy {} kB through the terminal?",
                text.len().div_ceil(1000)
            ),
            detail: text.chars().take(SHOWN).collect(),
            yes: "copy it",
            then: Then::Copy(text),
        };
        self.overlays.push(Overlay::Confirm(confirm));
    }

    /// Copies a text that may be copied.
    pub(super) fn copy_now(&mut self, turn: &mut Turn, text: String, said: String) {
        turn.effects.push(Effect::Copy(text));
        self.say(turn, said);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::clock::Now;
    use crate::core::input::{Key, KeyCode};
    use crate::core::state::Setup;

    fn asked(bytes: usize) -> (State, Vec<Effect>) {
        let mut state = State::new(Setup::default(), Now::default());
        let mut turn = Turn::new(Now::default());
        state.copy(&mut turn, "x".repeat(bytes), "copied".to_owned());
        (state, turn.effects)
    }

    #[test]
    fn a_text_over_a_hundred_kilobytes_is_copied_only_once_it_was_agreed_to() {
        let (state, effects) = asked(100_000);
        assert_eq!(effects, [Effect::Copy("x".repeat(100_000))]);
        assert!(state.overlays.is_empty());
        for (code, copied) in [(KeyCode::Enter, true), (KeyCode::Esc, false)] {
            let (mut state, effects) = asked(100_001);
            assert_eq!(effects, []);
            assert_eq!(state.overlays.len(), 1);
            let mut turn = Turn::new(Now::default());
            state.press(&mut turn, Key::plain(code));
            let whole = Effect::Copy("x".repeat(100_001));
            assert_eq!(turn.effects.contains(&whole), copied, "{code:?}");
            assert!(state.overlays.is_empty());
        }
    }
}
