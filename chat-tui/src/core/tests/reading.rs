//! What is read: figures, markers, where a room begins, and where one is named.

use super::server::{room, seq};
use super::world::World;
use crate::core::input::{Input, Key, KeyCode};
use crate::core::overlay::Overlay;
use crate::core::settings::Settings;
use chat_proto::Request;
use std::time::Duration;

pub(super) fn talk(world: &mut World, name: &str, count: u64) {
    for n in 0..count {
        world.server.others(name, "bob", &format!("m{n}"));
    }
    world.flow();
}

fn reads(world: &World) -> Vec<u64> {
    let read = |request: &Request| match request {
        Request::Read(read) => Some(read.seq.get()),
        _ => None,
    };
    world.server.requests.iter().filter_map(read).collect()
}

#[test]
fn unread_figures_are_those_of_the_server_also_offline_and_after_a_restart() {
    let mut world = World::new(&["a", "b", "c"]);
    world.cut();
    talk(&mut world, "b", 3);
    talk(&mut world, "c", 120);
    world.rest();
    let figures = |world: &World| [world.unread("a"), world.unread("b"), world.unread("c")];
    assert_eq!(figures(&world), [0, 3, 120]);
    talk(&mut world, "b", 1);
    assert_eq!(figures(&world), [0, 4, 120]);
    world.rest();
    world.reachable = false;
    world.kill();
    assert_eq!(figures(&world), [0, 4, 120], "from the cache");
    world.reachable = true;
    world.rest();
    assert_eq!(figures(&world), [0, 4, 120]);
    let moved = chat_proto::notice::ReadMoved {
        room: room("c"),
        seq: seq(120),
        unread: 0,
        mentions: 0,
    };
    world
        .server
        .say(&chat_proto::codec::Frame::ReadMoved(moved), None);
    world.flow();
    assert_eq!(figures(&world), [0, 4, 0]);
}

#[test]
fn the_marker_moves_only_with_focus_and_only_to_what_stood_at_the_end() {
    let mut world = World::new(&["lobby"]);
    talk(&mut world, "lobby", 5);
    world.rest();
    assert_eq!(reads(&world).last(), Some(&5));
    world.input(Input::Focus(false));
    talk(&mut world, "lobby", 2);
    world.rest();
    assert_eq!(reads(&world).last(), Some(&5), "nobody was looking");
    assert_eq!(world.unread("lobby"), 2);
    world.input(Input::Focus(true));
    world.rest();
    assert_eq!(reads(&world).last(), Some(&7));
    assert_eq!(world.unread("lobby"), 0);
    talk(&mut world, "lobby", 100);
    world.rest();
    world.key(KeyCode::PageUp);
    world.rest();
    talk(&mut world, "lobby", 10);
    world.rest();
    assert_eq!(
        reads(&world).last(),
        Some(&107),
        "newer ones were not in sight"
    );
    assert_eq!(world.unread("lobby"), 10);
    world.key(KeyCode::Esc);
    world.rest();
    assert_eq!(reads(&world).last(), Some(&117));
}

#[test]
fn a_room_is_entered_at_what_is_new_and_reading_to_the_end_clears_it() {
    let mut world = World::new(&["a", "lobby"]);
    world.cut();
    talk(&mut world, "lobby", 120);
    world.rest();
    world.press(Key::alt(KeyCode::Char('a')));
    world.flow();
    let lobby = &world.state.rooms[&room("lobby")];
    assert_eq!(lobby.new_from, Some(seq(1)));
    assert_eq!(lobby.shown.as_ref().unwrap().first, Some(seq(1)));
    assert_eq!(world.unread("lobby"), 120, "only the start was in sight");
    (0..20).for_each(|_| {
        world.key(KeyCode::PageDown);
        world.flow();
    });
    assert_eq!(world.unread("lobby"), 0);
    assert_eq!(world.state.rooms[&room("lobby")].new_from, None);
    world.press(Key::alt(KeyCode::Char('a')));
    assert_eq!(
        world.state.open,
        Some(room("a")),
        "back to where the walk began"
    );
}

#[test]
fn a_room_that_is_loaded_only_after_it_is_drawn_still_starts_at_what_is_new() {
    let mut world = World::new(&["lobby", "many"]);
    talk(&mut world, "many", 400);
    world.rest();
    world.press(Key::alt(KeyCode::Char('2')));
    world.draw();
    world.rest();
    let many = &world.state.rooms[&room("many")];
    assert_eq!(many.shown.as_ref().unwrap().first, Some(seq(1)));
    assert_eq!(world.unread("many"), 400);
}

#[test]
fn marking_read_and_unread_by_hand_can_be_taken_back() {
    let mut world = World::new(&["a", "b"]);
    world.cut();
    talk(&mut world, "b", 7);
    talk(&mut world, "a", 3);
    world.rest();
    world.press(Key::alt(KeyCode::Char('m')));
    world.flow();
    assert_eq!(
        (world.unread("b"), world.server.read[&room("b")]),
        (0, seq(7))
    );
    world.press(Key::alt(KeyCode::Char('z')));
    world.flow();
    assert_eq!(
        (world.unread("b"), world.server.read[&room("b")]),
        (7, seq(0))
    );
    world.key(KeyCode::Up);
    world.key(KeyCode::Up);
    world.key(KeyCode::Char('u'));
    world.flow();
    assert_eq!(world.unread("a"), 2, "from the selected one on");
    assert_eq!(world.server.read[&room("a")], seq(1));
}

#[test]
fn what_the_server_counted_before_another_marking_is_not_taken_for_what_is_so() {
    let mut world = World::new(&["lobby"]);
    let mark = |world: &mut World| {
        (0..3).for_each(|_| world.key(KeyCode::Up));
        world.key(KeyCode::Char('u'));
    };
    talk(&mut world, "lobby", 4);
    world.rest();
    mark(&mut world);
    world.flow();
    world.press(Key::alt(KeyCode::Char('z')));
    // The server has counted, and its answer is on the way.
    while world.server_takes() {}
    mark(&mut world);
    world.flow();
    assert_eq!(world.unread("lobby"), 3);
    assert_eq!(world.server.read[&room("lobby")], seq(1));
}

#[test]
fn a_stream_of_messages_is_acknowledged_as_read_only_a_few_times_a_second() {
    let mut world = World::new(&["lobby"]);
    for _ in 0..100 {
        talk(&mut world, "lobby", 1);
        world.wait(Duration::from_millis(9));
    }
    world.rest();
    assert!(reads(&world).len() <= 6, "{:?}", reads(&world));
    assert_eq!(reads(&world).last(), Some(&100));
    assert_eq!(world.unread("lobby"), 0);
}

#[test]
fn the_inbox_lists_who_named_one_in_any_room_and_goes_to_the_message() {
    let mut world = World::new(&["a", "dev", "lobby"]);
    world.server.others("dev", "bob", "before");
    world.server.others("dev", "bob", "look, @ada");
    world.server.others("lobby", "eve", "@adam and @Ada!");
    world.server.others("a", "eve", "not @adam");
    world.rest();
    world.kill();
    world.rest();
    world.press(Key::alt(KeyCode::Char('i')));
    world.flow();
    let Some(Overlay::Inbox(inbox)) = world.state.overlays.last() else {
        panic!("no inbox");
    };
    let rooms: Vec<_> = inbox
        .found
        .iter()
        .map(|named| (named.entry.event.room.as_str(), named.before.is_some()))
        .collect();
    assert_eq!(rooms, [("dev", true), ("lobby", false)], "the newest first");
    assert_eq!((inbox.loading, inbox.missing), (false, 0));
    world.key(KeyCode::Down);
    world.key(KeyCode::Enter);
    world.rest();
    assert!(world.state.overlays.is_empty());
    assert_eq!(world.state.open, Some(room("lobby")));
    let lobby = world.state.open_room().unwrap();
    assert_eq!(lobby.selected, Some(seq(1)));
}

#[test]
fn rooms_with_something_unread_stand_at_the_top_if_one_wants_that() {
    let mut world = World::new(&["a", "b", "c", "d"]);
    world.state.open = Some(room("a"));
    world.server.others("d", "bob", "hello @ada");
    world.server.others("c", "bob", "hello");
    world.flow();
    let order = |world: &World| -> Vec<String> {
        let rooms = world.state.listed();
        rooms.map(|room| room.name().to_string()).collect()
    };
    assert_eq!(order(&world), ["a", "b", "c", "d"]);
    let settings = Settings {
        unread_first: true,
        ..world.state.settings.clone()
    };
    world.input(Input::Settings(Box::new(settings)));
    assert_eq!(order(&world), ["d", "c", "a", "b"]);
}
