//! What comes from the network, each kind handed to the rule it is about.

use super::by_hand::in_words;
use super::input::NetInput;
use super::link::Phase;
use super::requests::{Asked, typing_id};
use super::room::Standing;
use super::state::{State, Turn};
use chat_proto::codec::{Frame, Received};
use chat_proto::event::Role;
use chat_proto::limits::COUNT_CAP;
use chat_proto::notice::{Presence, ReadMoved, TypingNow};
use chat_proto::reply::Joined;
use chat_proto::request::GetHistory;
use chat_proto::{ErrorCode, ErrorReply, RoomName, Seq};
use std::time::Duration;

/// That someone is typing is shown for so long.
const TYPING_SHOWN: Duration = Duration::from_secs(5);

impl State {
    /// Something came from the network.
    pub(super) fn net(&mut self, turn: &mut Turn, input: NetInput) {
        match input {
            NetInput::Connected => {
                self.link.hear(turn.now);
                self.somebody(turn);
                self.link.phase = Phase::Entering {
                    since: turn.now.mono,
                };
            }
            NetInput::Heard => self.link.hear(turn.now),
            NetInput::Frame(received) => {
                self.link.hear(turn.now);
                self.receive(turn, *received);
            }
            NetInput::Closed { code, reason } => {
                // Logged out elsewhere: who it was is to be asked now, not later.
                if code == Some(1008) && !reason.contains("logged out") {
                    self.link.be_patient();
                }
                self.lose(turn, closed_in_words(code, &reason));
            }
            NetInput::Nobody(why) => self.nobody(turn, why),
            NetInput::Failed(why) => self.lose(turn, why),
        }
    }

    fn receive(&mut self, turn: &mut Turn, received: Received) {
        if received.id == Some(typing_id()) {
            // It is answered only if it is refused, and then nobody misses it.
            return;
        }
        let asked = self.requests.answered(received.id.as_ref(), turn.now);
        match received.frame {
            Frame::Greeting(greeting) => self.greeted(turn, greeting),
            Frame::Welcome(welcome) => self.welcomed(turn, welcome),
            Frame::Event(event) => self.deliver(turn, *event),
            Frame::Gap(gap) => self.pass_gap(turn, &gap),
            Frame::Sent(sent) => self.acknowledged(turn, asked, &sent),
            Frame::History(history) => self.page_came(turn, asked, history),
            Frame::Joined(joined) => self.joined(turn, asked.as_ref(), *joined),
            Frame::Left(left) => self.depart(turn, &left.room),
            Frame::Rooms(rooms) => self.rooms_came(turn, rooms),
            Frame::Members(members) => self.members_came(turn, members),
            Frame::Error(mut error) => {
                error.message = in_words(&error.message);
                self.refused(turn, asked, &error);
            }
            Frame::ReadMoved(moved) => self.read_moved(turn, &moved),
            Frame::Typing(typing) => self.typing(turn, typing),
            Frame::Presence(presence) => self.presence(&presence),
            Frame::Invited(invited) => self.invited(turn, &invited),
            Frame::Unknown { kind, why } => self.not_understood(turn, asked, kind.as_deref(), &why),
            Frame::Done(done) => self.done(turn, asked, done.seq),
            Frame::Found(found) => self.server_found(turn, asked.as_ref(), found),
            Frame::Registered(registered) => self.registered(turn, &registered),
            Frame::HookMade(made) => self.hook_made(made),
            Frame::Hooks(hooks) => {
                if let Some(Asked::Hooks(room)) = asked {
                    self.hooks_came(turn, &room, &hooks);
                }
            }
            Frame::Pong(_) | Frame::Help(_) => self.done(turn, asked, None),
        }
    }

    /// A frame that this version can't read. If it is a reply, what was asked
    /// for is not had.
    fn not_understood(
        &mut self,
        turn: &mut Turn,
        asked: Option<Asked>,
        kind: Option<&str>,
        why: &str,
    ) {
        let kind = kind.unwrap_or("without a type");
        let words = format!("a frame of the server could not be read ({kind}): {why}");
        match asked {
            Some(_) => self.refused(turn, asked, &ErrorReply::new(ErrorCode::Internal, words)),
            None => self.complain(turn, words),
        }
    }

    fn done(&mut self, turn: &mut Turn, asked: Option<Asked>, seq: Option<Seq>) {
        match asked {
            Some(Asked::Command(text)) => self.say(turn, format!("done: {text}")),
            Some(Asked::Deed(id)) => self.deed_done(turn, &id, seq),
            Some(Asked::Account(_)) => {
                self.say(
                    turn,
                    "the password is changed; other devices are logged out",
                );
            }
            Some(Asked::Logout) => self.logged_out(turn),
            _ => {}
        }
    }

    fn refused(&mut self, turn: &mut Turn, asked: Option<Asked>, error: &ErrorReply) {
        match asked {
            Some(Asked::Hello) => self.hello_refused(turn, error),
            Some(Asked::Send(nonce)) => self.send_refused(turn, &nonce, error),
            Some(Asked::Deed(id)) => self.deed_refused(turn, &id, error),
            Some(Asked::Account(purpose)) => {
                self.complain(turn, format!("{}: {}", purpose.title(), error.message));
            }
            Some(Asked::History { room, marked, .. }) => {
                self.page_refused(&room, marked);
                self.complain(
                    turn,
                    format!("the past of {room} can't be loaded: {}", error.message),
                );
            }
            Some(Asked::Join(text) | Asked::Command(text)) => {
                self.command_refused(turn, &text, &error.message);
            }
            Some(Asked::Figures(room)) => self.figures_refused(&room),
            Some(Asked::Leave(room)) => self.complain(turn, format!("{room}: {}", error.message)),
            Some(Asked::Search(number)) => self.search_refused(number, error),
            Some(Asked::Rooms | Asked::Members(_)) => {
                self.stop_loading();
                self.complain(turn, error.message.clone());
            }
            // The next `welcome` tells how these stand.
            Some(Asked::Read | Asked::Changed(_) | Asked::Ping) => {}
            Some(Asked::Thread { below, .. }) => self.thread_refused(turn, below, error),
            Some(Asked::At { .. } | Asked::Logout | Asked::Hooks(_)) | None => {
                self.complain(turn, error.message.clone());
            }
        }
    }

    fn joined(&mut self, turn: &mut Turn, asked: Option<&Asked>, joined: Joined) {
        if let Some(Asked::Figures(_)) = asked {
            return self.figures_came(turn, joined.state);
        }
        let name = joined.state.room.clone();
        let head = joined.state.head;
        let fresh = self.rooms.get(&name).is_none_or(|room| room.gone);
        self.invites.retain(|invited| invited.room != name);
        // In a room that is delivered already it is only a page.
        if fresh {
            self.stand_in(turn, joined.state, false);
        }
        if let Some(events) = joined.events {
            let from = match events.first() {
                Some(oldest) if joined.more_before => oldest.event.seq,
                Some(_) | None => Seq::FIRST,
            };
            self.take_page(turn, &name, events, from, head, head);
        }
        if matches!(asked, Some(Asked::Join(_))) {
            self.go(turn, &name);
        } else if fresh {
            self.say(turn, format!("you are in {name} now"));
            self.open_some(turn);
        }
    }

    fn read_moved(&mut self, turn: &Turn, moved: &ReadMoved) {
        let Some(room) = self.rooms.get_mut(&moved.room) else {
            return;
        };
        room.state.read = moved.seq;
        room.state.unread = moved.unread.min(COUNT_CAP);
        room.state.mentions = moved.mentions.min(COUNT_CAP);
        self.saves.log(turn, &moved.room);
    }

    fn typing(&mut self, turn: &Turn, typing: TypingNow) {
        let until = turn.now.mono + TYPING_SHOWN;
        if self.habits.ignores(&typing.user) {
            return;
        }
        if let Some(room) = self.rooms.get_mut(&typing.room) {
            room.typing.retain(|(who, _)| *who != typing.user);
            room.typing.push((typing.user, until));
        }
    }

    fn presence(&mut self, presence: &Presence) {
        for room in self.rooms.values_mut() {
            if let Some(standing) = room.people.known.get_mut(&presence.user) {
                standing.online = presence.online;
            }
        }
        let room = presence
            .room
            .as_ref()
            .and_then(|name| self.rooms.get_mut(name));
        let standing = Standing {
            role: Role::Member,
            online: presence.online,
        };
        match (room, presence.member) {
            (Some(room), Some(true)) => room.people.come(&presence.user, standing),
            (Some(room), Some(false)) => room.people.go(&presence.user),
            (Some(_), None) | (None, _) => {}
        }
    }

    /// Events were passed over: which of the entries held have they changed? Until
    /// that is answered, on this connection or a later one, it is to be asked.
    pub(super) fn ask_changed(&mut self, turn: &mut Turn, name: &RoomName, since: Seq) {
        let Some(room) = self.rooms.get_mut(name) else {
            return;
        };
        if room.log.holds_nothing() {
            room.unchecked = None;
            return;
        }
        let since = room.unchecked.map_or(since, |before| before.min(since));
        room.unchecked = Some(since);
        let request = GetHistory {
            changed_after: Some(since),
            ..history(name)
        };
        self.saves.log(turn, name);
        self.ask(turn, Asked::Changed(name.clone()), request);
    }
}

/// A request for a room's newest page.
pub(super) fn history(room: &RoomName) -> GetHistory {
    GetHistory {
        room: room.clone().into(),
        before: None,
        after: None,
        around: None,
        at: None,
        changed_after: None,
        thread: None,
        limit: std::num::NonZeroU32::new(100),
    }
}

fn closed_in_words(code: Option<u16>, reason: &str) -> String {
    let told = match code {
        None => "the connection broke",
        Some(1000) => "the server closed the connection",
        Some(1001) => "the server is going away",
        Some(1008) => "the server turned us away",
        Some(1009) => "the server found a frame too large",
        Some(1011) => "the server had a fault",
        Some(1013) => "the server is overloaded",
        Some(_) => "the connection was closed",
    };
    if reason.is_empty() {
        told.to_owned()
    } else {
        format!("{told}: {reason}")
    }
}
