//! What is done to messages: shown at once, done once, never lost, never a lie.

use super::server::{room, seq};
use super::world::World;
use crate::core::deeds::Step;
use crate::core::input::{Key, KeyCode};
use crate::core::overlay::Overlay;
use chat_proto::event::EventBody;
use chat_proto::{Entry, ErrorCode, ErrorReply, Request};

fn entry(world: &World, number: u64) -> &Entry {
    world.state.rooms[&room("lobby")]
        .log
        .entry(seq(number))
        .unwrap()
}

fn text(world: &World, number: u64) -> Option<&str> {
    match &entry(world, number).event.body {
        EventBody::Message(message) => message.text.as_deref(),
        other => panic!("{other:?}"),
    }
}

/// A lobby in which ada has said `one` and bob `two`.
fn talk() -> World {
    let mut world = World::new(&["lobby"]);
    world.send("one");
    world.flow();
    world.server.others("lobby", "bob", "two");
    world.rest();
    world
}

/// Selects the message that is so many above the newest.
fn select(world: &mut World, above: usize) {
    for _ in 0..=above {
        world.key(KeyCode::Up);
    }
}

#[test]
fn an_edit_takes_the_composer_and_gives_the_draft_back() {
    let mut world = talk();
    world.write("half a thought");
    world.press(Key::plain(KeyCode::Left));
    world.keys("C-x e");
    assert_eq!(world.composed(), "one", "my newest, not bob's");
    world.write(" more");
    world.key(KeyCode::Enter);
    assert_eq!(world.composed(), "half a thought");
    assert_eq!(world.state.open_room().unwrap().composer.cursor(), 13);
    world.rest();
    assert_eq!(text(&world, 1), Some("one more"));
    assert!(entry(&world, 1).fold.rev.is_some());
    assert_eq!(world.state.deeds.waiting(), 0);
    assert!(world.disk.deeds.is_empty());

    world.keys("C-x e");
    world.write("!!");
    world.key(KeyCode::Esc);
    assert_eq!(world.composed(), "half a thought");
    world.keys("C-y");
    assert!(
        world.composed().contains("one more!!"),
        "nothing typed is lost"
    );
    world.rest();
    assert_eq!(text(&world, 1), Some("one more"));
}

#[test]
fn an_edit_begun_and_the_draft_aside_live_through_a_crash() {
    let mut world = talk();
    world.write("aside");
    world.keys("C-x e");
    world.write(" half");
    world.wait(std::time::Duration::from_secs(1));
    world.kill();
    world.rest();
    assert_eq!(world.composed(), "one half");
    let editing = world.state.open_room().unwrap().editing.clone().unwrap();
    assert_eq!(editing.target, seq(1));
    world.key(KeyCode::Enter);
    assert_eq!(world.composed(), "aside");
    world.rest();
    assert_eq!(text(&world, 1), Some("one half"));
}

#[test]
fn what_is_done_offline_waits_through_a_crash_and_is_done_once() {
    let mut world = talk();
    world.reachable = false;
    world.cut();
    world.keys("C-x e");
    world.write(" edited");
    world.key(KeyCode::Enter);
    select(&mut world, 0);
    world.keys("+");
    world.write("tada");
    world.key(KeyCode::Enter);
    assert!(world.words().contains("as soon as the server is back"));
    assert_eq!(
        text(&world, 1),
        Some("one"),
        "the log is not the place of wishes"
    );
    assert_eq!(world.state.deeds.waiting(), 2);
    world.kill();
    assert_eq!(
        world.state.deeds.waiting(),
        2,
        "they are known before any connection"
    );
    world.reachable = true;
    world.rest();
    assert_eq!(text(&world, 1), Some("one edited"));
    assert_eq!(entry(&world, 2).fold.reactions["🎉"], ["ada"]);
    let edits = |request: &&Request| matches!(request, Request::Edit(_));
    assert_eq!(world.server.requests.iter().filter(edits).count(), 1);
    assert!(world.disk.deeds.is_empty() && world.state.deeds.waiting() == 0);
}

#[test]
fn a_reply_lost_on_the_way_is_asked_for_again() {
    let mut world = talk();
    world.keys("C-x e");
    world.write(" edited");
    world.key(KeyCode::Enter);
    world.server_takes();
    world.cut();
    assert_eq!(world.state.deeds.waiting(), 1);
    world.rest();
    assert_eq!(text(&world, 1), Some("one edited"));
    assert_eq!(world.state.deeds.waiting(), 0);
}

#[test]
fn deleting_asks_once_with_the_text_and_of_others_needs_a_role() {
    let mut world = talk();
    select(&mut world, 0);
    world.keys("d");
    assert!(world.state.overlays.is_empty());
    assert!(world.words().contains("only moderators"));
    world.keys("k");
    world.keys("d");
    match world.state.overlays.last() {
        Some(Overlay::Confirm(confirm)) => assert_eq!(confirm.detail, "one"),
        other => panic!("{other:?}"),
    }
    world.key(KeyCode::Esc);
    world.rest();
    assert_eq!(text(&world, 1), Some("one"));
    world.keys("d");
    world.key(KeyCode::Enter);
    world.rest();
    assert_eq!(text(&world, 1), None);
    let kept = &world.disk.entries[&(room("lobby"), seq(1))];
    assert!(matches!(&kept.event.body, EventBody::Message(m) if m.text.is_none()));
}

#[test]
fn reactions_and_pins_go_on_and_off_and_the_last_wish_counts() {
    let mut world = talk();
    let react = |world: &mut World| {
        select(world, 0);
        world.keys("+");
        world.write("thumbs up");
        world.key(KeyCode::Enter);
    };
    react(&mut world);
    world.rest();
    assert_eq!(entry(&world, 2).fold.reactions["👍"], ["ada"]);
    assert_eq!(world.state.habits.emojis, ["👍"]);
    assert_eq!(world.disk.habits.emojis, ["👍"]);
    react(&mut world);
    world.rest();
    assert!(entry(&world, 2).fold.reactions.is_empty());
    world.reachable = false;
    world.cut();
    for _ in 0..3 {
        select(&mut world, 0);
        world.keys("p");
    }
    assert_eq!(
        world.state.deeds.waiting(),
        1,
        "of three wishes one is left"
    );
    world.reachable = true;
    world.rest();
    assert!(entry(&world, 2).fold.pinned);
}

#[test]
fn a_refused_edit_waits_for_its_author_and_a_refused_pin_is_said() {
    let mut world = talk();
    let muted = || ErrorReply::new(ErrorCode::Muted, "you are muted here");
    world.server.refuse.push_back(muted());
    world.keys("C-x e");
    world.write(" x");
    world.key(KeyCode::Enter);
    world.rest();
    let lobby = room("lobby");
    let refused = world.state.deeds.refused(&lobby).unwrap();
    assert_eq!(refused.refused.as_deref(), Some("you are muted here"));
    world.kill();
    world.rest();
    assert!(world.state.deeds.refused(&room("lobby")).is_some());
    world.keys("A-e");
    assert_eq!(world.composed(), "one x");
    world.key(KeyCode::Enter);
    world.rest();
    assert_eq!(text(&world, 1), Some("one x"));

    world.server.refuse.push_back(muted());
    select(&mut world, 0);
    world.keys("p");
    world.flow();
    assert!(world.words().contains("not pinned: you are muted here"));
    assert_eq!(world.state.deeds.waiting(), 0);
}

#[test]
fn rate_limits_pause_and_nothing_is_lost() {
    let mut world = talk();
    let mut error = ErrorReply::new(ErrorCode::RateLimited, "too fast");
    error.retry_after_ms = Some(2000);
    world.server.refuse.push_back(error);
    select(&mut world, 0);
    world.keys("p");
    world.flow();
    assert_eq!(world.state.deeds.items[0].step, Step::Waiting);
    world.rest();
    assert!(entry(&world, 2).fold.pinned);
}

#[test]
fn in_another_history_nothing_is_done_to_other_messages() {
    let mut world = talk();
    world.reachable = false;
    world.cut();
    world.keys("C-x e");
    world.write(" edited");
    world.key(KeyCode::Enter);
    select(&mut world, 0);
    world.keys("p");
    world.server.epoch = "two".into();
    let log = world.server.logs.get_mut(&room("lobby")).unwrap();
    log.clear();
    world.server.others("lobby", "bob", "another past");
    world.server.others("lobby", "bob", "of two messages");
    world.reachable = true;
    world.rest();
    assert_eq!(text(&world, 1), Some("another past"));
    assert!(!entry(&world, 2).fold.pinned);
    assert_eq!(
        world.composed(),
        "one edited",
        "the text is its author's again"
    );
}

#[test]
fn what_was_deleted_while_away_is_gone_whatever_cut_the_asking() {
    let mut world = talk();
    world.reachable = false;
    world.cut();
    let target = seq(2);
    let body = EventBody::Deleted { target };
    world.server.append(&room("lobby"), "bob", body);
    for n in 0..600 {
        world.server.others("lobby", "bob", &format!("more {n}"));
    }
    world.reachable = true;
    world.wait(std::time::Duration::from_secs(4));
    // Once more, but the connection goes before the answer comes.
    world.reachable = false;
    world.cut();
    let body = EventBody::Deleted { target: seq(4) };
    world.server.append(&room("lobby"), "bob", body);
    for n in 0..600 {
        world.server.others("lobby", "bob", &format!("again {n}"));
    }
    world.reachable = true;
    while world.state.rooms[&room("lobby")].log.head() < seq(1200) {
        if !(world.server_takes() | world.client_takes()) {
            world.wait(std::time::Duration::from_millis(100));
        }
    }
    world.input(crate::core::Input::Ended { code: 0 });
    world.kill();
    world.rest();
    assert_eq!(world.state.rooms[&room("lobby")].unchecked, None);
    for gone in [2, 4] {
        let kept = &world.disk.entries.get(&(room("lobby"), seq(gone)));
        let text = kept.map(|entry| &entry.event.body);
        assert!(
            !matches!(text, Some(EventBody::Message(m)) if m.text.is_some()),
            "{gone} is still in the cache"
        );
    }
}

#[test]
fn one_jumps_to_what_is_answered_and_back() {
    let mut world = talk();
    for n in 0..40 {
        world.server.others("lobby", "bob", &format!("m{n}"));
    }
    world.rest();
    world.server.others("lobby", "bob", "answer");
    if let EventBody::Message(message) = &mut world
        .server
        .logs
        .get_mut(&room("lobby"))
        .unwrap()
        .last_mut()
        .unwrap()
        .body
    {
        message.reply_to = Some(seq(1));
    }
    world.kill();
    world.rest();
    select(&mut world, 0);
    world.keys("g");
    assert!(world.screen().contains(&"one".to_owned()));
    assert_eq!(world.state.open_room().unwrap().selected, Some(seq(1)));
    world.keys("A-Left");
    let screen = world.screen();
    assert_eq!(screen.last().map(String::as_str), Some("answer"));
}
