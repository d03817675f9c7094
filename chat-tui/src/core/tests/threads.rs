//! A thread at the side: what is in it, what is written there, and that the
//! room behind it stays as it was.

use super::server::{room, seq};
use super::world::World;
use crate::core::composer::Draft;
use crate::core::desk::Desk;
use crate::core::input::{Input, Key, KeyCode};
use crate::core::log::Item;
use crate::core::room::{Anchor, Place, Room, Seen, Viewport};
use crate::core::side::{Known, Side};
use chat_proto::Request;
use chat_proto::event::EventBody;
use std::time::Duration;

fn side(world: &World) -> &Side {
    world.state.side.as_ref().expect("a thread is open")
}

fn texts(room: &Room) -> Vec<String> {
    let entries = room.log.downward(seq(1)).map(|item| match item {
        crate::core::log::Item::Entry(entry) => match &entry.event.body {
            EventBody::Message(message) => message.text.clone().unwrap_or("(deleted)".into()),
            other => other.kind().to_owned(),
        },
        crate::core::log::Item::Hole(hole) => format!("…{}", hole.span.events()),
    });
    entries.collect()
}

/// `root`, an answer, something else, an answer to the answer; `root` is selected.
fn answered() -> World {
    let mut world = World::new(&["lobby", "other"]);
    world.server.others("lobby", "bob", "root");
    world.server.answer("lobby", "eve", "one", 1);
    world.server.others("lobby", "bob", "apart");
    world.server.answer("lobby", "bob", "two", 2);
    world.flow();
    for _ in 0..4 {
        world.key(KeyCode::Up);
    }
    assert_eq!(world.state.open_room().unwrap().selected, Some(seq(1)));
    world
}

fn open() -> World {
    let mut world = answered();
    world.key(KeyCode::Char('t'));
    world.rest();
    world
}

#[test]
fn a_thread_is_its_root_and_all_that_answer_it_and_goes_on_live() {
    let mut world = answered();
    let replies = |world: &World, n| world.state.rooms[&room("lobby")].log.replies(seq(n));
    assert_eq!(
        (replies(&world, 1).held, replies(&world, 1).whole),
        (2, true)
    );
    assert_eq!(replies(&world, 2).held, 0, "it is in the thread of another");
    world.key(KeyCode::Char('t'));
    assert_eq!(texts(&side(&world).room), ["root", "one", "two"], "at once");
    world.rest();
    assert_eq!(side(&world).known, Known::Whole);

    world.server.others("lobby", "bob", "more apart");
    world.server.answer("lobby", "eve", "three", 4);
    let deleted = EventBody::Deleted { target: seq(2) };
    world.server.append(&room("lobby"), "eve", deleted);
    let text = Some("two, edited".to_owned());
    let edited = EventBody::Edited {
        target: seq(4),
        text,
    };
    world.server.append(&room("lobby"), "bob", edited);
    world.flow();
    let expected = ["root", "(deleted)", "two, edited", "three"];
    assert_eq!(texts(&side(&world).room), expected);
    assert_eq!(side(&world).replies(), 3);
    // What answered the deleted one begins a thread of its own now.
    assert_eq!((replies(&world, 1).held, replies(&world, 2).held), (0, 2));
}

#[test]
fn what_is_written_in_a_thread_answers_its_root_and_goes_through_the_outbox() {
    let mut world = open();
    world.reachable = false;
    world.cut();
    world.send("my answer");
    assert_eq!(world.disk.outbox[0].reply_to, Some(seq(1)));
    let waiting = &world.state.outbox.items[0].unsent;
    assert!(
        side(&world).room.awaits(waiting),
        "it is shown in the thread"
    );
    assert!(
        world.state.open_room().unwrap().awaits(waiting),
        "and in the room"
    );
    world.kill();
    world.reachable = true;
    world.rest();
    world.rest();
    let sent: Vec<_> = world
        .server
        .requests
        .iter()
        .filter(|r| matches!(r, Request::Send(_)))
        .collect();
    assert_eq!(sent.len(), 1);
    assert!(world.texts().contains(&"my answer".to_owned()));
    assert!(world.disk.outbox.is_empty());
}

#[test]
fn a_thread_has_a_draft_of_its_own_that_outlives_closing_and_a_crash() {
    let mut world = answered();
    world.key(KeyCode::Esc);
    world.write("for the room");
    let place = world.state.open_room().unwrap().place;
    world.keys("A-o");
    assert!(side(&world).focused, "opened without a selection");
    world.write("for the thread");
    assert_eq!(
        world.state.here().unwrap().composer.text(),
        "for the thread"
    );
    world.keys("F6");
    assert_eq!(world.state.here().unwrap().composer.text(), "for the room");
    world.keys("C-x o");
    assert!(side(&world).focused);
    world.key(KeyCode::Esc);
    assert!(world.state.side.is_none());
    assert_eq!(
        world.state.open_room().unwrap().composer.text(),
        "for the room"
    );
    assert_eq!(world.state.open_room().unwrap().place, place);
    world.wait(Duration::from_millis(300));

    world.kill();
    world.rest();
    assert_eq!(world.state.here().unwrap().composer.text(), "for the room");
    assert!(world.state.has_draft(world.state.open_room().unwrap()));
    world.keys("A-o");
    assert_eq!(
        world.state.here().unwrap().composer.text(),
        "for the thread"
    );
    // Sent from there it is over there, and nowhere else.
    world.key(KeyCode::Enter);
    world.rest();
    let desks: Vec<_> = world.disk.drafts.keys().cloned().collect();
    assert_eq!(desks, [Desk::from(room("lobby"))]);
    assert!(texts(&side(&world).room).contains(&"for the thread".to_owned()));
}

#[test]
fn the_room_behind_a_thread_is_read_on_where_it_was() {
    let mut world = World::new(&["lobby"]);
    world.server.others("lobby", "bob", "root");
    for n in 0..40 {
        world
            .server
            .answer("lobby", "eve", &format!("answer {n}"), 1);
    }
    world.rest();
    world.key(KeyCode::PageUp);
    world.flow();
    let place = world.state.open_room().unwrap().place;
    assert!(place.anchor.is_some());
    world.keys("A-o");
    world.rest();
    world.key(KeyCode::PageUp);
    let moved = Place {
        scroll: side(&world).room.place.scroll,
        ..Place::default()
    };
    assert!(moved.scroll < 0, "the thread scrolls");
    assert_eq!(world.state.open_room().unwrap().place, place);
    world.key(KeyCode::Esc);
    assert_eq!(world.state.open_room().unwrap().place, place);
}

#[test]
fn offline_a_thread_is_what_the_cache_holds_and_the_rest_comes_with_the_server() {
    let mut world = answered();
    for n in 0..300 {
        world.server.others("lobby", "bob", &format!("filler {n}"));
    }
    world.server.answer("lobby", "eve", "late", 1);
    world.rest();
    world.keys("C-End");
    world.rest();
    world.reachable = false;
    world.kill();
    world.rest();
    // Of the room only the end is in memory; the thread is found in the cache.
    assert!(world.state.open_room().unwrap().log.entry(seq(1)).is_none());
    world.press(Key::plain(KeyCode::Up));
    world.key(KeyCode::Char('t'));
    world.rest();
    assert_eq!(side(&world).root(), seq(1));
    assert_eq!(texts(&side(&world).room), ["root", "one", "two", "late"]);
    assert_eq!(side(&world).known, Known::Kept);
    world.server.answer("lobby", "eve", "missed", 1);
    world.reachable = true;
    world.rest();
    assert_eq!(side(&world).known, Known::Whole);
    assert_eq!(side(&world).replies(), 4);
}

#[test]
fn a_message_that_nobody_answered_can_be_answered_apart() {
    let mut world = World::new(&["lobby"]);
    world.server.others("lobby", "bob", "a question");
    world.flow();
    world.keys("A-o");
    assert!(world.words().contains("press t"), "{}", world.words());
    world.key(KeyCode::Up);
    world.key(KeyCode::Char('t'));
    world.send("an answer");
    world.rest();
    assert_eq!(texts(&side(&world).room), ["a question", "an answer"]);
    let lobby = &world.state.rooms[&room("lobby")];
    assert_eq!(lobby.log.replies(seq(1)).held, 1);
}

#[test]
fn another_room_and_the_loss_of_the_room_close_the_thread() {
    let mut world = open();
    world.write("half");
    world.go("other");
    assert!(world.state.side.is_none());
    world.go("lobby");
    world.flow();
    world.keys("A-o");
    assert_eq!(world.state.here().unwrap().composer.text(), "half");
    world.server.logs.remove(&room("lobby"));
    world.cut();
    world.rest();
    assert!(world.state.side.is_none());
    let kept: Vec<&Draft> = world.disk.drafts.values().collect();
    assert_eq!(kept[0].text, "half", "what was written stays");
}

#[test]
fn in_another_history_what_was_written_in_a_thread_goes_to_its_room() {
    let mut world = open();
    world.write("half a thought");
    world.wait(Duration::from_millis(300));
    world.server.epoch = "two".into();
    world.cut();
    world.rest();
    assert!(world.state.side.is_none());
    let lobby = &world.state.rooms[&room("lobby")];
    assert_eq!(lobby.composer.text(), "half a thought");
    let desks: Vec<_> = world.disk.drafts.keys().cloned().collect();
    assert_eq!(desks, [Desk::from(room("lobby"))]);
}

/// A thread of so many answers, open; what the server gave of it has come.
fn long(answers: u64) -> World {
    let mut world = World::new(&["lobby"]);
    world.server.others("lobby", "bob", "root");
    for n in 1..=answers {
        world.server.answer("lobby", "eve", &format!("a{n}"), 1);
    }
    world.rest();
    world.keys("C-End");
    world.rest();
    world.key(KeyCode::Up);
    world.key(KeyCode::Char('t'));
    world.rest();
    world
}

/// The side is drawn from this message on.
fn draw_from(world: &mut World, first: u64) {
    let anchor = Some(Anchor {
        seq: seq(first),
        row: 0,
    });
    let viewport = Viewport {
        room: room("lobby"),
        width: 40,
        height: 10,
        anchor,
        first: Some(seq(first)),
        last: Some(seq(first + 9)),
        end: false,
    };
    let seen = Seen {
        side: Some(viewport),
        ..Seen::default()
    };
    let now = world.now();
    world.state.viewed(seen, now);
    world.input(Input::Wake);
    world.rest();
}

/// How many messages the line in the thread says are not loaded.
fn missing(world: &World) -> Option<u64> {
    let holes = side(world)
        .room
        .log
        .downward(seq(1))
        .filter_map(|item| match item {
            Item::Hole(hole) => hole.messages,
            Item::Entry(_) => None,
        });
    let holes: Vec<u64> = holes.collect();
    assert!(holes.len() < 2, "{holes:?}");
    holes.first().copied()
}

#[test]
fn of_a_long_thread_the_newest_are_there_and_older_ones_come_as_one_scrolls() {
    let mut world = long(450);
    let all: Vec<_> = (1..=450).map(|n| format!("a{n}")).collect();
    let shown = texts(&side(&world).room);
    assert_eq!((&*shown[0], &*shown[199]), ("root", "a199"));
    assert_eq!(shown[201..], all[250..], "the newest");
    assert_eq!(missing(&world), Some(51));
    assert_eq!(side(&world).replies(), 450);
    draw_from(&mut world, 400);
    assert_eq!(missing(&world), Some(51), "far from what is read");
    world.server.answer("lobby", "eve", "late", 1);
    world.flow();
    assert_eq!(missing(&world), Some(51));
    draw_from(&mut world, 260);
    assert_eq!((missing(&world), side(&world).known), (None, Known::Whole));
    let shown = texts(&side(&world).room);
    assert_eq!((&*shown[0], &*shown[451]), ("root", "late"));
    assert_eq!(shown[1..451], all);
    assert_eq!(side(&world).replies(), 451);
}

#[test]
fn of_a_very_long_thread_no_more_is_held_than_the_bound_and_the_rest_is_counted() {
    let mut world = long(1500);
    assert_eq!(missing(&world), Some(1101));
    // Offline the line stays, and the thread comes back as it was.
    world.reachable = false;
    world.cut();
    draw_from(&mut world, 1310);
    assert_eq!(missing(&world), Some(1101));
    world.reachable = true;
    world.rest();
    for first in [1310, 1110, 910, 710, 510] {
        draw_from(&mut world, first);
    }
    assert_eq!(missing(&world), Some(501));
    assert_eq!(side(&world).room.log.entries.len(), 1000);
    assert_eq!(side(&world).replies(), 1500);
}
