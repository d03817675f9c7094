//! Completion of emoji by their names.

use super::FOUND_MOST;
use crate::core::overlay::Candidate;

/// Emoji by a part of their names: first those whose name begins with it.
pub(super) fn found(word: &str) -> Vec<Candidate> {
    let typed = word.trim_matches(':').to_lowercase();
    if typed.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(bool, usize, Candidate)> = Vec::new();
    for emoji in emojis::iter() {
        let best = emoji
            .shortcodes()
            .filter_map(|code| Some((code.find(&typed)?, code)))
            .min_by_key(|(at, code)| (*at > 0, code.len()));
        let Some((at, code)) = best else {
            continue;
        };
        let from = emoji.as_str().len() + " :".len() + at;
        let candidate = Candidate {
            word: emoji.as_str().to_owned(),
            shown: format!("{} :{code}:", emoji.as_str()),
            matched: from..from + typed.len(),
            about: "",
        };
        found.push((at > 0, code.len(), candidate));
    }
    found.sort_by_key(|(within, length, _)| (*within, *length));
    let found = found.into_iter().map(|(_, _, candidate)| candidate);
    found.take(FOUND_MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::found as emoji;

    #[test]
    fn an_emoji_is_found_by_the_beginning_of_its_name_and_then_by_a_part() {
        let words = |typed: &str| -> Vec<String> {
            let found = emoji(typed);
            found.into_iter().map(|candidate| candidate.word).collect()
        };
        assert!(words(":thu").contains(&"👍".to_owned()));
        assert_eq!(words(":tada")[0], "🎉");
        assert_eq!(words(":tada:")[0], "🎉");
        assert!(words(":face").len() > 20, "also within names");
        assert_eq!(words(":"), Vec::<String>::new());
        let thumb = &emoji(":thumbsup")[0];
        assert_eq!(&thumb.shown[thumb.matched.clone()], "thumbsup");
    }
}
