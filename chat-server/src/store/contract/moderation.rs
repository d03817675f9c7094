//! Promises about what is done about people in a room.

use super::*;

fn acts(scene: &Scene<impl Engine>, by: &Guest, act: Act, called: &str) -> Option<Seq> {
    changed(scene.one(moderate(by, "dev", act, called)))
}

/// Ada owns the room, bob and eve are in it.
fn three<E: Engine>() -> (Scene<E>, [Guest; 3]) {
    let mut scene = Scene::<E>::new();
    let people = ["ada", "bob", "eve"].map(|name| scene.guest(name));
    for guest in &people {
        scene.now += 1;
        scene.join(guest, "dev");
    }
    (scene, people)
}

pub(crate) fn who_is_kicked_is_out_and_may_come_back<E: Engine>() {
    let (scene, [ada, bob, eve]) = three::<E>();
    let kick = Change::Moderate(Moderate {
        by: ada.row.id,
        room: room("dev"),
        act: Act::Kick,
        user: user("EVE"),
        reason: Some(Topic::parse("spam", 250).unwrap()),
    });
    assert_eq!(changed(scene.one(kick)), Some(seq(1)));
    let told = scene.effects.borrow().clone();
    let [
        Effect::Appended { event, .. },
        Effect::Removed { user, last, .. },
    ] = &told[..]
    else {
        panic!("{told:?}")
    };
    assert_eq!((*user, *last), (eve.row.id, seq(1)));
    assert_eq!(member(event), ("eve", MemberChanged::Kicked));
    let EventBody::Member(change) = &event.body else {
        unreachable!("it is one")
    };
    assert_eq!(change.reason.as_deref(), Some("spam"));
    assert_eq!(scene.standing(&eve, "dev"), None);
    assert_eq!(scene.members(&bob, "dev").len(), 2);
    for change in [
        send(&eve, "dev", "hi", None),
        mark(&eve, "dev", 0, false),
        leave(&eve, "dev"),
    ] {
        assert_eq!(refused(scene.one(change)), ErrorCode::NotMember);
    }
    let absent = scene.one(moderate(&ada, "dev", Act::Kick, "nobody"));
    assert_eq!(refused(absent), ErrorCode::NotFound);
    let standing = scene.join(&eve, "dev");
    assert_eq!((standing.role, standing.counts.unread), (Role::Member, 0));
    assert_eq!(acts(&scene, &ada, Act::Kick, "eve"), Some(seq(2)), "anew");
}

pub(crate) fn who_is_banned_is_told_so_and_stays_out_until_unbanned<E: Engine>() {
    let (mut scene, [ada, _, eve]) = three::<E>();
    assert_eq!(acts(&scene, &ada, Act::Ban, "eve"), Some(seq(1)));
    let told = scene.effects.borrow().clone();
    assert!(matches!(told[1], Effect::Removed { .. }), "{told:?}");
    for change in [
        join(&eve, "dev"),
        create(&eve, "dev", RoomKind::Public),
        send(&eve, "dev", "hi", None),
        mark(&eve, "dev", 0, false),
        topic(&eve, "dev", "mine"),
        leave(&eve, "dev"),
        moderate(&eve, "dev", Act::Kick, "bob"),
    ] {
        assert_eq!(
            refused(scene.one(change.clone())),
            ErrorCode::Banned,
            "{change:?}"
        );
    }
    scene.guest("dan");
    assert_eq!(
        acts(&scene, &ada, Act::Ban, "dan"),
        Some(seq(2)),
        "before coming"
    );
    assert_eq!(
        scene.effects.borrow().len(),
        1,
        "who was not in is not removed"
    );
    assert_eq!(acts(&scene, &ada, Act::Unban, "eve"), Some(seq(3)));
    scene.join(&eve, "dev");
}

pub(crate) fn a_mute_outlives_leaving<E: Engine>() {
    let (scene, [ada, _, eve]) = three::<E>();
    assert_eq!(acts(&scene, &ada, Act::Mute, "eve"), Some(seq(1)));
    for _ in 0..2 {
        let message = send(&eve, "dev", "hi", None);
        assert_eq!(refused(scene.one(message)), ErrorCode::Muted);
        assert!(
            scene.one(mark(&eve, "dev", 1, false)).is_ok(),
            "she may read"
        );
        scene.one(leave(&eve, "dev")).unwrap();
        scene.join(&eve, "dev");
    }
    assert_eq!(acts(&scene, &ada, Act::Kick, "eve"), Some(seq(2)));
    scene.join(&eve, "dev");
    let message = send(&eve, "dev", "hi", None);
    assert_eq!(refused(scene.one(message)), ErrorCode::Muted);
    assert_eq!(acts(&scene, &ada, Act::Unmute, "eve"), Some(seq(3)));
    scene.say(&eve, "dev", "hi");
}

pub(crate) fn what_is_so_already_names_the_event_that_made_it_so<E: Engine>() {
    let (scene, [ada, _, eve]) = three::<E>();
    assert_eq!(acts(&scene, &ada, Act::Unban, "eve"), None);
    assert_eq!(acts(&scene, &ada, Act::Unmute, "eve"), None);
    assert_eq!(scene.scan(&ada, "dev"), []);
    for (act, number) in [
        (Act::Mute, 1),
        (Act::Unmute, 2),
        (Act::Kick, 3),
        (Act::Ban, 4),
        (Act::Unban, 5),
    ] {
        for _ in 0..3 {
            assert_eq!(acts(&scene, &ada, act, "eve"), Some(seq(number)), "{act:?}");
        }
    }
    assert_eq!(scene.scan(&ada, "dev").len(), 5);
    scene.join(&eve, "dev");
    scene.one(leave(&eve, "dev")).unwrap();
    let absent = scene.one(moderate(&ada, "dev", Act::Kick, "eve"));
    assert_eq!(
        refused(absent),
        ErrorCode::NotFound,
        "she was back, and left by herself"
    );
    let raise = || scene.one(set_role(&ada, "dev", "bob", Role::Moderator));
    assert_eq!(changed(raise()), Some(seq(6)));
    assert_eq!(changed(raise()), Some(seq(6)));
    let guests = || scene.one(settings(&ada, "dev", true));
    assert_eq!(changed(guests()), None);
}

pub(crate) fn a_removal_comes_before_what_is_said_after_it_in_the_batch<E: Engine>() {
    let (scene, [ada, bob, eve]) = three::<E>();
    let decisions = scene.commit(vec![
        send(&eve, "dev", "one", None),
        moderate(&ada, "dev", Act::Kick, "eve"),
        send(&bob, "dev", "two", None),
        send(&eve, "dev", "three", None),
        join(&eve, "dev"),
        send(&bob, "dev", "four", None),
    ]);
    assert_eq!(refused(decisions[3].clone()), ErrorCode::NotMember);
    let told: Vec<_> = scene
        .effects
        .borrow()
        .iter()
        .map(|effect| match effect {
            Effect::Appended { event, .. } => format!("event {}", event.seq),
            Effect::Removed { last, .. } => format!("removed at {last}"),
            Effect::Entered { since, .. } => format!("entered at {since}"),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        told,
        [
            "event 1",
            "event 2",
            "removed at 2",
            "event 3",
            "entered at 3",
            "event 4"
        ]
    );
}

pub(crate) fn roles_are_given_to_members_and_end_with_the_membership<E: Engine>() {
    let (mut scene, [ada, bob, eve]) = three::<E>();
    let give = |by: &Guest, called: &str, role| match scene.one(set_role(by, "dev", called, role)) {
        Ok(Committed::Changed { seq, .. }) => Ok(seq),
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal.code),
    };
    let (member, moderator, owner) = (Role::Member, Role::Moderator, Role::Owner);
    assert_eq!(give(&bob, "eve", moderator), Err(ErrorCode::Forbidden));
    assert_eq!(give(&ada, "bob", moderator), Ok(Some(seq(1))));
    assert_eq!(give(&bob, "eve", moderator), Err(ErrorCode::Forbidden));
    assert_eq!(give(&ada, "ada", member), Err(ErrorCode::Invalid));
    assert_eq!(give(&ada, "nobody", member), Err(ErrorCode::NotFound));
    assert_eq!(give(&ada, "bob", owner), Ok(Some(seq(2))));
    assert_eq!(
        give(&bob, "ada", member),
        Err(ErrorCode::Forbidden),
        "equals"
    );
    assert_eq!(give(&ada, "eve", member), Ok(None), "no event made it so");
    assert_eq!(scene.members(&ada, "dev")[1].1, owner);
    let event = scene.scan(&ada, "dev").remove(1);
    let EventBody::Member(change) = &event.body else {
        panic!("{event:?}")
    };
    assert_eq!((change.user.as_str(), change.role), ("bob", Some(owner)));
    scene.one(leave(&bob, "dev")).unwrap();
    let gone = scene.one(set_role(&ada, "dev", "bob", owner));
    assert_eq!(refused(gone), ErrorCode::NotFound);
    assert_eq!(scene.join(&bob, "dev").role, member);
    let lowered = scene.one(set_role(&ada, "dev", "bob", member));
    assert_eq!(changed(lowered), None, "coming in made it so");
    scene.guest("dan");
    drop(eve);
}

pub(crate) fn the_owner_is_followed_however_the_room_loses_it<E: Engine>() {
    let (scene, [ada, bob, eve]) = three::<E>();
    changed(scene.one(set_role(&ada, "dev", "eve", Role::Moderator)));
    scene.one(leave(&ada, "dev")).unwrap();
    assert_eq!(
        scene.standing(&eve, "dev").unwrap().role,
        Role::Owner,
        "a moderator comes before a longer-standing member"
    );
    // She was made moderator by an event, and owner by none.
    changed(scene.one(set_role(&eve, "dev", "bob", Role::Owner)));
    scene.one(leave(&eve, "dev")).unwrap();
    assert_eq!(scene.standing(&bob, "dev").unwrap().role, Role::Owner);
    scene.join(&ada, "dev");
    scene.gone(&bob);
    let mut scene = scene;
    scene.now += crate::rules::account::GUEST_WROTE_MS;
    scene.say(&ada, "dev", "bob's name has lapsed");
    assert_eq!(
        scene.members(&ada, "dev"),
        [("ada".to_owned(), Role::Owner)]
    );
}

pub(crate) fn guests_write_where_the_settings_let_them<E: Engine>() {
    let (mut scene, [ada, bob, _]) = three::<E>();
    let dan = scene.account("dan");
    scene.join(&dan, "dev");
    let by_member = scene.one(settings(&bob, "dev", false));
    assert_eq!(refused(by_member), ErrorCode::Forbidden);
    assert_eq!(changed(scene.one(settings(&ada, "dev", false))), None);
    let refusal = scene.one(send(&bob, "dev", "hi", None)).unwrap_err();
    assert_eq!(refusal.code, ErrorCode::Forbidden);
    assert!(refusal.message.contains("register"), "{}", refusal.message);
    scene.say(&dan, "dev", "an account may");
    let mut scene = scene.crash();
    scene.now += 1;
    let refusal = scene.one(send(&bob, "dev", "hi", None));
    assert_eq!(refused(refusal), ErrorCode::Forbidden);
    assert_eq!(changed(scene.one(settings(&ada, "dev", true))), None);
    scene.say(&bob, "dev", "hi");
}

pub(crate) fn what_was_decided_survives_a_kill<E: Engine>() {
    let (scene, [ada, bob, eve]) = three::<E>();
    acts(&scene, &ada, Act::Ban, "eve");
    acts(&scene, &ada, Act::Mute, "bob");
    let scene = scene.crash();
    assert_eq!(refused(scene.one(join(&eve, "dev"))), ErrorCode::Banned);
    let message = send(&bob, "dev", "hi", None);
    assert_eq!(refused(scene.one(message)), ErrorCode::Muted);
    assert_eq!(acts(&scene, &ada, Act::Ban, "eve"), Some(seq(1)));
    assert_eq!(acts(&scene, &ada, Act::Mute, "bob"), Some(seq(2)));
}
