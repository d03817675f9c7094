//! A program in a real pseudo-terminal, with a parser in the place of the person.
//!
//! A thread reads all that the program writes, keeps the bytes and feeds the
//! parser; keys go in by [`Terminal::type_text`] and [`Terminal::press`]. The
//! terminal answers no query. Holds: the program and all of its session are gone
//! when the value is.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, ensure};
use portable_pty::{Child, ExitStatus, MasterPty, SlavePty};

use crate::emulator::{Emulator, pty_size};
use crate::process::{self, Signal};
use crate::screen::Screen;
use crate::{modes, wait};

pub use crate::home::home;
pub use crate::keys::Key;
pub use crate::program::Program;

/// A program in a terminal of its own.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    pid: u32,
    device: PathBuf,
    stty_before: String,
    // None once the terminal was closed.
    ends: Option<Ends>,
    shown: Shown,
    ended: Option<ExitStatus>,
}

struct Ends {
    // Kept open, so that the terminal's settings outlive the program.
    _slave: Box<dyn SlavePty + Send>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
}

/// What the program has written so far.
#[derive(Clone)]
struct Shown {
    state: Arc<Mutex<State>>,
    closing: Arc<AtomicBool>,
}

struct State {
    emulator: Emulator,
    log: Vec<u8>,
    // When each read ended, and how long the log was then.
    times: Vec<(Instant, usize)>,
    // How many times the screen may have become another.
    changes: u64,
}

impl Terminal {
    pub(crate) fn start(program: &Program) -> Result<Self> {
        let size = pty_size(program.width, program.height);
        let pair = portable_pty::native_pty_system().openpty(size)?;
        let device = pair.master.tty_name().context("the terminal has no name")?;
        let stty_before = stty(&device)?;
        let reader = pair.master.try_clone_reader()?;
        let writer = pair.master.take_writer()?;
        let shown = Shown::new(program.width, program.height)?;
        let reading = shown.clone();
        std::thread::spawn(move || reading.follow(reader));
        let child = pair.slave.spawn_command(program.command());
        let child = child.with_context(|| format!("{program} does not start"))?;
        let pid = child.process_id().context("a program without a process")?;
        Ok(Self {
            child,
            pid,
            device,
            stty_before,
            ends: Some(Ends {
                _slave: pair.slave,
                master: pair.master,
                writer,
            }),
            shown,
            ended: None,
        })
    }

    /// The process id of the program.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// What is shown now.
    pub fn screen(&self) -> Screen {
        Screen::of(self.shown.lock().emulator.screen().clone())
    }

    /// All bytes that the program has written.
    pub fn log(&self) -> Vec<u8> {
        self.shown.lock().log.clone()
    }

    /// What it has written after its first `bytes`.
    pub fn log_from(&self, bytes: usize) -> Vec<u8> {
        let state = self.shown.lock();
        state.log.get(bytes..).unwrap_or_default().to_vec()
    }

    /// How many bytes the program has written.
    pub fn written(&self) -> usize {
        self.shown.lock().log.len()
    }

    /// When the program's output had first reached more than this many bytes.
    pub fn time_of(&self, bytes: usize) -> Option<Instant> {
        let state = self.shown.lock();
        let index = state.times.partition_point(|(_, length)| *length <= bytes);
        state.times.get(index).map(|(time, _)| *time)
    }

    /// Types plain text, all in one write.
    pub fn type_text(&mut self, text: &str) -> Result<()> {
        self.send_bytes(text.as_bytes())
    }

    /// Presses one key.
    pub fn press(&mut self, key: Key) -> Result<()> {
        self.send_bytes(&key.bytes())
    }

    /// Types a line and Enter, as two reads of the program would see them from a person.
    pub async fn enter(&mut self, line: &str) -> Result<()> {
        self.type_text(line)?;
        let tail: String = line.chars().rev().take(8).collect();
        let tail: String = tail.chars().rev().collect();
        self.wait_for(tail.trim_end()).await?;
        self.press(Key::Enter)
    }

    /// Pastes as a terminal with bracketed paste does.
    pub fn paste(&mut self, text: &str) -> Result<()> {
        self.send_bytes(format!("\x1b[200~{text}\x1b[201~").as_bytes())
    }

    /// Sends bytes as they stand.
    pub fn send_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        let ends = self.ends.as_mut().context("the terminal is closed")?;
        ends.writer.write_all(bytes).context("typing")?;
        ends.writer.flush().context("typing")
    }

    /// Changes the terminal's size.
    pub fn resize(&mut self, width: u16, height: u16) -> Result<()> {
        let ends = self.ends.as_ref().context("the terminal is closed")?;
        let mut shown = self.shown.lock();
        shown.emulator.resize(width, height)?;
        shown.changes += 1;
        drop(shown);
        ends.master.resize(pty_size(width, height))
    }

    /// Waits until the screen satisfies `fits`; the failure shows the screen.
    pub async fn wait_until(
        &self,
        what: &str,
        within: Duration,
        mut fits: impl FnMut(&Screen) -> bool,
    ) -> Result<Screen> {
        // Looking at a screen costs something; one that has not changed since is
        // not looked at again.
        let mut looked_at = None;
        wait::until(what, within, || {
            let changes = Some(self.shown.lock().changes);
            if changes == looked_at {
                return None;
            }
            looked_at = changes;
            let screen = self.screen();
            fits(&screen).then_some(screen)
        })
        .await
        .map_err(|late| anyhow!("{late}; {}", self.screen()))
    }

    /// Does something for which the program draws all anew, and waits until that
    /// has come whole.
    pub async fn redrawn(&mut self, by: impl FnOnce(&mut Self) -> Result<()>) -> Result<Screen> {
        let before = self.written();
        by(self)?;
        let (mut size, wanted) = ((0, 0), self.screen().size());
        self.wait_until("all to be drawn anew", wait::SOON, |screen| {
            size = screen.size();
            size == wanted && modes::is_redrawn(&self.log_from(before))
        })
        .await
    }

    /// Waits until a text is shown.
    pub async fn wait_for(&self, text: &str) -> Result<Screen> {
        self.wait_until(&format!("{text:?} on the screen"), wait::SOON, |screen| {
            screen.shows(text)
        })
        .await
    }

    /// Waits until a text is no longer shown.
    pub async fn wait_gone(&self, text: &str) -> Result<Screen> {
        self.wait_until(&format!("{text:?} off the screen"), wait::SOON, |screen| {
            !screen.shows(text)
        })
        .await
    }

    /// Waits until this was written after the first `bytes`, seen or not.
    pub async fn wait_written(&self, bytes: usize, text: &str) -> Result<()> {
        let written = || String::from_utf8_lossy(&self.log_from(bytes)).into_owned();
        let found = wait::until(format!("{text:?} to be written"), wait::SOON, || {
            written().contains(text).then_some(())
        });
        found.await.with_context(written)
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        ensure!(self.ended.is_none(), "the program has ended");
        process::signal(self.pid, signal)
    }

    /// Kills the program at once and returns when it is gone.
    pub fn kill9(&mut self) -> Result<()> {
        self.signal(Signal::KILL)?;
        self.ended = Some(self.child.wait().context("wait")?);
        Ok(())
    }

    /// Waits for the program to end; fails if it leaves a process behind.
    pub async fn ended(&mut self, within: Duration) -> Result<ExitStatus> {
        if let Some(status) = &self.ended {
            return Ok(status.clone());
        }
        let child = &mut self.child;
        let status = wait::until("the program to end", within, || {
            child.try_wait().ok().flatten()
        })
        .await
        .map_err(|late| anyhow!("{late}; {}", self.screen()))?;
        self.ended = Some(status.clone());
        let left = process::followers(self.pid);
        ensure!(left.is_empty(), "the program left processes: {left:?}");
        Ok(status)
    }

    /// Fails unless the terminal is as it was before the program: modes off,
    /// line settings equal.
    pub async fn restored(&self) -> Result<()> {
        self.wait_until("the terminal's modes off", wait::SOON, |screen| {
            screen.modes_on().is_empty()
        })
        .await?;
        let unbalanced = self.modes_left_on();
        ensure!(unbalanced.is_empty(), "left on: {unbalanced:?}");
        let now = stty(&self.device)?;
        ensure!(
            now == self.stty_before,
            "stty was\n{}\nand is\n{now}",
            self.stty_before
        );
        Ok(())
    }

    /// The private modes that the program switched on and not off again.
    pub fn modes_left_on(&self) -> Vec<String> {
        modes::left_on(&self.log())
    }

    /// Closes the terminal as a window that is closed: the program gets SIGHUP
    /// and finds its terminal gone.
    pub fn hang_up(&mut self) {
        self.shown.closing.store(true, Ordering::SeqCst);
        // The reader holds the terminal too; the next output lets it see that
        // it is to go, and a change of size makes for output.
        if let Some(ends) = self.ends.take() {
            let _ = ends.master.resize(pty_size(81, 25));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        for pid in process::followers(self.pid) {
            let _ = process::signal(pid, Signal::KILL);
        }
        if self.ended.is_none() {
            let _ = self.child.kill();
            let _ = process::signal(self.pid, Signal::KILL);
            let _ = self.child.wait();
        }
    }
}

impl Shown {
    fn new(width: u16, height: u16) -> Result<Self> {
        let state = State {
            emulator: Emulator::new(width, height)?,
            log: Vec::new(),
            times: Vec::new(),
            changes: 0,
        };
        Ok(Self {
            state: Arc::new(Mutex::new(state)),
            closing: Arc::new(AtomicBool::new(false)),
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn follow(&self, mut reader: Box<dyn Read + Send>) {
        let mut chunk = vec![0; 64 << 10];
        while let Ok(n @ 1..) = reader.read(&mut chunk) {
            let now = Instant::now();
            let mut state = self.lock();
            state.emulator.take(&chunk[..n]);
            state.log.extend_from_slice(&chunk[..n]);
            let length = state.log.len();
            state.times.push((now, length));
            state.changes += 1;
            if self.closing.load(Ordering::SeqCst) {
                return;
            }
        }
    }
}

/// The line settings of a terminal, without its size.
fn stty(device: &Path) -> Result<String> {
    let output = Command::new("stty")
        .arg("-a")
        .arg("-F")
        .arg(device)
        .output()
        .context("stty")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (_, settings) = text.split_once("columns").context("stty says nothing")?;
    let (_, settings) = settings.split_once(';').context("stty says nothing")?;
    Ok(settings.to_owned())
}
