//! Without a screen (point 40): every line is a command, an answer or a
//! message, and ends in the same rules as a key.

use super::server::{room, seq};
use super::world::World;
use crate::core::composer::Draft;
use crate::core::effect::Effect;
use crate::core::input::Input;
use crate::core::overlay::Overlay;
use chat_proto::Request;
use chat_proto::event::EventBody;
use std::time::Duration;

impl World {
    fn line(&mut self, line: &str) {
        assert!(self.state.takes_line(), "{line} would have to wait");
        self.input(Input::Line(line.to_owned()));
        self.flow();
        self.wait(Duration::from_secs(1));
    }
}

fn begun(world: &World) -> &str {
    world.state.open_room().unwrap().composer.text()
}

fn sent(world: &World) -> Vec<String> {
    let send = |request: &Request| match request {
        Request::Send(send) => send.text.as_ref().map(|text| text.as_str().to_owned()),
        _ => None,
    };
    world.server.requests.iter().filter_map(send).collect()
}

#[test]
fn a_line_is_sent_and_leaves_the_draft_alone_also_on_the_disk() {
    let mut world = World::new(&["lobby"]);
    world.write("half a thought");
    world.rest();
    world.line("hello");
    world.line("//x");
    assert_eq!(sent(&world), ["hello", "/x"]);
    assert_eq!(begun(&world), "half a thought");
    let draft = world
        .disk
        .saved()
        .drafts
        .into_iter()
        .next()
        .map(|(_, draft)| draft);
    assert_eq!(
        draft.map(|draft: Draft| draft.text).as_deref(),
        Some("half a thought")
    );
    world.line("/send");
    assert_eq!(sent(&world), ["hello", "/x", "half a thought"]);
    assert_eq!(begun(&world), "");
}

#[test]
fn a_backslash_at_the_end_goes_on_with_the_next_line() {
    let mut world = World::new(&["lobby"]);
    world.line("one\\");
    assert!(world.state.goes_on() && sent(&world).is_empty());
    world.kill();
    world.rest();
    assert_eq!(begun(&world), "one\n", "it is a draft like any other");
    world.line("/no command\\");
    world.line("three");
    assert_eq!(sent(&world), ["one\n/no command\nthree"]);
}

#[test]
fn what_is_refused_here_stays_with_the_draft() {
    let mut world = World::new(&["lobby"]);
    let long = "x".repeat(4001);
    world.line(&long);
    assert!(world.words().contains("4001") && sent(&world).is_empty());
    assert_eq!(begun(&world), long);
    world.line("/drop");
    assert_eq!(begun(&world), "");
    assert!(world.words().contains("brings it back"));
    world.line("/undo");
    assert_eq!(begun(&world), long);
}

#[test]
fn a_message_is_chosen_by_lines_and_acted_on_by_short_names() {
    let mut world = World::new(&["lobby"]);
    world.server.others("lobby", "bob", "one");
    world.server.others("lobby", "bob", "two");
    world.rest();
    world.line("/react +1");
    assert!(
        world
            .words()
            .contains("choose one by /up, /down or /select NUMBER")
    );
    world.line("/up");
    world.line("/up");
    world.line("/react +1");
    let reacted = |request: &Request| match request {
        Request::React(react) => Some((react.target, react.emoji.as_str().to_owned())),
        _ => None,
    };
    let reactions: Vec<_> = world.server.requests.iter().filter_map(reacted).collect();
    assert_eq!(reactions, [(seq(1), "👍".to_owned())]);
    world.line("/select 2");
    world.line("/reply");
    world.line("an answer");
    let last = world.server.logs[&room("lobby")].last().unwrap();
    assert!(matches!(&last.body, EventBody::Message(m) if m.reply_to == Some(seq(2))));
    world.line("/edit-newest");
    assert_eq!(begun(&world), "an answer");
    world.line("another answer");
    let edit = |request: &Request| matches!(request, Request::Edit(e) if e.text.as_str() == "another answer");
    assert!(world.server.requests.iter().any(edit));
    world.line("/up");
    world.line("/delete");
    assert!(matches!(
        world.state.overlays.last(),
        Some(Overlay::Confirm(_))
    ));
    world.line("no");
    world.line("/delete yes");
    let deletes = |request: &&Request| matches!(request, Request::Delete(_));
    assert_eq!(world.server.requests.iter().filter(deletes).count(), 1);
}

#[test]
fn lists_are_answered_by_number_by_name_or_by_nothing() {
    let mut world = World::new(&["dev", "lobby", "ops"]);
    world.line("/go");
    world.line("ops");
    assert_eq!(world.state.open, Some(room("ops")));
    world.line("/go lob");
    assert_eq!(
        world.state.open,
        Some(room("lobby")),
        "the only one that fits"
    );
    world.line("/go");
    world.line("99");
    assert!(world.words().contains("numbers from 1 to 3"));
    world.line("1");
    assert_ne!(world.state.open, Some(room("lobby")));
    world.line("/go");
    world.line("");
    assert!(world.state.overlays.is_empty());
    world.line("/go");
    world.line("/help");
    assert_eq!(world.state.overlays.len(), 1, "a command closes the list");
    world.line("said in spite of the help");
    assert_eq!(sent(&world), ["said in spite of the help"]);
}

#[test]
fn what_makes_no_sense_among_lines_says_why() {
    let mut world = World::new(&["lobby"]);
    for (line, words) in [
        ("/redraw", "never drawn anew"),
        ("/hints", "/help lists all"),
        ("/line-start", "your terminal edits the line"),
        ("/topc", "did you mean /topic?"),
        ("/copy", "choose one by /up"),
        ("/login me", "hidden"),
    ] {
        world.line(line);
        assert!(world.words().contains(words), "{line}: {}", world.words());
    }
    assert_eq!(begun(&world), "");
    world.line("/quit");
    assert!(world.told.contains(&Effect::Quit { code: 0 }));
}

#[test]
fn a_name_is_asked_by_a_line_and_then_a_hidden_password() {
    let mut world = World::new(&[]);
    world.disk = super::disk::Disk::default();
    world.server = super::server::Server::new(&["lobby"]);
    world.start("");
    world.rest();
    assert!(!world.state.hides_line());
    world.input(Input::Line("ada".into()));
    assert!(world.state.hides_line());
    world.input(Input::Line(String::new()));
    world.rest();
    assert!(!world.state.hides_line() && world.state.link.is_live());
    assert_eq!(
        world
            .state
            .me
            .name
            .as_ref()
            .map(ToString::to_string)
            .as_deref(),
        Some("ada")
    );
}

#[test]
fn a_line_waits_until_it_is_known_what_it_is_for() {
    let mut world = World::new(&["lobby"]);
    world.input(Input::Line("/join dev".into()));
    assert!(!world.state.takes_line());
    world.rest();
    assert!(world.state.takes_line() && world.state.open == Some(room("dev")));
    world.input(Input::Line("/rooms".into()));
    assert!(!world.state.takes_line());
    world.cut();
    assert!(world.state.takes_line(), "nobody will answer");
}
