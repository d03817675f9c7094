//! Promises about logs: their order, their durability, what is read of them.

use super::*;

pub(crate) fn seq_has_no_holes_also_after_refusals_in_a_batch<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    scene.join(&ada, "dev");
    let outcomes = scene.commit(vec![
        send(&ada, "dev", "one", None),
        send(&bob, "dev", "not a member", None),
        send(&ada, "nowhere", "no room", None),
        send(&ada, "dev", "two", Some("n")),
        send(&ada, "dev", "other text", Some("n")),
        send(&ada, "dev", "two", Some("n")),
        send(&ada, "dev", "three", None),
    ]);
    let codes: Vec<_> = outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            Err(refusal) => Some(refusal.code),
            Ok(_) => None,
        })
        .collect();
    assert_eq!(
        codes,
        [
            ErrorCode::NotMember,
            ErrorCode::NotFound,
            ErrorCode::Conflict
        ]
    );
    scene.say(&ada, "dev", "four");
    let log = scene.scan(&ada, "dev");
    let texts: Vec<_> = log.iter().map(text).collect();
    assert_eq!(texts, ["one", "two", "three", "four"]);
    let seqs: Vec<_> = log.iter().map(|event| event.seq.get()).collect();
    assert_eq!(seqs, [1, 2, 3, 4]);
}

pub(crate) fn a_repeated_nonce_is_one_message<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    scene.join(&ada, "dev");
    let mut outcomes = scene.commit(vec![
        send(&ada, "lobby", "hi", Some("n")),
        send(&ada, "lobby", "hi", Some("n")),
        send(&bob, "lobby", "hi", Some("n")),
        send(&ada, "dev", "hi", Some("n")),
    ]);
    assert_eq!(sent(outcomes.remove(0)), seq(1));
    assert_eq!(repeated(outcomes.remove(0)), seq(1));
    assert_eq!(sent(outcomes.remove(0)), seq(2), "another user's nonce");
    assert_eq!(sent(outcomes.remove(0)), seq(1), "another room's nonce");
    let first = scene.scan(&ada, "lobby").remove(0);

    scene.now += 1000;
    let again = scene.one(send(&ada, "lobby", "hi", Some("n")));
    let expected = Ok(Committed::Sent {
        room: room("lobby"),
        seq: first.seq,
        at: first.at,
        duplicate: true,
    });
    assert_eq!(again, expected);
    let scene = scene.reopen().crash();
    assert_eq!(scene.one(send(&ada, "lobby", "hi", Some("n"))), expected);
    scene.one(leave(&ada, "lobby")).unwrap();
    assert_eq!(scene.one(send(&ada, "lobby", "hi", Some("n"))), expected);
    assert_eq!(scene.scan(&ada, "lobby").len(), 2);
}

pub(crate) fn a_nonce_with_another_text_is_a_conflict<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    sent(scene.one(send(&ada, "lobby", "hi", Some("n"))));
    let other = scene.one(send(&ada, "lobby", "ho", Some("n")));
    assert_eq!(refused(other), ErrorCode::Conflict);
    assert_eq!(scene.scan(&ada, "lobby").len(), 1);
}

pub(crate) fn times_never_fall_along_a_log<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    scene.join(&ada, "dev");
    let mut times = Vec::new();
    for now in [5_000_000, 5_000_000, 4_000_000, 6_000_000] {
        scene.now = now;
        times.push(scene.say(&ada, "lobby", "hi").at.millis());
    }
    assert_eq!(times, [5_000_000, 5_000_000, 5_000_000, 6_000_000]);
    scene.now = 4_000_000;
    let mut scene = scene.reopen();
    assert_eq!(scene.say(&ada, "lobby", "hi").at.millis(), 6_000_000);
    assert_eq!(
        scene.say(&ada, "dev", "hi").at.millis(),
        4_000_000,
        "each log by itself"
    );
    scene.now = 7_000_000;
    assert_eq!(scene.say(&ada, "dev", "hi").at.millis(), 7_000_000);
}

pub(crate) fn who_is_not_a_member_says_nothing<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    scene.join(&ada, "dev");
    assert_eq!(
        refused(scene.one(send(&bob, "dev", "hi", None))),
        ErrorCode::NotMember
    );
    assert_eq!(
        refused(scene.one(mark(&bob, "dev", 0, false))),
        ErrorCode::NotMember
    );
    assert_eq!(refused(scene.one(leave(&bob, "dev"))), ErrorCode::NotMember);
    assert_eq!(
        refused(scene.one(mark(&bob, "no", 0, false))),
        ErrorCode::NotFound
    );
    assert_eq!(refused(scene.one(leave(&bob, "no"))), ErrorCode::NotFound);
    scene.one(leave(&ada, "dev")).unwrap();
    assert_eq!(
        refused(scene.one(send(&ada, "dev", "hi", None))),
        ErrorCode::NotMember
    );
}

pub(crate) fn a_reply_answers_a_message_of_its_room<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    scene.say(&ada, "lobby", "hi");
    scene.join(&ada, "dev");
    let reply = |name: &str, target: u64| {
        let Change::Send(change) = send(&ada, name, "yes", None) else {
            unreachable!("a send")
        };
        Change::Send(SendMessage {
            reply_to: Some(seq(target)),
            ..change
        })
    };
    assert_eq!(sent(scene.one(reply("lobby", 1))), seq(2));
    let event = scene.scan(&ada, "lobby").remove(1);
    let EventBody::Message(message) = event.body else {
        panic!("{event:?}")
    };
    assert_eq!(message.reply_to, Some(seq(1)));
    assert_eq!(refused(scene.one(reply("dev", 1))), ErrorCode::NotFound);
    assert_eq!(refused(scene.one(reply("lobby", 9))), ErrorCode::NotFound);
    assert_eq!(refused(scene.one(reply("lobby", 0))), ErrorCode::NotFound);
}

pub(crate) fn unread_is_exact_up_to_999<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    assert_eq!(scene.counts(&ada, "lobby"), (0, 0));
    scene.say(&bob, "lobby", "hi");
    assert_eq!(scene.counts(&ada, "lobby"), (1, 0));
    scene.say_often(&bob, "lobby", "hi", 998);
    assert_eq!(scene.counts(&ada, "lobby"), (999, 0));
    scene.say(&bob, "lobby", "hi");
    assert_eq!(scene.counts(&ada, "lobby"), (1000, 0));
    scene.say_often(&bob, "lobby", "hi", 100);
    assert_eq!(scene.counts(&ada, "lobby"), (1000, 0));

    let Ok(Committed::Read { counts, moved, .. }) = scene.one(mark(&ada, "lobby", 1090, false))
    else {
        panic!("a marker that moves")
    };
    assert!(moved);
    assert_eq!((counts.unread, counts.mentions), (10, 0));
    assert_eq!(scene.counts(&ada, "lobby"), (10, 0));
}

pub(crate) fn mentions_are_exact_up_to_999<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob, eve) = (scene.guest("Ada"), scene.guest("bob"), scene.guest("eve"));
    for guest in [&bob, &ada, &eve] {
        scene.join(guest, "dev");
    }
    for (guest, text, mentions) in [
        (&bob, "hi", 0),
        (&bob, "hi @ADA, @ada!", 1),
        (&bob, "@adam and mail@ada", 1),
        (&eve, "@room is not hers to call", 1),
        (&bob, "@room is his", 2),
        (&bob, "@room and @ada are one message", 3),
        (&ada, "@ada herself", 3),
    ] {
        scene.say(guest, "dev", text);
        assert_eq!(scene.counts(&ada, "dev").1, mentions, "{text}");
    }
    scene.say_often(&eve, "dev", "@ada", 996);
    assert_eq!(scene.counts(&ada, "dev"), (1000, 999));
    scene.say(&eve, "dev", "@ada");
    assert_eq!(scene.counts(&ada, "dev"), (1000, 1000));
    scene.one(mark(&ada, "dev", 1004, false)).unwrap();
    assert_eq!(scene.counts(&ada, "dev"), (0, 0));
    assert_eq!(scene.counts(&eve, "dev"), (6, 2), "her own are not counted");
}

/// Such numbers have bits to spare in which an engine may keep something else.
pub(crate) fn what_no_log_can_reach_is_nowhere<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    for name in ["lobby", "dev", "ops"] {
        scene.join(&ada, name);
        scene.say(&ada, name, "first");
    }
    for bits in [32, 36, 37, 40, 48, 52] {
        let far = seq((1 << bits) + 1);
        let answer = super::page::answer(&ada, "lobby", far.get());
        assert_eq!(refused(scene.one(answer)), ErrorCode::NotFound);
        let edit = revise(&ada, "lobby", far.get(), edit("other"));
        assert_eq!(refused(scene.one(edit)), ErrorCode::NotFound);
        let page = |anchor| scene.page(&ada, "lobby", anchor, 9).entries.len();
        assert_eq!(page(Anchor::Thread(far)), 0);
        assert_eq!(page(Anchor::After(far)), 0);
        assert_eq!(page(Anchor::Before(far)), 1);
        assert_eq!(page(Anchor::Around(far)), 1);
        let (row, _) = scene
            .wait(|store| store.room(room("lobby"), ada.row.id))
            .unwrap();
        let events = scene.wait(|store| store.events(row.id, far, 9));
        assert!(events.is_empty());
    }
    assert_eq!(scene.scan(&ada, "dev").len(), 1);
}

pub(crate) fn ones_own_messages_are_never_unread<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    for (guest, times) in [(&ada, 200), (&bob, 3), (&ada, 33), (&bob, 1), (&ada, 100)] {
        scene.say_often(guest, "lobby", "hi", times);
    }
    assert_eq!(scene.counts(&ada, "lobby"), (4, 0));
    assert_eq!(scene.counts(&bob, "lobby"), (333, 0));
    for (marker, unread) in [
        (100, 4),
        (200, 4),
        (201, 3),
        (202, 2),
        (203, 1),
        (204, 1),
        (236, 1),
        (237, 0),
    ] {
        scene.one(mark(&ada, "lobby", marker, false)).unwrap();
        assert_eq!(scene.counts(&ada, "lobby"), (unread, 0), "above {marker}");
    }
}

pub(crate) fn a_marker_goes_back_only_on_purpose<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    scene.say_often(&bob, "lobby", "hi", 10);
    for (wanted, back, expected) in [
        (4, false, Ok((4, true, 6))),
        (4, false, Ok((4, false, 6))),
        (2, false, Ok((4, false, 6))),
        (2, true, Ok((2, true, 8))),
        (10, true, Ok((10, true, 0))),
        (11, false, Err(ErrorCode::Invalid)),
        (11, true, Err(ErrorCode::Invalid)),
    ] {
        let got = match scene.one(mark(&ada, "lobby", wanted, back)) {
            Ok(Committed::Read {
                seq, moved, counts, ..
            }) => Ok((seq.get(), moved, counts.unread)),
            Err(refusal) => Err(refusal.code),
            other => panic!("{other:?}"),
        };
        assert_eq!(got, expected, "{wanted} {back}");
    }
}

pub(crate) fn pages_agree_with_a_plain_scan<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    let empty = scene.page(&ada, "lobby", Anchor::Newest, 10);
    assert_eq!((empty.first, empty.head), (seq(1), seq(0)));
    assert!(empty.entries.is_empty() && !empty.more_before && !empty.more_after);

    for number in 0..20 {
        // Two at a time have the same time.
        scene.now = 2_000_000 + number / 2 * 10;
        scene.say(&ada, "lobby", &format!("message {number}"));
    }
    let log = scene.scan(&ada, "lobby");
    assert_eq!(log.len(), 20);
    for limit in [1, 2, 7, 20, 50] {
        let newest = scene.page(&ada, "lobby", Anchor::Newest, limit);
        check_page(&newest, &log, 21_usize.saturating_sub(limit).max(1)..21);
        for at in 0..=22_usize {
            let place = seq(at as u64);
            let clamped = at.min(21);
            let before = scene.page(&ada, "lobby", Anchor::Before(place), limit);
            let low = clamped.saturating_sub(limit).max(1);
            check_page(&before, &log, low..clamped.max(1));
            let after = scene.page(&ada, "lobby", Anchor::After(place), limit);
            let start = (at + 1).min(21);
            check_page(&after, &log, start..(start + limit).min(21));
            let around = scene.page(&ada, "lobby", Anchor::Around(place), limit);
            assert!(around.entries.len() <= limit);
            if (1..=20).contains(&at) {
                assert!(around.entries.iter().any(|entry| entry.event.seq == place));
                check_page(&around, &log, span(&around));
            }
        }
        for (at, start) in [
            (0, 1),
            (2_000_000, 1),
            (2_000_001, 3),
            (2_000_010, 3),
            (2_000_090, 19),
            (2_000_091, 21),
        ] {
            let from = Anchor::At(Timestamp::from_millis(at));
            let page = scene.page(&ada, "lobby", from, limit);
            check_page(&page, &log, start..(start + limit).min(21));
        }
    }
}

/// The page holds exactly these of the log's seqs, and knows what lies beside them.
fn check_page(page: &Page, log: &[Event], seqs: std::ops::Range<usize>) {
    let events: Vec<_> = page
        .entries
        .iter()
        .map(|entry| entry.event.clone())
        .collect();
    assert_eq!(events, log[seqs.start - 1..seqs.end - 1], "{seqs:?}");
    assert_eq!(page.head, seq(log.len() as u64));
    assert_eq!(page.more_before, seqs.start > 1, "before {seqs:?}");
    assert_eq!(page.more_after, seqs.end <= log.len(), "after {seqs:?}");
}

fn span(page: &Page) -> std::ops::Range<usize> {
    let number = |entry: Option<&chat_proto::Entry>| entry.unwrap().event.seq.get() as usize;
    number(page.entries.first())..number(page.entries.last()) + 1
}

pub(crate) fn a_page_ends_early_rather_than_grow_too_large<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    // Newlines take twice their room in JSON.
    let long = format!("{}.", "\n😀".repeat(2000));
    scene.say_often(&ada, "lobby", &long, 200);
    let log = scene.scan(&ada, "lobby");
    for anchor in [
        Anchor::Newest,
        Anchor::After(seq(3)),
        Anchor::Before(seq(190)),
        Anchor::Around(seq(100)),
    ] {
        let page = scene.page(&ada, "lobby", anchor, 200);
        check_page(&page, &log, span(&page));
        let bytes = serde_json::to_string(&page.entries).unwrap().len();
        assert!((700_000..1_044_000).contains(&bytes), "{anchor:?}: {bytes}");
    }
}

pub(crate) fn what_was_committed_survives_a_kill<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    let mut said = 0;
    for round in 0..5 {
        for _ in 0..20 {
            scene.say(&ada, "lobby", &format!("message {said}"));
            said += 1;
        }
        scene = scene.crash();
        let log = scene.scan(&ada, "lobby");
        assert_eq!(log.len(), said, "round {round}");
        for (number, event) in log.iter().enumerate() {
            assert_eq!(text(event), format!("message {number}"));
        }
    }
}
