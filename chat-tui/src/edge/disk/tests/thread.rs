//! The disk's thread: what it has said lasts, and what fails is told.

use super::*;
use crate::core::effect::LoadSearch;
use crate::core::search::Terms;

const PATIENCE: Duration = Duration::from_secs(20);

/// Takes news until one is found, or panics after a while.
fn heard<T>(
    news: &mut mpsc::UnboundedReceiver<DiskInput>,
    mut wanted: impl FnMut(DiskInput) -> Option<T>,
) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = news.try_recv().ok().and_then(&mut wanted) {
            return found;
        }
        assert!(Instant::now() < deadline, "no such news");
        std::thread::yield_now();
    }
}

#[test]
fn an_accepted_message_is_on_the_disk_when_it_is_said_so() {
    let (_data, dir) = home();
    let (disk, mut news) = Disk::start(open(&dir)).unwrap();
    for n in 0..50 {
        let nonce = format!("n{n}");
        disk.store(begun("dev", Some(draft("typing"))));
        disk.store(accept(&nonce, "text"));
        heard(&mut news, |said| {
            (said == DiskInput::Accepted(nonce.as_str().into())).then_some(())
        });
        let there: bool = rusqlite::Connection::open(dir.cache())
            .unwrap()
            .query_row(
                "SELECT EXISTS (SELECT 1 FROM outbox WHERE nonce = ?1)
                 AND NOT EXISTS (SELECT 1 FROM drafts)",
                [&nonce],
                |row| row.get(0),
            )
            .unwrap();
        assert!(there, "{nonce}");
    }
    assert!(disk.finish(PATIENCE));
}

/// Nothing can be added to the outbox any more, as on a full disk.
fn full(dir: &ServerDir) -> rusqlite::Connection {
    let db = rusqlite::Connection::open(dir.cache()).unwrap();
    let broken =
        "CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END";
    db.execute_batch(broken).unwrap();
    db
}

#[test]
fn a_disk_that_fails_is_told_once_and_so_is_its_recovery() {
    let (_data, dir) = home();
    let (disk, mut news) = Disk::start(open(&dir)).unwrap();
    let db = full(&dir);
    for nonce in ["n1", "n2"] {
        disk.store(accept(nonce, "text"));
        let refused = heard(&mut news, |said| match said {
            DiskInput::NotAccepted { nonce, .. } => Some(nonce),
            _ => None,
        });
        assert_eq!(refused, nonce);
    }
    db.execute_batch("DROP TRIGGER full").unwrap();
    disk.mend(vec![accept("n3", "text")]);
    let mut said = Vec::new();
    heard(&mut news, |news| {
        said.push(news.clone());
        (news == DiskInput::Mended).then_some(())
    });
    let failures = |said: &[DiskInput]| {
        let failed = |news: &&DiskInput| matches!(news, DiskInput::Failed(_));
        said.iter().filter(failed).count()
    };
    assert_eq!(failures(&said), 0, "{said:?}");
    assert!(said.contains(&DiskInput::Accepted("n3".into())), "{said:?}");
}

#[test]
fn what_is_in_memory_only_is_never_said_to_last() {
    let (_data, dir) = home();
    drop(open(&dir));
    let db = rusqlite::Connection::open(dir.cache()).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    let (in_memory, _) = Cache::open(Ok(dir));
    let (disk, mut news) = Disk::start(in_memory).unwrap();
    disk.mend(vec![begun("dev", Some(draft("typed")))]);
    let told = heard(&mut news, Some);
    assert!(matches!(told, DiskInput::Failed(_)), "{told:?}");
}

#[test]
fn a_disk_of_which_a_part_still_fails_has_not_recovered() {
    let (_data, dir) = home();
    let (disk, mut news) = Disk::start(open(&dir)).unwrap();
    let _full = full(&dir);
    disk.mend(vec![
        accept("n1", "text"),
        begun("dev", Some(draft("kept"))),
    ]);
    let mut answer = || {
        heard(&mut news, |news| match news {
            DiskInput::Failed(_) | DiskInput::Mended => Some(news),
            _ => None,
        })
    };
    let told = answer();
    assert_eq!(answer(), told, "once when it fails, and once as the answer");
    assert!(matches!(told, DiskInput::Failed(_)), "{told:?}");
}

#[test]
fn a_draft_that_ended_while_the_disk_was_full_is_gone_once_it_is_not() {
    let (_data, dir) = home();
    let (disk, mut news) = Disk::start(open(&dir)).unwrap();
    disk.store(begun("dev", Some(draft("sent"))));
    disk.store(begun("ops", Some(draft("dropped"))));
    disk.flusher().flush(PATIENCE);
    let db = rusqlite::Connection::open(dir.cache()).unwrap();
    let full = "CREATE TRIGGER full BEFORE DELETE ON drafts BEGIN SELECT RAISE(ABORT, 'full'); END";
    db.execute_batch(full).unwrap();
    disk.store(accept("n1", "sent"));
    disk.store(begun("ops", None));
    heard(&mut news, |said| {
        matches!(said, DiskInput::Failed(_)).then_some(())
    });
    disk.flusher().flush(PATIENCE);
    db.execute_batch("DROP TRIGGER full").unwrap();
    disk.store(Store::Open(room("dev")));
    assert!(disk.finish(PATIENCE));
    assert_eq!(open(&dir).saved().unwrap().drafts, []);
}

#[test]
fn the_end_leaves_nothing_behind() {
    let (_data, dir) = home();
    let (disk, _news) = Disk::start(open(&dir)).unwrap();
    disk.store(begun("dev", Some(draft("older"))));
    disk.store(begun("dev", Some(draft("newest"))));
    assert!(disk.finish(PATIENCE));
    assert_eq!(
        open(&dir).saved().unwrap().drafts,
        [(room("dev").into(), draft("newest"))]
    );
}

#[test]
fn a_flush_writes_what_was_asked() {
    let (_data, dir) = home();
    let (disk, _news) = Disk::start(open(&dir)).unwrap();
    disk.store(begun("dev", Some(draft("newest"))));
    disk.flusher().flush(PATIENCE);
    let drafts: i64 = rusqlite::Connection::open(dir.cache())
        .unwrap()
        .query_row("SELECT count(*) FROM drafts", [], |row| row.get(0))
        .unwrap();
    assert_eq!(drafts, 1);
}

#[test]
fn a_read_sees_the_writes_before_it() {
    let (_data, dir) = home();
    let (disk, mut news) = Disk::start(open(&dir)).unwrap();
    disk.store(logged(vec![message(4, "four")], vec![span(4, 4)]));
    disk.load(Load::Log(newest(9)));
    let entries = heard(&mut news, |said| match said {
        DiskInput::Log { entries, .. } => Some(entries),
        _ => None,
    });
    assert_eq!(entries, [message(4, "four")]);
}

#[test]
fn without_a_place_to_keep_it_a_message_is_not_accepted_and_all_goes_on() {
    let (cache, _) = Cache::open(Err("no home".to_owned()));
    let (disk, mut news) = Disk::start(cache).unwrap();
    disk.store(accept("n", "text"));
    disk.store(logged(vec![message(4, "four")], vec![span(4, 4)]));
    disk.load(Load::Log(newest(9)));
    let why = heard(&mut news, |said| match said {
        DiskInput::NotAccepted { why, .. } => Some(why),
        _ => None,
    });
    assert_eq!(why, "no home");
    let entries = heard(&mut news, |said| match said {
        DiskInput::Log { entries, .. } => Some(entries),
        _ => None,
    });
    assert_eq!(entries.len(), 1);
}

#[test]
fn of_searches_that_wait_only_the_last_is_done_and_all_else_in_order() {
    let (_data, dir) = home();
    let (jobs, asked) = sync_channel(JOBS_MAX);
    let (tell, mut news) = mpsc::unbounded_channel();
    let search = |number| {
        let terms = Terms {
            words: "word".to_owned(),
            ..Terms::default()
        };
        Job::Load(Load::Search(LoadSearch {
            number,
            terms,
            limit: 10,
        }))
    };
    let mentions = || Job::Load(Load::Mentions("ada".to_owned()));
    for job in [
        search(1),
        mentions(),
        search(2),
        search(3),
        mentions(),
        Job::End,
    ] {
        jobs.send(job).unwrap();
    }
    Worker::new(open(&dir), tell).run(&asked);
    let mut told = Vec::new();
    while let Ok(news) = news.try_recv() {
        told.push(match news {
            DiskInput::Found { asked, .. } => asked.number,
            DiskInput::Mentions(_) => 0,
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(told, [0, 3, 0]);
}

/// A log that was carried on after a hole in it would be shown as whole.
#[test]
fn of_a_log_that_missed_a_write_nothing_is_cached_any_more() {
    let (_data, dir) = home();
    let (disk, mut news) = Disk::start(open(&dir)).unwrap();
    let known = |disk: &Disk, news: &mut mpsc::UnboundedReceiver<DiskInput>| {
        disk.load(Load::Log(newest(9)));
        heard(news, |said| match said {
            DiskInput::Log { known, .. } => Some(known),
            _ => None,
        })
    };
    disk.store(logged(vec![message(4, "four")], vec![span(4, 4)]));
    assert_eq!(known(&disk, &mut news), [span(4, 4)]);
    let db = rusqlite::Connection::open(dir.cache()).unwrap();
    let full =
        "CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'full'); END";
    db.execute_batch(full).unwrap();
    disk.store(logged(vec![message(5, "five")], vec![span(5, 5)]));
    assert_eq!(
        known(&disk, &mut news),
        [span(4, 4)],
        "not as if it was there"
    );
    db.execute_batch("DROP TRIGGER full").unwrap();
    disk.store(logged(vec![message(6, "six")], vec![span(6, 6)]));
    assert_eq!(known(&disk, &mut news), [span(6, 6)]);
}
