//! Threads in the cache: a message and all cached ones that answer it, directly
//! or through others, by the index `answers`.

use super::cache::{Cache, StoreError};
use super::values::{json_entry, sql};
use crate::core::effect::LoadThread;
use chat_proto::Entry;
use rusqlite::params;

/// `?1` is the room, `?2` the first message, `?3` how many at the most.
const THREAD: &str = "
    WITH RECURSIVE here (id) AS (SELECT id FROM rooms WHERE name = ?1),
    walk (seq) AS (
        SELECT ?2
        UNION
        SELECT a.seq FROM here, walk w, entries a
        WHERE a.room = here.id AND json_extract(a.entry, '$.reply_to') = w.seq
            AND json_extract(a.entry, '$.reply_to') IS NOT NULL)
    SELECT e.entry FROM here, walk, entries e
    WHERE e.room = here.id AND e.seq = walk.seq ORDER BY e.seq LIMIT ?3";

impl Cache {
    /// The cached messages of a thread, oldest first.
    pub fn thread(&self, asked: &LoadThread) -> Result<Vec<Entry>, StoreError> {
        let mut select = self.db.prepare_cached(THREAD)?;
        let limit = i64::try_from(asked.limit).unwrap_or(i64::MAX);
        let texts = select.query_map(
            params![asked.room.as_str(), sql(asked.root), limit],
            |row| row.get::<_, String>(0),
        )?;
        let mut entries = Vec::new();
        for text in texts {
            entries.extend(json_entry(&text?));
        }
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::effect::Store;
    use crate::core::span::Span;
    use chat_proto::event::{EventBody, Message};
    use chat_proto::{Event, RoomName, Seq, Timestamp, UserName};

    fn seq(number: u64) -> Seq {
        Seq::new(number).unwrap()
    }

    fn entry(number: u64, reply_to: Option<u64>) -> Entry {
        Entry::from(Event {
            room: RoomName::trusted("dev").unwrap(),
            seq: seq(number),
            at: Timestamp::from_millis(0),
            author: UserName::trusted("ada").unwrap(),
            guest: false,
            hook: false,
            body: EventBody::Message(Message {
                text: Some("text".to_owned()),
                reply_to: reply_to.map(seq),
                ..Message::default()
            }),
        })
    }

    #[test]
    fn a_thread_is_read_from_the_cache_by_its_index() {
        let (mut cache, _) = Cache::open(Err("nowhere".to_owned()));
        let said = [
            (1, None),
            (2, Some(1)),
            (3, None),
            (4, Some(2)),
            (5, Some(3)),
            (6, Some(1)),
        ];
        let entries = said.map(|(number, to)| entry(number, to));
        let room = RoomName::trusted("dev").unwrap();
        let log = Store::Log {
            room: room.clone(),
            entries: entries.to_vec(),
            known: vec![Span::one(seq(1))],
        };
        cache.store(&[log]).unwrap();
        let read = |root, limit| {
            let root = seq(root);
            let room = room.clone();
            let entries = cache.thread(&LoadThread { room, root, limit }).unwrap();
            let numbers = entries.iter().map(|entry| entry.event.seq.get());
            numbers.collect::<Vec<_>>()
        };
        assert_eq!(read(1, 9), [1, 2, 4, 6]);
        assert_eq!(read(1, 2), [1, 2]);
        assert_eq!(read(2, 9), [2, 4]);
        assert_eq!(read(9, 9), [0; 0]);
        let plan: Vec<String> = cache
            .db
            .prepare(&format!("EXPLAIN QUERY PLAN {THREAD}"))
            .unwrap()
            .query_map(params!["dev", 1, 9], |row| row.get(3))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let by_index = |row: &String| row.contains("INDEX answers");
        assert!(plan.iter().any(by_index), "{plan:#?}");
    }
}
