//! Code in colours: strings, comments, numbers and words of the language.
//!
//! No parser: what a few rules per language tell, in one pass over the text.

use super::super::theme::{Role, Token};
use super::languages::Language;
use super::{Parts, seek};

/// Adds the parts of a piece of code.
pub(super) fn parts<'a>(code: &'a str, language: &Language, parts: &mut Parts<'a>) {
    if language.lines_changed {
        return changed(code, parts);
    }
    let mut at = 0;
    let mut plain = 0;
    while let Some(found) = seek(&code[at..], |c| language.begins(c)) {
        at += found;
        let rest = &code[at..];
        match token(rest, language) {
            (len, Some(token)) => {
                parts.push((&code[plain..at], Role::Code));
                parts.push((&code[at..at + len], Role::Token(token)));
                at += len;
                plain = at;
            }
            (len, None) => at += len,
        }
    }
    parts.push((&code[plain..], Role::Code));
}

/// The first token, and what it is, if it is anything in particular.
fn token(rest: &str, language: &Language) -> (usize, Option<Token>) {
    let c = rest.chars().next().unwrap_or_default();
    let line = || seek(rest, |c| c == '\n').unwrap_or(rest.len());
    if c.is_alphabetic() || c == '_' {
        let word =
            &rest[..seek(rest, |c| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())];
        let known = language.words.binary_search(&word).is_ok()
            || language.any_case && is_among(language.words, word);
        return (word.len(), known.then_some(Token::Word));
    }
    if c.is_ascii_digit() {
        let is_of_number = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
        let len = seek(rest, |c| !is_of_number(c)).unwrap_or(rest.len());
        return (len, Some(Token::Number));
    }
    if language.comments.iter().any(|sign| rest.starts_with(sign)) {
        return (line(), Some(Token::Comment));
    }
    if let Some((open, close)) = language.block
        && rest.starts_with(open)
    {
        let inside = &rest[open.len()..];
        let len = until(inside, close).map_or(inside.len(), |end| end + close.len());
        return (open.len() + len, Some(Token::Comment));
    }
    if language.characters && c == '\'' {
        return character(rest).map_or((1, None), |len| (len, Some(Token::Text)));
    }
    if language.quotes.contains(c) {
        return (quoted(rest, c), Some(Token::Text));
    }
    (c.len_utf8(), None)
}

fn is_among(words: &[&str], word: &str) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Where the first `close` stands.
fn until(text: &str, close: &str) -> Option<usize> {
    let first = close.chars().next()?;
    let mut at = 0;
    loop {
        at += seek(&text[at..], |c| c == first)?;
        if text[at..].starts_with(close) {
            return Some(at);
        }
        at += first.len_utf8();
    }
}

/// From quote to quote: over lines where three stand, or of a back-tick.
fn quoted(rest: &str, quote: char) -> usize {
    let three: String = [quote; 3].into_iter().collect();
    if quote != '`' && rest.starts_with(&three) {
        let inside = &rest[3..];
        return 3 + until(inside, &three).map_or(inside.len(), |end| end + 3);
    }
    let mut escaped = false;
    let mut ended = false;
    let end = seek(&rest[1..], |c| {
        if ended || c == '\n' && quote != '`' {
            return true;
        }
        ended = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        false
    });
    end.map_or(rest.len(), |end| end + 1)
}

/// `'x'` or `'\n'`; not the mark of a lifetime.
fn character(rest: &str) -> Option<usize> {
    const ESCAPE_MAX: usize = 12;
    let mut chars = rest.char_indices().skip(1);
    match chars.next()?.1 {
        '\\' => {
            let mut rest = chars.skip(1).take(ESCAPE_MAX);
            rest.find(|(_, c)| *c == '\'').map(|(at, _)| at + 1)
        }
        '\'' | '\n' => None,
        _ => chars
            .next()
            .filter(|(_, c)| *c == '\'')
            .map(|(at, _)| at + 1),
    }
}

/// What `diff` prints: lines that came and lines that went.
fn changed<'a>(code: &'a str, parts: &mut Parts<'a>) {
    for line in code.split_inclusive('\n') {
        let role = match line.as_bytes().first() {
            Some(b'+') => Role::Token(Token::Text),
            Some(b'-') => Role::Token(Token::Number),
            Some(b'@') => Role::Token(Token::Comment),
            Some(_) | None => Role::Code,
        };
        parts.push((line, role));
    }
}
