//! Promises about webhooks.

use super::*;
use crate::store::{HookSays, MakeHook, VoidHook};

pub(crate) fn a_webhook_speaks_under_its_own_name<E: Engine>() {
    let (mut scene, ada) = moderated::<E>();
    let bob = scene.guest("bob");
    scene.join(&bob, "dev");
    assert_eq!(changed(scene.one(make(&ada, "ci", token(90)))), None);
    assert!(scene.wait(|store| store.hook(token(90))).is_some());
    sent(scene.one(says(token(90), "build failed, @bob", None)));
    let said = scene.scan(&bob, "dev").pop().unwrap();
    assert_eq!(
        (said.author.as_str(), said.hook, said.guest),
        ("ci", true, false)
    );
    assert_eq!(text(&said), "build failed, @bob");
    // Whoever made it reads it as another's.
    assert_eq!(scene.counts(&ada, "dev"), (1, 0));
    assert_eq!(scene.counts(&bob, "dev"), (1, 1));
    let page = scene.page(&bob, "dev", Anchor::Newest, 1);
    assert_eq!(page.entries[0].event, said);
}

pub(crate) fn a_webhooks_key_is_its_own_nonce<E: Engine>() {
    let (scene, ada) = moderated::<E>();
    for (name, number) in [("ci", 90), ("cd", 91)] {
        changed(scene.one(make(&ada, name, token(number))));
    }
    let first = sent(scene.one(says(token(90), "build 1", Some("1"))));
    let again = scene.one(says(token(90), "build 1", Some("1")));
    assert_eq!(repeated(again), first);
    let other = scene.one(says(token(90), "build 2", Some("1")));
    assert_eq!(refused(other), ErrorCode::Conflict);
    // Neither another webhook nor a user shares it.
    assert_ne!(
        sent(scene.one(says(token(91), "build 1", Some("1")))),
        first
    );
    assert_ne!(
        sent(scene.one(send(&ada, "dev", "build 1", Some("1")))),
        first
    );
    // Nor one of the same name, made after it was voided.
    changed(scene.one(void(&ada, "ci")));
    changed(scene.one(make(&ada, "ci", token(92))));
    assert_ne!(
        sent(scene.one(says(token(92), "build 1", Some("1")))),
        first
    );
}

pub(crate) fn a_voided_webhook_is_silent<E: Engine>() {
    let (scene, ada) = moderated::<E>();
    for (name, number) in [("ci", 90), ("cd", 91)] {
        changed(scene.one(make(&ada, name, token(number))));
    }
    let list = |scene: &Scene<E>| {
        let names = scene.wait(|store| store.hooks(ada.row.id, room("dev")));
        names
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(list(&scene), ["cd", "ci"]);
    changed(scene.one(void(&ada, "CI")));
    assert_eq!(list(&scene), ["cd"]);
    assert_eq!(scene.wait(|store| store.hook(token(90))), None);
    let silent = scene.one(says(token(90), "build failed", None));
    assert_eq!(refused(silent), ErrorCode::NotFound);
    assert_eq!(refused(scene.one(void(&ada, "ci"))), ErrorCode::NotFound);
}

pub(crate) fn a_webhooks_name_is_nobody_elses<E: Engine>() {
    let (mut scene, ada) = moderated::<E>();
    scene.guest("bob");
    for (name, code) in [
        ("bob", Some(ErrorCode::Conflict)),
        ("B0b", Some(ErrorCode::Conflict)),
        ("ADA", Some(ErrorCode::Conflict)),
        ("admin", Some(ErrorCode::Conflict)),
        ("ci", None),
        ("Ci", Some(ErrorCode::Conflict)),
    ] {
        scene.devices += 1;
        let made = scene.one(make(&ada, name, token(scene.devices)));
        assert_eq!(made.err().map(|refusal| refusal.code), code, "{name}");
    }
    // Not a user's later on, either.
    assert_eq!(scene.no_guest("CI"), ErrorCode::NameTaken);
    changed(scene.one(void(&ada, "ci")));
    scene.guest("CI");
}

pub(crate) fn only_accounts_that_moderate_manage_webhooks<E: Engine>() {
    let (mut scene, ada) = moderated::<E>();
    changed(scene.one(make(&ada, "ci", token(90))));
    let guest = scene.guest("bob");
    scene.join(&guest, "dev");
    let out = scene.guest("eve");
    scene.join(&out, "own");
    for (asker, code) in [(&guest, ErrorCode::Forbidden), (&out, ErrorCode::NotMember)] {
        assert_eq!(refused(scene.one(make(asker, "cd", token(91)))), code);
        assert_eq!(refused(scene.one(void(asker, "ci"))), code);
        let listed = scene.wait(|store| store.hooks(asker.row.id, room("dev")));
        assert_eq!(listed.unwrap_err().code, code);
    }
    // A guest owns the room that it made, and has no webhooks there.
    let own = MakeHook {
        by: out.row.id,
        room: room("own"),
        name: user("cd"),
        token: token(91),
    };
    let refusal = scene.one(Change::MakeHook(own)).unwrap_err();
    assert_eq!(refusal.code, ErrorCode::Forbidden);
    assert!(refusal.message.contains("register"), "{}", refusal.message);
}

/// A room `dev` whose owner has an account.
fn moderated<E: Engine>() -> (Scene<E>, Guest) {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    scene.register(&ada, "first");
    scene.join(&ada, "dev");
    (scene, ada)
}

fn make(by: &Guest, name: &str, token: TokenHash) -> Change {
    Change::MakeHook(MakeHook {
        by: by.row.id,
        room: room("dev"),
        name: user(name),
        token,
    })
}

fn void(by: &Guest, name: &str) -> Change {
    Change::VoidHook(VoidHook {
        by: by.row.id,
        room: room("dev"),
        name: user(name),
    })
}

fn says(token: TokenHash, text: &str, nonce: Option<&str>) -> Change {
    Change::HookSays(HookSays {
        token,
        text: Text::parse(text, usize::MAX).unwrap(),
        nonce: nonce.map(|nonce| Nonce::parse(nonce).unwrap()),
    })
}
