//! The pure core: everything the client decides.
//!
//! [`update`] takes what happened and the time, changes the [`State`], and
//! says what the edges are to do. It knows no clock, no random source, no
//! terminal, no network and no disk; so it runs in a test as it runs in use.
//!
//! What always holds: a text leaves the composer only when it is in the
//! outbox, and the outbox only when it is in its room's log or its author
//! threw it away; of each room the log's order is that of `seq`, and what is
//! not held is shown as a hole.

pub mod account;
mod act;
mod acting;
pub mod actions;
pub mod by_hand;
pub mod clock;
mod command;
mod complete;
pub mod composer;
mod copying;
mod dates;
pub mod debug;
pub mod deeds;
mod deliver;
pub mod desk;
pub mod disk_trouble;
pub mod editing;
pub mod effect;
mod elsewhere;
mod enter;
mod fetch;
mod figures;
pub mod fold;
pub mod habits;
pub mod hints;
mod hooks;
mod inbox;
pub mod input;
mod jump;
pub mod keymap;
pub mod keys;
pub mod lesson;
mod lines;
pub mod link;
pub mod local;
pub mod log;
mod login;
pub mod look;
pub mod moment;
mod near;
pub mod news;
pub mod notify;
pub mod outbox;
pub mod overlay;
mod paste;
pub mod paths;
mod people;
mod press;
mod reading;
mod receive;
mod refused;
mod requests;
mod restore;
pub mod room;
mod rooms;
mod save;
mod scroll;
pub mod search;
mod select;
mod sending;
pub mod servers;
pub mod settings;
pub mod side;
pub mod span;
pub mod state;
pub mod threads;
pub mod transfers;
pub mod words;

pub use clock::Now;
pub use effect::Effect;
pub use input::Input;
pub use state::State;

#[cfg(test)]
mod tests;

use state::Turn;
use std::borrow::Cow;
use std::time::Duration;

/// Takes one thing that happened, and then does whatever the state calls for.
pub fn update(state: &mut State, input: Input, now: Now) -> Vec<Effect> {
    let mut turn = Turn::new(now);
    match input {
        Input::Key(key) => state.press(&mut turn, key),
        Input::Line(line) => state.take_line(&mut turn, &line),
        Input::Paste(text) => state.paste(&mut turn, &text),
        Input::Focus(on) => state.focus(on),
        Input::Ground(ground) => state.ground = Some(ground),
        Input::Mouse(mouse) => state.mouse(&mut turn, mouse),
        Input::Net(input) => state.net(&mut turn, input),
        Input::Disk(input) => state.disk(&mut turn, input),
        Input::Transfer { id, news } => state.transferred(&mut turn, id, news),
        Input::Settings(settings) => state.set(&mut turn, *settings),
        Input::Listed { path, found } => state.folder_came(&mut turn, &path, found),
        Input::Local(input) => state.local(&turn, input),
        Input::Told(words) => state.complain(&turn, words),
        Input::Suspended => state.flush(&mut turn),
        Input::Resumed => state.resumed(&mut turn),
        Input::Edited { desk, text } => state.edited_elsewhere(&mut turn, desk, text),
        Input::Ended { code } => state.quit(&mut turn, code),
        Input::Resize { .. } | Input::Wake => {}
    }
    state.settle(&mut turn);
    turn.effects
}

impl State {
    /// Does what the state and the time call for, whatever it was that led
    /// there: so nothing depends on the order in which things happened.
    fn settle(&mut self, turn: &mut Turn) {
        let now = turn.now.mono;
        self.notices.retain(|notice| now < notice.until);
        self.show_begun(turn);
        if let Some(room) = self.open_room_mut() {
            room.typing.retain(|(_, until)| now < *until);
        }
        self.tend_link(turn);
        self.tend_debug(turn);
        self.tend_disk(turn);
        self.pump(turn);
        self.pump_deeds(turn);
        self.pump_search(turn);
        self.fetch(turn);
        self.ask_thread(turn);
        self.ask_people(turn);
        self.ask_figures(turn);
        self.read_shown(turn);
        self.tell_read(turn);
        if self.saves.due.is_some_and(|due| due <= now) {
            self.flush(turn);
        }
    }

    /// When `Input::Wake` is wanted next, by the monotonic clock; `None`: only
    /// after something else happened. May lie in the past: then at once.
    pub fn deadline(&self) -> Option<Duration> {
        let typing = self.open_room().into_iter().flat_map(|room| &room.typing);
        let link = self.link.deadline(self.requests.unanswered());
        let holds = [self.outbox.hold, self.deeds.hold];
        let hold = holds.into_iter().flatten().min();
        let hold = hold.filter(|_| self.link.is_live());
        let goes_away = self.notices.iter().map(|notice| notice.until);
        let soon = goes_away
            .chain(typing.map(|(_, until)| *until))
            .chain(hold)
            .min();
        [
            link,
            self.saves.due,
            self.mending_due(),
            self.marks.due(),
            self.begun_due(),
            self.search_due(),
            self.debug_due(),
            soon,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// The terminal is ours again; it may have forgotten all that it was told.
    fn resumed(&mut self, turn: &mut Turn) {
        self.title.clear();
        turn.effects.push(Effect::Redraw);
    }

    /// The window is called after what it shows: with each frame, however much comes between two.
    fn set_title(&mut self, turn: &mut Turn) {
        if !self.settings.title {
            return;
        }
        let waits: u32 = self.rooms.values().map(|room| self.worth(room)).sum();
        let open = self.open.as_ref().map_or("chat", |name| name.as_str());
        let title = match waits {
            0 => Cow::Borrowed(open),
            some => Cow::Owned(format!("({some}) {open}")),
        };
        if title != self.title {
            let title = title.into_owned();
            self.title.clone_from(&title);
            turn.effects.push(Effect::Title(title));
        }
    }
}
