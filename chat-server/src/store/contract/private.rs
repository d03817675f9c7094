//! Promises about rooms that are made, and about private ones.

use super::*;
use crate::rules::moderation::INVITES_MAX;

pub(crate) fn a_room_is_made_once_and_again_for_its_owner<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.account("ada"), scene.account("bob"));
    let eve = scene.guest("eve");
    let make = |guest: &Guest, kind| match scene.one(create(guest, "ops", kind)) {
        Ok(Committed::Joined { standing, new }) => Ok((standing.role, standing.room.kind, new)),
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal.code),
    };
    let (public, private) = (RoomKind::Public, RoomKind::Private);
    assert_eq!(make(&eve, private), Err(ErrorCode::Forbidden));
    assert_eq!(make(&ada, private), Ok((Role::Owner, private, true)));
    assert_eq!(make(&ada, private), Ok((Role::Owner, private, false)));
    assert_eq!(make(&ada, public), Err(ErrorCode::Conflict));
    assert_eq!(make(&bob, private), Err(ErrorCode::Conflict));
    assert_eq!(make(&bob, public), Err(ErrorCode::Conflict));
    assert_eq!(make(&eve, public), Err(ErrorCode::Conflict));
    let made = Change::Create(Create {
        by: eve.row.id,
        room: room("dev"),
        kind: public,
        topic: Topic::parse("release on friday", 250).unwrap(),
        rooms_max: 1000,
    });
    let Ok(Committed::Joined { standing, .. }) = scene.one(made) else {
        panic!("guests make public rooms")
    };
    assert_eq!(standing.room.topic, "release on friday");
    assert_eq!(standing.room.head, Seq::ZERO, "making a room logs nothing");
}

pub(crate) fn a_private_room_is_for_the_invited<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.account("ada"), scene.account("bob"));
    let eve = scene.guest("eve");
    scene.one(create(&ada, "ops", RoomKind::Private)).unwrap();
    scene.say(&ada, "ops", "before bob");
    for absent in ["ops", "nowhere"] {
        let ghosts = [
            invite(&bob, absent, "eve"),
            send(&bob, absent, "hi", None),
            leave(&bob, absent),
            topic(&bob, absent, "mine"),
            mark(&bob, absent, 0, false),
            moderate(&bob, absent, Act::Kick, "ada"),
            set_role(&bob, absent, "bob", Role::Owner),
            settings(&bob, absent, true),
        ];
        for ghost in ghosts {
            let refusal = scene.one(ghost.clone()).unwrap_err();
            assert_eq!(refusal.code, ErrorCode::NotFound, "{ghost:?}");
            let expected = crate::rules::no_room(&room(absent));
            assert_eq!(refusal, expected, "{ghost:?} tells nothing");
        }
    }
    assert_eq!(refused(scene.one(join(&bob, "ops"))), ErrorCode::NotFound);
    assert_eq!(
        refused(scene.one(invite(&ada, "ops", "eve"))),
        ErrorCode::Forbidden
    );
    let absent = scene.one(invite(&ada, "ops", "nobody"));
    assert_eq!(refused(absent), ErrorCode::NotFound);
    let open = scene.one(invite(&ada, "lobby", "bob"));
    assert_eq!(
        refused(open),
        ErrorCode::Forbidden,
        "whoever likes joins it"
    );
    assert_eq!(changed(scene.one(invite(&ada, "ops", "BOB"))), None);
    assert_eq!(scene.effects.borrow().len(), 1);
    assert_eq!(changed(scene.one(invite(&ada, "ops", "bob"))), None);
    assert_eq!(scene.effects.borrow()[..], [], "it waits already");
    let standing = scene.join(&bob, "ops");
    assert_eq!((standing.role, standing.counts.unread), (Role::Member, 0));
    assert_eq!(scene.scan(&bob, "ops").len(), 2, "the past is open too");
    assert_eq!(
        changed(scene.one(invite(&bob, "ops", "ada"))),
        None,
        "any member"
    );
    scene.one(leave(&bob, "ops")).unwrap();
    assert_eq!(
        refused(scene.one(join(&bob, "ops"))),
        ErrorCode::NotFound,
        "it was for once"
    );
    drop(eve);
}

pub(crate) fn an_invitation_waits_until_it_is_used_or_void<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.account("ada"), scene.account("bob"));
    scene.one(create(&ada, "ops", RoomKind::Private)).unwrap();
    let waiting = |scene: &Scene<E>| {
        scene
            .wait(|store| store.invitations(bob.row.id))
            .into_iter()
            .map(|waits| format!("{} by {}", waits.name, waits.by))
            .collect::<Vec<_>>()
    };
    scene.one(invite(&ada, "ops", "bob")).unwrap();
    let scene = scene.crash();
    assert_eq!(waiting(&scene), ["ops by ada"]);
    scene.join(&bob, "ops");
    assert_eq!(waiting(&scene), [""; 0]);
    for (act, comes_back) in [(Act::Kick, true), (Act::Ban, false)] {
        scene.one(moderate(&ada, "ops", act, "bob")).unwrap();
        assert_eq!(refused(scene.one(join(&bob, "ops"))), ErrorCode::NotFound);
        let again = scene.one(invite(&ada, "ops", "bob"));
        assert_eq!(again.is_ok(), comes_back, "{act:?}");
        if comes_back {
            scene.join(&bob, "ops");
        }
    }
    let unban = moderate(&ada, "ops", Act::Unban, "bob");
    scene.one(unban).unwrap();
    for act in [Act::Kick, Act::Ban] {
        scene.one(invite(&ada, "ops", "bob")).unwrap();
        assert_eq!(waiting(&scene), ["ops by ada"]);
        let done = changed(scene.one(moderate(&ada, "ops", act, "bob")));
        assert_eq!(done, Some(scene.standing(&ada, "ops").unwrap().room.head));
        assert_eq!(waiting(&scene), [""; 0], "{act:?}");
        let told = scene.effects.borrow().clone();
        let [Effect::Appended { .. }, Effect::Uninvited { user, .. }] = &told[..] else {
            panic!("{told:?}")
        };
        assert_eq!(*user, bob.row.id);
    }
    assert_eq!(refused(scene.one(join(&bob, "ops"))), ErrorCode::NotFound);
}

pub(crate) fn so_many_invitations_wait_at_the_most<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.account("ada"), scene.account("bob"));
    scene.account("eve");
    for half in 0..2 {
        let by = if half == 0 { &ada } else { &bob };
        let rooms: Vec<_> = (0..=INVITES_MAX / 2)
            .map(|number| format!("room-{half}-{number}"))
            .collect();
        for decision in scene.commit(
            rooms
                .iter()
                .map(|name| create(by, name, RoomKind::Private))
                .collect(),
        ) {
            assert!(decision.is_ok(), "{decision:?}");
        }
        let invites = rooms.iter().map(|name| invite(by, name, "eve")).collect();
        let refused = scene
            .commit(invites)
            .into_iter()
            .filter_map(Result::err)
            .map(|refusal| refusal.code);
        let expected = vec![ErrorCode::Conflict; 2 * half];
        assert_eq!(refused.collect::<Vec<_>>(), expected);
    }
}

pub(crate) fn everyone_knows_who_reads_a_private_room<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.account("ada"), scene.account("bob"));
    scene.one(create(&ada, "ops", RoomKind::Private)).unwrap();
    scene.one(invite(&ada, "ops", "bob")).unwrap();
    let joined = scene.one(join(&bob, "ops"));
    let told = scene.effects.borrow().clone();
    let [
        Effect::Entered {
            user, read, since, ..
        },
        Effect::Uninvited { .. },
        Effect::Appended { event, .. },
    ] = &told[..]
    else {
        panic!("{told:?}")
    };
    assert_eq!((*user, *read, *since), (bob.row.id, seq(0), seq(0)));
    assert_eq!(member(event), ("bob", MemberChanged::Joined));
    assert_eq!(event.author, bob.row.name);
    let Ok(Committed::Joined { standing, .. }) = joined else {
        panic!("{joined:?}")
    };
    assert_eq!(standing.room.head, seq(1));
    scene.one(leave(&bob, "ops")).unwrap();
    let told = scene.effects.borrow().clone();
    let [Effect::Appended { event, .. }, Effect::Left { .. }] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!(member(event), ("bob", MemberChanged::Left));
    scene.join(&ada, "dev");
    scene.join(&bob, "dev");
    scene.one(leave(&bob, "dev")).unwrap();
    assert_eq!(
        scene.scan(&ada, "dev"),
        [],
        "in public rooms it is presence"
    );
}

pub(crate) fn a_private_room_is_listed_for_its_members_only<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.account("ada"), scene.account("bob"));
    scene.one(create(&ada, "ops", RoomKind::Private)).unwrap();
    scene.one(invite(&ada, "ops", "bob")).unwrap();
    let listed = |scene: &Scene<E>, guest: &Guest, mine: bool| {
        let id = guest.row.id;
        let page = scene.wait(|store| store.rooms(id, "o".to_owned(), mine, String::new(), 9));
        let names = page.rooms.iter().map(|row| row.name.to_string());
        names.collect::<Vec<_>>().join(" ")
    };
    for mine in [false, true] {
        assert_eq!(listed(&scene, &ada, mine), "lobby ops");
        assert_eq!(listed(&scene, &bob, mine), "lobby", "also for the invited");
    }
    scene.join(&bob, "ops");
    assert_eq!(listed(&scene, &bob, false), "lobby ops");
    scene.one(moderate(&ada, "ops", Act::Kick, "bob")).unwrap();
    assert_eq!(listed(&scene, &bob, false), "lobby");
    assert_eq!(scene.standing(&bob, "ops"), None);
    scene.one(leave(&ada, "ops")).unwrap();
    assert_eq!(listed(&scene, &ada, false), "lobby");
}
