//! What was deleted is in none of the files.

use super::*;
use crate::store::contract::model::Dice;
use crate::store::{Revise, Revision};

/// Begins every word that is to be gone.
const SECRET: &str = "qqsecretqq";

#[test]
fn what_was_deleted_is_in_no_file_once_its_remains_are_erased() {
    erased(Stop::None);
}

#[test]
fn a_stop_before_its_remains_are_erased_forgets_nothing() {
    erased(Stop::BeforeErasing);
}

/// The index has no text, but what it has would tell that a word was said.
#[test]
fn no_word_of_what_was_deleted_stays_in_the_index() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let author = come_in(&store);
    let now = Timestamp::from_millis(1);
    let words = || {
        wait(store.settle()).unwrap();
        let conn = Connection::open(dir.path().join("chat.db")).unwrap();
        conn.execute_batch("CREATE VIRTUAL TABLE temp.said USING fts5vocab(main, words, instance)")
            .unwrap();
        let words: i64 = conn
            .query_row("SELECT count(*) FROM temp.said", (), |row| row.get(0))
            .unwrap();
        words
    };
    let batch = vec![say(author, "one two"), say(author, "three")];
    wait(store.commit(batch, now)).unwrap();
    assert!(words() > 0, "the test looks where they are");
    let on = |target: u64, what| {
        Change::Revise(Revise {
            by: author,
            room: lobby(),
            target: Seq::new(target).unwrap(),
            what,
        })
    };
    let edit = Revision::Edit(Text::parse("four five", 4000).unwrap());
    wait(store.commit(vec![on(1, edit)], now)).unwrap();
    let batch = vec![on(1, Revision::Delete), on(2, Revision::Delete)];
    wait(store.commit(batch, now)).unwrap();
    assert_eq!(words(), 0);
}

/// Whether the server stops, and starts again, with remains still there.
#[derive(Clone, Copy, PartialEq)]
enum Stop {
    None,
    BeforeErasing,
}

fn erased(stop: Stop) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let author = come_in(&store);
    let now = Timestamp::from_millis(1);
    let commit = |batch| {
        for outcome in wait(store.commit(batch, now)).unwrap() {
            outcome.decision.unwrap();
        }
    };
    let revise = |target: u64, what| {
        Change::Revise(Revise {
            by: author,
            room: lobby(),
            target: Seq::new(target).unwrap(),
            what,
        })
    };
    let secret = |dice: &mut Dice| {
        let most = 1 << dice.below(8);
        let words = 1 + dice.below(most) as usize;
        let words: Vec<_> = (0..words.min(150))
            .map(|_| format!("{SECRET}{}", dice.below(5_000)))
            .collect();
        words.join(" ")
    };
    let mut dice = Dice(3);
    // Pages are split and filled and emptied in many ways.
    let mut head = 0;
    let mut secrets: Vec<u64> = Vec::new();
    for round in 0..300 {
        let mut batch = Vec::new();
        for _ in 0..dice.below(20) {
            head += 1;
            if dice.below(3) == 0 {
                batch.push(say(author, &secret(&mut dice)));
                secrets.push(head);
            } else {
                batch.push(say(
                    author,
                    &format!("kept {head} {}", "x".repeat(dice.below(200) as usize)),
                ));
            }
        }
        for _ in 0..dice.below(4) {
            if let Some(target) = secrets.get(dice.below(secrets.len() as u64 + 1) as usize) {
                let text = Text::parse(&secret(&mut dice), 4000).unwrap();
                batch.push(revise(*target, Revision::Edit(text)));
                head += 1;
            }
        }
        if dice.below(2) == 0 && !secrets.is_empty() {
            let target = secrets.swap_remove(dice.below(secrets.len() as u64) as usize);
            batch.push(revise(target, Revision::Delete));
            head += 1;
        }
        commit(batch);
        if round % 10 == 0 {
            wait(store.settle()).unwrap();
        }
    }
    assert!(found(dir.path(), SECRET) > 0, "the test looks where it is");
    for part in secrets.chunks(50) {
        commit(
            part.iter()
                .map(|target| revise(*target, Revision::Delete))
                .collect(),
        );
    }
    let store = match stop {
        Stop::None => store,
        Stop::BeforeErasing => {
            drop(store);
            assert!(found(dir.path(), SECRET) > 0, "there are remains");
            open(dir.path()).unwrap()
        }
    };
    wait(store.settle()).unwrap();
    assert!(found(dir.path(), "kept") > 0);
    assert_eq!(found(dir.path(), SECRET), 0);
    drop(store);
    let conn = Connection::open(dir.path().join("chat.db")).unwrap();
    let sound: String = conn
        .query_row("PRAGMA integrity_check", (), |row| row.get(0))
        .unwrap();
    assert_eq!(sound, "ok");
}

/// How often the text stands in the files of a directory.
pub(super) fn found(dir: &Path, text: &str) -> usize {
    fs::read_dir(dir)
        .unwrap()
        .map(|file| fs::read(file.unwrap().path()).unwrap())
        .map(|bytes| {
            bytes
                .windows(text.len())
                .filter(|part| *part == text.as_bytes())
                .count()
        })
        .sum()
}
