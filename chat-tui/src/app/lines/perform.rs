//! Carrying out what the core asks for, where there is no screen.

use super::{LineApp, typed};
use crate::app::switch::{begin, is_from_the_person};
use crate::app::{FINISH_WAIT, GOODBYE_WAIT};
use crate::core::desk::Desk;
use crate::core::input::{DiskInput, LocalInput, NetInput};
use crate::core::servers::ServerName;
use crate::core::{Effect, Input};
use crate::edge::config_file::ConfigFile;
use crate::edge::crash;
use crate::edge::disk::Disk;
use crate::edge::editor::Editor;
use crate::edge::local::Started;
use crate::edge::{net, terminal};
use crate::view::lines::Lines;
use std::io::{self, IsTerminal as _};
use tokio::sync::mpsc;

impl LineApp {
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
                Effect::Copy(text) => self.lines.add(&format!("-- to be copied: {text}")),
                Effect::Notify(_) => {
                    // The words are told anyway.
                    if self.state.settings.bell && io::stdout().is_terminal() {
                        // It rings or it does not: nothing hangs on it.
                        let _ = self.write("\x07");
                    }
                }
                Effect::Edit { desk, text } => self.edit(desk, &text),
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
                Effect::Switch(name) => self.switch = Some(name),
                Effect::Quit { code } => self.quit = Some(code),
                // There is no window, nothing that could be drawn again, and no
                // link in sight.
                Effect::Title(_)
                | Effect::Mouse(_)
                | Effect::Redraw
                | Effect::Open(_)
                | Effect::KeepTheme(_)
                | Effect::Understood => {}
                Effect::StartServer => self.start_server(),
            }
        }
    }

    fn start_server(&mut self) {
        let started = Started::start().and_then(|server| {
            let pid = server.pid().ok_or("it was gone at once")?;
            self.server = Some(server);
            Ok(pid)
        });
        self.inputs.push_back(Input::Local(match started {
            Ok(pid) => LocalInput::Started { pid },
            Err(why) => LocalInput::Ended(why),
        }));
    }

    fn transmit(&mut self, frame: String) {
        if let Some(connection) = &self.connection
            && !connection.send(frame)
        {
            self.connection = None;
            let why = "the server no longer takes what is sent".to_owned();
            self.inputs.push_back(Input::Net(NetInput::Failed(why)));
        }
    }

    pub(super) fn edit(&mut self, desk: Desk, text: &str) {
        let started = if self.prompts {
            Editor::start(text)
        } else {
            Err("there is no terminal for an editor".to_owned())
        };
        match started {
            Ok(editor) => {
                terminal::set_lent(true);
                self.editing = Some((desk, editor));
            }
            Err(why) => {
                let text = Err(why);
                self.inputs.push_back(Input::Edited { desk, text });
            }
        }
    }

    pub(super) fn end_edit(&mut self, text: Result<String, String>) {
        terminal::set_lent(false);
        self.prompt = None;
        if let Some((desk, _)) = self.editing.take() {
            self.inputs.push_back(Input::Edited { desk, text });
        }
    }

    pub(super) fn configure(&mut self) {
        match self.config.as_mut().and_then(ConfigFile::look) {
            None => {}
            Some(Ok(settings)) => {
                let settings = Box::new(typed(settings));
                self.inputs.push_back(Input::Settings(settings));
            }
            Some(Err(words)) => self.inputs.extend(words.into_iter().map(Input::Told)),
        }
    }

    /// Goes on at another server, as on the screen: it is told from the beginning.
    pub(super) async fn go_over(
        &mut self,
        name: &ServerName,
    ) -> io::Result<Option<mpsc::UnboundedReceiver<DiskInput>>> {
        let settings = &self.state.settings;
        let Some(known) = settings.servers.named(name.as_str()) else {
            return Ok(None);
        };
        let here = match (self.open)(known, settings.clone()) {
            Ok(here) => here,
            Err(why) => {
                self.inputs.push_back(Input::Told(why));
                return Ok(None);
            }
        };
        if let Some(connection) = self.connection.take() {
            tokio::spawn(connection.close(GOODBYE_WAIT));
        }
        self.transfers.stop_all();
        (self.addresses, self.trust) = (here.addresses.clone(), here.trust.clone());
        self.lines = Lines::new(here.setup.zone.0.clone());
        self.lines.add(&format!("-- server {}", name.as_str()));
        let (state, later, cache) = begin(here, Vec::new(), &self.clock);
        let (disk, news) = Disk::start(cache)?;
        crash::flush_by(disk.flusher());
        let left = std::mem::replace(&mut self.disk, disk);
        let _ = tokio::task::spawn_blocking(move || left.finish(FINISH_WAIT)).await;
        self.state = state;
        self.inputs.retain(is_from_the_person);
        self.perform(later);
        Ok(Some(news))
    }
}
