//! Signals as values, and a guard against a loop that no longer hears them.

use super::terminal;
use rustix::process::{Signal as Number, kill_current_process_group};
use std::io;
use std::time::Duration;
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

/// What a signal asks of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// To end, with this exit code.
    End(u8),
    /// To stop, as Ctrl-Z does.
    Stop,
    /// To go on: it was stopped by someone.
    Continue,
    /// To look at the terminal's size.
    Resize,
}

/// The signals that the program takes.
#[derive(Debug)]
pub struct Signals {
    terminate: Stream,
    hang_up: Stream,
    interrupt: Stream,
    stop: Stream,
    go_on: Stream,
    resize: Stream,
}

/// The exit code of a program that was interrupted.
const INTERRUPTED: u8 = 130;
/// The program ends within half a second of being told to, whatever hangs.
const END_WAIT: Duration = Duration::from_millis(400);

impl Signals {
    /// Takes the signals from now on.
    pub fn listen() -> io::Result<Self> {
        let number = |number: Number| SignalKind::from_raw(number.as_raw());
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            stop: signal(number(Number::TSTP))?,
            go_on: signal(number(Number::CONT))?,
            resize: signal(SignalKind::window_change())?,
        })
    }

    /// The next one. Cancel-safe.
    pub async fn next(&mut self) -> Signal {
        loop {
            let signal = self.any().await;
            // Ctrl-C goes to all who share the terminal; it was meant for the
            // program that has it, or had it until then.
            if signal != Signal::End(INTERRUPTED) || !terminal::is_interrupt_anothers() {
                return signal;
            }
        }
    }

    async fn any(&mut self) -> Signal {
        tokio::select! {
            biased;
            Some(()) = self.terminate.recv() => Signal::End(0),
            Some(()) = self.hang_up.recv() => Signal::End(129),
            Some(()) = self.interrupt.recv() => Signal::End(INTERRUPTED),
            Some(()) = self.stop.recv() => Signal::Stop,
            Some(()) = self.go_on.recv() => Signal::Continue,
            Some(()) = self.resize.recv() => Signal::Resize,
            // The streams end only with the runtime.
            else => std::future::pending().await,
        }
    }

    /// Stops this process and those it was started with, as a shell expects;
    /// returns when it goes on.
    pub async fn stop(&mut self) -> io::Result<()> {
        // One that came before would end the wait too early.
        let earlier = tokio::time::timeout(Duration::ZERO, self.go_on.recv());
        let _ = earlier.await;
        // Not SIGTSTP: in an orphaned group that would do nothing.
        kill_current_process_group(Number::STOP)?;
        // Of several threads this one may run on for a moment.
        self.go_on.recv().await;
        Ok(())
    }
}

/// Ends the program when a signal asked for that and the loop did not do it:
/// it may hang in a terminal that takes no bytes, or in a disk that does not answer.
pub fn insist() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            let code = runtime.block_on(async {
                let mut signals = match Signals::listen() {
                    Ok(signals) => signals,
                    Err(_) => std::future::pending().await,
                };
                loop {
                    if let Signal::End(code) = signals.next().await {
                        return code;
                    }
                }
            });
            std::thread::sleep(END_WAIT);
            terminal::release();
            std::process::exit(code.into());
        })?;
    Ok(())
}
