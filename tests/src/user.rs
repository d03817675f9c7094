//! A person at the terminal client: a home directory that stays, and a program
//! that can be killed and started again in it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;

use crate::screen::Screen;
use crate::terminal::{Key, Program, Terminal, home};
use crate::wait;

/// The character beside a message that is not even on the client's disk yet.
pub const SAVING: &str = "·";
/// The character beside a message that is not acknowledged yet.
pub const PENDING: &str = "…";
/// The character beside a message that was refused.
pub const REFUSED: &str = "✗";

/// Before what is written in the composer.
const COMPOSER: &str = "›";
/// What an empty composer shows, before the name of the room.
const EMPTY: &str = "› message #";
/// The title of the switcher of rooms.
const SWITCHER: &str = "go to a room";
/// Characters by which the end of a line is known again.
const TAIL: usize = 8;

/// One person with a terminal.
pub struct User {
    home: TempDir,
    url: String,
    name: String,
    size: (u16, u16),
    env: Vec<(String, String)>,
    // None before the first start.
    terminal: Option<Terminal>,
}

impl User {
    /// Somebody who has not started the client yet.
    pub fn new(url: impl Into<String>, name: &str) -> Result<Self> {
        Ok(Self {
            home: home()?,
            url: url.into(),
            name: name.to_owned(),
            size: (100, 30),
            env: Vec::new(),
            terminal: None,
        })
    }

    /// With a terminal of this size.
    #[must_use]
    pub fn size(mut self, width: u16, height: u16) -> Self {
        self.size = (width, height);
        self
    }

    /// With an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets an environment variable for the next starts.
    pub fn set_env(&mut self, name: &str, value: &str) {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// Starts the client and waits until it is in the lobby of a live server.
    pub async fn enter(url: impl Into<String>, name: &str) -> Result<Self> {
        Self::new(url, name)?.entered().await
    }

    /// Starts the client and waits until it is in the lobby of a live server.
    pub async fn entered(mut self) -> Result<Self> {
        self.start()?;
        self.wait_for("lobby").await?;
        Ok(self)
    }

    /// Starts the client, without waiting for anything.
    pub fn start(&mut self) -> Result<()> {
        let (width, height) = self.size;
        let mut program = Program::client(self.home.path())?
            .args([self.url.as_str(), "--name", &self.name])
            .size(width, height);
        for (name, value) in &self.env {
            program = program.env(name, value);
        }
        self.terminal = Some(program.start()?);
        Ok(())
    }

    /// Kills the client at once.
    pub fn kill9(&mut self) -> Result<()> {
        self.terminal()?.kill9()
    }

    /// Comes into a room by a command, and waits until it is open.
    pub async fn join(&mut self, room: &str) -> Result<()> {
        self.say(&format!("/join {room}")).await?;
        self.wait_open(room).await
    }

    /// Asks the client to quit, and waits.
    pub async fn quit(&mut self) -> Result<()> {
        self.say("/quit").await?;
        let status = self.terminal()?.ended(wait::SOON).await?;
        if !status.success() {
            bail!("/quit ended the client with {status:?}");
        }
        Ok(())
    }

    /// The terminal.
    pub fn terminal(&mut self) -> Result<&mut Terminal> {
        self.terminal.as_mut().context("not started")
    }

    /// The name that was asked for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The home directory.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The token that the client keeps; fails unless only its owner can read it.
    pub fn token(&self) -> Result<String> {
        let path = find_file(self.home.path(), "token").context("no token is kept")?;
        let mode = std::fs::metadata(&path)?.permissions().mode() & 0o777;
        ensure!(mode == 0o600, "{} has mode {mode:o}", path.display());
        Ok(std::fs::read_to_string(path)?.trim().to_owned())
    }

    /// Connects to another address from the next start on.
    pub fn move_to(&mut self, url: impl Into<String>) {
        self.url = url.into();
    }

    /// What is on the screen.
    pub fn screen(&self) -> Result<Screen> {
        Ok(self.terminal.as_ref().context("not started")?.screen())
    }

    /// Writes a line into the composer and sends it; returns when the composer
    /// is free again. What comes in one read is a paste to the client, in which
    /// Enter is a line's end: so each step is waited for.
    pub async fn say(&mut self, line: &str) -> Result<()> {
        let tail: Vec<char> = line.trim_end().chars().rev().take(TAIL).collect();
        let tail: String = tail.into_iter().rev().collect();
        self.type_text(line)?;
        // An empty composer names its room, which may be what was just typed.
        let writes = |screen: &Screen| {
            row_of(screen, COMPOSER).is_some_and(|row| row.contains(&tail) && !row.contains(EMPTY))
        };
        self.wait_until(&format!("{tail:?} in the composer"), writes)
            .await?;
        self.press(Key::Enter)?;
        self.wait_until("the composer to be free", |screen| !writes(screen))
            .await
            .map(|_| ())
    }

    /// Presses a key.
    pub fn press(&mut self, key: Key) -> Result<()> {
        self.terminal()?.press(key)
    }

    /// Types text without sending it.
    pub fn type_text(&mut self, text: &str) -> Result<()> {
        self.terminal()?.type_text(text)
    }

    /// Goes to a room by the switcher.
    pub async fn go_to(&mut self, room: &str) -> Result<()> {
        self.press(Key::Ctrl('k'))?;
        self.wait_for(SWITCHER).await?;
        self.type_text(room)?;
        self.settled().await?;
        self.press(Key::Enter)?;
        self.wait_open(room).await
    }

    /// Waits until a room is open, with nothing over it.
    pub async fn wait_open(&self, room: &str) -> Result<()> {
        let title = format!("#{room}");
        self.wait_until(&format!("{title} to be open"), |screen| {
            let row = screen.row(0);
            let head = row.rsplit('│').next().unwrap_or_default().to_owned();
            let mut words = head.split_whitespace();
            words.next() == Some(title.as_str()) && !screen.shows(SWITCHER)
        })
        .await
        .map(|_| ())
    }

    /// Waits until a text is shown.
    pub async fn wait_for(&self, text: &str) -> Result<Screen> {
        let terminal = self.terminal.as_ref().context("not started")?;
        terminal.wait_for(text).await
    }

    /// Waits until a text is no longer shown.
    pub async fn wait_gone(&self, text: &str) -> Result<Screen> {
        let terminal = self.terminal.as_ref().context("not started")?;
        terminal.wait_gone(text).await
    }

    /// Waits until the screen is as wanted.
    pub async fn wait_until(
        &self,
        what: &str,
        fits: impl FnMut(&Screen) -> bool,
    ) -> Result<Screen> {
        let terminal = self.terminal.as_ref().context("not started")?;
        terminal.wait_until(what, wait::SOON, fits).await
    }

    /// Waits until a message is shown, acknowledged.
    pub async fn wait_sent(&self, text: &str) -> Result<Screen> {
        self.wait_until(&format!("{text:?} to be sent"), |screen| {
            row_of(screen, text).is_some_and(|row| !is_pending(&row) && !row.contains(SAVING))
        })
        .await
    }

    /// Waits until a message is shown as not acknowledged.
    pub async fn wait_pending(&self, text: &str) -> Result<Screen> {
        self.wait_until(&format!("{text:?} to be pending"), |screen| {
            row_of(screen, text).is_some_and(|row| is_pending(&row))
        })
        .await
    }

    /// Waits until a whole screen has been drawn and nothing more comes: some
    /// looks in a row at which nothing more was written.
    pub async fn settled(&self) -> Result<Screen> {
        let terminal = self.terminal.as_ref().context("not started")?;
        let mut before = usize::MAX;
        let mut same_looks = 0;
        wait::until("a screen at rest", wait::SOON, || {
            let written = terminal.written();
            same_looks = if written == before { same_looks + 1 } else { 0 };
            before = written;
            (same_looks >= SAME_LOOKS).then(|| terminal.screen())
        })
        .await
    }
}

/// Looks that have to be equal for a screen to be at rest.
const SAME_LOOKS: u32 = 30;

/// The last row that holds this text.
pub fn row_of(screen: &Screen, text: &str) -> Option<String> {
    screen
        .rows()
        .into_iter()
        .rev()
        .find(|row| row.contains(text))
}

fn find_file(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    let paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths
        .iter()
        .find(|path| path.is_file() && path.ends_with(name))
        .cloned()
        .or_else(|| paths.iter().find_map(|path| find_file(path, name)))
}

fn is_pending(row: &str) -> bool {
    row.contains(PENDING)
}

/// Looks until all of these texts are found in this order from the top.
pub async fn wait_in_order(user: &User, texts: &[String], within: Duration) -> Result<()> {
    let found = wait::until("all in order", within, || {
        let screen = user.screen().ok()?.text();
        let mut rest = screen.as_str();
        for text in texts {
            let (_, after) = rest.split_once(text.as_str())?;
            rest = after;
        }
        Some(())
    });
    match found.await {
        Ok(()) => Ok(()),
        Err(late) => bail!("{late}: {texts:?}; {}", user.screen()?),
    }
}
