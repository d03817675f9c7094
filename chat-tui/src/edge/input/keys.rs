//! What a sequence of the terminal means: a key with what was held beside it, the
//! mouse, the focus, or an answer. Pure.

use super::answer;
use crate::core::Input;
use crate::core::input::{Key, KeyCode, Mouse};

/// What stands after `ESC [`: parameters, and the byte that ends them.
pub(super) fn sequence(parameters: &[u8], last: u8) -> Option<Input> {
    if let Some(mouse) = parameters.strip_prefix(b"<") {
        return self::mouse(mouse, last);
    }
    let text = std::str::from_utf8(parameters).ok()?;
    let mut numbers = text.split(';').map(|field| {
        // `key:shifted` and `modifiers:event` of the kitty protocol.
        let mut parts = field.split(':');
        let first = parts.next().unwrap_or_default();
        (first.parse::<u32>().ok(), parts.next().unwrap_or_default())
    });
    let (first, _) = numbers.next().unwrap_or_default();
    let (second, event) = numbers.next().unwrap_or_default();
    // 3 is the release of a key.
    if event == "3" {
        return None;
    }
    let key = match last {
        b'I' => return Some(Input::Focus(true)),
        b'O' => return Some(Input::Focus(false)),
        b'n' => return answer::note(parameters).map(Input::Ground),
        b'Z' => return Some(Input::Key(Key::shift(KeyCode::Tab))),
        b'~' => tilde(first?)?,
        b'u' => unicode(first?)?,
        letter => arrow(letter)?,
    };
    Some(modified(key, second.unwrap_or(1)))
}

pub(super) fn arrow(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P'..=b'S' => KeyCode::F(letter - b'P' + 1),
        _ => return None,
    })
}

fn tilde(number: u32) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(number as u8 - 10),
        17..=21 => KeyCode::F(number as u8 - 11),
        23..=26 => KeyCode::F(number as u8 - 12),
        28 | 29 => KeyCode::F(number as u8 - 13),
        31..=34 => KeyCode::F(number as u8 - 14),
        _ => return None,
    })
}

/// A key of the kitty protocol, which some terminals speak unasked.
fn unicode(number: u32) -> Option<KeyCode> {
    Some(match number {
        9 => KeyCode::Tab,
        13 | 57414 => KeyCode::Enter,
        27 => KeyCode::Esc,
        127 => KeyCode::Backspace,
        _ => KeyCode::Char(char::from_u32(number).filter(|c| !c.is_control())?),
    })
}

/// Numbers above 1 hold what was held, as bits; Meta counts as Alt.
fn modified(code: KeyCode, number: u32) -> Input {
    let bits = number.saturating_sub(1);
    Input::Key(Key {
        code,
        shift: bits & 1 != 0 && !matches!(code, KeyCode::Char(_)),
        alt: bits & 0b10_0010 != 0,
        ctrl: bits & 4 != 0,
    })
}

/// After `ESC [ <`.
fn mouse(parameters: &[u8], last: u8) -> Option<Input> {
    let text = std::str::from_utf8(parameters).ok()?;
    let mut numbers = text.split(';').map(|field| field.parse::<u16>().ok());
    let (button, column, row) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let (x, y) = (column.saturating_sub(1), row.saturating_sub(1));
    // 4, 8 and 16 are what was held beside it.
    let mouse = match (button & !0b1_1100, last) {
        (0, b'M') => Mouse::Click { x, y },
        (64, b'M') => Mouse::WheelUp { x, y },
        (65, b'M') => Mouse::WheelDown { x, y },
        _ => return None,
    };
    Some(Input::Mouse(mouse))
}

pub(super) fn plain(code: KeyCode) -> Input {
    Input::Key(Key::plain(code))
}

pub(super) fn alt(code: KeyCode) -> Input {
    Input::Key(Key::alt(code))
}
