//! The mark beside the database, by which a rewound history is noticed.
//!
//! A file, `chat.mark`, says of which epoch the database is, which event was
//! committed last, when the file was written, and which file it is. After each
//! commit that appends something it is written anew, without waiting for the
//! disk. At a start the database is the one that was left here ([`agrees`])
//! only if
//!
//! * the mark is there and of the database's epoch: else the database was put
//!   here from elsewhere;
//! * the event it names is on the log: else an older database was put back;
//! * the file is the one that was written, and was last touched when it was
//!   written: else it was put back, or copied to here, together with the
//!   database. A copy is another file, and the system notes when a file is
//!   changed in a way that no copying can set back.
//!
//! A kill changes none of this: what was written stays written. After a power
//! cut the mark may be older than the database, which is no fault; if it is
//! damaged, a new epoch costs clients one reading of what they had, while a
//! rewound history that nobody notices costs them its truth.
//!
//! What is not noticed: a file system or a machine that is rewound as a whole.
//! A client whose cursor lies beyond the head notices that.

use super::fault::Fault;
use super::row::seq_column;
use crate::store::RoomId;
use chat_proto::Seq;
use rusqlite::{Connection, OptionalExtension};
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Between what the mark says and what the system noted of its writing there may
/// lie so much: the system's clock for files is coarser, and a writer may be interrupted.
const SLACK: Duration = Duration::from_millis(50);
/// Writings of one mark, until one was not interrupted.
const ATTEMPTS: usize = 5;

/// The file, open.
#[derive(Debug)]
pub(super) struct Mark {
    file: File,
    number: u64,
    epoch: String,
}

/// What a mark says.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    epoch: String,
    room: i64,
    seq: i64,
    /// Since 1970, in microseconds.
    written: u128,
    /// The number of the file.
    file: u64,
}

impl Mark {
    /// Whether the database in `dir`, of this epoch, is the one that was left there.
    pub(super) fn agrees(dir: &Path, conn: &Connection, epoch: &str) -> Result<bool, Fault> {
        let Some((said, found)) = read(&dir.join(NAME)) else {
            return Ok(false);
        };
        let touched = changed(&found).unwrap_or(0).abs_diff(said.written);
        let head: Option<i64> = conn
            .query_row("SELECT head FROM rooms WHERE id = ?", [said.room], |row| {
                row.get(0)
            })
            .optional()?;
        Ok(said.epoch == epoch
            && said.file == number(&found)
            && touched <= SLACK.as_micros()
            // Before the first event it names none.
            && (said.seq == 0 || head.is_some_and(|head| head >= said.seq)))
    }

    /// Writes it anew; on the disk when this returns. `last` is kept if none is given.
    pub(super) fn begin(dir: &Path, epoch: &str) -> io::Result<Self> {
        let path = dir.join(NAME);
        let last = read(&path).filter(|(said, _)| said.epoch == epoch);
        let (room, seq) = last.map_or((0, 0), |(said, _)| (said.room, said.seq));
        let file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .open(&path)?;
        let mut mark = Self {
            number: number(&file.metadata()?),
            file,
            epoch: epoch.to_owned(),
        };
        mark.write(room, seq)?;
        // What was there before may have been longer.
        let end = mark.file.stream_position()?;
        mark.file.set_len(end)?;
        mark.file.sync_all()?;
        #[cfg(unix)]
        File::open(dir)?.sync_all()?;
        Ok(mark)
    }

    /// The last event that was committed.
    pub(super) fn set(&mut self, room: RoomId, seq: Seq) -> io::Result<()> {
        self.write(room.0, seq_column(seq))
    }

    /// All of it at once, always of one length, so that no kill leaves a part.
    fn write(&mut self, room: i64, seq: i64) -> io::Result<()> {
        for _ in 0..ATTEMPTS {
            let written = micros(SystemTime::now());
            let Self { number, epoch, .. } = self;
            let line = format!("{epoch} {room:020} {seq:020} {written:020} {number:020}\n");
            self.file.seek(SeekFrom::Start(0))?;
            self.file.write_all(line.as_bytes())?;
            // Not interrupted: the system noted the same time.
            if micros(SystemTime::now()).abs_diff(written) <= SLACK.as_micros() / 2 {
                break;
            }
        }
        Ok(())
    }
}

/// The file's name, in the data directory.
const NAME: &str = "chat.mark";

/// `None`: it is not there, or no mark.
fn read(path: &Path) -> Option<(Said, Metadata)> {
    let file = File::open(path).ok()?;
    let mut text = String::new();
    (&file).take(1024).read_to_string(&mut text).ok()?;
    let mut parts = text.split_ascii_whitespace();
    let said = Said {
        epoch: parts.next()?.to_owned(),
        room: parts.next()?.parse().ok()?,
        seq: parts.next()?.parse().ok()?,
        written: parts.next()?.parse().ok()?,
        file: parts.next()?.parse().ok()?,
    };
    Some((said, file.metadata().ok()?))
}

fn micros(time: SystemTime) -> u128 {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .as_micros()
}

/// When anything about the file was last changed, its name and owner included;
/// no copying program can set it.
#[cfg(unix)]
fn changed(file: &Metadata) -> Option<u128> {
    use std::os::unix::fs::MetadataExt as _;
    let (seconds, nanos) = (file.ctime(), file.ctime_nsec());
    let whole = u128::try_from(seconds).ok()? * 1_000_000;
    Some(whole + u128::try_from(nanos).ok()? / 1_000)
}

/// When its content was last changed: all that there is here.
#[cfg(not(unix))]
fn changed(file: &Metadata) -> Option<u128> {
    file.modified().ok().map(micros)
}

/// Which file it is: a copy has another number.
#[cfg(unix)]
fn number(file: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(file)
}

/// Files have no numbers here.
#[cfg(not(unix))]
fn number(_file: &Metadata) -> u64 {
    0
}
