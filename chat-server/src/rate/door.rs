//! Those who are not in yet, counted by address and by account.
//!
//! Bounded: so many are told apart, and those beyond share one meter, so that
//! a flood from everywhere slows newcomers down and takes no memory.

use super::{Meter, Pace, Rates, refusal};
use chat_proto::{ErrorReply, Rate, UserName};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Addresses, and accounts, that are told apart.
const TOLD_APART: usize = 16_384;
/// With fewer there is nothing to gain by forgetting any.
const KEPT: usize = 1024;
/// Between two looks for those that can be forgotten.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Passwords tried on one account, from wherever: ten, and then one in ten seconds.
const ACCOUNT: Pace = Pace {
    each: Duration::from_secs(10),
    burst: 10,
};

/// What is counted by address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Door {
    /// New guests.
    Hello,
    /// Passwords: those that do not fit, and those that are new.
    Password,
}

impl Door {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Hello, Self::Password];

    /// As the greeting calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hello => "hello",
            Self::Password => "password",
        }
    }

    /// In the words of a refusal: "more than 5 … a second".
    fn words(self) -> &'static str {
        match self {
            Self::Hello => "new guests",
            Self::Password => "passwords",
        }
    }

    /// A whole office may come in at once behind one address.
    pub(super) fn usual(self) -> Rate {
        let (per_s, burst) = match self {
            Self::Hello => (10, 200),
            Self::Password => (2, 30),
        };
        Rate { per_s, burst }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Doors {
    rates: Rates,
    addresses: Mutex<Crowd<(Door, IpAddr)>>,
    accounts: Mutex<Crowd<String>>,
}

impl Doors {
    /// Nobody has come yet.
    pub fn new(rates: Rates) -> Self {
        Self {
            rates,
            addresses: Mutex::default(),
            accounts: Mutex::default(),
        }
    }

    /// Counts one more from this address at `now`.
    pub fn knock(&self, door: Door, from: IpAddr, now: Duration) -> Result<(), ErrorReply> {
        let rate = self.rates.at(door);
        lock(&self.addresses)
            .take((door, network(from)), rate.into(), now)
            .map_err(|wait| {
                let (per_s, words) = (rate.per_s, door.words());
                refusal(
                    &format!("more than {per_s} {words} a second from your address"),
                    wait,
                )
            })
    }

    /// Counts one more password that is tried, whether there is an account with
    /// this name or not.
    pub fn try_password(
        &self,
        name: &UserName,
        from: IpAddr,
        now: Duration,
    ) -> Result<(), ErrorReply> {
        self.knock(Door::Password, from, now)?;
        lock(&self.accounts)
            .take(name.key().to_string(), self.pace(), now)
            .map_err(|wait| {
                self.step_back(from);
                refusal("too many passwords were tried on this account", wait)
            })
    }

    /// The password that was tried fitted, or was not looked at.
    pub fn forget_password(&self, name: &UserName, from: IpAddr) {
        self.step_back(from);
        lock(&self.accounts).give_back(&name.key().to_string(), self.pace());
    }

    fn step_back(&self, from: IpAddr) {
        let key = (Door::Password, network(from));
        lock(&self.addresses).give_back(&key, self.rates.at(Door::Password).into());
    }

    fn pace(&self) -> Pace {
        match self.rates {
            Rates::On => ACCOUNT,
            Rates::Off => Pace {
                each: Duration::ZERO,
                ..ACCOUNT
            },
        }
    }
}

/// Who has an IPv6 address has at least 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A meter for each of many.
#[derive(Debug)]
pub(super) struct Crowd<K> {
    meters: BTreeMap<K, Meter>,
    /// Of those who can't be told apart any more.
    rest: Meter,
    looked: Duration,
}

impl<K> Default for Crowd<K> {
    fn default() -> Self {
        Self {
            meters: BTreeMap::new(),
            rest: Meter::default(),
            looked: Duration::ZERO,
        }
    }
}

impl<K: Ord> Crowd<K> {
    pub(super) fn take(&mut self, key: K, pace: Pace, now: Duration) -> Result<(), Duration> {
        if pace.each.is_zero() {
            return Ok(());
        }
        if self.meters.len() >= KEPT && now >= self.looked + LOOK_EVERY {
            self.meters.retain(|_, meter| !meter.is_empty(now));
            self.looked = now;
        }
        let known = self.meters.len() < TOLD_APART || self.meters.contains_key(&key);
        let meter = if known {
            self.meters.entry(key).or_default()
        } else {
            &mut self.rest
        };
        meter.take(pace, now)
    }

    /// To one who is not told apart nothing is given back.
    fn give_back(&mut self, key: &K, pace: Pace) {
        if let Some(meter) = self.meters.get_mut(key) {
            meter.give_back(pace);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const NOW: Duration = Duration::from_secs(100);

    fn v4(number: u32) -> IpAddr {
        Ipv4Addr::from_bits(number).into()
    }

    #[test]
    fn addresses_and_doors_are_counted_apart() {
        let doors = Doors::new(Rates::On);
        let burst = Rates::On.at(Door::Password).burst;
        for _ in 0..burst {
            assert_eq!(doors.knock(Door::Password, v4(1), NOW), Ok(()));
        }
        let refused = doors.knock(Door::Password, v4(1), NOW).unwrap_err();
        assert_eq!(refused.code, chat_proto::ErrorCode::RateLimited);
        assert!(refused.retry_after_ms > Some(0));
        assert_eq!(doors.knock(Door::Password, v4(2), NOW), Ok(()));
        assert_eq!(doors.knock(Door::Hello, v4(1), NOW), Ok(()));
    }

    #[test]
    fn an_account_is_counted_from_wherever_it_is_tried() {
        let doors = Doors::new(Rates::On);
        let name = |text| UserName::trusted(text).unwrap();
        for n in 0..ACCOUNT.burst {
            let ada = name(["ada", "ADA"][n as usize % 2]);
            assert_eq!(doors.try_password(&ada, v4(n), NOW), Ok(()));
        }
        let refused = doors.try_password(&name("Ada"), v4(0), NOW).unwrap_err();
        assert_eq!(refused.retry_after_ms, Some(10_000));
        assert_eq!(doors.try_password(&name("bob"), v4(0), NOW), Ok(()));
        let off = Doors::new(Rates::Off);
        assert!((0..1000).all(|_| off.try_password(&name("ada"), v4(0), NOW).is_ok()));
    }

    #[test]
    fn passwords_that_fit_do_not_count_nor_do_those_refused_for_the_account() {
        let doors = Doors::new(Rates::On);
        let ada = UserName::trusted("ada").unwrap();
        for _ in 0..1000 {
            assert_eq!(doors.try_password(&ada, v4(1), NOW), Ok(()));
            doors.forget_password(&ada, v4(1));
        }
        for _ in 0..1000 {
            let _ = doors.try_password(&ada, v4(1), NOW);
        }
        assert_eq!(doors.knock(Door::Password, v4(1), NOW), Ok(()));
    }

    #[test]
    fn a_network_is_one_whatever_its_hosts_call_themselves() {
        let same = |one: &str, other: &str| {
            network(one.parse().unwrap()) == network(other.parse().unwrap())
        };
        assert!(same("2001:db8:1:2:3::4", "2001:db8:1:2:ffff::1"));
        assert!(!same("2001:db8:1:2::1", "2001:db8:1:3::1"));
        assert!(same("::ffff:192.0.2.1", "192.0.2.1"));
        assert!(!same("192.0.2.1", "192.0.2.2"));
    }

    #[test]
    fn a_flood_from_everywhere_takes_no_more_memory_and_is_slowed_down() {
        let mut crowd = Crowd::default();
        let pace = Pace {
            each: Duration::from_secs(60),
            burst: 1,
        };
        let passed = (0..3 * TOLD_APART)
            .filter(|stranger| crowd.take(*stranger, pace, NOW).is_ok())
            .count();
        assert_eq!(crowd.meters.len(), TOLD_APART);
        assert_eq!(passed, TOLD_APART + 1, "the rest share one meter");
        let later = NOW + pace.each;
        assert_eq!(crowd.take(usize::MAX, pace, later), Ok(()));
        assert_eq!(crowd.meters.len(), 1, "who had long enough is forgotten");
    }
}
