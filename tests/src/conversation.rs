//! A conversation of many people to be replayed: a recorded one, or one of the
//! same shape made from a seed.
//!
//! A recorded conversation is a file of JSON lines, gzipped if its name ends in
//! `.gz`: `n` (running number), `room`, `at`, `author`, `text` and, where known,
//! `reply_to` (the `n` of the message that it answers). Its authors bear nicks
//! of another system, its texts were checked by nobody. They become names and
//! texts of this system by these rules:
//!
//! * In a nick each character but ASCII letters, digits, `-`, `_` and `.` becomes
//!   `-`; what is not a letter or digit is cut from both ends; what is left is
//!   cut to 28 characters; if nothing is left, the name is `nick`.
//! * Where that name is taken, reserved, or too like a taken one, `-2` is put
//!   behind it, then `-3`, and so on ([`names`]); two nicks are always two people.
//! * In a text each control character becomes its picture (`U+0008` is `␈`), or
//!   `U+FFFD` where it has none; blanks at the end go; a text of which nothing
//!   is left is `(nothing)`; a text ends after 4,000 characters.
//! * A reply to a message that is not in the file, comes later or is in another
//!   room is no reply.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::Range;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use flate2::read::GzDecoder;
use serde::Deserialize;

use crate::dice::Dice;

/// Names the file to replay.
pub const VARIABLE: &str = "CHAT_CONVERSATION";

/// The shape of the generated conversation.
const MESSAGES: usize = 11_600;
const PEOPLE: usize = 1_200;
/// Parts of the generated conversation, each with people of its own.
const STRETCHES: usize = 10;
const TEXT_CHARS_MAX: usize = 4000;
const NAME_CHARS_MAX: usize = 28;

/// A conversation, in order.
pub struct Conversation {
    /// Where it comes from, in words.
    pub source: String,
    /// What was said.
    pub lines: Vec<Line>,
    /// The nicks, in the order in which they first speak.
    pub people: Vec<String>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Index of its author among the people.
    pub author: usize,
    /// The text, fit to be sent.
    pub text: String,
    /// Index of the line that it answers.
    pub reply_to: Option<usize>,
}

#[derive(Deserialize)]
struct Recorded {
    n: u64,
    room: String,
    author: String,
    text: String,
    reply_to: Option<u64>,
}

impl Conversation {
    /// The file that [`VARIABLE`] names, or the generated conversation.
    pub fn of_environment() -> Result<Self> {
        match std::env::var_os(VARIABLE) {
            Some(path) => Self::load(Path::new(&path)),
            None => Ok(Self::generate(1)),
        }
    }

    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self> {
        let file = File::open(path).with_context(|| path.display().to_string())?;
        let recorded = if path.extension().is_some_and(|extension| extension == "gz") {
            parse(BufReader::new(GzDecoder::new(file)))
        } else {
            parse(BufReader::new(file))
        };
        let recorded = recorded.with_context(|| path.display().to_string())?;
        ensure!(!recorded.is_empty(), "{} is empty", path.display());
        Ok(Self::assemble(path.display().to_string(), recorded))
    }

    /// Makes one from a seed, in stretches like those of a day on a busy channel:
    /// each has its own people, of whom a few say most; one message in six
    /// answers another; some nicks and texts are odd.
    pub fn generate(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let nicks: Vec<_> = (0..PEOPLE).map(|index| dice.nick(index)).collect();
        let mut recorded: Vec<Recorded> = Vec::with_capacity(MESSAGES);
        for n in 0..MESSAGES {
            let author = dice.author(n);
            let reply_to = (n > 0 && dice.one_in(6)).then(|| n - 1 - dice.rank(n.min(40)));
            let mut text = dice.text();
            if let Some(answered) = reply_to {
                text = format!("{}: {text}", recorded[answered].author);
            }
            recorded.push(Recorded {
                n: n as u64 + 1,
                room: "generated".to_owned(),
                author: nicks[author].clone(),
                text,
                reply_to: reply_to.map(|index| index as u64 + 1),
            });
        }
        Self::assemble(format!("generated from seed {seed}"), recorded)
    }

    /// Some of its lines, as if nothing else had been said.
    pub fn part(&self, range: Range<usize>) -> Self {
        let range = range.start.min(self.lines.len())..range.end.min(self.lines.len());
        let mut people: Vec<usize> = Vec::new();
        let mut lines = Vec::with_capacity(range.len());
        for line in &self.lines[range.clone()] {
            let author = people
                .iter()
                .position(|known| *known == line.author)
                .unwrap_or_else(|| {
                    people.push(line.author);
                    people.len() - 1
                });
            let reply_to = line
                .reply_to
                .and_then(|answered| answered.checked_sub(range.start));
            let text = line.text.clone();
            lines.push(Line {
                author,
                text,
                reply_to,
            });
        }
        let nick = |index: &usize| self.people[*index].clone();
        Self {
            source: self.source.clone(),
            lines,
            people: people.iter().map(nick).collect(),
        }
    }

    fn assemble(source: String, recorded: Vec<Recorded>) -> Self {
        let mut people = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut places: HashMap<u64, usize> = HashMap::new();
        let rooms: Vec<_> = recorded.iter().map(|line| line.room.clone()).collect();
        let mut lines = Vec::with_capacity(recorded.len());
        for (index, line) in recorded.into_iter().enumerate() {
            let author = *known.entry(line.author.clone()).or_insert_with(|| {
                people.push(line.author);
                people.len() - 1
            });
            let reply_to = line
                .reply_to
                .and_then(|n| places.get(&n).copied())
                .filter(|answered| rooms[*answered] == line.room);
            places.insert(line.n, index);
            lines.push(Line {
                author,
                text: fit_text(&line.text),
                reply_to,
            });
        }
        Self {
            source,
            lines,
            people,
        }
    }
}

/// The names to try for a nick, best first, without an end.
pub fn names(nick: &str) -> impl Iterator<Item = String> {
    let plain: String = nick
        .chars()
        .map(|c| {
            let fits = c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            if fits { c } else { '-' }
        })
        .collect();
    let trimmed = plain.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let cut: String = trimmed.chars().take(NAME_CHARS_MAX).collect();
    let cut = cut.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    let name = if cut.is_empty() { "nick" } else { cut }.to_owned();
    std::iter::once(name.clone()).chain((2..).map(move |number| format!("{name}-{number}")))
}

fn fit_text(text: &str) -> String {
    let pictured: String = text
        .chars()
        .map(|c| match c {
            '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
            '\x7f' => '␡',
            other if other.is_control() => '\u{fffd}',
            other => other,
        })
        .take(TEXT_CHARS_MAX)
        .collect();
    let trimmed = pictured.trim_end();
    if trimmed
        .chars()
        .all(|c| c.is_whitespace() || c == '\u{feff}')
    {
        return "(nothing)".to_owned();
    }
    trimmed.to_owned()
}

fn parse(reader: impl BufRead) -> Result<Vec<Recorded>> {
    (1..)
        .zip(reader.lines())
        .filter(|(_, line)| line.as_ref().map_or(true, |line| !line.trim().is_empty()))
        .map(|(number, line)| {
            let line = line?;
            serde_json::from_str(&line).with_context(|| format!("line {number}"))
        })
        .collect()
}

impl Dice {
    /// A rank below `bound` of which the first are the likeliest, as in Zipf's law.
    fn rank(&mut self, bound: usize) -> usize {
        let rank = ((bound as f64 + 1.0).powf(self.part()) - 1.0).floor();
        (rank as usize).min(bound.saturating_sub(1))
    }

    /// Who says message `n`. Everybody of its stretch speaks once, those who come
    /// early more often.
    fn author(&mut self, n: usize) -> usize {
        let (people, messages) = (PEOPLE / STRETCHES, MESSAGES / STRETCHES);
        let (stretch, n) = ((n / messages).min(STRETCHES - 1), n % messages);
        let each = messages / people;
        let speaker = if n % each == 0 && n / each < people {
            n / each
        } else {
            let few = 1 + self.rank(people);
            self.rank(few)
        };
        stretch * people + speaker
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    fn nick(&mut self, index: usize) -> String {
        let syllables = 2 + self.below(2);
        let mut nick: String = (0..syllables)
            .map(|_| format!("{}{}", self.pick(ONSETS), self.pick(RIMES)))
            .collect();
        if self.one_in(4) {
            nick.push_str(&self.below(100).to_string());
        }
        match index % 10 {
            0 => format!("{nick}_"),
            1 if index % 40 == 1 => format!("|{nick}|"),
            2 if index % 60 == 2 => format!("{nick}`away"),
            3 if index % 80 == 3 => format!("[{nick}]^"),
            4 => nick.to_uppercase(),
            _ => nick,
        }
    }

    fn text(&mut self) -> String {
        let words = 1 + self.rank(40);
        let mut text = String::new();
        for index in 0..words {
            if index > 0 {
                text.push(' ');
            }
            match self.below(60) {
                0 => text
                    .push_str("https://example.org/a/long/way/to/some/page?with=question&and=more"),
                1 => text.push_str(self.pick(ODD_WORDS)),
                _ => {
                    let rank = self.rank(WORDS.len());
                    text.push_str(WORDS[rank]);
                }
            }
        }
        if self.one_in(400) {
            text.insert(0, '\u{8}');
        }
        text
    }
}

const ONSETS: &[&str] = &[
    "b", "br", "d", "f", "g", "h", "j", "k", "kl", "l", "m", "n", "p", "r", "s", "st", "t", "tr",
    "v", "w", "z",
];
const RIMES: &[&str] = &["a", "an", "e", "el", "i", "in", "o", "or", "u", "us", "y"];
const WORDS: &[&str] = &[
    "the", "i", "to", "it", "a", "is", "you", "and", "in", "that", "on", "how", "have", "do",
    "what", "not", "for", "with", "can", "my", "of", "but", "this", "if", "just", "are", "be",
    "so", "get", "use", "install", "now", "no", "there", "any", "know", "or", "me", "ok", "try",
    "need", "run", "file", "when", "work", "problem", "does", "like", "from", "same", "kernel",
    "driver", "package", "thanks", "yes", "anyone", "server", "sound", "disk", "boot", "mount",
    "network", "because", "version", "command", "terminal", "screen", "question",
];
const ODD_WORDS: &[&str] = &[
    "naïve",
    "größer",
    "日本語",
    "한글",
    "привет",
    "שלום",
    "👍",
    "👩‍👩‍👧‍👦",
    "e\u{301}té",
    "a\tb",
    "<b>&amp;</b>",
    "\u{feff}x",
    "C:\\dos",
    "\"quoted\"",
    "ﷺ",
    "@room",
];

#[cfg(test)]
mod tests {
    use super::{Conversation, fit_text, names, parse};

    #[test]
    fn nicks_become_names_by_the_rules() {
        for (nick, name) in [
            ("ada", "ada"),
            ("|trey|", "trey"),
            ("spacey`ki", "spacey-ki"),
            ("__", "nick"),
            ("Debolaz[Pidgin]", "Debolaz-Pidgin"),
            ("\\9", "9"),
        ] {
            assert_eq!(names(nick).next().unwrap(), name, "{nick}");
        }
        assert_eq!(names("a_").nth(2).unwrap(), "a-3");
        assert_eq!(names(&"x".repeat(99)).nth(1).unwrap().len(), 30);
    }

    #[test]
    fn texts_become_sendable_by_the_rules() {
        for (text, fit) in [
            ("hi  ", "hi"),
            ("a\u{8}b\u{7f}\u{9b}", "a␈b␡\u{fffd}"),
            (" \u{feff}", "(nothing)"),
        ] {
            assert_eq!(fit_text(text), fit);
        }
    }

    #[test]
    fn replies_to_what_is_not_there_are_none() {
        let file = r#"{"n":5,"room":"a","at":"","author":"x","text":"1","reply_to":6}
            {"n":6,"room":"a","at":"","author":"y","text":"2","reply_to":5}
            {"n":7,"room":"b","at":"","author":"x","text":"3","reply_to":6}"#;
        let recorded = parse(file.as_bytes()).unwrap();
        let conversation = Conversation::assemble(String::new(), recorded);
        let replies: Vec<_> = conversation
            .lines
            .iter()
            .map(|line| line.reply_to)
            .collect();
        assert_eq!(replies, [None, Some(0), None]);
        assert_eq!(conversation.people, ["x", "y"]);
    }

    #[test]
    fn a_part_answers_only_what_is_in_it() {
        let whole = Conversation::generate(1);
        let part = whole.part(100..140);
        for (line, original) in part.lines.iter().zip(&whole.lines[100..140]) {
            assert_eq!(part.people[line.author], whole.people[original.author]);
            assert_eq!(line.text, original.text);
            let answered = original.reply_to.filter(|index| *index >= 100);
            assert_eq!(line.reply_to.map(|index| index + 100), answered);
        }
        assert!(part.lines.iter().any(|line| line.reply_to.is_some()));
        assert_eq!(whole.part(99_999..100_000).lines, []);
    }

    #[test]
    fn the_generated_conversation_has_the_shape_of_a_real_one() {
        let conversation = Conversation::generate(1);
        assert_eq!(conversation.lines, Conversation::generate(1).lines);
        assert_eq!(conversation.lines.len(), 11_600);
        let people = conversation.people.len();
        assert!((1_000..=1_200).contains(&people), "{people} people");
        let mut said = vec![0; people];
        for line in &conversation.lines {
            said[line.author] += 1;
        }
        said.sort_unstable();
        assert!(said[people / 2] <= 4, "half of the people say little");
        assert!(said[people - 1] > 100, "some say much");
        let replies = conversation
            .lines
            .iter()
            .filter(|line| line.reply_to.is_some());
        assert!((1_500..2_500).contains(&replies.count()));
    }
}
