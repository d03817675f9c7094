//! The bytes that switch a terminal, and that tell it something.
//!
//! What always holds: what is switched on is switched off, and no words of a
//! person can end a sequence.

use super::Modes;
use crossterm::cursor::{Hide, Show};
use std::fmt::Write as _;

// A soft reset, and what it leaves: every movement of the mouse, the keys of an
// application, another screen.
pub(super) const CLEANED: &str = "\x1b[!p\x1b[?1003l\x1b[?1l\x1b>\x1b[?1049l";
pub(super) const SYNC_BEGIN: &str = "\x1b[?2026h";
pub(super) const SYNC_END: &str = "\x1b[?2026l";
// Presses and releases, drags, in decimal. Not 1003: every movement would wake us.
pub(super) const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";
pub(super) const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1002l\x1b[?1000l";
const TITLE_PUSH: &str = "\x1b[22;0t";
const TITLE_POP: &str = "\x1b[23;0t";
const ALTERNATE_ON: &str = "\x1b[?1049h";
const ALTERNATE_OFF: &str = "\x1b[?1049l";
const PASTE_ON: &str = "\x1b[?2004h";
const PASTE_OFF: &str = "\x1b[?2004l";
const FOCUS_ON: &str = "\x1b[?1004h";
const FOCUS_OFF: &str = "\x1b[?1004l";
// The terminal says when its background has become light or dark.
const GROUND_ON: &str = "\x1b[?2031h";
const GROUND_OFF: &str = "\x1b[?2031l";
pub(super) const GROUND_ASK: &str = "\x1b]11;?\x1b\\";
const PLAIN: &str = "\x1b[0m";

/// Switches on what is ours.
pub(super) fn enter(modes: Modes) -> String {
    let mouse = if modes.mouse { MOUSE_ON } else { "" };
    format!("{TITLE_PUSH}{ALTERNATE_ON}{Hide}{PASTE_ON}{FOCUS_ON}{GROUND_ON}{mouse}")
}

/// Switches all of it off again.
pub(super) fn leave(modes: Modes) -> String {
    let mouse = if modes.mouse { MOUSE_OFF } else { "" };
    // A frame may have been cut short: end its synchronized block before all else.
    format!(
        "{SYNC_END}{mouse}{GROUND_OFF}{FOCUS_OFF}{PASTE_OFF}{PLAIN}{Show}{ALTERNATE_OFF}{TITLE_POP}"
    )
}

/// Calls the window so.
pub(super) fn title(words: &str) -> String {
    let mut out = String::from("\x1b]2;");
    out.extend(words.chars().filter(|c| !c.is_control()));
    out.push_str("\x1b\\");
    out
}

/// Puts a text on the clipboard (OSC 52).
pub(super) fn clipboard(text: &str) -> String {
    let mut out = String::from("\x1b]52;c;");
    // Writing to a String can't fail.
    let _ = write!(
        out,
        "{}",
        data_encoding::BASE64.encode_display(text.as_bytes())
    );
    out.push_str("\x1b\\");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn switched(bytes: &str, to: char) -> Vec<&str> {
        let mut modes: Vec<&str> = bytes
            .split("\x1b[?")
            .skip(1)
            .filter_map(|rest| rest.split_once(to))
            .map(|(mode, _)| mode)
            .filter(|mode| mode.chars().all(|c| c.is_ascii_digit()))
            .collect();
        modes.sort_unstable();
        modes
    }

    #[test]
    fn what_is_switched_on_is_switched_off() {
        for mouse in [false, true] {
            let (on, off) = (enter(Modes { mouse }), leave(Modes { mouse }));
            let mut expected: Vec<&str> = switched(&on, 'h');
            // Leaving ends a synchronized block that a cut frame may have begun.
            expected.push("2026");
            expected.sort_unstable();
            assert_eq!(switched(&off, 'l'), expected);
            assert_eq!(switched(&on, 'l'), ["25"]);
            assert_eq!(switched(&off, 'h'), ["25"]);
            assert!(on.starts_with(TITLE_PUSH) && off.ends_with(TITLE_POP));
            assert_eq!(on.contains("1000"), mouse);
        }
    }

    #[test]
    fn every_movement_of_the_mouse_is_never_asked_for() {
        assert!(!enter(Modes { mouse: true }).contains("1003"));
    }

    #[test]
    fn a_title_can_not_carry_a_sequence() {
        assert_eq!(
            title("a\x1b]52;c;eA==\x07b\u{9c}"),
            "\x1b]2;a]52;c;eA==b\x1b\\"
        );
    }

    #[test]
    fn the_clipboard_gets_the_text_itself() {
        assert_eq!(clipboard("hé\n"), "\x1b]52;c;aMOpCg==\x1b\\");
    }
}
