//! All that the client knows. The view reads it, `update` alone changes it.

use super::clock::{Entropy, Now};
use super::composer::Draft;
use super::debug::Debug;
use super::deeds::Deeds;
use super::desk::Desk;
use super::disk_trouble::DiskTrouble;
use super::effect::{Effect, Load, Store};
use super::figures::Doubts;
use super::habits::Habits;
use super::input::Device;
use super::jump::Spot;
use super::lesson::Lesson;
use super::link::Link;
use super::local::Local;
use super::look::{Able, Dress, Ground};
use super::moment::Zone;
use super::notify::Pace;
use super::outbox::Outbox;
use super::overlay::{Completion, Notice, Overlay};
use super::paths::Folder;
use super::press::Begun;
use super::reading::Marks;
use super::requests::Requests;
use super::room::{Room, Target};
use super::save::Saves;
use super::scroll::ListMoved;
use super::search::Left;
use super::servers::ServerName;
use super::settings::Settings;
use super::side::Side;
use super::transfers::Transfer;
use chat_proto::notice::Invited;
use chat_proto::{Greeting, Limits, Password, RoomName, UserName};
use std::collections::BTreeMap;
use std::time::Duration;

/// What is fixed for a run, passed in at its start.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// The server's name, where it has one.
    pub server: Option<ServerName>,
    /// Where the server is, in words; the first address is tried first.
    pub addresses: Vec<String>,
    /// It is the server on this machine, as nobody has said otherwise.
    pub local: bool,
    /// The first lesson was not understood yet.
    pub lesson: bool,
    /// The figures are wanted from the start.
    pub debug: bool,
    /// The name asked for on the command line.
    pub name: Option<String>,
    /// The name by which the system knows the person, to be proposed.
    pub login: Option<String>,
    /// The client's name and version, for the operator.
    pub client: String,
    /// The zone that the person lives in.
    pub zone: Zone,
    /// From where nonces and jitter come; never the same twice.
    pub seed: u128,
    /// How everything is to be at first.
    pub settings: Settings,
    /// What the terminal can.
    pub able: Able,
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
    /// How everything is to be now.
    pub settings: Settings,
    /// The connection.
    pub link: Link,
    /// Who one is.
    pub me: Me,
    /// What the server said first on this connection, or on the last one.
    pub greeting: Option<Greeting>,
    /// The rooms that one is in, and those that something is written for.
    pub rooms: BTreeMap<RoomName, Room>,
    /// The one that is shown.
    pub open: Option<RoomName>,
    /// The thread that is read beside it.
    pub side: Option<Side>,
    /// What is typed and not yet in its log.
    pub outbox: Outbox,
    /// Files on their way, and those that failed.
    pub transfers: Vec<Transfer>,
    /// What is to be done to messages and does not show in their logs yet.
    pub deeds: Deeds,
    /// What lies over the timeline; the last is the topmost and gets the keys.
    pub overlays: Vec<Overlay>,
    /// Words that go away by themselves, oldest first.
    pub notices: Vec<Notice>,
    /// Keys that begin a longer chord.
    pub begun: Option<Begun>,
    /// What Tab offers.
    pub completion: Option<Completion>,
    /// The folder that was read last, for a path that is typed.
    pub(super) folder: Option<Folder>,
    /// Whether the terminal has the focus, as far as known.
    pub focused: bool,
    /// What its background is like, as far as known.
    pub ground: Option<Ground>,
    /// The line of hints is wanted.
    pub hints_on: bool,
    /// Clicks and the wheel are reported; if not, the terminal itself selects.
    pub mouse_on: bool,
    /// Not everything is on the disk.
    pub disk_trouble: Option<DiskTrouble>,
    /// Rooms that one is invited into.
    pub invites: Vec<Invited>,
    /// What is remembered of one's ways.
    pub habits: Habits,
    /// The first lesson, until it was understood.
    pub lesson: Option<Lesson>,
    /// The figures that one looks at when something is wrong, while they are shown.
    pub debug: Option<Debug>,
    /// What is known of a server on this machine.
    pub(super) local: Local,
    /// The search that one has left for one of its hits.
    pub(super) search_left: Option<Left>,
    /// How many searches there were.
    pub(super) searches: u64,
    /// Where one was before each jump.
    pub(super) spots: Vec<Spot>,
    /// Texts begun in threads that are not open.
    pub(super) drafts_aside: BTreeMap<Desk, Draft>,
    /// What lies under the mouse, topmost first, since it was drawn last.
    pub(super) targets: Vec<Target>,
    pub(super) list_moved: Option<ListMoved>,
    pub(super) device: Device,
    pub(super) entropy: Entropy,
    pub(super) requests: Requests,
    pub(super) saves: Saves,
    pub(super) marks: Marks,
    pub(super) doubts: Doubts,
    /// The name that was typed when one was asked for, until the server agrees.
    pub(super) chosen: Option<String>,
    /// The password that was typed with it; kept until the server has answered.
    pub(super) login: Option<Password>,
    /// The connection was live before in this run.
    pub(super) was_live: bool,
    /// Rooms in the order in which they were open, the last one last.
    pub(super) visited: Vec<RoomName>,
    /// Where the walk through unread rooms began.
    pub(super) walked_from: Option<RoomName>,
    /// A second Ctrl-C before this moment ends the program.
    pub(super) quit_armed: Option<Duration>,
    /// The window's title, as it was set last.
    pub(super) title: String,
    /// How often the person was told lately.
    pub(super) pace: Pace,
    /// When others were told last that one is typing.
    pub(super) typing_told: Option<Duration>,
}

/// One call of `update`: when it is, and what came out of it so far.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) now: Now,
    pub(super) effects: Vec<Effect>,
}

impl Turn {
    pub(super) fn new(now: Now) -> Self {
        Self {
            now,
            effects: Vec::new(),
        }
    }

    pub(super) fn store(&mut self, store: Store) {
        self.effects.push(Effect::Store(store));
    }
}

impl State {
    /// The state before anything is known.
    pub fn new(setup: Setup, now: Now) -> Self {
        Self {
            entropy: Entropy::new(setup.seed),
            link: Link::new(now, setup.addresses.len()),
            me: Me::default(),
            greeting: None,
            rooms: BTreeMap::new(),
            open: None,
            side: None,
            outbox: Outbox::default(),
            deeds: Deeds::default(),
            transfers: Vec::new(),
            overlays: Vec::new(),
            notices: Vec::new(),
            begun: None,
            completion: None,
            folder: None,
            focused: true,
            ground: None,
            hints_on: setup.settings.hints,
            mouse_on: setup.settings.mouse,
            settings: setup.settings.clone(),
            disk_trouble: None,
            invites: Vec::new(),
            habits: Habits::default(),
            lesson: setup.lesson.then(Lesson::default),
            debug: setup.debug.then(Debug::default),
            local: Local::default(),
            search_left: None,
            searches: 0,
            spots: Vec::new(),
            drafts_aside: BTreeMap::new(),
            targets: Vec::new(),
            list_moved: None,
            device: Device::default(),
            requests: Requests::default(),
            saves: Saves::default(),
            marks: Marks::default(),
            doubts: Doubts::default(),
            chosen: None,
            login: None,
            was_live: false,
            visited: Vec::new(),
            walked_from: None,
            quit_armed: None,
            title: String::new(),
            pace: Pace::default(),
            typing_told: None,
            setup,
        }
    }

    /// What is to be done first of all: to read what earlier runs kept. Once
    /// that and the loads that follow are answered, the last screen is there;
    /// the connection begins with the answer.
    pub fn start(&mut self) -> Vec<Effect> {
        vec![Effect::Load(Load::Saved)]
    }

    /// What everything is drawn by: as the settings say, or as it would be with
    /// the theme that one is about to choose.
    pub fn dress(&self) -> Dress {
        let mut look = self.settings.look;
        for overlay in &self.overlays {
            if let Overlay::Themes(themes) = overlay {
                look.theme = themes.theme();
            }
        }
        Dress::of(look, self.ground, self.setup.able)
    }

    /// Where the server is, in words: the address that was tried last.
    pub fn address(&self) -> &str {
        let addresses = &self.setup.addresses;
        let at = self.link.tried % addresses.len().max(1);
        addresses.get(at).map_or("the server", String::as_str)
    }

    /// The room that is shown.
    pub fn open_room(&self) -> Option<&Room> {
        self.rooms.get(self.open.as_ref()?)
    }

    pub(super) fn open_room_mut(&mut self) -> Option<&mut Room> {
        self.rooms.get_mut(self.open.as_ref()?)
    }

    /// The rooms in the order of the list: public and private ones by name, then
    /// direct ones; those with something unread before both, if that is wanted.
    pub fn listed(&self) -> impl Iterator<Item = &Room> {
        let mut rooms: Vec<_> = self.rooms.iter().collect();
        // Stable: rooms that stand alike stay in the order of their names.
        rooms.sort_by_key(|(name, room)| {
            let state = self.settings.unread_first.then_some(&room.state);
            let has_none = state.map(|state| (state.mentions == 0, state.unread == 0));
            (has_none, name.is_direct())
        });
        rooms.into_iter().map(|(_, room)| room)
    }

    /// The limits of the server, or the usual ones while it has not said.
    pub fn limits(&self) -> Limits {
        let said = self
            .greeting
            .as_ref()
            .map(|greeting| greeting.limits.clone());
        said.unwrap_or(Limits::DEFAULT)
    }

    /// Whether a name is one's own.
    pub fn is_me(&self, name: &UserName) -> bool {
        self.me
            .name
            .as_ref()
            .is_some_and(|me| me.key() == name.key())
    }

    /// Everything is to be otherwise from now on; nothing else changes.
    pub(super) fn set(&mut self, turn: &mut Turn, settings: Settings) {
        if settings.hints != self.settings.hints {
            self.hints_on = settings.hints;
        }
        if settings.mouse != self.settings.mouse {
            self.take_mouse(turn, settings.mouse);
        }
        self.settings = settings;
        // They may mean something else now, or nothing.
        self.begun = None;
        self.refresh_help();
        self.say(turn, "the configuration is in use as it was saved");
    }

    /// Shows words for a while.
    pub(super) fn say(&mut self, turn: &Turn, text: impl Into<String>) {
        self.note(turn, text.into(), false);
    }

    /// Shows words about something that went wrong.
    pub(super) fn complain(&mut self, turn: &Turn, text: impl Into<String>) {
        self.note(turn, text.into(), true);
    }

    fn note(&mut self, turn: &Turn, text: String, error: bool) {
        const SHOWN: Duration = Duration::from_secs(6);
        const MOST: usize = 4;
        self.notices.retain(|notice| notice.text != text);
        let until = turn.now.mono + SHOWN.mul_f32(if error { 2.0 } else { 1.0 });
        self.notices.push(Notice { text, error, until });
        if self.notices.len() > MOST {
            self.notices.remove(0);
        }
    }
}
