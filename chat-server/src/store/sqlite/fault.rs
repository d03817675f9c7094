//! What can go wrong between us and SQLite.

use crate::store::StoreError;
use rusqlite::ErrorCode;

/// An error inside a job.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// SQLite says so; nothing was changed.
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    /// It broke while a transaction was being committed.
    #[error(transparent)]
    Commit(rusqlite::Error),
    /// It can't be done before something else is.
    #[error("{0}")]
    NotYet(String),
    /// A row that could not have been written by us.
    #[error("{0}")]
    Nonsense(String),
}

impl Fault {
    pub(super) fn nonsense(what: &str, value: impl std::fmt::Display) -> Self {
        Self::Nonsense(format!("{value} as {what}"))
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
            // A full disk is noticed before the end of the transaction is
            // written; a failed sync leaves open what a crash would find.
            Fault::Commit(error) => match error.sqlite_error_code() {
                Some(ErrorCode::SystemIoFailure) => Self::Unknown(error.to_string()),
                _ => Self::Unavailable(error.to_string()),
            },
            Fault::NotYet(what) => Self::Unavailable(what),
            Fault::Nonsense(what) => Self::Corrupt(what),
        }
    }
}
