//! What was stored comes back, for each of the running clients its own.

use super::*;
use crate::core::effect::End;
use crate::core::habits::Habits;
use crate::core::input::Device;
use crate::core::room::Anchor;
use crate::core::span::Spans;
use proptest::prelude::*;
use std::os::unix::fs::PermissionsExt as _;

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
fn what_can_t_be_read_is_a_hole_and_hides_nothing_beyond_the_page() {
    let (_data, dir) = home();
    let mut cache = open(&dir);
    let entries = (1..=4).map(|n| message(n, "said")).collect();
    cache.store(&[logged(entries, vec![span(1, 4)])]).unwrap();
    let db = rusqlite::Connection::open(dir.cache()).unwrap();
    db.execute("UPDATE entries SET entry = '{}' WHERE seq = 3", [])
        .unwrap();
    let read = |limit, end| {
        let asked = LoadLog {
            end,
            ..newest(limit)
        };
        let (entries, known) = cache.log(&asked).unwrap();
        let seqs: Vec<_> = entries.iter().map(|entry| entry.event.seq.get()).collect();
        (seqs, known)
    };
    assert_eq!(read(2, End::Newest), (vec![4], vec![span(4, 4)]));
    assert_eq!(read(3, End::Oldest), (vec![1, 2], vec![span(1, 2)]));
    let whole = (vec![1, 2, 4], vec![span(1, 2), span(4, 4)]);
    assert_eq!(read(9, End::Newest), whole);
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
fn a_message_whose_files_can_t_be_read_is_not_sent_without_them() {
    let (_data, dir) = home();
    let mut cache = open(&dir);
    cache.store(&[accept("n", "see this")]).unwrap();
    let db = rusqlite::Connection::open(dir.cache()).unwrap();
    db.execute("UPDATE outbox SET files = 'x'", []).unwrap();
    let kept = cache.saved().unwrap().outbox.remove(0);
    assert_eq!(kept.text, "see this");
    let why = kept.refused.unwrap();
    assert!(why.contains("its files"), "{why}");
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
fn only_the_owner_can_read_what_is_kept() {
    let (_data, dir) = home();
    open(&dir).store(&[accept("n", "private")]).unwrap();
    let mode = dir.cache().metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
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
