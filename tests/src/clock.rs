//! A wall clock that is wrong by as much as a test says, also while the program
//! runs. What counts from a start, and by which programs wait, is left alone.

use std::fs;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use crate::preload;

/// The clock of those programs that are started with [`Clock::env`].
pub struct Clock {
    library: PathBuf,
    /// The library, and the seconds by which the clock is ahead.
    beside: TempDir,
}

impl Clock {
    /// One that is right.
    pub fn right() -> Result<Self> {
        let beside = TempDir::with_prefix("chat-clock-")?;
        let library = preload::compile("src/clock/wrong.c", beside.path())?;
        let clock = Self { library, beside };
        clock.ahead(0)?;
        Ok(clock)
    }

    /// From now on it is so many seconds ahead of the machine's, or behind it.
    pub fn ahead(&self, seconds: i64) -> Result<()> {
        // In place: programs have the file mapped.
        let file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(self.file())?;
        std::os::unix::fs::FileExt::write_all_at(&file, &seconds.to_ne_bytes(), 0)
            .context("the clock can't be set")
    }

    /// From now on it says this moment, in seconds since 1970, and goes on from there.
    pub fn set(&self, moment: i64) -> Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        self.ahead(moment - i64::try_from(now)?)
    }

    /// What it shows now, in UTC: `10:42`.
    pub fn face(&self) -> Result<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let ahead = fs::read(self.file())?;
        let ahead = i64::from_ne_bytes(ahead.as_slice().try_into()?);
        let minutes = (i64::try_from(now)? + ahead) / 60;
        let (hour, minute) = (minutes / 60 % 24, minutes % 60);
        Ok(format!("{hour:02}:{minute:02}"))
    }

    /// What a program has in its environment to go by this clock.
    pub fn env(&self) -> [(&'static str, String); 2] {
        [
            (preload::VARIABLE, self.library.display().to_string()),
            ("CHAT_CLOCK", self.file().display().to_string()),
        ]
    }

    fn file(&self) -> PathBuf {
        self.beside.path().join("ahead")
    }
}
