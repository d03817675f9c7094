//! Notifications as the terminal takes them: which kind it knows, and the bytes
//! of each. What is told is harmless before it is put in between.

use crate::core::notify::{Means, Told};
use crate::neutral;

/// Characters of a title or of what was said.
const CHARS_MOST: usize = 200;

/// What is known of the terminal, from its environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// How it is told best.
    pub means: Means,
    /// Whether tmux is between, which passes on only what is wrapped.
    pub tmux: bool,
}

impl Terminal {
    /// Looks for what terminals say of themselves; they say it also through tmux.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let has = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let is = |name: &str, values: &[&str]| {
            variable(name).is_some_and(|value| values.iter().any(|v| value.starts_with(v)))
        };
        let means = if has("KITTY_WINDOW_ID") || is("TERM", &["xterm-kitty"]) {
            Means::Osc99
        } else if is("TERM", &["foot", "rxvt-unicode", "xterm-ghostty"])
            || is("TERM_PROGRAM", &["WezTerm", "ghostty"])
            || has("GHOSTTY_RESOURCES_DIR")
            || has("WEZTERM_PANE")
        {
            Means::Osc777
        } else if is("TERM_PROGRAM", &["iTerm"]) || is("LC_TERMINAL", &["iTerm"]) {
            Means::Osc9
        } else {
            Means::Bell
        };
        let tmux = has("TMUX");
        Self { means, tmux }
    }

    /// What to write, told by these means.
    pub fn bytes(self, means: Means, told: &Told) -> String {
        let (title, body) = (harmless(&told.title), harmless(&told.body));
        let sequence = match means {
            // It needs no wrapping: tmux has a bell of its own.
            Means::Bell => return "\x07".to_owned(),
            Means::Osc9 if body.is_empty() => format!("\x1b]9;{title}\x1b\\"),
            Means::Osc9 => format!("\x1b]9;{title}: {body}\x1b\\"),
            Means::Osc777 => {
                // A semicolon ends the title.
                let title = title.replace(';', ",");
                format!("\x1b]777;notify;{title};{body}\x1b\\")
            }
            Means::Osc99 if body.is_empty() => format!("\x1b]99;;{title}\x1b\\"),
            Means::Osc99 => {
                format!("\x1b]99;i=chat:d=0;{title}\x1b\\\x1b]99;i=chat:d=1:p=body;{body}\x1b\\")
            }
        };
        if self.tmux {
            wrapped(&sequence)
        } else {
            sequence
        }
    }
}

fn harmless(words: &str) -> String {
    let line = neutral::line(words);
    line.chars()
        .filter(|c| !c.is_control())
        .take(CHARS_MOST)
        .collect()
}

/// As tmux passes it on to the terminal outside.
fn wrapped(sequence: &str) -> String {
    let doubled = sequence.replace('\x1b', "\x1b\x1b");
    format!("\x1bPtmux;{doubled}\x1b\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(set: &[(&str, &str)]) -> Terminal {
        Terminal::of(|name| {
            let found = set.iter().find(|(n, _)| *n == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn told(title: &str, body: &str) -> Told {
        Told {
            title: title.to_owned(),
            body: body.to_owned(),
        }
    }

    #[test]
    fn a_terminal_is_known_by_what_it_says_of_itself() {
        for (set, means, tmux) in [
            (&[("TERM", "xterm-kitty")][..], Means::Osc99, false),
            (&[("TERM", "foot-extra")], Means::Osc777, false),
            (&[("TERM_PROGRAM", "WezTerm")], Means::Osc777, false),
            (&[("TERM_PROGRAM", "iTerm.app")], Means::Osc9, false),
            (&[("TERM", "xterm-256color")], Means::Bell, false),
            (
                &[
                    ("TERM", "tmux-256color"),
                    ("TMUX", "/tmp/x"),
                    ("KITTY_WINDOW_ID", "1"),
                ],
                Means::Osc99,
                true,
            ),
        ] {
            assert_eq!(terminal(set), Terminal { means, tmux }, "{set:?}");
        }
    }

    #[test]
    fn each_kind_has_its_bytes_and_tmux_is_passed() {
        let (plain, tmux) = (terminal(&[]), terminal(&[("TMUX", "x")]));
        let hi = told("bob in #dev", "hi");
        for (means, bytes) in [
            (Means::Bell, "\x07"),
            (Means::Osc9, "\x1b]9;bob in #dev: hi\x1b\\"),
            (Means::Osc777, "\x1b]777;notify;bob in #dev;hi\x1b\\"),
            (
                Means::Osc99,
                "\x1b]99;i=chat:d=0;bob in #dev\x1b\\\x1b]99;i=chat:d=1:p=body;hi\x1b\\",
            ),
        ] {
            assert_eq!(plain.bytes(means, &hi), bytes);
        }
        assert_eq!(tmux.bytes(Means::Bell, &hi), "\x07");
        assert_eq!(
            tmux.bytes(Means::Osc9, &told("bob", "")),
            "\x1bPtmux;\x1b\x1b]9;bob\x1b\x1b\\\x1b\\"
        );
    }

    #[test]
    fn no_words_of_others_end_a_notification() {
        let evil = told(
            "a;b\x1b\\\u{9c}\x07",
            "x\x1b]52;c;eA==\x07\n\u{9b}31m\u{202e}",
        );
        for means in [Means::Osc9, Means::Osc777, Means::Osc99] {
            let bytes = terminal(&[]).bytes(means, &evil);
            let inner = bytes.replace("\x1b]9;", "").replace("\x1b]777;", "");
            let inner = inner.replace("\x1b]99;", "").replace("\x1b\\", "");
            let harmless = |c: char| !c.is_control() && !neutral::is_hostile(c);
            assert!(inner.chars().all(harmless), "{inner:?}");
        }
        let long = "x".repeat(1000);
        assert!(terminal(&[]).bytes(Means::Osc9, &told("a", &long)).len() < 300);
    }
}
