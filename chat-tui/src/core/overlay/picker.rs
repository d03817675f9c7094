//! Ranking rooms by a few typed characters.

use super::Choice;
use crate::core::room::Room;
use chat_proto::codec::nearest;
use chat_proto::{Limits, RoomName};
use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// The rooms, those to be offered first in front.
pub(super) struct Ranking<'a> {
    rooms: Vec<&'a Room>,
}

impl<'a> Ranking<'a> {
    /// Rooms with mentions, then unread ones, then those visited last, then the others.
    pub(super) fn of(rooms: &[&'a Room], visited: &[RoomName]) -> Self {
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
        Self { rooms }
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
        if found.len() < 3 {
            add_misspelt(&mut found, &rooms, word.trim());
        }
        let exact = found.iter().any(|choice| choice.room.as_str() == word);
        let name = RoomName::parse(word, Limits::DEFAULT.room_chars).ok();
        if let Some(room) = name.filter(|_| !exact && kind != Some(true)) {
            let none = Choice {
                kind: None,
                unread: 0,
                mentions: 0,
                matched: Vec::new(),
                join: true,
                room,
            };
            found.push(none);
        }
        found
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

fn add_misspelt(found: &mut Vec<Choice>, rooms: &[&&Room], word: &str) {
    let mut left: Vec<&Room> = rooms.iter().map(|room| **room).collect();
    left.retain(|room| !found.iter().any(|choice| choice.room == *room.name()));
    while found.len() < 3 && word.chars().count() >= 3 {
        let names: Vec<_> = left.iter().map(|room| room.name().as_str()).collect();
        let Some(near) = nearest(word, &names) else {
            return;
        };
        if let Some(at) = left.iter().position(|room| room.name().as_str() == near) {
            found.push(choice(left.swap_remove(at), Vec::new()));
        }
    }
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
    fn rooms_are_found_by_letters_in_order_and_by_kind_and_in_spite_of_a_slip() {
        let named = |name: &str| Room::ghost(&RoomName::trusted(name).unwrap());
        let all: Vec<_> = ["lobby", "dev", "dev-ops", "random", "@ada+bob"]
            .map(named)
            .into();
        let all: Vec<_> = all.iter().collect();
        let ranking = Ranking::of(&all, &[RoomName::trusted("random").unwrap()]);
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
