//! Promises about pages of folded history, whatever lies between the entries.

use super::revise::said;
use super::*;
use chat_proto::limits::{REACTION_EMOJI, REACTION_NAMES};

pub(super) fn numbers(page: &Page) -> Vec<u64> {
    let seqs = page.entries.iter().map(|entry| entry.event.seq.get());
    seqs.collect()
}

pub(super) fn answer(guest: &Guest, name: &str, target: u64) -> Change {
    let Change::Send(change) = send(guest, name, "answer", None) else {
        unreachable!("a send")
    };
    Change::Send(SendMessage {
        reply_to: Some(seq(target)),
        ..change
    })
}

pub(crate) fn pages_step_over_what_lies_between_two_messages<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob, eve) = (scene.guest("ada"), scene.guest("bob"), scene.guest("eve"));
    scene.say(&ada, "lobby", "one");
    for round in 0..300 {
        let on = round % 2 == 0;
        scene.revise(&bob, "lobby", 1, react("👍", on));
    }
    scene.say(&ada, "lobby", "two");
    scene.revise(&bob, "lobby", 302, react("👍", true));
    let check = |anchor, expected: &[u64], more_before, more_after| {
        let page = scene.page(&ada, "lobby", anchor, 1);
        assert_eq!(numbers(&page), expected, "{anchor:?}");
        let more = (page.more_before, page.more_after);
        assert_eq!(more, (more_before, more_after), "{anchor:?}");
        assert_eq!(page.head, seq(303));
    };
    check(Anchor::Newest, &[302], true, false);
    check(Anchor::Before(seq(302)), &[1], false, true);
    check(Anchor::Before(seq(200)), &[1], false, true);
    check(Anchor::Before(seq(1)), &[], false, true);
    check(Anchor::After(seq(1)), &[302], true, false);
    check(Anchor::After(seq(200)), &[302], true, false);
    check(Anchor::After(seq(302)), &[], true, false);
    check(Anchor::Around(seq(0)), &[1], false, true);
    check(Anchor::Around(seq(303)), &[302], true, false);
    for guest in [&bob, &eve] {
        assert_eq!(scene.counts(guest, "lobby"), (2, 0));
        scene.one(mark(guest, "lobby", 1, false)).unwrap();
        assert_eq!(scene.counts(guest, "lobby"), (1, 0));
    }
}

pub(crate) fn changes_are_read_in_pages_by_the_last_of_them<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    for n in 0..6 {
        scene.say(&ada, "lobby", &format!("message {n}"));
    }
    for target in [5, 1, 3, 1, 2] {
        let text = format!(
            "text {target}, once more {}",
            scene.scan(&ada, "lobby").len()
        );
        scene.revise(&ada, "lobby", target, edit(&text));
    }
    let page = |after, limit| scene.page(&ada, "lobby", Anchor::ChangedAfter(seq(after)), limit);
    let all = page(0, 50);
    assert_eq!(numbers(&all), [5, 3, 1, 2]);
    assert_eq!((all.more_before, all.more_after), (false, false));
    let first = page(0, 2);
    assert_eq!(numbers(&first), [5, 3]);
    assert_eq!((first.more_before, first.more_after), (false, true));
    let last = first.entries[1].fold.changed.unwrap();
    let rest = page(last.get(), 2);
    assert_eq!(numbers(&rest), [1, 2]);
    assert_eq!((rest.more_before, rest.more_after), (true, false));
    assert_eq!(rest.head, seq(11));
    assert_eq!(numbers(&page(11, 2)), [] as [u64; 0]);
}

pub(crate) fn a_thread_is_a_message_and_all_that_answer_it<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    scene.say(&ada, "lobby", "root");
    // 2 and 3 answer 1, 4 answers 3, 5 is apart, 6 answers 2, 7 answers 6, 8 answers 1.
    for target in [Some(1), Some(1), Some(3), None, Some(2), Some(6), Some(1)] {
        match target {
            Some(target) => drop(sent(scene.one(answer(&ada, "lobby", target)))),
            None => drop(scene.say(&ada, "lobby", "apart")),
        }
    }
    scene.revise(&ada, "lobby", 7, edit("edited"));
    let page = |root, limit| scene.page(&ada, "lobby", Anchor::Thread(seq(root)), limit);
    assert_eq!(numbers(&page(1, 50)), [1, 2, 3, 4, 6, 7, 8]);
    assert_eq!(numbers(&page(2, 50)), [2, 6, 7]);
    assert_eq!(numbers(&page(5, 50)), [5]);
    assert_eq!(
        numbers(&page(9, 50)),
        [] as [u64; 0],
        "an edit is no message"
    );
    assert_eq!(said(&page(1, 50).entries[5]), "edited");
    assert!(!page(1, 7).more_after);
    let cut = page(1, 3);
    assert_eq!(numbers(&cut), [1, 2, 3]);
    assert!(cut.more_after, "the youngest answers are left out");
    let below = |root, before, limit| {
        let (root, before) = (seq(root), seq(before));
        let page = scene.page(&ada, "lobby", Anchor::ThreadBefore { root, before }, limit);
        (
            numbers(&page),
            page.older,
            page.more_before,
            page.more_after,
        )
    };
    assert_eq!(below(1, 99, 3), (vec![6, 7, 8], Some(4), true, false));
    assert_eq!(below(1, 6, 3), (vec![2, 3, 4], Some(1), true, true));
    assert_eq!(below(1, 3, 3), (vec![1, 2], Some(0), false, true));
    assert_eq!(below(2, 99, 50), (vec![2, 6, 7], Some(0), false, false));
    assert_eq!(below(9, 99, 50).0, [] as [u64; 0], "no message");
    assert_eq!(below(1, 1, 50).0, [] as [u64; 0], "nothing is older");
    // What is deleted answers nothing any more; what answers it stays its thread.
    scene.revise(&ada, "lobby", 6, Revision::Delete);
    assert_eq!(numbers(&page(1, 50)), [1, 2, 3, 4, 8]);
    assert_eq!(numbers(&page(6, 50)), [6, 7]);
}

pub(crate) fn a_page_ends_early_where_reactions_make_it_too_large<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let guests: Vec<_> = (0..REACTION_NAMES)
        .map(|n| scene.guest(&format!("{}{n:02}", "名".repeat(30))))
        .collect();
    scene.say_often(&guests[0], "lobby", "hi", 30);
    for target in 1..=30 {
        let put = guests.iter().flat_map(|guest| {
            (0..REACTION_EMOJI).map(move |n| {
                let emoji = format!(":{n:0>32}:");
                revise(guest, "lobby", target, react(&emoji, true))
            })
        });
        scene.commit(put.collect());
    }
    for anchor in [
        Anchor::Newest,
        Anchor::After(seq(0)),
        Anchor::Around(seq(15)),
        Anchor::ChangedAfter(seq(0)),
    ] {
        let page = scene.page(&guests[0], "lobby", anchor, 200);
        let bytes = serde_json::to_string(&page.entries).unwrap().len();
        assert!((800_000..1_044_000).contains(&bytes), "{anchor:?}: {bytes}");
        assert!(page.more_before || page.more_after);
    }
}
