//! Promises about what the operator does with accounts.

use super::login::{credentials, hash, login, owner};
use super::*;
use crate::rules::account::{GUEST_MS, GUEST_WROTE_MS};
use crate::store::{AdminDeed, Administer};

pub(crate) fn an_admin_does_what_others_may_not_until_it_is_none<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (bob, ada) = (scene.guest("bob"), scene.guest("ada"));
    scene.join(&bob, "dev");
    scene.join(&ada, "dev");
    scene.register(&ada, "first");
    let set = |scene: &Scene<E>, text| scene.one(topic(&ada, "dev", text));
    assert_eq!(refused(set(&scene, "one")), ErrorCode::Forbidden);
    done(&scene, "Ada", AdminDeed::Promote(true));
    assert!(set(&scene, "two").is_ok());
    assert!(row(&scene, "ada").admin);
    done(&scene, "ada", AdminDeed::Promote(false));
    assert_eq!(refused(set(&scene, "three")), ErrorCode::Forbidden);
    assert!(!row(&scene, "ada").admin);
}

pub(crate) fn the_operator_opens_an_account_again_and_closes_it_to_others<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    scene.register(&ada, "first");
    let phone = token(77);
    scene.one(login(&ada, "first", phone)).unwrap();
    assert_eq!(row(&scene, "ada").devices, 2);
    done(&scene, "ada", AdminDeed::SetPassword(hash("second")));
    let expected = [Effect::LoggedOut {
        user: ada.row.id,
        devices: Devices::All,
    }];
    assert_eq!(scene.effects.borrow()[..], expected[..]);
    assert_eq!(
        credentials(&scene, "ada"),
        Some((ada.row.id, hash("second")))
    );
    for token in [ada.token, phone] {
        assert_eq!(owner(&scene, token), None);
    }
    scene.one(login(&ada, "second", token(78))).unwrap();
    let listed = scene.wait(|store| store.devices(user("ADA"), 10)).unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].token, token(78));
    done(&scene, "ada", AdminDeed::Revoke);
    assert_eq!(scene.effects.borrow()[..], expected[..]);
    assert_eq!(owner(&scene, token(78)), None);
}

pub(crate) fn an_account_can_be_made_that_was_never_a_guest<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let add = || AdminDeed::Add {
        password: hash("first"),
        default_rooms: vec![room("lobby")],
    };
    scene.guest("bob");
    done(&scene, "Ada", add());
    let (id, kept) = credentials(&scene, "ada").unwrap();
    assert_eq!(kept, hash("first"));
    let standings = scene.wait(|store| store.standings(id, user("Ada")));
    assert_eq!(standings[0].room.name, room("lobby"));
    assert_eq!(
        (row(&scene, "Ada").guest, row(&scene, "Ada").online),
        (false, false)
    );
    for taken in ["ada", "bob", "admin"] {
        assert_eq!(refused(order(&scene, taken, add())), ErrorCode::NameTaken);
    }
    assert_eq!(scene.no_guest("ADA"), ErrorCode::NameTaken);
}

pub(crate) fn orders_about_nobody_and_about_guests_are_refused<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    for deed in [
        AdminDeed::Promote(true),
        AdminDeed::SetPassword(hash("first")),
        AdminDeed::Revoke,
    ] {
        let nobody = refused(order(&scene, "bob", deed.clone()));
        assert_eq!(nobody, ErrorCode::NotFound);
        let alike = refused(order(&scene, "аda", deed.clone()));
        assert_eq!(alike, ErrorCode::NotFound, "a Cyrillic а");
        assert_eq!(refused(order(&scene, "ada", deed)), ErrorCode::Conflict);
    }
    assert!(owner(&scene, ada.token).is_some());
    assert_eq!(scene.wait(|store| store.devices(user("bob"), 10)), None);
}

pub(crate) fn users_are_listed_in_pages_as_they_came<E: Engine>() {
    let mut scene = Scene::<E>::new();
    for name in ["eve", "ada", "bob"] {
        scene.guest(name);
    }
    let mut names = Vec::new();
    let mut after = crate::store::UserId(0);
    loop {
        let page = scene.wait(|store| store.accounts(after, 2));
        let Some(last) = page.last() else { break };
        after = last.id;
        names.extend(page.iter().map(|row| row.name.to_string()));
    }
    assert_eq!(names, ["eve", "ada", "bob"]);
}

pub(crate) fn who_is_banned_from_the_server_stays_out_until_let_in_again<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, eve) = (scene.guest("ada"), scene.guest("eve"));
    scene.register(&ada, "first");
    for guest in [&ada, &eve] {
        let name = guest.row.name.to_string();
        done(&scene, &name, AdminDeed::Ban(true));
        let user = guest.row.id;
        assert_eq!(scene.effects.borrow()[..], [Effect::Banned { user }]);
        assert!(row(&scene, &name).banned);
    }
    scene = scene.crash();
    assert_eq!(refused(scene.back(&ada, None)), ErrorCode::Banned);
    assert_eq!(refused(scene.back(&eve, None)), ErrorCode::Banned);
    assert_eq!(owner(&scene, ada.token), None, "nor files by its token");
    let by_password = |scene: &Scene<E>, fits| scene.one(login(&ada, fits, token(78)));
    assert_eq!(refused(by_password(&scene, "first")), ErrorCode::Banned);
    let wrong = refused(by_password(&scene, "second"));
    assert_eq!(wrong, ErrorCode::BadCredentials);
    assert_eq!(scene.no_guest("ada"), ErrorCode::NameTaken);
    done(&scene, "ada", AdminDeed::Ban(false));
    assert_eq!(scene.effects.borrow()[..], []);
    assert!(scene.back(&ada, None).is_ok());
    assert!(by_password(&scene, "first").is_ok());
}

pub(crate) fn who_is_muted_on_the_server_writes_nowhere<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let eve = scene.guest("eve");
    scene.join(&eve, "dev");
    let said = scene.say(&eve, "dev", "before").seq;
    done(&scene, "Eve", AdminDeed::Mute(true));
    assert!(row(&scene, "eve").muted);
    for (number, name) in ["dev", "lobby"].into_iter().enumerate() {
        let text = format!("number {number}");
        let code = refused(scene.one(send(&eve, name, &text, None)));
        assert_eq!(code, ErrorCode::Muted);
    }
    for what in [edit("x"), react("👍", true), Revision::Pin { on: true }] {
        let code = scene.no_revise(&eve, "dev", said.get(), what);
        assert_eq!(code, ErrorCode::Muted);
    }
    scene.revise(&eve, "dev", said.get(), Revision::Delete);
    done(&scene, "eve", AdminDeed::Mute(false));
    scene.say(&eve, "dev", "after");
}

pub(crate) fn a_banned_guest_keeps_the_name_by_which_it_is_let_in_again<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (eve, bob) = (scene.guest("eve"), scene.guest("bob"));
    done(&scene, "eve", AdminDeed::Ban(true));
    scene.gone(&eve);
    scene.now += 10 * GUEST_WROTE_MS;
    // Any change makes the store look whose time is over.
    scene.say(&bob, "lobby", "hi");
    assert!(row(&scene, "eve").banned);
    assert_eq!(scene.no_guest("eve"), ErrorCode::NameTaken);
    done(&scene, "eve", AdminDeed::Ban(false));
    assert!(scene.back(&eve, None).is_ok());
    scene.gone(&eve);
    scene.now += GUEST_MS;
    assert_ne!(scene.guest("eve").row.id, eve.row.id, "its time runs again");
}

fn order<E: Engine>(scene: &Scene<E>, name: &str, deed: AdminDeed) -> Decision {
    scene.one(Change::Administer(Administer {
        name: user(name),
        deed,
    }))
}

fn done<E: Engine>(scene: &Scene<E>, name: &str, deed: AdminDeed) {
    assert_eq!(order(scene, name, deed), Ok(Committed::Account));
}

fn row<E: Engine>(scene: &Scene<E>, name: &str) -> crate::store::AccountRow {
    let rows = scene.wait(|store| store.accounts(crate::store::UserId(0), 100));
    let mut found = rows
        .into_iter()
        .filter(|row| row.name.key() == user(name).key());
    found.next().unwrap()
}
