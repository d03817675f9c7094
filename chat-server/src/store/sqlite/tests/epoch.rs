//! When a database is taken for another history, and when it is not. That
//! killing and ending keep the epoch is promised by every engine.

use super::*;
use std::time::{Duration, SystemTime};

/// A directory with a database in which something was said.
struct Place {
    dir: tempfile::TempDir,
    epoch: String,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path()).unwrap();
        let epoch = store.epoch().to_owned();
        come_in(&store);
        say_more(&store);
        Self { dir, epoch }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Whether it is of the same history when it is opened.
    fn is_the_same(&self) -> bool {
        let epoch = open(self.path()).unwrap().epoch().to_owned();
        assert_eq!(open(self.path()).unwrap().epoch(), epoch, "it stays");
        epoch == self.epoch
    }

    fn go_on(&self) {
        let store = open(self.path()).unwrap();
        assert_eq!(store.epoch(), self.epoch);
        say_more(&store);
    }
}

fn say_more(store: &SqliteStore) {
    let batch = vec![say(UserId(1), "hi")];
    let outcome = wait(store.commit(batch, Timestamp::from_millis(1))).unwrap();
    assert!(outcome[0].decision.is_ok());
}

fn copy(from: &Path, to: &Path) {
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// Until nothing that was written just now could be taken for being written later.
fn until_it_is_old(dir: &Path) {
    let written = fs::metadata(dir.join("chat.mark"))
        .unwrap()
        .modified()
        .unwrap();
    let old = |now: SystemTime| now.duration_since(written).unwrap_or_default();
    while old(SystemTime::now()) < Duration::from_millis(100) {
        std::thread::yield_now();
    }
}

#[test]
fn an_older_database_put_back_is_another_history() {
    for by_name in [false, true] {
        let place = Place::new();
        let older = fs::read(place.path().join("chat.db")).unwrap();
        place.go_on();
        if by_name {
            fs::write(place.path().join("older"), older).unwrap();
            fs::rename(place.path().join("older"), place.path().join("chat.db")).unwrap();
        } else {
            fs::write(place.path().join("chat.db"), older).unwrap();
        }
        assert!(!place.is_the_same());
    }
}

#[test]
fn all_older_files_put_back_are_another_history() {
    let (place, backup) = (Place::new(), tempfile::tempdir().unwrap());
    copy(place.path(), backup.path());
    place.go_on();
    until_it_is_old(backup.path());
    until_it_is_old(place.path());
    copy(backup.path(), place.path());
    assert!(!place.is_the_same());
}

#[test]
fn a_copy_is_another_history_and_what_was_copied_is_not() {
    let (place, elsewhere) = (Place::new(), tempfile::tempdir().unwrap());
    copy(place.path(), elsewhere.path());
    let other = open(elsewhere.path()).unwrap();
    assert_ne!(other.epoch(), place.epoch);
    assert!(place.is_the_same());
}

#[test]
fn a_database_without_its_mark_is_another_history() {
    let place = Place::new();
    fs::remove_file(place.path().join("chat.mark")).unwrap();
    assert!(!place.is_the_same());
    let place = Place::new();
    fs::write(place.path().join("chat.mark"), "no mark").unwrap();
    assert!(!place.is_the_same());
}

#[test]
fn another_database_in_its_place_is_another_history() {
    let (place, other) = (Place::new(), Place::new());
    fs::copy(other.path().join("chat.db"), place.path().join("chat.db")).unwrap();
    assert!(!place.is_the_same());
}

#[test]
fn a_database_that_lacks_nothing_is_the_same_history() {
    let place = Place::new();
    let latest = fs::read(place.path().join("chat.db")).unwrap();
    fs::write(place.path().join("chat.db"), latest).unwrap();
    assert!(place.is_the_same());
}
