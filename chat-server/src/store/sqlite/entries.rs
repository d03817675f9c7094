//! Entries of history: messages as they stand now, `topic` and `member` events.
//!
//! A query per run of entries, and one for the reactions of each fifty of them;
//! a page ends where it would grow too large.

use super::fault::Fault;
use super::row::{DELETED, event, event_columns, id, id_of, rows_column, seq, seq_column, time};
use super::spans::{at_or_above, at_or_below};
use crate::store::RoomRow;
use chat_proto::event::{Entry, Fold};
use chat_proto::{EventBody, Seq};
use rusqlite::{Connection, Params, Row};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::io;

/// The columns that [`entry`] reads, of events as `e` and folds as `f`.
macro_rules! entry_columns {
    () => {
        concat!(
            event_columns!(),
            ", f.changed, f.rev, f.edited_at, f.text, f.pinned"
        )
    };
}
/// Behind a list of numbers `w (seq)` in room 1: the entries of that number.
macro_rules! entries_of_walk {
    () => {
        concat!(
            " SELECT ",
            entry_columns!(),
            " FROM walk w CROSS JOIN events e ON e.id = ",
            id_of!("?1", "w.seq"),
            "
             LEFT JOIN folds f ON f.room = ?1 AND f.seq = w.seq ORDER BY w.seq"
        )
    };
}

/// From entry 2 on, as long as there is one below 3 (the head), at most 4.
const UP: &str = concat!(
    "WITH RECURSIVE walk (seq) AS (
                 SELECT ",
    at_or_above!("?2"),
    " UNION ALL SELECT ",
    at_or_above!("w.seq + 1"),
    " FROM walk w WHERE w.seq < ?3 LIMIT ?4)",
    entries_of_walk!()
);

/// Below 2, down to 3 (the first event kept), at most 4.
const DOWN: &str = concat!(
    "WITH RECURSIVE walk (seq) AS (
                 SELECT ",
    at_or_below!("?2 - 1"),
    " UNION ALL SELECT ",
    at_or_below!("w.seq - 1"),
    " FROM walk w WHERE w.seq > ?3 LIMIT ?4)",
    entries_of_walk!(),
    " DESC"
);

/// Above 2 by their last change, at most 3.
const CHANGED: &str = concat!(
    "SELECT ",
    entry_columns!(),
    " FROM folds f JOIN events e ON e.id = ",
    id_of!("f.room", "f.seq"),
    "
             WHERE f.room = ? AND f.changed > ? ORDER BY f.changed LIMIT ?"
);

/// Message 2 if it is not below 3, and its answers, at most 4; 5 is nobody's.
const THREAD: &str = concat!(
    "WITH RECURSIVE walk (seq, of) AS (
         SELECT seq, NULL FROM events
         WHERE id = ",
    id_of!("?1", "?2"),
    " AND kind = 0 AND seq >= ?3
         UNION ALL
         SELECT ifnull((SELECT min(a.seq) FROM events a
                        WHERE a.room = ?1 AND a.seq > w.seq
                          AND a.reply_to = iif(k.next, w.of, w.seq)), ?5),
                iif(k.next, w.of, w.seq)
         FROM walk w, (SELECT 0 AS next UNION ALL SELECT 1) k WHERE w.seq < ?5
         ORDER BY 1 LIMIT ?4)",
    entries_of_walk!()
);

/// The numbers of message 2, if it is not below 3, and of its answers below 4.
const THREAD_BELOW: &str = concat!(
    "WITH RECURSIVE walk (seq) AS (
         SELECT seq FROM events WHERE id = ",
    id_of!("?1", "?2"),
    " AND kind = 0 AND seq >= ?3 AND seq < ?4
         UNION ALL
         SELECT a.seq FROM walk w CROSS JOIN events a
         WHERE a.room = ?1 AND a.reply_to = w.seq AND a.seq < ?4)
     SELECT seq FROM walk ORDER BY seq"
);

/// The entries of list 2, the newest first.
const LISTED: &str = concat!(
    "WITH walk (seq) AS (SELECT value FROM json_each(?2))",
    entries_of_walk!(),
    " DESC"
);

/// Of the messages in list 2.
const TALLIES: &str = "SELECT t.target, t.emoji, t.count, t.names
    FROM json_each(?2) j CROSS JOIN tallies t ON t.room = ?1 AND t.target = j.value";

/// Entries whose reactions are read at once: with fifty emoji of twenty names
/// each an entry is 140 KB, and most of a page might not fit.
const AT_ONCE: usize = 50;

/// Entries, and how many bytes they are as JSON.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) entries: Vec<Entry>,
    pub(super) bytes: usize,
    /// Some were left out, for their bytes.
    pub(super) cut: bool,
}

/// What to read, and how much of it.
pub(super) struct Reading<'a> {
    pub(super) conn: &'a Connection,
    pub(super) room: &'a RoomRow,
    /// Bytes of JSON that all runs may have together.
    pub(super) bytes_most: usize,
}

impl Reading<'_> {
    /// The entries from `start` on, at most `limit`.
    pub(super) fn up(&self, start: Seq, limit: usize, had: usize) -> Result<Run, Fault> {
        let start = seq_column(start.max(self.room.first));
        let head = seq_column(self.room.head);
        let params = (self.room.id.0, start, head, rows_column(limit));
        self.run(UP, params, had)
    }

    /// The entries below `start`, at most `limit`, the newest first.
    pub(super) fn down(&self, start: Seq, limit: usize, had: usize) -> Result<Run, Fault> {
        let (start, first) = (seq_column(start), seq_column(self.room.first));
        let params = (self.room.id.0, start, first, rows_column(limit));
        self.run(DOWN, params, had)
    }

    /// The entry of this number.
    pub(super) fn one(&self, at: Seq, had: usize) -> Result<Run, Fault> {
        let sql = concat!(
            "SELECT ",
            entry_columns!(),
            " FROM events e LEFT JOIN folds f ON f.room = e.room AND f.seq = e.seq
             WHERE e.id = ?"
        );
        self.run(sql, [id(self.room.id, at)?], had)
    }

    /// The entries changed after `after`, at most `limit`, by their last change.
    pub(super) fn changed(&self, after: Seq, limit: usize) -> Result<Run, Fault> {
        let params = (self.room.id.0, seq_column(after), rows_column(limit));
        self.run(CHANGED, params, 0)
    }

    /// The message `root` and all that answer it, at most `limit`, oldest
    /// first; none if it is no message that is kept.
    ///
    /// An answer is younger than what it answers, so whichever comes next is
    /// the first answer to an entry that was taken, or the next one to what
    /// such an entry answers: two candidates for each entry, however many
    /// answers there are.
    pub(super) fn thread(&self, root: Seq, limit: usize) -> Result<Run, Fault> {
        let params = (
            self.room.id.0,
            // Beyond the head there is nothing, and no id to look for.
            seq_column(root.min(self.room.head.next())),
            seq_column(self.room.first),
            rows_column(limit),
            // Stands behind every event: nobody's answer.
            i64::MAX,
        );
        self.run(THREAD, params, 0)
    }

    /// The numbers of the message `root` and of all that answer it, of those
    /// below `before`, in order. Costs as much as there are.
    pub(super) fn thread_below(&self, root: Seq, before: Seq) -> Result<Vec<Seq>, Fault> {
        let mut statement = self.conn.prepare_cached(THREAD_BELOW)?;
        let beyond = self.room.head.next();
        let mut rows = statement.query((
            self.room.id.0,
            seq_column(root.min(beyond)),
            seq_column(self.room.first),
            seq_column(before.min(beyond)),
        ))?;
        let mut numbers = Vec::new();
        while let Some(row) = rows.next()? {
            numbers.push(seq(row.get(0)?)?);
        }
        Ok(numbers)
    }

    /// The entries of these numbers, the newest first.
    pub(super) fn listed(&self, numbers: &[Seq]) -> Result<Run, Fault> {
        let list = serde_json::to_string(numbers);
        let list = list.map_err(|error| Fault::nonsense("seqs", error))?;
        self.run(LISTED, (self.room.id.0, list), 0)
    }

    fn run(&self, sql: &str, params: impl Params, had: usize) -> Result<Run, Fault> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            entries.push(entry(self.room, row)?);
        }
        self.take(entries, had)
    }

    /// Takes what fits, `had` bytes being there already. A page has at least
    /// one entry, which fits a frame by itself.
    fn take(&self, entries: Vec<Entry>, had: usize) -> Result<Run, Fault> {
        let mut run = Run {
            bytes: had,
            ..Run::default()
        };
        let mut entries = entries.into_iter();
        loop {
            let mut some: Vec<_> = entries.by_ref().take(AT_ONCE).collect();
            if some.is_empty() {
                return Ok(run);
            }
            self.react(&mut some)?;
            for entry in some {
                let bytes = run.bytes + json_bytes(&entry)?;
                if bytes > self.bytes_most && run.bytes > 0 {
                    run.cut = true;
                    return Ok(run);
                }
                run.bytes = bytes;
                run.entries.push(entry);
            }
        }
    }

    /// Adds who reacted.
    fn react(&self, entries: &mut [Entry]) -> Result<(), Fault> {
        let changed: BTreeMap<_, _> = entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.fold.changed.is_some())
            .map(|(at, entry)| (entry.event.seq, at))
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        let mut statement = self.conn.prepare_cached(TALLIES)?;
        let seqs: Vec<_> = changed.keys().collect();
        let seqs = serde_json::to_string(&seqs).map_err(|error| Fault::nonsense("seqs", error))?;
        let mut rows = statement.query((self.room.id.0, seqs))?;
        while let Some(row) = rows.next()? {
            if let Some(at) = changed.get(&seq(row.get(0)?)?) {
                tally(&mut entries[*at].fold, row)?;
            }
        }
        Ok(())
    }
}

fn entry(room: &RoomRow, row: &Row<'_>) -> Result<Entry, Fault> {
    let number = |column| -> Result<Option<Seq>, Fault> {
        row.get::<_, Option<i64>>(column)?.map(seq).transpose()
    };
    let mut entry = Entry {
        event: event(&room.name, row)?,
        fold: Fold {
            changed: number(12)?,
            ..Fold::default()
        },
    };
    let deleted = row.get::<_, i64>(4)? & DELETED != 0;
    if entry.fold.changed.is_some() && !deleted {
        entry.fold.rev = number(13)?;
        entry.fold.edited_at = row.get::<_, Option<i64>>(14)?.map(time);
        entry.fold.pinned = row.get(16)?;
        if let (EventBody::Message(message), Some(text)) = (&mut entry.event.body, row.get(15)?) {
            message.text = Some(text);
        }
    }
    Ok(entry)
}

fn tally(fold: &mut Fold, row: &Row<'_>) -> Result<(), Fault> {
    let (emoji, count): (String, u32) = (row.get(1)?, row.get(2)?);
    let names = row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?;
    let names: Vec<_> = names.split(' ').map(SmolStr::new).collect();
    if count as usize > names.len() {
        fold.counts.insert(emoji.clone(), count);
    }
    fold.reactions.insert(emoji, names);
    Ok(())
}

/// How long an entry is as JSON, with the comma behind it.
fn json_bytes(entry: &Entry) -> Result<usize, Fault> {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(1);
    serde_json::to_writer(&mut count, entry).map_err(|error| Fault::nonsense("entry", error))?;
    Ok(count.0)
}

#[cfg(test)]
mod tests {
    use super::super::open::MIGRATIONS;
    use super::*;

    /// So that a page costs what is on it, whatever the length of the log.
    #[test]
    fn whatever_a_page_holds_is_found_by_key() {
        let conn = Connection::open_in_memory().unwrap();
        for schema in MIGRATIONS {
            conn.execute_batch(schema).unwrap();
        }
        for sql in [UP, DOWN, CHANGED, THREAD, TALLIES] {
            let mut plan = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let mut steps = Vec::<String>::new();
            // Nothing is bound: the plan is made of the statement alone.
            let mut rows = plan.raw_query();
            while let Some(row) = rows.next().unwrap() {
                steps.push(row.get(3).unwrap());
            }
            let looked_up = |table: &str| {
                steps
                    .iter()
                    .any(|step| step.starts_with(&format!("SEARCH {table} ")))
            };
            assert!(looked_up("e") || looked_up("t"), "{steps:#?}");
            for step in steps.iter().filter(|step| step.starts_with("SCAN")) {
                let of_the_page = ["w", "k", "j ", "CONSTANT", "2 CONSTANT"];
                let known = of_the_page.iter().any(|name| step[5..].starts_with(name));
                assert!(known, "{step} in {steps:#?}");
            }
        }
    }
}
