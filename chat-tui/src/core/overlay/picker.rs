//! Choosing a room by a few typed characters.

use super::Overlay;
use super::keys::write;
use super::outcome::Outcome;
use crate::core::actions::Action;
use crate::core::composer::Composer;
use crate::core::input::Key;
use crate::core::room::Room;
use crate::core::state::State;
use chat_proto::codec::nearest;
use chat_proto::event::RoomKind;
use chat_proto::{Limits, RoomName};
use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Choosing a room.
#[derive(Debug, Clone, Default)]
pub struct Picker {
    /// What was typed to narrow the choice.
    pub query: Composer,
    /// What fits, best first.
    pub found: Vec<Choice>,
    /// Which of them is chosen.
    pub chosen: usize,
}

/// A room to go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its name; of a room that one is not in, what was typed.
    pub room: RoomName,
    /// Its kind, where one is in it.
    pub kind: Option<RoomKind>,
    /// Others' messages not read.
    pub unread: u32,
    /// Those that name one.
    pub mentions: u32,
    /// The bytes of the name that matched, as starts of characters.
    pub matched: Vec<usize>,
    /// One is not in it: choosing it joins.
    pub join: bool,
}

impl State {
    /// Opens the choice of rooms.
    pub(in crate::core) fn open_picker(&mut self) {
        let found = self.ranking().find("");
        let picker = Picker {
            found,
            ..Picker::default()
        };
        self.overlays.push(Overlay::Picker(picker));
    }

    pub(super) fn ranking(&self) -> Ranking<'_> {
        let rooms: Vec<_> = self.listed().collect();
        let invites = self.invites.iter().map(|invited| invited.room.clone());
        Ranking::of(&rooms, &self.visited, invites.collect())
    }
}

impl Picker {
    pub(super) fn press(
        &mut self,
        key: Key,
        action: Option<Action>,
        rooms: &Ranking<'_>,
    ) -> Outcome {
        let chosen = self.found.get(self.chosen);
        match action {
            Some(Action::Close | Action::Go) => return Outcome::Close,
            Some(Action::NewLine) => {
                // As it is typed, whatever else fits; a room that one is in is shown.
                let bare = self.query.text().trim().trim_start_matches('#');
                let name = RoomName::parse(bare, Limits::DEFAULT.room_chars);
                return name.map_or(Outcome::Done, Outcome::Join);
            }
            Some(Action::Send) => {
                return match chosen {
                    Some(choice) if choice.join => Outcome::Join(choice.room.clone()),
                    Some(choice) => Outcome::Go(choice.room.clone()),
                    None => Outcome::Done,
                };
            }
            _ => {}
        }
        if write(&mut self.query, key, action) {
            self.found = rooms.find(self.query.text());
            self.chosen = 0;
        }
        Outcome::Done
    }
}

/// The rooms, those to be offered first in front.
pub(super) struct Ranking<'a> {
    rooms: Vec<&'a Room>,
    /// Rooms that one is invited into: they may be joined.
    invites: Vec<RoomName>,
}

impl<'a> Ranking<'a> {
    /// Rooms with mentions, then unread ones, then those visited last, then the others.
    pub(super) fn of(rooms: &[&'a Room], visited: &[RoomName], invites: Vec<RoomName>) -> Self {
        let mut rooms = rooms.to_vec();
        let last = |room: &Room| visited.iter().position(|name| name == room.name());
        // The room that is open is no place to go to: it comes last of the visited.
        let here = visited.last();
        rooms.sort_by_key(|room| {
            let state = &room.state;
            let visit = last(room).filter(|_| here != Some(room.name()));
            (
                state.mentions == 0,
                state.unread == 0,
                std::cmp::Reverse(visit),
            )
        });
        Self { rooms, invites }
    }

    /// What fits, best first. `#` and `@` narrow to shared and direct rooms;
    /// one wrong letter is forgiven; a name that is none of these may be joined.
    pub(super) fn find(&self, query: &str) -> Vec<Choice> {
        let (kind, word) = match query.split_at_checked(1) {
            Some(("#", word)) => (Some(false), word),
            Some(("@", word)) => (Some(true), word),
            Some(_) | None => (None, query),
        };
        let of_kind = |room: &&&Room| kind.is_none_or(|direct| room.name().is_direct() == direct);
        let rooms: Vec<_> = self.rooms.iter().filter(of_kind).collect();
        let mut found = matches(&rooms, word.trim());
        add_misspelt(&mut found, &rooms, word.trim());
        let invited = self
            .invites
            .iter()
            .filter(|room| room.as_str().contains(word.trim()));
        found.extend(invited.cloned().map(joined));
        let exact = found.iter().any(|choice| choice.room.as_str() == word);
        let name = RoomName::parse(word, Limits::DEFAULT.room_chars).ok();
        if let Some(room) = name.filter(|_| !exact && kind != Some(true)) {
            found.push(joined(room));
        }
        found
    }
}

/// A room that one is not in.
fn joined(room: RoomName) -> Choice {
    Choice {
        kind: None,
        unread: 0,
        mentions: 0,
        matched: Vec::new(),
        join: true,
        room,
    }
}

fn matches(rooms: &[&&Room], word: &str) -> Vec<Choice> {
    let names = rooms.iter().map(|room| room.name().as_str());
    let mut scored: Vec<(u32, Choice)> = rooms
        .iter()
        .zip(fuzzy(word, names))
        .filter_map(|(room, found)| found.map(|(score, at)| (score, choice(room, at))))
        .collect();
    // Stable: rooms that fit as well stay in their order.
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, choice)| choice).collect()
}

/// Of each text, how well it has these letters in this order, and the bytes
/// where they stand; `None`: it has not.
pub(super) fn fuzzy<'a>(
    word: &str,
    texts: impl Iterator<Item = &'a str>,
) -> Vec<Option<(u32, Vec<usize>)>> {
    let mut matcher = Matcher::new(Config::DEFAULT);
    let atom = Atom::new(
        word,
        CaseMatching::Ignore,
        Normalization::Smart,
        AtomKind::Fuzzy,
        false,
    );
    let mut look = |text: &'a str| {
        let (mut chars, mut indices) = (Vec::new(), Vec::new());
        let hay = Utf32Str::new(text, &mut chars);
        let score = atom.indices(hay, &mut matcher, &mut indices)?;
        Some((u32::from(score), bytes(text, &indices)))
    };
    texts.map(&mut look).collect()
}

/// Puts rooms whose names begin with the word, but for one slip, among the
/// first that are offered; where nothing at all fits, the one that is nearest.
fn add_misspelt(found: &mut Vec<Choice>, rooms: &[&&Room], word: &str) {
    const AMONG: usize = 3;
    if word.chars().count() < 3 {
        return;
    }
    let is_first = |room: &Room, found: &[Choice]| {
        let mut first = found.iter().take(AMONG);
        first.any(|choice| choice.room == *room.name())
    };
    let typed: Vec<char> = word.to_lowercase().chars().collect();
    let meant = |room: &&&&Room| begins_but_for_a_slip(&typed, room.name().as_str());
    // The best that fits as typed stays in front.
    let mut at = found.len().min(1);
    for room in rooms.iter().filter(meant) {
        if at < AMONG && !is_first(room, found) {
            found.retain(|choice| choice.room != *room.name());
            found.insert(at, choice(room, Vec::new()));
            at += 1;
        }
    }
    if found.is_empty() {
        let names: Vec<_> = rooms.iter().map(|room| room.name().as_str()).collect();
        let near = nearest(word, &names);
        let room = rooms.iter().find(|room| Some(room.name().as_str()) == near);
        found.extend(room.map(|room| choice(room, Vec::new())));
    }
}

/// Whether a name, or a part of it after a sign, begins with what was typed if
/// one letter of that is wrong, missing, one too many or changed places.
fn begins_but_for_a_slip(typed: &[char], name: &str) -> bool {
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let starts = (0..name.len()).filter(|at| *at == 0 || !name[at - 1].is_alphanumeric());
    starts.map(|at| &name[at..]).any(|part| {
        let same = typed.iter().zip(part).take_while(|(a, b)| a == b).count();
        let (typed, part) = (&typed[same..], &part[same..]);
        let begins = |skip: usize, over: usize| match (typed.get(skip..), part.get(over..)) {
            (Some(typed), Some(part)) => part.starts_with(typed),
            (Some(typed), None) => typed.is_empty(),
            (None, _) => true,
        };
        let swapped = match (typed, part) {
            ([a, b, ..], [c, d, ..]) => a == d && b == c && begins(2, 2),
            _ => false,
        };
        begins(1, 1) || begins(1, 0) || begins(0, 1) || swapped
    })
}

fn choice(room: &Room, matched: Vec<usize>) -> Choice {
    Choice {
        room: room.name().clone(),
        kind: Some(room.state.kind),
        unread: room.state.unread,
        mentions: room.state.mentions,
        matched,
        join: false,
    }
}

/// The starts of the characters with these numbers.
fn bytes(name: &str, numbers: &[u32]) -> Vec<usize> {
    let starts: Vec<usize> = name.char_indices().map(|(start, _)| start).collect();
    let mut bytes: Vec<usize> = numbers
        .iter()
        .filter_map(|n| starts.get(*n as usize).copied())
        .collect();
    bytes.sort_unstable();
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_of_three_letters_or_more_leaves_the_room_among_the_first_three() {
        let named = |name: &str| Room::ghost(&RoomName::trusted(name).unwrap());
        let mut all: Vec<_> = (0..500)
            .map(|n| named(&format!("project-{n:03}")))
            .collect();
        all.extend(["kitchen", "deploy-night", "lobby"].map(named));
        let all: Vec<_> = all.iter().collect();
        let ranking = Ranking::of(&all, &[], Vec::new());
        for (query, room) in [
            ("kit", "kitchen"),
            ("ktichen", "kitchen"),
            ("kitcen", "kitchen"),
            ("kittchen", "kitchen"),
            ("kitxhen", "kitchen"),
            ("deplyo", "deploy-night"),
            ("nihgt", "deploy-night"),
            ("lbo", "lobby"),
            ("prject-123", "project-123"),
            ("project-1234", "project-123"),
        ] {
            let found = ranking.find(query);
            let first: Vec<_> = found
                .iter()
                .take(3)
                .map(|choice| choice.room.as_str())
                .collect();
            assert!(first.contains(&room), "{query}: {first:?}");
        }
    }

    #[test]
    fn rooms_are_found_by_letters_in_order_and_by_kind_and_in_spite_of_a_slip() {
        let named = |name: &str| Room::ghost(&RoomName::trusted(name).unwrap());
        let all: Vec<_> = ["lobby", "dev", "dev-ops", "random", "@ada+bob"]
            .map(named)
            .into();
        let all: Vec<_> = all.iter().collect();
        let ranking = Ranking::of(&all, &[RoomName::trusted("random").unwrap()], Vec::new());
        for (query, first) in [
            ("dev", "dev"),
            ("dvo", "dev-ops"),
            ("rnd", "random"),
            ("@", "@ada+bob"),
            ("bob", "@ada+bob"),
            ("lobbz", "lobby"),
            ("#lo", "lobby"),
        ] {
            let found = ranking.find(query);
            let names: Vec<_> = found
                .iter()
                .take(3)
                .map(|choice| choice.room.as_str())
                .collect();
            assert!(names.contains(&first), "{query}: {names:?}");
        }
        assert_eq!(ranking.find("").len(), 5);
        assert!(ranking.find("newroom").iter().any(|choice| choice.join));
    }
}
