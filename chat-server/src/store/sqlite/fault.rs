//! What can go wrong between us and SQLite.

use crate::store::StoreError;
use rusqlite::{ErrorCode, ffi};

/// An error inside a job.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// SQLite says so; nothing was changed.
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    /// It broke while a transaction was being committed.
    #[error(transparent)]
    Commit(rusqlite::Error),
    /// It broke then, and it is certain by now that nothing came of it.
    #[error("{0}")]
    Undone(String),
    /// It can't be done before something else is.
    #[error("{0}")]
    NotYet(String),
    /// It was given up, as it took too long.
    #[error("it takes too long")]
    TooLong,
    /// A row that could not have been written by us.
    #[error("{0}")]
    Nonsense(String),
}

impl Fault {
    pub(super) fn nonsense(what: &str, value: impl std::fmt::Display) -> Self {
        Self::Nonsense(format!("{value} as {what}"))
    }

    /// Whether a crash could find done what this process takes for undone. The
    /// end of a transaction is written last: what could not be written leaves
    /// no doubt, what could not be synced does.
    pub(super) fn is_doubtful(&self) -> bool {
        let Self::Commit(error) = self else {
            return false;
        };
        let code = error.sqlite_error().map_or(0, |error| error.extended_code);
        error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure)
            && code != ffi::SQLITE_IOERR_WRITE
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Sql(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                    Self::Corrupt(error.to_string())
                }
                _ => Self::Unavailable(error.to_string()),
            },
            Fault::Commit(_) if fault.is_doubtful() => Self::Unknown(fault.to_string()),
            Fault::Commit(error) => Self::Unavailable(error.to_string()),
            Fault::Undone(what) | Fault::NotYet(what) => Self::Unavailable(what),
            Fault::TooLong => Self::TooLong,
            Fault::Nonsense(what) => Self::Corrupt(what),
        }
    }
}
