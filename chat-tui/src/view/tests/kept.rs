//! What was laid out for one frame is right in the next, or is not used there.

use super::scene::*;
use crate::core::State;
use crate::core::deeds::{Act, Deed, Pending, Step};
use crate::view::View;
use chat_proto::Entry;
use chat_proto::event::{EventBody, Message};
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

fn again(view: &mut View, state: &State) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 24));
    view.draw(&mut buffer, state, now());
    buffer
}

fn said() -> State {
    let mut state = state();
    let said = ["morning", "at noon, @bob?", "fine"];
    let said = said.iter().zip(1..).map(|(text, number)| {
        let minute = u32::try_from(number).unwrap();
        message(number, at(22, 9, minute), "eve", text)
    });
    let said = said.collect();
    load(open(&mut state), said);
    state
}

/// The message that something becomes of.
fn entry(state: &State) -> Entry {
    let room = state.open_room().unwrap();
    room.log.entry(seq(2)).unwrap().clone()
}

fn becomes(state: &mut State, change: impl Fn(&mut Entry, &mut Message)) {
    let mut entry = entry(state);
    let EventBody::Message(mut message) = entry.event.body.clone() else {
        panic!("no message");
    };
    change(&mut entry, &mut message);
    entry.event.body = EventBody::Message(message);
    load(open(state), vec![entry]);
}

fn is_done(state: &mut State, act: Act) {
    let deed = Deed {
        id: "a".into(),
        room: room_name("lobby"),
        target: seq(2),
        act,
        refused: None,
    };
    state.deeds.items = vec![Pending {
        deed,
        step: Step::Waiting,
    }];
}

fn reaction() -> Act {
    Act::React {
        emoji: "🎉".to_owned(),
        on: true,
    }
}

type Change = fn(&mut State);

#[test]
fn whatever_becomes_of_a_message_shows_though_it_was_drawn_before() {
    let changes: [(&str, Change); 9] = [
        ("another name", |state| state.me.name = Some(name("bob"))),
        ("an act that waits", |state| is_done(state, reaction())),
        ("an edit that waits", |state| {
            is_done(state, Act::Edit("at one".to_owned()));
        }),
        ("a reaction", |state| {
            becomes(state, |entry, _| {
                let who = vec!["eve".into()];
                entry.fold.reactions.insert("👍".to_owned(), who);
            });
        }),
        ("a pin", |state| {
            becomes(state, |entry, _| entry.fold.pinned = true);
        }),
        ("an edit", |state| {
            becomes(state, |entry, message| {
                entry.fold.rev = Some(seq(9));
                message.text = Some("at two".to_owned());
            });
        }),
        ("a thread", |state| {
            let mut reply = message(4, at(22, 9, 3), "eve", "yes");
            if let EventBody::Message(message) = &mut reply.event.body {
                message.reply_to = Some(seq(2));
            }
            load(open(state), vec![reply]);
        }),
        ("something to answer", |state| {
            becomes(state, |_, message| message.reply_to = Some(seq(1)));
        }),
        ("a deletion", |state| {
            becomes(state, |_, message| message.text = None);
        }),
    ];
    for (what, change) in changes {
        let mut state = said();
        let mut view = View::new(TimeZone::UTC);
        let before = again(&mut view, &state);
        change(&mut state);
        let shown = again(&mut view, &state);
        assert_eq!(text(&shown), screen(&state, 80, 24), "{what}");
        assert_eq!(shown, draw(&state, 80, 24).0, "{what}");
        assert_ne!(shown, before, "{what} is not seen");
    }
}
