//! Links handed to the program that opens them.
//!
//! Always holds: no shell reads a word of it; the link is one argument, which
//! begins with a letter and so is no option; what the program writes does not
//! reach the terminal, and its end is waited for by nobody but the system's need.

use std::process::{Command, Stdio};

/// Starts `program`, a name with arguments, with the link as its last one; why
/// not, in words.
pub fn open(program: &str, link: &str) -> Result<(), String> {
    let mut words = program.split_whitespace();
    let Some(name) = words.next() else {
        return Err("no program is set that opens links".to_owned());
    };
    let mut child = Command::new(name)
        .args(words)
        .arg(link)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| format!("{name} can't be started: {e}"))?;
    // Whoever ended and is not waited for stays in the list of processes.
    let reaper = std::thread::Builder::new().name("opener".to_owned());
    let started = reaper.spawn(move || child.wait());
    started.map(drop).map_err(|e| e.to_string())
}
