//! Keys, pastes, focus and mouse, read from standard input by a thread of its own.
//!
//! What always holds: what is there to be read at one moment comes as one
//! burst, the end of the terminal is told, once, and nothing is read while the
//! terminal is not ours.

pub mod parse;

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
const BURST_BYTES_MAX: usize = 64 * 1024;
/// A lone Escape is a key when nothing follows for so long. A sequence's bytes
/// come together; 30 ms is what a slow line may put between them.
const ESCAPE_WAIT: Duration = Duration::from_millis(30);
/// Between two looks whether the terminal is ours again.
const NOT_OURS_PAUSE: Duration = Duration::from_millis(5);
/// Bursts of a paste without marks follow one another faster than this.
const FLOOD_WAIT: Duration = Duration::from_millis(40);
/// Nobody types so many characters in one moment.
const FLOOD_CHARS: usize = 48;

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
/// that stands alone, or ends a line typed in one go, is the Return key.
#[derive(Debug, Default)]
pub struct Flood {
    last: Option<Instant>,
}

impl Flood {
    /// Joins each run of plain characters that no person typed to one paste.
    pub fn gather(&mut self, inputs: Vec<Input>, now: Instant) -> Vec<Input> {
        let mut out = Vec::new();
        let mut run: Vec<(Input, char)> = Vec::new();
        for input in inputs {
            match character(&input) {
                Some(c) => run.push((input, c)),
                None => {
                    self.end(&mut run, now, &mut out);
                    out.push(input);
                }
            }
        }
        self.end(&mut run, now, &mut out);
        out
    }

    fn end(&mut self, run: &mut Vec<(Input, char)>, now: Instant, out: &mut Vec<Input>) {
        let goes_on = self
            .last
            .is_some_and(|last| now.saturating_duration_since(last) < FLOOD_WAIT);
        let newline = |(_, c): &(Input, char)| *c == '\n';
        let newline_within = run.iter().rev().skip(1).any(newline);
        let poured = run.len() >= FLOOD_CHARS || newline_within;
        if poured || goes_on && (run.len() > 1 || run.iter().any(newline)) {
            self.last = Some(now);
            out.push(Input::Paste(run.drain(..).map(|(_, c)| c).collect()));
        } else {
            out.extend(run.drain(..).map(|(input, _)| input));
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

    fn pastes(inputs: &[Input]) -> Vec<&str> {
        inputs
            .iter()
            .filter_map(|input| match input {
                Input::Paste(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
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
        let gathered = Flood::default().gather(typed("one\rtwo\nthree\r"), Instant::now());
        assert_eq!(gathered, [Input::Paste("one\ntwo\nthree\n".to_owned())]);
    }

    #[test]
    fn a_flood_goes_on_where_a_read_ends_at_a_newline() {
        let (mut flood, now) = (Flood::default(), Instant::now());
        flood.gather(typed("one\rtwo"), now);
        let soon = now + Duration::from_millis(5);
        assert_eq!(pastes(&flood.gather(typed("\r"), soon)), ["\n"]);
        assert_eq!(pastes(&flood.gather(typed("tail\r"), soon)), ["tail\n"]);
        let later = soon + FLOOD_WAIT;
        assert_eq!(pastes(&flood.gather(typed("\r"), later)), [""; 0]);
    }

    #[test]
    fn a_long_line_at_once_is_one_piece_and_keys_around_it_stay() {
        let line = "x".repeat(FLOOD_CHARS);
        let gathered =
            Flood::default().gather(typed(&format!("\x1b[A{line}\x1b[B")), Instant::now());
        assert_eq!(gathered.len(), 3);
        assert_eq!(pastes(&gathered), [line.as_str()]);
    }
}
