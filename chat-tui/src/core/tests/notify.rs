//! Being told while one looks elsewhere (point 39).

use super::world::World;
use crate::core::effect::Effect;
use crate::core::input::Input;
use crate::core::notify::{Level, Told};
use crate::core::settings::Settings;
use chat_proto::RoomRef;

fn told(world: &mut World) -> Vec<Told> {
    let effects = std::mem::take(&mut world.told).into_iter();
    let told = effects.filter_map(|effect| match effect {
        Effect::Notify(told) => Some(told),
        _ => None,
    });
    told.collect()
}

/// Somebody who is in two rooms and looks elsewhere.
fn away() -> World {
    let mut world = World::new(&["@ada+bob", "dev", "lobby"]);
    world.input(Input::Focus(false));
    world.told.clear();
    world
}

#[test]
fn what_names_one_or_is_said_to_one_alone_is_told_and_nothing_else() {
    let mut world = away();
    world.server.others("lobby", "bob", "hi all");
    world.flow();
    assert_eq!(told(&mut world), []);
    world.server.others("lobby", "bob", "hi @ada");
    world.server.others("@ada+bob", "bob", "psst");
    world.flow();
    let told: Vec<_> = told(&mut world);
    assert_eq!(told[0].title, "bob in #lobby");
    assert_eq!(told[0].body, "hi @ada");
    assert_eq!(
        (told[1].title.as_str(), told[1].body.as_str()),
        ("bob", "psst")
    );
    world.state.settings.bodies = false;
    world.wait(std::time::Duration::from_secs(11));
    world.server.others("lobby", "bob", "secret for @ada");
    world.flow();
    assert_eq!(self::told(&mut world)[0].body, "", "who, not what");
}

#[test]
fn what_stands_before_ones_eyes_is_not_told() {
    let mut world = away();
    world.input(Input::Focus(true));
    world.go("lobby");
    world.flow();
    world.server.others("lobby", "bob", "hi @ada");
    world.flow();
    assert_eq!(told(&mut world), []);
    world.server.others("dev", "bob", "@ada, over here");
    world.flow();
    assert_eq!(told(&mut world).len(), 1, "another room is not before them");
}

#[test]
fn of_a_flood_only_the_beginning_is_told() {
    let mut world = away();
    for n in 0..100 {
        world.server.others("lobby", "bob", &format!("@ada {n}"));
        world.flow();
        world.wait(std::time::Duration::from_millis(90));
    }
    assert_eq!(told(&mut world).len(), 3);
}

#[test]
fn an_absence_is_told_once_and_nothing_of_it_again() {
    let mut world = away();
    world.go("lobby");
    world.flow();
    world.told.clear();
    world.cut();
    world.server.others("@ada+bob", "bob", "one");
    world.server.others("@ada+bob", "bob", "two");
    world.rest();
    let summary = told(&mut world);
    assert_eq!(summary.len(), 1, "{summary:?}");
    assert_eq!(summary[0].body, "2 messages for you in 1 room");
    world.cut();
    world.rest();
    assert_eq!(told(&mut world), [], "nothing has come since");
}

#[test]
fn a_room_is_told_of_as_was_said_for_it_also_after_a_restart() {
    let mut world = away();
    world.go("dev");
    world.input(Input::Line("/notify all".into()));
    world.flow();
    let dev = super::server::room("dev");
    assert_eq!(world.state.level(&dev), Level::All);
    world.server.others("dev", "bob", "anything");
    world.flow();
    assert_eq!(told(&mut world).len(), 1);
    world.input(Input::Line("/mute-room".into()));
    world.kill();
    world.rest();
    world.input(Input::Focus(false));
    world.told.clear();
    assert_eq!(world.state.level(&dev), Level::None);
    world.server.others("dev", "bob", "@ada, please");
    world.flow();
    assert_eq!(told(&mut world), [], "muted is muted");
}

#[test]
fn what_was_said_here_wins_over_the_configuration_until_it_is_as_usual() {
    let mut world = away();
    let rooms = ["dev", "lobby", "@ada+bob"].map(super::server::room);
    let levels = |world: &World| rooms.clone().map(|room| world.state.level(&room));
    let mut settings = Settings {
        level: Level::None,
        levels: [("dev", Level::All), ("@bob", Level::Mentions)]
            .map(|(room, level)| (RoomRef::parse(room, 32, 64).unwrap(), level))
            .to_vec(),
        ..Settings::default()
    };
    world.input(Input::Settings(Box::new(settings.clone())));
    assert_eq!(
        levels(&world),
        [Level::All, Level::None, Level::Mentions],
        "by the file"
    );
    world.go("dev");
    world.input(Input::Line("/notify mentions".into()));
    settings.level = Level::All;
    world.input(Input::Settings(Box::new(settings)));
    assert_eq!(
        levels(&world),
        [Level::Mentions, Level::All, Level::Mentions],
        "said here"
    );
    world.input(Input::Line("/mute-room".into()));
    assert_eq!(levels(&world)[0], Level::None);
    world.input(Input::Line("/mute-room".into()));
    assert_eq!(levels(&world)[0], Level::All, "as the file says");
    world.input(Input::Line("/notify none".into()));
    world.input(Input::Line("/notify usual".into()));
    assert_eq!(levels(&world)[0], Level::All);
    assert!(world.words().contains("as usual"), "{}", world.words());
    assert!(world.disk.habits.levels.is_empty());
}

#[test]
fn the_window_is_called_after_each_frame_and_not_after_each_message() {
    let mut world = World::new(&["@ada+bob", "lobby"]);
    world.go("lobby");
    world.rest();
    world.told.clear();
    for words in ["are", "you", "there?"] {
        world.server.others("@ada+bob", "bob", words);
        while world.client_takes() {}
    }
    let titles = |world: &World| {
        let told = world.told.iter();
        let titles = told.filter_map(|effect| match effect {
            Effect::Title(title) => Some(title.clone()),
            _ => None,
        });
        titles.collect::<Vec<_>>()
    };
    assert_eq!(titles(&world), [""; 0]);
    world.draw();
    assert_eq!(titles(&world), ["(3) lobby"]);
}
