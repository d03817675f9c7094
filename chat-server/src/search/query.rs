//! What someone typed to find something.

use super::words::words;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Words and phrases that must all occur, in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Each is one or more words that must stand in a row; none is empty, and
    /// no two are the same.
    phrases: Vec<Vec<SmolStr>>,
    tree: Tree,
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
        let (mut phrases, mut tree) = (Vec::new(), Tree::default());
        let mut add = |part: &str| {
            let phrase = words(part);
            if !phrase.is_empty() && tree.add(&phrase) {
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
        Some(Self { phrases, tree })
    }

    /// Each is one or more words that must stand in a row. None: there are no
    /// words in what was typed, and it finds nothing.
    pub fn phrases(&self) -> &[Vec<SmolStr>] {
        &self.phrases
    }

    /// Whether it finds a text with these words.
    pub fn finds(&self, words: &[SmolStr]) -> bool {
        !self.phrases.is_empty() && self.tree.count_in(words) == self.phrases.len()
    }
}

/// Phrases by their words, one after another: what stands at a place of a text
/// is compared with all of them at once, as a frame has room for thousands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tree(Vec<Node>);

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Node {
    next: BTreeMap<SmolStr, usize>,
    /// A phrase ends here.
    ends: bool,
}

impl Default for Tree {
    fn default() -> Self {
        Self(vec![Node::default()])
    }
}

impl Tree {
    /// False if it is there already.
    fn add(&mut self, phrase: &[SmolStr]) -> bool {
        let mut at = 0;
        for word in phrase {
            at = match self.0[at].next.get(word) {
                Some(next) => *next,
                None => {
                    let next = self.0.len();
                    self.0[at].next.insert(word.clone(), next);
                    self.0.push(Node::default());
                    next
                }
            };
        }
        !std::mem::replace(&mut self.0[at].ends, true)
    }

    /// How many of the phrases stand in a text with these words.
    fn count_in(&self, words: &[SmolStr]) -> usize {
        let mut found = vec![false; self.0.len()];
        let mut count = 0;
        for start in 0..words.len() {
            let mut at = 0;
            for word in &words[start..] {
                let Some(next) = self.0[at].next.get(word) else {
                    break;
                };
                at = *next;
                if self.0[at].ends && !std::mem::replace(&mut found[at], true) {
                    count += 1;
                }
            }
        }
        count
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

    /// A frame full of words, held against a text full of them; one by one
    /// this would be hundreds of millions of comparisons.
    #[test]
    fn thousands_of_words_and_phrases_are_looked_for_at_once() {
        let word = |n: usize| format!("{n:03x}");
        let text: Vec<_> = (0..1000).map(word).collect();
        let said = words(&text.join(" "));
        let pairs = text
            .windows(2)
            .map(|pair| format!("\"{}\"", pair.join(" ")));
        let typed: Vec<_> = text.iter().cloned().chain(pairs).collect();
        let query = Query::parse(&typed.join(" ")).unwrap();
        assert_eq!(query.phrases().len(), 1999);
        assert!((0..100).all(|_| query.finds(&said)));
        assert!(!query.finds(&said[1..]));
        let many: Vec<_> = (0..4096).map(word).collect();
        let many = Query::parse(&many.join(" ")).unwrap();
        assert_eq!(many.phrases().len(), 4096);
        assert!(!many.finds(&said));
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
