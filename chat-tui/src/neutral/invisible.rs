//! Which characters can't be seen, after Unicode's lists of format characters
//! and default ignorable code points.

/// Characters that draw nothing, turn the direction of others, or are noncharacters.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{fffe}'..='\u{ffff}'
            | '\u{110bd}'
            | '\u{110cd}'
            | '\u{13430}'..='\u{1345f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Letters of the scripts in whose orthography a zero-width (non-)joiner has a
/// place: Arabic and its kin, the Indic scripts, Burmese, Khmer, Mongolian.
pub(super) fn joins_letters(c: char) -> bool {
    matches!(
        c,
        '\u{620}'..='\u{6dc}'
            | '\u{6de}'..='\u{70e}'
            | '\u{710}'..='\u{7ff}'
            | '\u{840}'..='\u{88f}'
            | '\u{8a0}'..='\u{8e1}'
            | '\u{8e3}'..='\u{dff}'
            | '\u{1000}'..='\u{109f}'
            | '\u{1780}'..='\u{17b3}'
            | '\u{17b6}'..='\u{17ff}'
            | '\u{1820}'..='\u{18af}'
    )
}
