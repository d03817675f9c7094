//! What must hold: after every input, on every screen, and when all has come
//! to rest.

mod screen;
mod sent;
mod written;

use super::play::{Line, Play};
use crate::core::composer::Composer;
use crate::core::desk::Desk;
use crate::core::effect::{Load, Store};
use crate::core::input::{DiskInput, Input, NetInput};
use crate::core::link::Phase;
use crate::core::outbox::{ItemNonce, Stage};
use crate::core::overlay::Overlay;
use crate::core::room::{Anchor, Room};
use crate::core::{Effect, State};
use chat_proto::codec::{Frame, decode_request};
use chat_proto::{RoomName, Seq};
use std::collections::BTreeMap;
use unicode_segmentation::GraphemeCursor;

pub(super) use screen::{place, screen};
pub(super) use sent::Ledger;
use sent::{deliveries, outbox};
use written::{Written, drafts, written};

/// How things stood before an input.
pub(super) struct Before {
    /// The person did something.
    person: bool,
    /// It may lead elsewhere, as was asked for before.
    leads: bool,
    written: BTreeMap<Desk, Written>,
    places: BTreeMap<RoomName, Anchor>,
    outbox: Vec<(ItemNonce, RoomName, Stage)>,
    epoch: Option<String>,
}

impl Before {
    pub(super) fn of(play: &Play, input: &Input) -> Self {
        let state = &play.state;
        let rooms = state.rooms.values();
        let anchored = rooms.filter(|room| !room.gone);
        let anchored = anchored.filter_map(|room| Some((room.name().clone(), room.place.anchor?)));
        let items = state.outbox.items.iter();
        Self {
            person: matches!(
                input,
                Input::Key(_)
                    | Input::Paste(_)
                    | Input::Mouse(_)
                    | Input::Edited { .. }
                    | Input::Settings(_)
            ),
            leads: leads(input),
            written: written(state),
            places: anchored.collect(),
            outbox: items
                .map(|item| {
                    (
                        item.unsent.nonce.clone(),
                        item.unsent.room.clone(),
                        item.stage,
                    )
                })
                .collect(),
            epoch: state.device.epoch.clone(),
        }
    }
}

/// What was asked for comes, and the view goes there.
fn leads(input: &Input) -> bool {
    match input {
        Input::Net(NetInput::Frame(received)) => matches!(
            received.frame,
            Frame::History(_) | Frame::Joined(_) | Frame::Welcome(_)
        ),
        Input::Disk(news) => matches!(news, DiskInput::At { .. } | DiskInput::Saved(_)),
        _ => false,
    }
}

/// After every input.
pub(super) fn step(play: &mut Play, before: &Before) {
    let reset = play.state.device.epoch != before.epoch;
    selections(&play.state, play.honest);
    drafts(play, before, reset);
    outbox(play, before, reset);
    if !before.person && !before.leads && !reset {
        for (name, anchor) in &before.places {
            if let Some(room) = play.state.rooms.get(name).filter(|room| !room.gone) {
                assert_eq!(room.place.anchor, Some(*anchor), "{name} is read elsewhere");
            }
        }
    }
    lasting(play);
    if play.honest && play.is_at_rest() && play.state.marks.owed.is_empty() {
        figures(play);
    }
}

/// Whatever is chosen is there.
fn selections(state: &State, honest: bool) {
    for overlay in &state.overlays {
        let (chosen, many) = match overlay {
            Overlay::Picker(list) => (list.chosen, list.found.len()),
            Overlay::Palette(list) => (list.chosen, list.found.len()),
            Overlay::Inbox(list) => (list.chosen, list.found.len()),
            Overlay::Sent(list) => (list.chosen, list.found.len()),
            Overlay::Members(list) => (list.chosen, list.members.len()),
            Overlay::Person(list) => (list.chosen, list.found.len()),
            Overlay::Rooms(list) => (list.chosen, list.rooms.len()),
            Overlay::Emoji(list) => (list.chosen, list.found.len()),
            Overlay::Search(list) => (list.chosen, list.hits.len()),
            Overlay::Help(list) => (list.top, list.rows.len()),
            _ => continue,
        };
        assert!(
            chosen < many || chosen == 0,
            "{chosen} of {many} is chosen: {overlay:?}"
        );
    }
    if let Some(completion) = &state.completion {
        let many = completion.found.len();
        assert!(many > 0 && completion.chosen.is_none_or(|chosen| chosen < many));
        assert!(state.open.is_some(), "a completion of nothing");
    }
    assert!(state.notices.len() <= 4, "notices");
    if let Some(open) = &state.open {
        assert!(
            state.rooms.contains_key(open),
            "{open} is open and not there"
        );
    }
    for room in state.rooms.values() {
        sound_composer(&room.composer);
        let selected = room
            .selected
            .filter(|seq| honest && room.log.loaded.around(*seq).is_some());
        if let Some(seq) = selected {
            assert!(
                room.log.entry(seq).is_some(),
                "{seq} of {} is selected",
                room.name()
            );
        }
    }
}

fn sound_composer(composer: &Composer) {
    let (text, at) = (composer.text(), composer.cursor());
    assert!(
        text.is_char_boundary(at),
        "the cursor is within a character"
    );
    let bound = GraphemeCursor::new(at, text.len(), true).is_boundary(text, 0);
    assert_eq!(
        bound,
        Ok(true),
        "the cursor is within a cluster of {text:?}"
    );
}

/// What counts as kept is on the disk, as soon as that has done its work.
fn lasting(play: &Play) {
    let state = &play.state;
    let works = !play.full && state.disk_trouble.is_none() && play.jobs.is_empty();
    if !works || state.saves.due.is_some() || state.link.phase == Phase::Idle {
        return;
    }
    assert_eq!(
        play.disk.drafts,
        play.drafts(),
        "drafts on the disk, and those that are"
    );
    let unsent = |stage: Stage| !matches!(stage, Stage::Sent { .. });
    let items = state.outbox.items.iter().filter(|item| unsent(item.stage));
    let mut items: Vec<_> = items.map(|item| &item.unsent).collect();
    let mut kept: Vec<_> = play.disk.outbox.iter().collect();
    items.sort_by_key(|unsent| &unsent.nonce);
    kept.sort_by_key(|unsent| &unsent.nonce);
    assert_eq!(kept, items, "the outbox on the disk, and the one that is");
}

/// What is unread, and how far each room goes, is what the server says.
fn figures(play: &Play) {
    for name in play.server.logs.keys() {
        let Some(room) = play.state.rooms.get(name).filter(|room| !room.gone) else {
            panic!("{name} is missing");
        };
        let told = play.server.state(name);
        let figures = |state: &chat_proto::reply::RoomState| {
            (state.head, state.read, state.unread, state.mentions)
        };
        assert_eq!(
            figures(&room.state),
            figures(&told),
            "head, read, unread and mentions of {name}"
        );
    }
}

/// What the edges are asked is what they can do.
pub(super) fn effects(play: &Play, effects: &[Effect]) {
    let mut line = play.line;
    let limits = play.state.limits();
    for effect in effects {
        match effect {
            Effect::Connect(_) => line = Line::Dialled,
            Effect::Disconnect => line = Line::None,
            Effect::Transmit(frame) => {
                assert_eq!(line, Line::Up, "sent without a connection: {frame}");
                assert!(
                    frame.len() <= limits.frame_bytes,
                    "{} bytes in a frame",
                    frame.len()
                );
                let read = decode_request(frame, &limits);
                // A name that a liar gave is said back to it as it is.
                assert!(read.is_ok() || !play.honest, "{read:?}: {frame}");
                let fields = serde_json::from_str::<serde_json::Value>(frame);
                assert!(fields.is_ok_and(|fields| fields.is_object()), "{frame}");
            }
            Effect::Store(write) => sound_write(write),
            Effect::Mend(writes) => writes.iter().for_each(sound_write),
            Effect::Load(Load::Log(load)) => {
                assert!(load.limit > 0 && load.span.from <= load.span.to, "{load:?}");
            }
            Effect::Edit { desk, .. } => assert!(play.state.rooms.contains_key(&desk.room)),
            _ => {}
        }
    }
}

fn sound_write(write: &Store) {
    match write {
        Store::Log {
            room,
            entries,
            known,
        } => {
            assert!(
                entries.iter().all(|entry| entry.event.room == *room),
                "{write:?}"
            );
            assert!(known.iter().all(|span| span.from <= span.to), "{write:?}");
        }
        Store::Changes { room, events } => {
            let fits =
                |event: &chat_proto::Event| event.room == *room && event.body.target().is_some();
            assert!(events.iter().all(fits), "{write:?}");
        }
        Store::Draft {
            draft: Some(draft), ..
        } => {
            assert!(draft.text.is_char_boundary(draft.cursor), "{write:?}");
        }
        _ => {}
    }
}

/// The number by which a frame's reply is known.
pub(super) fn number_of(frame: &str) -> Option<u64> {
    let frame: serde_json::Value = serde_json::from_str(frame).ok()?;
    frame["id"].as_u64()
}

/// All has come to rest: the client has what the server has.
pub(super) fn rest(play: &Play) {
    let state = &play.state;
    assert!(play.is_at_rest(), "{:?}", state.link);
    figures(play);
    let here: Vec<_> = state
        .rooms
        .values()
        .filter(|room| !room.gone)
        .map(Room::name)
        .collect();
    assert_eq!(here, play.server.logs.keys().collect::<Vec<_>>(), "rooms");
    for name in here {
        logs(play, name);
    }
    deliveries(play);
}

/// What is held of a log, in memory and on the disk, is what the server has there.
fn logs(play: &Play, name: &RoomName) {
    let entries = play.server.entries(name);
    let log = &play.state.rooms[name].log;
    for entry in &entries {
        let seq = entry.event.seq;
        if log.loaded.around(seq).is_some() {
            assert_eq!(log.entry(seq), Some(entry), "in memory, of {name}");
        }
        let known = play.disk.known.get(name);
        if known.is_some_and(|known| known.around(seq).is_some()) {
            let kept = play.disk.entries.get(&(name.clone(), seq));
            assert_eq!(kept, Some(entry), "on the disk, of {name}");
        }
    }
    let there = |seq: &&Seq| entries.iter().any(|entry| entry.event.seq == **seq);
    assert!(
        log.entries.keys().all(|seq| there(&seq)),
        "{name} shows what is not there"
    );
}
