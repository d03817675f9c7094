//! What is drawn answers to the mouse where it stands.

use super::scene::*;
use crate::core::deeds::Act;
use crate::core::effect::{Effect, Store};
use crate::core::input::{Input, Mouse};
use crate::core::overlay::Overlay;
use crate::core::{State, update};

/// Clicks into the middle of these words, where they stand on the screen.
fn click(state: &mut State, words: &str) -> Vec<Effect> {
    let (buffer, drawn) = draw(state, 100, 30);
    state.viewed(drawn.seen, now());
    let found = (0..buffer.area.height).find_map(|y| {
        let row = row(&buffer, y);
        let before = &row[..row.rfind(words)?];
        Some((before.chars().count() + words.chars().count() / 2, y))
    });
    let (x, y) = found.unwrap_or_else(|| panic!("{words:?} is not on\n{}", text(&buffer)));
    let x = u16::try_from(x).unwrap();
    update(state, Input::Mouse(Mouse::Click { x, y }), now())
}

#[test]
fn a_click_on_what_a_key_does_presses_the_key_also_over_what_is_open() {
    let mut state = conversation();
    click(&mut state, "commands");
    assert!(matches!(state.overlays.last(), Some(Overlay::Palette(_))));
    click(&mut state, "Esc close");
    assert!(state.overlays.is_empty());
    click(&mut state, "12 here");
    assert!(matches!(state.overlays.last(), Some(Overlay::Members(_))));
}

#[test]
fn a_click_chooses_a_row_of_what_is_open_and_nothing_below_it() {
    let mut state = conversation();
    click(&mut state, "rooms ");
    click(&mut state, "on Sundays");
    assert_eq!(open(&mut state).selected, None);
    click(&mut state, "▸ #dev");
    assert!(state.overlays.is_empty());
    assert_eq!(state.open, Some(room_name("dev")));
}

#[test]
fn a_click_on_a_reaction_of_ones_own_takes_it_back() {
    let mut state = conversation();
    let effects = click(&mut state, "👍 2");
    let done = Act::React {
        emoji: "👍".into(),
        on: false,
    };
    let is_done = |effect: &Effect| match effect {
        Effect::Store(Store::Deed(deed)) => deed.act == done,
        _ => false,
    };
    assert!(effects.iter().any(is_done), "{effects:?}");
}
