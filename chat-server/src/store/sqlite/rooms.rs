//! Rooms, listed by a part of the name or topic.
//!
//! A part that many rooms hold is found by going through them by name until the
//! page is full; one that few hold, by an index of all parts of three
//! characters. Which way is shorter, the index tells first. Of one or two
//! characters it knows nothing: there all rooms are gone through.

use super::fault::Fault;
use super::row::{room_columns, room_row, rows_column};
use crate::store::{RoomsPage, UserId};
use rusqlite::Connection;

/// Characters of the shortest part that is in the index.
const PART_CHARS: usize = 3;

macro_rules! all_that_one_sees {
    () => {
        "r.name > ?2 AND instr(r.folded, ?3) > 0 AND (r.kind = 0 OR EXISTS
             (SELECT 1 FROM memberships m
              WHERE m.user = ?1 AND m.room = r.id AND m.key IS NOT NULL AND m.hidden = 0))"
    };
}

// The plus keeps the order of names from being walked through all rooms.
const MINE: &str = concat!(
    "SELECT ",
    room_columns!(),
    " FROM memberships m JOIN rooms r ON r.id = m.room
     WHERE m.user = ?1 AND m.key IS NOT NULL AND m.hidden = 0
       AND +r.name > ?2 AND instr(r.folded, ?3) > 0 ORDER BY +r.name LIMIT ?4"
);

const BY_NAME: &str = concat!(
    "SELECT ",
    room_columns!(),
    " FROM rooms r WHERE ",
    all_that_one_sees!(),
    " ORDER BY r.name LIMIT ?4"
);

const BY_PART: &str = concat!(
    "SELECT ",
    room_columns!(),
    " FROM parts CROSS JOIN rooms r ON r.id = parts.rowid WHERE parts MATCH ?5 AND +",
    all_that_one_sees!(),
    " ORDER BY +r.name LIMIT ?4"
);

/// See [`crate::store::Store::rooms`].
pub(super) fn rooms(
    conn: &Connection,
    user: UserId,
    query: &str,
    mine: bool,
    after: &str,
    limit: usize,
) -> Result<RoomsPage, Fault> {
    let query = query.to_lowercase();
    let wanted = rows_column(limit.saturating_add(1));
    let rare = if mine {
        None
    } else {
        rare(conn, &query, limit)?
    };
    let mut statement = conn.prepare_cached(match (mine, &rare) {
        (true, _) => MINE,
        (false, Some(_)) => BY_PART,
        (false, None) => BY_NAME,
    })?;
    let mut rows = match rare {
        Some(part) => statement.query((user.0, after, query, wanted, part))?,
        None => statement.query((user.0, after, query, wanted))?,
    };
    let mut rooms = Vec::new();
    while let Some(row) = rows.next()? {
        rooms.push(room_row(row)?);
    }
    let more = rooms.len() > limit;
    rooms.truncate(limit);
    Ok(RoomsPage { rooms, more })
}

/// What is searched for a part of a name or topic; neither can hold a newline,
/// so nothing is found across both.
pub(super) fn folded(name: &str, topic: &str) -> String {
    format!("{name}\n{topic}").to_lowercase()
}

/// What the index is asked for a part that so few rooms hold that it is shorter
/// to take all of these and sort them: by name, a page of `limit` is full after
/// `limit` times as many rooms as there are for each of these.
fn rare(conn: &Connection, part: &str, limit: usize) -> Result<Option<String>, Fault> {
    // No name or topic holds a NUL, and the index takes one for the end.
    if part.chars().count() < PART_CHARS || part.contains('\0') {
        return Ok(None);
    }
    let quoted = format!("\"{}\"", part.replace('"', "\"\""));
    let rooms: i64 = conn
        .prepare_cached("SELECT ifnull(max(id), 0) FROM rooms")?
        .query_row((), |row| row.get(0))?;
    let most = rooms.saturating_mul(rows_column(limit)).isqrt();
    let holding: i64 = conn
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM parts WHERE parts MATCH ? LIMIT ? + 1)",
        )?
        .query_row((&quoted, most), |row| row.get(0))?;
    Ok((holding <= most).then_some(quoted))
}

#[cfg(test)]
mod tests {
    use super::super::open::MIGRATIONS;
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// So many rooms that hold `room`, one in fifty of them with a topic, and two others.
    fn database(rooms: usize) -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        for step in MIGRATIONS {
            conn.execute_batch(step).unwrap();
        }
        let tx = conn.unchecked_transaction().unwrap();
        let add = |name: &str, topic: &str| {
            conn.prepare_cached(
                "INSERT INTO rooms (name, kind, topic, folded, owned, members, head, last_at, run_user, run)
                 VALUES (?, 0, ?, ?, 1, 0, 0, 0, 0, 1)",
            )
            .unwrap()
            .execute((name, topic, folded(name, topic)))
            .unwrap();
        };
        add("needle", "");
        for number in 0..rooms {
            let topic = if number % 50 == 7 { "Some \"Tea\"" } else { "" };
            add(&format!("room{number}"), topic);
        }
        add("über", "nothing");
        tx.commit().unwrap();
        conn
    }

    fn names(conn: &Connection, query: &str, after: &str, limit: usize) -> Vec<String> {
        let page = rooms(conn, UserId(1), query, false, after, limit).unwrap();
        let names = page.rooms.iter();
        names.map(|row| row.name.as_str().to_owned()).collect()
    }

    #[test]
    fn either_way_the_same_rooms_are_found() {
        let conn = database(1_000);
        let all: Vec<(String, String)> = conn
            .prepare("SELECT name, folded FROM rooms ORDER BY name")
            .unwrap()
            .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        for query in [
            "",
            "r",
            "ro",
            "roo",
            "oom1",
            "needle",
            "NEEDLE",
            "ber",
            "ÜBER",
            "tea",
            "\"Tea\"",
            "e \"t",
            "\"",
            "\"\"\"",
            "a\0b",
            "room 1",
            "room*",
            "roo OR nee",
            "-roo",
            "folded:roo",
            "none",
        ] {
            for (after, limit) in [("", 9), ("", 1000), ("room5", 3)] {
                let holds = |(name, folded): &&(String, String)| {
                    name.as_str() > after && folded.contains(&query.to_lowercase())
                };
                let found: Vec<_> = all.iter().filter(holds).map(|(name, _)| name).collect();
                let found: Vec<_> = found.into_iter().take(limit).cloned().collect();
                assert_eq!(
                    names(&conn, query, after, limit),
                    found,
                    "{query:?} {after}"
                );
            }
        }
    }

    #[test]
    fn a_topic_that_was_changed_is_found_as_it_stands() {
        let conn = database(100);
        let set = "UPDATE rooms SET folded = ? WHERE name = 'room3'";
        conn.execute(set, [folded("room3", "harbour")]).unwrap();
        assert_eq!(names(&conn, "harb", "", 9), ["room3"]);
        conn.execute(set, [folded("room3", "")]).unwrap();
        assert!(names(&conn, "harb", "", 9).is_empty());
    }

    #[test]
    fn neither_a_rare_nor_a_common_part_costs_more_where_there_are_more_rooms() {
        let steps = |rooms: usize, query: &str| {
            let mut conn = database(rooms);
            let steps = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&steps);
            let count = move || {
                counted.fetch_add(1, Ordering::Relaxed);
                false
            };
            conn.progress_handler(1, Some(count)).unwrap();
            assert!(!names(&conn, query, "", 10).is_empty());
            steps.load(Ordering::Relaxed)
        };
        for query in ["needle", "room", "ber"] {
            let (few, many) = (steps(500, query), steps(5_000, query));
            assert!(many < 4 * few, "{query}: {few} steps, then {many}");
        }
    }
}
