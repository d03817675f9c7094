//! Lines, where there is no screen: each one is a command, the answer to what
//! is asked, or a message for the open room.
//!
//! Knows no more of the rules than the keys do: a line ends in the same
//! actions. What always holds: a line that is not sent, run or answered with
//! stays as the text that is begun in its room.

use super::act::{Said, offline};
use super::actions::{Action, When};
use super::command::{command, is_secret, split, unknown};
use super::link::Phase;
use super::local::NoServer;
use super::outbox::{Item, Stage};
use super::overlay::Overlay;
use super::requests::Asked;
use super::room::{Anchor, Pane};
use super::search::{Looked, Scope};
use super::state::{State, Turn};
use super::words::Takes;

/// Actions that have no place among lines, each with the reason.
const NOT_IN_LINES: &[(Action, &str)] = &[
    (Action::Redraw, "lines that stand are never drawn anew"),
    (Action::Hints, "there is no line of keys; /help lists all"),
    (Action::Mouse, "the mouse is the terminal's already"),
    (Action::Theme, "lines have no colours"),
    (Action::Thread, NO_SIDE),
    (Action::SelectThread, NO_SIDE),
    (Action::OtherPane, NO_SIDE),
    (Action::Interrupt, "press Ctrl-C twice, or type /quit"),
];

const NO_SIDE: &str = "there is no side; /reply answers a chosen message";

/// Actions of one who writes that mean the text begun in the room, and can be typed.
const OF_THE_TEXT: &[Action] = &[Action::Send, Action::Yank, Action::Undo, Action::Redo];

/// Actions that open a list: what is typed after them is the first answer to it.
const LISTS: &[Action] = &[
    Action::Go,
    Action::Palette,
    Action::Inbox,
    Action::Sent,
    Action::Members,
    Action::SelectReact,
    Action::SelectDelete,
];

impl Action {
    /// Whether it does something where whole lines are typed.
    pub fn is_typed(self) -> bool {
        let edits = self.info().when == When::Writing && !OF_THE_TEXT.contains(&self);
        lacking(self).is_none() && !edits
    }
}

impl State {
    /// A whole line was typed.
    pub(super) fn take_line(&mut self, turn: &mut Turn, line: &str) {
        self.link.watch(turn.now);
        // A thread that was open at the side of a screen is not heard here.
        self.focus_pane(Pane::Room);
        let command = line.strip_prefix('/').filter(|_| !self.hides_line());
        // What only tells something is answered by whatever comes.
        if let Some(Overlay::Help(_) | Overlay::Info { .. }) = self.overlays.last() {
            self.overlays.pop();
        }
        match command {
            Some(text) if !text.starts_with('/') && !self.goes_on() => {
                self.leave_lists();
                self.line_command(turn, text);
            }
            Some(_) | None if !self.overlays.is_empty() => self.answer(turn, line),
            Some(_) | None => self.say_line(turn, line),
        }
    }

    /// Whether what is typed now must not be seen: it is a password.
    pub fn hides_line(&self) -> bool {
        match self.overlays.last() {
            Some(Overlay::Secret(_)) => true,
            Some(Overlay::Login(login)) => login.on_password && !login.busy,
            Some(_) | None => false,
        }
    }

    /// Whether the text that is begun goes on with the next line.
    pub fn goes_on(&self) -> bool {
        let room = self.open_room().filter(|_| self.overlays.is_empty());
        room.is_some_and(|room| room.composer.text().ends_with('\n'))
    }

    /// Whether it is known what the next line would be for. While one comes into
    /// a room, or a list is asked for, a line that is ready already has to wait.
    pub fn takes_line(&self) -> bool {
        let first = !self.was_live && self.link.attempt == 0;
        let undecided = match self.link.phase {
            Phase::Idle | Phase::Connecting { .. } => first && self.overlays.is_empty(),
            Phase::Entering { .. } => true,
            Phase::Asking { .. } | Phase::Live | Phase::Waiting { .. } => false,
        };
        let moves = |asked: &Asked| matches!(asked, Asked::Join(_) | Asked::Leave(_));
        !undecided && !self.requests.any(moves) && !self.is_looking()
    }

    /// Whether what is asked for is still being looked for.
    pub fn is_looking(&self) -> bool {
        match self.overlays.last() {
            Some(Overlay::Rooms(list)) => list.loading,
            Some(Overlay::Members(list)) => list.loading,
            Some(Overlay::Inbox(inbox)) => inbox.loading,
            Some(Overlay::Search(search)) => {
                search.cache == Looked::Looking || search.server == Looked::Looking
            }
            Some(Overlay::Login(login)) => login.busy,
            Some(Overlay::NoServer(stage)) => *stage == NoServer::Starting,
            Some(_) | None => false,
        }
    }

    /// Whether all that was typed has been dealt with, here and by the server.
    pub fn is_settled(&self) -> bool {
        let waits = |item: &&Item| !matches!(item.stage, Stage::Refused { .. });
        let unsent = self.outbox.items.iter().filter(waits).count();
        let asks = self.requests.unanswered() || self.deeds.waiting() > 0;
        self.takes_line() && unsent == 0 && !asks && self.link.is_live()
    }

    fn line_command(&mut self, turn: &mut Turn, text: &str) {
        let (name, rest) = split(text);
        let action = match self.meant(name) {
            Ok(action) => action,
            Err(why) => return self.complain(turn, why),
        };
        if is_secret(action) && !rest.is_empty() {
            let words = format!("type /{name} alone: the password is asked for, and hidden");
            return self.complain(turn, words);
        }
        let listed = LISTS.contains(&action) && action.info().takes == Takes::Nothing;
        let words = match action.read(if listed { "" } else { rest }, &self.limits()) {
            Ok(words) => words,
            Err(why) => return self.complain(turn, format!("/{name}: {why}")),
        };
        if !self.has_what_it_needs(action) {
            return self.complain(turn, offline(action));
        }
        let said = Said {
            words,
            typed: format!("/{}", text.trim_end()),
        };
        match action {
            Action::Newest => return self.show_newest_again(turn),
            // There is no key that looks elsewhere: `in:ROOM` says where, else it is everywhere.
            Action::Search => {
                let words = said.words.text().unwrap_or_default();
                return self.open_search_in(turn, Scope::All, &words);
            }
            _ => {}
        }
        let open = self.overlays.len();
        self.act(turn, action, said);
        if listed && !rest.is_empty() && self.overlays.len() > open {
            self.answer(turn, rest);
        }
    }

    /// The action of a name that was typed. A selected message comes first:
    /// `reply` answers that one, and `delete` deletes it.
    fn meant(&self, name: &str) -> Result<Action, String> {
        let selecting = self.open_room().is_some_and(|room| room.selected.is_some());
        let of_message = Action::named(&format!("select-{name}"));
        let selects = matches!(of_message, Some(Action::SelectUp | Action::SelectDown));
        if let Some(action) = of_message.filter(|_| selecting || selects) {
            return lacking(action).map_or(Ok(action), |why| {
                Err(format!("/{name} does nothing here: {why}"))
            });
        }
        let no_message =
            || format!("/{name} is for a message: choose one by /up, /down or /select NUMBER");
        let Some(action) = command(name).or_else(|| Action::named(name)) else {
            return Err(of_message.map_or_else(|| unknown(name), |_| no_message()));
        };
        if let Some(why) = lacking(action) {
            return Err(format!("/{name} does nothing here: {why}"));
        }
        match action.info().when {
            When::Always | When::Room | When::Refused => Ok(action),
            When::Selecting if selecting => Ok(action),
            When::Writing if OF_THE_TEXT.contains(&action) => Ok(action),
            When::Writing if of_message.is_none() => Err(format!(
                "/{name} does nothing here: your terminal edits the line"
            )),
            When::Selecting | When::Writing => Err(no_message()),
        }
    }

    /// Sends a line to the open room, or gives it to the message that is
    /// edited. One that ends in a backslash goes on with the next line.
    fn say_line(&mut self, turn: &mut Turn, line: &str) {
        let goes_on = self.goes_on();
        let Some(room) = self.open_room_mut() else {
            return self.complain(turn, "no room is open; /join one");
        };
        let name = room.name().clone();
        let begun = room.composer.text().to_owned();
        if line.trim().is_empty() && !goes_on {
            return;
        }
        let continued = if goes_on { begun.as_str() } else { "" };
        let aside = !goes_on && room.editing.is_none() && !begun.is_empty();
        if let Some(part) = line.strip_suffix('\\') {
            if aside {
                let words = "a text is begun here: /send sends it, /drop drops it";
                return self.complain(turn, words);
            }
            let part = format!("{continued}{part}\n");
            room.composer.replace(&part);
            return self.edited(turn);
        }
        room.composer.replace(&format!("{continued}{line}"));
        self.press_send(turn);
        if !aside {
            return;
        }
        if let Some(room) = self.rooms.get_mut(&name) {
            let left = room.composer.text().to_owned();
            room.composer.replace(&begun);
            room.composer.append(&left);
            self.saves.draft(turn, &name);
        }
        // Accepting a message ends the draft on the disk: it is written again at once.
        self.flush(turn);
    }

    /// What was said last is to be said again: it stands far above by now.
    fn show_newest_again(&mut self, turn: &Turn) {
        self.go_newest(turn);
        if let Some(room) = self.open_room_mut() {
            let seq = room.log.head();
            room.place.anchor = Some(Anchor { seq, row: 0 });
        }
    }

    /// Closes what only lists something or asks for words; a name that the
    /// server needs is still asked for.
    fn leave_lists(&mut self) {
        let stays = |overlay: &Overlay| matches!(overlay, Overlay::Login(_));
        self.overlays.retain(stays);
    }
}

/// Why an action has no place among lines.
fn lacking(action: Action) -> Option<&'static str> {
    let found = NOT_IN_LINES.iter().find(|(known, _)| *known == action);
    found.map(|(_, why)| *why)
}
