//! The terminal given away and taken back: to the shell while the program is
//! stopped, to the person's editor while a text is written there.
//!
//! Always holds: while it is not ours nothing is drawn, so nothing counts as
//! seen; what arrives goes on arriving.

use super::effects::Performs as _;
use super::{App, GOODBYE_WAIT, modes, resized};
use crate::core::Input;
use crate::core::desk::Desk;
use crate::edge::editor::Editor;
use crate::edge::signals::{Signal, Signals};
use crate::edge::terminal::{self, Lent};
use std::io;
use std::time::Instant;

/// An editor that has the terminal.
pub(super) struct Editing {
    desk: Desk,
    editor: Editor,
    lent: Lent,
}

/// Waits for the editor's end, if there is one.
pub(super) async fn finished(editing: &mut Option<Editing>) -> Result<String, String> {
    match editing {
        Some(editing) => editing.editor.finished().await,
        None => std::future::pending().await,
    }
}

impl App {
    pub(super) async fn signalled(
        &mut self,
        signal: Signal,
        signals: &mut Signals,
    ) -> io::Result<()> {
        self.pace.at_once(Instant::now());
        match signal {
            Signal::End(code) => self.run.inputs.push_back(Input::Ended { code }),
            Signal::Stop => {
                self.run.inputs.push_back(Input::Suspended);
                self.settle();
                self.suspend(signals).await?;
            }
            // The editor was stopped and goes on with us.
            Signal::Continue if self.editing.is_some() => {}
            Signal::Continue => self.resumed()?,
            Signal::Resize => {
                let size = terminal::size();
                self.run.inputs.push_back(resized(size));
            }
        }
        Ok(())
    }

    /// Gives the terminal back, stops, and takes it again.
    pub(super) async fn suspend(&mut self, signals: &mut Signals) -> io::Result<()> {
        self.run.reach.disk.flusher().flush(GOODBYE_WAIT);
        if self.editing.is_some() {
            return signals.stop().await;
        }
        terminal::release();
        signals.stop().await?;
        self.resumed()
    }

    fn resumed(&mut self) -> io::Result<()> {
        self.claimed.reclaim(modes(&self.run.state))?;
        self.shown_again()
    }

    /// Lends the terminal to the person's editor.
    pub(super) fn lend(&mut self, desk: Desk, text: &str) {
        if self.editing.is_some() {
            return;
        }
        let lent = self.claimed.lend();
        match Editor::start(text) {
            Ok(editor) => self.editing = Some(Editing { desk, editor, lent }),
            Err(why) => {
                let text = Err(why);
                self.run.inputs.push_back(Input::Edited { desk, text });
                // A terminal that is gone is noticed by whoever reads the keys.
                let _ = self.take_back(lent);
            }
        }
    }

    /// The editor has ended.
    pub(super) fn edited(&mut self, text: Result<String, String>) -> io::Result<()> {
        let Some(Editing { desk, lent, .. }) = self.editing.take() else {
            return Ok(());
        };
        self.run.inputs.push_back(Input::Edited { desk, text });
        self.take_back(lent)
    }

    /// The program ends: an editor that stayed would fight for the terminal.
    pub(super) fn stop_editor(&mut self) {
        if let Some(Editing { editor, lent, .. }) = self.editing.take() {
            drop(editor);
            let _ = self.claimed.take_back(lent, modes(&self.run.state));
        }
    }

    fn take_back(&mut self, lent: Lent) -> io::Result<()> {
        self.claimed.take_back(lent, modes(&self.run.state))?;
        self.shown_again()
    }

    /// Draws all anew: nobody knows what the terminal shows now.
    fn shown_again(&mut self) -> io::Result<()> {
        self.screen.forget()?;
        self.run.inputs.push_back(resized(terminal::size()));
        self.run.inputs.push_back(Input::Resumed);
        self.settle();
        self.ask_ground();
        self.pace.at_once(Instant::now());
        Ok(())
    }
}
