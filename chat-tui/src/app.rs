//! The loop: wait for one thing, take what else is ready, update, run the
//! effects, draw once.
//!
//! What always holds: the first frame comes from the cache, before any thread
//! or socket; a key is drawn at once, what arrives at the rate of `pace`;
//! while nothing happens, nothing runs.

mod alarm;
mod effects;
mod lend;
pub mod lines;
mod pace;
mod perform;
mod reach;
mod run;
mod start;
mod switch;
mod wait;
mod watch;

use crate::core::input::{DiskInput, LocalInput};
use crate::core::room::Seen;
use crate::core::transfers::TransferNews;
use crate::core::{Effect, Input, State};
use crate::edge::clock::Clock;
use crate::edge::config_file::ConfigFile;
use crate::edge::crash::Switch;
use crate::edge::input::{self, Burst, Flood};
use crate::edge::net::News;
use crate::edge::notify;
use crate::edge::signals::{self, Signal, Signals};
use crate::edge::terminal::{self, Claimed, Modes, Screen};
use crate::view::View;
use effects::Performs as _;
use lend::Editing;
use pace::Pace;
use reach::Heard;
use run::{Begun, Run};
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use wait::{changed, ended_here, next, sleep_until};

pub use start::{Here, Open, Start};

/// So long may arrivals be taken in before keys and the screen have their turn.
const BATCH_TIME: Duration = Duration::from_millis(2);
/// How long the end may wait for the disk, and for the server's goodbye.
const FINISH_WAIT: Duration = Duration::from_secs(10);
const GOODBYE_WAIT: Duration = Duration::from_millis(100);

/// Runs until the user leaves; the exit code.
pub async fn run(start: Start) -> io::Result<u8> {
    let mut signals = Signals::listen()?;
    let (mut app, mut ends) = App::start(start)?;
    signals::insist()?;
    if let Some(switch) = Switch::from_env() {
        app.fall(switch);
    }
    loop {
        app.draw_if_due()?;
        let due = app.due();
        let happened = tokio::select! {
            biased;
            signal = signals.next() => Happened::Signal(signal),
            burst = ends.keys.recv() => Happened::Keys(burst.unwrap_or(Burst::Closed)),
            Some(news) = ends.outside.disk.recv() => Happened::Disk(news),
            Some((id, news)) = ends.outside.transfers.recv() => Happened::Transfer(id, news),
            Some(listed) = ends.outside.folders.recv() => Happened::Listed(listed),
            news = next(&mut app.run.reach.connection) => Happened::Net(news),
            () = changed(&mut app.run.config) => Happened::Saved,
            said = ended_here(&mut app.run.reach.server) => Happened::ServerEnded(said),
            text = lend::finished(&mut app.editing) => Happened::Edited(text),
            () = sleep_until(due) => Happened::Nothing,
        };
        match happened {
            Happened::Signal(signal) => app.signalled(signal, &mut signals).await?,
            Happened::Keys(burst) => app.keys(burst, &mut ends.keys),
            Happened::Disk(news) => {
                app.arrived(Input::Disk(news));
                while let Ok(news) = ends.outside.disk.try_recv() {
                    app.arrived(Input::Disk(news));
                }
            }
            Happened::Transfer(id, news) => app.arrived(Input::Transfer { id, news }),
            Happened::Listed(input) => app.arrived(input),
            Happened::Net(news) => app.heard(news),
            Happened::Saved => app.configure(),
            Happened::Edited(text) => app.edited(text)?,
            Happened::ServerEnded(said) => {
                app.run.reach.server = None;
                app.arrived(Input::Local(LocalInput::Ended(said)));
            }
            Happened::Nothing => app.wake(),
        }
        app.settle();
        while let Some(name) = app.run.switch.take() {
            if let Some(news) = app.go_over(&name).await? {
                ends.outside.disk = news;
            }
            app.settle();
        }
        if std::mem::take(&mut app.run.stop) {
            app.suspend(&mut signals).await?;
        }
        if let Some(code) = app.run.quit {
            app.finish().await;
            return Ok(code);
        }
    }
}

enum Happened {
    Signal(Signal),
    Keys(Burst),
    Disk(DiskInput),
    Transfer(u64, TransferNews),
    /// A folder was read.
    Listed(Input),
    Net(News),
    /// The configuration, perhaps.
    Saved,
    /// By the person's editor, which has ended.
    Edited(Result<String, String>),
    /// The server that was started on this machine has; what it said last.
    ServerEnded(String),
    Nothing,
}

/// Where keys and the disk's answers come out.
struct Ends {
    keys: mpsc::Receiver<Burst>,
    outside: Heard,
}

struct App {
    run: Run,
    view: View,
    claimed: Claimed,
    screen: Screen,
    /// How this terminal tells a person something.
    told_by: notify::Terminal,
    /// What is written once the first lesson was understood.
    taught: Option<PathBuf>,
    /// Who has the terminal, while it is not ours.
    editing: Option<Editing>,
    flood: Flood,
    pace: Pace,
}

impl App {
    /// Draws the first frame from the cache, then starts all else.
    fn start(start: Start) -> io::Result<(Self, Ends)> {
        let mut view = start.view;
        let mut begun = Begun::at(start.here, start.notes, start.journal);
        let claimed = Claimed::claim(modes(&begun.state))?;
        let mut screen = terminal::screen();
        screen.forget()?;
        let viewed = paint(&mut screen, &mut begun.state, &begun.clock, &mut view)?;
        let (run, outside, later) = begun.reach_out(start.open, start.config)?;
        let ends = Ends {
            keys: input::listen()?,
            outside,
        };
        let mut app = Self {
            run,
            view,
            claimed,
            screen,
            told_by: notify::Terminal::of(|name| std::env::var(name).ok()),
            taught: start.taught,
            editing: None,
            flood: Flood::default(),
            pace: Pace::begun(Instant::now()),
        };
        app.perform(later);
        app.perform(viewed);
        app.ask_ground();
        Ok((app, ends))
    }

    fn keys(&mut self, burst: Burst, keys: &mut mpsc::Receiver<Burst>) {
        self.pace.at_once(Instant::now());
        let mut next = Some(burst);
        while let Some(burst) = next {
            match burst {
                Burst::Inputs(inputs) => {
                    let back = inputs.contains(&Input::Focus(true));
                    if back {
                        // Those that don't say so by themselves may have changed.
                        self.ask_ground();
                    }
                    let due = |file: &ConfigFile| back || file.is_due(Instant::now());
                    if self.run.config.as_ref().is_some_and(due) {
                        self.configure();
                    }
                    let gathered = self.flood.gather(inputs, Instant::now());
                    self.run.inputs.extend(gathered);
                }
                // The terminal is gone: as if the line was hung up.
                Burst::Closed => {
                    self.run.inputs.extend(self.flood.release());
                    return self.run.inputs.push_back(Input::Ended { code: 129 });
                }
            }
            next = keys.try_recv().ok();
        }
    }

    fn wake(&mut self) {
        let now = Instant::now();
        if self.flood.due().is_some_and(|due| due <= now) {
            self.run.inputs.extend(self.flood.release());
            self.pace.at_once(now);
        }
        if self.run.rings(now) {
            self.run.inputs.push_back(Input::Wake);
            self.pace.soon(now);
        }
    }

    /// When something is to be done though nothing happens.
    fn due(&self) -> Option<Instant> {
        [self.run.due(), self.pace.due(), self.flood.due()]
            .into_iter()
            .flatten()
            .min()
    }

    fn draw_if_due(&mut self) -> io::Result<()> {
        if !self.pace.take(Instant::now()) {
            return Ok(());
        }
        if self.editing.is_some() {
            // What nobody can see is not drawn: it would count as read.
            return Ok(());
        }
        if self.run.state.debug.is_some() {
            self.run.state.measured(self.run.watch.figures());
        }
        let begun = Instant::now();
        let effects = paint(
            &mut self.screen,
            &mut self.run.state,
            &self.run.clock,
            &mut self.view,
        )?;
        self.run.watch.meter.drew(begun.elapsed());
        self.perform(effects);
        Ok(())
    }

    /// Gives the terminal back first: nobody should wait for the rest.
    async fn finish(mut self) {
        self.stop_editor();
        drop(self.claimed);
        self.run.reach.finish().await;
    }

    /// The hidden switch.
    fn fall(&self, switch: Switch) {
        match switch {
            // With the words of a person in it, as those of libraries may have.
            Switch::Ui => {
                let begun = self.run.state.open_room().map(|room| room.composer.text());
                panic!("asked to panic in the loop over {begun:?}")
            }
            Switch::Thread => self.run.reach.disk.panic(),
            Switch::Task => drop(tokio::spawn(async { panic!("asked to panic in a task") })),
        }
    }
}

fn paint(
    screen: &mut Screen,
    state: &mut State,
    clock: &Clock,
    view: &mut View,
) -> io::Result<Vec<Effect>> {
    let mut seen = Seen::default();
    screen.draw(|buffer| {
        let drawn = view.draw(buffer, state, clock.now());
        seen = drawn.seen;
        drawn.cursor
    })?;
    Ok(state.viewed(seen, clock.now()))
}

fn modes(state: &State) -> Modes {
    Modes {
        mouse: state.mouse_on,
    }
}

fn resized(size: ratatui::layout::Size) -> Input {
    Input::Resize {
        width: size.width,
        height: size.height,
    }
}
