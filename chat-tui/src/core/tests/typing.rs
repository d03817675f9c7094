//! What is typed, and pasted: drafts, commands, what Tab completes.

use super::reading::talk;
use super::server::{room, seq};
use super::world::World;
use crate::core::effect::Effect;
use crate::core::input::{Input, Key, KeyCode};
use crate::core::overlay::Overlay;
use std::time::Duration;

#[test]
fn a_draft_with_cursor_and_answer_survives_a_kill_in_each_room() {
    let mut world = World::new(&["a", "b"]);
    talk(&mut world, "a", 2);
    world.write("half a thought");
    (0..4).for_each(|_| world.key(KeyCode::Left));
    world.press(Key::alt(KeyCode::Char('r')));
    world.press(Key::ctrl(KeyCode::Char('k')));
    world.write("b");
    world.key(KeyCode::Enter);
    world.write("other");
    world.wait(Duration::from_millis(300));
    world.kill();
    assert_eq!(world.composed(), "other");
    let a = &world.state.rooms[&room("a")];
    assert_eq!(
        (a.composer.text(), a.composer.cursor(), a.reply_to),
        ("half a thought", 10, Some(seq(2)))
    );
    assert!(
        world
            .state
            .rooms
            .values()
            .all(crate::core::room::Room::has_draft)
    );
}

#[test]
fn commands_run_and_unknown_ones_stay_with_a_proposal() {
    let mut world = World::new(&["lobby"]);
    world.send("/jion dev");
    assert!(
        world.words().contains("did you mean /join?"),
        "{}",
        world.words()
    );
    assert_eq!(world.composed(), "/jion dev");
    world.press(Key::ctrl(KeyCode::Char('u')));
    world.send("/join dev");
    world.flow();
    assert_eq!(world.state.open, Some(room("dev")));
    world.send("//join is a command");
    world.rest();
    assert_eq!(world.texts(), ["/join is a command"]);
    world.send("/direct bob");
    world.flow();
    assert!(
        world.words().contains("does not offer"),
        "{}",
        world.words()
    );
    assert_eq!(
        world.composed(),
        "/direct bob",
        "what was refused is not lost"
    );
    world.press(Key::ctrl(KeyCode::Char('u')));
    world.send("/leave");
    world.flow();
    assert_eq!(world.state.open, Some(room("lobby")));
    assert!(!world.state.rooms.contains_key(&room("dev")));
    world.send("/quit");
    assert!(world.told.contains(&Effect::Quit { code: 0 }));
}

#[test]
fn tab_completes_names_rooms_and_commands_and_esc_gives_the_word_back() {
    let mut world = World::new(&["dev", "devops", "lobby"]);
    world.server.others("dev", "adam", "x");
    world.server.others("dev", "adele", "y");
    world.flow();
    for (typed, keys, text) in [
        ("hi @ad", vec![KeyCode::Tab], "hi @adele"),
        ("@ad", vec![KeyCode::Tab, KeyCode::Tab], "@adam"),
        ("@ad", vec![KeyCode::Tab, KeyCode::Esc], "@ad"),
        ("@adam", vec![KeyCode::Tab], "@adam "),
        ("#lo", vec![KeyCode::Tab], "#lobby "),
        ("#de", vec![KeyCode::Tab, KeyCode::Tab], "#devops"),
        ("/to", vec![KeyCode::Tab], "/topic "),
        ("a /to", vec![KeyCode::Tab], "a /to"),
        (":tada", vec![KeyCode::Tab], "🎉 "),
        ("ok :thu", vec![KeyCode::Tab, KeyCode::Esc], "ok :thu"),
    ] {
        world.write(typed);
        keys.into_iter().for_each(|key| world.key(key));
        assert_eq!(world.composed(), text, "{typed}");
        world.key(KeyCode::Char(' '));
        world.press(Key::ctrl(KeyCode::Char('u')));
    }
}

#[test]
fn a_large_paste_is_held_until_it_is_said_what_becomes_of_it() {
    let mut world = World::new(&["lobby"]);
    world.input(Input::Paste("two\r\nlines".into()));
    assert_eq!(
        world.composed(),
        "two\nlines",
        "a line end in a paste sends nothing"
    );
    world.press(Key::ctrl(KeyCode::Char('u')));
    world.key(KeyCode::Backspace);
    world.press(Key::ctrl(KeyCode::Char('u')));
    let large = "line\n".repeat(2000);
    // As a terminal without marks for pastes may deliver it.
    let (one, two) = large.split_at(6002);
    world.input(Input::Paste(one.to_owned()));
    world.input(Input::Paste(two.to_owned()));
    assert!(matches!(
        world.state.overlays.last(),
        Some(Overlay::Paste(_))
    ));
    assert_eq!(world.composed(), "");
    world.key(KeyCode::Char('s'));
    // Not before it was asked; and no is no loss.
    world.rest();
    assert_eq!(world.texts().len(), 0);
    let Some(Overlay::Confirm(confirm)) = world.state.overlays.last() else {
        panic!("not asked");
    };
    assert!(
        confirm.question.contains("as 3 messages"),
        "{}",
        confirm.question
    );
    world.key(KeyCode::Esc);
    world.press(Key::ctrl(KeyCode::Char('y')));
    assert!(world.composed() == large, "there is a way back");
    world.press(Key::ctrl(KeyCode::Char('_')));
    assert_eq!(world.composed(), "");
    world.input(Input::Paste(large.clone()));
    world.key(KeyCode::Char('s'));
    world.key(KeyCode::Enter);
    world.rest();
    let texts = world.texts();
    assert_eq!(texts.len(), 3);
    assert!(format!("{}\n", texts.join("\n")) == large);
    world.input(Input::Paste(large.clone()));
    world.key(KeyCode::Esc);
    world.press(Key::ctrl(KeyCode::Char('y')));
    assert!(world.composed() == large, "there is a way back");
}

#[test]
fn some_lines_may_become_a_block_of_code() {
    let mut world = World::new(&["lobby"]);
    let lines = "let x = 1;\n".repeat(20);
    world.input(Input::Paste(lines.clone()));
    world.key(KeyCode::Char('b'));
    assert_eq!(world.composed(), format!("```\n{lines}```"));
}

#[test]
fn the_way_out_writes_what_is_gathered() {
    let mut world = World::new(&["lobby"]);
    world.write("draft");
    world.press(Key::ctrl(KeyCode::Char('c')));
    assert!(world.disk.drafts.is_empty());
    world.press(Key::ctrl(KeyCode::Char('c')));
    assert_eq!(world.disk.drafts[&room("lobby").into()].text, "draft");
    assert!(world.told.contains(&Effect::Quit { code: 0 }));
    world.input(Input::Ended { code: 129 });
    assert!(world.told.contains(&Effect::Quit { code: 129 }));
}
