//! What a panic does, in whichever thread: the terminal is given back, what
//! was typed is written, one paragraph says what happened, and the program ends.

use super::disk::Flusher;
use super::profile::{create_private_dir, create_private_file};
use super::terminal;
use std::backtrace::Backtrace;
use std::io::{self, Write as _};
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The exit code of a panic, as without a hook.
const EXIT_CODE: i32 = 101;
/// How long the drafts may take to reach the disk.
const FLUSH_WAIT: Duration = Duration::from_millis(300);

static FLUSHER: Mutex<Option<Flusher>> = Mutex::new(None);
static PANICKED: AtomicBool = AtomicBool::new(false);

/// From now on every panic ends the program this way; reports go to `reports`.
pub fn catch(reports: PathBuf) {
    std::panic::set_hook(Box::new(move |info| end(info, &reports)));
}

/// What was typed is written by this from now on before a panic ends the program.
pub fn flush_by(flusher: Flusher) {
    *FLUSHER.lock().unwrap_or_else(PoisonError::into_inner) = Some(flusher);
}

/// In which place the hidden switch makes the program panic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// In the loop that draws.
    Ui,
    /// In the disk's thread.
    Thread,
    /// In a task of the runtime.
    Task,
}

impl Switch {
    /// What `CHAT_TUI_PANIC` asks for, to be done once the first frame is drawn. For tests.
    pub fn from_env() -> Option<Self> {
        match std::env::var("CHAT_TUI_PANIC").ok()?.as_str() {
            "ui" => Some(Self::Ui),
            "thread" => Some(Self::Thread),
            "task" => Some(Self::Task),
            _ => None,
        }
    }
}

fn end(info: &PanicHookInfo<'_>, reports: &Path) {
    if PANICKED.swap(true, Ordering::SeqCst) {
        // Another thread is ending the program already, or this very hook fell.
        std::process::exit(EXIT_CODE);
    }
    terminal::release();
    // Held for a moment at a time, and never by a thread that panics meanwhile.
    let flusher = FLUSHER.try_lock().ok().and_then(|flusher| flusher.clone());
    if let Some(flusher) = flusher {
        flusher.flush(FLUSH_WAIT);
    }
    let text = report(info);
    let kept = keep(&text, reports).or_else(|_| keep(&text, &std::env::temp_dir()));
    let whereabouts = match &kept {
        Ok(path) => format!(
            "A report without any message texts is in {}.",
            path.display()
        ),
        Err(e) => format!("The report could not be written ({e}):\n{text}"),
    };
    let _ = writeln!(
        io::stderr(),
        "chat-tui fell over a mistake of its own and has ended. What you had typed is kept \
         and will be there at the next start. {whereabouts}"
    );
    std::process::exit(EXIT_CODE);
}

/// A panic's message may quote what people wrote, unless it is a fixed text.
fn report(info: &PanicHookInfo<'_>) -> String {
    let message = info
        .payload()
        .downcast_ref::<&'static str>()
        .copied()
        .unwrap_or("(left out: it may quote a text)");
    let location = info
        .location()
        .map_or_else(|| "unknown".to_owned(), ToString::to_string);
    let thread = std::thread::current();
    format!(
        "chat-tui {}\nthread: {}\nplace: {location}\nmessage: {message}\n\n{}\n",
        env!("CARGO_PKG_VERSION"),
        thread.name().unwrap_or("unnamed"),
        Backtrace::force_capture(),
    )
}

fn keep(text: &str, dir: &Path) -> io::Result<PathBuf> {
    create_private_dir(dir)?;
    let millis = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis());
    let path = dir.join(format!("chat-tui-crash-{millis}.txt"));
    create_private_file(&path)?.write_all(text.as_bytes())?;
    Ok(path)
}
