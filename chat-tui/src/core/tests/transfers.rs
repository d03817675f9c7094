//! Files on their way: what the edge is asked for, and what becomes of its news.

use super::server::{room, seq};
use super::world::World;
use crate::core::effect::Effect;
use crate::core::input::{Input, Key, KeyCode};
use crate::core::outbox::Stage;
use crate::core::transfers::{Download, Source, TransferNews, Upload};
use chat_proto::Request;
use chat_proto::event::{EventBody, Message};
use chat_proto::reply::FileInfo;

fn file(id: &str, name: &str) -> FileInfo {
    FileInfo {
        id: id.into(),
        name: name.to_owned(),
        size: 1000,
        mime: "text/plain".to_owned(),
        url: format!("/files/{id}/x"),
    }
}

fn uploads(world: &World) -> Vec<Upload> {
    let uploads = world.told.iter().filter_map(|effect| match effect {
        Effect::Upload(asked) => Some(asked.clone()),
        _ => None,
    });
    uploads.collect()
}

fn downloads(world: &World) -> Vec<Download> {
    let downloads = world.told.iter().filter_map(|effect| match effect {
        Effect::Download(asked) => Some(asked.clone()),
        _ => None,
    });
    downloads.collect()
}

fn news(world: &mut World, id: u64, news: TransferNews) {
    world.input(Input::Transfer { id, news });
}

#[test]
fn a_file_goes_up_and_then_its_message_through_the_outbox_once() {
    let mut world = World::new(&["lobby", "other"]);
    world.send("/upload ~/plans/plan b.png");
    let asked = uploads(&world).remove(0);
    assert_eq!(asked.name, "plan b.png");
    assert_eq!(asked.source, Source::Path("~/plans/plan b.png".into()));
    assert_eq!(asked.bytes_max, world.state.limits().file_bytes);
    news(
        &mut world,
        asked.id,
        TransferNews::Moved {
            done: 30,
            total: 60,
        },
    );
    assert_eq!(world.state.transfers[0].percent(), Some(50));
    // Wherever one is by then, it goes where it was sent.
    world.go("other");
    world.cut();
    world.reachable = false;
    news(
        &mut world,
        asked.id,
        TransferNews::Uploaded(file("f1", "plan b.png")),
    );
    assert!(world.state.transfers.is_empty());
    assert_eq!(world.disk.outbox[0].files[0].id, "f1");
    assert_eq!(world.disk.outbox[0].room, room("lobby"));
    world.kill();
    world.reachable = true;
    world.rest();
    world.rest();
    let sent = world
        .server
        .requests
        .iter()
        .filter_map(|request| match request {
            Request::Send(send) => Some((send.text.is_none(), send.files.clone().unwrap())),
            _ => None,
        });
    let sent: Vec<_> = sent.collect();
    assert_eq!(sent, [(true, vec!["f1".into()])]);
    assert!(world.disk.outbox.is_empty());
}

#[test]
fn what_fails_stays_with_why_and_is_tried_again_or_dropped() {
    let mut world = World::new(&["lobby"]);
    world.send("/upload plan.png");
    let id = uploads(&world)[0].id;
    news(
        &mut world,
        id,
        TransferNews::Failed("it has 30 bytes; the server takes 10".into()),
    );
    assert!(
        world.words().contains("the server takes 10"),
        "{}",
        world.words()
    );
    world.press(Key::alt(KeyCode::Char('t')));
    assert_eq!(uploads(&world).len(), 2, "again");
    assert_eq!(world.state.transfers[0].failed, None);
    news(&mut world, id, TransferNews::Failed("no".into()));
    world.press(Key::alt(KeyCode::Char('x')));
    assert!(world.state.transfers.is_empty());
    assert!(
        world
            .state
            .outbox
            .items
            .iter()
            .all(|item| item.stage != Stage::Waiting)
    );
}

#[test]
fn a_transfer_is_stopped_by_a_key_and_nothing_comes_of_it() {
    let mut world = World::new(&["lobby"]);
    world.send("/upload plan.png");
    let id = uploads(&world)[0].id;
    world.press(Key::alt(KeyCode::Char('c')));
    assert!(world.told.contains(&Effect::StopTransfer(id)));
    news(
        &mut world,
        id,
        TransferNews::Uploaded(file("f1", "plan.png")),
    );
    world.rest();
    assert!(world.state.outbox.items.is_empty() && world.disk.outbox.is_empty());
}

#[test]
fn the_files_of_a_message_are_saved_by_a_key_and_by_a_command() {
    let mut world = World::new(&["lobby"]);
    let body = Message {
        text: Some("two".into()),
        files: vec![file("f1", "a.txt"), file("f2", "b.txt")],
        ..Message::default()
    };
    world
        .server
        .append(&room("lobby"), "bob", EventBody::Message(body));
    world.server.others("lobby", "bob", "none");
    world.flow();
    world.key(KeyCode::Up);
    world.key(KeyCode::Char('s'));
    assert!(world.words().contains("no file in it"));
    world.key(KeyCode::Up);
    assert_eq!(world.state.open_room().unwrap().selected, Some(seq(1)));
    world.key(KeyCode::Char('o'));
    let asked = downloads(&world);
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|asked| asked.open));
    news(
        &mut world,
        asked[0].id,
        TransferNews::Saved("/home/ada/a.txt".into()),
    );
    assert!(world.words().contains("saved: /home/ada/a.txt"));
    world.send("/save");
    assert_eq!(downloads(&world).len(), 4);
    assert!(!downloads(&world)[3].open);
}

#[test]
fn a_large_paste_goes_as_a_file_and_into_the_thread_it_was_pasted_in() {
    let mut world = World::new(&["lobby"]);
    world.server.others("lobby", "bob", "root");
    world.flow();
    world.key(KeyCode::Up);
    world.key(KeyCode::Char('t'));
    let text = "a line\n".repeat(10_000);
    world.input(Input::Paste(text.clone()));
    world.key(KeyCode::Char('f'));
    let asked = uploads(&world).remove(0);
    assert_eq!(asked.source, Source::Text(text));
    news(
        &mut world,
        asked.id,
        TransferNews::Uploaded(file("f1", "paste.txt")),
    );
    world.rest();
    let to = world
        .server
        .requests
        .iter()
        .find_map(|request| match request {
            Request::Send(send) => send.reply_to,
            _ => None,
        });
    assert_eq!(to, Some(seq(1)));
}
