//! Carrying out what the core asks for, and what the configuration says.

use super::App;
use crate::core::input::{LocalInput, NetInput};
use crate::core::look::ThemeName;
use crate::core::notify::{Means, Told};
use crate::core::overlay::theme_name;
use crate::core::{Effect, Input};
use crate::edge::config_file::ConfigFile;
use crate::edge::local::Started;
use crate::edge::net;
use crate::edge::opener;
use crate::edge::profile::{create_private_dir, create_private_file};
use crate::edge::terminal::{self, Claimed};
use std::io;
use std::time::Instant;

impl App {
    pub(super) fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Connect(tried) => {
                    self.tried = tried;
                    let address = self.addresses.at(tried).clone();
                    self.connection = Some(net::connect(address, self.trust.clone()));
                }
                Effect::Disconnect => self.connection = None,
                Effect::Transmit(frame) => self.transmit(frame),
                Effect::Store(write) => self.disk.store(write),
                Effect::Load(load) => self.disk.load(load),
                Effect::Title(title) => {
                    let title = crate::neutral::line(&title).into_owned();
                    self.written(|claimed| claimed.set_title(&title));
                }
                Effect::Notify(told) => self.notify(&told),
                Effect::Copy(text) => self.written(|claimed| claimed.copy(&text)),
                Effect::Open(link) => {
                    if let Err(why) = opener::open(&self.state.settings.opener, &link) {
                        let told = format!("{why}; with Shift its letter copies a link");
                        self.inputs.push_back(Input::Told(told));
                    }
                }
                Effect::KeepTheme(theme) => self.keep_theme(theme),
                Effect::Mouse(on) => self.written(|claimed| claimed.set_mouse(on)),
                Effect::Redraw => {
                    // A terminal that is gone is noticed by the draw that follows.
                    let _ = terminal::repaint(&mut self.screen);
                    self.pace.at_once(Instant::now());
                }
                Effect::Upload(asked) => {
                    let address = self.addresses.at(self.tried).clone();
                    self.transfers.upload(address, self.trust.clone(), asked);
                }
                Effect::Download(asked) => {
                    let address = self.addresses.at(self.tried).clone();
                    self.transfers.download(address, self.trust.clone(), asked);
                }
                Effect::StopTransfer(id) => self.transfers.stop(id),
                Effect::Suspend => self.stop = true,
                Effect::Edit { desk, text } => self.edit(desk, &text),
                Effect::StartServer => self.start_server(),
                Effect::Understood => self.understood(),
                Effect::Switch(name) => self.switch = Some(name),
                Effect::Quit { code } => self.quit = Some(code),
            }
        }
    }

    fn start_server(&mut self) {
        let started = Started::start().and_then(|server| {
            let pid = server.pid().ok_or("it was gone at once")?;
            self.server = Some(server);
            Ok(pid)
        });
        self.arrived(Input::Local(match started {
            Ok(pid) => LocalInput::Started { pid },
            Err(why) => LocalInput::Ended(why),
        }));
    }

    /// Where this can't be written the lesson is shown once more: no harm.
    fn understood(&mut self) {
        if let Some(path) = self.taught.take() {
            let folder = path.parent().map_or(Ok(()), create_private_dir);
            let _ = folder.and_then(|()| create_private_file(&path));
        }
    }

    /// Tells the person by the means that the settings name, or the terminal takes.
    fn notify(&mut self, told: &Told) {
        let settings = &self.state.settings;
        let means = settings.means.unwrap_or(Some(self.told_by.means));
        let Some(means) = means.filter(|means| settings.bell || *means != Means::Bell) else {
            return;
        };
        let bytes = self.told_by.bytes(means, told);
        self.written(|claimed| claimed.tell(&bytes));
    }

    fn transmit(&mut self, frame: String) {
        let Some(connection) = &self.connection else {
            return;
        };
        self.watch.goes(self.clock.now().wall, &frame);
        if !connection.send(frame) {
            self.connection = None;
            let why = "the server no longer takes what is sent".to_owned();
            self.inputs.push_back(Input::Net(NetInput::Failed(why)));
        }
    }

    pub(super) fn written(&mut self, write: impl FnOnce(&mut Claimed) -> io::Result<()>) {
        // As with a frame: whoever reads the keys notices that it is gone.
        let _ = write(&mut self.claimed);
    }

    /// Writes the theme into the configuration; says so if that can't be done.
    fn keep_theme(&mut self, theme: Option<ThemeName>) {
        let kept = match &mut self.config {
            Some(config) => config.keep_theme(theme),
            None => Err("there is no place for a configuration".to_owned()),
        };
        if let Err(why) = kept {
            let name = theme_name(theme);
            let told =
                format!("the theme is not kept: {why}; write theme = \"{name}\" under [look]");
            self.inputs.push_back(Input::Told(told));
        }
    }

    /// Asks the terminal for its background, if it would not print the question.
    pub(super) fn ask_ground(&mut self) {
        if self.state.setup.able.modern {
            self.written(Claimed::ask_ground);
        }
    }

    /// Looks whether the configuration is another one, and does as it says.
    pub(super) fn configure(&mut self) {
        match self.config.as_mut().and_then(ConfigFile::look) {
            None => {}
            Some(Ok(settings)) => {
                self.arrived(Input::Settings(Box::new(settings)));
            }
            Some(Err(words)) => {
                for words in words {
                    self.arrived(Input::Told(words));
                }
            }
        }
    }
}
