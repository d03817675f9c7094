//! What can happen in a chapter. A step is drawn from chance alone and means
//! something in whatever state it meets: so a chapter can lose any of them.

use super::chance::Chance;
use super::lies::Lie;
use crate::core::actions::Action;
use crate::core::input::{Input, Key, KeyCode, Mouse};
use crate::core::keymap::{KeyMap, Preset};
use crate::core::settings::Settings;
use chat_proto::ErrorCode;
use chat_proto::event::MemberChanged;
use std::time::Duration;

/// One thing that happens.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// The person or the terminal does something.
    Input(Box<Input>),
    /// Keys, one after the other.
    Keys(Vec<Key>),
    /// The screen is drawn.
    Draw,
    /// Time passes; what is due then is done.
    Pass(Duration),
    /// The wall clock is set, by so many milliseconds.
    Clock(i64),
    /// The server takes so many frames.
    Server(u64),
    /// The client takes so many frames.
    Client(u64),
    /// The disk does so many jobs.
    Disk(u64),
    /// The disk takes nothing more, or takes something again.
    Full(bool),
    /// The server can be reached, or not.
    Reachable(bool),
    /// The connection breaks.
    Cut,
    /// The server closes the connection.
    Closed(Option<u16>),
    /// The server sends a ping.
    Heard,
    /// Someone says so many things in a room.
    Said(u64, &'static str, String, u64),
    /// Something is done to a message of a room.
    Done(u64, u64, Deed),
    /// A member's standing changes; in what room, whose.
    Member(u64, &'static str, MemberChanged),
    /// The room's topic.
    Topic(u64, String),
    /// Another connection reads, in this room so far.
    ReadElsewhere(u64, u64),
    /// The next change is refused.
    Refuse(ErrorCode),
    /// So many of the next replies never come.
    Silent(u32),
    /// The editor ends, if one is open.
    EditorEnds(Result<String, String>),
    /// The process is killed and started again.
    Kill,
    /// The server says what it should not.
    Lie(Lie),
}

/// What is done to a message by others.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    /// Its author gives it another text.
    Edit(String),
    /// It is deleted.
    Delete,
    /// An emoji is put to it, or taken away.
    React(bool),
    /// It is pinned, or unpinned.
    Pin(bool),
}

/// Others who speak.
const OTHERS: &[&str] = &["bob", "eve", "Ève"];

impl Step {
    /// The next thing that happens.
    pub(super) fn draw(chance: &mut Chance, honest: bool) -> Self {
        if !honest && chance.one_in(3) {
            return Self::Lie(Lie::draw(chance));
        }
        match chance.below(100) {
            0..24 => Self::Keys(keys(chance)),
            24..28 => person(chance),
            28..42 => Self::Draw,
            42..50 => Self::Pass(time(chance)),
            50..62 => Self::Server(1 + chance.below(6)),
            62..76 => Self::Client(1 + chance.below(12)),
            76..86 => Self::Disk(1 + chance.below(12)),
            86..95 => elsewhere(chance),
            _ => fault(chance),
        }
    }
}

/// What the person or the terminal does beside keys.
fn person(chance: &mut Chance) -> Step {
    let (width, height) = chance.size();
    let (x, y) = (chance.below(130) as u16, chance.below(40) as u16);
    let input = match chance.below(12) {
        0 | 1 => Input::Resize { width, height },
        2 => Input::Focus(chance.one_in(2)),
        3 | 4 => Input::Mouse(Mouse::Click { x, y }),
        5 => Input::Mouse(Mouse::WheelUp { x, y }),
        6 => Input::Mouse(Mouse::WheelDown { x, y }),
        7 | 8 => Input::Paste(paste(chance)),
        9 => return Step::EditorEnds(edited(chance)),
        10 => Input::Told(chance.text()),
        _ => match chance.below(4) {
            0 => Input::Suspended,
            1 => Input::Resumed,
            2 => Input::Settings(Box::new(settings(chance))),
            _ => Input::Wake,
        },
    };
    Step::Input(Box::new(input))
}

fn paste(chance: &mut Chance) -> String {
    match chance.below(6) {
        0 => "line\r\n".repeat(5000),
        1 => "x".repeat(4001),
        2 => chance.odd(200),
        _ => chance.text(),
    }
}

fn edited(chance: &mut Chance) -> Result<String, String> {
    match chance.below(3) {
        0 => Err("vi ended with 1".into()),
        _ => Ok(chance.text()),
    }
}

fn settings(chance: &mut Chance) -> Settings {
    let preset = chance.one(Preset::ALL);
    Settings {
        keys: KeyMap::build(preset, &[]).0,
        hints: chance.one_in(2),
        ..Settings::default()
    }
}

/// Some keys: a word, an action, a walk through something that opens, or any key.
fn keys(chance: &mut Chance) -> Vec<Key> {
    match chance.below(10) {
        0 => write(&chance.word()),
        1..4 => send(chance),
        4 => action(chance),
        5 => command(chance),
        6 => walk(chance),
        _ => vec![key(chance)],
    }
}

fn write(text: &str) -> Vec<Key> {
    let plain = |c: char| match c {
        '\n' => Key::alt(KeyCode::Enter),
        c => Key::plain(KeyCode::Char(c)),
    };
    text.chars().map(plain).collect()
}

/// A message, mostly after what may be open was closed.
fn send(chance: &mut Chance) -> Vec<Key> {
    let closed = chance.below(4) as usize;
    let mut keys = vec![Key::plain(KeyCode::Esc); closed];
    keys.extend(with_enter(write(&chance.word())));
    keys
}

fn with_enter(mut keys: Vec<Key>) -> Vec<Key> {
    keys.push(Key::plain(KeyCode::Enter));
    keys
}

/// The keys of an action, whatever is open.
fn action(chance: &mut Chance) -> Vec<Key> {
    let action = chance.one(Action::ALL);
    // Who has left is not there any more: once in a while is often enough.
    let ends = matches!(action, Action::Logout | Action::Quit | Action::Login);
    if ends && !chance.one_in(8) {
        return vec![key(chance)];
    }
    let keys = Preset::Default.keys(action).next();
    keys.map_or_else(Vec::new, |keys| keys.keys().to_vec())
}

fn command(chance: &mut Chance) -> Vec<Key> {
    const COMMANDS: &[&str] = &[
        "/join dev",
        "/join ops",
        "/join @bob",
        "/leave",
        "/leave dev",
        "/topic something else",
        "/search build",
        "/search",
        "/at yesterday",
        "/at 14:30",
        "/at 1970-01-01",
        "/ignore eve",
        "/unignore eve",
        "/create new",
        "/invite bob",
        "/kick bob",
        "/mute eve now",
        "/role bob owner",
        "/rooms",
        "/members",
        "/direct bob",
        "/topc x",
        "//not a command",
        "/read",
        "/next-unread",
        "/help room",
        "/inbox",
        "/back",
        "/settings guests on",
    ];
    with_enter(write(chance.of(COMMANDS)))
}

/// Opens something and goes on in it.
fn walk(chance: &mut Chance) -> Vec<Key> {
    let ctrl = |c| Key::ctrl(KeyCode::Char(c));
    let mut keys = match chance.below(9) {
        0 => vec![ctrl('k')],
        1 => vec![ctrl('p')],
        2 => vec![Key::plain(KeyCode::F(1))],
        3 => vec![Key::plain(KeyCode::F(2))],
        4 => vec![Key::alt(KeyCode::Char('i'))],
        5 => vec![ctrl('r')],
        6 => vec![Key::alt(KeyCode::Char('s'))],
        7 => vec![Key::plain(KeyCode::Up), Key::plain(KeyCode::Char('+'))],
        _ => vec![ctrl('x'), Key::plain(KeyCode::Char('r'))],
    };
    if chance.one_in(2) {
        keys.extend(write(
            chance.of(&["d", "lo", "ops", "build", "ada", "x", "thu"]),
        ));
    }
    let down = Key::plain(chance.one(&[KeyCode::Down, KeyCode::Up, KeyCode::PageDown]));
    keys.extend(std::iter::repeat_n(down, chance.below(4) as usize));
    keys.push(Key::plain(chance.one(&[
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
    ])));
    keys
}

/// Any key.
fn key(chance: &mut Chance) -> Key {
    use KeyCode::{
        Backspace, Char, Delete, Down, End, Enter, Esc, F, Home, Left, PageDown, PageUp, Right,
        Tab, Up,
    };
    let letter = (b'a' + chance.below(26) as u8) as char;
    let code = match chance.below(3) {
        0 => Char(if chance.one_in(9) {
            chance.odd_char()
        } else {
            letter
        }),
        1 => chance.one(&[Enter, Esc, Esc, Tab, Backspace, Delete, Left, Right, F(3)]),
        _ => chance.one(&[Up, Up, Down, Home, End, PageUp, PageUp, PageDown]),
    };
    let held = chance.below(6);
    Key {
        code,
        ctrl: held == 0,
        alt: held == 1,
        shift: held == 2 && !matches!(code, Char(_)),
    }
}

fn time(chance: &mut Chance) -> Duration {
    let millis = match chance.below(5) {
        0 => chance.below(20),
        1 => chance.below(400),
        2 => chance.below(3_000),
        3 => chance.below(12_000),
        _ => chance.below(60_000),
    };
    Duration::from_millis(millis)
}

/// What others do.
fn elsewhere(chance: &mut Chance) -> Step {
    use MemberChanged::{Banned, Joined, Kicked, Left, Muted, Role, Unmuted};
    let room = chance.number();
    match chance.below(20) {
        0..9 => Step::Said(room, chance.one(OTHERS), chance.text(), 1),
        9 => {
            let most = if chance.one_in(6) { 700 } else { 60 };
            let many = 1 + chance.below(most);
            Step::Said(room, chance.one(OTHERS), "more of it".into(), many)
        }
        10..14 => {
            let deed = match chance.below(5) {
                0 | 1 => Deed::Edit(chance.text()),
                2 => Deed::Delete,
                3 => Deed::React(!chance.one_in(3)),
                _ => Deed::Pin(chance.one_in(2)),
            };
            Step::Done(room, chance.number(), deed)
        }
        14 => Step::Topic(room, chance.text()),
        15 | 16 => {
            let change = chance.one(&[Joined, Left, Kicked, Banned, Role, Muted, Unmuted]);
            let whom = if chance.one_in(4) {
                "ada"
            } else {
                chance.one(OTHERS)
            };
            Step::Member(room, whom, change)
        }
        _ => Step::ReadElsewhere(room, chance.number()),
    }
}

/// What goes wrong.
fn fault(chance: &mut Chance) -> Step {
    use ErrorCode::{
        Conflict, Forbidden, Internal, Muted, NotFound, RateLimited, TooLarge, Unavailable,
    };
    match chance.below(16) {
        0..3 => Step::Cut,
        3 => Step::Closed(chance.one(&[None, Some(1000), Some(1001), Some(1008), Some(1013)])),
        4 | 5 => Step::Reachable(!chance.one_in(3)),
        6 => Step::Full(chance.one_in(2)),
        7 | 8 => Step::Kill,
        9 | 10 => Step::Refuse(chance.one(&[
            RateLimited,
            Unavailable,
            Internal,
            Muted,
            Forbidden,
            Conflict,
            TooLarge,
            NotFound,
        ])),
        11 => Step::Silent(1 + chance.below(3) as u32),
        12 => Step::Heard,
        13 => Step::Clock(chance.one(&[
            -3_600_000,
            3_600_000,
            -600_000,
            86_400_000,
            -90_000_000,
            1_000,
        ])),
        14 => Step::Input(Box::new(Input::Ended { code: 0 })),
        _ => Step::Pass(Duration::from_secs(45)),
    }
}
