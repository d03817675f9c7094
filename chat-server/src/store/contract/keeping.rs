//! Promises about what is too old to be kept.

use super::file::{attach, doomed, room_of_ada};
use super::page::answer;
use super::search::look;
use super::*;
use crate::store::{Forget, Keep, RoomId, SetKeep};

const DAY: i64 = 24 * 60 * 60 * 1000;

impl<E: Engine> Scene<E> {
    /// All that is older than so many days; how many pieces of work it was.
    fn forget(&self, days: Option<u32>) -> usize {
        let (mut from, mut pieces) = (RoomId(0), 1);
        loop {
            match self.one(Change::Forget(Forget { days, from })) {
                Ok(Committed::Forgotten { next: Some(next) }) => from = next,
                Ok(Committed::Forgotten { next: None }) => return pieces,
                other => panic!("{other:?}"),
            }
            pieces += 1;
        }
    }

    fn keep(&self, name: &str, keep: Keep) {
        let room = room(name);
        changed(self.one(Change::Keep(SetKeep { room, keep })));
    }

    fn first(&self, guest: &Guest, name: &str) -> u64 {
        self.page(guest, name, Anchor::Newest, 1).first.get()
    }

    fn seqs(&self, guest: &Guest, name: &str) -> Vec<u64> {
        let log = self.scan(guest, name);
        log.iter().map(|event| event.seq.get()).collect()
    }
}

pub(crate) fn what_is_too_old_is_gone_from_everywhere<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    sent(scene.one(send(&ada, "lobby", "old @bob", Some("n")))); // 1
    scene.say(&ada, "lobby", "old, too @bob"); // 2
    scene.revise(&ada, "lobby", 2, edit("old, edited @bob")); // 3
    scene.revise(&bob, "lobby", 1, react("👍", true)); // 4
    scene.engine.settle();
    scene.now += DAY;
    scene.say(&ada, "lobby", "newer @bob"); // 5
    sent(scene.one(answer(&ada, "lobby", 1))); // 6
    scene.now += DAY;
    assert_eq!(scene.counts(&bob, "lobby"), (4, 3));
    scene.forget(Some(3));
    assert_eq!(scene.first(&bob, "lobby"), 1, "nothing is so old");
    scene.forget(Some(1));
    let effects = scene.effects.borrow().clone();
    assert!(
        matches!(effects[..], [Effect::Forgotten { first, .. }] if first == seq(5)),
        "{effects:?}"
    );
    for _ in 0..2 {
        assert_eq!(scene.seqs(&bob, "lobby"), [5, 6]);
        let page = scene.page(&bob, "lobby", Anchor::Newest, 10);
        assert_eq!(
            (page.first, page.head, page.more_before),
            (seq(5), seq(6), false)
        );
        assert_eq!(page.entries.len(), 2);
        for anchor in [Anchor::After(seq(1)), Anchor::Around(seq(2))] {
            let page = scene.page(&bob, "lobby", anchor, 10);
            assert_eq!(page.entries.len(), 2, "{anchor:?}");
        }
        let changes = scene.page(&bob, "lobby", Anchor::ChangedAfter(Seq::ZERO), 10);
        assert_eq!(changes.entries, []);
        assert_eq!(scene.counts(&bob, "lobby"), (2, 1));
        assert!(scene.found(&look(&bob, "old")).is_empty());
        assert_eq!(scene.found(&look(&bob, "newer")), ["newer @bob"]);
        scene = scene.crash();
    }
    for what in [edit("x"), react("👍", true), Revision::Delete] {
        let code = scene.no_revise(&ada, "lobby", 1, what);
        assert_eq!(code, ErrorCode::NotFound);
    }
    let reply = scene.one(answer(&ada, "lobby", 1));
    assert_eq!(refused(reply), ErrorCode::NotFound);
    let again = scene.one(send(&ada, "lobby", "another text", Some("n")));
    assert_eq!(sent(again), seq(7), "its nonce went with it");
}

pub(crate) fn a_room_may_be_forgotten_whole_and_goes_on_counting<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    scene.say_often(&ada, "lobby", "old", 3);
    scene.now += 2 * DAY;
    scene.forget(Some(1));
    assert_eq!(scene.seqs(&bob, "lobby"), [] as [u64; 0]);
    let page = scene.page(&bob, "lobby", Anchor::Newest, 10);
    assert_eq!((page.first, page.head), (seq(4), seq(3)));
    assert_eq!((page.more_before, page.more_after), (false, false));
    assert_eq!(scene.counts(&bob, "lobby"), (0, 0));
    assert!(scene.found(&look(&bob, "old")).is_empty());
    assert_eq!(scene.say(&ada, "lobby", "anew").seq, seq(4));
    scene.engine.settle();
    assert_eq!(scene.found(&look(&bob, "anew")), ["anew"]);
    assert_eq!(scene.first(&bob, "lobby"), 4);
}

pub(crate) fn each_room_keeps_as_long_as_it_was_told<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    let rooms = ["all", "ever", "long", "short"];
    for name in rooms {
        scene.join(&ada, name);
        scene.say(&ada, name, "old");
    }
    scene.keep("ever", Keep::Forever);
    scene.keep("long", Keep::Days(9));
    scene.keep("short", Keep::Days(1));
    let left = |scene: &Scene<E>| rooms.map(|name| scene.seqs(&ada, name).len());
    scene.now += 2 * DAY;
    scene.forget(None);
    assert_eq!(left(&scene), [1, 1, 1, 0]);
    scene.now += 2 * DAY;
    scene.forget(Some(3));
    assert_eq!(left(&scene), [0, 1, 1, 0]);
    scene.keep("long", Keep::AsAll);
    let scene = scene.reopen();
    scene.forget(Some(3));
    assert_eq!(left(&scene), [0, 1, 0, 0]);
    let nowhere = Change::Keep(SetKeep {
        room: room("nowhere"),
        keep: Keep::Forever,
    });
    assert_eq!(refused(scene.one(nowhere)), ErrorCode::NotFound);
}

pub(crate) fn much_is_forgotten_in_small_pieces<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    for name in ["dev", "lobby"] {
        scene.join(&ada, name);
        scene.say_often(&ada, name, "old words", 750);
        scene.engine.settle();
        scene.say_often(&ada, name, "old words", 250);
    }
    scene.now += 2 * DAY;
    scene.say(&ada, "lobby", "new words");
    let pieces = scene.forget(Some(1));
    assert!(pieces >= 10, "{pieces}");
    assert_eq!(scene.seqs(&ada, "dev"), [] as [u64; 0]);
    assert_eq!(scene.seqs(&ada, "lobby"), [1001]);
    assert_eq!(scene.found(&look(&ada, "words")), ["new words"]);
    assert_eq!(scene.forget(Some(1)), 1, "nothing is left to do");
}

pub(crate) fn the_files_of_what_is_forgotten_go_too<E: Engine>() {
    let (mut scene, ada) = room_of_ada::<E>();
    let (old, new) = (scene.upload(&ada, 1), scene.upload(&ada, 2));
    sent(scene.one(attach(&ada, "old", &[&old], None)));
    scene.now += 2 * DAY;
    sent(scene.one(attach(&ada, "new", &[&new], None)));
    scene.forget(Some(1));
    assert!(scene.effects.borrow().contains(&Effect::FilesDoomed));
    let file = |id| scene.wait(|store| store.file(ada.row.id, id));
    assert_eq!(file(old.clone()), None);
    assert!(file(new).is_some());
    assert_eq!(scene.due(), doomed(&[&old]));
}
