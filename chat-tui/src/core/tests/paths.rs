//! Completion of a path: which folders are read, and what becomes of the text.

use super::world::World;
use crate::core::effect::Effect;
use crate::core::input::{Input, Key, KeyCode};
use crate::core::keys::Sequence;
use crate::core::overlay::Overlay;
use crate::core::paths::Listed;
use crate::core::transfers::Source;

/// The folders that were asked for since this was asked last.
fn asked(world: &mut World) -> Vec<String> {
    let listed = world.told.iter().filter_map(|effect| match effect {
        Effect::List(path) => Some(path.clone()),
        _ => None,
    });
    let listed = listed.collect();
    world.told.clear();
    listed
}

/// The folder was read; what ends in a slash is a folder.
fn read(world: &mut World, path: &str, names: &[&str]) {
    let listed = |name: &&str| Listed {
        name: name.trim_end_matches('/').to_owned(),
        folder: name.ends_with('/'),
    };
    let found = Ok(names.iter().map(listed).collect());
    let path = path.to_owned();
    world.input(Input::Listed { path, found });
}

fn offered(world: &World) -> Vec<&str> {
    let found = world.state.completion.iter().flat_map(|list| &list.found);
    found.map(|candidate| candidate.shown.as_str()).collect()
}

const HOME: &[&str] = &["Plan b.txt", "plans/", ".plan", "notes", "line\nend"];

#[test]
fn a_path_is_completed_folder_by_folder() {
    let mut world = World::new(&["lobby"]);
    world.write("/upload ~");
    world.key(KeyCode::Tab);
    assert_eq!(world.composed(), "/upload ~/");
    assert_eq!(asked(&mut world), [""; 0]);
    world.write("pl");
    world.key(KeyCode::Tab);
    assert_eq!(asked(&mut world), ["~/"]);
    assert_eq!(world.composed(), "/upload ~/pl", "until it is read");
    read(&mut world, "~/", HOME);
    assert_eq!(offered(&world), ["Plan b.txt", "plans/"]);
    assert_eq!(world.composed(), "/upload ~/Plan b.txt");
    world.key(KeyCode::Tab);
    assert_eq!(world.composed(), "/upload ~/plans/");
    // What is typed goes on in the folder.
    world.write("o");
    assert_eq!(asked(&mut world), ["~/plans/"]);
    read(&mut world, "~/plans/", &["old/", "other", "x"]);
    assert_eq!(offered(&world), ["old/", "other"]);
    assert_eq!(world.composed(), "/upload ~/plans/o");
    world.write("t");
    assert_eq!(offered(&world), ["other"]);
    assert_eq!(asked(&mut world), [""; 0], "it was read");
    world.key(KeyCode::Tab);
    assert_eq!(world.composed(), "/upload ~/plans/other");
    world.key(KeyCode::Enter);
    let uploads = world.told.iter().filter_map(|effect| match effect {
        Effect::Upload(asked) => Some(asked.source.clone()),
        _ => None,
    });
    let path = Source::Path("~/plans/other".to_owned());
    assert_eq!(uploads.collect::<Vec<_>>(), [path]);
}

#[test]
fn a_folder_that_comes_late_or_not_at_all_changes_nothing_that_is_typed() {
    let mut world = World::new(&["lobby"]);
    world.write("/upload p");
    world.key(KeyCode::Tab);
    world.write("l");
    read(&mut world, "elsewhere/", HOME);
    assert_eq!(offered(&world), [""; 0]);
    read(&mut world, "", HOME);
    assert_eq!(world.composed(), "/upload pl", "Tab was for another text");
    assert_eq!(offered(&world), ["Plan b.txt", "plans/"], "but it is shown");
    world.key(KeyCode::Esc);
    assert_eq!(world.composed(), "/upload pl");
    world.key(KeyCode::Tab);
    world.press(Key::ctrl(KeyCode::Char('u')));
    read(&mut world, "", HOME);
    assert_eq!((world.composed(), offered(&world).len()), ("", 0));
    world.write("/upload x/");
    world.key(KeyCode::Tab);
    let path = "x/".to_owned();
    let found = Err("x/ can't be read: no such file".to_owned());
    world.input(Input::Listed { path, found });
    assert!(world.words().contains("can't be read"), "{}", world.words());
    assert_eq!(world.composed(), "/upload x/");
}

#[test]
fn where_a_path_is_asked_for_tab_completes_it_and_the_draft_stays() {
    let mut world = World::new(&["lobby"]);
    world.write("a draft");
    for key in Sequence::parse("C-x f u").unwrap().keys() {
        world.press(*key);
    }
    let line = |world: &World| match world.state.overlays.last() {
        Some(Overlay::Prompt(prompt)) => prompt.line.text().to_owned(),
        other => panic!("no prompt: {other:?}"),
    };
    world.write("pl");
    world.key(KeyCode::Tab);
    read(&mut world, "", HOME);
    assert_eq!(line(&world), "Plan b.txt");
    world.key(KeyCode::Esc);
    assert_eq!(line(&world), "pl");
    world.key(KeyCode::Tab);
    read(&mut world, "", HOME);
    world.key(KeyCode::Tab);
    assert_eq!(line(&world), "plans/");
    world.input(Input::Paste("o".into()));
    read(&mut world, "plans/", &["old", "x"]);
    assert_eq!(
        (line(&world).as_str(), offered(&world)),
        ("plans/o", vec!["old"])
    );
    world.key(KeyCode::Esc);
    world.key(KeyCode::Esc);
    assert!(world.state.overlays.is_empty() && world.state.completion.is_none());
    assert_eq!(world.composed(), "a draft");
}
