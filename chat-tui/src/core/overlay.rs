//! What lies over the timeline: a stack, the topmost gets the keys.
//!
//! Each has a file: what it shows, and what its keys do. Which of them gets a
//! key, and what comes of it, is in `keys`.

mod answer;
mod confirm;
mod emoji;
mod help;
mod inbox;
mod keys;
mod links;
mod list;
mod lists;
mod login;
mod outcome;
mod palette;
mod paste;
mod picker;
mod prompt;
mod search;
mod sent;
mod themes;

use super::account::Secret;
use super::actions::Action;
use super::local::NoServer;
use super::search::Search;
use chat_proto::{RoomName, Seq};
use std::time::Duration;

pub use confirm::Confirm;
pub(super) use confirm::Then;
pub use emoji::{EmojiChoice, EmojiPicker};
pub use help::{Help, HelpRow};
pub use inbox::Inbox;
pub use links::Links;
pub use lists::{MemberList, PersonMenu, RoomList, ServerList};
pub use login::Login;
pub use palette::{Offer, Palette};
pub use paste::BigPaste;
pub use picker::{Choice, Picker};
pub use prompt::Prompt;
pub use sent::Sent;
pub use themes::{Themes, name as theme_name};

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
            Self::Confirm(confirm) => confirm.hints(),
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
