//! Coming in, and being taken out: names, connections, rooms and servers.

use super::disk::Disk;
use super::server::{Server, room};
use super::world::World;
use crate::core::effect::Effect;
use crate::core::input::{Input, Key, KeyCode};
use crate::core::link::Phase;
use crate::core::overlay::Overlay;
use std::time::Duration;

pub(super) fn login(world: &World) -> Option<(&str, Option<&str>)> {
    world
        .state
        .overlays
        .iter()
        .find_map(|overlay| match overlay {
            Overlay::Login(login) => Some((login.name.text(), login.why.as_deref())),
            _ => None,
        })
}

#[test]
fn the_first_run_proposes_the_login_name_and_asks_again_while_it_is_taken() {
    let mut server = Server::new(&["lobby"]);
    server.taken = vec!["AdaL".into()];
    let mut world = World::with(Server::new(&[]), Disk::default());
    world.server = server;
    world.disk = Disk::default();
    world.start("");
    assert_eq!(login(&world), Some(("AdaL", None)));
    world.key(KeyCode::Enter);
    world.flow();
    assert_eq!(login(&world), Some(("AdaL", Some("that name is in use"))));
    world.write("!");
    world.key(KeyCode::Enter);
    assert!(
        login(&world).unwrap().1.unwrap().contains('!'),
        "a bad name is not sent"
    );
    world.key(KeyCode::Backspace);
    world.write("2");
    world.cut();
    world.key(KeyCode::Enter);
    world.flow();
    assert_eq!(login(&world), None);
    assert_eq!(world.state.me.name.as_ref().unwrap().as_str(), "AdaL2");
    assert_eq!(world.state.open, Some(room("lobby")));
    world.start("");
    world.rest();
    assert!(
        world.state.link.is_live(),
        "the token brings one back without a question"
    );
}

#[test]
fn who_asked_for_another_name_than_this_device_has_is_told_and_who_chose_one_is_not() {
    let mut world = World::with(Server::new(&["lobby"]), Disk::default());
    world.server.taken = vec!["bob".into()];
    world.disk = Disk::default();
    world.start("bob");
    world.flow();
    assert_eq!(login(&world), Some(("bob", Some("that name is in use"))));
    world.write("2");
    world.key(KeyCode::Enter);
    world.flow();
    assert_eq!(world.state.me.name.as_ref().unwrap().as_str(), "bob2");
    assert_eq!(world.words(), "");
    world.start("carl");
    world.flow();
    assert!(world.words().contains("another --profile"));
}

#[test]
fn without_any_room_typing_chooses_one() {
    let mut world = World::new(&["lobby"]);
    world.send("/leave");
    world.flow();
    assert_eq!(world.state.open, None);
    world.send("dev");
    world.flow();
    assert_eq!(world.state.open, Some(room("dev")));
}

#[test]
fn with_very_many_rooms_hello_still_fits_a_frame_and_the_other_rooms_have_holes() {
    let names: Vec<_> = (0..1200)
        .map(|n| format!("{n}-{}", "x".repeat(55)))
        .collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let mut world = World::new(&names);
    world.cut();
    for name in &names {
        world.server.others(name, "bob", "hi");
    }
    world.rest();
    assert!(world.state.link.is_live());
    assert!(
        names
            .iter()
            .all(|name| world.unread(name) == 1 || world.state.open == Some(room(name)))
    );
    world.press(Key::alt(KeyCode::Up));
    world.flow();
    assert_eq!(world.texts(), ["hi"]);
}

#[test]
fn a_silent_server_is_noticed_in_words_and_the_client_comes_back_by_itself() {
    let mut world = World::new(&["lobby"]);
    world.write("x");
    world.server.wire = None;
    let mut waited = Duration::ZERO;
    while world.state.link.is_live() {
        world.mono += Duration::from_millis(100);
        waited += Duration::from_millis(100);
        world.outgoing.clear();
        world.input(Input::Wake);
    }
    assert!(waited <= Duration::from_secs(10), "{waited:?}");
    assert!(
        world.state.link.words("then").contains("no answer"),
        "{}",
        world.state.link.words("then")
    );
    world.write("y");
    world.wait(Duration::from_secs(5));
    assert!(world.state.link.is_live());
    assert_eq!(world.composed(), "xy");
}

#[test]
fn a_removal_is_said_and_what_was_written_for_the_room_stays() {
    let mut world = World::new(&["dev", "lobby"]);
    world.write("begun");
    world.wait(Duration::from_millis(300));
    world.cut();
    world.server.logs.remove(&room("dev"));
    world.rest();
    assert_eq!(world.state.link.phase, Phase::Live);
    assert!(world.state.rooms[&room("dev")].gone);
    assert_eq!(world.composed(), "begun");
    world.key(KeyCode::Enter);
    assert!(
        world.words().contains("not in dev any more"),
        "{}",
        world.words()
    );
    assert_eq!(world.composed(), "begun");
}

#[test]
fn another_server_is_gone_to_by_its_name_with_all_that_is_typed_kept() {
    let mut world = World::new(&["lobby"]);
    world.send("/server");
    assert!(
        world.words().contains("no server has a name"),
        "{}",
        world.words()
    );
    let (settings, _) =
        crate::config::read(b"[servers.work]\naddress = \"a\"\n[servers.home]\naddress = \"b\"\n");
    world.input(Input::Settings(Box::new(settings)));
    world.send("/server wrok");
    assert!(
        world.words().contains("did you mean work?"),
        "{}",
        world.words()
    );
    assert_eq!(world.composed(), "/server wrok");
    world.press(Key::ctrl(KeyCode::Char('u')));
    world.write("/server wo");
    world.key(KeyCode::Tab);
    assert_eq!(world.composed(), "/server work ");
    world.key(KeyCode::Enter);
    let gone = |world: &World| match world.told.last() {
        Some(Effect::Switch(name)) => Some(name.as_str().to_owned()),
        _ => None,
    };
    assert_eq!(gone(&world).as_deref(), Some("work"));
    world.told.clear();
    world.write("half a thought");
    world.send("");
    world.press(Key::ctrl(KeyCode::Char('x')));
    world.key(KeyCode::Char('h'));
    world.key(KeyCode::Enter);
    assert_eq!(
        gone(&world).as_deref(),
        Some("home"),
        "the first of the list"
    );
}
