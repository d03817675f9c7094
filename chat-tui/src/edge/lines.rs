//! Whole lines, read from standard input by a thread of its own.
//!
//! What always holds: a line is taken whole or not at all, the end of the input
//! is told, once, and nothing is read while the terminal is lent.

use crate::edge::terminal;
use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use std::io;
use std::time::Duration;
use tokio::sync::mpsc;

/// What was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// A line, without its end.
    Line(String),
    /// A line that can't be taken; why, in words.
    Bad(String),
    /// The input is at its end; nothing follows.
    Closed,
}

/// Lines that wait to be taken; the pipe or the terminal stands behind them.
const LINES_MAX: usize = 16;
/// Bytes of a line; far more than any server takes in a message.
const LINE_BYTES_MAX: usize = 64 * 1024;
/// Between two looks whether the terminal is ours again.
const LENT_PAUSE: Duration = Duration::from_millis(5);

/// Starts reading; the thread lives as long as the input, or the process.
pub fn listen() -> io::Result<mpsc::Receiver<Typed>> {
    let (tell, typed) = mpsc::channel(LINES_MAX);
    std::thread::Builder::new()
        .name("lines".to_owned())
        .spawn(move || {
            let mut lines = Split::default();
            let mut buffer = [0; 4096];
            while let Some(read) = read(&mut buffer) {
                for typed in lines.advance(&buffer[..read]) {
                    if tell.blocking_send(typed).is_err() {
                        return;
                    }
                }
            }
            let rest = lines.finish();
            for typed in rest.into_iter().chain([Typed::Closed]) {
                let _ = tell.blocking_send(typed);
            }
        })?;
    Ok(typed)
}

/// Waits for something and takes what is there; `None` at the end.
fn read(buffer: &mut [u8]) -> Option<usize> {
    let stdin = io::stdin();
    loop {
        let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
        match rustix::event::poll(&mut fds, None) {
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(_) => return None,
        }
        if terminal::is_lent() {
            std::thread::sleep(LENT_PAUSE);
            continue;
        }
        match rustix::io::read(&stdin, &mut *buffer) {
            Ok(0) => return None,
            Ok(read) => return Some(read),
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => return None,
        }
    }
}

/// Bytes into lines.
#[derive(Debug, Default)]
struct Split {
    line: Vec<u8>,
    /// It is too long: what is left of it is skipped.
    skips: bool,
}

impl Split {
    fn advance(&mut self, bytes: &[u8]) -> Vec<Typed> {
        let mut out = Vec::new();
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (text, ends) = match part.strip_suffix(b"\n") {
                Some(text) => (text, true),
                None => (part, false),
            };
            self.skips |= self.line.len() + text.len() > LINE_BYTES_MAX;
            if self.skips {
                self.line.clear();
            } else {
                self.line.extend_from_slice(text);
            }
            if ends {
                out.extend(self.end());
            }
        }
        out
    }

    /// What is left without an end is a line as well.
    fn finish(&mut self) -> Option<Typed> {
        (self.skips || !self.line.is_empty())
            .then(|| self.end())
            .flatten()
    }

    fn end(&mut self) -> Option<Typed> {
        let mut line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.skips) {
            let why = format!("a line of more than {LINE_BYTES_MAX} bytes was not taken");
            return Some(Typed::Bad(why));
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Some(match String::from_utf8(line) {
            Ok(line) => Typed::Line(line),
            Err(e) => {
                let at = e.utf8_error().valid_up_to() + 1;
                Typed::Bad(format!(
                    "a line was not taken: it is not UTF-8 at byte {at}"
                ))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Typed {
        Typed::Line(text.to_owned())
    }

    #[test]
    fn lines_are_whole_wherever_their_reads_end() {
        let mut lines = Split::default();
        assert_eq!(lines.advance(b"one\ntw"), [line("one")]);
        assert_eq!(lines.advance(b"o\r\n\nthr"), [line("two"), line("")]);
        assert_eq!(lines.finish(), Some(line("thr")));
        assert_eq!(lines.finish(), None);
    }

    #[test]
    fn a_line_that_is_no_text_or_too_long_is_told_and_the_next_is_taken() {
        let mut lines = Split::default();
        let told = lines.advance(b"ab\xff\nok\n");
        assert!(matches!(&told[0], Typed::Bad(why) if why.ends_with("byte 3")));
        assert_eq!(told[1], line("ok"));
        for _ in 0..40 {
            assert_eq!(lines.advance(&[b'x'; 4096]), []);
        }
        let told = lines.advance(b"x\nok\n");
        assert!(matches!(&told[0], Typed::Bad(why) if why.contains("65536")));
        assert_eq!(told[1], line("ok"));
        assert!(lines.line.capacity() <= 2 * LINE_BYTES_MAX);
    }
}
