//! What a key or a text came to for what lies over the timeline, and what follows.

use super::{Overlay, Then};
use crate::core::actions::Action;
use crate::core::look::ThemeName;
use crate::core::servers::ServerName;
use crate::core::state::{State, Turn};
use chat_proto::{RoomName, Seq, UserName};
use smol_str::SmolStr;

/// What became of a key.
pub(super) enum Outcome {
    /// It is dealt with.
    Done,
    /// The overlay goes away.
    Close,
    /// The room was chosen; the overlay goes away.
    Go(RoomName),
    /// The room was chosen, but one has to join first.
    Join(RoomName),
    /// The server was chosen; the overlay goes away.
    Server(ServerName),
    /// The name is to be borne.
    Name,
    /// Nobody is to come in now.
    NotNow,
    /// A password was typed.
    Secret,
    /// The action was chosen; the overlay goes away.
    Run(Action),
    /// What an action takes was typed.
    Answer,
    /// More of what an action takes was typed.
    Typed,
    /// The message was chosen; the overlay goes away.
    Jump(RoomName, Seq),
    /// The text was chosen to be written; the overlay goes away.
    Write(SmolStr),
    /// A choice about a big paste was made.
    Paste(char),
    /// What was asked about is wanted.
    Confirmed(Then),
    /// The person was chosen.
    Person { room: RoomName, user: UserName },
    /// This is to be done with the person; the lists go away.
    With { action: Action, user: UserName },
    /// The hit was chosen: it is shown in its room.
    Hit,
    /// One looks elsewhere for the same.
    Scope,
    /// One looks for something else.
    Query,
    /// One has moved in the list.
    Further,
    /// The link is to be opened.
    OpenLink(String),
    /// The link is to be copied.
    CopyLink(String),
    /// The theme was chosen.
    Theme(Option<ThemeName>),
    /// The emoji was chosen.
    React {
        room: RoomName,
        target: Seq,
        emoji: SmolStr,
    },
}

impl State {
    /// Does what a key came to.
    pub(super) fn follow(&mut self, turn: &mut Turn, outcome: Outcome) {
        match outcome {
            Outcome::Done => {}
            Outcome::Close => {
                if let Some(Overlay::Prompt(_)) = self.overlays.pop() {
                    self.completion = None;
                }
            }
            Outcome::Go(name) => {
                self.close_lists();
                self.go(turn, &name);
            }
            Outcome::Run(action) => {
                self.close_lists();
                self.begin(turn, action);
            }
            Outcome::Answer => self.answer_prompt(turn),
            Outcome::Typed => self.narrow_completion(turn),
            Outcome::Jump(room, seq) => {
                self.close_lists();
                self.jump(turn, &room, seq);
            }
            Outcome::Write(text) => {
                self.close_lists();
                self.take_sent(turn, &text);
            }
            Outcome::Join(name) => {
                if !self.link.is_live() {
                    return self.complain(turn, "offline: joining needs the server");
                }
                self.close_lists();
                let text = format!("/join {name}");
                self.join(turn, name.into(), text);
            }
            Outcome::Server(name) => {
                self.close_lists();
                self.switch(turn, name);
            }
            Outcome::Name => self.submit_login(turn),
            Outcome::NotNow => self.leave_login(turn),
            Outcome::Secret => self.answer_secret(turn),
            Outcome::Paste(choice) => self.paste_chosen(turn, choice),
            Outcome::Confirmed(then) => {
                self.overlays.pop();
                self.confirmed(turn, then);
            }
            Outcome::Person { room, user } => self.open_person(room, user),
            Outcome::With { action, user } => {
                self.close_lists();
                self.begin_with(turn, action, &user);
            }
            Outcome::OpenLink(link) => {
                self.close_lists();
                self.open_link(turn, link);
            }
            Outcome::CopyLink(link) => {
                self.close_lists();
                self.copy_address(turn, link);
            }
            Outcome::Theme(theme) => {
                self.close_lists();
                self.put_on(turn, theme);
            }
            Outcome::Hit => self.go_to_hit(turn),
            Outcome::Scope => self.cycle_scope(turn),
            Outcome::Query => self.search_again(turn),
            Outcome::Further => self.search_on(turn),
            Outcome::React {
                room,
                target,
                emoji,
            } => {
                self.overlays.pop();
                self.react(turn, &room, target, &emoji);
            }
        }
    }

    /// Closes what only lists something; what asks stays.
    fn close_lists(&mut self) {
        self.completion = None;
        let asks = |overlay: &Overlay| {
            matches!(
                overlay,
                Overlay::Login(_) | Overlay::Paste(_) | Overlay::Confirm(_) | Overlay::Secret(_)
            )
        };
        self.overlays.retain(asks);
    }
}
