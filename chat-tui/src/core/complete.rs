//! Completion of the word before the cursor: people, rooms and commands.

use super::actions::Action;
use super::overlay::Completion;
use super::state::{State, Turn};
use chat_proto::event::EventBody;

/// Choices that are offered at most.
const FOUND_MOST: usize = 50;
/// Entries that are looked through for recent speakers.
const SPEAKERS_AMONG: usize = 500;

impl State {
    /// Tab: completes the word, or goes to the next (or previous) choice.
    pub(super) fn complete(&mut self, turn: &mut Turn, on: bool) {
        let Some(mut completion) = self.completion.take() else {
            return self.begin_completion(turn);
        };
        let many = completion.found.len();
        let step = if on { 1 } else { many - 1 };
        completion.chosen = Some(match completion.chosen {
            Some(chosen) => (chosen + step) % many,
            None => 0,
        });
        self.put_choice(turn, completion);
    }

    /// Esc: what was typed stands again.
    pub(super) fn give_typed_back(&mut self, turn: &mut Turn) {
        if let (Some(completion), Some(room)) = (self.completion.take(), self.open_room_mut()) {
            room.composer
                .replace_from(completion.start, &completion.typed);
            self.edited(turn);
        }
    }

    /// After a change of the text: the choices become fewer with each
    /// character of the word, and go away with the word.
    pub(super) fn narrow_completion(&mut self) {
        if self.completion.take().is_none() {
            return;
        }
        let Some((start, word)) = self.word() else {
            return;
        };
        let found = self.candidates(start, &word);
        if !found.is_empty() {
            self.completion = Some(Completion {
                found,
                chosen: None,
                typed: word,
                start,
            });
        }
    }

    fn begin_completion(&mut self, turn: &mut Turn) {
        let Some((start, word)) = self.word() else {
            return;
        };
        let found = self.candidates(start, &word);
        if found.is_empty() {
            return self.say(turn, format!("nothing begins with {word}"));
        }
        let completion = Completion {
            found,
            chosen: Some(0),
            typed: word,
            start,
        };
        self.put_choice(turn, completion);
    }

    /// Puts the chosen word into the text; with a blank after it, if it is the only one.
    fn put_choice(&mut self, turn: &mut Turn, completion: Completion) {
        let Some(room) = self.open_room_mut() else {
            return;
        };
        let chosen = completion
            .chosen
            .and_then(|chosen| completion.found.get(chosen));
        let Some(choice) = chosen else {
            return;
        };
        let only = completion.found.len() == 1;
        let text = if only {
            format!("{choice} ")
        } else {
            choice.clone()
        };
        room.composer.replace_from(completion.start, &text);
        self.edited(turn);
        self.completion = (!only).then_some(completion);
    }

    /// The word before the cursor and where it starts, if it can be completed.
    fn word(&self) -> Option<(usize, String)> {
        let composer = &self.open_room()?.composer;
        let before = &composer.text()[..composer.cursor()];
        let start = before.rfind(char::is_whitespace).map_or(0, |at| {
            at + before[at..].chars().next().map_or(1, char::len_utf8)
        });
        let word = &before[start..];
        word.starts_with(['@', '#', '/'])
            .then(|| (start, word.to_owned()))
    }

    fn candidates(&self, start: usize, word: &str) -> Vec<String> {
        let all: Vec<String> = match word.chars().next() {
            Some('@') => self
                .names_here()
                .iter()
                .map(|name| format!("@{name}"))
                .collect(),
            Some('#') => {
                let shared = self.listed().filter(|room| !room.name().is_direct());
                shared.map(|room| format!("#{}", room.name())).collect()
            }
            Some('/') if start == 0 => Action::commands()
                .map(|action| format!("/{}", action.info().name))
                .collect(),
            Some(_) | None => Vec::new(),
        };
        let typed = word.to_lowercase();
        let fits = |choice: &String| choice.to_lowercase().starts_with(&typed);
        all.into_iter().filter(fits).take(FOUND_MOST).collect()
    }

    /// The names of the open room: who spoke last first, then the others.
    fn names_here(&self) -> Vec<String> {
        let Some(room) = self.open_room() else {
            return Vec::new();
        };
        let mut names: Vec<String> = Vec::new();
        let mut add = |name: &chat_proto::UserName| {
            if !self.is_me(name) && !names.iter().any(|known| known == name.as_str()) {
                names.push(name.to_string());
            }
        };
        let entries = room.log.entries.values().rev().take(SPEAKERS_AMONG);
        for entry in entries.filter(|entry| matches!(entry.event.body, EventBody::Message(_))) {
            add(&entry.event.author);
        }
        room.people.known.keys().for_each(&mut add);
        names
    }
}
