//! The first run: a server on this machine that is not there, and the first lesson.

use crate::core::actions::Action;
use crate::core::input::{DiskInput, Key};
use crate::core::input::{Input, KeyCode, LocalInput, NetInput};
use crate::core::link::Phase;
use crate::core::local::NoServer;
use crate::core::overlay::Overlay;
use crate::core::state::Setup;
use crate::core::{Effect, Now, State, update};
use std::time::Duration;

fn at(seconds: u64) -> Now {
    Now {
        mono: Duration::from_secs(seconds),
        ..Now::default()
    }
}

/// A first start without an address, as the cache holds nothing.
fn first(local: bool) -> (State, Vec<Effect>) {
    let setup = Setup {
        local,
        lesson: true,
        addresses: vec!["ws://127.0.0.1:7878/ws".into()],
        ..Setup::default()
    };
    let mut state = State::new(setup, at(0));
    let saved = Input::Disk(DiskInput::Saved(Box::default()));
    let effects = update(&mut state, saved, at(0));
    (state, effects)
}

fn nobody(state: &mut State) {
    let why = NetInput::Nobody("can't be reached".into());
    update(state, Input::Net(why), at(1));
}

fn press(state: &mut State, code: KeyCode) -> Vec<Effect> {
    update(state, Input::Key(Key::plain(code)), at(1))
}

fn offered(state: &State) -> Option<&NoServer> {
    state.overlays.iter().find_map(|overlay| match overlay {
        Overlay::NoServer(stage) => Some(stage),
        _ => None,
    })
}

#[test]
fn where_nobody_listens_on_this_machine_a_server_is_offered_and_started_when_wanted() {
    let (mut state, effects) = first(true);
    assert!(
        effects.contains(&Effect::Connect(0)),
        "a name is asked for only once there is somebody to tell it"
    );
    nobody(&mut state);
    assert_eq!(offered(&state), Some(&NoServer::Offered));
    assert!(press(&mut state, KeyCode::Enter).contains(&Effect::StartServer));
    assert_eq!(offered(&state), Some(&NoServer::Starting));
    update(
        &mut state,
        Input::Local(LocalInput::Started { pid: 7 }),
        at(1),
    );
    assert!(matches!(state.link.phase, Phase::Waiting { until } if until < Duration::from_secs(2)));
    update(&mut state, Input::Net(NetInput::Connected), at(2));
    assert_eq!(offered(&state), None);
    assert!(state.notices.last().unwrap().text.contains("process 7"));
}

#[test]
fn a_server_that_does_not_start_is_told_and_can_be_tried_again() {
    let (mut state, _) = first(true);
    nobody(&mut state);
    press(&mut state, KeyCode::Enter);
    let why = "the port is taken".to_owned();
    update(
        &mut state,
        Input::Local(LocalInput::Ended(why.clone())),
        at(1),
    );
    assert_eq!(offered(&state), Some(&NoServer::Failed(why)));
    assert!(press(&mut state, KeyCode::Enter).contains(&Effect::StartServer));
    press(&mut state, KeyCode::Esc);
    nobody(&mut state);
    assert_eq!(offered(&state), None, "it is asked once");
}

#[test]
fn whoever_named_a_server_is_offered_none_here() {
    let (mut state, effects) = first(false);
    assert!(!effects.contains(&Effect::Connect(0)));
    nobody(&mut state);
    assert_eq!(offered(&state), None);
    let mut turn = crate::core::state::Turn::new(at(1));
    state.begin(&mut turn, Action::StartServer);
    assert_eq!(turn.effects, []);
}

#[test]
fn the_first_lesson_goes_once_each_of_its_keys_was_used() {
    let (mut state, _) = first(true);
    let mut turn = crate::core::state::Turn::new(at(1));
    for action in [Action::Help, Action::Go, Action::Go] {
        state.begin(&mut turn, action);
        assert!(state.lesson.is_some() && turn.effects.is_empty());
    }
    state.begin(&mut turn, Action::Palette);
    assert_eq!(state.lesson, None);
    assert_eq!(turn.effects, [Effect::Understood]);
}
