//! The client at work: all its edges answer late, or never, and in any order
//! that the real ones could.

mod disk;
mod elsewhere;

use super::check::{self, Before, Ledger};
use super::step::Step;
use crate::core::composer::Draft;
use crate::core::desk::Desk;
use crate::core::effect::{Load, Store};
use crate::core::input::{Input, NetInput};
use crate::core::state::Setup;
use crate::core::tests::disk::Disk;
use crate::core::tests::server::Server;
use crate::core::{Effect, Now, State, update};
use crate::view::View;
use chat_proto::codec::{decode_frame, decode_request};
use chat_proto::{Limits, RoomName, Timestamp};
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

/// The wall clock at the start: 2026-11-22 12:00 UTC.
const START: i64 = 1_795_348_800_000;

pub(super) struct Play {
    pub(super) state: State,
    pub(super) server: Server,
    pub(super) disk: Disk,
    /// Inputs that the core has taken.
    pub(super) inputs: u64,
    /// The server keeps to the protocol.
    pub(super) honest: bool,
    pub(super) ledger: Ledger,
    pub(super) line: Line,
    /// Frames that the server has not taken.
    pub(super) outgoing: VecDeque<String>,
    /// What the disk has not done.
    pub(super) jobs: VecDeque<Job>,
    /// The disk takes nothing.
    pub(super) full: bool,
    /// Ends of what waited that could not be written.
    owed: Vec<Store>,
    /// Rooms whose cached logs miss something.
    lost: BTreeSet<RoomName>,
    /// The disk has said that it takes nothing.
    complained: bool,
    reachable: bool,
    /// Numbers of the requests of this connection.
    asked: Vec<u64>,
    view: View,
    mono: Duration,
    /// What the wall clock is off by.
    off: i64,
    size: (u16, u16),
    draws: u64,
    /// Whose text the editor has.
    editor: Option<Desk>,
    ended: bool,
    runs: u128,
}

/// The connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    None,
    /// Asked for; whether there is one will be told.
    Dialled,
    Up,
}

#[derive(Debug)]
pub(super) enum Job {
    Store(Store),
    Mend(Vec<Store>),
    Load(Load),
}

impl Play {
    pub(super) fn new(honest: bool) -> Self {
        let mut play = Self {
            state: State::new(Setup::default(), Now::default()),
            server: Server::new(&["lobby", "dev", "ops", "@ada+bob"]),
            disk: Disk::default(),
            inputs: 0,
            honest,
            ledger: Ledger::default(),
            line: Line::None,
            outgoing: VecDeque::new(),
            jobs: VecDeque::new(),
            full: false,
            owed: Vec::new(),
            lost: BTreeSet::new(),
            complained: false,
            reachable: true,
            asked: Vec::new(),
            view: view(),
            mono: Duration::from_secs(1),
            off: 0,
            size: (80, 24),
            draws: 0,
            editor: None,
            ended: false,
            runs: 0,
        };
        play.start();
        play
    }

    /// A new process on what the disk holds.
    fn start(&mut self) {
        self.runs += 1;
        self.server.cut();
        self.line = Line::None;
        self.outgoing.clear();
        self.jobs.clear();
        self.complained = false;
        self.owed.clear();
        self.lost.clear();
        self.editor = None;
        self.ended = false;
        self.view = view();
        let setup = Setup {
            addresses: vec!["chat.example.org".into()],
            name: Some("ada".into()),
            seed: self.runs,
            ..Setup::default()
        };
        self.state = State::new(setup, self.now());
        let effects = self.state.start();
        self.perform(effects);
    }

    pub(super) fn now(&self) -> Now {
        let millis = START + self.off + self.mono.as_millis() as i64;
        Now {
            wall: Timestamp::from_millis(millis),
            mono: self.mono,
        }
    }

    /// The core takes one input, and what must hold after it is looked at.
    pub(super) fn input(&mut self, input: Input) {
        self.inputs += 1;
        let before = Before::of(self, &input);
        let wakes = input == Input::Wake;
        let now = self.now();
        let effects = update(&mut self.state, input, now);
        check::effects(self, &effects);
        self.perform(effects);
        check::step(self, &before);
        if wakes && self.honest {
            let due = self.state.deadline();
            assert!(
                due.is_none_or(|due| due > now.mono),
                "it would wake at once again"
            );
        }
        if self.ended {
            self.disk_does(usize::MAX);
            self.start();
        }
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Connect(_) => {
                    self.server.cut();
                    self.outgoing.clear();
                    self.line = Line::Dialled;
                }
                Effect::Disconnect => {
                    self.server.cut();
                    self.outgoing.clear();
                    self.line = Line::None;
                }
                Effect::Transmit(frame) => {
                    self.asked.extend(check::number_of(&frame));
                    self.outgoing.push_back(frame);
                }
                Effect::Store(write) => self.jobs.push_back(Job::Store(write)),
                Effect::Mend(writes) => self.jobs.push_back(Job::Mend(writes)),
                Effect::Load(load) => self.jobs.push_back(Job::Load(load)),
                Effect::Edit { desk, .. } => self.editor = Some(desk),
                Effect::Quit { .. } => self.ended = true,
                _ => {}
            }
        }
    }

    /// One step of a chapter.
    pub(super) fn take(&mut self, step: &Step) {
        match step {
            Step::Input(input) => {
                if let Input::Resize { width, height } = **input {
                    self.size = (width, height);
                }
                self.input((**input).clone());
            }
            Step::Keys(keys) => keys.iter().for_each(|key| self.input(Input::Key(*key))),
            Step::Draw => self.draw(),
            Step::Pass(time) => self.pass(*time),
            Step::Clock(by) => self.off += by,
            Step::Server(many) => (0..*many).for_each(|_| self.server_takes()),
            Step::Client(many) => (0..*many).for_each(|_| self.client_takes()),
            Step::Disk(many) => self.disk_does(*many as usize),
            Step::Full(full) => self.full = *full,
            Step::Reachable(yes) => self.reachable = *yes,
            Step::Cut => self.cut(NetInput::Failed("the network is gone".into())),
            Step::Closed(code) => self.cut(NetInput::Closed {
                code: *code,
                reason: "so it is".into(),
            }),
            Step::Heard if self.line == Line::Up => self.input(Input::Net(NetInput::Heard)),
            Step::Heard => {}
            Step::EditorEnds(text) => {
                if let Some(desk) = self.editor.take() {
                    let text = text.clone();
                    self.input(Input::Edited { desk, text });
                }
            }
            Step::Kill => self.start(),
            Step::Lie(lie) => {
                let text = lie.text(&self.asked);
                if let Some(wire) = &mut self.server.wire {
                    wire.push_back(text);
                }
            }
            Step::Said(..)
            | Step::Done(..)
            | Step::Member(..)
            | Step::Topic(..)
            | Step::ReadElsewhere(..)
            | Step::Refuse(_)
            | Step::Silent(_) => self.elsewhere(step),
        }
    }

    fn cut(&mut self, news: NetInput) {
        if self.line != Line::None {
            self.line = Line::None;
            self.server.cut();
            self.outgoing.clear();
            self.input(Input::Net(news));
        }
    }

    pub(super) fn server_takes(&mut self) {
        let can_be_read = |frame: &String| decode_request(frame, &Limits::DEFAULT).is_ok();
        if let Some(frame) = self.outgoing.pop_front().filter(can_be_read) {
            self.server.hear(&frame);
        }
    }

    pub(super) fn client_takes(&mut self) {
        match self.line {
            Line::None => {}
            Line::Dialled if self.reachable => {
                self.line = Line::Up;
                self.asked.clear();
                self.server.connect();
                self.input(Input::Net(NetInput::Connected));
            }
            Line::Dialled => self.cut(NetInput::Failed("refused".into())),
            Line::Up => {
                if let Some(frame) = self.server.wire.as_mut().and_then(VecDeque::pop_front) {
                    self.input(Input::Net(NetInput::Frame(Box::new(decode_frame(&frame)))));
                }
            }
        }
    }

    /// Time passes, from one deadline to the next.
    pub(super) fn pass(&mut self, time: Duration) {
        let end = self.mono + time;
        for _ in 0..200 {
            match self.state.deadline().filter(|due| *due <= end) {
                Some(due) => {
                    self.mono = self.mono.max(due);
                    self.input(Input::Wake);
                }
                None => break,
            }
        }
        self.mono = self.mono.max(end);
    }

    /// Draws the screen as it is now, and tells the core what was seen.
    pub(super) fn draw(&mut self) {
        let (width, height) = self.size;
        let now = self.now();
        self.draws += 1;
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        let drawn = self.view.draw(&mut buffer, &self.state, now);
        check::screen(&self.state, &buffer, &drawn);
        if self.draws.is_multiple_of(8) {
            let mut fresh = Buffer::empty(buffer.area);
            view().draw(&mut fresh, &self.state, now);
            assert!(buffer == fresh, "drawn anew, the screen is another one");
        }
        if let Some(viewport) = &drawn.seen.room {
            check::place(self, viewport);
        }
        let effects = self.state.viewed(drawn.seen, now);
        check::effects(self, &effects);
        self.perform(effects);
    }

    /// Whether nothing is on its way anywhere.
    pub(super) fn is_at_rest(&self) -> bool {
        let quiet = self.server.wire.as_ref().is_some_and(VecDeque::is_empty);
        quiet && self.outgoing.is_empty() && self.jobs.is_empty() && self.state.link.is_live()
    }

    /// Everything works again and arrives; what then must be so is looked at.
    pub(super) fn come_to_rest(&mut self) {
        self.full = false;
        self.reachable = true;
        self.server.silent = 0;
        self.server.refuse.clear();
        if !self.honest {
            return;
        }
        // What was never answered will not be on this connection.
        self.cut(NetInput::Failed("once more".into()));
        for _ in 0..12 {
            self.flow();
            self.pass(Duration::from_secs(3));
        }
        self.flow();
        check::rest(self);
    }

    fn flow(&mut self) {
        for round in 0.. {
            assert!(round < 2_000, "it never comes to rest");
            let wire = self.server.wire.as_ref().map_or(0, VecDeque::len);
            let many = wire + self.outgoing.len() + self.jobs.len();
            if many == 0 && self.line != Line::Dialled {
                break;
            }
            (0..self.outgoing.len()).for_each(|_| self.server_takes());
            self.client_takes();
            (0..wire).for_each(|_| self.client_takes());
            self.disk_does(usize::MAX);
        }
        self.draw();
    }

    /// What is being written, everywhere.
    pub(super) fn drafts(&self) -> BTreeMap<Desk, Draft> {
        let side = self.state.side.iter().map(|side| &side.room);
        let rooms = self.state.rooms.values().chain(side);
        let open = rooms.filter_map(|room| Some((room.desk(), room.draft()?)));
        open.chain(self.state.drafts_aside.clone()).collect()
    }
}

fn view() -> View {
    View::new(TimeZone::UTC)
}
