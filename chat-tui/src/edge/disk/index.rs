//! The index of words of what is cached, for finding messages while one types.
//!
//! New entries are indexed in the write that caches them. What an earlier
//! version of the program has cached is indexed in the background, once
//! somebody searches: so neither the start nor a write waits for it. Always
//! holds: what is deleted, or not cached any more, is not found.

use super::meta::{meta, set_meta};
use super::values::{json_entry, run, sql};
use crate::core::effect::LoadSearch;
use crate::core::search::Terms;
use chat_proto::{Entry, RoomName, Timestamp, UserName};
use data_encoding::HEXLOWER;
use rusqlite::{Connection, OptionalExtension as _, params};

/// What is left to index of an earlier version's cache: a room and a place in it.
const BACKLOG: &str = "unindexed";
/// Bits of an id below the time: nine of the room, twelve of the place.
const ID_BITS: i64 = 21;

/// Puts an entry's words into the index, in the place of those it had before.
pub(super) fn index(db: &Connection, room: i64, entry: &Entry) -> rusqlite::Result<()> {
    let Some(message) = entry.event.body.message() else {
        return Ok(());
    };
    let seq = sql(entry.event.seq);
    let known: Option<i64> = db
        .prepare_cached("SELECT id FROM places WHERE room = ?1 AND seq = ?2")?
        .query_row([room, seq], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        run(db, "DELETE FROM words WHERE rowid = ?1", [id])?;
    }
    let Some(text) = &message.text else {
        return match known {
            Some(id) => run(db, "DELETE FROM places WHERE id = ?1", [id]),
            None => Ok(()),
        };
    };
    let id = match known {
        Some(id) => id,
        None => fresh_place(db, room, seq, entry.event.at)?,
    };
    run(
        db,
        "INSERT INTO words (rowid, text, author, room) VALUES (?1, ?2, ?3, ?4)",
        params![
            id,
            spaced(text),
            author_word(&entry.event.author),
            room_word(room)
        ],
    )
}

/// An id that rises with the time, so that the newest hits come first by it.
fn fresh_place(db: &Connection, room: i64, seq: i64, at: Timestamp) -> rusqlite::Result<i64> {
    let mut id = (at.millis().max(0) << ID_BITS) | ((room & 0x1ff) << 12) | (seq & 0xfff);
    // Two messages of one moment whose rooms and places look alike are rare.
    while db
        .prepare_cached("INSERT OR IGNORE INTO places (id, room, seq) VALUES (?1, ?2, ?3)")?
        .execute([id, room, seq])?
        == 0
    {
        id += 1;
    }
    Ok(id)
}

/// Takes a room's messages out.
pub(super) fn forget(db: &Connection, room: i64) -> rusqlite::Result<()> {
    run(
        db,
        "DELETE FROM words WHERE rowid IN (SELECT id FROM places WHERE room = ?1)",
        [room],
    )?;
    run(db, "DELETE FROM places WHERE room = ?1", [room])
}

/// Takes all messages out.
pub(super) fn clear(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch("INSERT INTO words (words) VALUES ('delete-all'); DELETE FROM places;")?;
    set_meta(db, BACKLOG, None)
}

/// Whether all that is cached is indexed.
pub(super) fn is_whole(db: &Connection) -> rusqlite::Result<bool> {
    Ok(meta(db, BACKLOG)?.is_none())
}

/// Indexes so many entries of an earlier version's cache; false once none is left.
pub(super) fn catch_up(db: &Connection, most: usize) -> rusqlite::Result<bool> {
    let Some(backlog) = meta(db, BACKLOG)? else {
        return Ok(false);
    };
    let (room, seq) = backlog.split_once(' ').unwrap_or(("0", "0"));
    let (room, seq): (i64, i64) = (room.parse().unwrap_or(0), seq.parse().unwrap_or(0));
    let mut select = db.prepare_cached(
        "SELECT room, seq, entry FROM entries WHERE (room, seq) > (?1, ?2)
         ORDER BY room, seq LIMIT ?3",
    )?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut rows = select.query([room, seq, most])?;
    let mut last = None;
    while let Some(row) = rows.next()? {
        let (room, seq): (i64, i64) = (row.get(0)?, row.get(1)?);
        if let Some(entry) = json_entry(&row.get::<_, String>(2)?) {
            index(db, room, &entry)?;
        }
        last = Some(format!("{room} {seq}"));
    }
    set_meta(db, BACKLOG, last.as_deref())?;
    Ok(last.is_some())
}

/// The newest messages that hold the words.
pub(super) fn find(db: &Connection, asked: &LoadSearch) -> rusqlite::Result<Vec<Entry>> {
    let Some(expression) = expression(db, &asked.terms)? else {
        return Ok(Vec::new());
    };
    let edge =
        |at: Option<Timestamp>, none: i64| at.map_or(none, |at| at.millis().max(0) << ID_BITS);
    let mut select = db.prepare_cached(
        "SELECT (SELECT entry FROM entries e JOIN places p ON e.room = p.room AND e.seq = p.seq
                 WHERE p.id = words.rowid)
         FROM words WHERE words MATCH ?1 AND rowid >= ?2 AND rowid < ?3
         ORDER BY rowid DESC LIMIT ?4",
    )?;
    let limit = i64::try_from(asked.limit).unwrap_or(i64::MAX);
    let (since, until) = (
        edge(asked.terms.since, 0),
        edge(asked.terms.until, i64::MAX),
    );
    let texts = select.query_map(params![expression, since, until, limit], |row| {
        row.get::<_, Option<String>>(0)
    })?;
    let mut hits = Vec::new();
    for text in texts {
        hits.extend(text?.as_deref().and_then(json_entry));
    }
    Ok(hits)
}

/// What is looked for in the engine's words; `None`: nothing can be found.
fn expression(db: &Connection, terms: &Terms) -> rusqlite::Result<Option<String>> {
    let mut parts = Vec::new();
    for phrase in phrases(&terms.words) {
        parts.push(format!("text : {phrase}"));
    }
    if let Some(name) = &terms.names {
        parts.push(format!("text : {}", quoted(name.as_str())));
    }
    if let Some(author) = &terms.author {
        parts.push(format!("author : {}", author_word(author)));
    }
    if let Some(room) = &terms.room {
        let id: Option<i64> = room_id(db, room)?;
        let Some(id) = id else {
            return Ok(None);
        };
        parts.push(format!("room : {}", room_word(id)));
    }
    let words = terms.words.trim();
    if parts.is_empty() || (!words.is_empty() && phrases(words).is_empty()) {
        return Ok(None);
    }
    Ok(Some(parts.join(" AND ")))
}

fn room_id(db: &Connection, room: &RoomName) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT id FROM rooms WHERE name = ?1")?
        .query_row([room.as_str()], |row| row.get(0))
        .optional()
}

/// Words and quoted phrases, each as a phrase of the engine. The last word
/// may be one that is still being typed.
fn phrases(words: &str) -> Vec<String> {
    let mut phrases = Vec::new();
    for (index, part) in words.split('"').enumerate() {
        if index % 2 == 1 {
            phrases.extend(phrase(part));
        } else {
            phrases.extend(part.split_whitespace().filter_map(phrase));
        }
    }
    let unfinished = words.ends_with(|c: char| c.is_alphanumeric());
    if let Some(last) = phrases.last_mut().filter(|_| unfinished) {
        last.push('*');
    }
    phrases
}

/// `None` where nothing is left that could be found.
fn phrase(text: &str) -> Option<String> {
    text.chars()
        .any(char::is_alphanumeric)
        .then(|| quoted(text))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", spaced(text).replace('"', " "))
}

/// The text with each character of a script that has no blanks as a word of
/// its own, so that a part of such a text is found.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let alone = matches!(c, '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
        if alone {
            out.push(' ');
        }
        out.push(c);
        if alone {
            out.push(' ');
        }
    }
    out
}

/// A name as one word, whatever is in it.
fn author_word(name: &UserName) -> String {
    format!("a{}", HEXLOWER.encode(name.key().to_string().as_bytes()))
}

fn room_word(room: i64) -> String {
    format!("r{room}")
}

#[cfg(test)]
mod tests {
    use super::super::cache::Cache;
    use crate::address::Address;
    use crate::core::effect::{LoadAt, LoadSearch, Store};
    use crate::core::search::Terms;
    use crate::edge::profile::{Profile, ServerDir};
    use chat_proto::event::{EventBody, Message};
    use chat_proto::{Entry, Event, RoomName, Seq, Timestamp, UserName};
    use tempfile::TempDir;

    fn home() -> (TempDir, ServerDir) {
        let data = tempfile::tempdir().unwrap();
        let profile = Profile::find(Some(data.path()), "default").unwrap();
        let dir = profile.server(&Address::parse("localhost").unwrap());
        (data, dir)
    }

    fn room(name: &str) -> RoomName {
        RoomName::trusted(name).unwrap()
    }

    fn said(name: &str, n: u64, author: &str, text: &str) -> Entry {
        Entry::from(Event {
            room: room(name),
            seq: Seq::new(n).unwrap(),
            at: Timestamp::from_millis(1_700_000_000_000 + n as i64 * 1000),
            author: UserName::trusted(author).unwrap(),
            guest: false,
            hook: false,
            body: EventBody::Message(Message {
                text: Some(text.to_owned()),
                ..Message::default()
            }),
        })
    }

    fn logged(name: &str, entries: Vec<Entry>) -> Store {
        Store::Log {
            room: room(name),
            entries,
            known: Vec::new(),
        }
    }

    fn terms(words: &str) -> Terms {
        Terms {
            words: words.to_owned(),
            ..Terms::default()
        }
    }

    fn found(cache: &Cache, terms: Terms) -> Vec<u64> {
        let asked = LoadSearch {
            number: 1,
            terms,
            limit: 10,
        };
        let (hits, _) = cache.search(&asked).unwrap();
        hits.iter().map(|entry| entry.event.seq.get()).collect()
    }

    fn full() -> (TempDir, Cache) {
        let (data, dir) = home();
        let (mut cache, _) = Cache::open(Ok(dir));
        let dev = vec![
            said("dev", 1, "bob", "Release on Friday"),
            said("dev", 2, "eve-x", "the release is off: Z\u{fc}rich"),
            said("dev", 3, "bob", "\u{6771}\u{4eac}\u{30bf}\u{30ef}\u{30fc}"),
            said("dev", 5, "bob", "friday, release"),
        ];
        let ops = vec![said("ops", 4, "bob", "release friday of ops")];
        cache
            .store(&[logged("dev", dev), logged("ops", ops)])
            .unwrap();
        (data, cache)
    }

    #[test]
    fn all_words_must_occur_in_any_order_without_case_and_diacritics_newest_first() {
        let (_data, cache) = full();
        assert_eq!(found(&cache, terms("friday RELEASE")), [5, 4, 1]);
        assert_eq!(found(&cache, terms("\"release on\"")), [1]);
        assert_eq!(found(&cache, terms("zurich")), [2]);
        assert_eq!(
            found(&cache, terms("\u{4eac}\u{30bf}")),
            [3],
            "a part of a text without blanks"
        );
        assert_eq!(
            found(&cache, terms("rele fri")),
            [0u64; 0],
            "only the last word may be unfinished"
        );
        assert_eq!(found(&cache, terms("release fri")), [5, 4, 1]);
        for nothing in [
            "",
            "  ",
            "\"",
            "!!!",
            "nope",
            "* OR text:",
            "(((",
            "\"a\" NOT",
        ] {
            assert_eq!(found(&cache, terms(nothing)), [0u64; 0], "{nothing}");
        }
    }

    #[test]
    fn room_author_and_time_narrow_it() {
        let (_data, cache) = full();
        let in_ops = Terms {
            room: Some(room("ops")),
            ..terms("release")
        };
        assert_eq!(found(&cache, in_ops), [4]);
        let by_eve = Terms {
            author: UserName::trusted("Eve-x"),
            ..Terms::default()
        };
        assert_eq!(found(&cache, by_eve), [2]);
        let at = |n: i64| Some(Timestamp::from_millis(1_700_000_000_000 + n * 1000));
        let between = Terms {
            since: at(2),
            until: at(5),
            ..terms("release")
        };
        assert_eq!(found(&cache, between), [4, 2]);
    }

    #[test]
    fn what_is_edited_deleted_or_forgotten_is_not_found_by_its_old_words() {
        let (_data, mut cache) = full();
        let change = |n: u64, body: EventBody| {
            let entry = said("dev", n, "bob", "");
            let event = Event {
                body,
                ..entry.event
            };
            let events = vec![event];
            Store::Changes {
                room: room("dev"),
                events,
            }
        };
        let edited = EventBody::Edited {
            target: Seq::new(1).unwrap(),
            text: Some("put off".to_owned()),
        };
        let deleted = EventBody::Deleted {
            target: Seq::new(5).unwrap(),
        };
        cache
            .store(&[change(6, edited), change(7, deleted)])
            .unwrap();
        assert_eq!(found(&cache, terms("friday")), [4]);
        assert_eq!(found(&cache, terms("put off")), [1]);
        cache.store(&[Store::Forget(room("ops"))]).unwrap();
        assert_eq!(found(&cache, terms("friday")), [0u64; 0]);
        cache.store(&[Store::Reset]).unwrap();
        assert_eq!(found(&cache, terms("off")), [0u64; 0]);
    }

    #[test]
    fn what_an_earlier_version_cached_is_indexed_once_somebody_searches() {
        let (_data, dir) = home();
        dir.create().unwrap();
        let old = rusqlite::Connection::open(dir.cache()).unwrap();
        old.execute_batch(super::super::schema::TABLES).unwrap();
        old.execute_batch(
            "PRAGMA user_version = 1; INSERT INTO rooms (id, name) VALUES (1, 'dev');",
        )
        .unwrap();
        for n in 1..=1200 {
            let entry = said("dev", n, "bob", &format!("word{n} friday"));
            let json = serde_json::to_string(&entry).unwrap();
            old.execute("INSERT INTO entries VALUES (1, ?1, ?2)", (n as i64, json))
                .unwrap();
        }
        drop(old);
        let (mut cache, _) = Cache::open(Ok(dir));
        let asked = LoadSearch {
            number: 1,
            terms: terms("word7"),
            limit: 10,
        };
        assert_eq!(cache.search(&asked).unwrap(), (Vec::new(), false));
        while cache.index_some().unwrap() {}
        assert_eq!(found(&cache, terms("word700")), [700]);
        assert!(cache.search(&asked).unwrap().1, "now it is whole");
        let asked = LoadAt {
            room: room("dev"),
            at: Timestamp::from_millis(1_700_000_000_000 + 600_500),
        };
        let first = cache.first_from(&asked).unwrap().unwrap();
        assert_eq!(first.event.seq.get(), 601);
        let late = LoadAt {
            at: Timestamp::MAX,
            ..asked
        };
        assert_eq!(cache.first_from(&late).unwrap(), None);
    }
}
