//! Accounts: passwords are typed hidden and kept nowhere.

use super::world::World;
use crate::core::input::KeyCode;
use crate::core::link::Phase;
use crate::core::overlay::Overlay;
use chat_proto::Request;

fn enter(world: &mut World, text: &str) {
    world.write(text);
    world.key(KeyCode::Enter);
}

fn why(world: &World) -> Option<String> {
    match world.state.overlays.last() {
        Some(Overlay::Secret(secret)) => secret.why.clone(),
        Some(Overlay::Login(login)) => login.why.clone(),
        _ => None,
    }
}

#[test]
fn a_guest_becomes_an_account_by_a_password_typed_twice_and_hidden() {
    let mut world = World::new(&["lobby"]);
    world.send("/password");
    assert!(world.words().contains("a guest has no password"));
    world.send("/register");
    enter(&mut world, "short");
    assert!(why(&world).unwrap().contains("at least 8"));
    world.keys("C-u");
    enter(&mut world, "correct horse");
    enter(&mut world, "correct house");
    assert!(why(&world).unwrap().contains("not the same"));
    enter(&mut world, "correct horse");
    let drawn = format!("{:?}", world.state);
    assert!(!drawn.contains("correct"), "not even for those who debug");
    enter(&mut world, "correct horse");
    world.flow();
    let Some(Request::Register(register)) = world.server.requests.last() else {
        panic!("{:?}", world.server.requests.last());
    };
    let sent = serde_json::to_string(&register.password).unwrap();
    assert_eq!(sent, "\"correct horse\"");
    assert!(!world.state.me.guest);
    assert!(!format!("{:?}", world.state).contains("correct horse"));
    assert!(world.disk.drafts.is_empty());
}

#[test]
fn passwords_at_their_boundary() {
    for (chars, reason) in [
        (7, Some("at least 8")),
        (8, None),
        (256, None),
        (257, Some("256")),
    ] {
        let mut world = World::new(&["lobby"]);
        world.send("/register");
        // The longest by characters is far from the longest by bytes.
        enter(&mut world, &"\u{1f600}".repeat(chars));
        let said = why(&world);
        match reason {
            Some(reason) => assert!(said.is_some_and(|why| why.contains(reason)), "{chars}"),
            None => assert_eq!(said, None, "{chars}: it is asked for once more"),
        }
    }
}

#[test]
fn a_password_typed_as_a_command_is_taken_away_and_not_sent() {
    let mut world = World::new(&["lobby"]);
    world.send("/register hunter2hunter2");
    world.rest();
    assert!(world.state.open_room().unwrap().composer.is_empty());
    assert!(world.disk.drafts.is_empty());
    world.keys("C-_");
    assert!(
        world.state.open_room().unwrap().composer.is_empty(),
        "undo does not bring it back"
    );
    let asked = |request: &Request| matches!(request, Request::Register(_));
    assert!(!world.server.requests.iter().any(asked));
}

#[test]
fn one_comes_in_by_name_and_password_and_escape_stays_who_one_is() {
    let mut world = World::new(&["lobby"]);
    world.send("/login");
    world.key(KeyCode::Esc);
    world.rest();
    assert_eq!(world.state.link.phase, Phase::Live);
    world.send("/login");
    enter(&mut world, "correct horse");
    world.rest();
    let hello = world
        .server
        .requests
        .iter()
        .rev()
        .find_map(|request| match request {
            Request::Hello(hello) => Some(hello.clone()),
            _ => None,
        });
    let hello = hello.unwrap();
    assert!(hello.password.is_some() && hello.token.is_none());
    assert_eq!(hello.name.unwrap().as_str(), "ada");
    assert!(world.state.overlays.is_empty() && world.state.link.is_live());
}

#[test]
fn logging_out_asks_first_and_forgets_the_rooms_but_not_what_was_begun() {
    let mut world = World::new(&["dev", "lobby"]);
    world.go("lobby");
    world.server.others("lobby", "bob", "private words");
    world.rest();
    world.write("half a thought");
    world.rest();
    world.keys("C-x a o");
    assert!(matches!(
        world.state.overlays.last(),
        Some(Overlay::Confirm(_))
    ));
    world.key(KeyCode::Enter);
    world.rest();
    assert!(why(&world).unwrap().contains("logged out"));
    assert_eq!(world.disk.device.token, None);
    assert!(world.disk.entries.is_empty());
    assert!(
        world
            .disk
            .drafts
            .values()
            .any(|draft| draft.text == "half a thought")
    );
    world.key(KeyCode::Tab);
    world.key(KeyCode::Enter);
    world.rest();
    assert!(world.state.link.is_live());
    assert_eq!(
        world.state.rooms[&super::server::room("lobby")]
            .composer
            .text(),
        "half a thought"
    );
}

#[test]
fn nothing_unsent_goes_out_as_somebody_elses() {
    let mut world = World::new(&["lobby"]);
    world.reachable = false;
    world.cut();
    world.send("mine");
    world.send("/login");
    assert!(world.words().contains("wait for the server"));
    assert!(world.state.overlays.is_empty());
}
