//! The loop without a screen: lines come in, lines go out.
//!
//! What always holds: no byte that was written is taken back, and none of them
//! steers the terminal; its own line editing is the only one there is. A line
//! waits until it is clear what it is for.

mod perform;

use super::effects::Performs as _;
use super::reach::Heard;
use super::run::{Begun, Run};
use super::wait::{changed, ended_here, next, sleep_until};
use super::{GOODBYE_WAIT, Start};
use crate::core::Input;
use crate::core::desk::Desk;
use crate::core::input::{Key, KeyCode, LocalInput};
use crate::core::keymap::KeyMap;
use crate::core::room::Seen;
use crate::core::settings::Settings;
use crate::edge::crash::Switch;
use crate::edge::editor::Editor;
use crate::edge::lines::{self, Typed};
use crate::edge::signals::{self, Signal, Signals};
use crate::edge::terminal::echo;
use crate::view::lines::Lines;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// At the end of a pipe, what it said may take so long to reach the server.
const DRAIN_WAIT: Duration = Duration::from_secs(10);

/// Runs until the user leaves, or the input ends; the exit code.
pub async fn run(start: Start) -> io::Result<u8> {
    let mut signals = Signals::listen()?;
    let (mut app, mut ends) = LineApp::start(start)?;
    signals::insist()?;
    loop {
        app.say()?;
        let due = app.due();
        let takes = app.takes_line();
        tokio::select! {
            biased;
            signal = signals.next() => app.signalled(signal, &mut signals).await?,
            typed = ends.typed.recv(), if takes => app.typed(typed.unwrap_or(Typed::Closed)),
            Some(news) = ends.outside.disk.recv() => app.run.inputs.push_back(Input::Disk(news)),
            Some((id, news)) = ends.outside.transfers.recv() => {
                app.run.inputs.push_back(Input::Transfer { id, news });
            }
            Some(input) = ends.outside.folders.recv() => app.run.inputs.push_back(input),
            news = next(&mut app.run.reach.connection) => app.heard(news),
            () = changed(&mut app.run.config) => app.configure(),
            said = ended_here(&mut app.run.reach.server) => {
                app.run.reach.server = None;
                app.run.inputs.push_back(Input::Local(LocalInput::Ended(said)));
            }
            text = edited(&mut app.editing) => app.end_edit(text),
            () = sleep_until(due) => app.wake(),
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
        if let Some(code) = app.run.quit.or_else(|| app.drained()) {
            return app.finish(code).await;
        }
    }
}

struct Ends {
    typed: mpsc::Receiver<Typed>,
    outside: Heard,
}

struct LineApp {
    run: Run,
    lines: Lines,
    editing: Option<(Desk, Editor)>,
    /// A person sits there: lines are asked for by a prompt.
    prompts: bool,
    /// The prompt that stands at the end of the output.
    prompt: Option<String>,
    /// The input has ended: by when all of it has to be with the server.
    drain_by: Option<Instant>,
}

impl LineApp {
    fn start(start: Start) -> io::Result<(Self, Ends)> {
        let mut here = start.here;
        let zone = here.setup.zone.0.clone();
        here.setup.lesson = false;
        here.setup.settings = typed(here.setup.settings);
        let begun = Begun::at(here, start.notes, start.journal);
        let (run, outside, later) = begun.reach_out(start.open, start.config)?;
        match Switch::from_env() {
            Some(Switch::Ui) => panic!("asked to panic in the loop"),
            Some(Switch::Thread) => run.reach.disk.panic(),
            Some(Switch::Task) | None => {}
        }
        let mut app = Self {
            run,
            lines: Lines::new(zone),
            editing: None,
            prompts: io::stdin().is_terminal() && io::stdout().is_terminal(),
            prompt: None,
            drain_by: None,
        };
        app.perform(later);
        let ends = Ends {
            typed: lines::listen()?,
            outside,
        };
        Ok((app, ends))
    }

    /// Writes what is new, and asks for the next line.
    fn say(&mut self) -> io::Result<()> {
        if self.editing.is_some() {
            return Ok(());
        }
        let now = self.run.clock.now();
        // Figures that stand are told once it is known how the connection stands.
        let figures = self.run.state.debug.is_some() && self.run.state.takes_line();
        if figures {
            self.run.state.measured(self.run.watch.figures());
            self.lines.tell_figures(&self.run.state, now);
            self.run.state.figures_told();
        }
        let (text, viewport) = self.lines.tell(&self.run.state, now);
        if let Some(viewport) = viewport {
            let seen = Seen {
                room: Some(viewport),
                ..Seen::default()
            };
            let effects = self.run.state.viewed(seen, now);
            self.perform(effects);
        }
        let mut out = String::new();
        if !text.is_empty() {
            out.push_str(if self.prompt.take().is_some() {
                "\n"
            } else {
                ""
            });
            out.push_str(&text);
        }
        let wanted = Some(self.lines.prompt(&self.run.state)).filter(|words| !words.is_empty());
        if self.prompts && wanted != self.prompt {
            out.push_str(if self.prompt.is_some() { "\n" } else { "" });
            out.push_str(wanted.as_deref().unwrap_or_default());
            self.prompt = wanted;
            if self.run.state.hides_line() {
                echo::hide();
            } else {
                echo::show();
            }
        }
        self.write(&out)
    }

    fn write(&mut self, out: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        match stdout
            .write_all(out.as_bytes())
            .and_then(|()| stdout.flush())
        {
            Ok(()) => Ok(()),
            // Whoever listened has enough, or the terminal is gone.
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {
                self.run.quit = Some(0);
                Ok(())
            }
            Err(_) if self.prompts => {
                self.run.quit = Some(129);
                Ok(())
            }
            Err(e) => Err(e),
        }
    }

    fn takes_line(&self) -> bool {
        self.drain_by.is_none() && self.editing.is_none() && self.run.state.takes_line()
    }

    fn typed(&mut self, typed: Typed) {
        // The terminal has ended the prompt's line.
        self.prompt = None;
        match typed {
            Typed::Line(line) => self.run.inputs.push_back(Input::Line(line)),
            Typed::Bad(why) => self.run.inputs.push_back(Input::Told(why)),
            Typed::Closed if self.prompts => self.run.inputs.push_back(Input::Ended { code: 0 }),
            Typed::Closed => self.drain_by = Some(Instant::now() + DRAIN_WAIT),
        }
    }

    /// The exit code, once the input has ended and all of it is dealt with:
    /// 1 if something did not reach the server.
    fn drained(&self) -> Option<u8> {
        let late = self.drain_by? <= Instant::now();
        let done = self.run.state.is_settled();
        (done || late).then(|| u8::from(!done || self.run.state.outbox.unsent() > 0))
    }

    fn due(&self) -> Option<Instant> {
        [self.run.due(), self.drain_by].into_iter().flatten().min()
    }

    fn wake(&mut self) {
        if self.run.rings(Instant::now()) {
            self.run.inputs.push_back(Input::Wake);
        }
    }

    async fn signalled(&mut self, signal: Signal, signals: &mut Signals) -> io::Result<()> {
        match signal {
            Signal::End(130) if self.prompts => {
                let key = Key::ctrl(KeyCode::Char('c'));
                self.run.inputs.push_back(Input::Key(key));
            }
            Signal::End(code) => self.run.inputs.push_back(Input::Ended { code }),
            Signal::Stop => {
                self.run.inputs.push_back(Input::Suspended);
                self.settle();
                self.suspend(signals).await?;
            }
            Signal::Continue => self.prompt = None,
            Signal::Resize => {}
        }
        Ok(())
    }

    async fn suspend(&mut self, signals: &mut Signals) -> io::Result<()> {
        self.run.reach.disk.flusher().flush(GOODBYE_WAIT);
        echo::show();
        signals.stop().await?;
        self.prompt = None;
        self.run.inputs.push_back(Input::Resumed);
        self.settle();
        Ok(())
    }

    async fn finish(mut self, code: u8) -> io::Result<u8> {
        self.editing = None;
        echo::show();
        // However it came to the end: what is gathered is written.
        self.run.inputs.push_back(Input::Ended { code });
        self.settle();
        let (rest, _) = self.lines.tell(&self.run.state, self.run.clock.now());
        let newline = if self.prompt.is_some() { "\n" } else { "" };
        self.write(&format!("{newline}{rest}"))?;
        self.run.reach.finish().await;
        Ok(code)
    }
}

/// The settings where everything is typed: no keys but those of the terminal.
fn typed(settings: Settings) -> Settings {
    Settings {
        keys: KeyMap::typed(),
        ..settings
    }
}

async fn edited(editing: &mut Option<(Desk, Editor)>) -> Result<String, String> {
    match editing {
        Some((_, editor)) => editor.finished().await,
        None => std::future::pending().await,
    }
}
