//! Promises about who is who.

use super::*;
use crate::rules::account::{GUEST_MS, GUEST_WROTE_MS};

pub(crate) fn a_new_guest_starts_in_the_default_rooms<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    scene.say(&ada, "lobby", "hi");
    let bob = scene.guest("bob");
    let standings = scene.wait(|store| store.standings(bob.row.id, bob.row.name.clone()));
    let [lobby] = &standings[..] else {
        panic!("{standings:?}")
    };
    assert_eq!(lobby.room.name, room("lobby"));
    assert_eq!((lobby.role, lobby.read), (Role::Member, seq(1)));
    assert_eq!((lobby.room.members, lobby.counts.unread), (2, 0));
    assert!(bob.row.guest);
    assert_ne!(ada.row.id, bob.row.id);
}

pub(crate) fn a_guests_name_is_kept_for_two_minutes<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    scene.now += 10 * GUEST_WROTE_MS;
    assert_eq!(scene.no_guest("ada"), ErrorCode::NameTaken, "she is here");
    scene.gone(&ada);
    scene.now += GUEST_MS - 1;
    assert_eq!(scene.no_guest("ADA"), ErrorCode::NameTaken);
    scene.now += 1;
    let other = scene.guest("Ada");
    assert_ne!(other.row.id, ada.row.id);
    assert_eq!(
        scene.members(&other, "lobby"),
        [("Ada".to_owned(), Role::Member)]
    );
}

pub(crate) fn who_came_back_is_not_taken_for_gone<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    let left = Timestamp::from_millis(scene.now);
    scene.now += 5000;
    scene.back(&ada, None).unwrap();
    let user = ada.row.id;
    scene.one(Change::Gone(Gone { user, left })).unwrap();
    scene.now += 10 * GUEST_WROTE_MS;
    assert_eq!(scene.no_guest("ada"), ErrorCode::NameTaken, "she is here");
}

pub(crate) fn a_guest_who_wrote_keeps_the_name_for_a_day<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    scene.say(&ada, "lobby", "hi");
    scene.gone(&ada);
    scene.gone(&bob);
    scene.now += GUEST_MS;
    // Any change makes the store look whose time is over.
    let eve = scene.guest("eve");
    let names = |scene: &Scene<E>| {
        let members = scene.members(&eve, "lobby");
        members
            .into_iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&scene), ["ada", "eve"]);
    scene.now += GUEST_WROTE_MS - GUEST_MS - 1;
    assert_eq!(scene.no_guest("ada"), ErrorCode::NameTaken);
    scene.now += 30_000;
    scene.say(&eve, "lobby", "hi");
    assert_eq!(names(&scene), ["eve"]);
    assert_ne!(scene.guest("ada").row.id, ada.row.id);
}

pub(crate) fn a_token_brings_name_and_memberships_back<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("Ada"), scene.guest("bob"));
    scene.join(&ada, "dev");
    scene.join(&bob, "dev");
    scene.gone(&ada);
    for (after, back) in [(1000, "at once"), (GUEST_WROTE_MS, "after it lapsed")] {
        scene.now += after;
        scene.say(&bob, "dev", "hi");
        let outcome = scene.back(&ada, None);
        let Ok(Committed::Welcomed(welcomed)) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(welcomed.user, ada.row, "{back}");
        assert!(!welcomed.new_device && !welcomed.newcomer);
        let standing = scene.standing(&ada, "dev").unwrap();
        assert_eq!(
            (standing.role, standing.read),
            (Role::Owner, seq(0)),
            "{back}"
        );
        assert_eq!(standing.room.members, 2);
        let lobby = scene.members(&bob, "lobby");
        assert_eq!(lobby.len(), 2);
        scene.gone(&ada);
    }
    assert_eq!(refused(scene.back(&ada, Some("eve"))), ErrorCode::Invalid);
    assert_eq!(
        refused(scene.one(hello(None, Some(token(77)), token(78)))),
        ErrorCode::BadCredentials
    );
}

pub(crate) fn a_taken_name_is_given_up_for_another<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    scene.join(&ada, "dev");
    scene.gone(&ada);
    scene.now += GUEST_MS;
    let thief = scene.guest("ada");
    scene.join(&thief, "dev");
    assert_eq!(refused(scene.back(&ada, None)), ErrorCode::NameTaken);
    assert_eq!(refused(scene.back(&ada, Some("ada"))), ErrorCode::NameTaken);
    assert_eq!(
        refused(scene.back(&ada, Some("admin"))),
        ErrorCode::NameTaken
    );
    let Ok(Committed::Welcomed(welcomed)) = scene.back(&ada, Some("Ada2")) else {
        panic!("a free name")
    };
    assert_eq!(welcomed.user.id, ada.row.id);
    assert_eq!(welcomed.user.name, user("Ada2"));
    let members = scene.members(&ada, "dev");
    assert_eq!(
        members,
        [
            ("ada".to_owned(), Role::Owner),
            ("Ada2".to_owned(), Role::Owner)
        ]
    );
    assert_eq!(scene.say(&ada, "dev", "hi").author, user("Ada2"));
}

pub(crate) fn names_that_can_be_confused_are_taken<E: Engine>() {
    let mut scene = Scene::<E>::new();
    scene.guest("Straße");
    assert_eq!(scene.no_guest("STRASSE"), ErrorCode::NameTaken);
    scene.guest("paypal");
    // In Cyrillic, but for the l.
    assert_eq!(scene.no_guest("раураl"), ErrorCode::NameTaken);
    assert_eq!(scene.no_guest("System"), ErrorCode::NameTaken);
}

pub(crate) fn all_are_offline_when_a_store_is_opened<E: Engine>() {
    let mut scene = Scene::<E>::new();
    scene.guest("ada");
    scene.now += 10 * GUEST_MS;
    let mut scene = scene.crash();
    scene.now += GUEST_MS - 1;
    assert_eq!(scene.no_guest("ada"), ErrorCode::NameTaken);
    scene.now += 1;
    scene.guest("ada");
}

pub(crate) fn the_epoch_stays<E: Engine>() {
    let scene = Scene::<E>::new();
    let epoch = scene.engine.store().epoch().to_owned();
    assert!(!epoch.is_empty());
    assert_ne!(epoch, Scene::<E>::new().engine.store().epoch());
    let scene = scene.reopen();
    assert_eq!(scene.engine.store().epoch(), epoch);
    assert_eq!(scene.crash().engine.store().epoch(), epoch);
}
