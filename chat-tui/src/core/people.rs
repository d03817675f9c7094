//! Keeping order in a room: what moderators and owners do with people, and
//! whom one does not want to read.

use super::act::Said;
use super::actions::Action;
use super::effect::Store;
use super::overlay::{Confirm, Overlay, PersonMenu, Then};
use super::requests::Asked;
use super::room::Room;
use super::state::{State, Turn};
use super::words::Words;
use chat_proto::event::{Role, RoomKind};
use chat_proto::notice::Invited;
use chat_proto::request::{Ban, Invite, Kick, Mute, SetRole, Settings, Unban, Unmute};
use chat_proto::{Request, RoomName, UserName};

impl State {
    /// Removes, bans or mutes the person that was said, or takes that back.
    pub(super) fn moderate(&mut self, turn: &mut Turn, action: Action, said: Said) {
        let (Words::Moderated(user, reason), Some(name)) = (said.words, self.open.clone()) else {
            return;
        };
        let room = name.into();
        let request: Request = match action {
            Action::Kick => Kick { room, user, reason }.into(),
            Action::Ban => Ban { room, user, reason }.into(),
            Action::Unban => Unban { room, user, reason }.into(),
            Action::Mute => Mute { room, user, reason }.into(),
            _ => Unmute { room, user, reason }.into(),
        };
        self.ask(turn, Asked::Command(said.typed), request);
    }

    /// Gives the person that was said another role.
    pub(super) fn set_role(&mut self, turn: &mut Turn, said: Said) {
        if let (Words::Role(user, role), Some(room)) = (said.words, self.open.clone()) {
            let room = room.into();
            self.ask(
                turn,
                Asked::Command(said.typed),
                SetRole { room, user, role },
            );
        }
    }

    /// Changes the open room's settings.
    pub(super) fn set_settings(&mut self, turn: &mut Turn, said: Said) {
        if let (Words::Guests(on), Some(room)) = (said.words, self.open.clone()) {
            let (room, guests) = (room.into(), Some(on));
            self.ask(turn, Asked::Command(said.typed), Settings { room, guests });
        }
    }

    /// Asks before inviting: whoever comes in reads all that was ever said.
    pub(super) fn invite(&mut self, turn: &mut Turn, said: Said) {
        let Words::Person(user) = said.words else {
            return;
        };
        let Some(room) = self.open_room() else {
            return self.complain(turn, "no room is open");
        };
        let name = room.name().clone();
        if room.state.kind == RoomKind::Public {
            let words = format!("#{name} is public: {user} can /join {name} as it is");
            return self.complain(turn, words);
        }
        let since = room.log.first();
        let all = if since <= chat_proto::Seq::FIRST {
            "from its first message on"
        } else {
            "that is kept"
        };
        self.overlays.push(Overlay::Confirm(Confirm {
            question: format!("invite {user} into {name}?"),
            detail: format!(
                "{user} will be able to read everything said in it {all}, not only what comes."
            ),
            yes: "invite",
            then: Then::Invite {
                room: name,
                user,
                typed: said.typed,
            },
        }));
    }

    /// Invites, now that it is wanted.
    pub(super) fn invite_now(
        &mut self,
        turn: &mut Turn,
        room: RoomName,
        user: UserName,
        typed: String,
    ) {
        if !self.link.is_live() {
            return self.complain(turn, super::act::offline(Action::Invite));
        }
        let room = room.into();
        self.ask(turn, Asked::Command(typed), Invite { room, user });
    }

    /// Someone invites one.
    pub(super) fn invited(&mut self, turn: &Turn, invited: &Invited) {
        if self.invites.iter().any(|known| known.room == invited.room) {
            return;
        }
        let (by, room) = (&invited.by, &invited.room);
        let go = self.settings.keys.way(Action::Go);
        self.say(
            turn,
            format!("{by} invites you: /join {room}, or choose it by {go}"),
        );
        self.invites.push(invited.clone());
    }

    /// Does not show any more what a person says, on this client.
    pub(super) fn ignore(&mut self, turn: &mut Turn, said: Said) {
        let Words::Person(user) = said.words else {
            return;
        };
        if self.is_me(&user) {
            return self.complain(turn, "one can't ignore oneself");
        }
        if !self.habits.ignores(&user) {
            self.habits.ignored.push(user.key());
            turn.store(Store::Habits(self.habits.clone()));
        }
        let words = format!("{user} is hidden on this client; /unignore {user} shows them again");
        self.say(turn, words);
    }

    /// Shows again what a person says.
    pub(super) fn unignore(&mut self, turn: &mut Turn, said: Said) {
        let Words::Person(user) = said.words else {
            return;
        };
        if !self.habits.ignores(&user) {
            return self.complain(turn, format!("{user} is not hidden"));
        }
        self.habits.ignored.retain(|known| *known != user.key());
        turn.store(Store::Habits(self.habits.clone()));
        self.say(turn, format!("{user} is shown again"));
    }

    /// Opens what can be done with a person of a room.
    pub(super) fn open_person(&mut self, room: RoomName, user: UserName) {
        let found = self
            .rooms
            .get(&room)
            .map(|room| self.done_with(room, &user));
        self.overlays.push(Overlay::Person(PersonMenu {
            room,
            user,
            found: found.unwrap_or_default(),
            chosen: 0,
        }));
    }

    /// What one may do with a person, in one's role.
    fn done_with(&self, room: &Room, user: &UserName) -> Vec<(Action, &'static str)> {
        let mut found = Vec::new();
        if self.is_me(user) {
            return found;
        }
        found.push((Action::Direct, "open the room of the two of you"));
        let (mine, theirs) = (room.state.role, room.people.role(user));
        if mine > Role::Member && mine > theirs {
            found.extend([
                (Action::Mute, "mute: let them read, not write"),
                (Action::Unmute, "let them write again"),
                (Action::Kick, "remove them; they may come back"),
                (Action::Ban, "ban them; they may not come back"),
            ]);
        }
        if mine == Role::Owner {
            found.push((Action::Role, "give them another role"));
        }
        found.push(if self.habits.ignores(user) {
            (Action::Unignore, "show again what they say")
        } else {
            (Action::Ignore, "hide on this client what they say")
        });
        found
    }

    /// Begins what was chosen for a person: at once, or by asking for the rest.
    pub(super) fn begin_with(&mut self, turn: &mut Turn, action: Action, user: &UserName) {
        if !self.has_what_it_needs(action) {
            return self.complain(turn, super::act::offline(action));
        }
        let typed = format!("/{} {user}", action.info().name);
        match action.read(user.as_str(), &self.limits()) {
            Ok(words @ Words::Person(_)) => self.act(turn, action, Said { words, typed }),
            // There is more to say: a reason, a role.
            Ok(_) | Err(_) => self.open_prompt_with(action, &format!("{user} ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::core::habits::Habits;
    use chat_proto::UserName;

    #[test]
    fn a_person_is_hidden_however_their_name_is_written() {
        let name = |name: &str| UserName::trusted(name).unwrap();
        let habits = Habits {
            ignored: vec![name("Eve").key()],
            ..Habits::default()
        };
        assert!(habits.ignores(&name("eve")) && habits.ignores(&name("EVE")));
        assert!(!habits.ignores(&name("steve")));
    }
}
