//! The rules of names and texts at their boundaries, at the keyboard: what the
//! server would refuse is refused before it is sent, with the reason, and stays
//! where it was typed.

use super::disk::Disk;
use super::entering::login;
use super::server::Server;
use super::world::World;
use crate::core::input::{Input, Key, KeyCode};
use chat_proto::Request;

/// Types one line, however long, and Enter.
fn enter(world: &mut World, line: &str) {
    let split = line.len() - line.chars().next_back().map_or(0, char::len_utf8);
    world.input(Input::Paste(line[..split].into()));
    world.write(&line[split..]);
    world.key(KeyCode::Enter);
}

#[test]
fn texts_at_their_boundary() {
    let mut world = World::new(&["lobby"]);
    let (longest, widest) = ("x".repeat(4000), "😀".repeat(4000));
    for text in ["x", &longest, &widest, "a  \t", "//x"] {
        enter(&mut world, text);
        assert_eq!(world.words(), "", "{text:?}");
        world.rest();
    }
    let too_long = "x".repeat(4001);
    for (text, reason) in [
        (too_long.as_str(), "4001 characters"),
        ("\u{200b}\u{feff}", "no visible character"),
        ("\u{ad}", "no visible character"),
    ] {
        refused(text, reason);
    }
}

/// An operator may set others than the usual ones.
#[test]
fn the_limits_that_the_greeting_states_are_kept_to() {
    let mut server = Server::new(&["lobby"]);
    server.limits.text_chars = 5;
    let mut world = World::with(server, Disk::default());
    enter(&mut world, "five!");
    assert_eq!(world.words(), "");
    world.rest();
    enter(&mut world, "six...");
    let words = world.words();
    assert!(words.contains("the limit is 5"), "{words}");
    let sent = |request: &&Request| matches!(request, Request::Send(_));
    assert_eq!(world.server.requests.iter().filter(sent).count(), 1);
}

#[test]
fn room_names_at_their_boundary() {
    let longest = format!("/join {}", "r".repeat(64));
    for line in [&longest, "/join a", "/join é.2", "/join #dev", "/join @bob"] {
        allowed(line);
    }
    let too_long = format!("/join {}", "r".repeat(65));
    for (line, reason) in [
        (too_long.as_str(), "64"),
        ("/join Dev", "dev"),
        ("/join a b", "may not"),
        ("/join -dev", "at its start"),
        ("/join dev-", "at its end"),
        ("/join d\u{435}v", "script"),
        ("/join de\u{200b}v", "may not"),
    ] {
        refused(line, reason);
    }
}

#[test]
fn topics_at_their_boundary() {
    let longest = format!("/topic {}", "t".repeat(250));
    allowed(&longest);
    allowed("/topic");
    let too_long = format!("/topic {}", "t".repeat(251));
    for (line, reason) in [
        (too_long.as_str(), "250"),
        ("/topic a\u{202e}b", "direction"),
    ] {
        refused(line, reason);
    }
}

#[test]
fn names_at_their_boundary() {
    let mut world = World::new(&[]);
    world.disk = super::disk::Disk::default();
    world.start("");
    let (longest, too_long) = ("n".repeat(32), "n".repeat(33));
    for (name, reason) in [
        (too_long.as_str(), "32"),
        ("-ada", "at its start"),
        ("a b", "may not"),
        ("ada\u{430}", "script"),
        ("ada\u{202e}", "may not"),
    ] {
        prompt(&mut world, name);
        let why = login(&world).and_then(|(_, why)| why).unwrap_or_default();
        assert!(why.contains(reason), "{name:?}: {why}");
    }
    prompt(&mut world, &longest);
    world.rest();
    assert_eq!(world.state.me.name.as_ref().unwrap().as_str(), longest);
}

fn prompt(world: &mut World, name: &str) {
    world.press(Key::ctrl(KeyCode::Char('u')));
    world.write(name);
    world.key(KeyCode::Enter);
}

fn allowed(line: &str) {
    let mut world = World::new(&["lobby"]);
    enter(&mut world, line);
    assert_eq!(world.words(), "", "{line:?}");
    assert_eq!(asked(&world).len(), 1, "{line:?}");
}

/// What the server is asked to do; that one types or is still there is no such thing.
fn asked(world: &World) -> Vec<&String> {
    let deed = |frame: &&String| {
        ["send", "join", "topic"]
            .iter()
            .any(|deed| frame.contains(&format!(r#""type":"{deed}""#)))
    };
    world.outgoing.iter().filter(deed).collect()
}

fn refused(line: &str, reason: &str) {
    let mut world = World::new(&["lobby"]);
    enter(&mut world, line);
    let words = world.words();
    assert!(words.contains(reason), "{reason}: {words}");
    assert_eq!(asked(&world), Vec::<&String>::new(), "{line:?}");
    assert!(world.disk.outbox.is_empty(), "{reason}: not kept for later");
    let composer = &world.state.open_room().unwrap().composer;
    assert!(composer.text() == line, "{reason}: it can be set right");
}
