//! The line being read stays where it is.

use super::scene::*;
use crate::core::State;
use crate::core::room::{Anchor, Place};
use chat_proto::Entry;

/// Of many lengths, over several days.
fn messages(from: u64, to: u64) -> Vec<Entry> {
    let one = |number: u64| {
        let words = "words and ".repeat(usize::try_from(number * 7 % 23).unwrap());
        let day = u32::try_from(1 + number / 40).unwrap();
        let author = ["bob", "eve", "ada"][usize::try_from(number % 3).unwrap()];
        message(
            number,
            at(day, 10, 0),
            author,
            &format!("number {number} {words}"),
        )
    };
    (from..=to).map(one).collect()
}

fn long() -> State {
    let mut state = state();
    load(open(&mut state), messages(1, 300));
    state
}

/// Draws, and hands the place back as the core does; says what the text area showed.
fn settle(state: &mut State, width: u16, height: u16) -> Vec<String> {
    let (buffer, drawn) = draw(state, width, height);
    let viewport = drawn.seen.room.unwrap();
    open(state).place = Place {
        anchor: viewport.anchor,
        scroll: 0,
    };
    (0..viewport.height)
        .map(|y| {
            row(&buffer, y + 1)
                .chars()
                .skip(usize::from(width - viewport.width))
                .collect()
        })
        .collect()
}

fn scroll(state: &mut State, rows: i32) -> Vec<String> {
    open(state).place.scroll = rows;
    settle(state, 80, 24)
}

#[test]
fn scrolling_moves_by_rows_and_stops_at_both_ends() {
    let mut state = long();
    let end = settle(&mut state, 80, 24);
    let mut before = end.clone();
    for _ in 0..40 {
        let after = scroll(&mut state, -5);
        assert_eq!(after[5..], before[..before.len() - 5]);
        before = after;
    }
    for _ in 0..40 {
        let after = scroll(&mut state, 5);
        if open(&mut state).place.anchor.is_some() {
            assert_eq!(before[5..], after[..before.len() - 5]);
        }
        before = after;
    }
    assert_eq!(before, end);
    assert_eq!(open(&mut state).place.anchor, None);
    let top = scroll(&mut state, i32::MIN);
    assert!(top[1].contains("number 1 "), "{top:#?}");
    assert_eq!(scroll(&mut state, -7), top);
    assert_eq!(scroll(&mut state, i32::MAX), end);
}

#[test]
fn arrivals_do_not_move_the_line_that_is_read() {
    let mut state = long();
    let before = scroll(&mut state, -60);
    load(open(&mut state), messages(301, 800));
    open(&mut state).state.unread = 500;
    assert_eq!(settle(&mut state, 80, 24), before);
    state.outbox.items.push(unsent("n", "mine", None));
    assert_eq!(settle(&mut state, 80, 24), before);
    assert!(screen(&state, 80, 24).contains("↓ 500 new"));
}

#[test]
fn a_place_survives_other_widths() {
    let mut state = long();
    for back in [-40, -33, -7, -1] {
        let before = scroll(&mut state, back);
        for (width, height) in [(60, 24), (40, 12), (120, 30), (20, 6), (1, 1), (100, 10)] {
            if width > 1 {
                settle(&mut state, width, height);
            }
        }
        assert_eq!(settle(&mut state, 80, 24), before);
    }
}

#[test]
fn at_another_width_the_same_message_stands_at_the_edge() {
    let mut state = long();
    scroll(&mut state, -90);
    let first = |state: &State, width| draw(state, width, 24).1.seen.room.unwrap().first;
    let wide = first(&state, 80);
    for width in [60, 40, 30, 120] {
        assert_eq!(first(&state, width), wide, "at {width}");
    }
}

#[test]
fn filling_a_gap_moves_nothing_below_it() {
    let mut state = state();
    load(open(&mut state), messages(1, 100));
    load(open(&mut state), messages(221, 300));
    let mut rows = settle(&mut state, 80, 24);
    while !rows[0].contains("120 events not loaded") {
        rows = scroll(&mut state, -1);
    }
    load(open(&mut state), messages(171, 220));
    assert_eq!(settle(&mut state, 80, 24)[2..], rows[2..]);
    let (_, drawn) = draw(&state, 80, 24);
    assert!(drawn.seen.room.unwrap().first > Some(seq(170)));
    rows = scroll(&mut state, -1);
    while !rows[0].contains("70 events not loaded") {
        rows = scroll(&mut state, -1);
    }
    load(open(&mut state), messages(101, 170));
    assert_eq!(settle(&mut state, 80, 24)[2..], rows[2..]);
}

#[test]
fn a_place_in_a_gap_is_found_when_the_gap_is_filled() {
    for (from, to) in [(221, 300), (300, 300)] {
        let mut state = state();
        load(open(&mut state), messages(1, 100));
        load(open(&mut state), messages(from, to));
        open(&mut state).new_from = Some(seq(150));
        open(&mut state).place.anchor = Some(Anchor {
            seq: seq(150),
            row: -1,
        });
        settle(&mut state, 80, 24);
        load(open(&mut state), messages(200, from - 1));
        settle(&mut state, 80, 24);
        load(open(&mut state), messages(101, 199));
        let rows = settle(&mut state, 80, 24);
        assert!(rows[0].contains(" new "), "{rows:#?}");
        assert!(rows[1].contains("number 150 "), "{rows:#?}");
    }
}

#[test]
fn a_place_may_be_one_that_is_not_loaded() {
    let mut state = state();
    load(open(&mut state), messages(1, 100));
    load(open(&mut state), messages(221, 300));
    for (number, expected) in [
        (150, "120 events"),
        (230, "number 230"),
        (999, "number 300"),
    ] {
        open(&mut state).place.anchor = Some(Anchor {
            seq: seq(number),
            row: 0,
        });
        let rows = settle(&mut state, 80, 24).concat();
        assert!(rows.contains(expected), "{number}: {rows}");
    }
}

#[test]
fn more_that_is_unsent_than_fits_can_be_read() {
    let mut state = long();
    for number in 0..50 {
        let item = unsent(&format!("n{number}"), &format!("unsent {number}"), None);
        state.outbox.items.push(item);
    }
    let end = settle(&mut state, 80, 24);
    assert!(end.last().unwrap().contains("unsent 49"));
    let up = scroll(&mut state, -3);
    assert!(up.last().unwrap().contains("unsent 46"));
    assert_eq!(settle(&mut state, 80, 24), up);
    assert_eq!(scroll(&mut state, 3), end);
}
