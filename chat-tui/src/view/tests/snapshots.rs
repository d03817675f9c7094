//! Screens at the sizes that matter, word for word.

use super::scene::*;
use crate::core::composer::{Composer, Editing};
use crate::core::deeds::{Act, Deed, Pending, Step};
use crate::core::keys::Sequence;
use crate::core::lesson::Lesson;
use crate::core::link::Phase;
use crate::core::outbox::Attached;
use crate::core::overlay::{Candidate, Completion};
use crate::core::room::{Anchor, Place};
use crate::core::side::Known;
use crate::core::transfers::{Source, Transfer, Work};
use crate::core::{Input, State, update};
use chat_proto::event::EventBody;
use chat_proto::notice::Invited;
use insta::assert_snapshot;
use ratatui::style::Modifier;
use std::time::Duration;

pub(super) fn check(name: &str, state: &State, sizes: &[(u16, u16)]) {
    for (width, height) in sizes {
        let screen = screen(state, *width, *height);
        assert_snapshot!(format!("{name}_{width}x{height}"), screen);
    }
}

pub(super) const ALL: [(u16, u16); 4] = [(100, 30), (80, 24), (40, 12), (20, 6)];
pub(super) const THREE: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

pub(super) fn press(state: &mut State, keys: &str) {
    for key in Sequence::parse(keys).unwrap().keys() {
        update(state, Input::Key(*key), now());
    }
}

#[test]
fn a_conversation() {
    check("conversation", &conversation(), &ALL);
}

#[test]
fn each_row_of_a_long_link_opens_the_whole_of_it() {
    let mut state = state();
    let link = format!("https://example.org/{}", "path/".repeat(56));
    let said = message(1, at(22, 9, 0), "bob", &format!("see {link} there"));
    load(open(&mut state), vec![said]);
    let (buffer, _) = draw(&state, 60, 24);
    let opens: Vec<_> = buffer
        .content()
        .iter()
        .filter_map(|cell| cell.symbol().strip_prefix("\u{1b}]8;"))
        .collect();
    assert!(opens.len() > 5, "one on each row");
    let whole = format!(";{link}\u{1b}\\");
    assert!(opens.iter().all(|open| open.contains(&whole)));
    let id = |open: &str| open.split(';').next().unwrap().to_owned();
    assert!(opens.iter().all(|open| id(open) == id(opens[0])));
    let text: String = text(&buffer).split_whitespace().collect();
    assert!(text.contains("path/path/path/"));
}

#[test]
fn reading_further_up_while_offline() {
    let mut state = conversation();
    state.link.phase = Phase::Waiting {
        until: Duration::ZERO,
    };
    state.link.why = "connection refused".into();
    state.link.since = at(21, 20, 15);
    let room = open(&mut state);
    room.place = Place {
        anchor: Some(Anchor {
            seq: seq(1),
            row: -1,
        }),
        scroll: 0,
    };
    room.state.unread = 500;
    room.selected = Some(seq(1));
    check("offline", &state, &[(80, 12), (20, 6)]);
}

#[test]
fn writing() {
    let mut state = conversation();
    let room = open(&mut state);
    room.reply_to = Some(seq(101));
    room.composer = Composer::holding("first line\nthe second one\nand @bo");
    room.typing = vec![(name("eve"), Duration::MAX)];
    state.completion = Some(Completion {
        found: vec![candidate("@bob", 0..3), candidate("@boris", 0..3)],
        chosen: Some(0),
        typed: "@bo".into(),
        start: 0,
    });
    check("writing", &state, &THREE);
    let found = (0..30).map(|at| candidate(&format!("👍 :thumb{at}:"), 6..9));
    state.completion = Some(Completion {
        found: found.collect(),
        chosen: Some(12),
        typed: ":thu".into(),
        start: 0,
    });
    check("emoji", &state, &[(80, 24), (20, 6)]);
    state.completion = None;
    open(&mut state).composer = Composer::holding("x".repeat(4001));
    check("too_long", &state, &[(80, 24)]);
}

#[test]
fn what_a_path_may_become_stands_below_where_it_is_asked_for() {
    let mut state = conversation();
    press(&mut state, "C-x f u");
    state.completion = Some(Completion {
        found: vec![
            candidate("plan\x1b[2J.txt", 0..2),
            candidate("plans/", 0..2),
        ],
        chosen: Some(1),
        typed: "pl".into(),
        start: 0,
    });
    check("path", &state, &[(80, 24), (40, 10), (20, 6)]);
}

fn candidate(shown: &str, matched: std::ops::Range<usize>) -> Candidate {
    Candidate {
        word: shown.into(),
        shown: shown.into(),
        matched,
        about: "",
    }
}

#[test]
fn files_on_their_way() {
    let mut state = conversation();
    state.outbox.items.clear();
    let up = |name: &str, done, failed: Option<&str>| Transfer {
        id: done,
        name: name.into(),
        work: Work::Up {
            desk: room_name("lobby").into(),
            reply_to: None,
            source: Source::Path(name.into()),
        },
        done,
        total: (done > 0).then_some(5_000_000),
        failed: failed.map(Into::into),
    };
    let why = "it has 99000000 bytes; the server takes 26214400 at the most";
    state.transfers = vec![
        up("hol\u{1b}iday.mp4", 99, Some(why)),
        up("plan.pdf", 2_400_000, None),
        up("notes.txt", 0, None),
    ];
    let mut item = unsent("c", "", None);
    item.unsent.files = vec![Attached {
        id: "f1".into(),
        name: "cat.png".into(),
        size: 48_213,
    }];
    state.outbox.items.push(item);
    check("transfers", &state, &THREE);
}

#[test]
fn a_thread_beside_its_room_or_over_it() {
    let mut state = conversation();
    let mut answer = message(108, at(22, 11, 55), "eve", "the vet is *always* late");
    if let EventBody::Message(message) = &mut answer.event.body {
        message.reply_to = Some(seq(102));
    }
    load(open(&mut state), vec![answer]);
    open(&mut state).selected = Some(seq(101));
    press(&mut state, "t");
    let mut waits = unsent("c", "and so is the cat", None);
    waits.unsent.reply_to = Some(seq(101));
    state.outbox.items.push(waits);
    if let Some(side) = &mut state.side {
        side.known = Known::Whole;
        side.room.composer = Composer::holding("half an ans");
    }
    check("thread", &state, &THREE);
    press(&mut state, "F6");
    check("thread_behind", &state, &THREE);
    state.link.phase = Phase::Waiting {
        until: Duration::ZERO,
    };
    if let Some(side) = &mut state.side {
        side.known = Known::Kept;
        side.focused = true;
    }
    check("thread_offline", &state, &[(80, 24)]);
}

fn deed(nonce: &str, target: u64, act: Act, step: Step, refused: Option<&str>) -> Pending {
    let deed = Deed {
        id: nonce.into(),
        room: room_name("lobby"),
        target: seq(target),
        act,
        refused: refused.map(Into::into),
    };
    Pending { deed, step }
}

#[test]
fn what_is_done_to_messages_shows_with_its_state_in_words() {
    let mut state = conversation();
    state.outbox.items.clear();
    let react = |emoji: &str, on| Act::React {
        emoji: emoji.to_owned(),
        on,
    };
    let edit = |text: &str| Act::Edit(text.to_owned());
    state.deeds.items = vec![
        deed("a", 101, react("🎉", true), Step::Waiting, None),
        deed("b", 102, Act::Delete, Step::UnderWay, None),
        deed("c", 103, edit("at one"), Step::Waiting, None),
        deed("d", 104, react("👍", false), Step::Saving, None),
        deed("e", 104, Act::Pin(false), Step::Done(seq(109)), None),
        deed("f", 102, edit("no"), Step::Refused, Some("you are muted")),
    ];
    check("deeds", &state, &THREE);
}

#[test]
fn the_composer_says_that_one_edits() {
    let mut state = conversation();
    state.outbox.items.clear();
    let room = open(&mut state);
    room.composer = Composer::holding("at noon, or one");
    room.editing = Some(Editing {
        target: seq(103),
        ..Editing::default()
    });
    check("editing", &state, &THREE);
}

#[test]
fn a_selected_message_and_what_is_asked_about_it() {
    let mut state = conversation();
    state.outbox.items.clear();
    open(&mut state).selected = Some(seq(102));
    check("selected", &state, &THREE);
    for (name, keys) in [("delete", "d"), ("react", "Esc +"), ("info", "Esc i")] {
        press(&mut state, keys);
        if name == "info" {
            open(&mut state).selected = Some(seq(104));
            state.overlays.clear();
            press(&mut state, "i");
        }
        check(name, &state, &THREE);
    }
}

#[test]
fn one_who_is_removed_reads_why() {
    let mut state = conversation();
    state.outbox.items.clear();
    let mut gone = room("lobby", 0, 0);
    gone.gone = true;
    gone.fate = Some("eve banned you from lobby: \u{1b}[31mspam".into());
    state.rooms.insert(room_name("lobby"), gone);
    check("removed", &state, &THREE);
    let muted = open(&mut state);
    muted.gone = false;
    muted.muted = true;
    check("muted", &state, &[(80, 24)]);
}

#[test]
fn whoever_is_hidden_leaves_no_trace_in_the_messages() {
    let mut state = conversation();
    state.outbox.items.clear();
    state.habits.ignored = vec![name("bob").key()];
    state.invites.push(Invited {
        room: room_name("ops"),
        by: name("eve"),
    });
    let shown = screen(&state, 80, 24);
    assert!(!shown.contains("good night"), "{shown}");
    check("hidden", &state, &THREE);
}

#[test]
fn what_people_mark_stands_out_and_is_all_still_there() {
    let mut state = state();
    let text = "**Done**: *see* [the plan](https://example.org/plan), ~~not~~ `cargo test`\n\
                > as you said\n\
                - one\n- two_of_three\n\
                ```rust\nfn main() {\n    println!(\"{}\", 42); // all\n}\n```\n\
                **begun, and *never ended";
    load(
        open(&mut state),
        vec![message(1, at(22, 9, 0), "bob", text)],
    );
    check("markup", &state, &THREE);
    let (buffer, _) = draw(&state, 120, 40);
    let cell = |wanted: &str| {
        let mut rows = (0..40).map(|y| (y, row(&buffer, y)));
        let (y, column) = rows
            .find_map(|(y, row)| Some((y, row.find(wanted)?)))
            .unwrap();
        let before = row(&buffer, y)[..column].chars().count();
        buffer[(u16::try_from(before).unwrap(), y)].modifier
    };
    assert!(cell("Done").contains(Modifier::BOLD));
    assert!(cell("see* ").contains(Modifier::ITALIC));
    assert!(cell("not~~").contains(Modifier::CROSSED_OUT));
    assert!(cell("**Done").contains(Modifier::DIM));
    assert_eq!(cell("begun"), Modifier::empty());
}

#[test]
fn each_link_in_sight_has_a_letter_and_says_where_it_leads() {
    let mut state = state();
    let long = format!("https://example.org/{}", "path/".repeat(20));
    let texts = [
        "see https://example.org/plan.".to_owned(),
        format!("[this]({long}) and ssh://host.example"),
        "https://p\u{430}ypal.com/login and https://google.com@evil.example/".to_owned(),
    ];
    let entries = texts.iter().zip(1..);
    let entries = entries.map(|(text, n)| message(n, at(22, 9, 0), "bob", text));
    load(open(&mut state), entries.collect());
    let (_, drawn) = draw(&state, 120, 40);
    state.viewed(drawn.seen, now());
    press(&mut state, "A-l");
    state.notices.clear();
    check("links", &state, &THREE);
    press(&mut state, "c");
    check("link_asks", &state, &[(80, 24)]);
}

#[test]
fn the_first_lesson_stands_where_nothing_else_does() {
    let mut state = state();
    state.lesson = Some(Lesson {
        used: [true, false, false],
    });
    check("lesson", &state, &THREE);
    let said = |number| message(number, at(22, 9, 0), "bob", "a line");
    load(open(&mut state), (1..=30).map(said).collect());
    let full = screen(&state, 80, 24);
    assert!(!full.contains("Three keys"), "over messages: {full}");
    assert!(!screen(&lesson_only(), 80, 11).contains("Three keys"));
}

fn lesson_only() -> State {
    let mut state = state();
    state.lesson = Some(Lesson::default());
    state
}

#[test]
fn the_status_says_while_the_mouse_is_the_terminals() {
    let mut state = conversation();
    assert!(!screen(&state, 80, 24).contains("mouse off"));
    press(&mut state, "F4");
    assert!(screen(&state, 80, 24).contains(" mouse off (F4)"));
    press(&mut state, "F4");
    assert!(!screen(&state, 80, 24).contains("mouse off"));
}
