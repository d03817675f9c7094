//! Texts from elsewhere: the person's editor, what was sent before.

use super::server::room;
use super::world::World;
use crate::core::effect::Effect;
use crate::core::input::{Input, Key, KeyCode};
use crate::core::overlay::Overlay;
use std::time::Duration;

fn edit(world: &mut World) {
    world.press(Key::ctrl(KeyCode::Char('x')));
    world.press(Key::ctrl(KeyCode::Char('e')));
}

fn back(world: &mut World, name: &str, text: Result<&str, &str>) {
    let text = text.map(str::to_owned).map_err(str::to_owned);
    let desk = room(name).into();
    world.input(Input::Edited { desk, text });
}

#[test]
fn the_editor_gets_the_text_and_what_it_leaves_is_one_step_of_undo() {
    let mut world = World::new(&["a", "lobby"]);
    world.write("half a thought");
    edit(&mut world);
    let text = "half a thought".to_owned();
    let desk = room("a").into();
    assert!(world.told.contains(&Effect::Edit { desk, text }));
    assert_eq!(world.composed(), "half a thought", "until it comes back");
    back(&mut world, "a", Ok("two\nlines"));
    assert_eq!(world.composed(), "two\nlines");
    world.wait(Duration::from_millis(300));
    assert_eq!(world.disk.drafts[&room("a").into()].text, "two\nlines");
    world.press(Key::ctrl(KeyCode::Char('_')));
    assert_eq!(world.composed(), "half a thought");
    back(&mut world, "a", Err("ed ended with 1"));
    assert_eq!(world.composed(), "half a thought");
    assert!(
        world
            .words()
            .contains("ed ended with 1; the text is as it was"),
        "{}",
        world.words()
    );
}

/// What Tab offers.
fn offered(world: &World) -> Vec<&str> {
    let found = world.state.completion.iter().flat_map(|list| &list.found);
    found.map(|candidate| candidate.word.as_str()).collect()
}

#[test]
fn what_tab_offers_becomes_less_while_one_goes_on_typing() {
    let mut world = World::new(&["dev", "devops", "lobby"]);
    for name in ["adrian", "adam", "adele"] {
        world.server.others("dev", name, "x");
    }
    world.flow();
    for (typed, tabs, more, text, list) in [
        ("@ad", 1, "", "@adele", &["@adele", "@adam", "@adrian"][..]),
        // No name goes on as the choice does: the letters go on from what was typed.
        ("@ad", 1, "r", "@adr", &["@adrian"]),
        ("@ad", 2, "e", "@ade", &["@adele"]),
        ("#de", 1, "vo", "#devo", &["#devops"]),
        ("#de", 1, "o", "#devo", &["#devops"]),
        (":thu", 1, "mbsd", ":thumbsd", &["👎"]),
        // Nothing goes on so: the choice is taken.
        ("@ad", 1, ",", "@adele,", &[]),
        ("@ad", 1, " ", "@adele ", &[]),
    ] {
        world.write(typed);
        (0..tabs).for_each(|_| world.key(KeyCode::Tab));
        world.write(more);
        assert_eq!(world.composed(), text, "{typed} {more}");
        assert_eq!(offered(&world), list, "{typed} {more}");
        if !list.is_empty() {
            world.key(KeyCode::Esc);
            let back = if more.is_empty() { typed } else { text };
            assert_eq!(world.composed(), back, "{typed} {more}");
        }
        world.press(Key::ctrl(KeyCode::Char('u')));
    }
}

#[test]
fn a_text_that_was_sent_is_found_again_by_a_part_of_it_also_in_another_run() {
    let mut world = World::new(&["a", "lobby"]);
    world.send("the first one");
    world.send("something else");
    world.rest();
    world.kill();
    world.rest();
    world.write("begun");
    world.press(Key::ctrl(KeyCode::Char('r')));
    world.write("FIRST");
    let Some(Overlay::Sent(sent)) = world.state.overlays.last() else {
        panic!("no list");
    };
    assert_eq!(sent.found, ["the first one"]);
    world.key(KeyCode::Enter);
    assert!(world.state.overlays.is_empty());
    assert_eq!(world.composed(), "the first one");
    world.press(Key::ctrl(KeyCode::Char('_')));
    assert_eq!(world.composed(), "begun");
    world.key(KeyCode::Up);
    assert_eq!(world.composed(), "something else", "also by Up");
    world.key(KeyCode::Up);
    assert_eq!(world.composed(), "the first one");
    world.key(KeyCode::Down);
    world.key(KeyCode::Down);
    assert_eq!(world.composed(), "begun", "the draft survives the walk");
}
