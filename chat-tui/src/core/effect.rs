//! What the edges are to do. They do it in the order given.

use super::composer::Draft;
use super::deeds::Deed;
use super::desk::Desk;
use super::habits::Habits;
use super::input::Device;
use super::look::ThemeName;
use super::notify::Told;
use super::outbox::{ItemNonce, Unsent};
use super::room::{Anchor, RoomRow};
use super::search::Terms;
use super::servers::ServerName;
use super::span::Span;
use super::transfers::{Download, Upload};
use chat_proto::{Entry, Event, RoomName, Seq, Timestamp};

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Begin a connection to the server, dropping any there is; to its address
    /// that comes after this many others, from the first again after the last.
    Connect(usize),
    /// Drop the connection; nothing more is heard of it.
    Disconnect,
    /// Send this frame on the connection.
    Transmit(String),
    /// Write to the disk. Writes happen in order; a crash loses only the last ones.
    Store(Store),
    /// Write all this, after writing has failed; answered by `DiskInput::Mended`
    /// once everything is on the disk, else by `Failed`.
    Mend(Vec<Store>),
    /// Read from the disk; answered by a `DiskInput`.
    Load(Load),
    /// Set the window's title (not yet neutralised).
    Title(String),
    /// Tell the person, who looks elsewhere.
    Notify(Told),
    /// Put this text, as it is, on the clipboard.
    Copy(String),
    /// Open this link with the program for it.
    Open(String),
    /// Write into the configuration which theme is worn; `None`: as the background asks for.
    KeepTheme(Option<ThemeName>),
    /// Have clicks and the wheel reported, or leave them to the terminal.
    Mouse(bool),
    /// Draw everything anew, on a cleared screen.
    Redraw,
    /// Send a file; `Input::Transfer` tells what becomes of it.
    Upload(Upload),
    /// Fetch a file; `Input::Transfer` tells what becomes of it.
    Download(Download),
    /// Stop a transfer; nothing more is heard of it.
    StopTransfer(u64),
    /// Read what lies in this folder of this machine, as its person wrote it;
    /// empty: in the one where the program runs. `Input::Listed` follows.
    List(String),
    /// Stop the process as Ctrl-Z does elsewhere; `Input::Resumed` follows.
    Suspend,
    /// Lend the terminal to the person's editor, with this text; `Input::Edited` follows.
    Edit {
        /// Where it is written.
        desk: Desk,
        /// The text.
        text: String,
    },
    /// Start a server on this machine; `Input::Local` tells what became of it.
    StartServer,
    /// The first lesson is not to be shown again, in this or a later run.
    Understood,
    /// Finish all writes, and go on as a client of the server of this name.
    Switch(ServerName),
    /// Finish all writes, restore the terminal and end.
    Quit {
        /// The exit code.
        code: u8,
    },
}

/// A write to the disk.
#[derive(Debug, Clone, PartialEq)]
pub enum Store {
    /// Who this device is: all three fields as they are to be.
    Device(Device),
    /// A room's state: insert or replace.
    Room(RoomRow),
    /// One is not in this room any more: drop its row, log and place. Its draft stays.
    Forget(RoomName),
    /// Drop all rows, logs and places: they belong to another history. Drafts and outbox stay.
    Reset,
    /// Entries of a log, as they stand: insert or replace, and add `known` to
    /// what is cached of the room, in one transaction.
    Log {
        /// Whose log.
        room: RoomName,
        /// The entries, in no particular order.
        entries: Vec<Entry>,
        /// What is cached whole from now on; within it, a `seq` without an
        /// entry is an event that shows only in the entry it changed.
        known: Vec<Span>,
    },
    /// Events that change entries which may be cached: each is applied to its
    /// target, where that is there, by `fold::apply`.
    Changes {
        /// Whose log.
        room: RoomName,
        /// The events, in order.
        events: Vec<Event>,
    },
    /// The text begun in a room or a thread; `None`: there is none.
    Draft {
        /// Where.
        desk: Desk,
        /// The text.
        draft: Option<Draft>,
    },
    /// Put this message at the end of the outbox, also if it is there already,
    /// and drop the draft that it was, in one transaction; answered by
    /// `DiskInput::Accepted` or `NotAccepted`.
    Accept {
        /// The message.
        unsent: Unsent,
        /// Whose draft it was.
        ends: Option<Desk>,
    },
    /// The item with this nonce stands so now (it was refused, or is to be tried
    /// again); one with a nonce that is new is put at the end.
    Outbox(Unsent),
    /// The item with this nonce is done: take it out of the outbox.
    Settle(ItemNonce),
    /// Something is to be done to a message: insert or replace; answered by
    /// `DiskInput::Accepted` or `NotAccepted`.
    Deed(Deed),
    /// The deed with this id is done, or given up: take it out.
    DeedOver(ItemNonce),
    /// Where a room is being read; `None`: at its end.
    Place {
        /// Which room.
        room: RoomName,
        /// Where.
        place: Option<Anchor>,
    },
    /// What is remembered of a person's ways, as it is to be.
    Habits(Habits),
    /// This room is open now.
    Open(RoomName),
}

/// A read from the disk.
#[derive(Debug, Clone, PartialEq)]
pub enum Load {
    /// All that earlier runs kept; the first effect of all.
    Saved,
    /// Cached entries of a log.
    Log(LoadLog),
    /// Cached messages of a thread.
    Thread(LoadThread),
    /// Cached messages of all rooms that may name this person.
    Mentions(String),
    /// The first cached entry that is not before a moment.
    At(LoadAt),
    /// Cached messages that hold some words.
    Search(LoadSearch),
}

/// Which thread is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadThread {
    /// Where it is.
    pub room: RoomName,
    /// The message that it begins with.
    pub root: Seq,
    /// Messages at the most, the oldest.
    pub limit: usize,
}

/// From which moment on a cached entry is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadAt {
    /// Whose log.
    pub room: RoomName,
    /// The moment.
    pub at: Timestamp,
}

/// Which cached messages to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadSearch {
    /// By which the answer is known again.
    pub number: u64,
    /// What they must hold and where.
    pub terms: Terms,
    /// Messages at the most, the newest.
    pub limit: usize,
}

/// Which cached entries to load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadLog {
    /// Whose log.
    pub room: RoomName,
    /// Entries with a `seq` in here.
    pub span: Span,
    /// Which of them, where there are more than `limit`.
    pub end: End,
    /// Entries at the most.
    pub limit: usize,
}

/// An end of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The newest of it.
    Newest,
    /// The oldest of it.
    Oldest,
}
