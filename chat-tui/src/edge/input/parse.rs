//! Bytes from the terminal to what was pressed. Pure, and panics at nothing:
//! what can't be understood is left out.
//!
//! Bytes come in pieces as they were read. A sequence may be cut anywhere;
//! [`Parser::is_waiting`] says so, and [`Parser::give_up`] takes what is there
//! as it stands, which is how a lone Escape becomes a key.

use super::answer;
use super::keys::{alt, arrow, plain, sequence};
use super::paste::{Paste, end_begun, pasted};
use crate::core::Input;
use crate::core::input::{Key, KeyCode};

/// Reads pieces; keeps what is cut.
#[derive(Debug, Default)]
pub struct Parser {
    /// An unfinished sequence or character.
    rest: Vec<u8>,
    /// A paste that has begun.
    paste: Option<Paste>,
}

/// A sequence of parameters longer than this is none.
const SEQUENCE_BYTES_MAX: usize = 64;

/// What stands at the front of some bytes.
enum Front {
    /// So many bytes make this report, or none that we know.
    Whole(usize, Option<Input>),
    /// A paste begins after so many bytes.
    Paste(usize),
    /// The end is missing.
    Cut,
}

impl Parser {
    /// Reads a piece; adds what it holds to `out`.
    pub fn advance(&mut self, bytes: &[u8], out: &mut Vec<Input>) {
        let mut input = std::mem::take(&mut self.rest);
        input.extend_from_slice(bytes);
        let mut at = 0;
        while at < input.len() {
            let left = &input[at..];
            if let Some(paste) = &mut self.paste {
                // All but what may be the beginning of the end mark.
                at += left.len() - end_begun(left);
                paste.take(&input[..at][input.len() - left.len()..]);
                break;
            }
            match front(left) {
                Front::Whole(taken, report) => {
                    at += taken;
                    out.extend(report);
                }
                Front::Paste(taken) => {
                    at += taken;
                    self.paste = Some(Paste::default());
                }
                Front::Cut => break,
            }
        }
        self.rest = input.split_off(at);
    }

    /// Whether a sequence or a character has begun and not ended, or a paste
    /// may be over. The text of a paste takes its time and does not count.
    pub fn is_waiting(&self) -> bool {
        match &self.paste {
            Some(paste) => paste.after.is_some(),
            None => !self.rest.is_empty(),
        }
    }

    /// Nothing more came: what has begun is taken as it stands.
    pub fn give_up(&mut self, out: &mut Vec<Input>) {
        if let Some(Paste { text, after }) = self.paste.take_if(|paste| paste.after.is_some()) {
            out.push(pasted(text));
            let mut keys = after.unwrap_or_default();
            keys.append(&mut self.rest);
            self.advance(&keys, out);
        }
        if self.paste.is_some() {
            return;
        }
        match std::mem::take(&mut self.rest).as_slice() {
            [0x1b] => out.push(plain(KeyCode::Esc)),
            [0x1b, 0x1b] => out.push(alt(KeyCode::Esc)),
            // Alt held with a character that also begins a sequence.
            [
                0x1b,
                byte @ (b'[' | b'O' | b']' | b'P' | b'_' | b'^' | b'X'),
            ] => {
                out.push(alt(KeyCode::Char(char::from(*byte))));
            }
            _ => {}
        }
    }
}

fn front(bytes: &[u8]) -> Front {
    match bytes {
        // Two Escapes: the first is a key of its own once something follows.
        [] | [0x1b] | [0x1b, 0x1b] => Front::Cut,
        [0x1b, b'[', rest @ ..] => csi(rest).offset(2),
        [0x1b, b'O', rest @ ..] => ss3(rest).offset(2),
        [0x1b, b']', rest @ ..] => command(rest).offset(2),
        [0x1b, b'P' | b'_' | b'^' | b'X', rest @ ..] => string(rest).offset(2),
        [0x1b, 0x1b, ..] => Front::Whole(1, Some(plain(KeyCode::Esc))),
        [0x1b, rest @ ..] => with_alt(single(rest)).offset(1),
        _ => single(bytes),
    }
}

impl Front {
    fn offset(self, by: usize) -> Self {
        match self {
            Self::Whole(taken, report) => Self::Whole(taken + by, report),
            Self::Paste(taken) => Self::Paste(taken + by),
            Self::Cut => Self::Cut,
        }
    }
}

fn with_alt(front: Front) -> Front {
    match front {
        Front::Whole(taken, Some(Input::Key(key))) => {
            let key = Key { alt: true, ..key };
            Front::Whole(taken, Some(Input::Key(key)))
        }
        other => other,
    }
}

/// One control byte or one character.
fn single(bytes: &[u8]) -> Front {
    let Some(&first) = bytes.first() else {
        return Front::Cut;
    };
    let ctrl = |c: u8| Input::Key(Key::ctrl(KeyCode::Char(char::from(c))));
    let report = match first {
        b'\r' => plain(KeyCode::Enter),
        b'\t' => plain(KeyCode::Tab),
        0x7f => plain(KeyCode::Backspace),
        0x00 => ctrl(b' '),
        // Ctrl-J is a line feed, Ctrl-H what some terminals send for Backspace
        // with Ctrl held: both are left to the keymap.
        0x01..=0x1a => ctrl(first + b'a' - 1),
        0x1b => plain(KeyCode::Esc),
        0x1c..=0x1f => ctrl(first - 0x1c + b'4'),
        0x20..=0x7e => plain(KeyCode::Char(char::from(first))),
        0x80.. => return character(bytes),
    };
    Front::Whole(1, Some(report))
}

fn character(bytes: &[u8]) -> Front {
    let Some(start) = bytes.get(..bytes.len().min(4)) else {
        return Front::Cut;
    };
    let valid = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(e) => match (e.valid_up_to(), e.error_len()) {
            (0, None) => return Front::Cut,
            // Not UTF-8: the bad bytes show as one mark.
            (0, Some(bad)) => {
                return Front::Whole(bad, Some(plain(KeyCode::Char(char::REPLACEMENT_CHARACTER))));
            }
            (good, _) => std::str::from_utf8(&start[..good]).unwrap_or_default(),
        },
    };
    match valid.chars().next() {
        Some(c) => {
            // C1 controls are no text, whoever sends them.
            let report = (!c.is_control()).then(|| plain(KeyCode::Char(c)));
            Front::Whole(c.len_utf8(), report)
        }
        None => Front::Cut,
    }
}

/// After `ESC [`.
fn csi(bytes: &[u8]) -> Front {
    // The Linux console says F1 to F5 as ESC [ [ A to E.
    if let [b'[', rest @ ..] = bytes {
        return match rest.first() {
            None => Front::Cut,
            Some(c @ b'A'..=b'E') => Front::Whole(2, Some(plain(KeyCode::F(c - b'A' + 1)))),
            Some(_) => Front::Whole(2, None),
        };
    }
    let Some(end) = bytes.iter().position(|b| !(0x20..=0x3f).contains(b)) else {
        return if bytes.len() > SEQUENCE_BYTES_MAX {
            Front::Whole(bytes.len(), None)
        } else {
            Front::Cut
        };
    };
    let (parameters, last) = (&bytes[..end], bytes[end]);
    if !(0x40..=0x7e).contains(&last) {
        // Broken off by something that no sequence holds; that something counts.
        return Front::Whole(end, None);
    }
    if (parameters, last) == (b"200".as_slice(), b'~') {
        return Front::Paste(end + 1);
    }
    Front::Whole(end + 1, sequence(parameters, last))
}

/// After `ESC O`.
fn ss3(bytes: &[u8]) -> Front {
    match bytes.first() {
        None => Front::Cut,
        Some(b'M') => Front::Whole(1, Some(plain(KeyCode::Enter))),
        Some(&letter) => Front::Whole(1, arrow(letter).map(plain)),
    }
}

/// After `ESC ]`: the answer to the one question that we ask, or skipped.
fn command(bytes: &[u8]) -> Front {
    match string(bytes) {
        Front::Whole(taken, _) => {
            let text = bytes.get(..taken).unwrap_or_default();
            let text = text.strip_suffix(b"\x1b\\").unwrap_or(text);
            let text = text.strip_suffix(b"\x07").unwrap_or(text);
            Front::Whole(taken, answer::colour(text).map(Input::Ground))
        }
        other => other,
    }
}

/// After what begins a string: skipped up to its end.
fn string(bytes: &[u8]) -> Front {
    for (at, &byte) in bytes.iter().enumerate() {
        match (byte, bytes.get(at + 1)) {
            (0x07, _) => return Front::Whole(at + 1, None),
            (0x1b, Some(b'\\')) => return Front::Whole(at + 2, None),
            (0x1b, Some(_)) => return Front::Whole(at, None),
            _ if at > 4096 => return Front::Whole(at, None),
            _ => {}
        }
    }
    Front::Cut
}

#[cfg(test)]
mod tests {
    use super::super::paste::{PASTE_BYTES_MAX, PASTE_END};
    use super::*;
    use crate::core::input::Mouse;
    use crate::core::look::Ground;
    use proptest::prelude::*;

    fn read(pieces: &[&[u8]]) -> Vec<Input> {
        let (mut parser, mut out) = (Parser::default(), Vec::new());
        for piece in pieces {
            parser.advance(piece, &mut out);
        }
        parser.give_up(&mut out);
        out
    }

    fn ctrl(code: KeyCode) -> Input {
        Input::Key(Key::ctrl(code))
    }

    fn shift(code: KeyCode) -> Input {
        Input::Key(Key::shift(code))
    }

    #[test]
    fn keys_are_known_by_what_terminals_send_for_them() {
        use KeyCode::*;
        let cases: &[(&[u8], Input)] = &[
            (b"a", plain(Char('a'))),
            ("é".as_bytes(), plain(Char('é'))),
            ("👩".as_bytes(), plain(Char('👩'))),
            (b"\r", plain(Enter)),
            (b"\t", plain(Tab)),
            (b"\x7f", plain(Backspace)),
            (b"\x1b", plain(Esc)),
            (b"\n", ctrl(Char('j'))),
            (b"\x0b", ctrl(Char('k'))),
            (b"\x1a", ctrl(Char('z'))),
            (b"\x1ba", alt(Char('a'))),
            (b"\x1b1", alt(Char('1'))),
            (b"\x1b\r", alt(Enter)),
            (b"\x1b\x7f", alt(Backspace)),
            (b"\x1b[", alt(Char('['))),
            (b"\x1b[A", plain(Up)),
            (b"\x1bOA", plain(Up)),
            (b"\x1b[1;3A", alt(Up)),
            (b"\x1b[1;5C", ctrl(Right)),
            (b"\x1b[H", plain(Home)),
            (b"\x1b[4~", plain(End)),
            (b"\x1b[5~", plain(PageUp)),
            (b"\x1b[3;5~", ctrl(Delete)),
            (b"\x1bOP", plain(F(1))),
            (b"\x1b[11~", plain(F(1))),
            (b"\x1b[[A", plain(F(1))),
            (b"\x1b[24~", plain(F(12))),
            (b"\x1b[Z", shift(Tab)),
            (b"\x1b[13;2u", shift(Enter)),
            (b"\x1b[107;5u", ctrl(Char('k'))),
            (b"\x1b[I", Input::Focus(true)),
            (b"\x1b[O", Input::Focus(false)),
            (b"\x1b[?997;2n", Input::Ground(Ground::Light)),
            (b"\x1b]11;rgb:0/0/0\x07", Input::Ground(Ground::Dark)),
            (
                b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\",
                Input::Ground(Ground::Light),
            ),
            (
                b"\x1b[<64;10;5M",
                Input::Mouse(Mouse::WheelUp { x: 9, y: 4 }),
            ),
        ];
        for (bytes, expected) in cases {
            assert_eq!(read(&[bytes]), std::slice::from_ref(expected), "{bytes:?}");
        }
    }

    #[test]
    fn a_paste_is_one_report_however_it_is_cut() {
        let whole: &[u8] = b"x\x1b[200~a\r\nb\rc\x1b[31m\x1b[201~y";
        let expected = [
            plain(KeyCode::Char('x')),
            Input::Paste("a\nb\nc\x1b[31m".to_owned()),
            plain(KeyCode::Char('y')),
        ];
        for cut in 0..whole.len() {
            let (a, b) = whole.split_at(cut);
            assert_eq!(read(&[a, b]), expected, "cut at {cut}");
        }
    }

    #[test]
    fn a_text_that_holds_the_end_of_a_paste_ends_none() {
        // As it was copied; the terminal puts its marks around it.
        for text in [
            "\x1b[201~/quit\r\x18\x03",
            "x\0\x1b[201~y\r",
            "\x1b[201~/quit\r\x1b[200~",
            "\x1b[201~\x1b[201~",
            "\x1b[201",
        ] {
            let whole = format!("\x1b[200~{text}\x1b[201~");
            let paste = [Input::Paste(text.replace('\r', "\n"))];
            for cut in 0..whole.len() {
                let (a, b) = whole.as_bytes().split_at(cut);
                assert_eq!(read(&[a, b]), paste, "{text:?}, cut at {cut}");
            }
        }
    }

    #[test]
    fn what_was_read_of_a_paste_is_not_read_again() {
        let (mut parser, mut out) = (Parser::default(), Vec::new());
        parser.advance(b"\x1b[200~", &mut out);
        for _ in 0..200 {
            parser.advance(&b"a line of a log, as it is\x1b\n".repeat(128), &mut out);
            assert!(parser.rest.len() < PASTE_END.len(), "kept to be read again");
        }
        assert_eq!(out, []);
        parser.advance(PASTE_END, &mut out);
        parser.give_up(&mut out);
        assert!(
            matches!(out.as_slice(), [Input::Paste(text)] if text.lines().count() == 200 * 128)
        );
    }

    #[test]
    fn what_no_key_sends_is_left_out_and_harms_nothing_behind_it() {
        let a = [plain(KeyCode::Char('a'))];
        for bytes in [
            b"\x1b[?62;4ca".as_slice(),
            b"\x1b[<0;0Ma",
            b"\x1b[<99999;1;1Ma",
            b"\x1b[99999999999~a",
            b"\x1b]10;rgb:0/0/0\x07a",
            b"\x1b]11;none\x1b\\a",
            b"\x1bP1$r\x1b\\a",
            b"\x1b[1;1:3Aa",
        ] {
            assert_eq!(read(&[bytes]), a, "{bytes:?}");
        }
        assert_eq!(read(&[b"\xff"]), [plain(KeyCode::Char('\u{fffd}'))]);
        assert_eq!(read(&[b"\xc2\x9b"]), []);
    }

    #[test]
    fn a_long_paste_is_read_in_linear_time_and_cut_at_the_bound() {
        let (mut parser, mut out) = (Parser::default(), Vec::new());
        parser.advance(b"\x1b[200~", &mut out);
        for _ in 0..PASTE_BYTES_MAX / 1024 + 10 {
            parser.advance(&[b'a'; 1024], &mut out);
        }
        parser.advance(PASTE_END, &mut out);
        parser.give_up(&mut out);
        assert_eq!(out, [Input::Paste("a".repeat(PASTE_BYTES_MAX))]);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_wait_for_ever(pieces: Vec<Vec<u8>>) {
            let (mut parser, mut out) = (Parser::default(), Vec::new());
            for piece in &pieces {
                parser.advance(piece, &mut out);
            }
            parser.give_up(&mut out);
            prop_assert!(!parser.is_waiting());
        }

        #[test]
        fn where_a_read_ends_changes_nothing(text in "[a-zé한]{0,8}", cut in 0usize..40) {
            let keys = format!("{text}\x1b[1;5C\x1bOA\x1b[<0;3;4M{text}");
            let cut = cut.min(keys.len());
            let (a, b) = keys.as_bytes().split_at(cut);
            prop_assert_eq!(read(&[a, b]), read(&[keys.as_bytes()]));
        }
    }
}
