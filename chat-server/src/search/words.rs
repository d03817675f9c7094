//! The words of a text, as they are compared when it is searched.
//!
//! A word is a run of letters and digits, without case, without diacritics, in
//! Unicode's compatible form: `É`, `é` and `e` are one, and so are `ﬁ` and
//! `fi`, `Ａ` and `a`. Where a script puts no blanks between words, each
//! character is a word of its own, and so is each Korean syllable and each
//! symbol outside ASCII (emoji among them): what is written there is found by
//! any part of it, as a phrase. All else only parts words.

use icu_casemap::{CaseMapper, CaseMapperBorrowed};
use smol_str::{SmolStr, SmolStrBuilder};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};

/// Moves whenever a text may come to other words than before: with this file,
/// and with Unicode's data. What was indexed by another version is indexed anew.
pub const VERSION: (u32, (u64, u64, u64)) = (1, unicode_script::UNICODE_VERSION);

const CASES: CaseMapperBorrowed<'static> = CaseMapper::new();

/// Stands between two characters that are words of their own and are not
/// written together; without it `大、阪` would be found by `大阪`. No text has
/// it among its words: it is for private use.
const APART: &str = "\u{E000}";

/// The words of a text, in their order.
pub fn words(text: &str) -> Vec<SmolStr> {
    if text.is_ascii() {
        return ascii_words(text);
    }
    let mut cutter = Cutter::default();
    folded(text).chars().for_each(|c| cutter.take(c));
    cutter.end_word();
    cutter.words
}

/// The same where all of it is ASCII, as most that is said.
fn ascii_words(text: &str) -> Vec<SmolStr> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| {
            if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
                word.to_ascii_lowercase().into()
            } else {
                word.into()
            }
        })
        .collect()
}

/// Compatible, without case, without diacritics, composed again.
fn folded(text: &str) -> String {
    let bare: String = text.nfkd().filter(|c| !is_diacritic(*c)).collect();
    CASES
        .fold_string(&bare)
        .chars()
        .map(without_stroke)
        .nfc()
        .collect()
}

/// Marks above, below and through a letter, Hebrew points and Arabic signs. By
/// their combining class: 0, 7, 8, 9 and those of single scripts between are
/// vowels and sounds of their own, such as kana's voicing.
fn is_diacritic(c: char) -> bool {
    !c.is_ascii() && matches!(canonical_combining_class(c), 1 | 10..=36 | 200..)
}

/// Letters with a stroke, which Unicode does not take apart, and the `i` without a dot.
fn without_stroke(c: char) -> char {
    match c {
        'đ' => 'd',
        'ħ' => 'h',
        'ı' => 'i',
        'ł' => 'l',
        'ø' => 'o',
        'ŧ' => 't',
        other => other,
    }
}

/// What a character does to the words around it.
enum Part {
    /// Goes on with a word, or begins one.
    Letter,
    /// Goes on with a word; by itself it is nothing.
    Mark,
    /// Is a word.
    Word,
    /// Is not there.
    Nothing,
    /// Parts words.
    Between,
}

fn part(c: char) -> Part {
    if c.is_ascii() {
        return if c.is_ascii_alphanumeric() {
            Part::Letter
        } else {
            Part::Between
        };
    }
    match c.general_category_group() {
        GeneralCategoryGroup::Letter if stands_alone(c) => Part::Word,
        GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number => Part::Letter,
        GeneralCategoryGroup::Symbol => Part::Word,
        GeneralCategoryGroup::Mark if is_selector(c) => Part::Nothing,
        GeneralCategoryGroup::Mark => Part::Mark,
        GeneralCategoryGroup::Other if is_joiner(c) => Part::Nothing,
        GeneralCategoryGroup::Other
        | GeneralCategoryGroup::Punctuation
        | GeneralCategoryGroup::Separator => Part::Between,
    }
}

fn stands_alone(c: char) -> bool {
    use Script::{Bopomofo, Han, Hangul, Hiragana, Katakana, Khmer, Lao, Myanmar, Thai, Yi};
    matches!(
        c.script(),
        Bopomofo | Han | Hangul | Hiragana | Katakana | Khmer | Lao | Myanmar | Thai | Yi
    ) || c == 'ー'
}

/// Variation selectors: how it is drawn, not what it says.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' | '\u{34F}')
}

/// Soft hyphen, joiners and bidi controls, which may stand inside a word.
fn is_joiner(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
    )
}

#[derive(Default)]
struct Cutter {
    words: Vec<SmolStr>,
    word: SmolStrBuilder,
    in_word: bool,
    /// The last word is one character,
    single: bool,
    /// and something came after it that parts words.
    apart: bool,
}

impl Cutter {
    fn take(&mut self, c: char) {
        match part(c) {
            Part::Letter => {
                self.word.push(c);
                self.in_word = true;
            }
            Part::Mark if self.in_word => self.word.push(c),
            Part::Mark | Part::Nothing => {}
            Part::Word => {
                self.end_word();
                if self.single && self.apart {
                    self.words.push(SmolStr::new_static(APART));
                }
                self.words.push(SmolStr::from_iter([c]));
                (self.single, self.apart) = (true, false);
            }
            Part::Between => {
                self.end_word();
                self.apart = true;
            }
        }
    }

    fn end_word(&mut self) {
        if self.in_word {
            self.words.push(std::mem::take(&mut self.word).finish());
            self.in_word = false;
            self.single = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_no_case_and_no_diacritics() {
        for (text, expected) in [
            ("Release on FRIDAY!", &["release", "on", "friday"][..]),
            ("don't e-mail a_b", &["don", "t", "e", "mail", "a", "b"]),
            ("v1.25, 3 of 4", &["v1", "25", "3", "of", "4"]),
            ("Élan e\u{301}lan ELAN", &["elan", "elan", "elan"]),
            ("Straße STRASSE", &["strasse", "strasse"]),
            ("Łódź smørrebrød ĐÀ", &["lodz", "smorrebrod", "da"]),
            ("İstanbul ISTANBUL ıstanbul", &["istanbul"; 3]),
            ("ΦΩΣ φως", &["φωσ", "φωσ"]),
            ("ёлка Ёлка", &["елка", "елка"]),
            ("ﬁne Ａｂ x²", &["fine", "ab", "x2"]),
            ("שָׁלוֹם شُكْرًا", &["שלום", "شكرا"]),
            ("हिन्दी", &["हिन्दी"]),
            (
                "soft\u{AD}hyphen zero\u{200D}width",
                &["softhyphen", "zerowidth"],
            ),
            ("\u{E000}a\u{E000}", &["a"]),
            (" .,;-_\"'()[]{}+*^~ ", &[]),
            ("", &[]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn where_no_blanks_part_words_each_character_is_one() {
        for (text, expected) in [
            ("日本語", &["日", "本", "語"][..]),
            ("東京2026年", &["東", "京", "2026", "年"]),
            ("한글 ㄱ", &["한", "글", APART, "ᄀ"]),
            ("カﾞ ガ か", &["ガ", APART, "ガ", APART, "か"]),
            ("データ", &["デ", "ー", "タ"]),
            ("大、阪", &["大", APART, "阪"]),
            ("大 a 阪", &["大", "a", "阪"]),
            ("ok👍🏽!", &["ok", "👍", "🏽"]),
            ("❤️", &["❤"]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn all_data_are_of_one_version_of_unicode() {
        let (major, minor, update) = unicode_normalization::UNICODE_VERSION;
        let normal = (major.into(), minor.into(), update.into());
        assert_eq!(normal, unicode_script::UNICODE_VERSION);
        assert_eq!(normal, unicode_properties::UNICODE_VERSION);
    }

    proptest::proptest! {
        #[test]
        fn ascii_is_cut_as_all_else_is(text in "[ -~\t\n]*") {
            let mut cutter = Cutter::default();
            folded(&text).chars().for_each(|c| cutter.take(c));
            cutter.end_word();
            proptest::prop_assert_eq!(words(&text), cutter.words);
        }

        /// An index may take the words apart at blanks, and a part of a text is found in it.
        #[test]
        fn a_word_is_never_empty_and_has_neither_blanks_nor_ascii_signs(text in "\\PC*") {
            for word in words(&text) {
                assert!(!word.is_empty());
                let plain = |c: char| c.is_ascii_alphanumeric() || !(c.is_ascii() || c.is_whitespace());
                assert!(word.chars().all(plain), "{word:?} of {text:?}");
            }
        }
    }
}
