//! Everything that can happen to the client, as one enum.

use super::composer::Draft;
use super::deeds::Deed;
use super::desk::Desk;
use super::effect::{LoadAt, LoadLog, LoadSearch, LoadThread};
use super::habits::Habits;
use super::look::Ground;
use super::outbox::{ItemNonce, Unsent};
use super::paths::Listed;
use super::room::{Anchor, RoomRow};
use super::settings::Settings;
use super::span::Span;
use super::transfers::TransferNews;
use chat_proto::codec::Received;
use chat_proto::{Entry, RoomName};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A key was pressed (or repeats).
    Key(Key),
    /// A whole line was typed, where there is no screen; without its end.
    Line(String),
    /// A text came at once: pasted, or a burst of keys that holds more than
    /// single characters typed by hand. Line ends in it are text.
    Paste(String),
    /// The terminal got or lost the focus.
    Focus(bool),
    /// The terminal says what its background is like.
    Ground(Ground),
    /// The screen has another size.
    Resize {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// The mouse did something.
    Mouse(Mouse),
    /// News from the network edge.
    Net(NetInput),
    /// News from the disk edge.
    Disk(DiskInput),
    /// News of a file on its way.
    Transfer {
        /// Which one.
        id: u64,
        /// What became of it.
        news: TransferNews,
    },
    /// A folder of this machine was read, in answer to `Effect::List`.
    Listed {
        /// Which one, as it was asked for.
        path: String,
        /// What lies in it, or why it can't be read, in words.
        found: Result<Vec<Listed>, String>,
    },
    /// The moment named by `State::deadline` has passed.
    Wake,
    /// Everything is to be otherwise: the configuration was saved.
    Settings(Box<Settings>),
    /// Something that the person should know, in words.
    Told(String),
    /// What became of a server that was started on this machine.
    Local(LocalInput),
    /// The process is about to be stopped by its terminal.
    Suspended,
    /// The process goes on after it was stopped.
    Resumed,
    /// The editor of `Effect::Edit` has ended.
    Edited {
        /// Where it is written.
        desk: Desk,
        /// What became of it, or why that does not count, in words.
        text: Result<String, String>,
    },
    /// The process is asked to end (SIGTERM, SIGHUP, a closed terminal).
    Ended {
        /// The exit code that fits.
        code: u8,
    },
}

/// What became of a server that was started on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocalInput {
    /// It runs, as far as that can be known so early.
    Started {
        /// As which process.
        pid: u32,
    },
    /// It did not start, or has ended; the last that it said.
    Ended(String),
}

/// A key with what was held down beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Which key.
    pub code: KeyCode,
    /// Control was held.
    pub ctrl: bool,
    /// Alt was held.
    pub alt: bool,
    /// Shift was held; never set for [`KeyCode::Char`], whose character tells.
    pub shift: bool,
}

/// The keys that the client knows; others are not reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyCode {
    /// A character, as shift and layout made it; lower case beside control.
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tabulator; back-tab is this with `shift`.
    Tab,
    /// Deletes backwards.
    Backspace,
    /// Deletes forwards.
    Delete,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// A function key.
    F(u8),
}

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    /// The wheel was turned away from the user over this cell.
    WheelUp {
        /// Column.
        x: u16,
        /// Row.
        y: u16,
    },
    /// The wheel was turned towards the user over this cell.
    WheelDown {
        /// Column.
        x: u16,
        /// Row.
        y: u16,
    },
    /// The first button was pressed on this cell.
    Click {
        /// Column.
        x: u16,
        /// Row.
        y: u16,
    },
}

/// News from the network. After `Effect::Connect` or `Effect::Disconnect`
/// nothing of an earlier connection is reported any more.
#[derive(Debug, Clone, PartialEq)]
pub enum NetInput {
    /// The WebSocket stands.
    Connected,
    /// A frame came.
    Frame(Box<Received>),
    /// A sign of life that is no frame: a WebSocket ping or pong.
    Heard,
    /// The connection was closed.
    Closed {
        /// The close code, where one came.
        code: Option<u16>,
        /// The server's reason; may be empty.
        reason: String,
    },
    /// Nobody listens at the address; in words.
    Nobody(String),
    /// Connecting failed, or the connection broke; why, in words.
    Failed(String),
}

impl NetInput {
    /// Whether nothing more comes of its connection.
    pub fn is_over(&self) -> bool {
        match self {
            Self::Closed { .. } | Self::Nobody(_) | Self::Failed(_) => true,
            Self::Connected | Self::Frame(_) | Self::Heard => false,
        }
    }
}

/// News from the disk.
#[derive(Debug, Clone, PartialEq)]
pub enum DiskInput {
    /// All that was kept from earlier runs, in answer to `Load::Saved`.
    Saved(Box<Saved>),
    /// Cached entries, in answer to `Load::Log`.
    Log {
        /// What was asked.
        asked: LoadLog,
        /// The entries, oldest first, at most `asked.limit`.
        entries: Vec<Entry>,
        /// What of the span asked for is cached whole.
        known: Vec<Span>,
    },
    /// Cached messages, in answer to `Load::Thread`.
    Thread {
        /// What was asked.
        asked: LoadThread,
        /// The messages, oldest first, at most `asked.limit`.
        entries: Vec<Entry>,
    },
    /// The first cached entry from a moment on, in answer to `Load::At`.
    At {
        /// What was asked.
        asked: LoadAt,
        /// The entry; `None`: none is cached.
        entry: Option<Box<Entry>>,
    },
    /// Cached messages, in answer to `Load::Search`.
    Found {
        /// What was asked.
        asked: LoadSearch,
        /// The messages, newest first, at most `asked.limit`.
        hits: Vec<Entry>,
        /// All that is cached was looked through.
        whole: bool,
    },
    /// From now on all that is cached is looked through.
    Indexed,
    /// Messages that may name one, in answer to `Load::Mentions`.
    Mentions(Vec<Named>),
    /// `Store::Accept` or `Store::Deed` of this item is on the disk.
    Accepted(ItemNonce),
    /// `Store::Accept` or `Store::Deed` of this item failed; why, in words. It lives in memory only.
    NotAccepted {
        /// The item.
        nonce: ItemNonce,
        /// Why.
        why: String,
    },
    /// Anything else failed; what and why, in words.
    Failed(String),
    /// All of an `Effect::Mend` is on the disk.
    Mended,
    /// The file was broken and a new one is in use; what became of it, in words.
    Renewed(String),
}

/// A message that names one.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// The message.
    pub entry: Entry,
    /// What stands before it, where that is known.
    pub before: Option<Entry>,
}

/// All that earlier runs kept, but for the entries of logs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Saved {
    /// Who this device is.
    pub device: Device,
    /// The room that was open last.
    pub open: Option<RoomName>,
    /// The rooms, with what of their logs is cached.
    pub rooms: Vec<SavedRoom>,
    /// Texts begun; also for rooms that one is not in any more.
    pub drafts: Vec<(Desk, Draft)>,
    /// Messages accepted and not known to be sent, in the order of `Store::Accept`.
    pub outbox: Vec<Unsent>,
    /// What is to be done to messages, in the order of `Store::Deed`.
    pub deeds: Vec<Deed>,
    /// What is remembered of a person's ways.
    pub habits: Habits,
}

/// A room, as it was kept.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedRoom {
    /// Its state when it was last heard of.
    pub row: RoomRow,
    /// What of its log is cached whole: the union of all `Store::Log::known`.
    pub known: Vec<Span>,
    /// Where it was being read; `None`: at the end.
    pub place: Option<Anchor>,
}

/// Who this device is to the server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Device {
    /// The name borne last.
    pub name: Option<String>,
    /// By which it comes back as the same person.
    pub token: Option<String>,
    /// The history that the cached logs belong to.
    pub epoch: Option<String>,
}

impl Key {
    /// The key alone.
    pub const fn plain(code: KeyCode) -> Self {
        Self {
            code,
            ctrl: false,
            alt: false,
            shift: false,
        }
    }

    /// The key with control.
    pub const fn ctrl(code: KeyCode) -> Self {
        Self {
            ctrl: true,
            ..Self::plain(code)
        }
    }

    /// The key with alt.
    pub const fn alt(code: KeyCode) -> Self {
        Self {
            alt: true,
            ..Self::plain(code)
        }
    }

    /// The key with shift.
    pub const fn shift(code: KeyCode) -> Self {
        Self {
            shift: true,
            ..Self::plain(code)
        }
    }
}
