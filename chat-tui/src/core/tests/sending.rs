//! What is typed is in the log once, in order, whatever breaks in between.

use super::server::room;
use super::world::World;
use crate::core::clock::Entropy;
use crate::core::input::{Key, KeyCode};
use crate::core::log::Item;
use crate::core::outbox::Stage;
use chat_proto::event::EventBody;
use chat_proto::{ErrorCode, ErrorReply};
use std::time::Duration;

/// The texts of one author in a room's log on the server.
fn sent(world: &World, name: &str, author: &str) -> Vec<String> {
    let log = &world.server.logs[&room(name)];
    let text = |event: &chat_proto::Event| match &event.body {
        EventBody::Message(message) if event.author.as_str() == author => message.text.clone(),
        _ => None,
    };
    log.iter().filter_map(text).collect()
}

#[test]
fn a_message_goes_from_the_composer_through_the_outbox_into_the_log() {
    let mut world = World::new(&["lobby"]);
    world.send("hello");
    assert_eq!(world.disk.outbox.len(), 1, "accepted means: on the disk");
    assert_eq!(world.state.outbox.items[0].stage, Stage::UnderWay);
    assert!(world.state.open_room().unwrap().composer.is_empty());
    world.rest();
    assert_eq!(sent(&world, "lobby", "ada"), ["hello"]);
    assert_eq!(world.texts(), ["hello"]);
    assert!(world.state.outbox.items.is_empty() && world.disk.outbox.is_empty());
}

#[test]
fn five_typed_offline_are_pending_after_a_kill_and_go_out_once_in_order() {
    let mut world = World::new(&["lobby"]);
    world.reachable = false;
    world.cut();
    let texts = ["one", "two", "three", "four", "five"];
    texts.iter().for_each(|text| world.send(text));
    world.kill();
    let lobby = room("lobby");
    let pending = || {
        world
            .state
            .outbox
            .of(&lobby)
            .map(|item| item.unsent.text.clone())
    };
    assert_eq!(pending().collect::<Vec<_>>(), texts);
    world.reachable = true;
    world.wait(Duration::from_secs(5));
    assert_eq!(sent(&world, "lobby", "ada"), texts);
    assert_eq!(world.texts(), texts);
    assert_eq!(world.state.outbox.unsent(), 0);
}

/// Runs of the storm; some hundreds passed when this was written.
const SEEDS: u128 = 5;

/// One run of cuts and kills at random moments between any two frames.
fn storm(seed: u128) {
    let mut chance = Entropy::new(seed);
    let mut one_in = move |n: u64| chance.draw().is_multiple_of(n);
    let mut world = World::new(&["dev", "lobby"]);
    let (mut typed, mut heard) = (0, 0);
    while typed < 60 {
        if one_in(3) {
            world.send(&format!("mine {typed}"));
            typed += 1;
        }
        if one_in(4) {
            let burst = if one_in(20) { 600 } else { 1 };
            for _ in 0..burst {
                world
                    .server
                    .others("dev", "bob", &format!("theirs {heard}"));
                heard += 1;
            }
        }
        if one_in(2) {
            world.server_takes();
        }
        if one_in(2) {
            world.client_takes();
        }
        if one_in(9) {
            world.cut();
        }
        if one_in(6) {
            world.draw();
        }
        if one_in(25) {
            world.write("dra");
            world.wait(Duration::from_millis(300));
            world.kill();
            let composer = &world.state.open_room().unwrap().composer;
            assert_eq!(composer.text(), "dra", "seed {seed}: the draft is lost");
            (0..3).for_each(|_| world.key(KeyCode::Backspace));
        }
        if one_in(8) {
            world.wait(Duration::from_millis(800));
        }
    }
    (0..12).for_each(|_| world.rest());
    let expected: Vec<_> = (0..typed).map(|n| format!("mine {n}")).collect();
    assert_eq!(sent(&world, "dev", "ada"), expected, "seed {seed}");
    assert_eq!(world.state.outbox.items, [], "seed {seed}");
    assert_eq!(world.disk.outbox, [], "seed {seed}");
    shows_the_log_whole(&mut world, seed);
}

/// What is loaded is what the server has; scrolling up fills every hole.
fn shows_the_log_whole(world: &mut World, seed: u128) {
    world.press(Key::ctrl(KeyCode::End));
    world.flow();
    for _ in 0..(world.server.logs[&room("dev")].len() / 8 + 20) {
        world.key(KeyCode::PageUp);
        world.flow();
    }
    let log = &world.server.logs[&room("dev")];
    let open = world.state.open_room().unwrap();
    let bounded = log.len() > 4000;
    let mut entries = 0;
    for item in open.log.downward(chat_proto::Seq::FIRST) {
        match item {
            Item::Entry(entry) => {
                let event = &log[entry.event.seq.get() as usize - 1];
                assert_eq!(entry.event, *event, "seed {seed}");
                entries += 1;
            }
            Item::Hole(_) => assert!(bounded, "seed {seed}: a hole is left"),
        }
    }
    assert!(
        bounded || entries == log.len(),
        "seed {seed}: something is missing"
    );
}

#[test]
fn cuts_and_kills_at_any_moment_neither_lose_nor_double_nor_reorder() {
    for seed in 0..SEEDS {
        storm(seed);
    }
}

#[test]
fn a_refused_message_stays_with_its_reason_and_does_not_hold_up_the_next() {
    let mut world = World::new(&["lobby"]);
    world
        .server
        .refuse
        .push_back(ErrorReply::new(ErrorCode::Muted, "you are muted here"));
    world.send("first");
    world.send("second");
    world.rest();
    assert_eq!(sent(&world, "lobby", "ada"), ["second"]);
    let item = world.state.outbox.refused(&room("lobby")).unwrap().clone();
    assert_eq!(item.unsent.refused.as_deref(), Some("you are muted here"));
    world.kill();
    world.rest();
    assert!(
        world.state.outbox.refused(&room("lobby")).is_some(),
        "it does not vanish by itself"
    );
    world.press(Key::alt(KeyCode::Char('t')));
    world.rest();
    assert_eq!(sent(&world, "lobby", "ada"), ["second", "first"]);
    assert!(world.disk.outbox.is_empty());
}

#[test]
fn a_refused_message_can_be_edited_again_or_thrown_away() {
    let mut world = World::new(&["lobby"]);
    for _ in 0..2 {
        world.server.refuse.push_back(ErrorReply::new(
            ErrorCode::Forbidden,
            "guests do not write here",
        ));
    }
    world.send("text");
    world.rest();
    world.press(Key::alt(KeyCode::Char('e')));
    assert_eq!(world.state.open_room().unwrap().composer.text(), "text");
    assert_eq!(world.disk.drafts[&room("lobby").into()].text, "text");
    assert!(world.disk.outbox.is_empty());
    world.key(KeyCode::Enter);
    world.rest();
    world.press(Key::alt(KeyCode::Char('x')));
    assert!(world.disk.outbox.is_empty() && world.state.outbox.items.is_empty());
    world.press(Key::ctrl(KeyCode::Char('y')));
    assert_eq!(
        world.state.open_room().unwrap().composer.text(),
        "text",
        "there is a way back"
    );
}

#[test]
fn a_pause_asked_for_by_the_server_is_kept_and_then_the_message_goes_out() {
    let mut world = World::new(&["lobby"]);
    let mut slow = ErrorReply::new(ErrorCode::RateLimited, "slower");
    slow.retry_after_ms = Some(3000);
    world.server.refuse.push_back(slow);
    world.send("hello");
    world.flow();
    world.wait(Duration::from_millis(2500));
    assert_eq!(sent(&world, "lobby", "ada").len(), 0);
    world.wait(Duration::from_millis(1000));
    assert_eq!(sent(&world, "lobby", "ada"), ["hello"]);
}

#[test]
fn what_is_against_the_rules_is_refused_before_it_is_sent_and_stays_in_the_composer() {
    let mut world = World::new(&["lobby"]);
    let long = "x".repeat(4001);
    world.input(crate::core::Input::Paste(long[..3999].into()));
    world.write("xx");
    world.key(KeyCode::Enter);
    assert!(
        world.words().contains("4001 characters"),
        "{}",
        world.words()
    );
    assert_eq!(world.state.open_room().unwrap().composer.text(), long);
    assert!(world.disk.outbox.is_empty());
}
