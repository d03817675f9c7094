//! What is looked for: the words, and what narrows where.

use super::Scope;
use crate::core::state::{State, Turn};
use chat_proto::{RoomName, Timestamp, UserName};

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Terms {
    /// Words, and phrases in double quotes.
    pub words: String,
    /// Only in this room.
    pub room: Option<RoomName>,
    /// Only by this person.
    pub author: Option<UserName>,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Only what names this person.
    pub names: Option<UserName>,
}

impl Terms {
    /// Whether there is anything to look for.
    pub fn is_empty(&self) -> bool {
        let Self {
            words,
            author,
            names,
            ..
        } = self;
        words.trim().is_empty() && author.is_none() && names.is_none()
    }

    /// The words for a server, which needs some.
    pub(super) fn query(&self) -> Option<String> {
        let name = self.names.as_ref().map_or("", |name| name.as_str());
        let query = format!("{} {name}", self.words).trim().to_owned();
        (!query.is_empty()).then_some(query)
    }
}

impl State {
    /// Reads what was typed: `from:`, `in:`, `before:` and `after:`, all else is words.
    pub(super) fn terms(&self, turn: &Turn, text: &str, scope: Scope) -> Result<Terms, String> {
        let limits = self.limits();
        let mut terms = Terms::default();
        match scope {
            Scope::Room => terms.room.clone_from(&self.open),
            Scope::All => {}
            Scope::Mentions => terms.names.clone_from(&self.me.name),
        }
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            let (kind, rest) = word.split_once(':').unwrap_or((word, ""));
            match kind {
                "from" | "in" | "before" | "after" if rest.is_empty() && word.contains(':') => {}
                "from" => {
                    let name = rest.trim_start_matches('@');
                    let name = UserName::parse(name, limits.name_chars);
                    terms.author = Some(name.map_err(|e| format!("from: the name {e}"))?);
                }
                "in" => {
                    let name = rest.trim_start_matches('#');
                    let name = RoomName::parse(name, limits.room_chars);
                    terms.room = Some(name.map_err(|e| format!("in: the room's name {e}"))?);
                }
                "before" => terms.until = Some(self.setup.zone.read(rest, turn.now.wall)?),
                "after" => terms.since = Some(self.setup.zone.read(rest, turn.now.wall)?),
                _ => words.push(word),
            }
        }
        terms.words = words.join(" ");
        Ok(terms)
    }
}
