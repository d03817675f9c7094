//! Finding messages and going to dates.

use super::server::{room, seq};
use super::world::World;
use crate::core::input::{Key, KeyCode};
use crate::core::overlay::Overlay;
use crate::core::search::{Looked, Scope, Search};
use chat_proto::event::EventBody;
use chat_proto::{Request, Timestamp};
use std::time::Duration;

fn panel(world: &World) -> &Search {
    match world.state.overlays.last() {
        Some(Overlay::Search(search)) => search,
        other => panic!("{other:?}"),
    }
}

fn hits(world: &World) -> Vec<(String, bool)> {
    let text = |hit: &crate::core::search::Hit| {
        let text = crate::core::editing::text_of(&hit.entry).unwrap();
        (text.to_owned(), hit.server)
    };
    panel(world).hits.iter().map(text).collect()
}

fn asked(world: &World) -> usize {
    let search = |request: &&Request| matches!(request, Request::Search(_));
    world.server.requests.iter().filter(search).count()
}

/// A lobby of which the beginning is only on the server, with the word `plan`
/// near the beginning and near the end.
fn talk() -> World {
    let mut server = super::server::Server::new(&["dev", "lobby"]);
    server.others("lobby", "bob", "the old plan");
    for n in 0..800 {
        server.others("lobby", "bob", &format!("m{n}"));
    }
    server.others("lobby", "eve", "the new plan");
    server.others("dev", "bob", "a plan for dev, @ada");
    let mut world = World::with(server, super::disk::Disk::default());
    super::world::World::rest(&mut world);
    world.go("lobby");
    world.rest();
    world
}

#[test]
fn the_cache_answers_while_one_types_and_the_server_joins_it_marked() {
    let mut world = talk();
    world.keys("A-s");
    world.write("pla");
    world.flow();
    assert_eq!(hits(&world), [("the new plan".to_owned(), false)]);
    assert_eq!(panel(&world).server, Looked::Looking);
    assert_eq!(asked(&world), 0, "not for each letter");
    world.write("n");
    world.wait(Duration::from_millis(500));
    assert_eq!(asked(&world), 1);
    let expected = [
        ("the new plan".to_owned(), false),
        ("the old plan".to_owned(), true),
    ];
    assert_eq!(hits(&world), expected);
    assert_eq!(panel(&world).server, Looked::Whole);
}

#[test]
fn a_hit_is_shown_in_its_room_and_escape_returns_to_the_place_left_with_the_list() {
    let mut world = talk();
    world.key(KeyCode::PageUp);
    world.rest();
    let left = world.screen();
    world.keys("A-s");
    world.write("plan");
    world.rest();
    world.key(KeyCode::Down);
    world.key(KeyCode::Enter);
    world.rest();
    let screen = world.screen();
    assert_eq!(
        screen.first().map(String::as_str),
        Some("the old plan"),
        "{screen:?}"
    );
    assert!(
        screen.contains(&"m3".to_owned()),
        "with what stands around: {screen:?}"
    );
    assert_eq!(world.state.open_room().unwrap().selected, Some(seq(1)));
    world.key(KeyCode::Esc);
    assert_eq!(panel(&world).chosen, 1);
    assert_eq!(hits(&world).len(), 2);
    world.key(KeyCode::Esc);
    assert_eq!(world.screen(), left);
}

#[test]
fn one_key_looks_in_all_rooms_and_for_what_names_one() {
    let mut world = talk();
    world.keys("A-s");
    world.write("plan");
    world.key(KeyCode::Tab);
    world.rest();
    assert_eq!(panel(&world).scope, Scope::All);
    assert_eq!(hits(&world).len(), 3);
    world.key(KeyCode::Tab);
    world.rest();
    assert_eq!(panel(&world).scope, Scope::Mentions);
    assert_eq!(hits(&world)[0].0, "a plan for dev, @ada");
    assert_eq!(hits(&world).len(), 1);
    world.keys("C-u");
    world.rest();
    assert_eq!(hits(&world).len(), 1, "without words: all that names one");
    world.key(KeyCode::Enter);
    world.rest();
    assert_eq!(world.state.open, Some(room("dev")));
    world.key(KeyCode::Esc);
    world.key(KeyCode::Esc);
    assert_eq!(world.state.open, Some(room("lobby")));
}

#[test]
fn filters_narrow_and_what_is_wrong_with_them_is_said() {
    let mut world = talk();
    world.keys("A-s");
    world.write("plan from:eve");
    world.rest();
    let asked = world
        .server
        .requests
        .iter()
        .rev()
        .find_map(|request| match request {
            Request::Search(asked) => Some(asked.clone()),
            _ => None,
        });
    let asked = asked.unwrap();
    assert_eq!(asked.query, "plan");
    assert_eq!(asked.author.unwrap().as_str(), "eve");
    world.keys("C-u");
    world.write("plan in:dev before:soon");
    world.rest();
    assert!(panel(&world).why.as_ref().unwrap().contains("no date"));
    assert_eq!(hits(&world), []);
    world.keys("C-w");
    world.rest();
    assert_eq!(hits(&world)[0].0, "a plan for dev, @ada");
}

#[test]
fn offline_only_the_cache_is_searched_and_it_is_known() {
    let mut world = talk();
    world.reachable = false;
    world.cut();
    world.keys("A-s");
    world.write("plan");
    world.rest();
    assert_eq!(hits(&world), [("the new plan".to_owned(), false)]);
    assert_eq!(panel(&world).server, Looked::Not);
}

#[test]
fn a_deleted_message_leaves_the_list() {
    let mut world = talk();
    world.keys("A-s");
    world.write("plan");
    world.rest();
    assert_eq!(hits(&world).len(), 2);
    let target = seq(1);
    let body = EventBody::Deleted { target };
    world.server.append(&room("lobby"), "bob", body);
    world.flow();
    assert_eq!(hits(&world), [("the new plan".to_owned(), false)]);
}

#[test]
fn a_date_leads_to_the_first_message_not_before_it() {
    // Each message is a second after the one before.
    let mut world = talk();
    world.keys("C-x g");
    world.write("1970-01-01 00:05");
    world.key(KeyCode::Enter);
    world.rest();
    let screen = world.screen();
    assert_eq!(screen[1], "m299", "{screen:?}");
    assert_eq!(world.state.open_room().unwrap().selected, Some(seq(301)));
    world.send("/at 1969-12-24");
    assert_eq!(world.screen()[0], "the old plan");
    assert!(
        world.words().contains("the oldest that is kept"),
        "{}",
        world.words()
    );
    world.press(Key::alt(KeyCode::Left));
    assert!(world.screen().contains(&"m299".to_owned()));
    world.send("/at soon");
    assert!(world.words().contains("no date"));
    let composed = world.state.open_room().unwrap().composer.text().to_owned();
    assert_eq!(composed, "/at soon", "what was typed is not lost");
}

#[test]
fn a_date_without_messages_says_so_and_leads_to_the_next_one() {
    let mut server = super::server::Server::new(&["lobby"]);
    for n in 1..=600 {
        server.others("lobby", "bob", &format!("m{n}"));
    }
    // Nobody says anything from the second to the fifth of January.
    let log = server.logs.get_mut(&room("lobby")).unwrap();
    for event in log.iter_mut().skip(300) {
        event.at = Timestamp::from_millis(event.at.millis() + 5 * 86_400_000);
    }
    let mut world = World::with(server, super::disk::Disk::default());
    world.rest();
    for offline in [false, true] {
        if offline {
            world.reachable = false;
            world.cut();
        }
        world.send("/newest");
        world.send("/at 1970-01-03");
        world.flow();
        let words = world.words();
        assert!(
            words.contains(
                "nothing was said on Sat 1970-01-03 00:00; the next is of Tue 1970-01-06 00:05"
            ),
            "{words}"
        );
        assert_eq!(words.contains("only what is cached"), offline, "{words}");
        let screen = world.screen();
        assert_eq!(screen[..3], ["m300", "m301", "m302"], "{screen:?}");
        let selected = world.state.open_room().unwrap().selected;
        assert_eq!(selected, Some(seq(301)), "the next one");
        world.key(KeyCode::Esc);
    }
    world.send("/at 1970-01-07");
    world.flow();
    assert!(
        world
            .words()
            .contains("nothing was said after Wed 1970-01-07"),
        "{}",
        world.words()
    );
}

#[test]
fn the_place_of_a_message_can_be_copied_and_gone_to() {
    let mut world = talk();
    world.key(KeyCode::Up);
    world.keys("l");
    assert!(
        world.words().contains("/at #lobby:802 goes there"),
        "{}",
        world.words()
    );
    world.key(KeyCode::Esc);
    world.send("/at #dev:1");
    world.rest();
    assert_eq!(world.state.open, Some(room("dev")));
    world.send("/back");
    assert_eq!(world.state.open, Some(room("lobby")));
}
