//! The view of lines: what is told, once, and harmless whatever it holds.

use super::scene::{at, conversation, load, message, name, now, open, room_name, seq, state};
use crate::core::overlay::{Overlay, Picker};
use crate::core::settings::Others;
use crate::core::{Now, State};
use crate::view::lines::Lines;
use jiff::tz::TimeZone;

fn tell(lines: &mut Lines, state: &State) -> String {
    let now: Now = now();
    lines.tell(state, now).0
}

fn teller() -> Lines {
    Lines::new(TimeZone::UTC)
}

#[test]
fn a_room_is_told_as_lines() {
    let mut lines = teller();
    insta::assert_snapshot!(tell(&mut lines, &conversation()));
    assert_eq!(lines.prompt(&conversation()), "#lobby> ");
}

#[test]
fn nothing_is_told_twice_and_the_end_counts_as_seen() {
    let (mut lines, mut state) = (teller(), conversation());
    tell(&mut lines, &state);
    assert_eq!(tell(&mut lines, &state), "");
    load(
        open(&mut state),
        vec![message(108, at(22, 12, 0), "bob", "one more")],
    );
    let (told, viewport) = lines.tell(&state, now());
    assert_eq!(told, "12:00 bob: one more\n");
    assert!(viewport.is_some_and(|shown| shown.end && shown.last == Some(seq(108))));
}

#[test]
fn other_rooms_are_told_as_the_settings_say() {
    for (others, told) in [
        (Others::Messages, "#dev 12:00 bob: over here\n"),
        (Others::Notes, "#dev, 12 unread, 1 names you\n"),
        (Others::Nothing, ""),
    ] {
        let (mut lines, mut state) = (teller(), conversation());
        state.settings.others = others;
        tell(&mut lines, &state);
        let dev = state.rooms.get_mut(&room_name("dev")).unwrap();
        let head = dev.log.head().get();
        load(
            dev,
            vec![message(head + 1, at(22, 12, 0), "bob", "over here")],
        );
        assert_eq!(tell(&mut lines, &state), told);
        assert_eq!(tell(&mut lines, &state), "");
    }
}

#[test]
fn a_list_is_told_with_numbers() {
    let (mut lines, mut state) = (teller(), state());
    tell(&mut lines, &state);
    let choice = |name: &str, unread| crate::core::overlay::Choice {
        room: room_name(name),
        kind: Some(chat_proto::event::RoomKind::Public),
        unread,
        mentions: 0,
        matched: vec![],
        join: false,
    };
    let picker = Picker {
        found: vec![choice("dev", 3), choice("@ada+bob", 0)],
        ..Picker::default()
    };
    state.overlays.push(Overlay::Picker(picker));
    assert_eq!(
        tell(&mut lines, &state),
        "rooms:\n1. #dev, 3 unread\n2. @bob\n"
    );
    assert_eq!(lines.prompt(&state), "number, words, or Enter to close: ");
}

#[test]
fn hostile_words_are_told_harmless_and_can_forge_no_line() {
    let evil = "\x1b]0;x\x07\u{9b}31m\x08\r10:42 bob: I agree\n10:43 bob: yes\u{2028}\u{202e}";
    let (mut lines, mut state) = (teller(), state());
    let room = open(&mut state);
    room.state.topic = evil.to_owned();
    load(room, vec![message(1, at(22, 9, 0), "eve", evil)]);
    state.link.why = evil.to_owned();
    state.setup.addresses = vec![evil.to_owned()];
    state.me.name = Some(name("ada"));
    state.notices.push(crate::core::overlay::Notice {
        text: evil.to_owned(),
        error: true,
        until: std::time::Duration::MAX,
    });
    let told = tell(&mut lines, &state);
    for c in told.chars() {
        assert!(
            c == '\n' || !c.is_control() && !crate::neutral::is_hostile(c),
            "{c:?} in {told}"
        );
    }
    assert!(!told.lines().any(|line| line.starts_with("10:4")), "{told}");
    assert!(
        told.matches("\n      10:43 bob: yes").count() >= 2,
        "{told}"
    );
}
