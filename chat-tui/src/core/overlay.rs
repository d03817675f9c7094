//! What lies over the timeline: a stack, the topmost gets the keys.

mod answer;
mod confirm;
mod emoji;
mod help;
mod inbox;
mod keys;
mod links;
mod list;
mod lists;
mod palette;
mod picker;
mod prompt;
mod search;
mod sent;
mod themes;

use super::account::{Hidden, Secret};
use super::actions::{Action, Group};
use super::composer::Composer;
use super::input::Named;
use super::local::NoServer;
use super::look::ThemeName;
use super::search::Search;
use super::servers::Known;
use chat_proto::event::RoomKind;
use chat_proto::reply::{MemberListing, RoomListing};
use chat_proto::{RoomName, Seq, UserName};
use smol_str::SmolStr;
use std::time::Duration;

pub use themes::name as theme_name;

/// One thing that lies over the timeline.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// Choosing a room.
    Picker(Picker),
    /// Choosing an action.
    Palette(Palette),
    /// Asking for what an action takes.
    Prompt(Prompt),
    /// Where one is named.
    Inbox(Inbox),
    /// Choosing a text that was sent.
    Sent(Sent),
    /// All actions with their keys.
    Help(Help),
    /// Who is in the room.
    Members(MemberList),
    /// The rooms of the server.
    Rooms(RoomList),
    /// The servers that have a name.
    Servers(ServerList),
    /// There is no server on this machine.
    NoServer(NoServer),
    /// The server needs a name.
    Login(Login),
    /// A large text was pasted: what is to become of it?
    Paste(BigPaste),
    /// Is this really wanted?
    Confirm(Confirm),
    /// Choosing an emoji for a message.
    Emoji(EmojiPicker),
    /// What can be done with a person.
    Person(PersonMenu),
    /// Typing passwords.
    Secret(Secret),
    /// Finding messages.
    Search(Box<Search>),
    /// Choosing a theme.
    Themes(Themes),
    /// Each link in sight has a letter.
    Links(Links),
    /// All that is known of a message.
    Info {
        /// Where it is.
        room: RoomName,
        /// Which one.
        target: Seq,
    },
}

impl Overlay {
    /// Keys that work in it, with what they do.
    pub(super) fn hints(&self) -> &'static [(Action, &'static str)] {
        const GO: (Action, &str) = (Action::Send, "go there");
        const CLOSE: (Action, &str) = (Action::Close, "close");
        match self {
            Self::Picker(_) => &[
                GO,
                (Action::NewLine, "join as typed"),
                (Action::Down, "next"),
                CLOSE,
            ],
            Self::Rooms(_) | Self::Servers(_) => &[GO, (Action::Down, "next"), CLOSE],
            Self::Palette(_) => &[(Action::Send, "run it"), (Action::Down, "next"), CLOSE],
            Self::Inbox(_) => &[(Action::Send, "show it"), (Action::Down, "older"), CLOSE],
            Self::Sent(_) => &[(Action::Send, "take it"), (Action::Down, "older"), CLOSE],
            Self::NoServer(NoServer::Offered) => {
                &[(Action::Send, "start one"), (Action::Close, "not now")]
            }
            Self::NoServer(NoServer::Failed(_)) => &[(Action::Send, "try again"), CLOSE],
            Self::Prompt(prompt) if prompt.takes_path() => &[
                (Action::Send, "do it"),
                (Action::Complete, "complete"),
                CLOSE,
            ],
            Self::Prompt(_) => &[(Action::Send, "do it"), CLOSE],
            Self::Members(_) => &[
                (Action::Send, "what can be done"),
                (Action::Down, "next"),
                CLOSE,
            ],
            Self::Person(_) => &[(Action::Send, "do it"), (Action::Down, "next"), CLOSE],
            Self::Help(_) => &[(Action::PageDown, "further"), CLOSE],
            Self::Secret(_) => &[(Action::Send, "go on"), CLOSE],
            Self::Login(_) => &[
                (Action::Send, "come in"),
                (Action::Complete, "name or password"),
                (Action::Interrupt, "twice: quit"),
            ],
            Self::Paste(_) => &[(Action::Close, "drop it")],
            Self::Confirm(_) => &[(Action::Send, "yes"), (Action::Close, "no")],
            Self::Emoji(_) => &[(Action::Send, "put it"), (Action::Down, "next"), CLOSE],
            Self::Search(_) => &[
                (Action::Send, "show it"),
                (Action::Down, "next"),
                (Action::Complete, "look elsewhere"),
                CLOSE,
            ],
            Self::Themes(_) => &[
                (Action::Send, "keep it"),
                (Action::Down, "next"),
                (Action::Close, "as before"),
            ],
            Self::NoServer(NoServer::Starting) | Self::Info { .. } | Self::Links(_) => &[CLOSE],
        }
    }
}

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

/// Choosing an action.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    /// What was typed to narrow the choice.
    pub query: Composer,
    /// What fits, best first.
    pub found: Vec<Offer>,
    /// Which of them is chosen.
    pub chosen: usize,
}

/// An action to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The action.
    pub action: Action,
    /// The bytes of its title that matched, as starts of characters.
    pub matched: Vec<usize>,
}

/// Where one is named.
#[derive(Debug, Clone, Default)]
pub struct Inbox {
    /// The messages, the newest first.
    pub found: Vec<Named>,
    /// Which of them is chosen.
    pub chosen: usize,
    /// The cache is being looked through.
    pub loading: bool,
    /// How many more the server counts, that are not loaded here.
    pub missing: u32,
}

/// Choosing a text that was sent.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    /// What was typed to narrow the choice.
    pub query: Composer,
    /// What fits, the newest first.
    pub found: Vec<SmolStr>,
    /// Which of them is chosen.
    pub chosen: usize,
    /// All there are.
    all: Vec<SmolStr>,
}

/// Links with a letter each, from `a`.
#[derive(Debug, Clone)]
pub struct Links {
    /// The links, from the top of the screen.
    pub found: Vec<String>,
}

/// Choosing a theme; what is chosen is shown.
#[derive(Debug, Clone)]
pub struct Themes {
    /// All there are; `None`: as the background asks for.
    pub found: Vec<Option<ThemeName>>,
    /// Which of them is chosen.
    pub chosen: usize,
}

/// Asking for what an action takes.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// The action.
    pub action: Action,
    /// What was typed so far.
    pub line: Composer,
    /// What is wrong with it.
    pub why: Option<String>,
}

/// All actions with their keys.
#[derive(Debug, Clone, Default)]
pub struct Help {
    /// What was typed to narrow the list.
    pub query: Composer,
    /// The rows that fit.
    pub rows: Vec<HelpRow>,
    /// The first row to show.
    pub top: usize,
}

/// A row of help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HelpRow {
    /// The actions that follow belong together.
    Heading(Group),
    /// An action.
    Action(Action),
}

/// Who is in a room.
#[derive(Debug, Clone)]
pub struct MemberList {
    /// Which room.
    pub room: RoomName,
    /// How many there are, once known.
    pub total: Option<u64>,
    /// Those received so far, by name.
    pub members: Vec<MemberListing>,
    /// More are being fetched.
    pub loading: bool,
    /// Which of them is chosen.
    pub chosen: usize,
}

/// What can be done with a person.
#[derive(Debug, Clone)]
pub struct PersonMenu {
    /// In which room.
    pub room: RoomName,
    /// Who.
    pub user: UserName,
    /// What, each with its words.
    pub found: Vec<(Action, &'static str)>,
    /// Which of them is chosen.
    pub chosen: usize,
}

/// The rooms of the server.
#[derive(Debug, Clone, Default)]
pub struct RoomList {
    /// Those received so far, by name.
    pub rooms: Vec<RoomListing>,
    /// More are being fetched.
    pub loading: bool,
    /// Which of them is chosen.
    pub chosen: usize,
    /// What they were narrowed to, where they were.
    pub query: Option<String>,
}

/// Choosing a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerList {
    /// Those of the configuration.
    pub known: Vec<Known>,
    /// Which of them is chosen.
    pub chosen: usize,
}

/// The server needs a name.
#[derive(Debug, Clone, Default)]
pub struct Login {
    /// The name, as typed so far.
    pub name: Composer,
    /// Why it is asked: the server's words, or what is wrong with what was typed.
    pub why: Option<String>,
    /// The name was sent and the reply is awaited.
    pub busy: bool,
    /// The password of an account; a guest has none.
    pub password: Hidden,
    /// The password is being typed, not the name.
    pub on_password: bool,
}

/// A large text was pasted.
#[derive(Debug, Clone, Default)]
pub struct BigPaste {
    /// The text.
    pub text: String,
    /// Its lines.
    pub lines: usize,
    /// Its characters.
    pub chars: usize,
    /// What is wrong with it, where it can't go out as one message.
    pub problem: Option<String>,
    /// What may be done with it, with the keys that choose it.
    pub choices: Vec<(char, String)>,
}

/// Asking once before something that can't be taken back.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// What is asked.
    pub question: String,
    /// What it is about; may hold words of others: not neutralised.
    pub detail: String,
    /// What Enter does, in words.
    pub yes: &'static str,
    /// What is done then.
    pub(super) then: Then,
}

/// What is done once it was confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Then {
    /// The message is deleted.
    Delete {
        /// Where it is.
        room: RoomName,
        /// Which one.
        target: Seq,
    },
    /// This device is logged out.
    Logout,
    /// The link is opened.
    Open(String),
    /// The text is put on the clipboard.
    Copy(String),
    /// The text is sent as several messages.
    Split(String),
    /// The person is invited.
    Invite {
        /// Where to.
        room: RoomName,
        /// Whom.
        user: UserName,
        /// How it was said.
        typed: String,
    },
}

/// Choosing an emoji for a message.
#[derive(Debug, Clone)]
pub struct EmojiPicker {
    /// Where the message is.
    pub room: RoomName,
    /// Which one.
    pub target: Seq,
    /// What was typed to narrow the choice.
    pub query: Composer,
    /// Those that the message has, and those used before: offered first.
    pub recent: Vec<SmolStr>,
    /// What fits, best first.
    pub found: Vec<EmojiChoice>,
    /// Which of them is chosen.
    pub chosen: usize,
}

/// An emoji to be put to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmojiChoice {
    /// Itself.
    pub emoji: SmolStr,
    /// Its name; empty if it has none.
    pub name: SmolStr,
}

/// A word that goes away by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What it says; may hold words of the server: not neutralised.
    pub text: String,
    /// Whether something went wrong.
    pub error: bool,
    /// When it goes away, by the monotonic clock.
    pub until: Duration,
}

/// What Tab offers for the word before the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What fits, best first.
    pub found: Vec<Candidate>,
    /// Which of them stands in the text now; `None`: what was typed.
    pub chosen: Option<usize>,
    /// The word as it was typed; Esc gives it back.
    pub typed: String,
    /// Where in the composer's text the word starts.
    pub start: usize,
}

/// One of the words that Tab offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// As it would stand in the text.
    pub word: String,
    /// As it is listed; may hold words of others: not neutralised.
    pub shown: String,
    /// The bytes of `shown` that are what was typed.
    pub matched: std::ops::Range<usize>,
    /// What it is, in words; may be empty.
    pub about: &'static str,
}
