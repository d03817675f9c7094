//! The home directory of someone who uses the terminal client: what they
//! configure there, and what the client keeps. Knows no more of its layout than
//! where the documentation says that a file lies.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tempfile::TempDir;

/// A fresh one.
pub fn home() -> Result<TempDir> {
    TempDir::with_prefix("chat-home-").context("no temporary directory")
}

/// Writes the client's configuration.
pub fn configure(home: &Path, text: impl AsRef<[u8]>) -> Result<()> {
    let folder = home.join(".config/chat-tui");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("config.toml"), text).context("the configuration")
}

/// A file of this name, wherever it lies there.
pub fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    entries
        .flatten()
        .map(|entry| entry.path())
        .find_map(|path| {
            if path.is_dir() {
                find(&path, name)
            } else {
                path.ends_with(name).then_some(path)
            }
        })
}
