//! All that the client knows. The view reads it, `update` alone changes it.

use super::clock::{Entropy, Now};
use super::effect::{Effect, Load};
use super::input::Device;
use super::keys::{Action, KeyMap};
use super::link::{Link, Phase};
use super::outbox::Outbox;
use super::overlay::{Completion, Notice, Overlay};
use super::room::{Room, Viewport};
use chat_proto::{Greeting, Limits, RoomName, UserName};
use std::collections::BTreeMap;
use std::time::Duration;

/// What is fixed for a run, passed in at its start.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Where the server is, in words.
    pub server: String,
    /// The name asked for on the command line.
    pub name: Option<String>,
    /// The name by which the system knows the person, to be proposed.
    pub login: Option<String>,
    /// The client's name and version, for the operator.
    pub client: String,
    /// From where nonces and jitter come; never the same twice.
    pub seed: u128,
    /// Which keys do what.
    pub keys: KeyMap,
}

/// Who one is to the server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Me {
    /// The name; `None` until the server has agreed to one, now or earlier.
    pub name: Option<UserName>,
    /// Without an account.
    pub guest: bool,
}

/// The whole state.
#[derive(Debug, Clone)]
pub struct State {
    /// What is fixed for this run.
    pub setup: Setup,
    /// The connection.
    pub link: Link,
    /// Who one is.
    pub me: Me,
    /// What the server said first on this connection, or on the last one.
    pub greeting: Option<Greeting>,
    /// The rooms that one is in.
    pub rooms: BTreeMap<RoomName, Room>,
    /// The one that is shown.
    pub open: Option<RoomName>,
    /// What is typed and not yet in its log.
    pub outbox: Outbox,
    /// What lies over the timeline; the last is the topmost and gets the keys.
    pub overlays: Vec<Overlay>,
    /// Words that go away by themselves, oldest first.
    pub notices: Vec<Notice>,
    /// What Tab offers.
    pub completion: Option<Completion>,
    /// Whether the terminal has the focus, as far as known.
    pub focused: bool,
    /// The line of hints is wanted.
    pub hints_on: bool,
    /// Why the disk is not written to, in words; all is in memory only.
    pub disk_trouble: Option<String>,
    pub(super) device: Device,
    pub(super) entropy: Entropy,
}

impl State {
    /// The state before anything is known.
    pub fn new(setup: Setup, now: Now) -> Self {
        Self {
            entropy: Entropy::new(setup.seed),
            link: Link {
                phase: Phase::Idle,
                since: now.wall,
                attempt: 0,
            },
            me: Me::default(),
            greeting: None,
            rooms: BTreeMap::new(),
            open: None,
            outbox: Outbox::default(),
            overlays: Vec::new(),
            notices: Vec::new(),
            completion: None,
            focused: true,
            hints_on: true,
            disk_trouble: None,
            device: Device::default(),
            setup,
        }
    }

    /// What is to be done first: `Load::Saved`, then the connection. An edge
    /// that answers loads at once has the last screen before anything else.
    pub fn start(&mut self, now: Now) -> Vec<Effect> {
        let _ = now;
        vec![Effect::Load(Load::Saved), Effect::Connect]
    }

    /// When `Input::Wake` is wanted next, by the monotonic clock; `None`: only
    /// after something else happened.
    pub fn deadline(&self) -> Option<Duration> {
        None
    }

    /// Takes notice of what the view drew, right after it was drawn.
    pub fn viewed(&mut self, viewport: Viewport, now: Now) -> Vec<Effect> {
        let _ = (viewport, now);
        Vec::new()
    }

    /// The room that is shown.
    pub fn open_room(&self) -> Option<&Room> {
        self.rooms.get(self.open.as_ref()?)
    }

    /// The rooms in the order of the list: public and private ones by name, then direct ones.
    pub fn listed(&self) -> impl Iterator<Item = &Room> {
        let (shared, direct) = (self.rooms.values(), self.rooms.values());
        let is_direct = |room: &&Room| room.name().is_direct();
        shared
            .filter(move |room| !is_direct(room))
            .chain(direct.filter(is_direct))
    }

    /// The limits of the server, or the usual ones while it has not said.
    pub fn limits(&self) -> Limits {
        self.greeting
            .as_ref()
            .map_or(Limits::DEFAULT, |greeting| greeting.limits.clone())
    }

    /// What the hint line shows: keys that work now, with what they do.
    pub fn hints(&self) -> Vec<(String, &'static str)> {
        let hint = |action: Action, words| (self.setup.keys.chord(action), words);
        vec![hint(Action::Rooms, "rooms"), hint(Action::Help, "help")]
    }
}
