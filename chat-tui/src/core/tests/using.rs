//! Coming in, reading, marking, completing, pasting: what a person does.

use super::disk::Disk;
use super::server::{Server, room, seq};
use super::world::World;
use crate::core::effect::Effect;
use crate::core::input::{Input, Key, KeyCode, NetInput};
use crate::core::link::Phase;
use crate::core::overlay::Overlay;
use crate::core::settings::Settings;
use chat_proto::Request;
use std::time::Duration;

fn talk(world: &mut World, name: &str, count: u64) {
    for n in 0..count {
        world.server.others(name, "bob", &format!("m{n}"));
    }
    world.flow();
}

pub(super) fn login(world: &World) -> Option<(&str, Option<&str>)> {
    world
        .state
        .overlays
        .iter()
        .find_map(|overlay| match overlay {
            Overlay::Login(login) => Some((login.name.text(), login.why.as_deref())),
            _ => None,
        })
}

fn reads(world: &World) -> Vec<u64> {
    let read = |request: &Request| match request {
        Request::Read(read) => Some(read.seq.get()),
        _ => None,
    };
    world.server.requests.iter().filter_map(read).collect()
}

#[test]
fn the_first_run_proposes_the_login_name_and_asks_again_while_it_is_taken() {
    let mut server = Server::new(&["lobby"]);
    server.taken = vec!["AdaL".into()];
    let mut world = World::with(Server::new(&[]), Disk::default());
    world.server = server;
    world.disk = Disk::default();
    world.start("");
    assert_eq!(login(&world), Some(("AdaL", None)));
    world.key(KeyCode::Enter);
    world.flow();
    assert_eq!(login(&world), Some(("AdaL", Some("that name is in use"))));
    world.write("!");
    world.key(KeyCode::Enter);
    assert!(
        login(&world).unwrap().1.unwrap().contains('!'),
        "a bad name is not sent"
    );
    world.key(KeyCode::Backspace);
    world.write("2");
    world.cut();
    world.key(KeyCode::Enter);
    world.flow();
    assert_eq!(login(&world), None);
    assert_eq!(world.state.me.name.as_ref().unwrap().as_str(), "AdaL2");
    assert_eq!(world.state.open, Some(room("lobby")));
    world.start("");
    world.rest();
    assert!(
        world.state.link.is_live(),
        "the token brings one back without a question"
    );
}

#[test]
fn who_asked_for_another_name_than_this_device_has_is_told_and_who_chose_one_is_not() {
    let mut world = World::with(Server::new(&["lobby"]), Disk::default());
    world.server.taken = vec!["bob".into()];
    world.disk = Disk::default();
    world.start("bob");
    world.flow();
    assert_eq!(login(&world), Some(("bob", Some("that name is in use"))));
    world.write("2");
    world.key(KeyCode::Enter);
    world.flow();
    assert_eq!(world.state.me.name.as_ref().unwrap().as_str(), "bob2");
    assert_eq!(world.words(), "");
    world.start("carl");
    world.flow();
    assert!(world.words().contains("another --profile"));
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
fn a_silent_server_is_noticed_in_words_and_the_client_comes_back_by_itself() {
    let mut world = World::new(&["lobby"]);
    world.write("x");
    world.server.wire = None;
    let mut waited = Duration::ZERO;
    while world.state.link.is_live() {
        world.mono += Duration::from_millis(100);
        waited += Duration::from_millis(100);
        world.outgoing.clear();
        world.input(Input::Wake);
    }
    assert!(waited <= Duration::from_secs(10), "{waited:?}");
    assert!(
        world.state.link.words("then").contains("no answer"),
        "{}",
        world.state.link.words("then")
    );
    world.write("y");
    world.wait(Duration::from_secs(5));
    assert!(world.state.link.is_live());
    assert_eq!(world.composed(), "xy");
}

#[test]
fn an_idle_client_has_next_to_nothing_to_do() {
    let mut world = World::new(&["lobby"]);
    world.wait(Duration::from_secs(120));
    let start = world.mono;
    let mut wakes = 0;
    while world.mono < start + Duration::from_secs(60) {
        world.mono = world.state.deadline().unwrap();
        world.input(Input::Net(NetInput::Heard));
        world.input(Input::Wake);
        wakes += 1;
    }
    assert!(wakes <= 4, "{wakes}");
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

#[test]
fn a_removal_is_said_and_what_was_written_for_the_room_stays() {
    let mut world = World::new(&["dev", "lobby"]);
    world.write("begun");
    world.wait(Duration::from_millis(300));
    world.cut();
    world.server.logs.remove(&room("dev"));
    world.rest();
    assert_eq!(world.state.link.phase, Phase::Live);
    assert!(world.state.rooms[&room("dev")].gone);
    assert_eq!(world.composed(), "begun");
    world.key(KeyCode::Enter);
    assert!(
        world.words().contains("not in dev any more"),
        "{}",
        world.words()
    );
    assert_eq!(world.composed(), "begun");
}

#[test]
fn with_very_many_rooms_hello_still_fits_a_frame_and_the_other_rooms_have_holes() {
    let names: Vec<_> = (0..1200)
        .map(|n| format!("{n}-{}", "x".repeat(55)))
        .collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let mut world = World::new(&names);
    world.cut();
    for name in &names {
        world.server.others(name, "bob", "hi");
    }
    world.rest();
    assert!(world.state.link.is_live());
    assert!(
        names
            .iter()
            .all(|name| world.unread(name) == 1 || world.state.open == Some(room(name)))
    );
    world.press(Key::alt(KeyCode::Up));
    world.flow();
    assert_eq!(world.texts(), ["hi"]);
}

#[test]
fn without_any_room_typing_chooses_one() {
    let mut world = World::new(&["lobby"]);
    world.send("/leave");
    world.flow();
    assert_eq!(world.state.open, None);
    world.send("dev");
    world.flow();
    assert_eq!(world.state.open, Some(room("dev")));
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
fn another_server_is_gone_to_by_its_name_with_all_that_is_typed_kept() {
    let mut world = World::new(&["lobby"]);
    world.send("/server");
    assert!(
        world.words().contains("no server has a name"),
        "{}",
        world.words()
    );
    let (settings, _) =
        crate::config::read(b"[servers.work]\naddress = \"a\"\n[servers.home]\naddress = \"b\"\n");
    world.input(Input::Settings(Box::new(settings)));
    world.send("/server wrok");
    assert!(
        world.words().contains("did you mean work?"),
        "{}",
        world.words()
    );
    assert_eq!(world.composed(), "/server wrok");
    world.press(Key::ctrl(KeyCode::Char('u')));
    world.write("/server wo");
    world.key(KeyCode::Tab);
    assert_eq!(world.composed(), "/server work ");
    world.key(KeyCode::Enter);
    let gone = |world: &World| match world.told.last() {
        Some(Effect::Switch(name)) => Some(name.as_str().to_owned()),
        _ => None,
    };
    assert_eq!(gone(&world).as_deref(), Some("work"));
    world.told.clear();
    world.write("half a thought");
    world.send("");
    world.press(Key::ctrl(KeyCode::Char('x')));
    world.key(KeyCode::Char('h'));
    world.key(KeyCode::Enter);
    assert_eq!(
        gone(&world).as_deref(),
        Some("home"),
        "the first of the list"
    );
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
