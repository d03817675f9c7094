//! The palette: any action, found by a few letters of what it does.

use super::Overlay;
use super::keys::write;
use super::outcome::Outcome;
use super::picker::fuzzy;
use crate::core::actions::{Action, When};
use crate::core::composer::Composer;
use crate::core::input::Key;
use crate::core::state::State;

/// Choosing an action.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    /// What was typed to narrow the choice.
    pub query: Composer,
    /// What fits, best first.
    pub found: Vec<Offer>,
    /// Which of them is chosen.
    pub chosen: usize,
}

/// An action to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The action.
    pub action: Action,
    /// The bytes of its title that matched, as starts of characters.
    pub matched: Vec<usize>,
}

impl State {
    /// Opens the palette.
    pub(in crate::core) fn open_palette(&mut self) {
        let palette = Palette {
            found: find("", &self.works_in_room()),
            ..Palette::default()
        };
        self.overlays.push(Overlay::Palette(palette));
    }
}

impl Palette {
    pub(super) fn press(&mut self, key: Key, action: Option<Action>, works: &[When]) -> Outcome {
        match action {
            Some(Action::Close | Action::Palette) => return Outcome::Close,
            Some(Action::Send) => {
                let chosen = self.found.get(self.chosen);
                return chosen.map_or(Outcome::Done, |offer| Outcome::Run(offer.action));
            }
            _ => {}
        }
        if write(&mut self.query, key, action) {
            self.narrow(works);
        }
        Outcome::Done
    }

    /// Keeps what fits the words that are typed.
    pub(super) fn narrow(&mut self, works: &[When]) {
        self.found = find(self.query.text(), works);
        self.chosen = 0;
    }
}

/// The actions that work and whose name or title has these letters in this order.
fn find(query: &str, works: &[When]) -> Vec<Offer> {
    let works = |action: &Action| {
        // In the palette itself there is nothing else to choose it for.
        works.contains(&action.info().when) && *action != Action::Palette
    };
    let all: Vec<Action> = Action::ALL.iter().copied().filter(works).collect();
    let query = query.trim().trim_start_matches('/');
    let titles = fuzzy(query, all.iter().map(|action| action.info().title));
    let names = fuzzy(query, all.iter().map(|action| action.info().name));
    let mut scored: Vec<(u32, Offer)> = Vec::new();
    for (action, (title, name)) in all.into_iter().zip(titles.into_iter().zip(names)) {
        // A name is what one knows by heart: it counts before a title.
        let by_name = name.map_or(0, |(score, _)| score + 1);
        let (by_title, matched) = title.unwrap_or_default();
        let score = by_name.max(by_title);
        if score > 0 || query.is_empty() {
            scored.push((score, Offer { action, matched }));
        }
    }
    // Of those that fit as well, the one that says least besides. Stable:
    // without a query it is the order of the list.
    let besides = |offer: &Offer| match query {
        "" => 0,
        _ => offer.action.info().title.len(),
    };
    scored.sort_by_key(|(score, offer)| (std::cmp::Reverse(*score), besides(offer)));
    scored.into_iter().map(|(_, offer)| offer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_found_by_its_name_and_by_letters_of_what_it_does() {
        let works = [When::Writing, When::Room, When::Always];
        let first = |query: &str| find(query, &works).first().map(|offer| offer.action);
        assert_eq!(first("topic"), Some(Action::Topic));
        assert_eq!(first("/join"), Some(Action::Join));
        assert_eq!(first("who is in"), Some(Action::Members));
        assert_eq!(first("unread next"), None);
        assert_eq!(first("nextunr"), Some(Action::NextUnread));
        assert_eq!(find("", &works).len(), find(" ", &works).len());
        let offered: Vec<_> = find("", &works).iter().map(|offer| offer.action).collect();
        assert!(!offered.contains(&Action::Retry), "nothing is refused");
        assert!(offered.contains(&Action::KillToEnd));
    }
}
