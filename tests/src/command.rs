//! The client without a screen: a command whose output goes into pipes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::{binaries, wait};

/// No command of a test takes so long.
const ENDS: Duration = Duration::from_secs(60);

/// Runs the client to its end, with this at its standard input.
pub async fn run(home: &Path, args: &[&str], input: &str) -> Result<Output> {
    let mut child = spawn(home, args)?;
    let mut stdin = child.stdin.take().context("no input")?;
    let input = input.to_owned();
    let running = tokio::task::spawn_blocking(move || {
        // A program that needs no input may be gone before it is written.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        child.wait_with_output()
    });
    Ok(wait::within("the command", ENDS, running).await???)
}

/// Starts the client; its input and its outputs are pipes.
pub fn spawn(home: &Path, args: &[&str]) -> Result<Child> {
    let mut command = Command::new(binaries::tui()?);
    command.env_clear().env("HOME", home).env("LANG", "C.UTF-8");
    command
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().context("chat-tui")
}

/// The lines of a program's output; its pipe is closed with them.
pub struct Lines(UnboundedReceiver<String>);

impl Lines {
    /// Those of a program that was spawned.
    pub fn of(child: &mut Child) -> Result<Self> {
        let output = child.stdout.take().context("no output")?;
        let (say, heard) = unbounded_channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if say.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self(heard))
    }

    /// The next line that holds a text.
    pub async fn next_with(&mut self, text: &str) -> Result<String> {
        loop {
            let line = wait::within(text, wait::SOON, self.0.recv()).await?;
            let line = line.context("the end of the output")?;
            if line.contains(text) {
                return Ok(line);
            }
        }
    }
}
