//! The settings: what a person can have otherwise, as one list.
//!
//! To add a setting: a field in [`Settings`] with what it is when nothing is
//! said, and a line in [`SETTINGS`]. Reading the file, its check, the proposal
//! for a misspelt name and `config print-default` come from there. Knows no
//! file. What has a table of its own is not in the list: keys, which are those of
//! the actions, servers, and rooms.

use super::keymap::KeyMap;
use super::look::{Look, ThemeName};
use super::notify::{Level, Means};
use super::servers::Servers;
use chat_proto::RoomRef;

/// How everything is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Which keys do what.
    pub keys: KeyMap,
    /// The line of keys at the bottom.
    pub hints: bool,
    /// The mouse is reported to the client.
    pub mouse: bool,
    /// Rooms that name one, and then unread ones, stand at the top of the list.
    pub unread_first: bool,
    /// Whether the bell may ring, where the terminal knows no notifications.
    pub bell: bool,
    /// How one is told; `None`: as the terminal takes it; `Some(None)`: not at all.
    pub means: Option<Option<Means>>,
    /// What of rooms is told, where nothing else is said for one.
    pub level: Level,
    /// What of single rooms is told, where that is not as for all; of a room
    /// that is named twice the last one counts.
    pub levels: Vec<(RoomRef, Level)>,
    /// Whether what was said is told, or only who said something.
    pub bodies: bool,
    /// The window's title tells the room and how often one is named.
    pub title: bool,
    /// What is told of other rooms where there is no screen.
    pub others: Others,
    /// The program that opens links, with arguments.
    pub opener: String,
    /// How it is drawn.
    pub look: Look,
    /// The servers that have a name.
    pub servers: Servers,
}

/// What is told of rooms other than the open one, where everything is told by lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Others {
    /// Each message.
    #[default]
    Messages,
    /// How many are unread.
    Notes,
    /// Nothing.
    Nothing,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            keys: KeyMap::default(),
            hints: true,
            mouse: true,
            unread_first: false,
            bell: true,
            means: None,
            level: Level::default(),
            levels: Vec::new(),
            bodies: true,
            title: true,
            others: Others::default(),
            opener: OPENER.to_owned(),
            look: Look::default(),
            servers: Servers::default(),
        }
    }
}

/// A value of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// `true` or `false`.
    Bool(bool),
    /// A word.
    Text(&'a str),
    /// Something that no setting takes.
    Other,
}

/// What the list says of a setting.
#[derive(Debug)]
pub struct Setting {
    /// The table that it stands in.
    pub table: &'static str,
    /// Its name there.
    pub name: &'static str,
    /// What it is when nothing is said, as the file would say it.
    pub default: &'static str,
    /// The values it may have.
    pub takes: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Sets it; `false`: that is no value of it.
    pub set: fn(&mut Settings, Value<'_>) -> bool,
}

/// All settings but the keys, in the order of the file.
pub const SETTINGS: &[Setting] = &[
    Setting {
        table: "look",
        name: "theme",
        default: "\"auto\"",
        takes: THEME_OR_AUTO,
        about: "the colours; auto: `dark` or `light`, as the terminal's background is, or none if NO_COLOR is set",
        set: |settings, value| put(&mut settings.look.theme, maybe_theme(value)),
    },
    Setting {
        table: "look",
        name: "dark",
        default: "\"terminal\"",
        takes: THEME,
        about: "the theme on a dark background, and on one that is not known",
        set: |settings, value| put(&mut settings.look.dark, theme(value)),
    },
    Setting {
        table: "look",
        name: "light",
        default: "\"light\"",
        takes: THEME,
        about: "the theme on a light background",
        set: |settings, value| put(&mut settings.look.light, theme(value)),
    },
    Setting {
        table: "look",
        name: "ascii",
        default: "\"auto\"",
        takes: "true, false or \"auto\"",
        about: "draw borders and signs in ASCII; auto: if LANG is not UTF-8",
        set: |settings, value| put(&mut settings.look.ascii, maybe(value)),
    },
    Setting {
        table: "look",
        name: "links",
        default: "\"auto\"",
        takes: "true, false or \"auto\"",
        about: "tell the terminal what links open (OSC 8); auto: not on old consoles",
        set: |settings, value| put(&mut settings.look.links, maybe(value)),
    },
    Setting {
        table: "look",
        name: "hints",
        default: "true",
        takes: "true or false",
        about: "show the line of keys at the bottom",
        set: |settings, value| put(&mut settings.hints, yes(value)),
    },
    Setting {
        table: "look",
        name: "unread-first",
        default: "false",
        takes: "true or false",
        about: "rooms that name you, and then unread ones, stand at the top of the list",
        set: |settings, value| put(&mut settings.unread_first, yes(value)),
    },
    Setting {
        table: "look",
        name: "mouse",
        default: "true",
        takes: "true or false",
        about: "take clicks and the wheel; false leaves them to the terminal",
        set: |settings, value| put(&mut settings.mouse, yes(value)),
    },
    Setting {
        table: "links",
        name: "open-with",
        default: OPENER_SAID,
        takes: "a program, with arguments",
        about: "what opens links; the link is its last argument, no shell reads it",
        set: |settings, value| put(&mut settings.opener, program(value)),
    },
    Setting {
        table: "notify",
        name: "bell",
        default: "true",
        takes: "true or false",
        about: "ring the bell where the terminal knows no notifications",
        set: |settings, value| put(&mut settings.bell, yes(value)),
    },
    Setting {
        table: "notify",
        name: "how",
        default: "\"auto\"",
        takes: "\"auto\", \"bell\", \"osc9\", \"osc777\", \"osc99\" or \"none\"",
        about: "how you are told while you look elsewhere; auto: as your terminal takes it",
        set: |settings, value| put(&mut settings.means, means(value)),
    },
    Setting {
        table: "notify",
        name: "level",
        default: "\"mentions\"",
        takes: "\"all\", \"mentions\" or \"none\"",
        about: "what of a room you are told of, unless [notify.rooms] or /notify says it for the room",
        set: |settings, value| put(&mut settings.level, level(value)),
    },
    Setting {
        table: "notify",
        name: "text",
        default: "true",
        takes: "true or false",
        about: "tell what was said; false: only who said something",
        set: |settings, value| put(&mut settings.bodies, yes(value)),
    },
    Setting {
        table: "notify",
        name: "title",
        default: "true",
        takes: "true or false",
        about: "show the room and how often you are named in the window's title",
        set: |settings, value| put(&mut settings.title, yes(value)),
    },
    Setting {
        table: "linear",
        name: "others",
        default: "\"messages\"",
        takes: "\"messages\", \"notes\" or \"none\"",
        about: "without a screen: what is told of other rooms; notes: how much is unread",
        set: |settings, value| put(&mut settings.others, others(value)),
    },
];

fn put<T>(field: &mut T, value: Option<T>) -> bool {
    let some = value.is_some();
    if let Some(value) = value {
        *field = value;
    }
    some
}

fn yes(value: Value<'_>) -> Option<bool> {
    match value {
        Value::Bool(yes) => Some(yes),
        Value::Text(_) | Value::Other => None,
    }
}

fn maybe(value: Value<'_>) -> Option<Option<bool>> {
    match value {
        Value::Bool(yes) => Some(Some(yes)),
        Value::Text("auto") => Some(None),
        Value::Text(_) | Value::Other => None,
    }
}

fn means(value: Value<'_>) -> Option<Option<Option<Means>>> {
    Some(match value {
        Value::Text("auto") => None,
        Value::Text("none") => Some(None),
        Value::Text("bell") => Some(Some(Means::Bell)),
        Value::Text("osc9") => Some(Some(Means::Osc9)),
        Value::Text("osc777") => Some(Some(Means::Osc777)),
        Value::Text("osc99") => Some(Some(Means::Osc99)),
        Value::Text(_) | Value::Bool(_) | Value::Other => return None,
    })
}

fn level(value: Value<'_>) -> Option<Level> {
    match value {
        Value::Text(name) => Level::named(name),
        Value::Bool(_) | Value::Other => None,
    }
}

fn others(value: Value<'_>) -> Option<Others> {
    match value {
        Value::Text("messages") => Some(Others::Messages),
        Value::Text("notes") => Some(Others::Notes),
        Value::Text("none") => Some(Others::Nothing),
        Value::Text(_) | Value::Bool(_) | Value::Other => None,
    }
}

fn program(value: Value<'_>) -> Option<String> {
    match value {
        Value::Text(words) if !words.trim().is_empty() => Some(words.to_owned()),
        Value::Text(_) | Value::Bool(_) | Value::Other => None,
    }
}

const OPENER: &str = if cfg!(target_os = "macos") {
    "open"
} else {
    "xdg-open"
};
const OPENER_SAID: &str = if cfg!(target_os = "macos") {
    "\"open\""
} else {
    "\"xdg-open\""
};

fn theme(value: Value<'_>) -> Option<ThemeName> {
    match value {
        Value::Text(name) => ThemeName::named(name),
        Value::Bool(_) | Value::Other => None,
    }
}

fn maybe_theme(value: Value<'_>) -> Option<Option<ThemeName>> {
    match value {
        Value::Text("auto") => Some(None),
        value => theme(value).map(Some),
    }
}

const THEME: &str =
    "\"terminal\", \"dark\", \"light\", \"contrast\", \"contrast-light\" or \"monochrome\"";
const THEME_OR_AUTO: &str = "\"auto\", \"terminal\", \"dark\", \"light\", \"contrast\", \
                             \"contrast-light\" or \"monochrome\"";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_is_named_where_one_is_asked_for() {
        for name in ThemeName::ALL.iter().map(|theme| theme.info().0) {
            let quoted = format!("\"{name}\"");
            assert!(THEME.contains(&quoted) && THEME_OR_AUTO.contains(&quoted));
        }
    }
}
