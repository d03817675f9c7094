//! Completion of the word before the cursor: people, rooms, commands and emoji.

use super::actions::Action;
use super::overlay::{Candidate, Completion};
use super::state::{State, Turn};
use chat_proto::event::EventBody;

/// Choices that are offered at most.
const FOUND_MOST: usize = 50;
/// Entries that are looked through for recent speakers.
const SPEAKERS_AMONG: usize = 500;

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
        if let (Some(completion), Some(room)) = (self.completion.take(), self.here_mut()) {
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
        let Some(room) = self.here_mut() else {
            return;
        };
        let chosen = completion
            .chosen
            .and_then(|chosen| completion.found.get(chosen));
        let Some(Candidate { word, .. }) = chosen else {
            return;
        };
        let only = completion.found.len() == 1;
        let text = if only {
            format!("{word} ")
        } else {
            word.clone()
        };
        room.composer.replace_from(completion.start, &text);
        self.edited(turn);
        self.completion = (!only).then_some(completion);
    }

    /// The word before the cursor and where it starts, if it can be completed.
    fn word(&self) -> Option<(usize, String)> {
        let composer = &self.here()?.composer;
        let before = &composer.text()[..composer.cursor()];
        let start = before.rfind(char::is_whitespace).map_or(0, |at| {
            at + before[at..].chars().next().map_or(1, char::len_utf8)
        });
        let word = &before[start..];
        let marked = word.starts_with(['@', '#', '/', ':']);
        (marked || names_server(&before[..start])).then(|| (start, word.to_owned()))
    }

    fn candidates(&self, start: usize, word: &str) -> Vec<Candidate> {
        let all: Vec<(String, &'static str)> = match word.chars().next() {
            Some('@') => self
                .names_here()
                .iter()
                .map(|name| (format!("@{name}"), ""))
                .collect(),
            Some('#') => {
                let shared = self.listed().filter(|room| !room.name().is_direct());
                shared
                    .map(|room| (format!("#{}", room.name()), ""))
                    .collect()
            }
            Some('/') if start == 0 => Action::commands()
                .map(|action| (format!("/{}", action.info().name), action.info().title))
                .collect(),
            Some(':') => return emoji(word),
            // Only after `/server`, where nothing else is a word.
            Some(_) | None => {
                let known = self.settings.servers.known.iter();
                known
                    .map(|known| (known.name.as_str().to_owned(), "server"))
                    .collect()
            }
        };
        let typed = word.to_lowercase();
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

/// Emoji by a part of their names: first those whose name begins with it.
fn emoji(word: &str) -> Vec<Candidate> {
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

/// How many bytes of a word are what was typed; it begins with it but for case.
fn same(word: &str, typed: &str) -> usize {
    let characters = typed.chars().count();
    let end = word.char_indices().nth(characters);
    end.map_or(word.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::emoji;

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
