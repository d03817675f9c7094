//! A program in a bare pseudo-terminal that answers nothing.
//!
//! Output is stamped the moment it is read, by a thread that does nothing else;
//! what the screen showed, and when, is worked out from the stamps by a parser
//! that runs behind. Holds: the program is gone when the value is.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use chat_tests::emulator::{Emulator, pty_size};
use chat_tests::program::Program;
use portable_pty::{Child, MasterPty};
use rustix::thread::{CpuSet, sched_setaffinity};

/// Columns and rows of every terminal here.
pub(crate) const SIZE: (u16, u16) = (120, 40);
/// Between two looks at what was read.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// The cores that share the work: programs measured on one, all else on the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cores {
    pub(crate) program: usize,
    pub(crate) load: usize,
}

/// The running program.
pub(crate) struct Pty {
    child: Box<dyn Child + Send + Sync>,
    pid: u32,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    read: Arc<Mutex<Log>>,
    began: Instant,
    // What is worked out so far.
    emulator: Emulator,
    parsed: usize,
    shown_at: Instant,
}

/// All that was written, and when each piece was read.
#[derive(Default)]
struct Log {
    pieces: Vec<(Instant, Vec<u8>)>,
    bytes: usize,
}

/// Moves this thread, and those that it starts, to a core; where that is not
/// allowed it stays where it is.
pub(crate) fn settle_on(core: usize) {
    let mut set = CpuSet::new();
    set.set(core);
    let _ = sched_setaffinity(None, &set);
}

/// The kernel shares time between sessions: where it lets us, those measured and
/// who measures go before other work on the machine.
pub(crate) fn go_first(pid: u32) {
    let _ = std::fs::write(format!("/proc/{pid}/autogroup"), "-19");
}

impl Pty {
    pub(crate) fn start(program: &Program, cores: Cores) -> Result<Self> {
        let pair = portable_pty::native_pty_system().openpty(pty_size(SIZE.0, SIZE.1))?;
        let reader = pair.master.try_clone_reader()?;
        let writer = pair.master.take_writer()?;
        let read = Arc::new(Mutex::new(Log::default()));
        let log = Arc::clone(&read);
        std::thread::spawn(move || follow(reader, &log));
        // A child begins where the thread that starts it is.
        settle_on(cores.program);
        let began = Instant::now();
        let child = pair.slave.spawn_command(program.command());
        settle_on(cores.load);
        let child = child.with_context(|| format!("{program} does not start"))?;
        let pid = child.process_id().context("a program without a process")?;
        go_first(pid);
        Ok(Self {
            child,
            pid,
            master: pair.master,
            writer,
            read,
            began,
            emulator: Emulator::new(SIZE.0, SIZE.1)?,
            parsed: 0,
            shown_at: began,
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// The moment before it was started.
    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    /// Sends bytes as keys; the moment before.
    pub(crate) fn keys(&mut self, bytes: impl AsRef<[u8]>) -> Result<Instant> {
        let now = Instant::now();
        self.writer.write_all(bytes.as_ref()).context("typing")?;
        self.writer.flush().context("typing")?;
        Ok(now)
    }

    /// Another size; the moment before. What was written until then is parsed first.
    pub(crate) fn resize(&mut self, (width, height): (u16, u16)) -> Result<Instant> {
        self.seen(self.began, |_| false);
        let now = Instant::now();
        self.master.resize(pty_size(width, height))?;
        self.emulator.resize(width, height)?;
        Ok(now)
    }

    /// How many bytes were written so far.
    pub(crate) fn written(&self) -> usize {
        self.lock().bytes
    }

    /// When the last output before now was read.
    pub(crate) fn last_output(&self) -> Instant {
        self.lock().pieces.last().map_or(self.began, |(at, _)| *at)
    }

    /// How often a mark is in what was written since some moment.
    pub(crate) fn count_since(&self, since: Instant, mark: &[u8]) -> usize {
        let log = self.lock();
        let from = log.pieces.partition_point(|(at, _)| *at < since);
        let bytes: Vec<u8> = log.pieces[from..]
            .iter()
            .flat_map(|(_, piece)| piece.iter().copied())
            .collect();
        memchr::memmem::find_iter(&bytes, mark).count()
    }

    /// The moments of all output since some moment.
    pub(crate) fn output_since(&self, since: Instant) -> Vec<Instant> {
        let log = self.lock();
        let from = log.pieces.partition_point(|(at, _)| *at < since);
        log.pieces[from..].iter().map(|(at, _)| *at).collect()
    }

    /// Works out what the screen showed at a moment.
    pub(crate) fn seen_before(&mut self, moment: Instant) {
        loop {
            let (at, piece) = match self.lock().pieces.get(self.parsed) {
                Some((at, piece)) if *at < moment => (*at, piece.clone()),
                Some(_) | None => return,
            };
            self.parsed += 1;
            self.emulator.take(&piece);
            self.shown_at = at;
        }
    }

    /// When, not before `since`, the screen showed what `shows` looks for, in
    /// what was read so far.
    pub(crate) fn seen(
        &mut self,
        since: Instant,
        mut shows: impl FnMut(&vt100::Screen) -> bool,
    ) -> Option<Instant> {
        if self.shown_at >= since && shows(self.emulator.screen()) {
            return Some(self.shown_at);
        }
        loop {
            let (at, piece) = self.lock().pieces.get(self.parsed)?.clone();
            self.parsed += 1;
            self.emulator.take(&piece);
            self.shown_at = at;
            if at >= since && shows(self.emulator.screen()) {
                return Some(at);
            }
        }
    }

    /// Waits until the screen shows what `shows` looks for; when it did, not
    /// before `since`.
    pub(crate) fn wait(
        &mut self,
        what: &str,
        since: Instant,
        within: Duration,
        mut shows: impl FnMut(&vt100::Screen) -> bool,
    ) -> Result<Instant> {
        let deadline = Instant::now() + within;
        loop {
            // A screen that is not drawn again may show it already.
            if shows(self.emulator.screen()) {
                return Ok(self.shown_at.max(since));
            }
            if let Some(at) = self.seen(since, &mut shows) {
                return Ok(at);
            }
            if Instant::now() > deadline {
                bail!(
                    "waited {within:?} for {what}; the screen is\n{}",
                    self.emulator.screen().contents()
                );
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Waits until a text is on the screen.
    pub(crate) fn wait_for(&mut self, text: &str) -> Result<Instant> {
        const SOON: Duration = Duration::from_secs(20);
        let since = self.began;
        self.wait(text, since, SOON, |screen| shows(screen, text))
    }

    /// Waits until nothing was written for a while.
    pub(crate) fn settled(&mut self, quiet: Duration, within: Duration) {
        let deadline = Instant::now() + within;
        while self.last_output().elapsed() < quiet && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.seen(Instant::now(), |_| false);
    }

    /// The screen as far as it is worked out.
    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.emulator.screen()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Log> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a text is on the screen.
pub(crate) fn shows(screen: &vt100::Screen, text: &str) -> bool {
    screen.contents().contains(text)
}

fn follow(mut reader: Box<dyn Read + Send>, log: &Mutex<Log>) {
    let mut chunk = vec![0; 64 << 10];
    while let Ok(n @ 1..) = reader.read(&mut chunk) {
        let now = Instant::now();
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        log.pieces.push((now, chunk[..n].to_vec()));
        log.bytes += n;
    }
}
