//! What it means to be found. Pure: texts and queries in, words and verdicts
//! out; no store, no index. Every engine indexes these words, so that all of
//! them find the same, and [`Query::finds`] on a text's words is the last word.

mod query;
mod words;

pub use query::Query;
pub use words::{VERSION, words};
