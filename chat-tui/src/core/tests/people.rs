//! Rooms and people: moderation, invitations, roles, and whom one hides.

use super::server::room;
use super::world::World;
use crate::core::actions::Action;
use crate::core::input::KeyCode;
use crate::core::overlay::Overlay;
use chat_proto::event::{EventBody, MemberChange, MemberChanged, Role, RoomKind};
use chat_proto::notice::Invited;
use chat_proto::reply::MemberListing;
use chat_proto::{ErrorCode, ErrorReply, Request, UserName};

fn name(name: &str) -> UserName {
    UserName::trusted(name).unwrap()
}

fn last(world: &World) -> &Request {
    world.server.requests.last().unwrap()
}

fn member(world: &mut World, user: &str, change: MemberChanged, reason: &str) {
    let body = EventBody::Member(MemberChange {
        user: name(user),
        change,
        role: None,
        reason: Some(reason.to_owned()),
    });
    world.server.append(&room("lobby"), "eve", body);
    world.flow();
}

#[test]
fn what_keeps_order_is_asked_with_its_reason_and_a_refusal_gives_the_words_back() {
    let mut world = World::new(&["lobby"]);
    world.send("/kick @bob too loud");
    world.flow();
    match last(&world) {
        Request::Kick(kick) => {
            assert_eq!(kick.user.as_str(), "bob");
            assert_eq!(kick.reason.as_ref().unwrap().as_str(), "too loud");
        }
        other => panic!("{other:?}"),
    }
    for (typed, kind) in [
        ("/ban bob", "ban"),
        ("/unban bob", "unban"),
        ("/mute bob", "mute"),
        ("/unmute bob", "unmute"),
        ("/role bob moderator", "role"),
        ("/settings guests off", "settings"),
    ] {
        world.send(typed);
        world.flow();
        assert_eq!(last(&world).kind(), kind);
    }
    world.send("/role bob king");
    assert!(world.words().contains("no role"));
    assert_eq!(world.composed(), "/role bob king");
    world.cut();
    world.keys("C-u");
    world.send("/kick bob");
    assert!(world.words().contains("offline: kick needs the server"));
    assert_eq!(world.composed(), "/kick bob");
}

#[test]
fn before_inviting_it_says_that_the_past_opens() {
    let mut world = World::new(&["lobby"]);
    world.send("/invite bob");
    assert!(
        world.words().contains("#lobby is public"),
        "{}",
        world.words()
    );
    world.send("/create ops private");
    world.rest();
    assert_eq!(
        world.state.open_room().unwrap().state.kind,
        RoomKind::Private
    );
    world.send("/invite bob");
    match world.state.overlays.last() {
        Some(Overlay::Confirm(confirm)) => {
            assert!(
                confirm.detail.contains("everything said in it"),
                "{confirm:?}"
            );
        }
        other => panic!("{other:?}"),
    }
    assert!(!matches!(last(&world), Request::Invite(_)));
    world.key(KeyCode::Enter);
    world.flow();
    assert!(matches!(last(&world), Request::Invite(_)));
}

#[test]
fn an_invitation_is_said_and_offered_until_it_is_used() {
    let mut world = World::new(&["lobby"]);
    let invited = Invited {
        room: room("ops"),
        by: name("bob"),
    };
    let frame = chat_proto::codec::Frame::Invited(invited);
    world.server.say(&frame, None);
    world.flow();
    assert!(world.words().contains("bob invites you: /join ops"));
    assert_eq!(world.state.invites.len(), 1);
    world.keys("C-k");
    let Some(Overlay::Picker(picker)) = world.state.overlays.last() else {
        panic!("no picker");
    };
    assert!(
        picker
            .found
            .iter()
            .any(|choice| choice.room == room("ops") && choice.join)
    );
    world.write("ops");
    world.key(KeyCode::Enter);
    world.rest();
    assert_eq!(world.state.open, Some(room("ops")));
    assert!(world.state.invites.is_empty());
}

#[test]
fn one_who_is_muted_or_removed_is_told_so_in_words() {
    let mut world = World::new(&["a", "lobby"]);
    world.go("lobby");
    member(&mut world, "ada", MemberChanged::Muted, "");
    assert!(world.state.open_room().unwrap().muted);
    member(&mut world, "ada", MemberChanged::Unmuted, "");
    assert!(!world.state.open_room().unwrap().muted);
    let muted = ErrorReply::new(ErrorCode::Muted, "you are muted");
    world.server.refuse.push_back(muted);
    world.send("hello?");
    world.rest();
    assert!(world.state.open_room().unwrap().muted);
    world.keys("A-x");
    member(&mut world, "ada", MemberChanged::Banned, "spam");
    let here = world.state.open_room().unwrap();
    assert_eq!(
        here.fate.as_deref(),
        Some("eve banned you from lobby: spam")
    );
    assert!(
        here.gone && here.log.newest().is_none(),
        "nothing of it is left"
    );
    assert!(world.words().contains("eve banned you from lobby: spam"));
    world.go("a");
    assert!(!world.state.rooms.contains_key(&room("lobby")));
}

#[test]
fn the_list_of_members_leads_to_what_one_may_do_with_each() {
    let mut world = World::new(&["lobby"]);
    let listed = |who: &str, role| MemberListing {
        name: name(who),
        role,
        online: true,
    };
    world.server.members = vec![
        listed("ada", Role::Moderator),
        listed("bob", Role::Member),
        listed("eve", Role::Owner),
    ];
    let me = world.state.rooms.get_mut(&room("lobby")).unwrap();
    me.state.role = Role::Moderator;
    world.keys("F2");
    world.flow();
    let offered = |world: &World| match world.state.overlays.last() {
        Some(Overlay::Person(menu)) => {
            let actions: Vec<_> = menu.found.iter().map(|(action, _)| *action).collect();
            actions
        }
        other => panic!("{other:?}"),
    };
    world.keys("Down Down Enter");
    assert_eq!(
        offered(&world),
        [Action::Direct, Action::Ignore],
        "she is an owner"
    );
    world.keys("Esc Up Enter");
    let bob = [
        Action::Direct,
        Action::Mute,
        Action::Unmute,
        Action::Kick,
        Action::Ban,
        Action::Ignore,
    ];
    assert_eq!(offered(&world), bob);
    world.keys("Down Enter");
    world.write("calm down");
    world.key(KeyCode::Enter);
    world.flow();
    match last(&world) {
        Request::Mute(mute) => assert_eq!(mute.reason.as_ref().unwrap().as_str(), "calm down"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_who_is_hidden_stays_hidden_after_a_restart_and_rings_no_more() {
    let mut world = World::new(&["a", "lobby"]);
    world.go("a");
    world.send("/ignore Eve");
    assert!(world.words().contains("/unignore"));
    world.told.clear();
    world.server.others("lobby", "eve", "@ada look");
    world.rest();
    let rings = |effect: &crate::core::Effect| matches!(effect, crate::core::Effect::Notify(_));
    assert!(!world.told.iter().any(rings));
    world.kill();
    world.rest();
    assert!(world.state.habits.ignores(&name("eve")));
    world.send("/unignore eve");
    assert!(!world.state.habits.ignores(&name("eve")));
    world.send("/ignore ada");
    assert!(world.words().contains("oneself"));
}
