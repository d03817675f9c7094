//! Completion of the word before the cursor: people, rooms, commands, servers
//! and emoji, and a path where one is taken. The list narrows while one goes on
//! typing.

mod emoji;

use super::actions::Action;
use super::composer::Composer;
use super::overlay::{Candidate, Completion, Overlay};
use super::paths;
use super::state::{State, Turn};
use chat_proto::event::EventBody;

/// Choices that are offered at most.
const FOUND_MOST: usize = 50;
/// Entries that are looked through for recent speakers.
const SPEAKERS_AMONG: usize = 500;

/// A word that can be completed.
#[derive(Debug)]
pub(super) struct Word {
    /// Where it starts in the text.
    pub(super) start: usize,
    pub(super) typed: String,
    pub(super) kind: Kind,
}

/// What a word is the beginning of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Person,
    Room,
    Command,
    Emoji,
    Server,
    Path,
}

impl Word {
    /// A word by its sign, or by what stands before it.
    fn of(before: &str, typed: &str) -> Option<Self> {
        let kind = match typed.chars().next() {
            Some(_) | None if paths::start(before).is_some() => Kind::Path,
            Some('@') => Kind::Person,
            Some('#') => Kind::Room,
            Some('/') if before.is_empty() => Kind::Command,
            Some(':') => Kind::Emoji,
            // Only after `/server`, where nothing else is a word.
            Some(_) | None if names_server(before) => Kind::Server,
            Some(_) | None => return None,
        };
        Some(Self {
            start: before.len(),
            typed: typed.to_owned(),
            kind,
        })
    }
}

/// Whether what stands before a word makes it the name of a server.
fn names_server(before: &str) -> bool {
    before.trim_end().strip_prefix('/') == Some(Action::Server.info().name)
}

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
        if let Some(completion) = self.completion.take() {
            self.put_word(turn, completion.start, &completion.typed);
        }
    }

    /// After a change of the text: the choices become fewer with each
    /// character of the word, and go away with the word.
    pub(super) fn narrow_completion(&mut self, turn: &mut Turn) {
        let Some(before) = self.completion.take() else {
            return;
        };
        let word = self.word();
        if let Some(word) = word.as_ref().filter(|word| self.leaves_folder(word)) {
            return self.read_folder(turn, &word.typed, false);
        }
        self.completion = word.and_then(|word| self.offer(word));
        if self.completion.is_none() {
            self.narrow_typed(&before);
        }
    }

    /// What is typed after a choice, where no word goes on so, goes on from
    /// what was typed before the choice was put in, if a word goes on so.
    fn narrow_typed(&mut self, before: &Completion) {
        let Some(line) = self.line() else {
            return;
        };
        let text = &line.text()[..line.cursor()];
        let chosen = before.chosen.and_then(|chosen| before.found.get(chosen));
        let added = chosen.and_then(|choice| text.get(before.start..)?.strip_prefix(&*choice.word));
        let Some(added) = added.filter(|added| !added.is_empty()) else {
            return;
        };
        let typed = format!("{}{added}", before.typed);
        let word = self.word_of(text.get(..before.start).unwrap_or_default(), &typed);
        let narrowed = word.and_then(|word| self.offer(word));
        if let (Some(_), Some(line)) = (&narrowed, self.line_mut()) {
            line.replace_from(before.start, &typed);
        }
        self.completion = narrowed;
    }

    fn begin_completion(&mut self, turn: &mut Turn) {
        match self.word() {
            // Another program may have made or taken away files meanwhile.
            Some(word) if word.kind == Kind::Path && word.typed != "~" => {
                self.read_folder(turn, &word.typed, true);
            }
            Some(word) => self.choose_first(turn, word),
            None => {}
        }
    }

    /// Puts the first of what a word may become into the text.
    pub(super) fn choose_first(&mut self, turn: &mut Turn, word: Word) {
        let typed = word.typed.clone();
        match self.offer(word) {
            None => self.say(turn, format!("nothing begins with {typed}")),
            Some(mut completion) => {
                completion.chosen = Some(0);
                self.put_choice(turn, completion);
            }
        }
    }

    /// Puts the chosen word into the text; with a blank after it, if it is the
    /// only one and not a path, which may go on.
    fn put_choice(&mut self, turn: &mut Turn, completion: Completion) {
        let chosen = completion
            .chosen
            .and_then(|chosen| completion.found.get(chosen));
        let Some(Candidate { word, .. }) = chosen else {
            return;
        };
        let is_path = self.word().is_some_and(|word| word.kind == Kind::Path);
        let only = completion.found.len() == 1;
        let text = if only && !is_path {
            format!("{word} ")
        } else {
            word.clone()
        };
        self.put_word(turn, completion.start, &text);
        self.completion = (!only).then_some(completion);
    }

    /// Puts a word into the text, in the place of the one before the cursor.
    fn put_word(&mut self, turn: &mut Turn, start: usize, word: &str) {
        if let Some(line) = self.line_mut() {
            line.replace_from(start, word);
        }
        if !self.asks_path() {
            self.edited(turn);
        }
    }

    /// The text that Tab completes in.
    fn line(&self) -> Option<&Composer> {
        match self.overlays.last() {
            Some(Overlay::Prompt(prompt)) if prompt.takes_path() => Some(&prompt.line),
            Some(_) | None => self.here().map(|room| &room.composer),
        }
    }

    fn line_mut(&mut self) -> Option<&mut Composer> {
        if !self.asks_path() {
            return self.here_mut().map(|room| &mut room.composer);
        }
        match self.overlays.last_mut() {
            Some(Overlay::Prompt(prompt)) => Some(&mut prompt.line),
            Some(_) | None => None,
        }
    }

    /// The word before the cursor, if it can be completed. A path goes on over blanks.
    pub(super) fn word(&self) -> Option<Word> {
        let line = self.line()?;
        let text = &line.text()[..line.cursor()];
        let start = if self.asks_path() {
            0
        } else {
            paths::start(text).unwrap_or_else(|| after_blank(text))
        };
        let (before, typed) = text.split_at(start);
        self.word_of(before, typed)
    }

    /// What a word is, by where it stands.
    fn word_of(&self, before: &str, typed: &str) -> Option<Word> {
        if !self.asks_path() {
            return Word::of(before, typed);
        }
        Some(Word {
            start: before.len(),
            typed: typed.to_owned(),
            kind: Kind::Path,
        })
    }

    /// What a word may become, none of it chosen; `None`: nothing.
    pub(super) fn offer(&self, word: Word) -> Option<Completion> {
        let found = self.candidates(&word);
        (!found.is_empty()).then_some(Completion {
            found,
            chosen: None,
            typed: word.typed,
            start: word.start,
        })
    }

    fn candidates(&self, word: &Word) -> Vec<Candidate> {
        let all: Vec<(String, &'static str)> = match word.kind {
            Kind::Person => self
                .names_here()
                .iter()
                .map(|name| (format!("@{name}"), ""))
                .collect(),
            Kind::Room => {
                let shared = self.listed().filter(|room| !room.name().is_direct());
                shared
                    .map(|room| (format!("#{}", room.name()), ""))
                    .collect()
            }
            Kind::Command => Action::commands()
                .map(|action| (format!("/{}", action.info().name), action.info().title))
                .collect(),
            Kind::Emoji => return emoji::found(&word.typed),
            Kind::Path => return self.path_candidates(&word.typed),
            Kind::Server => {
                let known = self.settings.servers.known.iter();
                known
                    .map(|known| (known.name.as_str().to_owned(), "server"))
                    .collect()
            }
        };
        let typed = word.typed.to_lowercase();
        let fits = |(word, _): &(String, &str)| word.to_lowercase().starts_with(&typed);
        let candidate = |(word, about): (String, &'static str)| Candidate {
            matched: 0..same(&word, &typed),
            shown: word.clone(),
            word,
            about,
        };
        let found = all.into_iter().filter(fits).map(candidate);
        found.take(FOUND_MOST).collect()
    }

    /// The names of the open room: who spoke last first, then the others.
    fn names_here(&self) -> Vec<String> {
        let Some(room) = self.here() else {
            return Vec::new();
        };
        let mut names: Vec<String> = Vec::new();
        let mut add = |name: &chat_proto::UserName| {
            if !self.is_me(name) && !names.iter().any(|known| known == name.as_str()) {
                names.push(name.to_string());
            }
        };
        let whole = self.open_room().unwrap_or(room);
        // In a thread those who speak in it come first.
        for log in [&room.log, &whole.log] {
            let entries = log.entries.values().rev().take(SPEAKERS_AMONG);
            for entry in entries.filter(|entry| matches!(entry.event.body, EventBody::Message(_))) {
                add(&entry.event.author);
            }
        }
        whole.people.known.keys().for_each(&mut add);
        names
    }
}

/// Where the last word of a text starts.
fn after_blank(text: &str) -> usize {
    let blank = text.char_indices().rfind(|(_, c)| c.is_whitespace());
    blank.map_or(0, |(at, c)| at + c.len_utf8())
}

/// How many bytes of a word are what was typed; it begins with it but for case.
pub(super) fn same(word: &str, typed: &str) -> usize {
    let characters = typed.chars().count();
    let end = word.char_indices().nth(characters);
    end.map_or(word.len(), |(at, _)| at)
}
