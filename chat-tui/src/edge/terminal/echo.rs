//! The terminal's echo, off while a password is typed at a prompt.
//!
//! Always holds: whoever turned it off has it back on after [`show`], which
//! may be called from any thread, any number of times.

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::io;
use std::sync::Mutex;

static FOUND: Mutex<Option<Termios>> = Mutex::new(None);

/// What is typed is not shown from now on, but for the end of the line.
/// Where there is no terminal nothing is shown anyway.
pub fn hide() {
    let Ok(mut found) = FOUND.lock() else {
        return;
    };
    if found.is_some() {
        return;
    }
    let Ok(termios) = tcgetattr(io::stdin()) else {
        return;
    };
    let mut hidden = termios.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    hidden.local_modes.insert(LocalModes::ECHONL);
    if tcsetattr(io::stdin(), OptionalActions::Now, &hidden).is_ok() {
        *found = Some(termios);
    }
}

/// What is typed is shown again.
pub fn show() {
    // Whoever holds it is about to turn it off or on; a dying program does not wait.
    let Ok(mut found) = FOUND.try_lock() else {
        return;
    };
    if let Some(termios) = found.take() {
        // A terminal that is gone shows nothing.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &termios);
    }
}
