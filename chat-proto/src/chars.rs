//! Properties of characters that several rules ask for and that the crates of
//! Unicode data keep to themselves.

/// Unicode's Default_Ignorable_Code_Point: what is not drawn at all, such as
/// joiners, bidi controls, variation selectors, tags and Hangul fillers.
pub(crate) fn is_default_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFF8}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Unicode's Bidi_Control: what reorders the text around it.
pub(crate) fn is_bidi_control(c: char) -> bool {
    matches!(
        c,
        '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
    )
}

/// Whether a character ends a line.
pub(crate) fn is_line_end(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What others wrote, as an error may repeat it: at most `max` characters,
/// what can't be seen replaced, an ellipsis where it was cut.
pub(crate) fn repeated(text: &str, max: usize) -> String {
    let visible = |c: char| {
        if c.is_control() || is_default_ignorable(c) || is_line_end(c) {
            '\u{FFFD}'
        } else {
            c
        }
    };
    let mut rest = text.chars();
    let mut cut: String = rest.by_ref().take(max).map(visible).collect();
    if rest.next().is_some() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_ignorables_are_those_that_confusable_detection_drops() {
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            let dropped = unicode_security::skeleton(&text).next().is_none();
            assert_eq!(is_default_ignorable(c), dropped, "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn what_an_error_repeats_is_short_and_without_invisible_characters() {
        assert_eq!(
            repeated("a\u{1b}[2J\u{202e}b\u{2028}", 20),
            "a\u{FFFD}[2J\u{FFFD}b\u{FFFD}"
        );
        assert_eq!(repeated(&"é".repeat(60_000), 3), "ééé…");
        assert_eq!(repeated("ééé", 3), "ééé");
    }
}
