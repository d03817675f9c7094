//! When two names are the same, and when they only look the same.
//!
//! All by the data of one version of Unicode. Skeletons change from version to
//! version: whoever stores them stores [`UNICODE_VERSION`] beside them and
//! makes them anew when it moves.

use icu_casemap::{CaseMapper, CaseMapperBorrowed};
use smol_str::SmolStr;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// The version of Unicode by whose data names are compared.
pub const UNICODE_VERSION: (u64, u64, u64) = unicode_security::UNICODE_VERSION;

const CASES: CaseMapperBorrowed<'static> = CaseMapper::new();

/// Canonical composition.
pub(super) fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || unicode_normalization::is_nfc(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// NFC(casefold(NFC)), with full case folding: ß is ss, ς is σ.
pub(crate) fn fold(text: &str) -> SmolStr {
    if text.is_ascii() {
        return text.chars().map(|c| c.to_ascii_lowercase()).collect();
    }
    nfc(&CASES.fold_string(&nfc(text))).into()
}

/// fold(skeleton(fold)), with the skeleton of UTS #39: equal for what can be confused.
pub(super) fn skeleton(text: &str) -> SmolStr {
    let skeleton: String = unicode_security::skeleton(&fold(text)).collect();
    fold(&skeleton)
}

/// The lower-case form, in NFC.
pub(super) fn lower(text: &str) -> SmolStr {
    // The standard library knows the context of a final sigma, but may know an
    // older Unicode; what it leaves is lowered letter by letter.
    let lower: String = text
        .to_lowercase()
        .chars()
        .map(|c| CASES.simple_lowercase(c))
        .collect();
    nfc(&lower).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_case_alone_are_the_same() {
        for (one, other) in [
            ("Ada", "aDA"),
            ("Straße", "STRASSE"),
            ("straẞe", "strasse"),
            ("ΦΩΣ", "φως"),
            ("φωσ", "φως"),
            ("\u{212A}ai", "kai"),     // the Kelvin sign
            ("\u{130}a", "i\u{307}a"), // İ is i with a dot above
            ("e\u{301}mile", "ÉMILE"),
            ("\u{1E9E}", "ss"),
            ("ﬃ", "FFI"),
            ("\u{16EA0}", "\u{16EBB}"), // a script of Unicode 17
            ("\u{A7DD}", "\u{277}"),    // a letter of Unicode 18
            ("Ꭰ", "ꭰ"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
        assert_ne!(fold("ıa"), fold("ia"), "a dotless i is another letter");
        assert_ne!(fold("\u{130}a"), fold("ia"));
    }

    #[test]
    fn names_that_look_alike_have_one_skeleton() {
        for (one, other) in [
            ("paypal", "раураӏ"),
            ("rnoon", "moon"),
            ("a11", "all"),
            ("b0b", "bob"),
            ("BOB", "b0b"),
            ("сосо", "coco"),
        ] {
            assert_eq!(skeleton(one), skeleton(other), "{one} {other}");
        }
        assert_ne!(skeleton("ada"), skeleton("bob"));
    }

    #[test]
    fn lowering_knows_the_newest_letters_too() {
        for (text, lowered) in [
            ("ΦΩΣ", "φως"),
            ("Straße", "straße"),
            ("É", "é"),
            ("\u{A7DD}", "\u{277}"),
            ("φωσ", "φωσ"),
        ] {
            assert_eq!(lower(text), lowered);
        }
    }

    #[test]
    fn all_data_are_of_one_version_of_unicode() {
        let (major, minor, update) = UNICODE_VERSION;
        assert_eq!(UNICODE_VERSION, unicode_properties::UNICODE_VERSION);
        assert_eq!(UNICODE_VERSION, unicode_script::UNICODE_VERSION);
        let normal = unicode_normalization::UNICODE_VERSION;
        assert_eq!(
            (major, minor, update),
            (normal.0.into(), normal.1.into(), normal.2.into())
        );
    }
}
