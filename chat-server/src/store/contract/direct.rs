//! Promises about the rooms of two people.

use super::*;

const ROOM: &str = "@ada+bob";

pub(crate) fn a_direct_room_is_opened_for_both_and_logs_nothing<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.account("Ada"), scene.account("bob"));
    let (eve, zed) = (scene.account("eve"), scene.guest("zed"));
    for (by, name, code) in [
        (&zed, "@ada+zed", ErrorCode::Forbidden),
        (&ada, "@ada+zed", ErrorCode::Forbidden),
        (&ada, "@ada+nobody", ErrorCode::NotFound),
        (&eve, ROOM, ErrorCode::NotFound),
    ] {
        assert_eq!(refused(scene.one(direct(by, name))), code, "{name}");
        assert_eq!(refused(scene.one(join(by, name))), code, "{name}");
        let message = send(by, name, "hi", None);
        assert_eq!(refused(scene.one(message)), code, "{name}");
    }
    let Ok(Committed::Joined { standing, new }) = scene.one(direct(&ada, ROOM)) else {
        panic!("it opens")
    };
    assert_eq!((standing.room.kind, new), (RoomKind::Direct, true));
    assert_eq!((standing.role, standing.room.members), (Role::Member, 2));
    let told = scene.effects.borrow().clone();
    let entered: Vec<_> = told
        .iter()
        .map(|effect| match effect {
            Effect::Entered { user, .. } => *user,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(entered, [ada.row.id, bob.row.id]);
    assert!(scene.standing(&bob, ROOM).is_some());
    assert_eq!(scene.scan(&ada, ROOM), []);
    for again in [direct(&ada, ROOM), join(&bob, ROOM)] {
        let Ok(Committed::Joined { new: false, .. }) = scene.one(again) else {
            panic!("it is open")
        };
        assert_eq!(scene.effects.borrow()[..], []);
    }
    let absent = crate::rules::no_room(&room(ROOM));
    assert_eq!(scene.one(join(&eve, ROOM)), Err(absent.clone()));
    assert_eq!(scene.one(send(&eve, ROOM, "hi", None)), Err(absent));
    assert_eq!(
        changed(scene.one(topic(&bob, ROOM, "both may"))),
        Some(seq(1))
    );
}

pub(crate) fn who_leaves_a_direct_room_gets_it_back_with_the_next_message<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.account("ada"), scene.account("bob"));
    assert_eq!(sent(scene.one(send(&ada, ROOM, "hi", None))), seq(1));
    let told = scene.effects.borrow().clone();
    assert!(
        matches!(
            &told[..],
            [
                Effect::Entered { .. },
                Effect::Entered { .. },
                Effect::Appended { .. }
            ]
        ),
        "{told:?}"
    );
    assert_eq!(scene.counts(&bob, ROOM), (1, 0), "the first is unread");
    scene.one(leave(&bob, ROOM)).unwrap();
    assert_eq!(
        scene.effects.borrow().len(),
        1,
        "leaving it is nobody else's business"
    );
    assert_eq!(scene.standing(&bob, ROOM), None);
    assert_eq!(refused(scene.one(leave(&bob, ROOM))), ErrorCode::NotFound);
    let listed = scene.wait(|store| store.standings(bob.row.id, bob.row.name.clone()));
    assert_eq!(listed.len(), 1, "the lobby");
    scene.one(direct(&ada, ROOM)).unwrap();
    assert_eq!(scene.standing(&bob, ROOM), None, "seeing it is no message");
    sent(scene.one(send(&ada, ROOM, "again @bob", None)));
    let told = scene.effects.borrow().clone();
    let [
        Effect::Entered {
            user, read, since, ..
        },
        Effect::Appended { .. },
    ] = &told[..]
    else {
        panic!("{told:?}")
    };
    assert_eq!((*user, *read, *since), (bob.row.id, seq(0), seq(1)));
    assert_eq!(scene.counts(&bob, ROOM), (2, 1), "the marker stayed");
    let (row, _) = scene
        .wait(|store| store.room(room(ROOM), bob.row.id))
        .unwrap();
    let name = bob.row.name.clone();
    let then = scene
        .wait(|store| store.standing(bob.row.id, name, row.id, Some(*since)))
        .unwrap();
    let counts = (then.counts.unread, then.counts.mentions);
    assert_eq!((then.room.head, counts), (seq(1), (1, 0)), "as it was then");
    scene.one(leave(&ada, ROOM)).unwrap();
    let scene = scene.reopen();
    assert_eq!(scene.standing(&ada, ROOM), None);
    sent(scene.one(send(&ada, ROOM, "one's own brings it back too", None)));
    assert!(scene.standing(&ada, ROOM).is_some());
}

pub(crate) fn a_repeated_message_brings_no_direct_room_back_to_the_other_one<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.account("ada"), scene.account("bob"));
    let message = send(&ada, ROOM, "hi", Some("n1"));
    assert_eq!(sent(scene.one(message.clone())), seq(1));
    scene.one(leave(&bob, ROOM)).unwrap();
    let Ok(Committed::Sent {
        duplicate: true, ..
    }) = scene.one(message)
    else {
        panic!("it was sent before")
    };
    assert_eq!(scene.effects.borrow()[..], []);
    assert_eq!(scene.standing(&bob, ROOM), None);
}

pub(crate) fn a_refused_message_opens_nothing<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.account("ada"), scene.account("bob"));
    let answer = Change::Send(SendMessage {
        author: ada.row.id,
        room: room(ROOM),
        text: Some(Text::parse("hi", usize::MAX).unwrap()),
        nonce: None,
        reply_to: Some(seq(7)),
        files: Box::default(),
        rooms_max: 1000,
    });
    assert_eq!(refused(scene.one(answer)), ErrorCode::NotFound);
    assert_eq!(scene.effects.borrow()[..], []);
    assert_eq!(scene.wait(|store| store.room(room(ROOM), ada.row.id)), None);
    assert_eq!(scene.standing(&bob, ROOM), None);
}

pub(crate) fn a_direct_room_counts_among_the_rooms_of_both<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.account("ada"), scene.account("bob"));
    let open = |by: &Guest, rooms_max| {
        Change::Direct(Direct {
            by: by.row.id,
            room: room(ROOM),
            rooms_max,
        })
    };
    let write = |by: &Guest, rooms_max| {
        Change::Send(SendMessage {
            author: by.row.id,
            room: room(ROOM),
            text: Some(Text::parse("hi", usize::MAX).unwrap()),
            nonce: None,
            reply_to: None,
            files: Box::default(),
            rooms_max,
        })
    };
    scene.join(&bob, "dev");
    for (by, max) in [(&ada, 1), (&ada, 2), (&bob, 2)] {
        assert_eq!(refused(scene.one(open(by, max))), ErrorCode::Conflict);
        assert_eq!(refused(scene.one(write(by, max))), ErrorCode::Conflict);
    }
    scene.one(open(&ada, 3)).unwrap();
    scene.one(write(&ada, 2)).unwrap();
    scene.one(leave(&bob, ROOM)).unwrap();
    assert_eq!(refused(scene.one(write(&ada, 2))), ErrorCode::Conflict);
    scene.one(leave(&bob, "dev")).unwrap();
    scene.one(write(&ada, 2)).unwrap();
    assert!(scene.standing(&bob, ROOM).is_some());
}
