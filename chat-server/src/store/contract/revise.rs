//! Promises about messages changed after they were sent.

use super::model::Dice;
use super::page::{answer, numbers};
use super::*;
use chat_proto::Entry;
use chat_proto::limits::{REACTION_EMOJI, REACTION_NAMES};

impl<E: Engine> Scene<E> {
    pub(super) fn revise(
        &self,
        guest: &Guest,
        name: &str,
        target: u64,
        what: Revision,
    ) -> Option<Seq> {
        changed(self.one(revise(guest, name, target, what)))
    }

    pub(super) fn no_revise(
        &self,
        guest: &Guest,
        name: &str,
        target: u64,
        what: Revision,
    ) -> ErrorCode {
        refused(self.one(revise(guest, name, target, what)))
    }

    pub(super) fn entry(&self, guest: &Guest, name: &str, number: u64) -> Entry {
        let page = self.page(guest, name, Anchor::Around(seq(number)), 1);
        let [entry] = <[_; 1]>::try_from(page.entries).unwrap();
        assert_eq!(entry.event.seq, seq(number));
        entry
    }
}

pub(super) fn said(entry: &Entry) -> &str {
    text(&entry.event)
}

pub(crate) fn an_edit_stands_in_history_and_adds_to_the_log<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    sent(scene.one(send(&ada, "lobby", "first", Some("n"))));
    scene.now += 5_000;
    assert_eq!(scene.revise(&ada, "lobby", 1, edit("second")), Some(seq(2)));
    assert_eq!(
        scene.revise(&ada, "lobby", 1, edit("second")),
        Some(seq(2)),
        "to the text that stands: no new event"
    );
    assert_eq!(scene.revise(&ada, "lobby", 1, edit("first")), Some(seq(3)));
    let others = scene.no_revise(&bob, "lobby", 1, edit("mine"));
    assert_eq!(others, ErrorCode::Forbidden);
    scene.now += 5_000;
    assert_eq!(scene.revise(&ada, "lobby", 1, edit("third")), Some(seq(4)));

    let entry = scene.entry(&ada, "lobby", 1);
    assert_eq!(said(&entry), "third");
    assert_eq!(entry.fold.rev, Some(seq(4)));
    assert_eq!(entry.fold.changed, Some(seq(4)));
    assert_eq!(entry.fold.edited_at.unwrap().millis(), scene.now);
    let log = scene.scan(&ada, "lobby");
    assert_eq!(text(&log[0]), "first", "the log keeps what was said first");
    assert_eq!(log.len(), 4);

    let again = scene.one(send(&ada, "lobby", "first", Some("n")));
    assert_eq!(repeated(again), seq(1), "compared with the text first sent");
    let other = scene.one(send(&ada, "lobby", "third", Some("n")));
    assert_eq!(refused(other), ErrorCode::Conflict);
}

pub(crate) fn a_message_never_edited_says_so_by_itself<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    scene.say(&ada, "lobby", "hi");
    assert_eq!(scene.revise(&ada, "lobby", 1, edit("hi")), Some(seq(1)));
    let pin = Revision::Pin { on: false };
    scene.join(&ada, "dev");
    scene.say(&ada, "dev", "hi");
    assert_eq!(
        scene.revise(&ada, "dev", 1, pin),
        None,
        "no event made it so"
    );
    assert_eq!(scene.revise(&ada, "dev", 1, react("👍", false)), None);
    assert_eq!(
        scene.entry(&ada, "dev", 1).fold,
        chat_proto::event::Fold::default()
    );
    assert_eq!(scene.scan(&ada, "dev").len(), 1);
}

pub(crate) fn what_is_deleted_is_gone_but_its_nonce_is_known<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    scene.say(&bob, "lobby", "question");
    let Change::Send(change) = send(&ada, "lobby", "secret one", Some("n")) else {
        unreachable!("a send")
    };
    let with_all = Change::Send(SendMessage {
        reply_to: Some(seq(1)),
        ..change
    });
    sent(scene.one(with_all.clone()));
    scene.revise(&ada, "lobby", 2, edit("secret two"));
    scene.revise(&bob, "lobby", 2, react("👍", true));
    scene.revise(&ada, "lobby", 2, edit("secret three"));
    let others = scene.no_revise(&bob, "lobby", 2, Revision::Delete);
    assert_eq!(others, ErrorCode::Forbidden);

    assert_eq!(
        scene.revise(&ada, "lobby", 2, Revision::Delete),
        Some(seq(6))
    );
    let effects = scene.effects.borrow().clone();
    let [
        Effect::Rewritten { events, .. },
        Effect::Appended { event, .. },
    ] = &effects[..]
    else {
        panic!("{effects:?}")
    };
    let log = scene.scan(&ada, "lobby");
    let rewritten: Vec<_> = events.iter().map(|event| event.seq.get()).collect();
    assert_eq!(rewritten, [2, 3, 5], "the message and its edits");
    assert_eq!(*events, [&log[1], &log[2], &log[4]].map(Clone::clone));
    assert_eq!(event.body, EventBody::Deleted { target: seq(2) });
    assert_eq!(log[1].body, EventBody::Message(Default::default()));
    for edited in [&log[2], &log[4]] {
        let (target, text) = (seq(2), None);
        assert_eq!(edited.body, EventBody::Edited { target, text });
    }
    let entry = scene.entry(&ada, "lobby", 2);
    assert_eq!(entry.event, log[1]);
    assert_eq!(entry.fold.changed, Some(seq(6)));
    assert_eq!(
        entry.fold,
        chat_proto::event::Fold {
            changed: Some(seq(6)),
            ..Default::default()
        }
    );

    let scene = scene.reopen();
    assert_eq!(
        scene.revise(&ada, "lobby", 2, Revision::Delete),
        Some(seq(6))
    );
    for what in [edit("again"), react("👍", true), react("👍", false)] {
        let refusal = scene.no_revise(&ada, "lobby", 2, what);
        assert_eq!(refusal, ErrorCode::Conflict);
    }
    assert_eq!(repeated(scene.one(with_all)), seq(2));
    let other = send(&ada, "lobby", "another text", Some("n"));
    assert_eq!(repeated(scene.one(other)), seq(2), "which is not compared");
    assert_eq!(sent(scene.one(answer(&bob, "lobby", 2))), seq(7));
}

pub(crate) fn only_the_newest_of_many_edits_are_told_to_be_rewritten<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    scene.say(&ada, "lobby", "text");
    let edits = (0..1_200).map(|n| revise(&ada, "lobby", 1, edit(&format!("text {n}"))));
    for decision in scene.commit(edits.collect()) {
        changed(decision);
    }
    scene.revise(&ada, "lobby", 1, Revision::Delete);
    let Effect::Rewritten { events, .. } = scene.effects.borrow()[0].clone() else {
        panic!("a deletion rewrites")
    };
    let held = chat_proto::limits::RESUME_EVENTS;
    assert_eq!(events.len() as u64, held, "no ring holds more");
    assert_eq!(events[0].seq, seq(1_201 - held + 1));
    let left = scene.scan(&ada, "lobby");
    assert!(left.iter().all(|event| match &event.body {
        EventBody::Edited { text, .. } => text.is_none(),
        _ => true,
    }));
}

pub(crate) fn a_change_needs_a_message_that_is_there<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    scene.join(&ada, "dev");
    scene.say(&ada, "dev", "hi");
    scene.revise(&ada, "dev", 1, edit("ho"));
    changed(scene.one(topic(&ada, "dev", "about")));
    for target in [0, 2, 3, 4, 99] {
        for what in [
            edit("x"),
            Revision::Delete,
            react("👍", true),
            Revision::Pin { on: true },
        ] {
            let refusal = scene.no_revise(&ada, "dev", target, what);
            assert_eq!(refusal, ErrorCode::NotFound, "{target}");
        }
        let refusal = refused(scene.one(answer(&ada, "dev", target)));
        assert_eq!(refusal, ErrorCode::NotFound, "{target}");
        assert!(numbers(&scene.page(&ada, "dev", Anchor::Thread(seq(target)), 9)).is_empty());
    }
    assert_eq!(scene.scan(&ada, "dev").len(), 3);
}

pub(crate) fn reactions_name_the_first_twenty_in_their_order_and_count_the_rest<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let all = REACTION_NAMES + 3;
    let guests: Vec<_> = (0..all)
        .map(|n| scene.guest(&format!("guest{n}")))
        .collect();
    scene.say(&guests[0], "lobby", "hi");
    for guest in guests.iter().rev() {
        scene.revise(guest, "lobby", 1, react("👍", true));
    }
    let again = scene.revise(&guests[0], "lobby", 1, react("👍", true));
    assert_eq!(again, Some(seq(all as u64 + 1)), "it is so already");
    scene.revise(&guests[3], "lobby", 1, react(":ship:", true));

    let fold = scene.entry(&guests[0], "lobby", 1).fold;
    let rev = |from: usize| {
        guests[..from]
            .iter()
            .rev()
            .map(|guest| guest.row.name.as_str())
    };
    let first: Vec<_> = rev(all).take(REACTION_NAMES).collect();
    assert_eq!(fold.reactions["👍"], first);
    assert_eq!(fold.counts["👍"], all as u32);
    assert_eq!(fold.reactions[":ship:"], ["guest3"]);
    assert_eq!(fold.counts.len(), 1, "counted only where there are more");

    // Who takes theirs away makes room for the next, and comes last again.
    let last = &guests[all - 1];
    scene.revise(last, "lobby", 1, react("👍", false));
    let fold = scene.entry(&guests[0], "lobby", 1).fold;
    let first: Vec<_> = rev(all - 1).take(REACTION_NAMES).collect();
    assert_eq!(fold.reactions["👍"], first);
    assert_eq!(fold.counts["👍"], all as u32 - 1);
    scene.revise(last, "lobby", 1, react("👍", true));
    let fold = scene.entry(&guests[0], "lobby", 1).fold;
    assert_eq!(fold.reactions["👍"], first);
    assert_eq!(fold.counts["👍"], all as u32);

    scene.revise(&guests[3], "lobby", 1, react(":ship:", false));
    let fold = scene.entry(&guests[0], "lobby", 1).fold;
    assert_eq!(fold.reactions.len(), 1);
}

pub(crate) fn a_message_bears_fifty_different_emoji<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    scene.say(&ada, "lobby", "hi");
    for n in 0..REACTION_EMOJI {
        scene.revise(&ada, "lobby", 1, react(&format!(":e{n}:"), true));
    }
    let refusal = scene.no_revise(&bob, "lobby", 1, react(":one-more:", true));
    assert_eq!(refusal, ErrorCode::Conflict);
    scene.revise(&bob, "lobby", 1, react(":e7:", true));
    scene.revise(&ada, "lobby", 1, react(":e3:", false));
    assert!(
        scene
            .revise(&bob, "lobby", 1, react(":one-more:", true))
            .is_some()
    );
    let fold = scene.entry(&ada, "lobby", 1).fold;
    assert_eq!(fold.reactions.len(), REACTION_EMOJI);
}

pub(crate) fn a_pin_is_seen_until_it_is_taken_out<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    scene.join(&ada, "dev");
    scene.join(&bob, "dev");
    scene.say(&bob, "dev", "hi");
    let pin = |on| Revision::Pin { on };
    assert_eq!(
        scene.no_revise(&bob, "dev", 1, pin(true)),
        ErrorCode::Forbidden
    );
    assert_eq!(scene.revise(&ada, "dev", 1, pin(true)), Some(seq(2)));
    assert_eq!(scene.revise(&ada, "dev", 1, pin(true)), Some(seq(2)));
    assert!(scene.entry(&ada, "dev", 1).fold.pinned);
    assert_eq!(scene.revise(&ada, "dev", 1, pin(false)), Some(seq(3)));
    assert_eq!(scene.revise(&ada, "dev", 1, pin(false)), Some(seq(3)));
    let fold = scene.entry(&ada, "dev", 1).fold;
    assert_eq!((fold.pinned, fold.changed), (false, Some(seq(3))));
}

pub(crate) fn unread_and_mentions_follow_what_stands<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    for guest in [&bob, &ada] {
        scene.join(guest, "dev");
    }
    scene.say(&bob, "dev", "hi");
    for (target, what, expected) in [
        (1, edit("hi @ADA"), (1, 1)),
        (1, edit("hi @room and @ada"), (1, 1)),
        (1, edit("hi @room"), (1, 1)),
        (1, edit("hi @adam"), (1, 0)),
        (1, react("👍", true), (1, 0)),
        (1, edit("@ada"), (1, 1)),
        (1, Revision::Delete, (0, 0)),
    ] {
        scene.revise(&bob, "dev", target, what.clone());
        assert_eq!(scene.counts(&ada, "dev"), expected, "{what:?}");
    }
    scene.say(&ada, "dev", "hi");
    scene.revise(&ada, "dev", 9, edit("@room is not hers to call"));
    assert_eq!(scene.counts(&bob, "dev"), (1, 0));
    scene.revise(&ada, "dev", 9, edit("@bob"));
    assert_eq!(scene.counts(&bob, "dev"), (1, 1));
    assert_eq!(scene.counts(&ada, "dev"), (0, 0), "her own are not counted");
    let Ok(Committed::Read { counts, .. }) = scene.one(mark(&bob, "dev", 8, false)) else {
        panic!("a marker that moves")
    };
    assert_eq!((counts.unread, counts.mentions), (1, 1));
}

/// Each stretch of what can't be unread is counted over as one, however it came about.
pub(crate) fn what_is_deleted_is_not_unread_in_whatever_order_it_goes<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    for guest in [&bob, &ada] {
        scene.join(guest, "dev");
    }
    let said = 200;
    for number in 1..=said {
        scene.say(if number % 5 == 0 { &ada } else { &bob }, "dev", "hi");
    }
    let mut left: Vec<u64> = (1..=said).filter(|number| number % 5 != 0).collect();
    let mut dice = Dice(7);
    while !left.is_empty() {
        let target = left.swap_remove(dice.below(left.len() as u64) as usize);
        scene.revise(&bob, "dev", target, Revision::Delete);
        if dice.below(8) == 0 {
            let head = scene.say(&bob, "dev", "later").seq;
            left.push(head.get());
        }
        let marker = dice.below(said);
        let unread = left.iter().filter(|number| **number > marker).count();
        scene.one(mark(&ada, "dev", marker, true)).unwrap();
        assert_eq!(scene.counts(&ada, "dev"), (unread as u32, 0));
    }
    scene.one(mark(&bob, "dev", 0, true)).unwrap();
    assert_eq!(scene.counts(&bob, "dev"), (said as u32 / 5, 0));
}
