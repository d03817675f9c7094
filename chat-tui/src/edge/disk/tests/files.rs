//! A file that is broken, or of another version.

use super::*;

#[test]
fn a_broken_file_is_put_aside_and_said() {
    let (_data, dir) = home();
    dir.create().unwrap();
    std::fs::write(dir.cache(), vec![b'x'; 20_000]).unwrap();
    let (mut cache, note) = Cache::open(Ok(dir.clone()));
    let note = note.unwrap();
    assert!(note.contains("broken-1"), "{note}");
    assert_eq!(cache.saved().unwrap(), Saved::default());
    cache.store(&[accept("n", "goes on")]).unwrap();
    drop(cache);
    assert_eq!(open(&dir).saved().unwrap().outbox.len(), 1);
}

#[test]
fn what_was_typed_is_saved_out_of_a_broken_file() {
    let (_data, dir) = home();
    let mut cache = open(&dir);
    let entries: Vec<Entry> = (1..400).map(|n| message(n, &"x".repeat(500))).collect();
    cache
        .store(&[
            accept("n", "mine"),
            begun("dev", Some(draft("half"))),
            logged(entries, vec![span(1, 399)]),
        ])
        .unwrap();
    drop(cache);
    // The last connection has folded the log into the file; its tail is entries.
    let mut bytes = std::fs::read(dir.cache()).unwrap();
    let half = bytes.len() / 2;
    bytes[half..].fill(0xAA);
    std::fs::write(dir.cache(), bytes).unwrap();

    let mut cache = Cache::open(Ok(dir.clone())).0;
    let note = cache.renew();
    assert!(
        note.contains("with all drafts and unsent messages"),
        "{note}"
    );
    let saved = cache.saved().unwrap();
    assert_eq!(saved.outbox, [unsent("n", "mine")]);
    assert_eq!(saved.drafts, [(room("dev").into(), draft("half"))]);
}

#[test]
fn a_file_of_the_first_version_is_brought_up_to_date_with_all_that_is_in_it() {
    let (_data, dir) = home();
    dir.create().unwrap();
    let old = rusqlite::Connection::open(dir.cache()).unwrap();
    old.execute_batch(super::schema::TABLES).unwrap();
    old.execute_batch(
        "PRAGMA user_version = 1;
         INSERT INTO drafts VALUES ('dev', 0, 'half', 1, 5);
         INSERT INTO rooms (id, name) VALUES (1, 'dev');",
    )
    .unwrap();
    drop(old);
    let mut cache = open(&dir);
    cache.store(&[Store::Deed(deed("d", Act::Delete))]).unwrap();
    let saved = cache.saved().unwrap();
    assert_eq!(saved.drafts, [(room("dev").into(), draft("half"))]);
    assert_eq!(saved.deeds, [deed("d", Act::Delete)]);
}

#[test]
fn a_file_of_a_newer_version_is_left_alone() {
    let (_data, dir) = home();
    drop(open(&dir));
    let db = rusqlite::Connection::open(dir.cache()).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let (cache, _) = Cache::open(Ok(dir.clone()));
    assert!(cache.trouble().unwrap().contains("a newer version"));
    let db = rusqlite::Connection::open(dir.cache()).unwrap();
    let version: i64 = db
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(version, 99);
}
