//! Where the programs under test lie: in the target directory that the running
//! test was built into, of the same profile.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};

/// The built `chat-server`.
pub fn server() -> Result<PathBuf> {
    find("chat-server")
}

/// The built `chat-tui`.
pub fn tui() -> Result<PathBuf> {
    find("chat-tui")
}

/// The built `chat-load`.
pub fn load() -> Result<PathBuf> {
    find("chat-load")
}

fn find(name: &str) -> Result<PathBuf> {
    let test = std::env::current_exe().context("the running test has no path")?;
    let profile = test
        .parent()
        .and_then(|deps| {
            if deps.ends_with("deps") {
                deps.parent()
            } else {
                Some(deps)
            }
        })
        .context("the running test lies in no target directory")?;
    let path = profile.join(name);
    ensure!(
        path.is_file(),
        "{} is not built: run `cargo build --workspace` first (tests/run does)",
        path.display()
    );
    Ok(path)
}
