//! How values stand in the tables, and are read from there.

use crate::core::span::Span;
use chat_proto::{Entry, Seq};
use rusqlite::{Connection, Row};

/// A statement that gives nothing back.
pub(super) fn run(
    db: &Connection,
    statement: &str,
    with: impl rusqlite::Params,
) -> rusqlite::Result<()> {
    db.prepare_cached(statement)?.execute(with).map(|_| ())
}

pub(super) fn json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))
}

pub(super) fn sql(seq: Seq) -> i64 {
    i64::try_from(seq.get()).expect("a seq is below 2^53")
}

pub(super) fn read_seq(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Seq>> {
    let number: Option<i64> = row.get(column)?;
    Ok(number
        .and_then(|n| u64::try_from(n).ok())
        .and_then(Seq::new))
}

/// One that can't be read is a later version's.
pub(super) fn json_entry(text: &str) -> Option<Entry> {
    serde_json::from_str(text).ok()
}

/// From the first two columns.
pub(super) fn read_span(row: &Row<'_>) -> rusqlite::Result<Option<Span>> {
    let (from, to) = (read_seq(row, 0)?, read_seq(row, 1)?);
    Ok(from.zip(to).and_then(|(from, to)| Span::new(from, to)))
}
