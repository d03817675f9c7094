//! What stands out within a message's text: links, the word that names one, and code.
//!
//! Pure: text in, parts with roles out; nothing is left out and nothing added.

use super::theme::Role;
use crate::neutral;

/// The parts of a text. `me` is one's own name.
pub(super) fn parts<'a>(text: &'a str, me: Option<&str>) -> Vec<(&'a str, Role)> {
    let mut parts = Vec::new();
    let mut plain = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find(['h', '@', '`']) {
        at += found;
        match special(text, at, me) {
            Some((len, role)) => {
                parts.push((&text[plain..at], Role::Text));
                parts.push((&text[at..at + len], role));
                at += len;
                plain = at;
            }
            None => at += 1,
        }
    }
    parts.push((&text[plain..], Role::Text));
    parts.retain(|(part, _)| !part.is_empty());
    parts
}

/// What begins at this place, and its length.
fn special(text: &str, at: usize, me: Option<&str>) -> Option<(usize, Role)> {
    let rest = &text[at..];
    let before = text[..at].chars().next_back();
    let begins = before.is_none_or(|c| !is_of_name(c));
    match rest.as_bytes().first()? {
        b'h' if begins => link(rest).map(|len| (len, Role::Link)),
        b'@' if begins => mention(rest, me?).map(|len| (len, Role::Mention)),
        b'`' => code(rest).map(|len| (len, Role::Code)),
        _ => None,
    }
}

fn link(rest: &str) -> Option<usize> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| rest.starts_with(scheme))?;
    let end = rest
        .find(|c: char| {
            // What can't be seen is no part of an address that can be seen.
            c.is_whitespace() || neutral::is_hostile(c) || matches!(c, '<' | '>' | '"' | '`')
        })
        .unwrap_or(rest.len());
    let mut link = &rest[..end];
    let opens = link.contains('(');
    // What closes a sentence around the link is not part of it.
    while let Some(last) = link.chars().next_back() {
        let closes = match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | ']' | '}' => true,
            ')' => !opens,
            _ => false,
        };
        if !closes {
            break;
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    (link.len() > scheme.len()).then_some(link.len())
}

/// `@ada` or `@room`, as a whole word.
fn mention(rest: &str, me: &str) -> Option<usize> {
    let end = rest[1..]
        .find(|c| !is_of_name(c))
        .map_or(rest.len(), |end| end + 1);
    // A full stop ends a sentence more often than a name.
    let word = rest[1..end].trim_end_matches(['.', '-', '_']);
    let names_me = [me, "room"]
        .into_iter()
        .any(|name| word.to_lowercase() == name.to_lowercase());
    names_me.then_some(word.len() + 1)
}

/// From back-tick to back-tick on one line, or a block between three and three.
fn code(rest: &str) -> Option<usize> {
    const BLOCK: &str = "```";
    if let Some(block) = rest.strip_prefix(BLOCK) {
        return block.find(BLOCK).map(|end| end + 2 * BLOCK.len());
    }
    let line = rest.lines().next().unwrap_or(rest);
    let end = line[1..].find('`')?;
    (end > 0).then_some(end + 2)
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn special_parts(text: &str) -> Vec<(&str, Role)> {
        let mut parts = parts(text, Some("Ada"));
        let whole: String = parts.iter().map(|(part, _)| *part).collect();
        assert_eq!(whole, text);
        parts.retain(|(_, role)| *role != Role::Text);
        parts
    }

    #[test]
    fn what_stands_out_is_found_and_nothing_is_lost() {
        for (text, expected) in [
            (
                "see https://a.b/c?d=e.",
                vec![("https://a.b/c?d=e", Role::Link)],
            ),
            (
                "(http://a.b/x_(y))",
                vec![("http://a.b/x_(y))", Role::Link)],
            ),
            ("https:// is none", vec![]),
            (
                "https://ex\u{200b}ample.org",
                vec![("https://ex", Role::Link)],
            ),
            ("hi @ada, and @adam", vec![("@ada", Role::Mention)]),
            ("mail@ada is none", vec![]),
            ("@ROOM now", vec![("@ROOM", Role::Mention)]),
            ("try `ls -l`, not `", vec![("`ls -l`", Role::Code)]),
            (
                "```\nlet x;\n``` ok",
                vec![("```\nlet x;\n```", Role::Code)],
            ),
            ("``", vec![]),
            ("hhh@@@", vec![]),
        ] {
            assert_eq!(special_parts(text), expected, "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_it(text in "[h`@(). \nadt/:ps漢\u{301}]{0,40}") {
            special_parts(&text);
        }
    }
}
