//! What a run has, on a screen and line by line: a state, the world outside, and
//! what has happened and is not yet told to the state.
//!
//! Always holds: nothing is told once another server is to be gone to.

use super::alarm::Alarm;
use super::reach::{Heard, Reach};
use super::switch::begin;
use super::watch::Watch;
use super::{Here, Open};
use crate::core::servers::{Addresses, ServerName};
use crate::core::{Effect, Input, State, update};
use crate::edge::clock::Clock;
use crate::edge::config_file::ConfigFile;
use crate::edge::disk::cache::Cache;
use crate::edge::journal::Journal;
use crate::edge::tls::Trust;
use std::collections::VecDeque;
use std::io;
use std::time::Instant;

/// One run of the program, at whichever server.
pub(super) struct Run {
    pub(super) state: State,
    pub(super) clock: Clock,
    pub(super) open: Open,
    pub(super) config: Option<ConfigFile>,
    pub(super) reach: Reach,
    pub(super) watch: Watch,
    /// What has happened and is not yet told to the core.
    pub(super) inputs: VecDeque<Input>,
    alarm: Alarm,
    /// The core asks to be stopped, or to end.
    pub(super) stop: bool,
    pub(super) quit: Option<u8>,
    /// The core asks to go on at another server.
    pub(super) switch: Option<ServerName>,
}

/// A run that has its state, and nothing of the world outside yet.
pub(super) struct Begun {
    pub(super) state: State,
    pub(super) clock: Clock,
    watch: Watch,
    /// What the core wants once its state was shown.
    later: Vec<Effect>,
    addresses: Addresses,
    trust: Trust,
    cache: Cache,
}

impl Begun {
    /// Begins at a server, with what is amiss already.
    pub(super) fn at(here: Here, notes: Vec<String>, journal: Option<Journal>) -> Self {
        let clock = Clock::start();
        let watch = Watch::begin(journal, &here, &notes, clock.now().wall);
        let (addresses, trust) = (here.addresses.clone(), here.trust.clone());
        let (state, later, cache) = begin(here, notes, &clock);
        Self {
            state,
            clock,
            watch,
            later,
            addresses,
            trust,
            cache,
        }
    }

    /// Reaches out: where its news come out, and what is to be done first.
    pub(super) fn reach_out(
        self,
        open: Open,
        mut config: Option<ConfigFile>,
    ) -> io::Result<(Run, Heard, Vec<Effect>)> {
        let (reach, heard) = Reach::start(self.addresses, self.trust, self.cache)?;
        if let Some(config) = &mut config {
            config.watch();
        }
        let mut run = Run {
            state: self.state,
            clock: self.clock,
            open,
            config,
            reach,
            watch: self.watch,
            inputs: VecDeque::new(),
            alarm: Alarm::default(),
            stop: false,
            quit: None,
            switch: None,
        };
        run.look();
        Ok((run, heard, self.later))
    }
}

impl Run {
    /// What the core is to be told next.
    pub(super) fn next(&mut self) -> Option<Input> {
        match self.switch {
            None => self.inputs.pop_front(),
            Some(_) => None,
        }
    }

    /// Tells the core; what it asks for.
    pub(super) fn tell(&mut self, input: Input) -> Vec<Effect> {
        let now = self.clock.now();
        self.watch.happened(now.wall, &input);
        let effects = update(&mut self.state, input, now);
        self.look();
        effects
    }

    /// What has become of the connection goes into the log.
    pub(super) fn look(&mut self) {
        let (now, link) = (self.clock.now(), &self.state.link);
        let address = self.state.address();
        self.watch.looks(now.wall, now.mono, link, address);
    }

    /// When the core is to be woken though nothing happens.
    pub(super) fn due(&self) -> Option<Instant> {
        self.alarm.due(&self.state, &self.clock)
    }

    /// Whether the core is to be woken now.
    pub(super) fn rings(&mut self, now: Instant) -> bool {
        self.alarm.rings(&self.state, &self.clock, now)
    }
}
