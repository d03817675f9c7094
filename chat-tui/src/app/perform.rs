//! What the core asks for, on a screen.

use super::App;
use super::effects::Performs;
use super::run::Run;
use crate::core::Input;
use crate::core::desk::Desk;
use crate::core::look::ThemeName;
use crate::core::notify::{Means, Told};
use crate::core::overlay::theme_name;
use crate::core::settings::Settings;
use crate::edge::opener;
use crate::edge::profile::{create_private_dir, create_private_file};
use crate::edge::terminal::Claimed;
use crate::neutral;
use std::io;
use std::time::Instant;

impl Performs for App {
    fn run(&mut self) -> &mut Run {
        &mut self.run
    }

    fn arrived(&mut self, input: Input) {
        self.run.inputs.push_back(input);
        self.pace.soon(Instant::now());
    }

    fn fitting(&self, settings: Settings) -> Settings {
        settings
    }

    fn title(&mut self, title: &str) {
        let title = neutral::line(title);
        self.written(|claimed| claimed.set_title(&title));
    }

    /// By the means that the settings name, or the terminal takes.
    fn notify(&mut self, told: &Told) {
        let settings = &self.run.state.settings;
        let means = settings.means.unwrap_or(Some(self.told_by.means));
        let Some(means) = means.filter(|means| settings.bell || *means != Means::Bell) else {
            return;
        };
        let bytes = self.told_by.bytes(means, told);
        self.written(|claimed| claimed.tell(&bytes));
    }

    fn copy(&mut self, text: &str) {
        self.written(|claimed| claimed.copy(text));
    }

    fn open(&mut self, link: &str) {
        if let Err(why) = opener::open(&self.run.state.settings.opener, link) {
            let told = format!("{why}; with Shift its letter copies a link");
            self.run.inputs.push_back(Input::Told(told));
        }
    }

    /// Writes the theme into the configuration; says so if that can't be done.
    fn keep_theme(&mut self, theme: Option<ThemeName>) {
        let kept = match &mut self.run.config {
            Some(config) => config.keep_theme(theme),
            None => Err("there is no place for a configuration".to_owned()),
        };
        if let Err(why) = kept {
            let name = theme_name(theme);
            let told =
                format!("the theme is not kept: {why}; write theme = \"{name}\" under [look]");
            self.run.inputs.push_back(Input::Told(told));
        }
    }

    fn mouse(&mut self, on: bool) {
        self.written(|claimed| claimed.set_mouse(on));
    }

    fn redraw(&mut self) {
        // A terminal that is gone is noticed by the draw that follows.
        let _ = self.screen.forget();
        self.pace.at_once(Instant::now());
    }

    /// Where this can't be written the lesson is shown once more: no harm.
    fn understood(&mut self) {
        if let Some(path) = self.taught.take() {
            let folder = path.parent().map_or(Ok(()), create_private_dir);
            let _ = folder.and_then(|()| create_private_file(&path));
        }
    }

    fn edit(&mut self, desk: Desk, text: &str) {
        self.lend(desk, text);
    }
}

impl App {
    pub(super) fn written(&mut self, write: impl FnOnce(&mut Claimed) -> io::Result<()>) {
        // As with a frame: whoever reads the keys notices that it is gone.
        let _ = write(&mut self.claimed);
    }

    /// Asks the terminal for its background, if it would not print the question.
    pub(super) fn ask_ground(&mut self) {
        if self.run.state.setup.able.modern {
            self.written(Claimed::ask_ground);
        }
    }
}
