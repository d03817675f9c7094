//! Promises about rooms and who is in them.

use super::*;

pub(crate) fn who_comes_in_has_nothing_unread<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    scene.join(&ada, "dev");
    scene.say_often(&ada, "dev", "hi @bob", 5);
    for _ in 0..2 {
        let standing = scene.join(&bob, "dev");
        assert_eq!(standing.read, standing.room.head);
        assert_eq!((standing.counts.unread, standing.counts.mentions), (0, 0));
        scene.say(&ada, "dev", "hi @bob");
        assert_eq!(scene.counts(&bob, "dev"), (1, 1));
        scene.one(leave(&bob, "dev")).unwrap();
        assert_eq!(scene.standing(&bob, "dev"), None);
    }
}

pub(crate) fn joining_again_is_no_news<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    let news = |decision: Decision| match decision {
        Ok(Committed::Joined { new, standing }) => (new, standing.room.members),
        other => panic!("{other:?}"),
    };
    assert_eq!(news(scene.one(join(&ada, "dev"))), (true, 1));
    assert_eq!(news(scene.one(join(&ada, "dev"))), (false, 1));
    let Ok(Committed::Left { room: left }) = scene.one(leave(&ada, "dev")) else {
        panic!("she was in")
    };
    assert_eq!((left.name, left.members), (room("dev"), 0));
    assert_eq!(news(scene.one(join(&ada, "dev"))), (true, 1));
    let absent = Change::Join(Join {
        user: ada.row.id,
        room: room("nowhere"),
        after: None,
        create: false,
        rooms_max: 1000,
    });
    assert_eq!(refused(scene.one(absent)), ErrorCode::NotFound);
}

pub(crate) fn a_refused_join_changes_nothing<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    scene.join(&ada, "dev");
    scene.say(&ada, "dev", "one");
    for (name, after) in [("dev", 2), ("new", 1)] {
        let beyond = Change::Join(Join {
            user: bob.row.id,
            room: room(name),
            after: Some(seq(after)),
            create: true,
            rooms_max: 1000,
        });
        assert_eq!(refused(scene.one(beyond)), ErrorCode::Invalid, "{name}");
        assert!(scene.standing(&bob, name).is_none(), "not in {name}");
        assert!(scene.effects.borrow().is_empty());
    }
    let head = Change::Join(Join {
        user: bob.row.id,
        room: room("dev"),
        after: Some(seq(1)),
        create: true,
        rooms_max: 1000,
    });
    assert!(scene.one(head).is_ok(), "the head itself is not beyond it");
}

pub(crate) fn the_first_to_join_owns_the_room_and_is_followed_when_it_leaves<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let guests = ["ada", "bob", "eve"].map(|name| scene.guest(name));
    for guest in [&guests[0], &guests[2], &guests[1]] {
        scene.now += 1;
        scene.join(guest, "dev");
    }
    let owners = |scene: &Scene<E>| {
        let members = scene.members(&guests[0], "dev").into_iter();
        members
            .filter(|(_, role)| *role == Role::Owner)
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    assert_eq!(owners(&scene), ["ada"]);
    scene.one(leave(&guests[0], "dev")).unwrap();
    assert_eq!(owners(&scene), ["eve"], "the longest-standing member");
    scene.join(&guests[0], "dev");
    assert_eq!(owners(&scene), ["eve"]);
    for guest in &guests {
        scene.one(leave(guest, "dev")).unwrap();
    }
    assert_eq!(
        scene.join(&guests[1], "dev").role,
        Role::Owner,
        "an empty room's finder"
    );
}

pub(crate) fn an_owner_whose_name_lapses_is_followed_too<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    scene.join(&ada, "dev");
    scene.join(&bob, "dev");
    scene.gone(&ada);
    scene.now += crate::rules::account::GUEST_MS;
    scene.say(&bob, "dev", "hi");
    assert_eq!(
        scene.members(&bob, "dev"),
        [("bob".to_owned(), Role::Owner)]
    );
    assert!(scene.back(&ada, None).is_ok());
    assert_eq!(scene.standing(&ada, "dev").unwrap().role, Role::Owner);
}

pub(crate) fn a_user_is_in_so_many_rooms_at_the_most<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    let batch = (1..1000).map(|number| join(&ada, &format!("room-{number}")));
    for outcome in scene.commit(batch.collect()) {
        assert!(outcome.is_ok(), "{outcome:?}");
    }
    assert_eq!(
        refused(scene.one(join(&ada, "room-1000"))),
        ErrorCode::Conflict
    );
    let bob = scene.guest("bob");
    let standings = scene.wait(|store| store.standings(ada.row.id, ada.row.name.clone()));
    assert_eq!(standings.len(), 1000);
    assert!(standings.is_sorted_by_key(|standing| standing.room.name.clone()));
    assert!(scene.one(join(&ada, "room-7")).is_ok());
    scene.one(leave(&ada, "room-7")).unwrap();
    assert_eq!(
        scene.wait(|store| store.room(room("room-1000"), bob.row.id)),
        None
    );
    scene.join(&ada, "room-1000");
}

pub(crate) fn rooms_are_listed_by_name_in_pages<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    for name in ["dev", "design", "ops", "über"] {
        scene.join(&ada, name);
    }
    scene.join(&bob, "ops");
    let list = |query: &str, mine: bool, after: &str, limit: usize| {
        let (query, after) = (query.to_owned(), after.to_owned());
        let page = scene.wait(|store| store.rooms(bob.row.id, query, mine, after, limit));
        let names: Vec<_> = page.rooms.iter().map(|row| row.name.to_string()).collect();
        (names.join(" "), page.more)
    };
    for (query, mine, after, limit, names, more) in [
        ("", false, "", 100, "design dev lobby ops über", false),
        ("", false, "", 2, "design dev", true),
        ("", false, "dev", 2, "lobby ops", true),
        ("", false, "ops", 1, "über", false),
        ("DE", false, "", 9, "design dev", false),
        ("ÜB", false, "", 9, "über", false),
        ("%", false, "", 9, "", false),
        ("", true, "", 9, "lobby ops", false),
        ("", true, "lobby", 9, "ops", false),
        ("", true, "", 1, "lobby", true),
        ("op", true, "", 1, "ops", false),
    ] {
        assert_eq!(
            list(query, mine, after, limit),
            (names.to_owned(), more),
            "{query:?} {mine} {after:?} {limit}"
        );
    }
    let (ops, inside) = scene
        .wait(|store| store.room(room("ops"), bob.row.id))
        .unwrap();
    assert!(inside);
    assert_eq!((ops.members, ops.head), (2, seq(0)));
    let (_, inside) = scene
        .wait(|store| store.room(room("dev"), bob.row.id))
        .unwrap();
    assert!(!inside);
}

pub(crate) fn members_are_listed_by_name_in_pages<E: Engine>() {
    let mut scene = Scene::<E>::new();
    for name in ["eve", "Bob", "ada", "dan"] {
        scene.guest(name);
    }
    let carol = scene.guest("Carol");
    let (lobby, _) = scene
        .wait(|store| store.room(room("lobby"), carol.row.id))
        .unwrap();
    for (after, limit, expected, more) in [
        ("", 100, "ada Bob Carol dan eve", false),
        ("", 2, "ada Bob", true),
        ("bob", 2, "Carol dan", true),
        ("carol", 2, "dan eve", false),
        ("eve", 2, "", false),
    ] {
        let page = scene.wait(|store| store.members(lobby.id, after.to_owned(), limit));
        let names: Vec<_> = page
            .members
            .iter()
            .map(|(user, _)| user.name.as_str())
            .collect();
        assert_eq!(
            (names.join(" ").as_str(), page.more, page.total),
            (expected, more, 5),
            "{after}"
        );
    }
}

pub(crate) fn a_topic_is_set_once_and_said_to_all<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    scene.join(&ada, "dev");
    scene.join(&bob, "dev");
    assert_eq!(changed(scene.one(topic(&ada, "dev", ""))), None, "it is so");
    assert_eq!(
        changed(scene.one(topic(&ada, "dev", "release on friday"))),
        Some(seq(1))
    );
    let event = scene.scan(&bob, "dev").remove(0);
    let said = EventBody::Topic {
        topic: "release on friday".to_owned(),
    };
    assert_eq!((&event.body, &event.author), (&said, &ada.row.name));
    scene.say(&bob, "dev", "hi");
    assert_eq!(
        changed(scene.one(topic(&ada, "dev", "release on friday"))),
        Some(seq(1)),
        "no second event"
    );
    let refusal = refused(scene.one(topic(&bob, "dev", "mine")));
    assert_eq!(refusal, ErrorCode::Forbidden);
    let scene = scene.reopen();
    let standing = scene.standing(&bob, "dev").unwrap();
    assert_eq!(standing.room.topic, "release on friday");
    assert_eq!(standing.room.head, seq(2));
    let page = scene.page(&bob, "dev", Anchor::Newest, 10);
    assert_eq!(page.entries[0].event, event);
}
