//! Promises about finding what was said. Each holds both right after a commit
//! and once the engine has done what it does when it is idle ([`Engine::settle`]).

use super::model::Dice;
use super::*;
use crate::search::{Query, words};
use crate::store::{Hits, Place, Search};
use std::collections::BTreeMap;

/// What a guest looks for, everywhere.
pub(super) fn look(guest: &Guest, typed: &str) -> Search {
    Search {
        user: guest.row.id,
        query: Query::parse(typed).unwrap(),
        room: None,
        author: None,
        since: None,
        until: None,
        before: None,
        limit: 20,
    }
}

impl<E: Engine> Scene<E> {
    fn hits(&self, search: &Search) -> Hits {
        self.wait(|store| store.search(search.clone()))
    }

    pub(super) fn found(&self, search: &Search) -> Vec<String> {
        let texts = self.hits(search).entries;
        texts
            .iter()
            .map(|hit| text(&hit.event).to_owned())
            .collect()
    }

    /// Both now and once the engine is idle.
    fn always(&self, check: impl Fn(&Self)) {
        check(self);
        self.engine.settle();
        check(self);
    }

    /// All pages, one after another.
    fn all_pages(&self, search: &Search) -> Vec<(String, u64)> {
        let mut search = search.clone();
        let mut all = Vec::new();
        loop {
            let hits = self.hits(&search);
            assert!(hits.entries.len() <= search.limit);
            all.extend(
                hits.entries
                    .iter()
                    .map(|hit| (hit.event.room.to_string(), hit.event.seq.get())),
            );
            match hits.next {
                Some(next) => {
                    assert_eq!(Some(&next), hits.entries.last().map(Place::of).as_ref());
                    search.before = Some(next);
                }
                None => return all,
            }
        }
    }
}

pub(crate) fn all_words_must_occur_in_any_order<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    for said in [
        "The release is on Friday",
        "FRIDAY: no reléase",
        "the release on monday",
        "\"quoted\" AND (NEAR) -minus* 12.release",
        "こんにちは日本語",
        "I don't",
        "👍🏽",
    ] {
        scene.say(&ada, "lobby", said);
    }
    scene.always(|scene| {
        for (typed, found) in [
            (
                "release friday",
                &["FRIDAY: no reléase", "The release is on Friday"][..],
            ),
            ("Élan", &[]),
            ("rele", &[]),
            ("\"release is on\"", &["The release is on Friday"]),
            ("\"is release\"", &[]),
            ("friday \"no rel", &[]),
            (
                "and near minus*",
                &["\"quoted\" AND (NEAR) -minus* 12.release"],
            ),
            ("NOT", &[]),
            ("12.release", &["\"quoted\" AND (NEAR) -minus* 12.release"]),
            ("words:release", &[]),
            ("日本", &["こんにちは日本語"]),
            ("本日", &[]),
            ("don't", &["I don't"]),
            ("👍", &["👍🏽"]),
            ("***", &[]),
            ("\"\"", &[]),
            ("\u{0}", &[]),
        ] {
            assert_eq!(scene.found(&look(&ada, typed)), found, "{typed:?}");
        }
        let long = "release ".repeat(8_000) + &"日".repeat(3_000);
        assert!(scene.found(&look(&ada, &long)).is_empty());
        let many: String = (0..5_000).map(|n| format!("w{n} \"a b{n}\" ")).collect();
        assert!(scene.found(&look(&ada, &many)).is_empty());
    });
}

pub(crate) fn only_the_rooms_one_is_in_are_searched<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    scene.join(&ada, "dev");
    scene.say(&ada, "dev", "secret plan");
    scene.say(&ada, "lobby", "open plan");
    scene.always(|scene| {
        assert_eq!(scene.found(&look(&bob, "plan")), ["open plan"]);
        assert_eq!(
            scene.found(&look(&ada, "plan")),
            ["open plan", "secret plan"]
        );
    });
    scene.join(&bob, "dev");
    assert_eq!(scene.found(&look(&bob, "secret")), ["secret plan"]);
    scene.one(leave(&bob, "dev")).unwrap();
    let (dev, _) = scene
        .wait(|store| store.room(room("dev"), bob.row.id))
        .unwrap();
    let there = Search {
        room: Some(dev.id),
        ..look(&bob, "secret")
    };
    assert!(scene.found(&look(&bob, "secret")).is_empty());
    assert!(scene.found(&there).is_empty());
}

pub(crate) fn hits_are_narrowed_by_room_author_and_time<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("Ada"), scene.guest("bob.b-c_d"));
    let rooms: Vec<_> = ["dev", "lobby"]
        .into_iter()
        .map(|name| (scene.join(&ada, name), scene.join(&bob, name)).0.room.id)
        .collect();
    for number in 0..12 {
        scene.now = 2_000_000 + number * 10;
        let (who, place) = (
            [&ada, &bob][number as usize % 2],
            ["dev", "lobby"][number as usize / 2 % 2],
        );
        scene.say(who, place, &format!("note {number}"));
    }
    let at = |ms: i64| Some(Timestamp::from_millis(2_000_000 + ms));
    scene.always(|scene| {
        let found = |change: &dyn Fn(&mut Search)| {
            let mut search = look(&ada, "note");
            change(&mut search);
            let numbers = scene.found(&search).into_iter().map(|text| {
                let number: u64 = text.trim_start_matches("note ").parse().unwrap();
                number
            });
            numbers.collect::<Vec<_>>()
        };
        assert_eq!(found(&|_| {}), [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
        assert_eq!(found(&|search| search.limit = 2), [11, 10]);
        assert_eq!(
            found(&|search| search.room = Some(rooms[0])),
            [9, 8, 5, 4, 1, 0]
        );
        assert_eq!(
            found(&|search| search.author = Some(ada.row.name.key())),
            [10, 8, 6, 4, 2, 0]
        );
        assert_eq!(
            found(&|search| {
                search.author = Some(bob.row.name.key());
                search.room = Some(rooms[1]);
            }),
            [11, 7, 3]
        );
        assert!(found(&|search| search.author = Some("eve".into())).is_empty());
        assert_eq!(
            found(&|search| (search.since, search.until) = (at(30), at(60))),
            [6, 5, 4, 3],
            "both are included"
        );
        assert_eq!(found(&|search| search.since = at(101)), [11]);
        assert_eq!(found(&|search| search.until = at(9)), [0]);
        assert!(found(&|search| search.since = at(1_000)).is_empty());
        assert!(found(&|search| search.until = at(-1)).is_empty());
    });
}

pub(crate) fn a_message_is_found_as_it_stands<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    scene.say(&ada, "lobby", "before");
    scene.say(&ada, "lobby", "kept");
    scene.engine.settle();
    scene.say(&ada, "lobby", "before, too");
    for number in [1, 3] {
        scene.revise(&ada, "lobby", number, edit(&format!("after {number}")));
        scene.revise(&ada, "lobby", number, react("👍", true));
    }
    scene.always(|scene| {
        assert!(scene.found(&look(&ada, "before")).is_empty());
        let hits = scene.hits(&look(&ada, "after")).entries;
        assert_eq!(
            hits,
            [3, 1].map(|number| scene.entry(&ada, "lobby", number)),
            "as history shows them"
        );
    });
    for number in [1, 3] {
        scene.revise(&ada, "lobby", number, Revision::Delete);
    }
    scene.always(|scene| {
        assert!(scene.found(&look(&ada, "after")).is_empty());
        assert_eq!(scene.found(&look(&ada, "kept")), ["kept"]);
    });
}

pub(crate) fn pages_of_hits_agree_with_a_plain_scan<E: Engine>() {
    let mut story = Story::<E>::begin();
    for round in 0..12 {
        for _ in 0..60 {
            story.go_on();
        }
        match round % 4 {
            0 => story.scene.engine.settle(),
            1 => story.scene = story.scene.crash(),
            2 => story.scene = story.scene.reopen(),
            _ => {}
        }
        for typed in [
            "a",
            "release a",
            "\"a release\"",
            "日",
            "本日",
            "日本",
            "fri x1 e",
            "👍 👍",
        ] {
            let query = Query::parse(typed).unwrap();
            let expected: Vec<_> = story
                .stands
                .iter()
                .rev()
                .filter(|(_, (_, text))| query.finds(&words(text)))
                .map(|(place, _)| (place.room.to_string(), place.seq.get()))
                .collect();
            let search = Search {
                limit: 1 + story.dice.below(30) as usize,
                ..look(&story.guests[0], typed)
            };
            let found = story.scene.all_pages(&search);
            assert_eq!(found, expected, "{typed}, round {round}");
        }
    }
}

/// Two people talk in three rooms and change what they said.
struct Story<E> {
    scene: Scene<E>,
    dice: Dice,
    guests: [Guest; 2],
    /// What stands, with the number of the guest who said it.
    stands: BTreeMap<Place, (usize, String)>,
}

impl<E: Engine> Story<E> {
    const ROOMS: [&str; 3] = ["dev", "lobby", "ops"];
    const WORDS: [&str; 8] = ["a", "release", "Fri-day", "日本", "本", "x1", "é", "👍"];

    fn begin() -> Self {
        let mut scene = Scene::new();
        let guests = [scene.guest("ada"), scene.guest("bob")];
        for name in Self::ROOMS {
            for guest in &guests {
                scene.join(guest, name);
            }
        }
        Self {
            scene,
            dice: Dice(7),
            guests,
            stands: BTreeMap::new(),
        }
    }

    fn go_on(&mut self) {
        // Much is of one moment, in several rooms.
        self.scene.now += i64::from(self.dice.below(4) == 0);
        let text: Vec<_> = (0..1 + self.dice.below(6))
            .map(|_| Self::WORDS[self.dice.below(8) as usize])
            .collect();
        let text = text.join(" ");
        let old = self.dice.below(self.stands.len() as u64 + 1) as usize;
        let old = self.stands.keys().nth(old).cloned();
        match (self.dice.below(6), old) {
            (0, Some(place)) => {
                let (who, _) = self.stands.remove(&place).unwrap();
                self.revise(who, &place, Revision::Delete);
            }
            (1, Some(place)) => {
                let who = self.stands[&place].0;
                self.revise(who, &place, edit(&text));
                self.stands.insert(place, (who, text));
            }
            _ => {
                let who = self.dice.below(2) as usize;
                let name = Self::ROOMS[self.dice.below(3) as usize];
                let event = self.scene.say(&self.guests[who], name, &text);
                self.stands.insert(Place::of(&event.into()), (who, text));
            }
        }
    }

    fn revise(&self, who: usize, place: &Place, what: Revision) {
        let guest = &self.guests[who];
        self.scene
            .revise(guest, place.room.as_str(), place.seq.get(), what);
    }
}

pub(crate) fn a_page_of_hits_ends_early_rather_than_grow_too_large<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    let long = format!("find{}.", "\n😀".repeat(1990));
    scene.say_often(&ada, "lobby", &long, 150);
    let search = Search {
        limit: 200,
        ..look(&ada, "find")
    };
    scene.always(|scene| {
        let hits = scene.hits(&search);
        let bytes = serde_json::to_string(&hits.entries).unwrap().len();
        assert!((700_000..1_040_000).contains(&bytes), "{bytes}");
        assert_eq!(scene.all_pages(&search).len(), 150);
    });
}
