//! The settings: what a person can have otherwise, as one list.
//!
//! To add a setting: a field in [`Settings`] with what it is when nothing is
//! said, and a line in [`SETTINGS`]. Reading the file, its check, the proposal
//! for a misspelt name and `config print-default` come from there. Knows no
//! file. Keys are not in the list: they are those of the actions.

use super::keymap::KeyMap;

/// How everything is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Which keys do what.
    pub keys: KeyMap,
    /// The line of keys at the bottom.
    pub hints: bool,
    /// The mouse is reported to the client.
    pub mouse: bool,
    /// It rings when one is named, or written to, while nobody looks.
    pub bell: bool,
    /// The window's title tells the room and how often one is named.
    pub title: bool,
    /// How it is drawn.
    pub look: Look,
}

/// How everything is drawn, before it is known what the terminal can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// The colours.
    pub theme: ThemeName,
    /// Only ASCII around texts; `None`: as the locale says.
    pub ascii: Option<bool>,
    /// Tell the terminal what links open; `None`: if it is known to take it.
    pub links: Option<bool>,
}

/// A theme by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeName {
    /// Colours, unless NO_COLOR is set.
    #[default]
    Auto,
    /// The terminal's own sixteen colours.
    Terminal,
    /// Bold, underlined and reversed, but no colour.
    Monochrome,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            keys: KeyMap::default(),
            hints: true,
            mouse: true,
            bell: true,
            title: true,
            look: Look::default(),
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
        takes: "\"auto\", \"terminal\" or \"monochrome\"",
        about: "the terminal's own colours, or none; auto: none if NO_COLOR is set",
        set: |settings, value| put(&mut settings.look.theme, theme(value)),
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
        name: "mouse",
        default: "true",
        takes: "true or false",
        about: "take clicks and the wheel; false leaves them to the terminal",
        set: |settings, value| put(&mut settings.mouse, yes(value)),
    },
    Setting {
        table: "notify",
        name: "bell",
        default: "true",
        takes: "true or false",
        about: "ring when you are named or written to while you look elsewhere",
        set: |settings, value| put(&mut settings.bell, yes(value)),
    },
    Setting {
        table: "notify",
        name: "title",
        default: "true",
        takes: "true or false",
        about: "show the room and how often you are named in the window's title",
        set: |settings, value| put(&mut settings.title, yes(value)),
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

fn theme(value: Value<'_>) -> Option<ThemeName> {
    match value {
        Value::Text("auto") => Some(ThemeName::Auto),
        Value::Text("terminal") => Some(ThemeName::Terminal),
        Value::Text("monochrome") => Some(ThemeName::Monochrome),
        Value::Text(_) | Value::Bool(_) | Value::Other => None,
    }
}
