//! Files on their way: up into a message, or down onto this machine.
//!
//! A file goes up first; then its message goes through the outbox like any
//! other, so it is sent once. Nothing here reads a file or knows a path but to
//! hand it on. Always holds: a transfer that fails stays, with why, until its
//! person tries it again or drops it.

use super::desk::Desk;
use super::effect::Effect;
use super::outbox::Attached;
use super::room::Room;
use super::state::{State, Turn};
use chat_proto::reply::FileInfo;
use chat_proto::{Entry, RoomName, Seq, Token};

/// Transfers at a time; failed ones count.
const MOST: usize = 8;

/// A file on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Transfer {
    /// By which its news is known.
    pub id: u64,
    /// What the file is called; may hold words of others: not neutralised.
    pub name: String,
    /// What is to be done.
    pub work: Work,
    /// Bytes so far.
    pub done: u64,
    /// Bytes in all, once known.
    pub total: Option<u64>,
    /// Why it failed, in words; only its person moves it on.
    pub failed: Option<String>,
}

/// What is to be done with a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// It goes into a message.
    Up {
        /// Where.
        desk: Desk,
        /// What the message answers.
        reply_to: Option<Seq>,
        /// What it holds.
        source: Source,
    },
    /// It comes onto this machine.
    Down {
        /// Which one.
        file: FileInfo,
        /// It is opened once it is here.
        open: bool,
    },
}

/// Where the bytes of a file come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file of this machine, as its person wrote the path.
    Path(String),
    /// A text that was pasted.
    Text(String),
}

/// A file is to go up.
#[derive(Debug, Clone, PartialEq)]
pub struct Upload {
    /// By which its news is known.
    pub id: u64,
    /// The room that it is for.
    pub room: RoomName,
    /// Where it comes from.
    pub source: Source,
    /// What it is to be called.
    pub name: String,
    /// The server takes no larger one.
    pub bytes_max: u64,
    /// By which the server knows one.
    pub token: Token,
}

/// A file is to come down.
#[derive(Debug, Clone, PartialEq)]
pub struct Download {
    /// By which its news is known.
    pub id: u64,
    /// Which one.
    pub file: FileInfo,
    /// It is to be opened then.
    pub open: bool,
    /// By which the server knows one.
    pub token: Token,
}

/// What became of a transfer so far.
#[derive(Debug, Clone, PartialEq)]
pub enum TransferNews {
    /// So many bytes have gone, of so many.
    Moved {
        /// Those that have.
        done: u64,
        /// In all.
        total: u64,
    },
    /// It is up.
    Uploaded(FileInfo),
    /// It is here, under this path; and is being opened, if it was to be.
    Saved(String),
    /// It failed; why, in words.
    Failed(String),
}

impl Transfer {
    /// How much of a hundred is done.
    pub fn percent(&self) -> Option<u64> {
        let total = self.total.filter(|total| *total > 0)?;
        Some((u128::from(self.done.min(total)) * 100 / u128::from(total)) as u64)
    }
}

impl State {
    /// Sends a file of this machine to where one is.
    pub(super) fn upload_path(&mut self, turn: &mut Turn, path: &str) {
        let name = path.trim_end_matches('/').rsplit('/').next();
        let name = name.unwrap_or(path).to_owned();
        self.upload(turn, name, Source::Path(path.to_owned()));
    }

    /// Sends the bytes as a file to where one is.
    pub(super) fn upload(&mut self, turn: &mut Turn, name: String, source: Source) {
        let Some(room) = self.here_mut().filter(|room| !room.gone) else {
            return self.complain(turn, "you are in no room that a file could go to");
        };
        let desk = room.desk();
        let reply_to = room.reply_to.take().or(room.thread);
        self.saves.draft(turn, desk.clone());
        let work = Work::Up {
            desk,
            reply_to,
            source,
        };
        self.begin_transfer(turn, name, work);
    }

    /// Saves the file of the selected message, or the newest one in sight.
    pub(super) fn download(&mut self, turn: &mut Turn, open: bool) {
        let files = |entry: &Entry| {
            let message = entry.event.body.message();
            message.map_or_else(Vec::new, |message| message.files.clone())
        };
        let found = match (self.selected_message(), self.here()) {
            (Some(entry), _) => files(entry),
            (None, Some(room)) => {
                let last = room.shown.as_ref().and_then(|shown| shown.last);
                let entries = room.log.entries.range(..=last.unwrap_or(room.log.head()));
                let mut files = entries.rev().map(|(_, entry)| files(entry)).take(500);
                files.find(|files| !files.is_empty()).unwrap_or_default()
            }
            (None, None) => Vec::new(),
        };
        if found.is_empty() {
            return self.say(turn, "there is no file in it");
        }
        if let Some(room) = self.here_mut() {
            room.selected = None;
        }
        for file in found {
            let name = file.name.clone();
            self.begin_transfer(turn, name, Work::Down { file, open });
        }
    }

    fn begin_transfer(&mut self, turn: &mut Turn, name: String, work: Work) {
        if self.transfers.len() >= MOST {
            let words = format!("{MOST} files are on their way; wait for one, or stop it");
            return self.complain(turn, words);
        }
        let id = self.entropy.draw();
        self.transfers.push(Transfer {
            id,
            name,
            work,
            done: 0,
            total: None,
            failed: None,
        });
        self.run_transfer(turn, id);
    }

    /// Hands a transfer to the edge.
    fn run_transfer(&mut self, turn: &mut Turn, id: u64) {
        let token = self.device.token.clone().unwrap_or_default();
        let bytes_max = self.limits().file_bytes;
        let Some(transfer) = self.transfers.iter_mut().find(|known| known.id == id) else {
            return;
        };
        transfer.failed = None;
        let name = transfer.name.clone();
        turn.effects.push(match transfer.work.clone() {
            Work::Up { desk, source, .. } => Effect::Upload(Upload {
                id,
                room: desk.room,
                source,
                name,
                bytes_max,
                token: Token::from(token),
            }),
            Work::Down { file, open } => Effect::Download(Download {
                id,
                file,
                open,
                token: Token::from(token),
            }),
        });
    }

    /// Something became of a transfer.
    pub(super) fn transferred(&mut self, turn: &mut Turn, id: u64, news: TransferNews) {
        let Some(at) = self.transfers.iter().position(|known| known.id == id) else {
            // It was stopped.
            return;
        };
        match news {
            TransferNews::Moved { done, total } => {
                self.transfers[at].done = done;
                self.transfers[at].total = Some(total);
            }
            TransferNews::Failed(why) => {
                let name = self.transfers[at].name.clone();
                self.transfers[at].failed = Some(why.clone());
                self.complain(turn, format!("{name}: {why}"));
            }
            TransferNews::Saved(path) => {
                self.transfers.remove(at);
                self.say(turn, format!("saved: {path}"));
            }
            TransferNews::Uploaded(file) => {
                if let Work::Up { desk, reply_to, .. } = self.transfers.remove(at).work {
                    self.send_file(turn, &desk.room, reply_to, &file);
                }
            }
        }
    }

    /// The file is up: its message goes the way of all messages.
    fn send_file(&mut self, turn: &mut Turn, room: &RoomName, to: Option<Seq>, file: &FileInfo) {
        self.rooms
            .entry(room.clone())
            .or_insert_with_key(Room::ghost);
        let mut unsent = self.unsent(turn, room, String::new(), to);
        unsent.files = vec![Attached {
            id: file.id.clone(),
            name: file.name.clone(),
            size: file.size,
        }];
        self.accept(turn, unsent, None);
    }

    /// Stops the newest transfer that moves, or drops one that failed.
    pub(super) fn cancel_transfer(&mut self, turn: &mut Turn) {
        let moving = self
            .transfers
            .iter()
            .rposition(|known| known.failed.is_none());
        let Some(at) = moving.or(self.transfers.len().checked_sub(1)) else {
            return self.say(turn, "no file is on its way");
        };
        let transfer = self.transfers.remove(at);
        turn.effects.push(Effect::StopTransfer(transfer.id));
        self.say(turn, format!("stopped: {}", transfer.name));
    }

    /// Tries the oldest failed transfer again. False: none has failed.
    pub(super) fn retry_transfer(&mut self, turn: &mut Turn) -> bool {
        let failed = self.failed_transfer().map(|transfer| transfer.id);
        if let Some(id) = failed {
            self.run_transfer(turn, id);
        }
        failed.is_some()
    }

    /// Drops the oldest failed transfer. False: none has failed.
    pub(super) fn discard_transfer(&mut self) -> bool {
        let Some(id) = self.failed_transfer().map(|transfer| transfer.id) else {
            return false;
        };
        self.transfers.retain(|known| known.id != id);
        true
    }

    /// The failed transfer that retry and discard act on.
    pub(super) fn failed_transfer(&self) -> Option<&Transfer> {
        self.transfers.iter().find(|known| known.failed.is_some())
    }
}
