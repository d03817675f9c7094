//! The configuration as text: reading it, saying what is wrong in it, and
//! printing it as it is when nothing is said. Knows no file.
//!
//! Always holds: whatever the bytes are, settings come out. What can't be used
//! is named with its line, and is as if it was not there.

pub mod keep;
mod rooms;
mod servers;

use crate::core::actions::{Action, Group};
use crate::core::keymap::{Bound, Preset};
use crate::core::keys::Sequence;
use crate::core::settings::{SETTINGS, Settings, Value};
use chat_proto::codec::nearest;
use std::fmt::{self, Write as _};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Problems that are looked for; whoever has more knows enough.
const PROBLEMS_MOST: usize = 50;

/// What is wrong in a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// On which line, counted from one.
    pub line: usize,
    /// What, and what would be right.
    pub words: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.words)
    }
}

/// Reads a configuration.
pub fn read(bytes: &[u8]) -> (Settings, Vec<Problem>) {
    let (text, mut problems) = decode(bytes);
    let (table, errors) = DeTable::parse_recoverable(&text);
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        let words = error.message().replace('\n', ", ");
        problems.push(problem(&text, at, words));
    }
    let broken = problems.iter().map(|problem| problem.line).collect();
    let mut reader = Reader {
        text: &text,
        broken,
        settings: Settings::default(),
        preset: Preset::default(),
        bound: Vec::new(),
        usual_at: 0,
        problems,
    };
    reader.root(table.get_ref());
    reader.finish()
}

/// The text, without the lines that are not UTF-8.
fn decode(bytes: &[u8]) -> (String, Vec<Problem>) {
    let mut text = String::new();
    let mut problems = Vec::new();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        match std::str::from_utf8(line) {
            Ok(line) => text.push_str(line),
            Err(error) => {
                let byte = line.get(error.valid_up_to()).copied().unwrap_or_default();
                let words = format!("the byte 0x{byte:02x} is not UTF-8; the line is left out");
                let line = index + 1;
                problems.push(Problem { line, words });
            }
        }
        text.push('\n');
    }
    (text, problems)
}

struct Reader<'a> {
    text: &'a str,
    /// Lines that can't be understood; what was read from them means nothing.
    broken: Vec<usize>,
    settings: Settings,
    preset: Preset,
    bound: Vec<(usize, Bound)>,
    /// Where the usual server is named.
    usual_at: usize,
    problems: Vec<Problem>,
}

/// A name with its value, and where the name stands.
type Entry<'t, 'i> = (&'t str, Range<usize>, &'t DeValue<'i>);

impl Reader<'_> {
    fn root(&mut self, table: &DeTable<'_>) {
        for (name, at, value) in self.entries(table) {
            match (name, value) {
                ("preset", value) => self.preset(at, value),
                ("server", value) => self.usual_server(at, value),
                ("servers", DeValue::Table(servers)) => self.servers(servers),
                ("keys", DeValue::Table(keys)) => self.keys(keys),
                (name, DeValue::Table(table)) if is_table(name) => self.table(name, table),
                ("servers", _) => {
                    let words = "servers is a table of tables: write [servers.work], and below it \
                                 address = \"wss://chat.example\"";
                    self.tell(&at, words.to_owned());
                }
                (name, _) if name == "keys" || is_table(name) => {
                    let words =
                        format!("{name} is a table: write [{name}], and below it its names");
                    self.tell(&at, words);
                }
                (name, _) => self.unknown(&at, name, ROOT, "setting"),
            }
        }
    }

    /// What stands in a table and is not on a broken line, in the order of the file.
    fn entries<'t, 'i>(&self, table: &'t DeTable<'i>) -> Vec<Entry<'t, 'i>> {
        let mut entries: Vec<_> = table
            .iter()
            .map(|(name, value)| (name.get_ref().as_ref(), name.span(), value.get_ref()))
            .filter(|(_, at, _)| !self.broken.contains(&line(self.text, at.start)))
            .collect();
        entries.sort_by_key(|(_, at, _)| at.start);
        entries
    }

    fn preset(&mut self, at: Range<usize>, value: &DeValue<'_>) {
        let names: Vec<_> = Preset::ALL.iter().map(|preset| preset.name()).collect();
        let given = value.as_str().unwrap_or_default();
        match Preset::ALL.iter().find(|preset| preset.name() == given) {
            Some(preset) => self.preset = *preset,
            None => self.tell(&at, format!("preset is one of {}", names.join(", "))),
        }
    }

    fn table(&mut self, table: &str, entries: &DeTable<'_>) {
        let of_table = || SETTINGS.iter().filter(|setting| setting.table == table);
        for (name, at, value) in self.entries(entries) {
            match (table, name, value) {
                ("notify", ROOMS, DeValue::Table(rooms)) => {
                    self.levels(rooms);
                    continue;
                }
                ("notify", ROOMS, _) => {
                    let words =
                        "rooms is a table: write [notify.rooms], and below it dev = \"all\"";
                    self.tell(&at, words.to_owned());
                    continue;
                }
                _ => {}
            }
            let Some(setting) = of_table().find(|setting| setting.name == name) else {
                let names: Vec<_> = of_table().map(|setting| setting.name).collect();
                self.unknown(&at, name, &names, "setting");
                continue;
            };
            let value = match value {
                DeValue::Boolean(yes) => Value::Bool(*yes),
                DeValue::String(text) => Value::Text(text),
                _ => Value::Other,
            };
            if !(setting.set)(&mut self.settings, value) {
                self.tell(&at, format!("{name} is {}", setting.takes));
            }
        }
    }

    fn keys(&mut self, entries: &DeTable<'_>) {
        for (name, at, value) in self.entries(entries) {
            let Some(action) = Action::named(name) else {
                let names: Vec<_> = Action::ALL.iter().map(|a| a.info().name).collect();
                self.unknown(&at, name, &names, "action");
                continue;
            };
            match chords(value) {
                Ok(keys) => self.bound.push((at.start, Bound { action, keys })),
                Err(words) => self.tell(&at, format!("{name}: {words}")),
            }
        }
    }

    fn unknown(&mut self, at: &Range<usize>, name: &str, names: &[&str], what: &str) {
        let words = match nearest(name, names) {
            Some(near) => format!("no {what} is called {name}; did you mean {near}?"),
            None => format!("no {what} is called {name}; `config print-default` shows all"),
        };
        self.tell(at, words);
    }

    fn tell(&mut self, at: &Range<usize>, words: String) {
        let problem = problem(self.text, at.start, words);
        self.problems.push(problem);
    }

    fn finish(mut self) -> (Settings, Vec<Problem>) {
        let wanted: Vec<Bound> = self.bound.iter().map(|(_, bound)| bound.clone()).collect();
        let (keys, refused) = crate::core::keymap::KeyMap::build(self.preset, &wanted);
        for (index, why) in refused {
            let at = self.bound.get(index).map_or(0, |(at, _)| *at);
            self.tell(&(at..at), why.to_string());
        }
        self.settings.keys = keys;
        self.check_usual();
        self.problems.sort_by_key(|problem| problem.line);
        self.problems.truncate(PROBLEMS_MOST);
        (self.settings, self.problems)
    }
}

const ROOT: &[&str] = &[
    "preset", "server", "servers", "keys", "links", "look", "notify", "linear",
];

/// The table in `notify` that names rooms.
const ROOMS: &str = "rooms";

fn is_table(name: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.table == name)
}

/// `"C-k"`, or `["C-k", "F5"]`; `[]` takes the keys away.
fn chords(value: &DeValue<'_>) -> Result<Vec<Sequence>, String> {
    let read = |text: &str| Sequence::parse(text).map_err(|why| why.to_string());
    match value {
        DeValue::String(text) => Ok(vec![read(text)?]),
        DeValue::Array(list) => list
            .iter()
            .map(Spanned::get_ref)
            .map(|value| read(value.as_str().ok_or_else(wrong)?))
            .collect(),
        _ => Err(wrong()),
    }
}

fn wrong() -> String {
    "keys are written like \"C-k\" or [\"C-k\", \"F5\"]".to_owned()
}

fn problem(text: &str, at: usize, words: String) -> Problem {
    let line = line(text, at);
    Problem { line, words }
}

fn line(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

/// A configuration that says what is so when nothing is said.
pub fn print_default() -> String {
    let mut out = format!("{HEAD}{}", servers::PRINTED);
    let mut table = "";
    for setting in SETTINGS {
        if setting.table != table {
            table = setting.table;
            let _ = write!(out, "\n[{table}]\n");
        }
        let (name, default) = (setting.name, setting.default);
        let _ = write!(
            out,
            "# {}: {}\n{name} = {default}\n",
            setting.takes, setting.about
        );
    }
    out.push_str(rooms::TABLE);
    out.push_str(servers::TABLES);
    out.push_str(KEYS);
    for group in Group::ALL {
        let _ = write!(out, "\n# {}\n", group.heading());
        let of_group = |action: &&Action| action.info().group == *group;
        for action in Action::ALL.iter().filter(of_group) {
            let keys: Vec<String> = Preset::Default
                .keys(*action)
                .map(|keys| format!("\"{keys}\""))
                .collect();
            let (name, title) = (action.info().name, action.info().title);
            let _ = writeln!(out, "# {name} = [{}]  # {title}", keys.join(", "));
        }
    }
    out
}

const HEAD: &str = "\
# The configuration of chat-tui. What is not said here is as printed here.
# Saved, it is used within a second; `chat-tui config check` says what is wrong.

# The keys to begin with: \"default\", or \"emacs\", where Ctrl-K cuts to the end.
preset = \"default\"
";

const KEYS: &str = "
# The keys of each action: one, several, or none with []. Keys in a row are
# written with a blank, as \"Ctrl-X j\". Those shown are the preset's.
[keys]
";

#[cfg(test)]
mod tests;
