//! Completion of a path: which folder has to be read for it, and what of that
//! folder it may become. Pure; the edge reads folders.
//!
//! Always holds: a name that a line can't hold is not offered, nor one that is
//! hidden, unless a dot was typed.

use super::command::command;
use super::complete::{Kind, Word};
use super::effect::Effect;
use super::overlay::{Candidate, Overlay, Prompt};
use super::state::{State, Turn};
use super::words::Takes;

/// Something that lies in a folder of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What it is called; hostile.
    pub name: String,
    /// It is a folder itself.
    pub folder: bool,
}

/// The folder that was asked for last.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    /// As it was typed, with its slash; empty: where the program was started.
    path: String,
    /// What lies in it; `None`: it is being read.
    found: Option<Vec<Listed>>,
    /// The whole path, where Tab waits for what it may become.
    tabbed: Option<String>,
}

/// Where the path starts in a text that begins with a command that takes one.
pub(super) fn start(text: &str) -> Option<usize> {
    let (name, rest) = text.strip_prefix('/')?.split_once(char::is_whitespace)?;
    let takes = command(name)?.info().takes;
    (takes == Takes::Path).then(|| text.len() - rest.trim_start().len())
}

/// The folder of a path, with its slash, and what was typed of a name in it.
fn split(path: &str) -> (&str, &str) {
    path.split_at(path.rfind('/').map_or(0, |at| at + 1))
}

/// What a path may become.
fn candidates(path: &str, found: &[Listed]) -> Vec<Candidate> {
    let (folder, typed) = split(path);
    let lower = typed.to_lowercase();
    let fits = |listed: &&Listed| {
        let hidden = listed.name.starts_with('.') && !typed.starts_with('.');
        !hidden && listed.name.to_lowercase().starts_with(&lower)
    };
    let candidate = |listed: &Listed| {
        let slash = if listed.folder { "/" } else { "" };
        let shown = format!("{}{slash}", listed.name);
        Candidate {
            word: format!("{folder}{shown}"),
            matched: 0..super::complete::same(&listed.name, &lower),
            shown,
            about: "",
        }
    };
    found.iter().filter(fits).map(candidate).collect()
}

impl Prompt {
    /// Whether a path is asked for.
    pub(crate) fn takes_path(&self) -> bool {
        self.action.info().takes == Takes::Path
    }
}

impl State {
    /// Whether a path is asked for, over everything else.
    pub(super) fn asks_path(&self) -> bool {
        matches!(self.overlays.last(), Some(Overlay::Prompt(prompt)) if prompt.takes_path())
    }

    /// What a path may become, by what was read.
    pub(super) fn path_candidates(&self, path: &str) -> Vec<Candidate> {
        if path == "~" {
            return vec![Candidate {
                word: "~/".to_owned(),
                shown: "~/".to_owned(),
                matched: 0..1,
                about: "where you are at home",
            }];
        }
        let folder = self.folder.as_ref();
        let folder = folder.filter(|folder| folder.path == split(path).0);
        let found = folder.and_then(|folder| folder.found.as_ref());
        found.map_or_else(Vec::new, |found| candidates(path, found))
    }

    /// Whether another folder has to be read for what is typed now.
    pub(super) fn leaves_folder(&self, word: &Word) -> bool {
        let path = split(&word.typed).0;
        let read = self
            .folder
            .as_ref()
            .is_some_and(|folder| folder.path == path);
        word.kind == Kind::Path && !read && word.typed != "~"
    }

    /// Has the folder of a path read; then it is offered what may follow.
    pub(super) fn read_folder(&mut self, turn: &mut Turn, typed: &str, by_tab: bool) {
        let path = split(typed).0.to_owned();
        turn.effects.push(Effect::List(path.clone()));
        self.folder = Some(Folder {
            path,
            found: None,
            tabbed: by_tab.then(|| typed.to_owned()),
        });
    }

    /// A folder was read, or why it can't be.
    pub(super) fn folder_came(
        &mut self,
        turn: &mut Turn,
        path: &str,
        found: Result<Vec<Listed>, String>,
    ) {
        let waits = |folder: &&mut Folder| folder.path == path && folder.found.is_none();
        let Some(folder) = self.folder.as_mut().filter(waits) else {
            return;
        };
        let tabbed = folder.tabbed.take();
        match found {
            Ok(mut found) => {
                found.retain(|listed| !listed.name.contains(['\n', '\r']));
                found.sort_by_cached_key(|listed| listed.name.to_lowercase());
                folder.found = Some(found);
            }
            Err(why) => {
                self.folder = None;
                return tabbed.map_or((), |_| self.complain(turn, why));
            }
        }
        let word = self.word();
        let of_it = |word: &Word| word.kind == Kind::Path && split(&word.typed).0 == path;
        let Some(word) = word.filter(of_it) else {
            return;
        };
        if tabbed.is_some_and(|typed| typed == word.typed) {
            self.choose_first(turn, word);
        } else {
            self.completion = self.offer(word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_begins_after_its_command_and_goes_on_over_blanks() {
        for (text, path) in [
            ("/upload ", Some("")),
            ("/upload   ~/my pictures/a b", Some("~/my pictures/a b")),
            ("/upload", None),
            ("/topic a/b", None),
            ("upload a/b", None),
            (" /upload a", None),
        ] {
            assert_eq!(start(text).map(|at| &text[at..]), path, "{text}");
        }
        assert_eq!(split("~/a b/c"), ("~/a b/", "c"));
        assert_eq!(split("c"), ("", "c"));
        assert_eq!(split("/"), ("/", ""));
    }

    #[test]
    fn of_a_folder_that_fits_is_offered_and_what_is_hidden_after_a_dot() {
        let listed = |name: &str, folder| Listed {
            name: name.to_owned(),
            folder,
        };
        let found = [
            listed(".cache", true),
            listed("Plan b.txt", false),
            listed("plans", true),
            listed("pläne", false),
        ];
        for (path, words) in [
            ("", &["Plan b.txt", "plans/", "pläne"][..]),
            ("pl", &["Plan b.txt", "plans/", "pläne"]),
            ("x/plan", &["x/Plan b.txt", "x/plans/"]),
            ("x/PLÄ", &["x/pläne"]),
            (".", &[".cache/"]),
            ("x/.c", &["x/.cache/"]),
            ("q", &[]),
        ] {
            let offered = candidates(path, &found);
            let all: Vec<_> = offered.iter().map(|found| &*found.word).collect();
            assert_eq!(all, words, "{path}");
        }
        let plan = &candidates("~/PLA", &found)[0];
        assert_eq!(&plan.shown[plan.matched.clone()], "Pla", "{plan:?}");
    }
}
