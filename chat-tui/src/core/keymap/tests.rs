//! Presets, keys of one's own, and what clashes.

use super::*;

const ALL: &[When] = &[
    When::Refused,
    When::Selecting,
    When::Writing,
    When::Room,
    When::Always,
];

fn keys(text: &str) -> Vec<Key> {
    Sequence::parse(text).unwrap().keys().to_vec()
}

fn bound(action: Action, chords: &[&str]) -> Bound {
    let keys = chords.iter().map(|keys| Sequence::parse(keys).unwrap());
    Bound {
        action,
        keys: keys.collect(),
    }
}

#[test]
fn every_preset_is_made_of_keys_that_do_not_clash() {
    for preset in Preset::ALL {
        let emacs = EMACS.iter().map(|(_, keys)| *keys);
        let chords = Action::ALL.iter().map(|action| action.info().keys);
        for chord in chords.chain(emacs).flatten() {
            assert!(Sequence::parse(chord).is_ok(), "{chord}");
        }
        // As if a person had written them all down.
        let all: Vec<Bound> = Action::ALL
            .iter()
            .map(|action| Bound {
                action: *action,
                keys: preset.keys(*action).collect(),
            })
            .collect();
        let (map, refused) = KeyMap::build(*preset, &all);
        assert_eq!(refused, [], "{}", preset.name());
        for action in Action::ALL {
            assert!(!map.chord(*action).is_empty(), "{}", action.info().name);
        }
    }
}

#[test]
fn in_emacs_ctrl_k_cuts_and_in_default_it_goes_to_a_room() {
    let ctrl_k = keys("C-k");
    let (emacs, _) = KeyMap::build(Preset::Emacs, &[]);
    assert_eq!(emacs.find(&ctrl_k, ALL), Found::Action(Action::KillToEnd));
    let default = KeyMap::default();
    assert_eq!(default.find(&ctrl_k, ALL), Found::Action(Action::Go));
    assert_eq!(
        default.find(&keys("A-k"), ALL),
        Found::Action(Action::KillToEnd)
    );
}

#[test]
fn keys_in_a_row_are_one_chord() {
    let map = KeyMap::default();
    let ctrl_x = keys("C-x");
    assert_eq!(map.find(&ctrl_x, ALL), Found::Begun);
    assert_eq!(map.find(&keys("C-x j"), ALL), Found::Action(Action::Join));
    assert_eq!(map.find(&keys("C-x F9"), ALL), Found::Nothing);
    let after: Vec<_> = map.after(&ctrl_x, &[When::Always]);
    assert!(
        after
            .iter()
            .all(|(_, action)| action.info().when == When::Always)
    );
    assert!(after.iter().any(|(_, action)| *action == Action::Quit));
    assert_eq!(
        map.find(&ctrl_x, &[When::Selecting]),
        Found::Nothing,
        "nothing that works now follows"
    );
}

#[test]
fn two_actions_on_one_key_are_refused_with_both_names() {
    let (map, refused) = KeyMap::build(
        Preset::Default,
        &[
            bound(Action::KillToEnd, &["C-k"]),
            bound(Action::Members, &["F9"]),
            bound(Action::Hints, &["F9"]),
        ],
    );
    let said: Vec<_> = refused
        .iter()
        .map(|(at, why)| (*at, why.to_string()))
        .collect();
    assert_eq!(said.len(), 2, "{said:?}");
    let (at, why) = &said[0];
    assert!(
        *at == 0 && why.contains("kill-to-end") && why.contains(" go"),
        "{why}"
    );
    let (at, why) = &said[1];
    assert!(
        *at == 2 && why.contains("members") && why.contains("hints"),
        "{why}"
    );
    assert_eq!(map.chord(Action::KillToEnd), "Alt-K", "the default stays");
    assert_eq!(map.chord(Action::Members), "F9");
    assert_eq!(map.chord(Action::Hints), "F3");
}

#[test]
fn keys_may_change_hands_and_be_taken_away() {
    let (map, refused) = KeyMap::build(
        Preset::Default,
        &[
            bound(Action::KillToEnd, &["C-k"]),
            bound(Action::Go, &["A-g", "F5"]),
            bound(Action::Hints, &[]),
        ],
    );
    assert_eq!(refused, []);
    assert_eq!(map.chord(Action::KillToEnd), "Ctrl-K");
    assert_eq!(map.chords(Action::Go), "Alt-G, F5");
    assert_eq!(map.find(&keys("F3"), ALL), Found::Nothing);
}

#[test]
fn keys_of_the_terminal_and_characters_are_not_taken() {
    for (action, chord, words) in [
        (Action::Go, "C-s", "Ctrl-S belongs to the terminal"),
        (Action::Go, "C-x C-q", "Ctrl-Q belongs"),
        (Action::Go, "C-z", "Ctrl-Z belongs"),
        (Action::Go, "g", "g is what one types"),
        (Action::Go, "C-x", "begin alike"),
        (Action::Go, "C-k C-k", ""),
        (Action::SelectCopy, "w", ""),
    ] {
        let (_, refused) = KeyMap::build(Preset::Default, &[bound(action, &[chord])]);
        let why = refused.first().map(|(_, why)| why.to_string());
        assert!(
            why.as_deref().unwrap_or("").contains(words),
            "{chord}: {why:?}"
        );
        assert_eq!(why.is_none(), words.is_empty(), "{chord}: {why:?}");
    }
    let (map, _) = KeyMap::build(Preset::Default, &[bound(Action::Suspend, &["F9"])]);
    assert_eq!(map.chords(Action::Suspend), "F9, Ctrl-Z");
}
