//! Which characters a name may have, and where.

use super::NameError;
use crate::chars::is_default_ignorable;
use unicode_properties::{GeneralCategory as Category, UnicodeGeneralCategory};
use unicode_security::MixedScript;

/// The rules that hold for every name, in NFC, of at most `max` characters.
pub(super) fn check(name: &str, max: usize) -> Result<(), NameError> {
    check_shape(name, max)?;
    if name.is_ascii() || name.is_single_script() {
        Ok(())
    } else {
        Err(NameError::MixedScripts)
    }
}

/// All of them but that of the one script.
pub(super) fn check_shape(name: &str, max: usize) -> Result<(), NameError> {
    if name.is_empty() {
        return Err(NameError::Empty { max });
    }
    let chars = name.chars().count();
    if chars > max {
        return Err(NameError::TooLong { chars, max });
    }
    let wrong = |found, place| Err(NameError::Character { found, place });
    if let Some(found) = name.chars().find(|c| !may_stand(*c)) {
        return wrong(found, "in it");
    }
    match (name.chars().next(), name.chars().next_back()) {
        (Some(first), _) if is_joint(first) || is_mark(first) => wrong(first, "at its start"),
        (_, Some(last)) if is_joint(last) => wrong(last, "at its end"),
        _ => Ok(()),
    }
}

/// Whether a character may stand in a name at all.
pub(crate) fn may_stand(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || is_joint(c);
    }
    is_letter_or_digit(c) || is_mark(c)
}

/// What may stand inside a name, but neither first nor last.
pub(crate) fn is_joint(c: char) -> bool {
    matches!(c, '-' | '_' | '.')
}

fn is_letter_or_digit(c: char) -> bool {
    matches!(
        c.general_category(),
        Category::UppercaseLetter
            | Category::LowercaseLetter
            | Category::TitlecaseLetter
            | Category::ModifierLetter
            | Category::OtherLetter
            | Category::DecimalNumber
    ) && !is_default_ignorable(c)
}

fn is_mark(c: char) -> bool {
    matches!(
        c.general_category(),
        Category::NonspacingMark | Category::SpacingMark | Category::EnclosingMark
    ) && !is_default_ignorable(c)
}
