//! Where graphemes, words and lines of a text begin and end, in bytes.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

/// The bound between graphemes at a byte, or the next one after it.
pub(super) fn at_or_after(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte += 1;
    }
    let mut cursor = GraphemeCursor::new(byte, text.len(), true);
    match cursor.is_boundary(text, 0) {
        Ok(true) | Err(_) => byte,
        Ok(false) => after(text, byte),
    }
}

/// The bound before a place, or the start.
pub(super) fn before(text: &str, at: usize) -> usize {
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0)
}

/// The bound after a place, or the end.
pub(super) fn after(text: &str, at: usize) -> usize {
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    let next = cursor.next_boundary(text, 0).ok().flatten();
    next.unwrap_or(text.len())
}

/// The start of the word before a place; blanks before the place are passed.
pub(super) fn word_before(text: &str, at: usize) -> usize {
    let word = |(start, word): (usize, &str)| is_word(word).then_some(start);
    let start = text[..at].split_word_bound_indices().rev().find_map(word);
    at_or_before(text, start.unwrap_or(0))
}

/// The end of the word after a place; blanks after the place are passed.
pub(super) fn word_after(text: &str, at: usize) -> usize {
    let word = |(start, word): (usize, &str)| is_word(word).then_some(at + start + word.len());
    let end = text[at..].split_word_bound_indices().find_map(word);
    at_or_after(text, end.unwrap_or(text.len()))
}

/// The start of the line that a place is in.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The end of the line that a place is in, before its `\n`.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline)
}

/// How many graphemes a text has.
pub(super) fn count(text: &str) -> usize {
    text.graphemes(true).count()
}

/// Where the grapheme with this number starts; the end, if there are fewer.
pub(super) fn column(line: &str, number: usize) -> usize {
    let start = line.grapheme_indices(true).nth(number);
    start.map_or(line.len(), |(start, _)| start)
}

fn at_or_before(text: &str, byte: usize) -> usize {
    if at_or_after(text, byte) == byte {
        byte
    } else {
        before(text, byte)
    }
}

fn is_word(part: &str) -> bool {
    !part.chars().all(char::is_whitespace)
}
