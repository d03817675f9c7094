//! Keys, pastes, focus and mouse, read from standard input by a thread of its own.
//!
//! What always holds: what is there to be read at one moment comes as one
//! burst, the end of the terminal is told, once, and nothing is read while the
//! terminal is not ours.

mod answer;
mod keys;
pub mod parse;
mod paste;

use crate::core::Input;
use crate::core::input::KeyCode;
use crate::edge::terminal;
use parse::Parser;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use std::io;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// What one moment brought.
#[derive(Debug)]
pub enum Burst {
    /// Keys and all else.
    Inputs(Vec<Input>),
    /// The terminal is gone; nothing follows.
    Closed,
}

/// Bursts that wait to be taken; the terminal's own buffer stands behind them.
const BURSTS_MAX: usize = 16;
/// Bytes of one burst. More than any key needs, little enough that a paste of
/// megabytes leaves room for a frame now and then.
const BURST_BYTES_MAX: usize = 8 * 1024;
/// A lone Escape is a key when nothing follows for so long. A sequence's bytes
/// come together; 30 ms is what a slow line may put between them.
const ESCAPE_WAIT: Duration = Duration::from_millis(30);
/// Between two looks whether the terminal is ours again.
const NOT_OURS_PAUSE: Duration = Duration::from_millis(5);
/// Bursts of a paste without marks follow one another faster than this.
const FLOOD_WAIT: Duration = Duration::from_millis(60);
/// Nobody types so many characters in one moment.
const FLOOD_CHARS: usize = 48;
/// What is held at the most, as of a paste with marks.
const FLOOD_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Starts reading; the thread lives as long as the terminal, or the process.
pub fn listen() -> io::Result<mpsc::Receiver<Burst>> {
    let (tell, bursts) = mpsc::channel(BURSTS_MAX);
    std::thread::Builder::new()
        .name("input".to_owned())
        .spawn(move || {
            let mut parser = Parser::default();
            while let Some(inputs) = read_burst(&mut parser) {
                if !inputs.is_empty() && tell.blocking_send(Burst::Inputs(inputs)).is_err() {
                    return;
                }
            }
            let _ = tell.blocking_send(Burst::Closed);
        })?;
    Ok(bursts)
}

/// Waits for something and takes what is there; `None` when the terminal is gone.
fn read_burst(parser: &mut Parser) -> Option<Vec<Input>> {
    let stdin = io::stdin();
    let mut out = Vec::new();
    let mut buffer = [0; 4096];
    let mut bytes = 0;
    loop {
        let wait = if bytes == 0 {
            parser.is_waiting().then_some(ESCAPE_WAIT)
        } else {
            Some(Duration::ZERO)
        };
        let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
        let timeout = wait.and_then(|wait| Timespec::try_from(wait).ok());
        match rustix::event::poll(&mut fds, timeout.as_ref()) {
            Ok(0) => {
                if bytes == 0 {
                    parser.give_up(&mut out);
                }
                return Some(out);
            }
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(_) => return None,
        }
        if !terminal::is_ours() {
            // The program is ending, or stops: the shell reads what is typed.
            std::thread::sleep(NOT_OURS_PAUSE);
            continue;
        }
        match rustix::io::read(&stdin, &mut buffer) {
            Ok(0) => return None,
            Ok(read) => {
                parser.advance(&buffer[..read], &mut out);
                bytes += read;
                if bytes >= BURST_BYTES_MAX {
                    return Some(out);
                }
            }
            Err(Errno::INTR | Errno::AGAIN) => {}
            // EIO: the other end of the terminal was closed.
            Err(_) => return None,
        }
    }
}

/// Tells what a person types from what a machine pours in.
///
/// Terminals without bracketed paste, voice input and `send-keys` deliver a
/// text as if it was typed. A newline inside of such a text is text: only one
/// that stands alone, or ends a line typed in one go, is the Return key. What
/// is poured in is held until it ends, so that it is one paste however many
/// bursts it comes in, and none of it is taken for a command.
#[derive(Debug, Default)]
pub struct Flood {
    held: String,
    last: Option<Instant>,
}

impl Flood {
    /// What is to be told now.
    pub fn gather(&mut self, inputs: Vec<Input>, now: Instant) -> Vec<Input> {
        let mut out = Vec::new();
        let mut run: Vec<(Input, char)> = Vec::new();
        for input in inputs {
            match character(&input) {
                Some(c) => run.push((input, c)),
                None => {
                    self.end(&mut run, now, &mut out);
                    out.extend(self.release());
                    out.push(input);
                }
            }
        }
        self.end(&mut run, now, &mut out);
        out
    }

    /// When what is held has ended, if nothing more comes.
    pub fn due(&self) -> Option<Instant> {
        self.last.map(|last| last + FLOOD_WAIT)
    }

    /// What is held, as one paste.
    pub fn release(&mut self) -> Option<Input> {
        self.last = None;
        let held = std::mem::take(&mut self.held);
        (!held.is_empty()).then_some(Input::Paste(held))
    }

    fn end(&mut self, run: &mut Vec<(Input, char)>, now: Instant, out: &mut Vec<Input>) {
        let newline_within = run.iter().rev().skip(1).any(|(_, c)| *c == '\n');
        let poured = newline_within || run.len() >= FLOOD_CHARS || !self.held.is_empty();
        if !poured {
            out.extend(run.drain(..).map(|(input, _)| input));
        } else if !run.is_empty() {
            self.held.extend(run.drain(..).map(|(_, c)| c));
            self.last = Some(now);
            if self.held.len() > FLOOD_BYTES_MAX {
                out.extend(self.release());
            }
        }
    }
}

/// What a input would be as a part of a text.
fn character(input: &Input) -> Option<char> {
    let Input::Key(key) = input else {
        return None;
    };
    match (key.code, key.ctrl, key.alt) {
        (KeyCode::Char(c), false, false) => Some(c),
        (KeyCode::Char('j'), true, false) | (KeyCode::Enter, false, false) => Some('\n'),
        (KeyCode::Tab, false, false) if !key.shift => Some('\t'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(bytes: &str) -> Vec<Input> {
        let mut out = Vec::new();
        Parser::default().advance(bytes.as_bytes(), &mut out);
        out
    }

    #[test]
    fn what_a_person_types_stays_keys() {
        let now = Instant::now();
        for keys in [
            "a",
            "\r",
            "hello",
            "hello\r",
            "\t",
            "\x1b[A\r",
            "x\x1b[Ay\r",
        ] {
            let inputs = typed(keys);
            assert_eq!(
                Flood::default().gather(inputs.clone(), now),
                inputs,
                "{keys:?}"
            );
        }
    }

    #[test]
    fn a_newline_within_a_burst_is_text() {
        let (mut flood, now) = (Flood::default(), Instant::now());
        assert_eq!(flood.gather(typed("one\rtwo\nthree\r"), now), []);
        assert_eq!(flood.due(), Some(now + FLOOD_WAIT));
        let paste = Input::Paste("one\ntwo\nthree\n".to_owned());
        assert_eq!(flood.release(), Some(paste));
        assert_eq!((flood.due(), flood.release()), (None, None));
    }

    #[test]
    fn a_flood_is_one_paste_wherever_its_reads_end() {
        let (mut flood, now) = (Flood::default(), Instant::now());
        for piece in ["one\rtwo", "\r", "d", "tail\r"] {
            assert_eq!(flood.gather(typed(piece), now), [], "{piece:?}");
        }
        let key = typed("\x1b[A");
        let all = Input::Paste("one\ntwo\ndtail\n".to_owned());
        assert_eq!(flood.gather(key.clone(), now), [&[all], &key[..]].concat());
        // It is over: what follows is typed again.
        let line = typed("x\r");
        assert_eq!(flood.gather(line.clone(), now), line);
    }

    #[test]
    fn a_long_line_at_once_is_one_piece_and_keys_around_it_stay() {
        let line = "x".repeat(FLOOD_CHARS);
        let now = Instant::now();
        let gathered = Flood::default().gather(typed(&format!("\x1b[A{line}\x1b[B")), now);
        let keys = typed("\x1b[A\x1b[B");
        let [up, down] = keys.as_slice() else {
            panic!("two keys");
        };
        assert_eq!(gathered, [up.clone(), Input::Paste(line), down.clone()]);
    }

    #[test]
    fn a_flood_without_end_is_told_in_pieces() {
        let (mut flood, now) = (Flood::default(), Instant::now());
        let piece = typed(&"x".repeat(64 * 1024));
        let mut told = 0;
        for _ in 0..100 {
            for input in flood.gather(piece.clone(), now) {
                let Input::Paste(text) = input else {
                    panic!("no paste");
                };
                told += text.len();
                assert!(text.len() <= FLOOD_BYTES_MAX + piece.len());
            }
        }
        assert!(told > 0);
    }
}
