//! The log as it is shown: in order of `seq`, with its holes, and with the
//! line that is being read where it was.

use super::server::{room, seq};
use super::world::World;
use crate::core::input::{Input, Key, KeyCode};
use chat_proto::event::EventBody;
use chat_proto::{ErrorCode, ErrorReply, Seq};

fn numbered(from: u64, to: u64) -> Vec<String> {
    (from..=to).map(|n| format!("m{n}")).collect()
}

fn talk(world: &mut World, name: &str, from: u64, to: u64) {
    for n in from..=to {
        world.server.others(name, "bob", &format!("m{n}"));
    }
    world.flow();
}

#[test]
fn the_newest_page_shows_at_once_and_older_ones_come_by_scrolling() {
    let mut world = World::new(&["lobby"]);
    world.reachable = false;
    world.cut();
    talk(&mut world, "lobby", 1, 9000);
    world.reachable = true;
    world.rest();
    world.key(KeyCode::Esc);
    assert_eq!(world.screen(), numbered(8991, 9000));
    let hole = world
        .texts()
        .iter()
        .find(|text| text.starts_with('…'))
        .cloned();
    assert!(hole.is_some(), "nothing is stitched over");
    for top in 1..50 {
        world.key(KeyCode::PageUp);
        let expected = 8991 - 8 * top;
        assert_eq!(
            world.screen(),
            numbered(expected, expected + 9),
            "page {top}"
        );
    }
}

#[test]
fn a_gap_is_crossed_from_both_sides_without_a_jump() {
    let mut world = World::new(&["lobby"]);
    talk(&mut world, "lobby", 1, 50);
    world.cut();
    talk(&mut world, "lobby", 51, 1050);
    world.rest();
    world.press(Key::ctrl(KeyCode::Home));
    assert_eq!(world.screen(), numbered(1, 10));
    for page in 0..131 {
        let first = 1 + 8 * page;
        assert_eq!(world.screen(), numbered(first, (first + 9).min(1050)));
        world.key(KeyCode::PageDown);
    }
    assert_eq!(world.texts(), numbered(1, 1050));
}

#[test]
fn while_one_reads_above_arrivals_move_nothing_also_over_rooms_and_restarts() {
    let mut world = World::new(&["dev", "lobby"]);
    talk(&mut world, "dev", 1, 300);
    world.rest();
    (0..3).for_each(|_| world.key(KeyCode::PageUp));
    let before = world.screen();
    talk(&mut world, "dev", 301, 800);
    assert_eq!(world.screen(), before);
    assert_eq!(world.state.open_room().unwrap().below(), 300 - 276 + 500);
    world.press(Key::alt(KeyCode::Down));
    world.flow();
    assert_eq!(world.state.open, Some(room("lobby")));
    world.press(Key::alt(KeyCode::Up));
    assert_eq!(world.screen(), before);
    world.rest();
    world.kill();
    world.flow();
    assert_eq!(world.screen(), before);
    world.key(KeyCode::End);
    assert_eq!(world.screen(), numbered(791, 800));
    // And so is the end, once one has gone there.
    world.rest();
    world.kill();
    world.flow();
    assert_eq!(world.screen(), numbered(791, 800));
}

#[test]
fn a_page_that_arrives_late_lands_in_its_own_room() {
    let mut world = World::new(&["dev", "lobby"]);
    talk(&mut world, "dev", 1, 500);
    world.disk = super::disk::Disk::default();
    world.kill();
    while !world.state.link.is_live() {
        world.server_takes();
        world.client_takes();
    }
    world.press(Key::alt(KeyCode::Char('2')));
    world.flow();
    assert_eq!(world.state.open, Some(room("lobby")));
    assert_eq!(world.texts(), Vec::<String>::new());
    world.press(Key::alt(KeyCode::Char('1')));
    world.key(KeyCode::Esc);
    assert_eq!(world.screen(), numbered(491, 500));
}

#[test]
fn events_are_shown_once_and_in_order_and_changes_are_folded_in() {
    let mut world = World::new(&["lobby"]);
    talk(&mut world, "lobby", 1, 3);
    let lobby = room("lobby");
    for event in world.server.logs[&lobby].clone() {
        let again = chat_proto::codec::Frame::Event(Box::new(event));
        world.server.say(&again, None);
    }
    let (target, text) = (seq(2), Some("changed".to_owned()));
    world
        .server
        .append(&lobby, "bob", EventBody::Edited { target, text });
    let react = EventBody::Reacted {
        target,
        emoji: "👍".into(),
        on: true,
    };
    world.server.append(&lobby, "eve", react.clone());
    world.server.append(&lobby, "ada", react);
    world
        .server
        .append(&lobby, "bob", EventBody::Deleted { target: seq(3) });
    world.server.append(
        &lobby,
        "bob",
        EventBody::Topic {
            topic: "news".into(),
        },
    );
    world.rest();
    assert_eq!(world.texts(), ["m1", "changed", "", "topic"]);
    assert_eq!(world.state.rooms[&lobby].state.topic, "news");
    let fold = world.state.rooms[&lobby]
        .log
        .entry(seq(2))
        .unwrap()
        .fold
        .clone();
    assert_eq!(fold.reactions["👍"], ["eve", "ada"]);
    world.kill();
    world.flow();
    assert_eq!(
        world.texts(),
        ["m1", "changed", "", "topic"],
        "also from the cache"
    );
}

#[test]
fn a_page_made_before_a_change_is_brought_up_to_date() {
    let mut world = World::new(&["lobby"]);
    world.reachable = false;
    world.cut();
    talk(&mut world, "lobby", 1, 10);
    world.disk = super::disk::Disk::default();
    world.reachable = true;
    world.kill();
    // The server answers `history`, and only then is the message edited and the
    // edit delivered; the page is held back on its way.
    while world
        .outgoing
        .iter()
        .all(|frame| !frame.contains("history"))
    {
        assert!(world.server_takes() || world.client_takes());
    }
    while world.server_takes() {}
    let wire = world.server.wire.as_mut().unwrap();
    let page = wire
        .iter()
        .position(|frame| frame.contains("\"history\""))
        .unwrap();
    let page = wire.remove(page).unwrap();
    let (target, text) = (seq(9), Some("changed".to_owned()));
    world
        .server
        .append(&room("lobby"), "bob", EventBody::Edited { target, text });
    world.flow();
    world.server.wire.as_mut().unwrap().push_back(page);
    world.flow();
    assert_eq!(world.screen()[8], "changed");
}

#[test]
fn memory_is_bounded_and_what_was_forgotten_comes_from_the_cache() {
    let mut world = World::new(&["dev", "lobby"]);
    talk(&mut world, "dev", 1, 6000);
    talk(&mut world, "lobby", 1, 300);
    world.rest();
    let held = |world: &World, name: &str| world.state.rooms[&room(name)].log.entries.len();
    assert!(held(&world, "dev") <= 4000, "{}", held(&world, "dev"));
    assert!(held(&world, "lobby") <= 160, "{}", held(&world, "lobby"));
    let asked = world.server.requests.len();
    world.reachable = false;
    world.cut();
    world.press(Key::ctrl(KeyCode::Home));
    assert_eq!(world.screen(), numbered(1, 10));
    assert_eq!(world.server.requests.len(), asked);
    world.press(Key::alt(KeyCode::Char('2')));
    world.key(KeyCode::Esc);
    assert_eq!(world.screen(), numbered(291, 300));
}

#[test]
fn another_history_drops_the_cache_but_not_what_was_typed() {
    let mut world = World::new(&["lobby"]);
    talk(&mut world, "lobby", 1, 20);
    world.rest();
    world.reachable = false;
    world.cut();
    world.send("unsent");
    world.write("draft");
    world.server.epoch = "two".into();
    world.server.logs.insert(room("lobby"), Vec::new());
    world.server.others("lobby", "eve", "fresh");
    world.reachable = true;
    world.rest();
    world.rest();
    assert_eq!(world.texts(), ["fresh", "unsent"]);
    assert_eq!(world.state.open_room().unwrap().composer.text(), "draft");
    assert_eq!(world.disk.device.epoch.as_deref(), Some("two"));
    world.kill();
    world.flow();
    assert_eq!(world.texts(), ["fresh", "unsent"]);
}

#[test]
fn a_past_that_the_server_refuses_is_said_in_words_and_not_asked_for_in_a_loop() {
    let mut world = World::new(&["lobby"]);
    world.input(Input::Resize {
        width: 80,
        height: 24,
    });
    world.cut();
    talk(&mut world, "lobby", 1, 700);
    world.rest();
    assert!(world.state.link.is_live());
    let before = world.server.requests.len();
    world
        .server
        .logs
        .get_mut(&room("lobby"))
        .unwrap()
        .truncate(0);
    world.key(KeyCode::PageUp);
    world.flow();
    assert!(
        world.server.requests.len() - before < 5,
        "asked again and again"
    );
    let error = ErrorReply::new(ErrorCode::Unsupported, "no history here");
    world
        .server
        .say(&chat_proto::codec::Frame::Error(error), None);
    world.flow();
    assert!(world.words().contains("no history here"));
    assert_eq!(world.state.open_room().unwrap().log.first(), Seq::FIRST);
}

/// A log as long as a number can be ends like any other.
#[test]
fn a_log_without_an_end_can_be_walked_through() {
    let mut log = crate::core::log::Log::starting_at(chat_proto::Seq::MAX);
    assert_eq!(log.downward(chat_proto::Seq::FIRST).count(), 1);
    log.load(crate::core::span::Span::one(chat_proto::Seq::MAX), []);
    assert_eq!(log.downward(chat_proto::Seq::FIRST).count(), 1);
    assert_eq!(log.upward(chat_proto::Seq::MAX).count(), 1);
}
