//! The modes of a terminal that a program's output switches on and off.

use std::collections::BTreeSet;

/// The private modes that were switched on and not off again, and `keyboard` if
/// keyboard flags were pushed and not popped.
pub fn left_on(output: &[u8]) -> Vec<String> {
    let output = String::from_utf8_lossy(output);
    let mut left = BTreeSet::new();
    for part in output.split("\x1b[").skip(1) {
        let end = part.find(|c: char| c.is_ascii_alphabetic());
        let Some((body, last)) = end.map(|end| (&part[..end], part.as_bytes()[end])) else {
            continue;
        };
        match (body.strip_prefix('?'), last) {
            (Some(modes), b'h') => left.extend(modes.split(';').map(str::to_owned)),
            (Some(modes), b'l') => modes.split(';').for_each(|mode| {
                left.remove(mode);
            }),
            (None, b'u') if body.starts_with('>') => {
                left.insert("keyboard".to_owned());
            }
            (None, b'u') if body.starts_with('<') => {
                left.remove("keyboard");
            }
            (Some(_) | None, _) => {}
        }
    }
    // Shown cursor, autowrap and blinking are what a terminal starts with.
    for normal in ["25", "7", "12"] {
        left.remove(normal);
    }
    left.into_iter().collect()
}

/// Where a block of synchronized output ends.
const SYNC_END: &str = "\x1b[?2026l";

/// Whether a whole screen was wiped and drawn again, and all of it has come.
pub fn is_redrawn(output: &[u8]) -> bool {
    let output = String::from_utf8_lossy(output);
    let anew = output.rsplit_once("\x1b[2J").map(|(_, anew)| anew);
    anew.is_some_and(|anew| anew.ends_with(SYNC_END))
}

/// The output up to the end of each block of synchronized output: what a
/// terminal shows at once.
pub fn frames(output: &[u8]) -> impl Iterator<Item = &[u8]> {
    let end = SYNC_END.as_bytes();
    let mut rest = output;
    std::iter::from_fn(move || {
        let at = rest.windows(end.len()).position(|part| part == end)?;
        let (frame, after) = rest.split_at(at + end.len());
        rest = after;
        Some(frame)
    })
}

#[cfg(test)]
mod tests {
    use super::left_on;

    #[test]
    fn what_was_switched_on_and_off_again_is_not_left_on() {
        for (output, left) in [
            ("", vec![]),
            ("\x1b[?1049h\x1b[?25lx\x1b[?25h\x1b[?1049l", vec![]),
            ("\x1b[?1000;1006h\x1b[?1006l\x1b[2J", vec!["1000"]),
            ("\x1b[>1u\x1b[?2004h", vec!["2004", "keyboard"]),
            ("\x1b[>1u\x1b[<u", vec![]),
        ] {
            assert_eq!(left_on(output.as_bytes()), left, "{output:?}");
        }
    }
}
