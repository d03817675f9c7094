//! Beginning with a server: with the first one, and with another one while the
//! program runs.
//!
//! Always holds: each server has a state, a cache and a connection of its own;
//! nothing of one is told to another.

use super::effects::Performs as _;
use super::{App, Here, Open, resized};
use crate::core::effect::Effect;
use crate::core::input::DiskInput;
use crate::core::servers::ServerName;
use crate::core::settings::Settings;
use crate::core::{Input, State, update};
use crate::edge::clock::Clock;
use crate::edge::disk;
use crate::edge::disk::cache::Cache;
use crate::edge::terminal;
use std::collections::VecDeque;
use std::io;
use std::time::Instant;
use tokio::sync::mpsc::UnboundedReceiver;

/// The state as it was left; what has to wait until it is drawn.
pub(super) fn begin(here: Here, notes: Vec<String>, clock: &Clock) -> (State, Vec<Effect>, Cache) {
    let Here {
        setup,
        mut cache,
        note,
        ..
    } = here;
    let mut state = State::new(setup, clock.now());
    let mut later = recall(&mut state, clock, &mut cache);
    let trouble = cache.trouble().map(|why| DiskInput::Failed(why.to_owned()));
    let told = note.into_iter().chain(notes).map(Input::Told);
    for input in trouble.map(Input::Disk).into_iter().chain(told) {
        later.extend(update(&mut state, input, clock.now()));
    }
    (state, later, cache)
}

/// What is kept of a server that was chosen by its name; `None` where the
/// configuration has lost it since.
pub(super) fn named(
    open: &Open,
    settings: &Settings,
    name: &ServerName,
) -> Result<Option<Here>, String> {
    let known = settings.servers.named(name.as_str());
    known.map(|known| open(known, settings.clone())).transpose()
}

impl App {
    /// Goes on at another server; what its disk has to say comes out of the
    /// receiver. What can't be opened is told, and nothing else changes.
    pub(super) async fn go_over(
        &mut self,
        name: &ServerName,
    ) -> io::Result<Option<UnboundedReceiver<DiskInput>>> {
        let Some(here) = self.kept_of(name) else {
            return Ok(None);
        };
        self.run
            .watch
            .goes_over(&here, name, self.run.clock.now().wall);
        let (mut state, later, news) = self.run.reach.go_over(here, &self.run.clock).await?;
        state.focused = self.run.state.focused;
        state.debug = self.run.state.debug.take();
        state.lesson = self.run.state.lesson;
        state.ground = self.run.state.ground;
        state.hints_on = self.run.state.hints_on;
        state.mouse_on = self.run.state.mouse_on;
        self.run.state = state;
        self.run.look();
        self.view.forget();
        // What else has come is of the server that was left; keys are for the new one.
        self.run.inputs.retain(is_from_the_person);
        self.pace.at_once(Instant::now());
        self.perform(later);
        Ok(Some(news))
    }
}

pub(super) fn is_from_the_person(input: &Input) -> bool {
    match input {
        Input::Key(_)
        | Input::Line(_)
        | Input::Paste(_)
        | Input::Focus(_)
        | Input::Resize { .. }
        | Input::Mouse(_)
        | Input::Ground(_)
        | Input::Settings(_)
        | Input::Told(_)
        | Input::Local(_)
        | Input::Suspended
        | Input::Resumed
        | Input::Ended { .. } => true,
        Input::Net(_)
        | Input::Disk(_)
        | Input::Transfer { .. }
        | Input::Listed { .. }
        | Input::Wake
        | Input::Edited { .. } => false,
    }
}

/// What the core wants first, answered from the cache here and now; what has
/// to wait until the first frame is drawn.
fn recall(state: &mut State, clock: &Clock, cache: &mut Cache) -> Vec<Effect> {
    let mut later = Vec::new();
    let mut effects = VecDeque::from(update(state, resized(terminal::size()), clock.now()));
    effects.extend(state.start());
    while let Some(effect) = effects.pop_front() {
        match effect {
            Effect::Load(load) => {
                let loaded = Input::Disk(disk::load(cache, load));
                effects.extend(update(state, loaded, clock.now()));
            }
            other => later.push(other),
        }
    }
    later
}
