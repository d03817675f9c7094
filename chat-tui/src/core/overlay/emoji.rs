//! Choosing an emoji by its name.

use super::keys::write;
use super::outcome::Outcome;
use crate::core::actions::Action;
use crate::core::composer::Composer;
use crate::core::input::Key;
use chat_proto::{Emoji, RoomName, Seq};
use smol_str::SmolStr;

/// Choosing an emoji for a message.
#[derive(Debug, Clone)]
pub struct EmojiPicker {
    /// Where the message is.
    pub room: RoomName,
    /// Which one.
    pub target: Seq,
    /// What was typed to narrow the choice.
    pub query: Composer,
    /// Those that the message has, and those used before: offered first.
    pub recent: Vec<SmolStr>,
    /// What fits, best first.
    pub found: Vec<EmojiChoice>,
    /// Which of them is chosen.
    pub chosen: usize,
}

/// An emoji to be put to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmojiChoice {
    /// Itself.
    pub emoji: SmolStr,
    /// Its name; empty if it has none.
    pub name: SmolStr,
}

/// Choices that are offered at most.
const FOUND_MOST: usize = 60;
/// Offered to those who have used none yet.
const USUAL: [&str; 8] = ["👍", "❤️", "😄", "🎉", "😢", "👀", "✅", "🙏"];

impl EmojiPicker {
    pub(super) fn press(&mut self, key: Key, action: Option<Action>) -> Outcome {
        match action {
            Some(Action::Close) => return Outcome::Close,
            Some(Action::Send) => {
                let chosen = self.found.get(self.chosen);
                return chosen.map_or(Outcome::Done, |choice| Outcome::React {
                    room: self.room.clone(),
                    target: self.target,
                    emoji: choice.emoji.clone(),
                });
            }
            _ => {}
        }
        if write(&mut self.query, key, action) {
            self.find();
        }
        Outcome::Done
    }

    /// Looks for what fits the words that are typed: those used before first.
    pub(in crate::core) fn find(&mut self) {
        self.chosen = 0;
        let query = self.query.text().trim().to_lowercase();
        let mut found: Vec<EmojiChoice> = Vec::new();
        let mut offer = |emoji: SmolStr, name: SmolStr| {
            let known = found.iter().any(|choice| choice.emoji == emoji);
            if !known && found.len() < FOUND_MOST {
                found.push(EmojiChoice { emoji, name });
            }
        };
        if Emoji::parse(self.query.text().trim()).is_ok() {
            offer(self.query.text().trim().into(), "as typed".into());
        }
        let used = self.recent.iter().map(SmolStr::as_str).chain(USUAL);
        for emoji in used {
            let name = name_of(emoji);
            if query.is_empty() || rank(&query, emoji, name).is_some() {
                offer(emoji.into(), name.unwrap_or("").into());
            }
        }
        let mut ranked: Vec<_> = emojis::iter()
            .filter_map(|e| rank(&query, e.as_str(), Some(e.name())).map(|rank| (rank, e)))
            .collect();
        // Stable: what fits as well stays in the order of the standard.
        ranked.sort_by_key(|(rank, _)| *rank);
        for (_, emoji) in ranked {
            offer(emoji.as_str().into(), emoji.name().into());
        }
        self.found = found;
    }
}

fn name_of(emoji: &str) -> Option<&'static str> {
    emojis::get(emoji).map(emojis::Emoji::name)
}

/// How well the words fit; the least is best. A shortcode is what one knows by
/// heart, so that it counts before a name.
fn rank(query: &str, emoji: &str, name: Option<&str>) -> Option<u8> {
    let query = query.trim_matches(':');
    let codes = || {
        emojis::get(emoji)
            .into_iter()
            .flat_map(emojis::Emoji::shortcodes)
    };
    let name = name.unwrap_or(emoji);
    if query.is_empty() || codes().any(|code| code == query) {
        Some(0)
    } else if codes().any(|code| code.starts_with(query)) {
        Some(1)
    } else if name.starts_with(query) {
        Some(2)
    } else if query
        .split_whitespace()
        .all(|word| name.split([' ', '-']).any(|of| of.starts_with(word)))
    {
        Some(3)
    } else if codes().any(|code| code.contains(query)) || name.contains(query) {
        Some(4)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::composer::Composer;
    use chat_proto::{RoomName, Seq};

    #[test]
    fn an_emoji_is_found_by_its_name_its_shortcode_and_itself_and_those_used_come_first() {
        let first = |query: &str| {
            let mut picker = EmojiPicker {
                room: RoomName::trusted("lobby").unwrap(),
                target: Seq::FIRST,
                query: Composer::holding(query),
                recent: vec!["🚀".into(), ":party:".into()],
                found: Vec::new(),
                chosen: 0,
            };
            picker.find();
            picker.found.first().map(|choice| choice.emoji.to_string())
        };
        assert_eq!(first("").as_deref(), Some("🚀"));
        for (query, emoji) in [
            ("thumbs up", "👍"),
            ("+1", "👍"),
            (":tada:", ":tada:"),
            ("tada", "🎉"),
            ("🦀", "🦀"),
            ("crab", "🦀"),
            ("party:", ":party:"),
        ] {
            assert_eq!(first(query).as_deref(), Some(emoji), "{query}");
        }
        assert_eq!(first("zzzzz"), None);
        // By the rule of the protocol: one emoji, or a shortcode of so many characters.
        let code = |chars: usize| format!(":{}:", "z".repeat(chars));
        assert_eq!(first(&code(32)), Some(code(32)));
        assert_eq!(first(&code(33)), None);
        assert_eq!(first("👍👍"), None);
    }
}
