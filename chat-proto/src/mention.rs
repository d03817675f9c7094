//! Whom a text names. What it means to be named is the server's business, and
//! how a name is shown the client's.

use crate::name::{fold, is_joint, may_stand};
use smol_str::SmolStr;
use unicode_script::{Script, UnicodeScript};

/// The names that a text mentions as whole words `@name`, as their keys
/// ([`crate::UserName::key`]), in the order written and as often as written.
/// `@room` is among them, for who may call the whole room.
///
/// The word goes on as long as a name could; `-`, `_` and `.` at its end
/// belong to the sentence. An `@` after a letter, a digit or `_` starts no
/// mention (`ada@example.org`), nor does one beside another `@`; but it may
/// follow a letter of a script that puts no blanks between words.
pub fn mentions(text: &str) -> impl Iterator<Item = SmolStr> {
    text.match_indices('@').filter_map(|(at, _)| {
        if text[..at].chars().next_back().is_some_and(holds) {
            return None;
        }
        let rest = &text[at + 1..];
        let end = rest.find(|c| !may_stand(c)).unwrap_or(rest.len());
        if rest[end..].starts_with('@') {
            return None;
        }
        let name = rest[..end].trim_end_matches(is_joint);
        (!name.is_empty()).then(|| fold(name))
    })
}

/// Whether an `@` behind this character is part of its word.
fn holds(before: char) -> bool {
    if is_joint(before) {
        return before == '_';
    }
    before == '@' || (may_stand(before) && !runs_on(before))
}

/// Letters of scripts that are written without blanks between words.
fn runs_on(c: char) -> bool {
    use Script::{Bopomofo, Han, Hiragana, Katakana, Khmer, Lao, Myanmar, Thai};
    let unspaced = [Bopomofo, Han, Hiragana, Katakana, Khmer, Lao, Myanmar, Thai];
    !c.is_ascii() && unspaced.contains(&c.script())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_mentioned_as_a_whole_word_in_any_case() {
        for (text, named) in [
            ("hi @bob", &["bob"][..]),
            ("@Bob", &["bob"]),
            ("@bob, @ada: look", &["bob", "ada"]),
            ("(@bob) \"@ada\"", &["bob", "ada"]),
            ("ask @bob.", &["bob"]),
            ("@bob... and @ada_smith-", &["bob", "ada_smith"]),
            ("@bob's", &["bob"]),
            ("@bob\n@ada", &["bob", "ada"]),
            ("@bobby", &["bobby"]),
            ("@b.o-b", &["b.o-b"]),
            ("-@bob", &["bob"]),
            ("@ROOM", &["room"]),
            (
                "@Straße @ÉMILE @e\u{301}mile",
                &["strasse", "émile", "émile"],
            ),
            ("看@小明 ここ@ada", &["小明", "ada"]),
            ("bob@example.org", &[]),
            ("x_@bob é@bob", &[]),
            ("@bob@example.org", &[]),
            ("@ @. @@bob", &[]),
            ("", &[]),
        ] {
            assert_eq!(mentions(text).collect::<Vec<_>>(), named, "{text}");
        }
    }

    #[test]
    fn a_text_of_at_signs_is_read_in_one_go() {
        assert_eq!(mentions(&"@".repeat(4_000)).count(), 0);
        assert_eq!(mentions(&"@a ".repeat(1_300)).count(), 1_300);
    }
}
