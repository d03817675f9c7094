//! The connection as data: which phase it is in, since when, when it is
//! doubted and when it is tried again. Knows no socket.

use super::clock::{Entropy, Now};
use chat_proto::Timestamp;
use std::time::Duration;

/// Making a connection takes no longer; a lost SYN is better tried again.
const CONNECT: Duration = Duration::from_secs(5);
/// From the connection to `welcome`, which can be large.
const ENTER: Duration = Duration::from_secs(12);
/// Silence that is doubted while something is unanswered or a person is
/// there. With [`ANSWER`] a dead link is noticed within ten seconds.
const SILENCE_WATCHED: Duration = Duration::from_secs(4);
/// Silence that is doubted otherwise. Servers ping every 30 s, so that a
/// link in order never comes to this; a dead one is noticed within 40 s.
const SILENCE_IDLE: Duration = Duration::from_secs(33);
/// A ping that is not answered within this time is told to the person.
const SLOW: Duration = Duration::from_secs(1);
/// A ping is answered within this time, or the link is dead.
const ANSWER: Duration = Duration::from_secs(5);
/// A person is there for so long after a key.
const WATCHED: Duration = Duration::from_secs(60);
/// The pause before the next address of a server is tried, as long as not all
/// have failed: only so long that not all clients of a node come at once.
const PAUSE_NEXT: Duration = Duration::from_millis(100);
/// The first pause after all addresses have failed; each round more doubles it.
const PAUSE_FIRST: Duration = Duration::from_millis(500);
/// The longest pause while the link is not missed for long: people expect to
/// be back within seconds after the network is.
const PAUSE_SOON: Duration = Duration::from_secs(3);
/// The longest pause later, to spare batteries and servers.
const PAUSE_LATE: Duration = Duration::from_secs(30);
/// Attempts at each address after which "later" begins; about ten minutes.
const ATTEMPTS_SOON: u32 = 150;

/// The connection.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The phase.
    pub phase: Phase,
    /// When it was live last, or the start, by the wall clock: for people.
    pub since: Timestamp,
    /// How many attempts have failed in a row.
    pub attempt: u32,
    /// Why the last connection ended or failed, in words.
    pub why: String,
    /// Addresses that were left behind: the one that is tried comes after so many.
    pub(super) tried: usize,
    /// How many addresses the server has.
    addresses: u32,
    /// When something was heard last.
    pub(super) heard: Duration,
    /// When a ping went out that is not answered.
    pub(super) pinged: Option<Duration>,
    /// The answer to it takes long.
    slow: bool,
    /// When a key was pressed last.
    pub(super) watched: Option<Duration>,
}

/// How the connection stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// Not begun yet.
    Idle,
    /// Being made.
    Connecting {
        /// Since when.
        since: Duration,
    },
    /// Made; the greeting or the reply to `hello` is awaited.
    Entering {
        /// Since when.
        since: Duration,
    },
    /// The person has to choose a name first.
    Asking {
        /// The connection stands meanwhile.
        connected: bool,
    },
    /// Everything is delivered as it happens.
    Live,
    /// There is none; it is tried again.
    Waiting {
        /// When it is tried again.
        until: Duration,
    },
}

/// What time has made necessary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// Nothing yet.
    Nothing,
    /// To ask whether anyone is there.
    Ping,
    /// To say that the answer takes long.
    Doubt,
    /// To give this connection up; why, in words.
    GiveUp(&'static str),
    /// To make a connection.
    Connect,
}

impl Link {
    /// A connection that was not begun.
    pub fn new(now: Now, addresses: usize) -> Self {
        Self {
            phase: Phase::Idle,
            since: now.wall,
            attempt: 0,
            why: String::new(),
            tried: 0,
            addresses: u32::try_from(addresses).unwrap_or(u32::MAX).max(1),
            heard: now.mono,
            pinged: None,
            slow: false,
            watched: None,
        }
    }

    /// Whether everything is delivered as it happens.
    pub fn is_live(&self) -> bool {
        self.phase == Phase::Live
    }

    /// The phase in words; `since` are those for the time since which there is no
    /// connection, and stand before the reason, which may be long. Words of the
    /// server may be among them: not neutralised.
    pub fn words(&self, since: &str) -> String {
        match &self.phase {
            Phase::Idle => "starting".into(),
            Phase::Connecting { .. } if self.attempt == 0 => "connecting".into(),
            Phase::Connecting { .. } => {
                format!("offline since {since}: {}; trying again", self.why)
            }
            Phase::Entering { .. } => "connected, coming in".into(),
            Phase::Asking { .. } => "waiting for your name".into(),
            Phase::Live if self.slow => "online, no answer for a while".into(),
            Phase::Live => "online".into(),
            Phase::Waiting { .. } => format!("offline since {since}: {}", self.why),
        }
    }

    /// Something came in.
    pub(super) fn hear(&mut self, now: Now) {
        self.heard = now.mono;
        self.pinged = None;
        self.slow = false;
    }

    /// A ping went out.
    pub(super) fn ask(&mut self, now: Now) {
        self.pinged = Some(now.mono);
        self.slow = false;
    }

    /// Its answer takes long.
    pub(super) fn doubt(&mut self) {
        self.slow = true;
    }

    /// A key was pressed: somebody is waiting, so a long pause is cut short.
    pub(super) fn watch(&mut self, now: Now) {
        self.watched = Some(now.mono);
        if let Phase::Waiting { until } = &mut self.phase {
            *until = (*until).min(now.mono + PAUSE_SOON);
        }
    }

    /// There is reason to think that somebody is there soon.
    pub(super) fn hurry(&mut self, now: Now) {
        self.attempt = 0;
        if let Phase::Waiting { until } = &mut self.phase {
            *until = (*until).min(now.mono + PAUSE_NEXT);
        }
    }

    /// The connection is gone; the next attempt comes after a pause.
    pub(super) fn lose(&mut self, why: impl Into<String>, now: Now, entropy: &mut Entropy) {
        if self.is_live() {
            self.since = now.wall;
            self.attempt = 0;
        }
        let longest = if self.attempt < ATTEMPTS_SOON.saturating_mul(self.addresses) {
            PAUSE_SOON
        } else {
            PAUSE_LATE
        };
        self.attempt += 1;
        self.tried = self.tried.wrapping_add(1);
        let pause = match self.attempt % self.addresses {
            0 => PAUSE_FIRST
                .saturating_mul(1 << (self.attempt / self.addresses - 1).min(8))
                .min(longest),
            _ => PAUSE_NEXT,
        };
        self.pinged = None;
        self.slow = false;
        let until = now.mono + entropy.jitter(pause);
        self.why = why.into();
        self.phase = Phase::Waiting { until };
    }

    /// The server does not want us: soon is no better than now.
    pub(super) fn be_patient(&mut self) {
        let late = ATTEMPTS_SOON.saturating_mul(self.addresses);
        self.attempt = self.attempt.max(late);
    }

    /// When [`Link::due`] will be something else than nothing, as things stand.
    pub(super) fn deadline(&self, unanswered: bool) -> Option<Duration> {
        match self.phase {
            Phase::Idle | Phase::Asking { .. } => None,
            Phase::Connecting { since } => Some(since + CONNECT),
            Phase::Entering { since } => Some(since + ENTER),
            Phase::Waiting { until } => Some(until),
            Phase::Live => Some(match self.pinged {
                Some(at) if self.slow => at + ANSWER,
                Some(at) => at + SLOW,
                None => self.doubted(unanswered),
            }),
        }
    }

    /// What time has made necessary.
    pub(super) fn due(&self, now: Now, unanswered: bool) -> Due {
        if self.deadline(unanswered).is_none_or(|at| now.mono < at) {
            return Due::Nothing;
        }
        match self.phase {
            Phase::Idle | Phase::Asking { .. } => Due::Nothing,
            Phase::Connecting { .. } => Due::GiveUp("the server can't be reached"),
            Phase::Entering { .. } => Due::GiveUp("the server does not let us in"),
            Phase::Waiting { .. } => Due::Connect,
            Phase::Live if self.slow => Due::GiveUp("no answer from the server"),
            Phase::Live if self.pinged.is_some() => Due::Doubt,
            Phase::Live => Due::Ping,
        }
    }

    /// When the silence begins to be doubted.
    fn doubted(&self, unanswered: bool) -> Duration {
        let soon = self.heard + SILENCE_WATCHED;
        let watched = self.watched.is_some_and(|at| soon < at + WATCHED);
        if unanswered || watched {
            soon
        } else {
            self.heard + SILENCE_IDLE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Now {
        Now {
            wall: Timestamp::from_millis((seconds * 1000.0) as i64),
            mono: Duration::from_secs_f64(seconds),
        }
    }

    fn live(watched: Option<f64>) -> Link {
        let mut link = Link::new(at(0.0), 1);
        link.phase = Phase::Live;
        link.watched = watched.map(Duration::from_secs_f64);
        link
    }

    /// Seconds from the last sign of life to giving up, waking only at deadlines.
    fn noticed(mut link: Link, unanswered: bool) -> f64 {
        loop {
            let mono = link.deadline(unanswered).unwrap();
            match link.due(at(mono.as_secs_f64()), unanswered) {
                Due::Ping => link.ask(at(mono.as_secs_f64())),
                Due::Doubt => link.doubt(),
                Due::GiveUp(_) => return mono.as_secs_f64(),
                Due::Nothing | Due::Connect => panic!("a deadline without a reason"),
            }
        }
    }

    #[test]
    fn a_dead_link_is_noticed_in_10_s_when_it_matters_and_in_40_s_when_idle() {
        assert!(noticed(live(None), true) <= 10.0);
        assert!(noticed(live(Some(0.0)), false) <= 10.0);
        assert!(noticed(live(None), false) <= 40.0);
        assert!(
            noticed(live(None), false) >= 30.0,
            "an idle client does not ping all the time"
        );
        let mut left = live(Some(0.0));
        left.hear(at(59.0));
        assert!(
            noticed(left, false) >= 59.0 + 30.0,
            "whoever was there is gone"
        );
    }

    #[test]
    fn a_ping_is_the_persons_business_only_where_its_answer_takes_long() {
        let mut link = live(Some(0.0));
        let wakes = |link: &Link, now: f64| link.due(at(now), false);
        assert_eq!(wakes(&link, 4.0), Due::Ping);
        link.ask(at(4.0));
        assert_eq!(link.words(""), "online");
        assert_eq!(wakes(&link, 4.9), Due::Nothing);
        assert_eq!(wakes(&link, 5.0), Due::Doubt);
        link.doubt();
        assert_eq!(link.words(""), "online, no answer for a while");
        link.hear(at(6.0));
        assert_eq!(link.words(""), "online");
    }

    #[test]
    fn a_key_after_a_long_silence_asks_at_once() {
        let mut link = live(None);
        link.watch(at(20.0));
        assert_eq!(link.due(at(20.0), false), Due::Ping);
    }

    #[test]
    fn of_several_addresses_the_next_is_tried_at_once_and_all_before_a_pause() {
        let mut entropy = Entropy::new(1);
        let mut link = Link::new(at(0.0), 3);
        link.phase = Phase::Live;
        let mut tried = Vec::new();
        for round in 0..3 {
            for next in 1..=3 {
                link.lose("cut", at(0.0), &mut entropy);
                tried.push(link.tried % 3);
                let pause = link.deadline(false).unwrap();
                let last = next == 3;
                assert_eq!(pause > PAUSE_NEXT, last, "{round} {next}: {pause:?}");
                assert!(pause >= PAUSE_NEXT / 2, "not all clients at one moment");
            }
        }
        assert_eq!(tried, [1, 2, 0, 1, 2, 0, 1, 2, 0]);
    }

    #[test]
    fn pauses_grow_to_a_bound_and_never_agree_between_clients() {
        let (mut link, mut other) = (Link::new(at(0.0), 1), Link::new(at(0.0), 1));
        let (mut mine, mut theirs) = (Entropy::new(1), Entropy::new(2));
        let mut last = Duration::ZERO;
        for round in 0..300 {
            link.lose("cut", at(0.0), &mut mine);
            other.lose("cut", at(0.0), &mut theirs);
            assert_ne!(link.deadline(false), other.deadline(false));
            last = link.deadline(false).unwrap();
            let longest = if round < 100 { PAUSE_SOON } else { PAUSE_LATE };
            assert!(last <= longest && last >= PAUSE_FIRST / 2);
        }
        assert!(last >= PAUSE_LATE / 2);
        link.watch(at(0.0));
        assert!(
            link.deadline(false).unwrap() <= PAUSE_SOON,
            "somebody is waiting"
        );
    }
}
