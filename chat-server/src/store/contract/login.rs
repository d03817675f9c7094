//! Promises about accounts and their devices.

use super::*;
use crate::rules::account::GUEST_WROTE_MS;

pub(crate) fn a_guest_that_registers_stays_who_it_is_and_never_lapses<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("Ada");
    scene.join(&ada, "dev");
    scene.say(&ada, "dev", "as a guest");
    assert_eq!(credentials(&scene, "ada"), None);
    scene.register(&ada, "first");
    assert_eq!(
        scene.effects.borrow()[..],
        [Effect::Registered { user: ada.row.id }]
    );
    let said = scene.say(&ada, "dev", "as an account");
    assert!(!said.guest);
    assert!(scene.scan(&ada, "dev")[0].guest, "what was said stays");
    scene.gone(&ada);
    scene.now += 10 * GUEST_WROTE_MS;
    assert_eq!(scene.no_guest("ada"), ErrorCode::NameTaken);
    assert_eq!(scene.no_guest("ADA"), ErrorCode::NameTaken);
    let Ok(Committed::Welcomed(welcomed)) = scene.back(&ada, None) else {
        panic!("the same token as before")
    };
    assert_eq!((welcomed.user.id, welcomed.user.guest), (ada.row.id, false));
    assert_eq!(scene.standing(&ada, "dev").unwrap().role, Role::Owner);
}

pub(crate) fn only_a_guest_registers<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    scene.register(&ada, "first");
    let again = scene.one(register(&ada, "second"));
    assert_eq!(refused(again), ErrorCode::Conflict);
    assert_eq!(
        credentials(&scene, "ada"),
        Some((ada.row.id, hash("first")))
    );
    let bob = scene.guest("bob");
    scene.gone(&bob);
    scene.now += GUEST_WROTE_MS;
    scene.guest("eve");
    let lapsed = scene.one(register(&bob, "first"));
    assert_eq!(refused(lapsed), ErrorCode::Conflict);
    assert_eq!(credentials(&scene, "bob"), None);
}

pub(crate) fn a_password_lets_a_new_device_in<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("Ada");
    scene.register(&ada, "first");
    scene.gone(&ada);
    // Names are found as they are compared, and not by what looks like them.
    let kept = Some((ada.row.id, hash("first")));
    assert_eq!(credentials(&scene, "aDA"), kept);
    assert_eq!(credentials(&scene, "аda"), None, "a Cyrillic а");
    let new = token(77);
    let Ok(Committed::Welcomed(welcomed)) = scene.one(login(&ada, "first", new)) else {
        panic!("the right password")
    };
    assert!(welcomed.new_device);
    assert_eq!(welcomed.user.id, ada.row.id);
    assert_eq!(owner(&scene, new), Some("Ada".to_owned()));
    assert!(scene.back(&ada, None).is_ok(), "the other device stays");
    let stale = scene.one(login(&ada, "other", token(78)));
    assert_eq!(refused(stale), ErrorCode::BadCredentials);
    assert_eq!(owner(&scene, token(78)), None);
}

pub(crate) fn a_new_password_logs_the_other_devices_out<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    scene.register(&ada, "first");
    let other = token(77);
    assert!(scene.one(login(&ada, "first", other)).is_ok());
    let stale = scene.one(set_password(&ada, "other", "second"));
    assert_eq!(refused(stale), ErrorCode::BadCredentials);
    assert!(owner(&scene, other).is_some(), "nothing was done");
    assert_eq!(
        scene.one(set_password(&ada, "first", "second")),
        Ok(Committed::Account)
    );
    assert_eq!(
        scene.effects.borrow()[..],
        [Effect::LoggedOut {
            user: ada.row.id,
            devices: Devices::AllBut(ada.token)
        }]
    );
    let kept = Some((ada.row.id, hash("second")));
    assert_eq!(credentials(&scene, "ada"), kept);
    assert_eq!(owner(&scene, other), None);
    let back = scene.one(hello(None, Some(other), token(78)));
    assert_eq!(refused(back), ErrorCode::BadCredentials);
    assert!(scene.back(&ada, None).is_ok());
    let bob = scene.guest("bob");
    let guest = scene.one(set_password(&bob, "first", "second"));
    assert_eq!(refused(guest), ErrorCode::BadCredentials);
}

pub(crate) fn a_device_that_logs_out_does_not_come_back<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    scene.register(&ada, "first");
    let other = token(77);
    assert!(scene.one(login(&ada, "first", other)).is_ok());
    let logout = |user: &Guest, token| {
        Change::Logout(Logout {
            user: user.row.id,
            token,
        })
    };
    assert_eq!(scene.one(logout(&ada, ada.token)), Ok(Committed::Account));
    assert_eq!(refused(scene.back(&ada, None)), ErrorCode::BadCredentials);
    assert_eq!(owner(&scene, other), Some("ada".to_owned()));
    // Nobody logs another one's device out.
    assert_eq!(scene.one(logout(&bob, other)), Ok(Committed::Account));
    assert_eq!(owner(&scene, other), Some("ada".to_owned()));
}

pub(crate) fn without_guests_only_accounts_come_in<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    scene.register(&ada, "first");
    let closed = |called, token: Option<TokenHash>| match hello(called, token, super::token(99)) {
        Change::Hello(hello) => Change::Hello(Hello {
            guests: false,
            ..hello
        }),
        other => other,
    };
    for (called, token) in [(Some("eve"), None), (None, Some(bob.token))] {
        let outcome = scene.one(closed(called, token));
        assert_eq!(refused(outcome), ErrorCode::Forbidden, "{called:?}");
    }
    assert!(scene.one(closed(None, Some(ada.token))).is_ok());
}

pub(crate) fn accounts_survive_a_kill<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.guest("ada"), scene.guest("bob"));
    scene.register(&ada, "first");
    scene.register(&bob, "first");
    assert!(scene.one(set_password(&bob, "first", "second")).is_ok());
    scene.one(login(&bob, "second", token(77))).unwrap();
    let scene = scene.crash();
    for (name, expected) in [("ada", hash("first")), ("bob", hash("second"))] {
        let (_, kept) = credentials(&scene, name).unwrap();
        assert_eq!(kept.0, expected.0);
    }
    assert_eq!(owner(&scene, ada.token), Some("ada".to_owned()));
    assert_eq!(owner(&scene, token(77)), Some("bob".to_owned()));
}

impl<E: Engine> Scene<E> {
    pub(super) fn register(&self, guest: &Guest, password: &str) {
        assert_eq!(self.one(register(guest, password)), Ok(Committed::Account));
    }
}

fn register(guest: &Guest, password: &str) -> Change {
    Change::Register(Register {
        user: guest.row.id,
        password: hash(password),
    })
}

pub(super) fn login(guest: &Guest, verified: &str, fresh: TokenHash) -> Change {
    Change::Login(Login {
        user: guest.row.id,
        verified: hash(verified),
        fresh,
    })
}

fn set_password(guest: &Guest, verified: &str, password: &str) -> Change {
    Change::SetPassword(SetPassword {
        user: guest.row.id,
        verified: hash(verified),
        password: hash(password),
        keep: guest.token,
    })
}

/// The store compares hashes and knows nothing of how they are made.
pub(super) fn hash(password: &str) -> PasswordHash {
    PasswordHash(format!("the hash of {password}"))
}

pub(super) fn credentials<E: Engine>(
    scene: &Scene<E>,
    name: &str,
) -> Option<(crate::store::UserId, PasswordHash)> {
    let found = scene.wait(|store| store.credentials(user(name)));
    found.map(|found| (found.user, found.password))
}

/// Whose device has this token.
pub(super) fn owner<E: Engine>(scene: &Scene<E>, token: TokenHash) -> Option<String> {
    let found = scene.wait(|store| store.device(token));
    found.map(|row| row.name.as_str().to_owned())
}
