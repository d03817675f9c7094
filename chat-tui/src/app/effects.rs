//! Between a run and its core: telling it what happened, and carrying out what
//! it asks for. What is about the server and what is kept of it is the same for
//! every run; what is about the person's terminal is done as each kind can.

use super::run::Run;
use super::switch::named;
use super::{BATCH_TIME, Here};
use crate::core::desk::Desk;
use crate::core::look::ThemeName;
use crate::core::notify::Told;
use crate::core::servers::ServerName;
use crate::core::settings::Settings;
use crate::core::{Effect, Input};
use crate::edge::config_file::ConfigFile;
use crate::edge::net::{Connection, News};
use std::time::Instant;

/// What each kind of run does in its own way.
pub(super) trait Performs {
    /// What every run has.
    fn run(&mut self) -> &mut Run;
    /// Something has come that the core is to hear.
    fn arrived(&mut self, input: Input);
    /// The settings, as they can be followed here.
    fn fitting(&self, settings: Settings) -> Settings;
    /// The window is to be called so.
    fn title(&mut self, title: &str);
    /// The person is to be told though they look elsewhere.
    fn notify(&mut self, told: &Told);
    /// A text is to be had elsewhere.
    fn copy(&mut self, text: &str);
    /// A link is to be opened.
    fn open(&mut self, link: &str);
    /// The theme is to be worn after the next start too.
    fn keep_theme(&mut self, theme: Option<ThemeName>);
    /// Whether the mouse is ours.
    fn mouse(&mut self, on: bool);
    /// All is to be drawn anew.
    fn redraw(&mut self);
    /// The first lesson was understood.
    fn understood(&mut self);
    /// The text of a desk is to be written in the person's editor.
    fn edit(&mut self, desk: Desk, text: &str);

    /// Tells the core all that happened.
    fn settle(&mut self) {
        while let Some(input) = self.run().next() {
            let ended = match input {
                Input::Ended { code } => Some(code),
                _ => None,
            };
            let effects = self.run().tell(input);
            self.perform(effects);
            // Whatever the core makes of it, the end is not up for discussion.
            let run = self.run();
            run.quit = run.quit.or(ended);
        }
    }

    /// Takes what the connection has ready, for a moment.
    fn heard(&mut self, news: News) {
        let until = Instant::now() + BATCH_TIME;
        let mut next = Some(news);
        while let Some(news) = next {
            let over = news.input.is_over();
            let run = self.run();
            run.watch.came(run.clock.now().wall, &news);
            self.arrived(Input::Net(news.input));
            // What the core does now may be to connect again; news of a new
            // connection must not be taken for that of the old one.
            self.settle();
            let run = self.run();
            if over || run.switch.is_some() || Instant::now() >= until {
                return;
            }
            next = run.reach.connection.as_mut().and_then(Connection::ready);
        }
    }

    /// Looks whether the configuration is another one, and does as it says.
    fn configure(&mut self) {
        match self.run().config.as_mut().and_then(ConfigFile::look) {
            None => {}
            Some(Ok(settings)) => {
                let settings = Box::new(self.fitting(settings));
                self.arrived(Input::Settings(settings));
            }
            Some(Err(words)) => {
                for words in words {
                    self.arrived(Input::Told(words));
                }
            }
        }
    }

    /// What is kept of the server of that name; what can't be opened is told.
    fn kept_of(&mut self, name: &ServerName) -> Option<Here> {
        let run = self.run();
        match named(&run.open, &run.state.settings, name) {
            Ok(here) => here,
            Err(why) => {
                self.arrived(Input::Told(why));
                None
            }
        }
    }

    /// Carries these out, in their order.
    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Connect(tried) => self.run().reach.connect(tried),
                Effect::Disconnect => self.run().reach.connection = None,
                Effect::Transmit(frame) => self.transmit(frame),
                Effect::Store(write) => self.run().reach.disk.store(write),
                Effect::Mend(writes) => self.run().reach.disk.mend(writes),
                Effect::Load(load) => self.run().reach.disk.load(load),
                Effect::Upload(asked) => self.run().reach.upload(asked),
                Effect::Download(asked) => self.run().reach.download(asked),
                Effect::StopTransfer(id) => self.run().reach.transfers.stop(id),
                Effect::List(path) => self.run().reach.folders.list(path),
                Effect::StartServer => {
                    let input = self.run().reach.start_server();
                    self.arrived(input);
                }
                Effect::Title(title) => self.title(&title),
                Effect::Notify(told) => self.notify(&told),
                Effect::Copy(text) => self.copy(&text),
                Effect::Open(link) => self.open(&link),
                Effect::KeepTheme(theme) => self.keep_theme(theme),
                Effect::Mouse(on) => self.mouse(on),
                Effect::Redraw => self.redraw(),
                Effect::Understood => self.understood(),
                Effect::Edit { desk, text } => self.edit(desk, &text),
                Effect::Suspend => self.run().stop = true,
                Effect::Switch(name) => self.run().switch = Some(name),
                Effect::Quit { code } => self.run().quit = Some(code),
            }
        }
    }

    /// Sends a frame, if there is a connection.
    fn transmit(&mut self, frame: String) {
        let run = self.run();
        if run.reach.connection.is_some() {
            run.watch.goes(run.clock.now().wall, &frame);
        }
        if let Some(input) = run.reach.transmit(frame) {
            self.arrived(input);
        }
    }
}
