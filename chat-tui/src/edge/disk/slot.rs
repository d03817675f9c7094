//! Which of several running clients of one profile this one is.
//!
//! A client holds the lock of one numbered file for as long as it lives, and
//! what it has typed bears that number. The system drops the lock with the
//! process, however that ends; what bears the number of a free lock belongs to
//! nobody and may be taken over.

use crate::edge::profile::{create_private_dir, create_private_file};
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// A number held; free again when this is dropped.
#[derive(Debug)]
pub struct Slot {
    number: u32,
    /// Open for the sake of its lock.
    _lock: File,
}

/// More clients of one profile than anyone runs.
const SLOTS_MAX: u32 = 64;

impl Slot {
    /// Takes the lowest free number.
    pub fn take(dir: &Path) -> io::Result<Self> {
        create_private_dir(dir)?;
        for number in 0..SLOTS_MAX {
            if let Some(slot) = Self::try_take(dir, number)? {
                return Ok(slot);
            }
        }
        Err(io::Error::other(format!(
            "{SLOTS_MAX} clients of this profile are running already"
        )))
    }

    /// Takes this number; `None` if a running client holds it.
    pub fn try_take(dir: &Path, number: u32) -> io::Result<Option<Self>> {
        let file = create_private_file(&path(dir, number))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self {
                number,
                _lock: file,
            })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(e),
        }
    }

    /// Which one.
    pub fn number(&self) -> u32 {
        self.number
    }
}

fn path(dir: &Path, number: u32) -> PathBuf {
    dir.join(number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_clients_never_hold_the_same_number_and_the_dead_hold_none() {
        let dir = tempfile::tempdir().unwrap();
        let first = Slot::take(dir.path()).unwrap();
        let second = Slot::take(dir.path()).unwrap();
        assert_eq!((first.number(), second.number()), (0, 1));
        assert!(Slot::try_take(dir.path(), 0).unwrap().is_none());
        drop(first);
        assert_eq!(Slot::take(dir.path()).unwrap().number(), 0);
    }
}
