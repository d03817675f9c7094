//! Programs that speak in a room.

use super::world::World;
use crate::core::effect::Effect;
use crate::core::input::KeyCode;
use crate::core::overlay::Overlay;

#[test]
fn the_address_of_a_program_is_shown_once_and_copied_by_enter() {
    let mut world = World::new(&["lobby"]);
    world.state.setup.addresses = vec!["ws://chat.example.org:7878/ws".into()];
    world.send("/hook ci");
    world.flow();
    let Some(Overlay::Confirm(shown)) = world.state.overlays.last() else {
        panic!("{:?}", world.state.overlays);
    };
    let address = "http://chat.example.org:7878/hooks/TOKEN-of-ci";
    assert!(shown.detail.starts_with(address), "{}", shown.detail);
    world.key(KeyCode::Enter);
    assert!(
        world.told.contains(&Effect::Copy(address.into())),
        "{:?}",
        world.told
    );
    assert!(world.state.overlays.is_empty());
    assert!(
        !format!("{:?}", world.state).contains("TOKEN"),
        "it is kept"
    );
}

#[test]
fn programs_are_listed_and_stopped() {
    let mut world = World::new(&["lobby"]);
    world.send("/hooks");
    world.flow();
    assert!(world.words().contains("no program speaks in lobby"));
    for typed in ["/hook ci", "/hook deploy", "/unhook ci"] {
        world.send(typed);
        world.flow();
        world.key(KeyCode::Esc);
    }
    world.send("/hooks");
    world.flow();
    assert!(
        world.words().contains("speak in lobby: deploy;"),
        "{}",
        world.words()
    );
    world.send("/unhook");
    world.key(KeyCode::Enter);
    assert!(
        world.state.requests.count() == 0,
        "nothing is asked without a name"
    );
}
