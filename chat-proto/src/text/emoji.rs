//! What a message can be reacted with.

use super::TextError;
use crate::limits::SHORTCODE_CHARS;
use serde::Serialize;
use smol_str::SmolStr;
use unicode_properties::emoji::{
    UnicodeEmoji, is_emoji_presentation_selector, is_regional_indicator, is_tag_character, is_zwj,
};
use unicode_segmentation::UnicodeSegmentation;

/// Code points of one emoji. The longest in use, a kissing couple with skin
/// tones, has ten; without a bound a joined sequence could fill a frame.
const EMOJI_CHARS: usize = 32;

/// One emoji (one grapheme), or a `:shortcode:`.
///
/// A shortcode has 1 to 32 of the characters `a` to `z`, `0` to `9`, `_`, `+`
/// and `-` between its colons. An emoji may lack the variation selector that
/// asks for its coloured form; two that differ in it are two.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Emoji(SmolStr);

impl Emoji {
    /// One emoji, or a `:shortcode:`.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        if is_shortcode(text) || is_emoji(text) {
            Ok(Self(text.into()))
        } else {
            Err(TextError::NoEmoji)
        }
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_shortcode(text: &str) -> bool {
    text.strip_prefix(':')
        .and_then(|rest| rest.strip_suffix(':'))
        .is_some_and(|code| {
            (1..=SHORTCODE_CHARS).contains(&code.len())
                && code
                    .bytes()
                    .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'+' | b'-'))
        })
}

fn is_emoji(text: &str) -> bool {
    text.chars().take(EMOJI_CHARS + 1).count() <= EMOJI_CHARS
        && text.graphemes(true).count() == 1
        && (is_flag(text) || is_keycap(text) || text.split(is_zwj).all(is_element))
}

/// Two letters of a region.
fn is_flag(text: &str) -> bool {
    text.chars().count() == 2 && text.chars().all(is_regional_indicator)
}

/// A digit, `#` or `*`, and the enclosing keycap.
fn is_keycap(text: &str) -> bool {
    text.strip_suffix('\u{20E3}').is_some_and(|key| {
        let key = key
            .strip_suffix(is_emoji_presentation_selector)
            .unwrap_or(key);
        matches!(key.as_bytes(), [b'0'..=b'9' | b'#' | b'*'])
    })
}

/// What may be joined: a pictograph, then a skin tone or the selector of the
/// coloured form, then the tags of a region's flag.
fn is_element(text: &str) -> bool {
    let mut chars = text.chars();
    let pictograph = |c: char| c.is_emoji_char() && !c.is_ascii() && !is_regional_indicator(c);
    if !chars.next().is_some_and(pictograph) {
        return false;
    }
    let rest = chars.as_str();
    let tags = rest
        .strip_prefix(|c| is_emoji_presentation_selector(c) || is_skin_tone(c))
        .unwrap_or(rest);
    tags.is_empty() || (tags.chars().all(is_tag_character) && tags.ends_with('\u{E007F}'))
}

fn is_skin_tone(c: char) -> bool {
    matches!(c, '\u{1F3FB}'..='\u{1F3FF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_emoji_is_one_whatever_it_is_made_of() {
        for emoji in [
            "👍",
            "❤",
            "❤\u{FE0F}",
            "👍🏽",
            "🇩🇪",
            "1\u{FE0F}\u{20E3}",
            "#\u{20E3}",
            "👩\u{200D}👩\u{200D}👧\u{200D}👦",
            "👩🏻\u{200D}❤\u{FE0F}\u{200D}💋\u{200D}👩🏻",
            "🏳\u{FE0F}\u{200D}🌈",
            "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
            ":+1:",
            ":party_parrot-2:",
        ] {
            assert!(Emoji::parse(emoji).is_ok(), "{emoji:?}");
        }
    }

    #[test]
    fn what_is_not_one_emoji_is_refused() {
        for other in [
            "",
            "a",
            "1",
            "#",
            "é",
            "👍👍",
            "👍 ",
            " 👍",
            "🇩",
            "🇩🇪🇫🇷",
            "\u{FE0F}",
            "\u{200D}",
            "👍\u{200D}",
            "\u{200D}👍",
            "1\u{FE0F}",
            "a\u{20E3}",
            "👍\u{301}",
            "👍\u{FE0E}",
            "👍\u{E0067}",
            ":",
            "::",
            ":A:",
            ":a b:",
            ":a",
            "a:",
            ":é:",
        ] {
            assert_eq!(Emoji::parse(other), Err(TextError::NoEmoji), "{other:?}");
        }
    }

    #[test]
    fn a_shortcode_has_at_most_32_characters_between_its_colons() {
        let code = |chars| format!(":{}:", "a".repeat(chars));
        assert!(Emoji::parse(&code(32)).is_ok());
        assert!(Emoji::parse(&code(33)).is_err());
    }

    #[test]
    fn a_joined_sequence_without_end_is_refused() {
        let joined = |count| vec!["👩"; count].join("\u{200D}");
        assert!(Emoji::parse(&joined(16)).is_ok());
        assert!(Emoji::parse(&joined(17)).is_err());
        assert!(Emoji::parse(&joined(9_000)).is_err());
    }
}
