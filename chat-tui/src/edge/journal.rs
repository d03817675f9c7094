//! The log: a file that says what happened on the way, for when something is wrong.
//!
//! Always holds: it is its owner's only; it and the one before it have a bound;
//! each entry is one line, and what others wrote is neutral in it. What may be
//! written of a frame is [`tells`]' business.

use super::profile::{create_private_dir, state_dir};
use crate::neutral;
use chat_proto::Timestamp;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// How much a note matters; what matters less than asked for is not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, clap::ValueEnum)]
pub enum Level {
    /// Something is lost.
    Error,
    /// Something is not as it should be.
    Warn,
    /// What happens now and then.
    #[default]
    Info,
    /// Every frame, by type and size.
    Debug,
}

/// An open log.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    bytes: u64,
    level: Level,
    texts: bool,
}

/// A file does not become longer than this by much; then it becomes the one before.
const BYTES_MOST: u64 = 1024 * 1024;
/// Characters of one entry at most.
const CHARS_MOST: usize = 600;

/// The types of frames whose words may be written when that is asked for: by
/// name, so that one that is added later, and may hold a token, is not among them.
const TOLD: &[&str] = &[
    "send", "edit", "delete", "react", "pin", "read", "history", "search", "join", "leave",
    "rooms", "members", "typing", "ping", "server", "message", "edited", "deleted", "reacted",
    "pinned", "topic", "member", "joined", "left", "found", "sent", "ok", "error", "gap",
    "invited", "presence", "pong",
];

/// Whether the words of a frame of this type may be written at all: those that
/// hold tokens and passwords never.
pub fn tells(kind: &str) -> bool {
    TOLD.contains(&kind)
}

/// Where the log is unless another place is named; `None` without a home directory.
pub fn usual_path() -> Option<PathBuf> {
    Some(state_dir()?.join("chat-tui.log"))
}

impl Journal {
    /// Opens the log, or goes on in the one there is.
    pub fn open(path: PathBuf, level: Level, texts: bool) -> io::Result<Self> {
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            create_private_dir(folder)?;
        }
        let file = append(&path)?;
        let bytes = file.metadata()?.len();
        Ok(Self {
            path,
            file,
            bytes,
            level,
            texts,
        })
    }

    /// Whether what matters this much is written.
    pub fn takes(&self, level: Level) -> bool {
        level <= self.level
    }

    /// Whether the words of frames are written, as far as [`tells`] lets them.
    pub fn takes_texts(&self) -> bool {
        self.texts
    }

    /// Writes an entry. One that can't be written is lost: a full disk must not
    /// end the conversation.
    pub fn note(&mut self, at: Timestamp, level: Level, words: &str) {
        if !self.takes(level) {
            return;
        }
        let words: String = neutral::line(words).chars().take(CHARS_MOST).collect();
        let process = std::process::id();
        let line = format!("{at} {:5} [{process}] {words}\n", level.name());
        if self.bytes + line.len() as u64 > BYTES_MOST {
            self.turn_over();
        }
        // In one write, so that the lines of two clients do not mix.
        if self.file.write_all(line.as_bytes()).is_ok() {
            self.bytes += line.len() as u64;
        }
    }

    /// Begins a new file; where the old one can't be kept, it goes.
    fn turn_over(&mut self) {
        let mut before = self.path.clone().into_os_string();
        before.push(".1");
        let moved = std::fs::rename(&self.path, before);
        match append(&self.path) {
            Ok(file) => self.file = file,
            Err(_) => {
                let _ = self.file.set_len(0);
            }
        }
        if moved.is_err() {
            let _ = self.file.set_len(0);
        }
        self.bytes = 0;
    }
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Warn => "WARN",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
        }
    }
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn journal(level: Level) -> (tempfile::TempDir, PathBuf, Journal) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new").join("log");
        let journal = Journal::open(path.clone(), level, false).unwrap();
        (folder, path, journal)
    }

    fn at() -> Timestamp {
        Timestamp::from_millis(0)
    }

    #[test]
    fn the_log_is_its_owner_s_and_takes_what_matters_enough_on_one_neutral_line() {
        let (_folder, path, mut journal) = journal(Level::Warn);
        journal.note(at(), Level::Info, "not this");
        journal.note(at(), Level::Warn, "two\nlines \u{1b}[2J");
        journal.note(at(), Level::Error, &"x".repeat(5000));
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(
            lines[0].starts_with("1970-01-01T00:00:00.000Z WARN "),
            "{text}"
        );
        assert!(
            !text.contains('\u{1b}') && !text.contains("not this"),
            "{text}"
        );
        assert!(lines[1].len() < 1000);
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
    }

    #[test]
    fn the_log_and_the_one_before_it_have_a_bound() {
        let (folder, path, mut journal) = journal(Level::Debug);
        for n in 0..8000 {
            journal.note(at(), Level::Debug, &format!("{n} {}", "x".repeat(500)));
        }
        let files: Vec<_> = std::fs::read_dir(folder.path().join("new"))
            .unwrap()
            .collect();
        assert_eq!(files.len(), 2);
        for file in files {
            assert!(file.unwrap().metadata().unwrap().len() <= BYTES_MOST);
        }
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.lines().next_back().unwrap().contains("7999"));
    }

    #[test]
    fn what_may_hold_a_secret_is_never_told() {
        for kind in [
            "hello",
            "register",
            "password",
            "welcome",
            "registered",
            "hook",
            "hooks",
            "later",
        ] {
            assert!(!tells(kind), "{kind}");
        }
        assert!(tells("send") && tells("message"));
    }
}
