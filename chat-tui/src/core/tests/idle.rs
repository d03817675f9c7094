//! What the client does while nobody does anything: next to nothing.

use super::world::World;
use crate::core::input::{Input, NetInput};
use crate::core::update;
use std::time::Duration;

/// Promise 13 of `docs/terminal.md`: nothing ticks. What wakes an idle client
/// is a question to a server that has been silent for half a minute.
#[test]
fn whoever_is_left_alone_is_woken_a_few_times_a_minute_at_the_most() {
    const MINUTE: Duration = Duration::from_secs(60);
    let mut world = World::new(&["dev", "lobby"]);
    world.send("hello");
    // A minute after the last key nobody is thought to be there.
    world.wait(2 * MINUTE);
    let end = world.mono + MINUTE;
    let mut wakes = 0;
    while let Some(due) = world.state.deadline().filter(|due| *due < end) {
        assert!(due >= world.mono, "woken for what is past");
        world.mono = due;
        world.input(Input::Wake);
        world.flow();
        wakes += 1;
        assert!(wakes <= 4, "woken {wakes} times within a minute");
    }
    // And a wake that comes for nothing leads to nothing.
    let now = world.now();
    assert_eq!(update(&mut world.state, Input::Wake, now), []);
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
