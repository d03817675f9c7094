//! Telling a person who looks elsewhere: what is worth it, and how often.
//!
//! Pure. What always holds: nobody is told of what stands before their eyes,
//! nor twice of the same message; of a flood, only of its beginning; and after
//! an absence, once.

use super::act::Said;
use super::effect::{Effect, Store};
use super::room::Room;
use super::state::{State, Turn};
use super::words::Words;
use chat_proto::{Event, RoomName, RoomRef};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// So many notifications in `WITHIN`; what comes beyond is not told.
const MOST: usize = 3;
const WITHIN: Duration = Duration::from_secs(10);
/// Characters of a message that are told.
const BODY_CHARS: usize = 160;

/// What of a room is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Every message.
    All,
    /// What names one, and what is said to one alone.
    #[default]
    Mentions,
    /// Nothing.
    None,
}

/// A way to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// The bell.
    Bell,
    /// OSC 9, of iTerm2 and others.
    Osc9,
    /// OSC 777, of urxvt and others.
    Osc777,
    /// OSC 99, of kitty.
    Osc99,
}

/// What to tell; holds words of others: not neutralised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Who, and where.
    pub title: String,
    /// What was said; empty if that is nobody else's business.
    pub body: String,
}

/// When it was told last.
#[derive(Debug, Clone, Default)]
pub(super) struct Pace(VecDeque<Duration>);

/// What waits for one in a room: messages that are worth telling.
pub(super) type Waiting = BTreeMap<RoomName, u32>;

impl Level {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::All, Self::Mentions, Self::None];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Mentions => "mentions",
            Self::None => "none",
        }
    }

    /// The one that is written so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

impl Pace {
    /// Whether one may be told now; then it counts as told.
    fn allows(&mut self, now: Duration) -> bool {
        while self.0.front().is_some_and(|at| now >= *at + WITHIN) {
            self.0.pop_front();
        }
        let allows = self.0.len() < MOST;
        if allows {
            self.0.push_back(now);
        }
        allows
    }
}

impl State {
    /// What of a room is told: as it was said for it here, else as usual.
    pub fn level(&self, room: &RoomName) -> Level {
        let own = self.habits.levels.get(room.as_str()).copied();
        own.unwrap_or_else(|| self.usual_level(room))
    }

    /// What of a room is told by the settings: as they say for it, else as for all.
    fn usual_level(&self, room: &RoomName) -> Level {
        let me = self.me.name.as_ref();
        let is_it = |place: &RoomRef| match place {
            RoomRef::Named(name) => name == room,
            RoomRef::With(other) => {
                me.is_some_and(|me| RoomName::direct(me, other).as_ref() == Ok(room))
            }
        };
        let levels = self.settings.levels.iter().rev();
        let own = levels.clone().find(|(place, _)| is_it(place));
        own.map_or(self.settings.level, |(_, level)| *level)
    }

    /// A message came that is news, and is not before one's eyes.
    pub(super) fn notify(&mut self, turn: &mut Turn, event: &Event, names_me: bool) {
        let Some(message) = event.body.message() else {
            return;
        };
        let alone = event.room.is_direct();
        let wanted = match self.level(&event.room) {
            Level::All => true,
            Level::Mentions => names_me || alone,
            Level::None => false,
        };
        if !wanted || self.settings.means == Some(None) || !self.pace.allows(turn.now.mono) {
            return;
        }
        let author = &event.author;
        let title = if alone {
            author.to_string()
        } else {
            format!("{author} in #{}", event.room)
        };
        let text = message.text.as_deref().unwrap_or_default();
        let body = match self.settings.bodies {
            true => text.chars().take(BODY_CHARS).collect(),
            false => String::new(),
        };
        turn.effects.push(Effect::Notify(Told { title, body }));
    }

    /// What waits to be read now.
    pub(super) fn waiting(&self) -> Waiting {
        let waits = |room: &Room| (room.name().clone(), self.worth(room));
        self.rooms.values().map(waits).collect()
    }

    /// How many messages of a room wait that are worth telling.
    pub(super) fn worth(&self, room: &Room) -> u32 {
        match self.level(room.name()) {
            _ if room.gone => 0,
            Level::All => room.state.unread,
            Level::Mentions if room.name().is_direct() => room.state.unread,
            Level::Mentions => room.state.mentions,
            Level::None => 0,
        }
    }

    /// One is back: of what has come meanwhile one is told once, all together.
    pub(super) fn notify_of_absence(&mut self, turn: &mut Turn, before: &Waiting) {
        let here = self.open.clone().filter(|_| self.focused);
        let came = |(name, now): (&RoomName, &u32)| {
            let more = now.saturating_sub(before.get(name).copied().unwrap_or(0));
            (more > 0 && here.as_ref() != Some(name)).then_some(more)
        };
        let came: Vec<u32> = self.waiting().iter().filter_map(came).collect();
        let (rooms, all) = (came.len(), came.iter().sum::<u32>());
        if all == 0 || self.settings.means == Some(None) || !self.pace.allows(turn.now.mono) {
            return;
        }
        let (messages, places) = (plural(all, "message"), plural(rooms as u32, "room"));
        turn.effects.push(Effect::Notify(Told {
            title: "while you were away".to_owned(),
            body: format!("{messages} for you in {places}"),
        }));
    }

    /// What of the open room is told is to be as it was said.
    pub(super) fn set_level(&mut self, turn: &mut Turn, said: Said) {
        let (Words::Level(level), Some(room)) = (said.words, self.open.clone()) else {
            return;
        };
        self.keep_level(turn, &room, level);
    }

    /// Nothing of the open room is told any more; or again, if nothing was.
    pub(super) fn mute_room(&mut self, turn: &mut Turn) {
        let Some(room) = self.open.clone() else {
            return self.complain(turn, "no room is open");
        };
        let level = match (self.level(&room), self.usual_level(&room)) {
            (Level::None, Level::None) => Some(Level::Mentions),
            (Level::None, _) => None,
            (Level::All | Level::Mentions, _) => Some(Level::None),
        };
        self.keep_level(turn, &room, level);
    }

    /// `None`: as usual.
    fn keep_level(&mut self, turn: &mut Turn, room: &RoomName, level: Option<Level>) {
        match level {
            Some(level) => self.habits.levels.insert(room.as_str().into(), level),
            None => self.habits.levels.remove(room.as_str()),
        };
        turn.store(Store::Habits(self.habits.clone()));
        let words = match self.level(room) {
            Level::All => "every message notifies you",
            Level::Mentions => "what names you notifies you",
            Level::None => "nothing notifies you",
        };
        let usual = level.map_or(", as usual", |_| "");
        self.say(turn, format!("in {room}, {words}{usual}"));
    }
}

fn plural(count: u32, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {what}{s}")
}
