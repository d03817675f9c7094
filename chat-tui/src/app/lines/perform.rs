//! What the core asks for, where there is no screen.

use super::{LineApp, typed};
use crate::app::effects::Performs;
use crate::app::run::Run;
use crate::app::switch::is_from_the_person;
use crate::core::Input;
use crate::core::desk::Desk;
use crate::core::input::DiskInput;
use crate::core::look::ThemeName;
use crate::core::notify::Told;
use crate::core::servers::ServerName;
use crate::core::settings::Settings;
use crate::edge::editor::Editor;
use crate::edge::{opener, terminal};
use crate::view::lines::Lines;
use std::io::{self, IsTerminal as _};
use tokio::sync::mpsc;

impl Performs for LineApp {
    fn run(&mut self) -> &mut Run {
        &mut self.run
    }

    fn arrived(&mut self, input: Input) {
        self.run.inputs.push_back(input);
    }

    fn fitting(&self, settings: Settings) -> Settings {
        typed(settings)
    }

    fn title(&mut self, _title: &str) {
        // No byte may steer the terminal.
    }

    fn notify(&mut self, _told: &Told) {
        // The words are told anyway.
        if self.run.state.settings.bell && io::stdout().is_terminal() {
            // It rings or it does not: nothing hangs on it.
            let _ = self.write("\x07");
        }
    }

    fn copy(&mut self, text: &str) {
        self.lines.add(&format!("-- to be copied: {text}"));
    }

    fn open(&mut self, link: &str) {
        if let Err(why) = opener::open(&self.run.state.settings.opener, link) {
            self.run.inputs.push_back(Input::Told(why));
        }
    }

    fn keep_theme(&mut self, _theme: Option<ThemeName>) {
        self.lines
            .add("-- lines have no colours: no theme is worn here, and none is kept");
    }

    fn mouse(&mut self, _on: bool) {
        // It is the terminal's.
    }

    fn redraw(&mut self) {
        // Nothing that stands is ever changed.
    }

    fn understood(&mut self) {
        // The lesson is about keys, of which there are none.
    }

    fn edit(&mut self, desk: Desk, text: &str) {
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
                self.run.inputs.push_back(Input::Edited { desk, text });
            }
        }
    }
}

impl LineApp {
    pub(super) fn end_edit(&mut self, text: Result<String, String>) {
        terminal::set_lent(false);
        self.prompt = None;
        if let Some((desk, _)) = self.editing.take() {
            self.run.inputs.push_back(Input::Edited { desk, text });
        }
    }

    /// Goes on at another server, as on the screen: it is told from the beginning.
    pub(super) async fn go_over(
        &mut self,
        name: &ServerName,
    ) -> io::Result<Option<mpsc::UnboundedReceiver<DiskInput>>> {
        let Some(here) = self.kept_of(name) else {
            return Ok(None);
        };
        self.lines = Lines::new(here.setup.zone.0.clone());
        self.lines.add(&format!("-- server {}", name.as_str()));
        self.run
            .watch
            .goes_over(&here, name, self.run.clock.now().wall);
        let (state, later, news) = self.run.reach.go_over(here, &self.run.clock).await?;
        self.run.state = state;
        self.run.look();
        self.run.inputs.retain(is_from_the_person);
        self.perform(later);
        Ok(Some(news))
    }
}
