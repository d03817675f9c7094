//! Libraries in C that stand between a program and its system.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

/// What names the library to a program that starts.
pub const VARIABLE: &str = "LD_PRELOAD";

/// Compiles a source of this crate into a folder.
pub fn compile(source: &str, folder: &Path) -> Result<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(source);
    let name = source.file_stem().context("a source has a name")?;
    let library = folder.join(name).with_extension("so");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .output()
        .context("cc")?;
    ensure!(
        compiled.status.success(),
        "{}",
        String::from_utf8_lossy(&compiled.stderr)
    );
    Ok(library)
}
