//! What lies over the messages, at the sizes that matter, word for word.

use super::scene::*;
use super::snapshots::{ALL, THREE, check, press};
use crate::core::actions::Action;
use crate::core::composer::Composer;
use crate::core::debug::{Count, Figures, Passed, Times};
use crate::core::input::{Key, KeyCode, Named};
use crate::core::link::Phase;
use crate::core::local::NoServer;
use crate::core::overlay::{
    BigPaste, Choice, Inbox, Login, MemberList, Notice, Overlay, PersonMenu, Picker,
};
use crate::core::search::{Hit, Looked, Scope, Search};
use crate::core::{Input, Now, State, update};
use chat_proto::event::{Role, RoomKind};
use chat_proto::reply::MemberListing;
use std::time::Duration;

#[test]
fn a_first_start() {
    let mut state = state();
    state.rooms.clear();
    state.open = None;
    state.me.name = None;
    state.link.phase = Phase::Asking { connected: true };
    state.overlays.push(Overlay::Login(Login {
        name: Composer::holding("Ada"),
        why: Some("\"ada\" is in use; choose another name".into()),
        busy: false,
        ..Login::default()
    }));
    check("login", &state, &ALL);
}

#[test]
fn going_to_a_room() {
    let mut state = conversation();
    let choice = |name: &str, unread: u32, matched: &[usize], join: bool| Choice {
        room: room_name(name),
        kind: (!join).then_some(RoomKind::Public),
        unread,
        mentions: unread / 10,
        matched: matched.to_vec(),
        join,
    };
    state.overlays.push(Overlay::Picker(Picker {
        query: Composer::holding("de"),
        found: vec![
            choice("dev", 12, &[0, 1], false),
            choice("old-news", 0, &[2, 5], false),
            choice("de", 0, &[], true),
        ],
        chosen: 1,
    }));
    check("picker", &state, &[(80, 24), (40, 12), (20, 6)]);
}

#[test]
fn help_shows_every_action_with_its_keys() {
    let mut state = conversation();
    press(&mut state, "F1");
    check("help", &state, &THREE);
    press(&mut state, "C-Space");
    for c in "room".chars() {
        update(&mut state, Input::Key(Key::plain(KeyCode::Char(c))), now());
    }
    check("help_filtered", &state, &THREE);
}

#[test]
fn the_palette_finds_an_action_and_shows_its_keys() {
    let mut state = conversation();
    press(&mut state, "C-p");
    check("palette", &state, &THREE);
    for c in "topic".chars() {
        update(&mut state, Input::Key(Key::plain(KeyCode::Char(c))), now());
    }
    check("palette_narrowed", &state, &THREE);
    press(&mut state, "Enter");
    check("prompt", &state, &THREE);
}

#[test]
fn a_prefix_that_is_held_shows_what_may_follow() {
    let mut state = conversation();
    press(&mut state, "C-x");
    assert!(state.which_key().is_none(), "not at once");
    let later = now().mono + Duration::from_millis(300);
    let later = Now {
        mono: later,
        ..now()
    };
    update(&mut state, Input::Wake, later);
    check("which_key", &state, &THREE);
}

#[test]
fn members_and_a_notice() {
    let mut state = conversation();
    state.notices.push(Notice {
        text: "copied".into(),
        error: false,
        until: Duration::MAX,
    });
    state.notices.push(Notice {
        text: "no such command; did you mean /topic".into(),
        error: true,
        until: Duration::MAX,
    });
    check("notices", &state, &[(80, 24)]);
    let member = |name_of: &str, role, online| MemberListing {
        name: name(name_of),
        role,
        online,
    };
    state.overlays.push(Overlay::Members(MemberList {
        room: room_name("lobby"),
        total: Some(3),
        members: vec![
            member("ada", Role::Owner, true),
            member("bob", Role::Moderator, true),
            member("eve", Role::Member, false),
        ],
        loading: false,
        chosen: 0,
    }));
    check("members", &state, &[(80, 24), (20, 6)]);
}

#[test]
fn a_large_paste() {
    let mut state = conversation();
    state.overlays.push(Overlay::Paste(BigPaste {
        text: "fn main() {\n\tprintln!(\"\u{1b}[2J\");\n}\n".repeat(50),
        lines: 10_000,
        chars: 700_000,
        problem: Some("as one message it is too long".into()),
        choices: vec![
            ('s', "split it into 175 messages".into()),
            ('d', "discard it".into()),
        ],
    }));
    check("paste", &state, &[(80, 24), (40, 12)]);
}

#[test]
fn finding_messages() {
    let mut state = conversation();
    let hit = |number, when, author: &str, text: &str, server| Hit {
        entry: message(number, when, author, text),
        server,
    };
    let long = "a long story about something else altogether, which goes on and on \
                until at last the release is named in it";
    let last_year = "2025-01-02T10:00:00Z".parse().unwrap();
    let mut search = Search::showing(
        "release from:bob",
        Scope::All,
        vec![
            hit(104, at(22, 9, 40), "bob", "Release is on\nfriday", false),
            hit(90, at(20, 9, 40), "bob", long, true),
            hit(7, last_year, "bob", "\u{1b}[2J release \u{202e}evil", true),
        ],
    );
    search.chosen = 1;
    search.server = Looked::Part;
    state.overlays.push(Overlay::Search(Box::new(search)));
    check("search", &state, &THREE);
    state.link.phase = Phase::Waiting {
        until: Duration::ZERO,
    };
    if let Some(Overlay::Search(search)) = state.overlays.last_mut() {
        search.server = Looked::Not;
        search.scope = Scope::Room;
        search.hits.retain(|hit| !hit.server);
    }
    check("search_offline", &state, &THREE);
}

#[test]
fn the_inbox() {
    let mut state = conversation();
    let lobby = &state.rooms[&room_name("lobby")].log;
    let named = |at: u64, before: u64| Named {
        entry: lobby.entry(seq(at)).unwrap().clone(),
        before: lobby.entry(seq(before)).cloned(),
    };
    state.overlays.push(Overlay::Inbox(Inbox {
        found: vec![named(104, 103), named(101, 100), named(1, 90)],
        chosen: 1,
        loading: true,
        missing: 2,
    }));
    check("inbox", &state, &THREE);
}

#[test]
fn people_and_what_can_be_done_with_them() {
    let mut state = conversation();
    state.outbox.items.clear();
    state.overlays.push(Overlay::Person(PersonMenu {
        room: room_name("lobby"),
        user: name("bob"),
        found: vec![
            (Action::Direct, "open the room of the two of you"),
            (Action::Kick, "remove them; they may come back"),
        ],
        chosen: 1,
    }));
    check("person", &state, &THREE);
}

#[test]
fn a_theme_is_shown_while_it_is_chosen_and_escape_gives_the_old_one_back() {
    let mut state = conversation();
    state.outbox.items.clear();
    for c in "/theme".chars() {
        update(&mut state, Input::Key(Key::plain(KeyCode::Char(c))), now());
    }
    press(&mut state, "Enter");
    let ground = |state: &State| draw(state, 80, 24).0[(70, 3)].bg;
    let before = ground(&state);
    press(&mut state, "Down Down");
    assert_ne!(ground(&state), before);
    check("themes", &state, &THREE);
    press(&mut state, "Esc");
    assert_eq!(ground(&state), before);
}

#[test]
fn a_password_is_typed_hidden() {
    let mut state = conversation();
    state.outbox.items.clear();
    press(&mut state, "C-x a r");
    for c in "hunter2".chars() {
        update(&mut state, Input::Key(Key::plain(KeyCode::Char(c))), now());
    }
    press(&mut state, "Enter");
    check("secret", &state, &THREE);
}

#[test]
fn choosing_a_server() {
    let mut state = conversation();
    state.outbox.items.clear();
    let (settings, problems) = crate::config::read(
        br#"
        [servers.home]
        address = "ws://127.0.0.1:7878"
        [servers.work]
        addresses = ["wss://chat-a.a-rather-long-name.example.com", "wss://b.example.com"]
        "#,
    );
    assert_eq!(problems, []);
    state.setup.server = Some(settings.servers.known[0].name.clone());
    state.settings = settings;
    press(&mut state, "C-x h");
    press(&mut state, "Down");
    check("servers", &state, &THREE);
}

#[test]
fn no_server_on_this_machine() {
    let setup = crate::core::state::Setup {
        addresses: vec!["ws://127.0.0.1:7878/ws".into()],
        ..crate::core::state::Setup::default()
    };
    let mut state = State::new(setup, now());
    state.overlays = vec![Overlay::NoServer(NoServer::Offered)];
    check("no_server", &state, &THREE);
    let said = "chat-server: --listen 127.0.0.1:7878: in use\u{1b}[2J\nname another one";
    state.overlays = vec![Overlay::NoServer(NoServer::Failed(said.into()))];
    check("not_started", &state, &[(80, 24)]);
}

#[test]
fn figures_for_when_something_is_wrong() {
    let mut state = conversation();
    state.outbox.items.clear();
    press(&mut state, "F12");
    let count = |kind: &str, frames, bytes| Count {
        kind: kind.into(),
        frames,
        bytes,
    };
    let passed = |sent, kind: &str, bytes| Passed {
        at: at(22, 11, 58),
        sent,
        kind: kind.into(),
        bytes,
    };
    let drawn = Times {
        last: Duration::from_micros(730),
        longest: Duration::from_micros(12_340),
    };
    state.measured(Figures {
        connections: 3,
        received: vec![count("message", 1204, 412_000), count("\u{1b}[2J", 1, 9)],
        sent: vec![count("send", 20, 3210)],
        last: vec![passed(true, "send", 160), passed(false, "sent", 60)],
        drawn,
        cache: Some(123_456_789),
    });
    check("debug", &state, &THREE);
    press(&mut state, "F12");
    assert!(!screen(&state, 80, 24).contains("closes"));
}
