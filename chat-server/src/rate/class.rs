//! Which requests share a rate, and what the rates are.

use super::{Door, caller};
use chat_proto::{Rate, Request};
use std::collections::BTreeMap;

/// Requests that are counted together, by person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// `send`.
    Send,
    /// `edit`, `delete`, `react`, `pin`.
    Edit,
    /// `join`, `create`, `direct`, `leave`.
    Join,
    /// What is done to a room and to those in it.
    Moderate,
    /// Pages: `history`, `rooms`, `members`, `hooks`.
    History,
    /// `search`.
    Search,
    /// `read`.
    Read,
    /// `typing`.
    Typing,
    /// What needs nobody's place in a room: `ping`, `help`, `logout`. Before
    /// `hello` a connection has a meter of its own for it.
    Other,
}

impl Class {
    /// Every class, as they are numbered.
    pub const ALL: [Self; 9] = [
        Self::Send,
        Self::Edit,
        Self::Join,
        Self::Moderate,
        Self::History,
        Self::Search,
        Self::Read,
        Self::Typing,
        Self::Other,
    ];

    /// How a request is counted; `None` for those that are counted at the door,
    /// by address.
    pub fn of(request: &Request) -> Option<Self> {
        match request {
            Request::Send(_) => Some(Self::Send),
            Request::Edit(_) | Request::Delete(_) | Request::React(_) | Request::Pin(_) => {
                Some(Self::Edit)
            }
            Request::Join(_) | Request::Create(_) | Request::Direct(_) | Request::Leave(_) => {
                Some(Self::Join)
            }
            Request::SetTopic(_)
            | Request::Invite(_)
            | Request::Kick(_)
            | Request::Ban(_)
            | Request::Unban(_)
            | Request::Mute(_)
            | Request::Unmute(_)
            | Request::SetRole(_)
            | Request::Settings(_)
            | Request::MakeHook(_)
            | Request::Unhook(_) => Some(Self::Moderate),
            Request::GetHistory(_)
            | Request::Rooms(_)
            | Request::Members(_)
            | Request::ListHooks(_) => Some(Self::History),
            Request::Search(_) => Some(Self::Search),
            Request::Read(_) => Some(Self::Read),
            Request::Typing(_) => Some(Self::Typing),
            Request::Ping(_) | Request::GetHelp(_) | Request::Logout(_) => Some(Self::Other),
            Request::Hello(_) | Request::Register(_) | Request::ChangePassword(_) => None,
        }
    }

    /// As the greeting calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Edit => "edit",
            Self::Join => "join",
            Self::Moderate => "moderate",
            Self::History => "history",
            Self::Search => "search",
            Self::Read => "read",
            Self::Typing => "typing",
            Self::Other => "other",
        }
    }

    /// In the words of a refusal: "more than 5 … a second".
    pub fn words(self) -> &'static str {
        match self {
            Self::Send => "messages",
            Self::Edit => "changes to messages",
            Self::Join => "rooms joined, made or left",
            Self::Moderate => "changes to rooms and their members",
            Self::History => "pages",
            Self::Search => "searches",
            Self::Read => "markers moved",
            Self::Typing => "signs of typing",
            Self::Other => "pings and requests for help",
        }
    }

    /// Far above what people and their clients do, far below what hurts.
    fn usual(self) -> Rate {
        let (per_s, burst) = match self {
            Self::Send => (10, 50),
            Self::Edit | Self::Moderate => (5, 50),
            Self::Join | Self::Read => (10, 100),
            Self::History => (30, 150),
            Self::Search => (5, 30),
            Self::Typing => (5, 20),
            Self::Other => (20, 200),
        };
        Rate { per_s, burst }
    }
}

/// The rates in force; all are on, or all are off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rates {
    /// As usual.
    On,
    /// None, for load tests.
    Off,
}

impl Rates {
    /// How often a person may do this.
    pub fn of(self, class: Class) -> Rate {
        self.unless_off(class.usual())
    }

    /// How often this may be done from one address.
    pub fn at(self, door: Door) -> Rate {
        self.unless_off(door.usual())
    }

    /// As the greeting states them.
    pub fn stated(self) -> BTreeMap<String, Rate> {
        let classes = Class::ALL.map(|class| (class.name(), self.of(class)));
        let doors = Door::ALL.map(|door| (door.name(), self.at(door)));
        let callers = caller::STATED.map(|(name, rate)| (name, self.unless_off(rate)));
        classes
            .into_iter()
            .chain(doors)
            .chain(callers)
            .map(|(name, rate)| (name.to_owned(), rate))
            .collect()
    }

    pub(super) fn unless_off(self, rate: Rate) -> Rate {
        match self {
            Self::On => rate,
            Self::Off => Rate { per_s: 0, burst: 0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rates_are_stated_and_all_can_be_off() {
        for rates in [Rates::On, Rates::Off] {
            let stated = rates.stated();
            assert_eq!(
                stated.len(),
                Class::ALL.len() + Door::ALL.len() + caller::STATED.len()
            );
            for (name, rate) in stated {
                assert_eq!(rate.per_s > 0, rates == Rates::On, "{name}");
                assert!(rate.burst >= rate.per_s, "{name}");
            }
        }
    }

    #[test]
    fn classes_are_numbered_as_they_are_listed() {
        for (number, class) in Class::ALL.into_iter().enumerate() {
            assert_eq!(class as usize, number);
        }
    }
}
