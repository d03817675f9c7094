//! A disk that fails and comes back.

use super::world::World;
use crate::core::input::{DiskInput, Input};
use chat_proto::RoomName;

const AGAIN: &str = "kept on the disk again";

/// A draft in the open room, and one in another, of which nothing is on the disk.
fn unkept() -> World {
    let mut world = World::new(&["dev", "lobby"]);
    world.input(Input::Disk(DiskInput::Failed("the disk is full".into())));
    world.go("dev");
    world.write("for dev");
    world.go("lobby");
    world.write("for the lobby");
    world.disk.drafts.clear();
    world
}

fn kept(world: &World) -> Vec<RoomName> {
    let drafts = world.disk.drafts.keys();
    drafts.map(|desk| desk.room.clone()).collect()
}

/// Time passes until the disk is tried again.
fn try_again(world: &mut World) {
    let due = world.state.mending_due().expect("it is to be tried again");
    world.mono = due;
    world.input(Input::Wake);
}

#[test]
fn what_is_said_to_be_kept_again_is_on_the_disk_by_then() {
    let mut world = unkept();
    try_again(&mut world);
    assert!(!world.words().contains(AGAIN), "the disk has not said so");
    assert!(world.state.disk_trouble.is_some());
    assert_eq!(kept(&world).len(), 2, "all goes there without delay");
    world.flow();
    assert!(world.words().contains(AGAIN));
    assert!(world.state.disk_trouble.is_none());
}

#[test]
fn a_disk_that_fails_again_while_all_goes_there_is_not_trusted() {
    let mut world = unkept();
    try_again(&mut world);
    world.input(Input::Disk(DiskInput::Failed("the disk is full".into())));
    world.flow();
    assert!(!world.words().contains(AGAIN));
    try_again(&mut world);
    world.flow();
    assert!(world.words().contains(AGAIN), "it is tried until it works");
}
