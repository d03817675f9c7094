//! Events of a room's log, as they are delivered: put in their place, counted
//! where they are news, and folded into what they change.

use super::fold;
use super::room::{Room, Standing};
use super::save::UNSAVED_MOST;
use super::span::Span;
use super::state::{State, Turn};
use super::threads::answers;
use chat_proto::event::{EventBody, MemberChange, MemberChanged, Role};
use chat_proto::{Entry, Event, Gap, RoomName, UserName, mentions};

/// Changes kept for pages that were made before them.
const CHANGES_KEPT: usize = 512;
/// Entries in memory of the open room: beyond the first number all but the second are forgotten.
const OPEN_ROOM: (usize, usize) = (4000, 3000);
/// The same of each other room.
const OTHER_ROOM: (usize, usize) = (160, 120);

impl State {
    /// An event was delivered.
    pub(super) fn deliver(&mut self, turn: &mut Turn, event: Event) {
        let name = event.room.clone();
        self.settle_by_event(turn, &event);
        self.search_hears(&event);
        let mine = self.is_me(&event.author);
        let ignored = self.habits.ignores(&event.author);
        let names_me = !mine && self.names_me(&event);
        let news_to_me = self.is_open(&name) && self.focused;
        let Some(room) = self.rooms.get(&name) else {
            return;
        };
        if event.seq <= room.log.head {
            return;
        }
        let counts = event.seq > room.counted;
        if counts {
            self.count(&event);
        }
        let Some(room) = self.rooms.get_mut(&name) else {
            return;
        };
        let line = !news_to_me && room.new_from.is_none() && room.state.unread > 0;
        if counts && !mine && line {
            room.new_from = Some(room.state.read.next());
        }
        room.typing.retain(|(who, _)| *who != event.author);
        if counts && !mine && !news_to_me && !ignored {
            self.notify(turn, &event, names_me);
        }
        self.stand(turn, &event);
        if self.rooms.get(&name).is_none_or(|room| room.gone) {
            // It was the last one of a room that one is not in any more.
            return;
        }
        let seq = event.seq;
        self.thread_hears(&event);
        self.append(turn, &name, event);
        self.deeds_shown(&name, seq);
        self.forget_far(turn, &name);
    }

    /// Delivery goes on after a gap; what lies in it is a hole.
    pub(super) fn pass_gap(&mut self, turn: &mut Turn, gap: &Gap) {
        let Some(room) = self
            .rooms
            .get_mut(&gap.room)
            .filter(|room| gap.to > room.log.head)
        else {
            return;
        };
        let held = room.log.head;
        room.log.head = gap.to;
        room.state.head = room.state.head.max(gap.to);
        self.saves.log(turn, &gap.room);
        self.deeds_shown(&gap.room, gap.to);
        self.thread_cut();
        self.ask_changed(turn, &gap.room, held);
    }

    pub(super) fn is_open(&self, name: &RoomName) -> bool {
        self.open.as_ref() == Some(name)
    }

    fn append(&mut self, turn: &mut Turn, name: &RoomName, event: Event) {
        let Some(room) = self.rooms.get_mut(name) else {
            return;
        };
        let seq = event.seq;
        room.log.head = seq;
        room.state.head = room.state.head.max(seq);
        room.log.loaded.add(Span::one(seq));
        room.unsaved.known.add(Span::one(seq));
        if let Some(target) = event.body.target() {
            if let Some(entry) = room.log.entries.get_mut(&target) {
                let answered = answers(entry);
                fold::apply(entry, &event);
                if answered != answers(entry) {
                    room.log.join_threads();
                }
            }
            room.unsaved.changes.push(event.clone());
            room.changes.push_back(event);
            if room.changes.len() > CHANGES_KEPT {
                room.changes.pop_front();
            }
        } else {
            if !room.log.entries.contains_key(&seq) {
                let entry = Entry::from(event);
                room.log.threads.add(&entry);
                room.log.entries.insert(seq, entry);
            }
            room.unsaved.entries.insert(seq);
        }
        self.saves.log(turn, name);
    }

    /// Keeps memory bounded: what is far from where a room is read is left to the disk.
    pub(super) fn forget_far(&mut self, turn: &mut Turn, name: &RoomName) {
        let (most, keep) = if self.is_open(name) {
            OPEN_ROOM
        } else {
            OTHER_ROOM
        };
        let Some(room) = self.rooms.get(name) else {
            return;
        };
        let many = room.log.entries.len() > most;
        if many || room.unsaved.entries.len() + room.unsaved.changes.len() > UNSAVED_MOST {
            self.flush_log(turn, name);
        }
        if let Some(room) = self.rooms.get_mut(name) {
            let near = room.place.anchor.map(|anchor| anchor.seq);
            room.log.trim(most, keep, near);
        }
    }

    /// Topics, roles and removals change how one stands in a room.
    fn stand(&mut self, turn: &mut Turn, event: &Event) {
        match &event.body {
            EventBody::Topic { topic } => {
                if let Some(room) = self.rooms.get_mut(&event.room) {
                    room.state.topic.clone_from(topic);
                }
            }
            EventBody::Member(change) => {
                let me = self.is_me(&change.user);
                if let Some(room) = self.rooms.get_mut(&event.room) {
                    room.change_member(change, me);
                }
                if me && fold::removes(change.change) {
                    let fate = fate(event, change);
                    self.complain(turn, fate.clone());
                    if let Some(room) = self.rooms.get_mut(&event.room) {
                        room.fate = Some(fate);
                    }
                    self.depart(turn, &event.room);
                }
            }
            EventBody::Message(_)
            | EventBody::Edited { .. }
            | EventBody::Deleted { .. }
            | EventBody::Reacted { .. }
            | EventBody::Pinned { .. } => {}
        }
    }

    fn names_me(&self, event: &Event) -> bool {
        let Some(message) = event.body.message() else {
            return false;
        };
        let text = message.text.as_deref().unwrap_or_default();
        let room = self.rooms.get(&event.room);
        room.is_some_and(|room| self.text_names_me(room, &event.author, text))
    }
}

impl Room {
    fn change_member(&mut self, change: &MemberChange, me: bool) {
        if let (MemberChanged::Role, Some(role)) = (change.change, change.role) {
            if me {
                self.state.role = role;
            }
            if let Some(standing) = self.people.known.get_mut(&change.user) {
                standing.role = role;
            }
        }
        match change.change {
            MemberChanged::Muted if me => self.muted = true,
            MemberChanged::Unmuted if me => self.muted = false,
            MemberChanged::Muted
            | MemberChanged::Unmuted
            | MemberChanged::Joined
            | MemberChanged::Left
            | MemberChanged::Kicked
            | MemberChanged::Banned
            | MemberChanged::Unbanned
            | MemberChanged::Role => {}
        }
        if change.change == MemberChanged::Joined {
            let standing = Standing {
                role: Role::Member,
                online: true,
            };
            self.people.come(&change.user, standing);
        }
        if fold::removes(change.change) {
            self.people.go(&change.user);
        }
    }
}

/// Why one is not in a room any more, in words.
fn fate(event: &Event, change: &MemberChange) -> String {
    let (author, room) = (&event.author, &event.room);
    let words = match change.change {
        MemberChanged::Banned => format!("{author} banned you from {room}"),
        MemberChanged::Left => format!("you left {room}"),
        MemberChanged::Kicked
        | MemberChanged::Joined
        | MemberChanged::Unbanned
        | MemberChanged::Muted
        | MemberChanged::Unmuted
        | MemberChanged::Role => format!("{author} took you out of {room}"),
    };
    match change.reason.as_deref().filter(|reason| !reason.is_empty()) {
        Some(reason) => format!("{words}: {reason}"),
        None => words,
    }
}

/// Whether a text has `@name` as a whole word, without case.
pub(super) fn names(text: &str, name: &str) -> bool {
    let mut named = mentions(text).peekable();
    // Most texts name nobody: they need no key.
    if named.peek().is_none() {
        return false;
    }
    let key = UserName::trusted(name).map(|name| name.key());
    named.any(|named| Some(named) == key)
}

impl super::room::People {
    /// Someone is in the room now.
    pub(super) fn come(&mut self, who: &UserName, standing: Standing) {
        if self.known.insert(who.clone(), standing).is_none() {
            self.total = self.total.map(|total| total + 1);
        }
    }

    /// Someone is not in the room any more.
    pub(super) fn go(&mut self, who: &UserName) {
        if self.known.remove(who).is_some() {
            self.total = self.total.map(|total| total.saturating_sub(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_mention_is_a_whole_word() {
        for (text, is) in [
            ("hi @ada", true),
            ("@ADA, come", true),
            ("(@ada)", true),
            ("@ada.", true),
            ("@ada-x", false),
            ("@adam", false),
            ("x@ada", false),
            ("ada", false),
            ("@adam and @ada", true),
        ] {
            assert_eq!(names(text, "Ada"), is, "{text}");
        }
    }
}
