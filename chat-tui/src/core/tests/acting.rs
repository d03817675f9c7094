//! Actions by key, palette, prompt and slash: one list, so that what one way
//! does the others do.

use super::server::room;
use super::world::World;
use crate::core::actions::Action;
use crate::core::effect::Effect;
use crate::core::input::{Input, Key, KeyCode};
use crate::core::keymap::{Bound, KeyMap, Preset};
use crate::core::keys::Sequence;
use crate::core::overlay::{HelpRow, Overlay};
use std::time::Duration;

fn hints(world: &World) -> String {
    let hints = world.state.hints();
    let words: Vec<_> = hints
        .iter()
        .map(|hint| format!("{} {}", hint.chord, hint.words))
        .collect();
    words.join(" · ")
}

#[test]
fn the_palette_runs_an_action_and_leaves_the_draft_alone() {
    let mut world = World::new(&["a", "lobby"]);
    world.write("half a thought");
    world.keys("C-p");
    world.write("next room");
    let Some(Overlay::Palette(palette)) = world.state.overlays.last() else {
        panic!("no palette");
    };
    assert_eq!(palette.found[0].action, Action::NextRoom);
    let before = world.state.open.clone();
    world.key(KeyCode::Enter);
    assert!(world.state.overlays.is_empty());
    assert_ne!(world.state.open, before);
    world.press(Key::alt(KeyCode::Up));
    assert_eq!(world.composed(), "half a thought");
    world.keys("C-p");
    world.key(KeyCode::Esc);
    assert_eq!(world.composed(), "half a thought");
}

#[test]
fn an_action_that_takes_words_asks_for_them_and_says_what_is_wrong_with_them() {
    let mut world = World::new(&["lobby"]);
    world.write("draft");
    world.keys("C-x j");
    world.write("No Room");
    world.key(KeyCode::Enter);
    let why = match world.state.overlays.last() {
        Some(Overlay::Prompt(prompt)) => prompt.why.clone().unwrap(),
        other => panic!("{other:?}"),
    };
    assert!(why.contains("room's name"), "{why}");
    world.keys("C-u");
    world.write("dev");
    world.key(KeyCode::Enter);
    world.flow();
    assert_eq!(world.state.open, Some(room("dev")));
    world.send("/topic first words");
    world.keys("C-x t");
    assert!(matches!(
        world.state.overlays.last(),
        Some(Overlay::Prompt(_))
    ));
    world.key(KeyCode::Esc);
    assert!(world.state.overlays.is_empty());
}

#[test]
fn a_prefix_held_shows_what_may_follow_and_escape_leaves_it() {
    let mut world = World::new(&["lobby"]);
    world.keys("C-x");
    world.wait(Duration::from_millis(290));
    assert_eq!(world.state.which_key(), None);
    world.wait(Duration::from_millis(10));
    let (pressed, after) = world.state.which_key().unwrap();
    assert_eq!(pressed, "Ctrl-X");
    assert!(after.contains(&("j".to_owned(), Action::Join)));
    world.key(KeyCode::Esc);
    assert!(world.state.begun.is_none() && world.state.notices.is_empty());
    world.keys("C-x");
    world.keys("F9");
    assert!(world.words().contains("Ctrl-X F9 does nothing here"));
    assert_eq!(world.composed(), "", "a key after a prefix is not typed");
    world.write("x");
    assert_eq!(world.composed(), "x");
}

#[test]
fn help_palette_and_which_key_show_the_keys_that_were_bound() {
    let mut world = World::new(&["lobby"]);
    let bound = |action, keys: &str| Bound {
        action,
        keys: vec![Sequence::parse(keys).unwrap()],
    };
    let (map, refused) = KeyMap::build(
        Preset::Default,
        &[bound(Action::Members, "C-x w"), bound(Action::Help, "F9")],
    );
    assert_eq!(refused, []);
    world.state.settings.keys = map;
    world.keys("F9");
    world.write("Ctrl-X w");
    let Some(Overlay::Help(help)) = world.state.overlays.last() else {
        panic!("no help");
    };
    assert_eq!(help.rows.last(), Some(&HelpRow::Action(Action::Members)));
    world.keys("F9");
    assert!(world.state.overlays.is_empty(), "its own key closes it");
    world.keys("C-x");
    world.wait(Duration::from_millis(301));
    let (_, after) = world.state.which_key().unwrap();
    assert!(after.contains(&("w".to_owned(), Action::Members)));
    assert!(hints(&world).contains("F9 help"), "{}", hints(&world));
}

#[test]
fn the_switcher_opens_over_anything_and_escape_restores_it() {
    let mut world = World::new(&["dev", "lobby"]);
    world.keys("F1");
    world.write("room");
    world.keys("C-k");
    assert!(matches!(
        world.state.overlays.last(),
        Some(Overlay::Picker(_))
    ));
    world.key(KeyCode::Esc);
    let Some(Overlay::Help(help)) = world.state.overlays.last() else {
        panic!("no help");
    };
    assert_eq!(help.query.text(), "room");
    world.keys("C-k");
    world.write("lobby");
    world.key(KeyCode::Enter);
    assert_eq!(world.state.open, Some(room("lobby")));
    assert!(world.state.overlays.is_empty(), "one looks at the room");
}

#[test]
fn the_line_of_keys_shows_only_what_works_now() {
    let mut world = World::new(&["a", "lobby"]);
    assert_eq!(hints(&world), "Ctrl-K rooms · Ctrl-P commands · F1 help");
    world.server.others("lobby", "bob", "hi");
    world.flow();
    assert!(hints(&world).contains("Alt-A unread"), "{}", hints(&world));
    world.press(Key::alt(KeyCode::Char('a')));
    world.rest();
    assert!(!hints(&world).contains("unread"), "{}", hints(&world));
    world.key(KeyCode::Up);
    assert!(hints(&world).contains("u unread from here"));
    world.cut();
    assert!(!hints(&world).contains("unread"), "{}", hints(&world));
    world.key(KeyCode::Char('?'));
    assert!(matches!(
        world.state.overlays.last(),
        Some(Overlay::Help(_))
    ));
}

#[test]
fn what_needs_the_server_is_not_begun_without_it_and_what_was_typed_stays() {
    let mut world = World::new(&["lobby"]);
    world.reachable = false;
    world.cut();
    world.send("/topic new");
    assert!(
        world.words().contains("offline: topic"),
        "{}",
        world.words()
    );
    assert_eq!(world.composed(), "/topic new");
    world.keys("C-x j");
    assert!(world.state.overlays.is_empty());
}

#[test]
fn the_mouse_is_left_to_the_terminal_and_taken_back_and_other_settings_leave_it_so() {
    let mut world = World::new(&["lobby"]);
    let told = |world: &World| {
        let mouse = |effect: &&Effect| matches!(effect, Effect::Mouse(_));
        world.told.iter().rfind(mouse).cloned()
    };
    assert!(world.state.mouse_on);
    world.key(KeyCode::F(4));
    assert_eq!(told(&world), Some(Effect::Mouse(false)));
    let mut settings = world.state.settings.clone();
    settings.hints = false;
    world.input(Input::Settings(Box::new(settings.clone())));
    assert!(!world.state.mouse_on, "nothing was said of the mouse");
    world.key(KeyCode::F(4));
    assert_eq!(told(&world), Some(Effect::Mouse(true)));
    settings.mouse = false;
    world.input(Input::Settings(Box::new(settings)));
    assert_eq!(told(&world), Some(Effect::Mouse(false)));
}
