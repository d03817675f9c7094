//! The terminal as we found it, and what we switched on: claimed once, given
//! back from wherever the program ends.
//!
//! What always holds: everything switched on is undone exactly once
//! ([`release`] may be called from any thread, any number of times), and after
//! that not one byte of a frame is written. What a frame holds is no business
//! of this module.

mod changes;
pub mod echo;
mod paint;
pub mod screen;
mod sequences;

use ratatui::layout::Size;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use sequences::{
    CLEANED, GROUND_ASK, MOUSE_OFF, MOUSE_ON, SYNC_BEGIN, SYNC_END, clipboard, enter, leave,
};
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

/// The switches that may be on or off while the terminal is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Modes {
    /// Clicks, drags and the wheel are reported; the terminal's own selecting rests.
    pub mouse: bool,
}

/// Why this terminal can't show the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Output goes to a file or a pipe.
    #[error("standard output is not a terminal")]
    NoOutput,
    /// Keys would come from a file or a pipe.
    #[error("standard input is not a terminal")]
    NoInput,
    /// A terminal that has said that it can do nothing.
    #[error("this terminal says that it can't move its cursor (TERM=dumb)")]
    Dumb,
}

/// The terminal's line as it was found, while it is lent to another program.
#[derive(Debug)]
pub struct Lent(Option<Termios>);

/// The terminal while it is ours; dropping this gives it back.
#[derive(Debug)]
pub struct Claimed(());

/// What it takes to give the terminal back.
struct Claim {
    found: Termios,
    modes: Modes,
}

static CLAIM: Mutex<Option<Claim>> = Mutex::new(None);

/// Whether keys are meant for us; set and cleared with the claim.
static OURS: AtomicBool = AtomicBool::new(false);

/// Whether another program has it, and with it what is typed.
static LENT: AtomicBool = AtomicBool::new(false);

/// Since when it is no longer so.
static BACK: Mutex<Option<Instant>> = Mutex::new(None);

/// For so long after another program had the terminal a Ctrl-C may have been
/// meant for that one: a signal is heard by each in its own time, and it may
/// have ended by the very one that is only now heard here.
const INTERRUPTED_LATE: Duration = Duration::from_millis(500);

/// Waiting longer than this for another thread that is writing would keep a dying program alive.
const RELEASE_WAIT: Duration = Duration::from_millis(150);

/// Whether the screen can be shown here; asks nothing of the terminal and writes nothing.
pub fn fitness() -> Result<(), Unfit> {
    if !io::stdout().is_terminal() {
        Err(Unfit::NoOutput)
    } else if !io::stdin().is_terminal() {
        Err(Unfit::NoInput)
    } else if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
        Err(Unfit::Dumb)
    } else {
        Ok(())
    }
}

impl Claimed {
    /// Switches everything on.
    pub fn claim(modes: Modes) -> io::Result<Self> {
        let mut claim = lock();
        take(&mut claim, modes)?;
        Ok(Self(()))
    }

    /// Switches everything on again, after the program was stopped; what was on stays on.
    pub fn reclaim(&mut self, modes: Modes) -> io::Result<()> {
        let mut claim = lock();
        match claim.as_ref() {
            // Stopped from outside without a chance to give it back: the shell
            // has set the line to its liking, and what we found still holds.
            Some(Claim { found, .. }) => {
                set_raw(found.clone())?;
                write_all(enter(modes).as_bytes())
            }
            None => take(&mut claim, modes),
        }
    }

    /// Lends it to a program that is started now, as it was found.
    pub fn lend(&mut self) -> Lent {
        let mut claim = lock();
        let found = claim.as_ref().map(|claim| claim.found.clone());
        give_back(&mut claim);
        LENT.store(true, Ordering::SeqCst);
        Lent(found)
    }

    /// Takes it back, whatever that program left: the line is again as it was
    /// found before, and so it will be given back in the end.
    pub fn take_back(&mut self, lent: Lent, modes: Modes) -> io::Result<()> {
        set_lent(false);
        let mut claim = lock();
        if let Lent(Some(found)) = lent {
            tcsetattr(io::stdin(), OptionalActions::Now, &found)?;
        }
        write_all(CLEANED.as_bytes())?;
        take(&mut claim, modes)
    }

    /// Turns mouse reports on or off.
    pub fn set_mouse(&mut self, on: bool) -> io::Result<()> {
        let mut claim = lock();
        let Some(claim) = claim.as_mut() else {
            return Ok(());
        };
        if claim.modes.mouse == on {
            return Ok(());
        }
        claim.modes.mouse = on;
        write_all(if on { MOUSE_ON } else { MOUSE_OFF }.as_bytes())
    }

    /// Sets the window's title; the words must hold no control characters.
    pub fn set_title(&mut self, title: &str) -> io::Result<()> {
        write_if_claimed(sequences::title(title).as_bytes())
    }

    /// Asks for the colour of the background (OSC 11). Nobody waits: an answer
    /// comes among the keys, or never.
    pub fn ask_ground(&mut self) -> io::Result<()> {
        write_if_claimed(GROUND_ASK.as_bytes())
    }

    /// Writes a notification, made by [`super::notify`].
    pub fn tell(&mut self, bytes: &str) -> io::Result<()> {
        write_if_claimed(bytes.as_bytes())
    }

    /// Asks the terminal to put a text on the clipboard (OSC 52).
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        write_if_claimed(clipboard(text).as_bytes())
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        release();
    }
}

/// Whether the terminal is ours: what is typed now may be meant for a shell.
pub fn is_ours() -> bool {
    OURS.load(Ordering::SeqCst)
}

/// Whether another program has the terminal.
pub fn is_lent() -> bool {
    LENT.load(Ordering::SeqCst)
}

/// Whether a Ctrl-C that is heard now was meant for another program.
pub fn is_interrupt_anothers() -> bool {
    let back = BACK.lock().unwrap_or_else(PoisonError::into_inner);
    is_lent() || back.is_some_and(|back| back.elapsed() < INTERRUPTED_LATE)
}

/// Lends the terminal, which is in no mode of ours, to another program, or takes it back.
pub fn set_lent(on: bool) {
    if !on {
        *BACK.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
    LENT.store(on, Ordering::SeqCst);
}

/// Gives the terminal back, from any thread; the second call does nothing.
pub fn release() {
    echo::show();
    let deadline = Instant::now() + RELEASE_WAIT;
    loop {
        match CLAIM.try_lock() {
            Ok(mut claim) => return give_back(&mut claim),
            Err(TryLockError::Poisoned(poisoned)) => return give_back(&mut poisoned.into_inner()),
            // A terminal that takes no bytes holds up the one that writes.
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => return,
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
        }
    }
}

/// A frame on its way: gathered whole, written in one piece between the marks
/// of synchronized output, and dropped once the terminal is no longer ours.
#[derive(Debug, Default)]
pub struct Frames {
    frame: Vec<u8>,
}

/// The screen that the view draws to.
pub type Screen = screen::Screen<Frames>;

/// A screen on standard output.
pub fn screen() -> Screen {
    Screen::new(Frames::default(), size)
}

/// The terminal's columns and rows; 80 by 24 where it does not say.
pub fn size() -> Size {
    match tcgetwinsize(io::stdout()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => Size::new(size.ws_col, size.ws_row),
        Ok(_) | Err(_) => Size::new(80, 24),
    }
}

impl Write for Frames {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.frame.is_empty() {
            self.frame.extend_from_slice(SYNC_BEGIN.as_bytes());
        }
        self.frame.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        self.frame.extend_from_slice(SYNC_END.as_bytes());
        let written = write_if_claimed(&self.frame);
        self.frame.clear();
        // One flood of colour must not keep its size for the life of the program.
        self.frame.shrink_to(64 * 1024);
        written
    }
}

fn lock() -> MutexGuard<'static, Option<Claim>> {
    CLAIM.lock().unwrap_or_else(PoisonError::into_inner)
}

fn take(claim: &mut Option<Claim>, modes: Modes) -> io::Result<()> {
    let found = tcgetattr(io::stdin())?;
    set_raw(found.clone())?;
    *claim = Some(Claim { found, modes });
    OURS.store(true, Ordering::SeqCst);
    write_all(enter(modes).as_bytes())
}

fn set_raw(mut termios: Termios) -> io::Result<()> {
    termios.make_raw();
    Ok(tcsetattr(io::stdin(), OptionalActions::Now, &termios)?)
}

fn give_back(claim: &mut Option<Claim>) {
    let Some(Claim { found, modes }) = claim.take() else {
        return;
    };
    OURS.store(false, Ordering::SeqCst);
    // A terminal that is gone can't be given back, and there is no one to tell;
    // one that takes no bytes must not keep the program from ending.
    let stdout = io::stdout();
    let mut fds = [PollFd::new(&stdout, PollFlags::OUT)];
    let wait = Timespec::try_from(RELEASE_WAIT).ok();
    if rustix::event::poll(&mut fds, wait.as_ref()).is_ok_and(|ready| ready > 0) {
        let _ = write_all(leave(modes).as_bytes());
    }
    let _ = tcsetattr(io::stdin(), OptionalActions::Now, &found);
}

fn write_if_claimed(bytes: &[u8]) -> io::Result<()> {
    let claim = lock();
    if claim.is_some() {
        write_all(bytes)
    } else {
        Ok(())
    }
}

/// Past Rust's line buffer, whose rest could surface after [`release`]; patient
/// with a terminal that another program has left non-blocking.
fn write_all(mut bytes: &[u8]) -> io::Result<()> {
    let stdout = io::stdout();
    while !bytes.is_empty() {
        match rustix::io::write(&stdout, bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(rustix::io::Errno::INTR) => {}
            Err(rustix::io::Errno::AGAIN) => {
                let mut fds = [PollFd::new(&stdout, PollFlags::OUT)];
                match rustix::event::poll(&mut fds, None) {
                    Ok(_) | Err(rustix::io::Errno::INTR) => {}
                    Err(e) => return Err(e.into()),
                }
            }
            Err(e) => return Err(e.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_without_the_terminal_goes_nowhere() {
        let mut frames = Frames::default();
        frames.write_all(b"text").unwrap();
        assert_eq!(frames.frame, b"\x1b[?2026htext");
        frames.flush().unwrap();
        assert!(frames.frame.is_empty());
    }
}
