//! The client with its edges simulated: a clock that only moves when told, a
//! wire that can be cut, a process that can be killed.

use super::disk::Disk;
use super::server::{Server, room};
use crate::core::input::{DiskInput, Input, Key, KeyCode, NetInput};
use crate::core::keys::Sequence;
use crate::core::log::{Item, Log};
use crate::core::room::{Place, Seen, Viewport};
use crate::core::state::Setup;
use crate::core::{Effect, Now, State, update};
use chat_proto::codec::decode_frame;
use chat_proto::{Seq, Timestamp};
use std::collections::VecDeque;
use std::time::Duration;

/// Rows of the simulated screen; every item is one row high.
pub(super) const ROWS: usize = 10;

pub(super) struct World {
    pub(super) server: Server,
    pub(super) disk: Disk,
    pub(super) state: State,
    pub(super) mono: Duration,
    /// The server can be reached.
    pub(super) reachable: bool,
    /// What the client was told to do, but for the wire and the disk.
    pub(super) told: Vec<Effect>,
    /// Frames of the client that the server has not taken yet.
    pub(super) outgoing: VecDeque<String>,
    /// What the disk has read and the client has not taken yet.
    read: VecDeque<DiskInput>,
    connected: bool,
    runs: u128,
}

impl World {
    /// A client that has come in and is at rest.
    pub(super) fn new(rooms: &[&str]) -> Self {
        Self::with(Server::new(rooms), Disk::default())
    }

    pub(super) fn with(server: Server, disk: Disk) -> Self {
        let mut world = Self {
            server,
            disk,
            state: State::new(Setup::default(), Now::default()),
            mono: Duration::ZERO,
            reachable: true,
            told: Vec::new(),
            outgoing: VecDeque::new(),
            read: VecDeque::new(),
            connected: false,
            runs: 0,
        };
        world.start("ada");
        world.rest();
        world
    }

    /// A new process on what the disk holds.
    pub(super) fn start(&mut self, name: &str) {
        self.runs += 1;
        self.server.cut();
        self.connected = false;
        self.read.clear();
        self.outgoing.clear();
        let setup = Setup {
            name: (!name.is_empty()).then(|| name.to_owned()),
            login: Some("Ada L".into()),
            seed: self.runs,
            ..Setup::default()
        };
        self.state = State::new(setup, self.now());
        let effects = self.state.start();
        self.perform(effects);
        self.disk_answers();
    }

    pub(super) fn kill(&mut self) {
        self.start("ada");
    }

    pub(super) fn now(&self) -> Now {
        Now {
            wall: Timestamp::from_millis(self.mono.as_millis() as i64),
            mono: self.mono,
        }
    }

    pub(super) fn input(&mut self, input: Input) {
        let now = self.now();
        let effects = update(&mut self.state, input, now);
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Connect(_) if self.reachable => {
                    self.server.connect();
                    self.connected = true;
                    self.outgoing.clear();
                    self.input(Input::Net(NetInput::Connected));
                }
                Effect::Connect(_) => {
                    self.server.cut();
                    self.connected = false;
                    self.input(Input::Net(NetInput::Failed("unreachable".into())));
                }
                Effect::Disconnect => {
                    self.server.cut();
                    self.connected = false;
                }
                Effect::Transmit(frame) => {
                    assert!(frame.len() <= 65_536, "a frame of {} bytes", frame.len());
                    self.outgoing.push_back(frame);
                }
                Effect::Store(write) => {
                    if let Some(answer) = self.disk.store(write) {
                        self.input(Input::Disk(answer));
                    }
                }
                Effect::Mend(writes) => {
                    let effects = writes.into_iter().map(Effect::Store).collect();
                    self.perform(effects);
                    // The disk is slower than the screen.
                    self.read.push_back(DiskInput::Mended);
                }
                Effect::Load(load) => {
                    // The disk is slower than the screen.
                    self.read.push_back(self.disk.load(load));
                }
                other => self.told.push(other),
            }
        }
    }

    /// The server takes one frame; `false` if there is none.
    pub(super) fn server_takes(&mut self) -> bool {
        match self.outgoing.pop_front() {
            Some(frame) if self.connected => {
                self.server.hear(&frame);
                true
            }
            Some(_) | None => false,
        }
    }

    /// The client takes one frame; `false` if there is none.
    pub(super) fn client_takes(&mut self) -> bool {
        let Some(frame) = self.server.wire.as_mut().and_then(VecDeque::pop_front) else {
            return false;
        };
        self.input(Input::Net(NetInput::Frame(Box::new(decode_frame(&frame)))));
        true
    }

    /// The client takes one answer of the disk; `false` if there is none.
    fn disk_answers(&mut self) -> bool {
        let answer = self.read.pop_front();
        let some = answer.is_some();
        answer
            .into_iter()
            .for_each(|answer| self.input(Input::Disk(answer)));
        some
    }

    /// The connection breaks, with whatever is on its way.
    pub(super) fn cut(&mut self) {
        if std::mem::take(&mut self.connected) {
            self.server.cut();
            self.outgoing.clear();
            self.input(Input::Net(NetInput::Failed("cut".into())));
        }
    }

    /// Everything on its way arrives, and the screen is drawn.
    pub(super) fn flow(&mut self) {
        while self.server_takes() || self.client_takes() || self.draw() || self.disk_answers() {}
    }

    /// Time passes up to the next deadline, at most so long.
    pub(super) fn wait(&mut self, most: Duration) {
        let end = self.mono + most;
        while self.mono < end {
            self.mono = self
                .state
                .deadline()
                .map_or(end, |at| at.clamp(self.mono, end));
            self.mono += Duration::from_millis(1);
            self.input(Input::Wake);
            self.flow();
        }
    }

    /// Lets some seconds pass, with all that happens in them.
    pub(super) fn rest(&mut self) {
        self.flow();
        self.wait(Duration::from_secs(8));
    }

    /// Draws the open room with items of one row; `true` if that led to something.
    pub(super) fn draw(&mut self) -> bool {
        let Some(open) = self.state.open_room() else {
            return false;
        };
        let (shown, end) = window(&open.log, open.place);
        let entry = shown.iter().position(|item| matches!(item, Item::Entry(_)));
        let anchor = entry.map(|at| crate::core::room::Anchor {
            seq: ends(&shown[at]).0,
            row: -(at as i32),
        });
        let viewport = Viewport {
            room: open.name().clone(),
            width: 80,
            height: ROWS as u16,
            anchor: anchor.filter(|_| !end),
            first: shown.first().map(|item| ends(item).0),
            last: shown.last().map(|item| ends(item).1),
            end,
        };
        let seen = Seen {
            room: Some(viewport),
            ..Seen::default()
        };
        let now = self.now();
        let effects = self.state.viewed(seen, now);
        let led = !effects.is_empty();
        self.perform(effects);
        led
    }

    pub(super) fn press(&mut self, key: Key) {
        self.input(Input::Key(key));
    }

    pub(super) fn key(&mut self, code: KeyCode) {
        self.press(Key::plain(code));
    }

    /// Keys as they are written in the configuration.
    pub(super) fn keys(&mut self, text: &str) {
        for key in Sequence::parse(text).unwrap().keys() {
            self.press(*key);
        }
    }

    pub(super) fn write(&mut self, text: &str) {
        for c in text.chars() {
            self.key(KeyCode::Char(c));
        }
    }

    /// Goes to a room by the switcher.
    pub(super) fn go(&mut self, name: &str) {
        self.press(Key::ctrl(KeyCode::Char('k')));
        self.write(name);
        self.key(KeyCode::Enter);
    }

    pub(super) fn send(&mut self, text: &str) {
        self.write(text);
        self.key(KeyCode::Enter);
    }

    /// What is being written in the open room.
    pub(super) fn composed(&self) -> &str {
        self.state.open_room().unwrap().composer.text()
    }

    /// The texts that the open room's log shows, in order; `…N` is a hole of N events.
    pub(super) fn texts(&self) -> Vec<String> {
        let open = self.state.open_room().unwrap();
        open.log
            .downward(Seq::FIRST)
            .map(|item| text(&item))
            .collect()
    }

    /// The texts that are on the screen.
    pub(super) fn screen(&mut self) -> Vec<String> {
        self.flow();
        let open = self.state.open_room().unwrap();
        let shown = open.shown.as_ref().unwrap();
        let (first, last) = (
            shown.first.unwrap_or_default(),
            shown.last.unwrap_or_default(),
        );
        let items = open
            .log
            .downward(first)
            .take_while(|item| ends(item).0 <= last);
        items.map(|item| text(&item)).collect()
    }

    pub(super) fn unread(&self, name: &str) -> u32 {
        self.state.rooms[&room(name)].state.unread
    }

    pub(super) fn words(&self) -> String {
        let notices: Vec<_> = self
            .state
            .notices
            .iter()
            .map(|notice| notice.text.as_str())
            .collect();
        notices.join("\n")
    }
}

/// The items in sight, and whether the newest is among them.
fn window(log: &Log, place: Place) -> (Vec<Item<'_>>, bool) {
    let rows = |count: i32| usize::try_from(count).unwrap_or(0);
    if let Some(anchor) = place.anchor {
        let by = anchor.row.saturating_add(place.scroll);
        let mut below = log.downward(anchor.seq).peekable();
        let top = below
            .peek()
            .map_or(log.head(), |item| ends(item).0.minus(1));
        let mut shown: Vec<_> = log.upward(top).take(rows(-by)).collect();
        shown.reverse();
        shown.extend(below.skip(rows(by)).take(ROWS + 1));
        if shown.len() > ROWS {
            shown.truncate(ROWS);
            return (shown, false);
        }
    }
    let up = if place.anchor.is_none() {
        rows(-place.scroll)
    } else {
        0
    };
    let mut shown: Vec<_> = log.upward(log.head()).take(ROWS + up).collect();
    shown.reverse();
    let end = shown.len() <= ROWS;
    shown.truncate(ROWS);
    (shown, end)
}

fn ends(item: &Item<'_>) -> (Seq, Seq) {
    match item {
        Item::Entry(entry) => (entry.event.seq, entry.event.seq),
        Item::Hole(hole) => (hole.span.from, hole.span.to),
    }
}

fn text(item: &Item<'_>) -> String {
    match item {
        Item::Entry(entry) => match &entry.event.body {
            chat_proto::event::EventBody::Message(message) => {
                message.text.clone().unwrap_or_default()
            }
            other => other.kind().to_owned(),
        },
        Item::Hole(hole) => format!("…{}", hole.span.events()),
    }
}
