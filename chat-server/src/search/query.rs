//! What someone typed to find something.

use super::words::words;
use smol_str::SmolStr;

/// Words and phrases that must all occur, in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Each is one or more words that must stand in a row; none is empty.
    phrases: Vec<Vec<SmolStr>>,
}

impl Query {
    /// Whatever is typed is a query, but for nothing and blanks (`None`). What
    /// stands between two double quotes is a phrase; a quote by itself, like
    /// every other sign, only parts words. A word that is several by the rules
    /// of [`words`], such as `don't` or `日本`, is a phrase too.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.trim().is_empty() {
            return None;
        }
        let mut phrases = Vec::new();
        let mut add = |part: &str| {
            let phrase = words(part);
            if !phrase.is_empty() && !phrases.contains(&phrase) {
                phrases.push(phrase);
            }
        };
        let mut rest = typed;
        while let Some((before, after)) = rest.split_once('"') {
            before.split_whitespace().for_each(&mut add);
            rest = match after.split_once('"') {
                Some((quoted, after)) => {
                    add(quoted);
                    after
                }
                None => after,
            };
        }
        rest.split_whitespace().for_each(&mut add);
        Some(Self { phrases })
    }

    /// Each is one or more words that must stand in a row. None: there are no
    /// words in what was typed, and it finds nothing.
    pub fn phrases(&self) -> &[Vec<SmolStr>] {
        &self.phrases
    }

    /// Whether it finds a text with these words.
    pub fn finds(&self, words: &[SmolStr]) -> bool {
        !self.phrases.is_empty()
            && self
                .phrases
                .iter()
                .all(|phrase| words.windows(phrase.len()).any(|row| row == phrase))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_must_occur_in_any_order() {
        for (typed, text, found) in [
            ("release friday", "Friday: the RELEASE", true),
            ("release friday", "the release", false),
            ("rel", "release", false),
            ("élan", "elan", true),
            ("\"release on friday\"", "the release, on friday", true),
            ("\"release friday\"", "the release on friday", false),
            ("friday \"the release", "release friday the", true),
            ("don't", "I don't", true),
            ("don't", "t don", false),
            ("c++", "C is fine", true),
            (
                "-friday OR NOT (release* NEAR:1",
                "near 1 or not release friday",
                true,
            ),
            ("日本", "こんにちは日本語", true),
            ("日語", "日本語", false),
            ("日 語", "日本語", true),
            ("👍", "fine 👍👍", true),
            ("+++", "+++", false),
            ("\"\"", "anything", false),
        ] {
            let query = Query::parse(typed).unwrap();
            assert_eq!(query.finds(&words(text)), found, "{typed} in {text}");
        }
    }

    #[test]
    fn only_nothing_and_blanks_are_no_query() {
        for typed in ["", " ", "\t\n\u{3000}\u{a0}"] {
            assert_eq!(Query::parse(typed), None, "{typed:?}");
        }
        for typed in ["\"", "\"\" ", "*", "a", "\u{0}", "\u{200b}"] {
            assert!(Query::parse(typed).is_some(), "{typed:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_text_is_found_by_itself_and_by_each_of_its_words(text in "\\PC*") {
            let its = words(&text);
            let quoted = format!("\"{}\"", text.replace('"', " "));
            for typed in [text.replace('"', " "), quoted] {
                if let Some(query) = Query::parse(&typed) {
                    assert!(query.phrases.is_empty() == its.is_empty());
                    let again = words(&text.replace('"', " "));
                    assert!(its.is_empty() || query.finds(&again), "{typed:?}");
                }
            }
        }
    }
}
