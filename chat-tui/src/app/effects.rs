//! Carrying out what the core asks for: what is about the server and what is
//! kept of it, the same for every run; what is about the person's terminal, as
//! each kind of run can.

use super::reach::Reach;
use crate::core::desk::Desk;
use crate::core::look::ThemeName;
use crate::core::notify::Told;
use crate::core::servers::ServerName;
use crate::core::{Effect, Input};

/// What each kind of run does in its own way.
pub(super) trait Performs {
    /// What it has of the world outside.
    fn reach(&mut self) -> &mut Reach;
    /// Something has come of it that the core is to hear.
    fn arrived(&mut self, input: Input);
    /// A frame is about to go out.
    fn sends(&mut self, frame: &str);
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
    /// The program is to be stopped, until the shell lets it go on.
    fn suspend(&mut self);
    /// Another server is to be gone to.
    fn switch(&mut self, name: ServerName);
    /// The program is to end.
    fn quit(&mut self, code: u8);

    /// Carries these out, in their order.
    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Connect(tried) => self.reach().connect(tried),
                Effect::Disconnect => self.reach().connection = None,
                Effect::Transmit(frame) => {
                    if self.reach().connection.is_some() {
                        self.sends(&frame);
                    }
                    if let Some(input) = self.reach().transmit(frame) {
                        self.arrived(input);
                    }
                }
                Effect::Store(write) => self.reach().disk.store(write),
                Effect::Mend(writes) => self.reach().disk.mend(writes),
                Effect::Load(load) => self.reach().disk.load(load),
                Effect::Upload(asked) => self.reach().upload(asked),
                Effect::Download(asked) => self.reach().download(asked),
                Effect::StopTransfer(id) => self.reach().transfers.stop(id),
                Effect::List(path) => self.reach().folders.list(path),
                Effect::StartServer => {
                    let input = self.reach().start_server();
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
                Effect::Suspend => self.suspend(),
                Effect::Switch(name) => self.switch(name),
                Effect::Quit { code } => self.quit(code),
            }
        }
    }
}
