//! What the disk promises, on real files.

use super::*;
use crate::address::Address;
use crate::core::composer::{Draft, Editing};
use crate::core::deeds::{Act, Deed};
use crate::core::effect::{End, LoadLog, LoadSearch};
use crate::core::habits::Habits;
use crate::core::input::{Device, Saved};
use crate::core::outbox::Unsent;
use crate::core::room::{Anchor, RoomRow};
use crate::core::search::Terms;
use crate::core::span::{Span, Spans};
use crate::edge::profile::{Profile, ServerDir};
use chat_proto::event::{EventBody, Message, Role, RoomKind};
use chat_proto::reply::RoomState;
use chat_proto::{Entry, Event, Seq, Timestamp, UserName};
use proptest::prelude::*;
use std::os::unix::fs::PermissionsExt as _;
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(20);

fn home() -> (TempDir, ServerDir) {
    let data = tempfile::tempdir().unwrap();
    let address = Address::parse("localhost").unwrap();
    let dir = Profile::find(Some(data.path()), "default")
        .unwrap()
        .server(&address);
    (data, dir)
}

fn open(dir: &ServerDir) -> Cache {
    let (cache, note) = Cache::open(Ok(dir.clone()));
    assert_eq!((note, cache.trouble()), (None, None));
    cache
}

fn room(name: &str) -> RoomName {
    RoomName::trusted(name).unwrap()
}

fn seq(n: u64) -> Seq {
    Seq::new(n).unwrap()
}

fn span(from: u64, to: u64) -> Span {
    Span::new(seq(from), seq(to)).unwrap()
}

fn event(n: u64, body: EventBody) -> Event {
    Event {
        room: room("dev"),
        seq: seq(n),
        at: Timestamp::from_millis(n as i64),
        author: UserName::trusted("ada").unwrap(),
        guest: false,
        hook: false,
        body,
    }
}

fn message(n: u64, text: &str) -> Entry {
    let body = Message {
        text: Some(text.to_owned()),
        ..Message::default()
    };
    event(n, EventBody::Message(body)).into()
}

fn row(name: &str) -> RoomRow {
    let state = RoomState {
        room: room(name),
        kind: RoomKind::Public,
        topic: "all things".to_owned(),
        role: Role::Member,
        head: seq(9),
        read: seq(7),
        unread: 2,
        mentions: 1,
    };
    RoomRow {
        state,
        first: seq(3),
        unchecked: Some(seq(6)),
    }
}

fn draft(text: &str) -> Draft {
    Draft {
        text: text.to_owned(),
        cursor: 1,
        reply_to: Some(seq(5)),
        editing: None,
    }
}

/// A message that is being changed while an answer stands aside.
fn changing() -> Draft {
    let target = seq(3);
    let before = draft("aside");
    Draft {
        editing: Some(Box::new(Editing { target, before })),
        reply_to: None,
        ..draft("changed")
    }
}

fn deed(id: &str, act: Act) -> Deed {
    Deed {
        id: id.into(),
        room: room("dev"),
        target: seq(3),
        act,
        refused: None,
    }
}

fn unsent(nonce: &str, text: &str) -> Unsent {
    Unsent {
        nonce: nonce.into(),
        room: room("dev"),
        text: text.to_owned(),
        reply_to: None,
        files: Vec::new(),
        at: Timestamp::from_millis(1),
        refused: None,
    }
}

/// A message is accepted, which ends its room's draft.
fn accept(nonce: &str, text: &str) -> Store {
    Store::Accept {
        unsent: unsent(nonce, text),
        ends: Some(room("dev").into()),
    }
}

fn begun(name: &str, draft: Option<Draft>) -> Store {
    Store::Draft {
        desk: room(name).into(),
        draft,
    }
}

fn logged(entries: Vec<Entry>, known: Vec<Span>) -> Store {
    Store::Log {
        room: room("dev"),
        entries,
        known,
    }
}

fn newest(limit: usize) -> LoadLog {
    LoadLog {
        room: room("dev"),
        span: span(1, 1000),
        end: End::Newest,
        limit,
    }
}

#[test]
fn what_was_stored_is_there_after_a_restart() {
    let (_data, dir) = home();
    let device = Device {
        name: Some("ada".to_owned()),
        token: Some("secret".to_owned()),
        epoch: Some("01K".to_owned()),
    };
    let place = Anchor {
        seq: seq(4),
        row: -2,
    };
    let habits = Habits {
        levels: [("dev".into(), crate::core::notify::Level::None)].into(),
        emojis: vec!["👍".into()],
        ignored: vec!["eve".into()],
    };
    open(&dir)
        .store(&[
            Store::Device(device.clone()),
            Store::Room(row("dev")),
            Store::Room(row("lobby")),
            Store::Open(room("dev")),
            logged(
                vec![message(4, "four"), message(3, "three")],
                vec![span(3, 5)],
            ),
            Store::Place {
                room: room("dev"),
                place: Some(place),
            },
            begun("dev", Some(draft("half"))),
            begun("gone", Some(draft("kept"))),
            accept("n1", "one"),
            accept("n2", "two"),
            begun("dev", Some(draft("a thought"))),
            begun("edited", Some(changing())),
            Store::Deed(deed("d1", Act::Pin(true))),
            Store::Deed(deed("d2", Act::Edit("other words".to_owned()))),
            Store::Deed(deed("d3", Act::Delete)),
            Store::DeedOver("d3".into()),
            Store::Habits(habits.clone()),
        ])
        .unwrap();
    let mut cache = open(&dir);
    let saved = cache.saved().unwrap();
    let expected = Saved {
        device,
        open: Some(room("dev")),
        rooms: vec![
            crate::core::input::SavedRoom {
                row: row("dev"),
                known: vec![span(3, 5)],
                place: Some(place),
            },
            crate::core::input::SavedRoom {
                row: row("lobby"),
                known: vec![],
                place: None,
            },
        ],
        drafts: vec![
            (room("dev").into(), draft("a thought")),
            (room("edited").into(), changing()),
            (room("gone").into(), draft("kept")),
        ],
        outbox: vec![unsent("n1", "one"), unsent("n2", "two")],
        deeds: vec![
            deed("d1", Act::Pin(true)),
            deed("d2", Act::Edit("other words".to_owned())),
        ],
        habits,
    };
    assert_eq!(saved, expected);
    assert_eq!(
        cache.log(&newest(9)).unwrap().0,
        [message(3, "three"), message(4, "four")]
    );
    assert_eq!(cache.log(&newest(1)).unwrap().0, [message(4, "four")]);
}

#[test]
fn messages_that_name_someone_are_found_with_what_stands_before_them() {
    let (_home, dir) = home();
    let mut cache = open(&dir);
    let mut entries: Vec<_> = (1..=700).map(|n| message(n, "plain")).collect();
    entries[2] = message(3, "too old for a look, @ada");
    entries[650] = message(651, "you, @Ada?");
    entries[699] = message(700, "nobody @bob");
    let known = vec![span(1, 700)];
    cache.store(&[logged(entries, known)]).unwrap();
    let found = cache.mentions("ada").unwrap();
    let at = |entry: &Entry| entry.event.seq.get();
    let found: Vec<_> = found
        .iter()
        .map(|named| (at(&named.entry), named.before.as_ref().map(at)))
        .collect();
    assert_eq!(found, [(651, Some(650))]);
}

#[test]
fn only_the_owner_can_read_what_is_kept() {
    let (_data, dir) = home();
    open(&dir).store(&[accept("n", "private")]).unwrap();
    let mode = dir.cache().metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn another_epoch_drops_the_logs_and_keeps_what_was_typed() {
    let (_data, dir) = home();
    let mut cache = open(&dir);
    cache
        .store(&[
            Store::Room(row("dev")),
            logged(vec![message(4, "four")], vec![span(4, 4)]),
            accept("n", "mine"),
            begun("dev", Some(draft("half"))),
            Store::Reset,
        ])
        .unwrap();
    let saved = cache.saved().unwrap();
    assert_eq!(saved.rooms, []);
    assert_eq!((saved.drafts.len(), saved.outbox.len()), (1, 1));
    assert_eq!(cache.log(&newest(9)).unwrap().0, []);
}

#[test]
fn changes_reach_the_entries_that_are_cached() {
    let (_data, dir) = home();
    let mut cache = open(&dir);
    let edit = event(
        6,
        EventBody::Edited {
            target: seq(4),
            text: Some("better".to_owned()),
        },
    );
    let elsewhere = event(7, EventBody::Deleted { target: seq(5) });
    let changes = Store::Changes {
        room: room("dev"),
        events: vec![edit.clone(), elsewhere],
    };
    cache
        .store(&[logged(vec![message(4, "four")], vec![span(4, 4)]), changes])
        .unwrap();
    let mut expected = message(4, "four");
    crate::core::fold::apply(&mut expected, &edit);
    assert_eq!(cache.log(&newest(9)).unwrap().0, [expected]);
}

#[test]
fn two_clients_of_a_profile_keep_apart_what_is_typed() {
    let (_data, dir) = home();
    let (mut one, mut two) = (open(&dir), open(&dir));
    one.store(&[
        accept("n1", "from one"),
        begun("dev", Some(draft("one's"))),
        begun("lobby", Some(draft("only one's"))),
    ])
    .unwrap();
    two.store(&[accept("n2", "from two"), begun("dev", Some(draft("two's")))])
        .unwrap();
    assert_eq!(two.saved().unwrap().outbox, [unsent("n2", "from two")]);
    assert_eq!(
        two.saved().unwrap().drafts,
        [(room("dev").into(), draft("two's"))]
    );

    // The first one dies: its texts are taken over, and none is lost unseen.
    drop(one);
    let saved = two.saved().unwrap();
    assert_eq!(
        saved.outbox,
        [unsent("n1", "from one"), unsent("n2", "from two")]
    );
    assert_eq!(
        saved.drafts,
        [
            (room("dev").into(), draft("two's\none's")),
            (room("lobby").into(), draft("only one's"))
        ]
    );
}

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

#[test]
fn a_disk_that_fails_is_told_once_and_so_is_its_recovery() {
    let (_data, dir) = home();
    let (disk, mut news) = Disk::start(open(&dir)).unwrap();
    // Nothing can be added any more, as on a full disk.
    let db = rusqlite::Connection::open(dir.cache()).unwrap();
    let broken =
        "CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END";
    db.execute_batch(broken).unwrap();
    for nonce in ["n1", "n2"] {
        disk.store(accept(nonce, "text"));
        let refused = heard(&mut news, |said| match said {
            DiskInput::NotAccepted { nonce, .. } => Some(nonce),
            _ => None,
        });
        assert_eq!(refused, nonce);
    }
    db.execute_batch("DROP TRIGGER full").unwrap();
    disk.store(accept("n3", "text"));
    let mut said = Vec::new();
    heard(&mut news, |news| {
        said.push(news.clone());
        (news == DiskInput::Accepted("n3".into())).then_some(())
    });
    let failures = |said: &[DiskInput]| {
        let failed = |news: &&DiskInput| matches!(news, DiskInput::Failed(_));
        said.iter().filter(failed).count()
    };
    assert_eq!(failures(&said), 0, "{said:?}");
    assert!(said.contains(&DiskInput::Recovered), "{said:?}");
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
fn the_command_line_repeats_a_text_with_its_nonce_until_it_is_settled() {
    let (_data, dir) = home();
    let mut cache = open(&dir);
    assert_eq!(cache.retry("dev", "hi", "n1").unwrap(), "n1");
    drop(cache);
    let mut cache = open(&dir);
    assert_eq!(cache.retry("dev", "hi", "n2").unwrap(), "n1");
    assert_eq!(cache.retry("dev", "ho", "n3").unwrap(), "n3");
    cache.settle_retry("dev", "hi").unwrap();
    assert_eq!(cache.retry("dev", "hi", "n4").unwrap(), "n4");
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
    let worker = Worker {
        cache: open(&dir),
        tell,
        complained: None,
        indexing: false,
        lost: BTreeSet::new(),
        owed: Vec::new(),
    };
    worker.run(&asked);
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn what_is_known_is_the_union_of_all_that_was_said_to_be(
        parts in proptest::collection::vec((1u64..60, 0u64..9), 1..20)
    ) {
        let (_data, dir) = home();
        let mut cache = open(&dir);
        let spans: Vec<Span> = parts.iter().map(|(from, len)| span(*from, from + len)).collect();
        cache.store(&[Store::Room(row("dev"))]).unwrap();
        for part in &spans {
            cache.store(&[logged(vec![], vec![*part])]).unwrap();
        }
        let expected: Spans = spans.into_iter().collect();
        let known = cache.saved().unwrap().rooms[0].known.clone();
        prop_assert_eq!(known, expected.iter().collect::<Vec<_>>());
    }
}

#[test]
fn a_message_tried_again_under_another_nonce_is_kept_under_that() {
    let (_data, dir) = home();
    let mut cache = open(&dir);
    let (old, new) = (unsent("old", "text"), unsent("new", "text"));
    let retried = [
        accept("old", "text"),
        Store::Outbox(new.clone()),
        Store::Settle(old.nonce),
    ];
    cache.store(&retried).unwrap();
    assert_eq!(cache.saved().unwrap().outbox, [new]);
}

#[test]
fn what_is_accepted_anew_goes_behind_what_was_accepted_meanwhile() {
    let (_data, dir) = home();
    let mut cache = open(&dir);
    let all = ["one", "two", "one", "two"].map(|text| accept(text, text));
    cache.store(&all[1..2]).unwrap();
    cache.store(&all[2..]).unwrap();
    let kept = cache.saved().unwrap().outbox;
    assert_eq!(kept, [unsent("one", "one"), unsent("two", "two")]);
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
