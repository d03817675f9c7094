//! How often others hear of someone's coming and going: pure, and best effort.
//!
//! Of each person in each room one change is told in [`EVERY`]. What changes
//! sooner waits, and only the outcome is told, if it is another one than what
//! was told last. So a change costs little more than its telling, however
//! often someone flaps.

use crate::store::{RoomId, UserId};
use chat_proto::UserName;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// Between two changes that are told of one person in one room.
pub(super) const EVERY: Duration = Duration::from_secs(5);
/// People in rooms of whom something was told within [`EVERY`]; beyond it
/// changes are shed.
const KEPT: usize = 65_536;

/// What became of someone in a room; `None` where nothing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Change {
    /// They came online, or went offline.
    pub(super) online: Option<bool>,
    /// They came into the room, or left it.
    pub(super) member: Option<bool>,
}

impl Change {
    /// The later one wins.
    fn then(self, later: Self) -> Self {
        Self {
            online: later.online.or(self.online),
            member: later.member.or(self.member),
        }
    }

    /// What of it is another state than that.
    fn unlike(self, told: Self) -> Self {
        Self {
            online: self.online.filter(|online| told.online != Some(*online)),
            member: self.member.filter(|member| told.member != Some(*member)),
        }
    }
}

/// Someone in a room.
pub(super) type Place = (UserId, RoomId);

#[derive(Debug)]
struct Told {
    name: UserName,
    last: Change,
    waiting: Change,
}

/// What was told lately, and what waits.
#[derive(Debug, Default)]
pub(super) struct Pace {
    told: BTreeMap<Place, Told>,
    /// When each of them may be told anew: rising, as all wait equally long.
    due: VecDeque<(Duration, Place)>,
}

impl Pace {
    /// Whether a change that happened at `now` is told at once.
    pub(super) fn offer(
        &mut self,
        place: Place,
        name: &UserName,
        change: Change,
        now: Duration,
    ) -> bool {
        if let Some(told) = self.told.get_mut(&place) {
            told.waiting = told.waiting.then(change);
            told.name = name.clone();
            return false;
        }
        if self.told.len() >= KEPT {
            return false;
        }
        let told = Told {
            name: name.clone(),
            last: change,
            waiting: Change::default(),
        };
        self.told.insert(place, told);
        self.due.push_back((now + EVERY, place));
        true
    }

    /// What waited long enough and is to be told now.
    pub(super) fn take_due(&mut self, now: Duration) -> Vec<(Place, UserName, Change)> {
        let mut tell = Vec::new();
        while let Some((_, place)) = self.due.pop_front_if(|(at, _)| *at <= now) {
            let Some(mut told) = self.told.remove(&place) else {
                continue;
            };
            let news = told.waiting.unlike(told.last);
            if news != Change::default() {
                tell.push((place, told.name.clone(), news));
                told.last = told.last.then(news);
                told.waiting = Change::default();
                self.told.insert(place, told);
                self.due.push_back((now + EVERY, place));
            }
        }
        tell
    }

    /// When to ask for what is due.
    pub(super) fn next_due(&self) -> Option<Duration> {
        self.due.front().map(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Place = (UserId(1), RoomId(1));
    const ON: Change = Change {
        online: Some(true),
        member: None,
    };
    const OFF: Change = Change {
        online: Some(false),
        member: None,
    };

    fn ada() -> UserName {
        UserName::trusted("ada").unwrap()
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn who_flaps_twenty_times_a_second_costs_one_update_in_five_seconds() {
        let mut pace = Pace::default();
        let mut told = Vec::new();
        for beat in 0..1_200 {
            let now = ms(beat * 50);
            let change = if beat % 2 == 0 { ON } else { OFF };
            if pace.offer(ADA, &ada(), change, now) {
                told.push(now);
            }
            told.extend(pace.take_due(now).iter().map(|_| now));
        }
        assert!(told.len() <= 12, "in a minute: {told:?}");
        assert!(told.windows(2).all(|pair| pair[1] - pair[0] >= EVERY));
    }

    #[test]
    fn what_waited_is_told_as_it_came_out_and_only_if_it_is_news() {
        let mut pace = Pace::default();
        assert!(pace.offer(ADA, &ada(), ON, ms(0)), "the first at once");
        assert!(!pace.offer(ADA, &ada(), OFF, ms(10)));
        assert!(!pace.offer(ADA, &ada(), ON, ms(20)));
        assert_eq!(pace.next_due(), Some(EVERY));
        assert_eq!(pace.take_due(EVERY - ms(1)), []);
        assert_eq!(pace.take_due(EVERY), [], "it is as it was told");
        assert_eq!(pace.next_due(), None, "and nothing is kept");

        assert!(pace.offer(ADA, &ada(), ON, ms(0)));
        assert!(!pace.offer(ADA, &ada(), OFF, ms(10)));
        let came = Change {
            online: None,
            member: Some(true),
        };
        assert!(!pace.offer(ADA, &ada(), came, ms(20)));
        let both = Change {
            online: Some(false),
            member: Some(true),
        };
        assert_eq!(pace.take_due(EVERY), [(ADA, ada(), both)], "in one");
        assert!(!pace.offer(ADA, &ada(), ON, EVERY + ms(1)));
        assert_eq!(pace.take_due(EVERY + EVERY), [(ADA, ada(), ON)]);
    }

    #[test]
    fn people_and_rooms_do_not_wait_for_each_other() {
        let mut pace = Pace::default();
        for place in [(1, 1), (1, 2), (2, 1)] {
            let place = (UserId(place.0), RoomId(place.1));
            assert!(pace.offer(place, &ada(), ON, ms(0)));
        }
    }

    #[test]
    fn so_many_are_kept_and_the_rest_is_shed() {
        let mut pace = Pace::default();
        for user in 0..KEPT as i64 {
            assert!(pace.offer((UserId(user), RoomId(1)), &ada(), ON, ms(0)));
        }
        assert!(!pace.offer((UserId(-1), RoomId(1)), &ada(), ON, ms(0)));
        assert_eq!(pace.take_due(EVERY).len(), 0);
        assert!(pace.offer((UserId(-1), RoomId(1)), &ada(), ON, EVERY));
    }
}
