//! What must hold: after every input, on every screen, and when all has come
//! to rest.

use super::play::{Line, Play};
use crate::core::actions::Action;
use crate::core::composer::Composer;
use crate::core::deeds::Act;
use crate::core::desk::Desk;
use crate::core::effect::{Load, Store};
use crate::core::input::{DiskInput, Input, NetInput};
use crate::core::link::Phase;
use crate::core::outbox::{ItemNonce, Stage};
use crate::core::overlay::Overlay;
use crate::core::room::{Anchor, Hit, Room, Viewport};
use crate::core::tests::disk::Disk;
use crate::core::{Effect, State};
use crate::view::Drawn;
use crate::view::tests::sound::check_rows;
use chat_proto::codec::{Frame, decode_request};
use chat_proto::event::EventBody;
use chat_proto::{RoomName, Seq};
use ratatui::buffer::Buffer;
use std::collections::{BTreeMap, BTreeSet};
use unicode_segmentation::GraphemeCursor;

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

/// What was being written in a room.
#[derive(Debug, Clone, PartialEq)]
struct Written {
    text: String,
    cursor: usize,
    reply_to: Option<Seq>,
    editing: Option<Seq>,
}

/// What was accepted, over all processes of a chapter.
#[derive(Default)]
pub(super) struct Ledger {
    /// All that was sent from a composer, in that order.
    typed: Vec<(ItemNonce, RoomName)>,
    /// What of it was on the disk, and by that accepted.
    kept: BTreeSet<ItemNonce>,
    /// What the person threw away, or has tried again under another nonce.
    thrown: BTreeSet<ItemNonce>,
    /// What was ever refused: it may come later than what follows it.
    refused: BTreeSet<ItemNonce>,
}

impl Ledger {
    /// Notes what is there, and what of it is on the disk.
    fn note(&mut self, state: &State, disk: &Disk) {
        for item in &state.outbox.items {
            let (nonce, room) = (&item.unsent.nonce, &item.unsent.room);
            if !self.typed.iter().any(|(known, _)| known == nonce) {
                self.typed.push((nonce.clone(), room.clone()));
            }
        }
        let kept = disk.outbox.iter().map(|unsent| unsent.nonce.clone());
        self.kept.extend(kept);
    }
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

fn written(state: &State) -> BTreeMap<Desk, Written> {
    let one = |room: &Room| Written {
        text: room.composer.text().to_owned(),
        cursor: room.composer.cursor(),
        reply_to: room.reply_to,
        editing: room.editing.as_ref().map(|editing| editing.target),
    };
    let side = state.side.iter().map(|side| &side.room);
    let rooms = state.rooms.values().chain(side);
    let rooms = rooms.filter(|room| room.has_draft());
    rooms.map(|room| (room.desk(), one(room))).collect()
}

/// Where one writes, if it is open.
fn at<'a>(state: &'a State, desk: &Desk) -> Option<&'a Room> {
    let side = state.side.as_ref().map(|side| &side.room);
    let room = state.rooms.get(&desk.room);
    side.into_iter()
        .chain(room)
        .find(|room| room.desk() == *desk)
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

/// Nothing that was being written is lost.
fn drafts(play: &Play, before: &Before, reset: bool) {
    let state = &play.state;
    let now = written(state);
    for (desk, old) in &before.written {
        let new = now.get(desk);
        if new == Some(old) {
            continue;
        }
        let room = at(state, desk);
        // A thread is closed, or its room is not what it was.
        let aside = play
            .drafts()
            .into_iter()
            .any(|(other, draft)| other.room == desk.room && draft.text.contains(&old.text));
        if before.person {
            let kept = aside || is_kept(play, &desk.room, room, old);
            assert!(kept, "{old:?} in {desk:?} became {new:?} with no way back");
        } else {
            let moved = (reset || desk.thread.is_some()) && aside;
            assert!(
                moved,
                "nobody has changed {old:?} in {desk:?}, and it is {new:?}"
            );
        }
    }
}

/// Whether a text is somewhere from where its author has it back.
fn is_kept(play: &Play, name: &RoomName, room: Option<&Room>, old: &Written) -> bool {
    let text = old.text.trim_end();
    if text.is_empty() {
        return true;
    }
    // It was a command, or it was sent: with one slash less.
    let sent = |kept: &str| kept == text || text.strip_prefix('/') == Some(kept);
    let state = &play.state;
    let outbox = state.outbox.of(name).any(|item| sent(&item.unsent.text));
    let deeds = state.deeds.items.iter().any(|item| match &item.deed.act {
        Act::Edit(edit) => edit == text,
        Act::Delete | Act::React { .. } | Act::Pin(_) => false,
    });
    let Some(room) = room else {
        return outbox || deeds;
    };
    let after = |action| {
        let mut composer = room.composer.clone();
        composer.edit(action);
        composer
    };
    let stands = |seq: Seq| {
        let entry = room.log.entry(seq);
        entry.and_then(crate::core::editing::text_of) == Some(text)
    };
    // Characters that are typed in a row are one step of undo.
    let (to_cursor, after_cursor) = old.text.split_at(old.cursor);
    let new = room.composer.text();
    let typed_in = new.starts_with(to_cursor) && new.ends_with(after_cursor);
    outbox
        || deeds
        || typed_in && new.len() >= old.text.len()
        || after(Action::Undo).text() == old.text
        || after(Action::Redo).text() == old.text
        || after(Action::Yank).text().contains(&old.text)
        || room.composer.history().any(|kept| kept.trim_end() == text)
        || room
            .editing
            .as_ref()
            .is_some_and(|editing| editing.before.text == old.text)
        || old.editing.is_some_and(stands)
}

/// Order, and that nothing leaves by itself.
fn outbox(play: &mut Play, before: &Before, reset: bool) {
    let items = &play.state.outbox.items;
    let now: Vec<_> = items.iter().map(|item| item.unsent.nonce.clone()).collect();
    let all: BTreeSet<_> = now.iter().collect();
    assert_eq!(all.len(), now.len(), "a nonce is there twice");
    let mut under_way = BTreeSet::new();
    for item in items {
        let room = &item.unsent.room;
        match item.stage {
            Stage::UnderWay => assert!(under_way.insert(room), "two of {room} are under way"),
            Stage::Refused { .. } => {
                play.ledger.refused.insert(item.unsent.nonce.clone());
            }
            Stage::Saving | Stage::Waiting | Stage::Sent { .. } => {}
        }
    }
    let stay: Vec<_> = before
        .outbox
        .iter()
        .filter(|(nonce, ..)| all.contains(nonce))
        .collect();
    let order: Vec<_> = now
        .iter()
        .filter(|nonce| stay.iter().any(|(old, ..)| old == *nonce))
        .collect();
    assert_eq!(
        order,
        stay.iter().map(|(nonce, ..)| nonce).collect::<Vec<_>>(),
        "the outbox is in another order"
    );
    let gone: Vec<_> = before
        .outbox
        .iter()
        .filter(|(nonce, ..)| !all.contains(nonce))
        .cloned()
        .collect();
    for (nonce, room, stage) in gone {
        if before.person && matches!(stage, Stage::Refused { .. }) {
            play.ledger.thrown.insert(nonce);
        } else if play.honest && !reset {
            assert!(
                is_said(play, &room, &nonce),
                "{nonce} of {room} left the outbox, but not for the log"
            );
        } else {
            assert!(
                !before.person || !matches!(stage, Stage::Saving | Stage::Waiting),
                "{nonce} was dropped"
            );
        }
    }
    play.ledger.note(&play.state, &play.disk);
}

fn is_said(play: &Play, room: &RoomName, nonce: &ItemNonce) -> bool {
    said(play, room).contains(nonce)
}

/// The nonces of a room's log on the server, in order.
fn said(play: &Play, room: &RoomName) -> Vec<ItemNonce> {
    let log = play
        .server
        .logs
        .get(room)
        .or_else(|| play.server.left.get(room));
    let nonce = |event: &chat_proto::Event| match &event.body {
        EventBody::Message(message) => message.nonce.as_deref().map(ItemNonce::from),
        _ => None,
    };
    log.into_iter().flatten().filter_map(nonce).collect()
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

/// No row is too wide, no border is bent, and nothing lies outside.
pub(super) fn screen(state: &State, buffer: &Buffer, drawn: &Drawn) {
    let (width, height) = (buffer.area.width, buffer.area.height);
    check_rows(buffer);
    if let Some(cursor) = drawn.cursor {
        assert!(
            cursor.x < width && cursor.y < height,
            "the cursor is at {cursor:?}"
        );
    }
    let targets = &drawn.seen.targets;
    for target in targets {
        let (right, bottom) = (target.x + target.width, target.y + target.height);
        assert!(right <= width && bottom <= height, "{target:?}");
    }
    let covered = state.completion.is_some() || !state.notices.is_empty() || state.begun.is_some();
    if covered {
        return;
    }
    if state.overlays.is_empty() {
        let list = targets
            .iter()
            .filter(|target| matches!(target.is, Hit::Room(_)));
        if let Some(column) = list.map(|target| target.x + target.width).max() {
            let rows = (0..height.saturating_sub(2)).map(|y| buffer[(column, y)].symbol());
            assert!(
                rows.clone().all(|symbol| symbol == "│"),
                "{:?}",
                rows.collect::<Vec<_>>()
            );
        }
    } else if state.overlays.len() == 1 {
        sides(buffer);
    }
}

/// A box on the screen has its sides in one column each.
fn sides(buffer: &Buffer) {
    let (width, height) = (buffer.area.width, buffer.area.height);
    let corner = |glyph| {
        let mut at = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        at.find(|at| buffer[*at].symbol() == glyph)
    };
    let boxes = buffer.content().iter().filter(|cell| cell.symbol() == "╭");
    if boxes.count() != 1 {
        // What is told about the connection is a box of its own.
        return;
    }
    let (Some((left, top)), Some((right, bottom))) = (corner("╭"), corner("╯")) else {
        return;
    };
    for y in top + 1..bottom {
        for x in [left, right] {
            assert_eq!(buffer[(x, y)].symbol(), "│", "at {x},{y} of a box");
        }
    }
}

/// Without the person's doing, what stands at the upper edge stays there.
pub(super) fn place(play: &Play, viewport: &Viewport) {
    let Some(room) = play.state.open_room().filter(|_| play.honest) else {
        return;
    };
    let Some(shown) = &room.shown else { return };
    let same = (shown.width, shown.height) == (viewport.width, viewport.height);
    let Some(anchor) = room
        .place
        .anchor
        .filter(|anchor| same && shown.anchor == Some(*anchor))
    else {
        return;
    };
    let ignored = |seq| {
        room.log
            .entry(seq)
            .is_none_or(|entry| play.state.habits.ignores(&entry.event.author))
    };
    if room.place.scroll != 0 || ignored(anchor.seq) {
        return;
    }
    match viewport.anchor {
        Some(now) => assert_eq!(now.seq, anchor.seq, "another message is at the edge"),
        None => assert!(viewport.end, "the place is lost"),
    }
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

/// What was accepted was said once, and in order.
fn deliveries(play: &Play) {
    let rooms: BTreeSet<_> = play.ledger.typed.iter().map(|(_, room)| room).collect();
    for room in rooms {
        let said = said(play, room);
        let mut places = Vec::new();
        let accepted =
            |(nonce, of): &&(ItemNonce, RoomName)| of == room && play.ledger.kept.contains(nonce);
        for (nonce, _) in play.ledger.typed.iter().filter(accepted) {
            let found: Vec<_> = said
                .iter()
                .enumerate()
                .filter(|(_, other)| *other == nonce)
                .collect();
            let refused = play.state.outbox.items.iter().any(|item| {
                item.unsent.nonce == *nonce && matches!(item.stage, Stage::Refused { .. })
            });
            let over = refused || play.ledger.thrown.contains(nonce);
            assert!(
                found.len() == 1 || found.is_empty() && over,
                "{nonce} was said {} times in {room}",
                found.len()
            );
            if !play.ledger.refused.contains(nonce) {
                places.extend(found.iter().map(|(at, _)| *at));
            }
        }
        assert!(
            places.is_sorted(),
            "{room} has them in another order: {places:?}"
        );
    }
}
