//! The terminal client within tmux, which stands between it and the terminal.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use chat_tests::binaries;
use chat_tests::server::Server;
use chat_tests::terminal::{Key, Program, Terminal, home};
use chat_tests::wait::{self, SOON};
use tempfile::TempDir;

/// A tmux of its own, that ends with this value.
struct Tmux {
    home: TempDir,
    /// What it is seen through; `None` before the start.
    terminal: Option<Terminal>,
}

impl Tmux {
    fn new(config: &str) -> Result<Self> {
        let home = home()?;
        std::fs::write(home.path().join("tmux.conf"), config)?;
        let terminal = None;
        Ok(Self { home, terminal })
    }

    /// Runs a program in it.
    fn start(&mut self, line: &[&str]) -> Result<&mut Terminal> {
        let begin =
            ["-f", &self.path("tmux.conf")?, "-S", &self.path("socket")?].map(str::to_owned);
        let terminal = Program::new("tmux")
            .env("HOME", self.home.path().display().to_string())
            .args(begin)
            .args(["new-session"])
            .args(line.iter().copied())
            .size(100, 30)
            .start()?;
        Ok(self.terminal.insert(terminal))
    }

    fn path(&self, name: &str) -> Result<String> {
        let path: PathBuf = self.home.path().join(name);
        path.to_str().context("no UTF-8").map(str::to_owned)
    }

    /// What a command to it says; `None` if it fails.
    fn asked(&self, command: &str) -> Option<String> {
        let socket = self.path("socket").ok()?;
        let said = Command::new("tmux").args(["-S", &socket, command]).output();
        let said = said.ok().filter(|said| said.status.success())?;
        String::from_utf8(said.stdout).ok()
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        // Gone already is as well.
        let _ = self.asked("kill-server");
    }
}

/// Behaviour 29.
#[tokio::test]
async fn within_tmux_a_copy_is_in_its_buffer_as_it_was_written() -> Result<()> {
    let server = Server::start().await?;
    let mut tmux = Tmux::new("set -g set-clipboard on\nset -g status off\n")?;
    let client = binaries::tui()?;
    let client = client.to_str().context("no UTF-8")?;
    let ada = tmux.start(&[client, &server.url(), "--name", "ada"])?;
    ada.wait_for("online").await?;
    ada.enter("*bold* `code`").await?;
    ada.wait_for("message #lobby").await?;
    ada.press(Key::Up)?;
    ada.wait_for("r answer").await?;
    ada.type_text("y")?;
    ada.wait_for("copied").await?;
    let buffer = wait::until("a buffer", SOON, || tmux.asked("show-buffer")).await?;
    ensure!(buffer == "*bold* `code`", "{buffer:?}");
    Ok(())
}
