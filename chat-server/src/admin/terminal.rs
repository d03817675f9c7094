//! A password from whoever sits at the terminal, unseen; or from a pipe.

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::io::{self, BufRead as _, IsTerminal as _, Read as _, StdinLock, Write as _};

/// Bytes that are read of one.
const BYTES: u64 = 4096;

/// Asks twice at a terminal; takes the first line otherwise.
pub(super) fn new_password(name: &str) -> io::Result<String> {
    let mut stdin = io::stdin().lock();
    if !stdin.is_terminal() {
        return line(&mut stdin);
    }
    let _quiet = Quiet::begin(&stdin)?;
    let first = asked(&mut stdin, &format!("new password for {name}: "))?;
    if first == asked(&mut stdin, "once more: ")? {
        Ok(first)
    } else {
        Err(io::Error::other("these are two different passwords"))
    }
}

fn asked(stdin: &mut StdinLock<'_>, prompt: &str) -> io::Result<String> {
    let mut stderr = io::stderr();
    write!(stderr, "{prompt}")?;
    stderr.flush()?;
    let said = line(stdin);
    // The line end that was typed was not shown either.
    writeln!(stderr)?;
    said
}

fn line(stdin: &mut StdinLock<'_>) -> io::Result<String> {
    let mut line = String::new();
    stdin.take(BYTES).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// A terminal that does not show what is typed, as long as this lives.
struct Quiet {
    before: Termios,
}

impl Quiet {
    fn begin(stdin: &StdinLock<'_>) -> io::Result<Self> {
        let before = tcgetattr(stdin)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(stdin, OptionalActions::Flush, &silent)?;
        Ok(Self { before })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // A terminal that is gone needs no echo.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
}
