//! The reference in `docs/terminal.md` says what the list of actions says.

use crate::core::actions::{Action, Group, When};
use crate::core::keymap::Preset;
use crate::core::keys::Sequence;
use std::fmt::Write as _;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/terminal.md");
const BEGIN: &str = "<!-- actions: written by `cargo test -p chat-tui reference` -->\n";
const END: &str = "<!-- end of actions -->\n";

/// Writes the page where it is behind; it fails all the same, so that nobody
/// takes a page for tested that is not committed.
#[test]
fn the_reference_is_that_of_the_list() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let wanted = format!("{before}{BEGIN}{}{END}{after}", reference());
    if page != wanted {
        std::fs::write(PAGE, wanted).unwrap();
        panic!("docs/terminal.md was behind the list of actions; it is written anew");
    }
}

fn reference() -> String {
    let mut out = String::new();
    for group in Group::ALL {
        let heading = group.heading();
        write!(
            out,
            "\n### {heading}\n\n| name | keys | with `emacs` | works | what it does |\n|---|---|---|---|---|\n"
        )
        .unwrap();
        let of_group = |action: &&Action| action.info().group == *group;
        for action in Action::ALL.iter().filter(of_group) {
            out.push_str(&row(*action));
        }
    }
    out.push('\n');
    out
}

fn row(action: Action) -> String {
    let info = action.info();
    let takes = match info.takes.words() {
        "" => String::new(),
        words => format!(" {words}"),
    };
    let slash = if Action::commands().any(|command| command == action) {
        "/"
    } else {
        ""
    };
    let keys = chords(Preset::Default, action);
    let emacs = match chords(Preset::Emacs, action) {
        same if same == keys => String::new(),
        other => other,
    };
    let works = match info.when {
        When::Always => "always",
        When::Room => "in a room",
        When::Writing => "while writing",
        When::Selecting => "on a selected message",
        When::Refused => "on a refused message",
    };
    let title = info.title;
    format!(
        "| `{slash}{}{takes}` | {keys} | {emacs} | {works} | {title} |\n",
        info.name
    )
}

fn chords(preset: Preset, action: Action) -> String {
    let chords = preset.keys(action).map(|keys: Sequence| keys.to_string());
    chords.collect::<Vec<_>>().join(", ")
}
