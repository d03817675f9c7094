//! What stands out within a message's text: what people mark by the signs of
//! Markdown, links, code, and the word that names one.
//!
//! Pure: text in, parts with roles out; nothing is left out and nothing added,
//! so that what is shown is what was typed, and is copied as such. The signs
//! themselves are faint. Always holds: what is not finished, or nested in a way
//! that makes no sense, is text as typed; the work is linear in the text,
//! however hostile, which the tests count.

mod code;
mod inline;
mod languages;
mod link;

use super::theme::{Role, Shape};

/// Parts of a text, which make up the whole of it.
type Parts<'a> = Vec<(&'a str, Role)>;

/// Around a block of code, each on a line of its own.
const FENCE: &str = "```";

/// The parts of a text. `me` is one's own name.
pub(super) fn parts<'a>(text: &'a str, me: Option<&str>) -> Parts<'a> {
    let mut parts = Parts::new();
    let mut rest = text;
    // Where one block has no end, no later one has.
    let mut ends = true;
    while !rest.is_empty() {
        if ends && rest.starts_with(FENCE) {
            match block(rest, &mut parts) {
                Block::Ends(after) => {
                    rest = after;
                    continue;
                }
                Block::HasNoEnd => ends = false,
                Block::IsNone => {}
            }
        }
        let (line, after) =
            rest.split_at(seek(rest, |c| c == '\n').map_or(rest.len(), |at| at + 1));
        self::line(line, me, &mut parts);
        rest = after;
    }
    parts.retain(|(part, _)| !part.is_empty());
    parts
}

enum Block<'a> {
    /// What follows it.
    Ends(&'a str),
    HasNoEnd,
    IsNone,
}

/// A block of code, from its fence to the next line that begins with one.
fn block<'a>(text: &'a str, parts: &mut Parts<'a>) -> Block<'a> {
    let Some(head) = seek(text, |c| c == '\n') else {
        return Block::IsNone;
    };
    let (fence, inside) = text.split_at(head + 1);
    let language = fence[FENCE.len()..].trim();
    if language.contains('`') {
        return Block::IsNone;
    }
    let mut at = 0;
    loop {
        if inside[at..].starts_with(FENCE) {
            break;
        }
        match seek(&inside[at..], |c| c == '\n') {
            Some(end) => at += end + 1,
            None => return Block::HasNoEnd,
        }
    }
    let (inside, after) = inside.split_at(at);
    let (close, after) = after.split_at(FENCE.len());
    parts.push((fence, Role::Faint));
    match languages::named(language) {
        Some(language) => code::parts(inside, language, parts),
        None => parts.push((inside, Role::Code)),
    }
    parts.push((close, Role::Faint));
    Block::Ends(after)
}

/// A line: of a quote, of a list, or of plain text.
fn line<'a>(line: &'a str, me: Option<&str>, parts: &mut Parts<'a>) {
    if line.starts_with('>') {
        return inline::parts(line, me, Role::Quote, parts);
    }
    let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
    let (head, text) = match sign(&line[indent..]) {
        0 => ("", line),
        sign => line.split_at(indent + sign),
    };
    parts.push((head, Role::Shaped(Shape::STRONG)));
    inline::parts(text, me, Role::Text, parts);
}

/// The length of what begins an item of a list: `- `, `* `, `+ `, `12. ` or `12) `.
fn sign(line: &str) -> usize {
    let digits = line.bytes().take(4).take_while(u8::is_ascii_digit).count();
    let after = &line.as_bytes()[digits..];
    match (digits, after) {
        (0, [b'-' | b'*' | b'+', b' ', ..]) => 2,
        (1..=3, [b'.' | b')', b' ', ..]) => digits + 2,
        _ => 0,
    }
}

/// Where the first character that `stops` stands. All looking ahead is done by
/// this, so that the tests can count it.
fn seek(text: &str, stops: impl FnMut(char) -> bool) -> Option<usize> {
    let found = text.find(stops);
    #[cfg(test)]
    tests::LOOKED_AT.with(|count| count.set(count.get() + found.unwrap_or(text.len()) + 1));
    found
}

#[cfg(test)]
mod tests;
