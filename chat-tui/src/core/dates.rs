//! Going to a date, or to a message by its number.

use super::effect::{Effect, Load, LoadAt};
use super::receive::history;
use super::requests::Asked;
use super::room::{Anchor, Place};
use super::state::{State, Turn};
use chat_proto::reply::History;
use chat_proto::request::GetHistory;
use chat_proto::{Entry, RoomName, Seq, Timestamp};

impl State {
    /// Goes to the first message of the open room that is not before a moment,
    /// or to the message whose place was copied.
    pub(super) fn go_to(&mut self, turn: &mut Turn, text: &str, typed: &str) {
        if let Some((room, seq)) = self.place_named(text) {
            return self.jump(turn, &room, seq);
        }
        let Some(room) = self.open.clone() else {
            return self.complain(turn, "no room is open");
        };
        let at = match self.setup.zone.read(text, turn.now.wall) {
            Ok(at) => at,
            Err(why) => return self.command_refused(turn, typed, &why),
        };
        if !self.link.is_live() {
            let asked = LoadAt { room, at };
            return turn.effects.push(Effect::Load(Load::At(asked)));
        }
        let request = GetHistory {
            at: Some(at),
            ..history(&room)
        };
        self.ask(turn, Asked::At { room, at }, request);
    }

    /// The place that `#room:42`, or a number alone, means.
    fn place_named(&self, text: &str) -> Option<(RoomName, Seq)> {
        let (room, number) = match text.trim().rsplit_once(':') {
            Some((room, number)) => {
                let name = RoomName::trusted(room.strip_prefix('#')?)?;
                (self.rooms.get(&name)?.name().clone(), number)
            }
            None => (self.open.clone()?, text.trim()),
        };
        Some((room, Seq::new(number.parse().ok()?)?)).filter(|(_, seq)| *seq > Seq::ZERO)
    }

    /// The server gave what was said from a moment on.
    pub(super) fn date_came(
        &mut self,
        turn: &mut Turn,
        name: &RoomName,
        at: Timestamp,
        page: History,
    ) {
        let first = page.events.first().cloned();
        let oldest = !page.more_before;
        if let (Some(first), Some(last)) = (&first, page.events.last()) {
            let from = first.event.seq;
            let to = if page.more_after {
                last.event.seq
            } else {
                page.head
            };
            self.take_page(turn, name, page.events, from, to, page.head);
        }
        self.show_date(turn, name, at, first.as_ref(), oldest);
    }

    /// The cache gave the first entry from a moment on.
    pub(super) fn cached_date_came(
        &mut self,
        turn: &mut Turn,
        asked: &LoadAt,
        entry: Option<&Entry>,
    ) {
        self.show_date(turn, &asked.room, asked.at, entry, false);
        self.say(turn, "offline: only what is cached was looked at");
    }

    fn show_date(
        &mut self,
        turn: &mut Turn,
        name: &RoomName,
        at: Timestamp,
        entry: Option<&Entry>,
        oldest: bool,
    ) {
        let zone = &self.setup.zone;
        let wanted = zone.words(at);
        let Some(entry) = entry else {
            self.go(turn, name);
            self.go_newest(turn);
            return self.say(
                turn,
                format!("nothing was said after {wanted}; this is the newest"),
            );
        };
        let found = zone.words(entry.event.at);
        let words = if oldest && entry.event.at > at {
            Some(format!("{found} is the oldest that is kept"))
        } else if zone.same_day(at, entry.event.at) {
            None
        } else {
            Some(format!(
                "nothing was said on {wanted}; the next is of {found}"
            ))
        };
        let seq = entry.event.seq;
        self.jump(turn, name, seq);
        if let Some(room) = self.rooms.get_mut(name) {
            // The day above it is shown with it.
            let anchor = Some(Anchor { seq, row: -1 });
            room.place = Place { anchor, scroll: 0 };
        }
        if let Some(words) = words {
            self.say(turn, words);
        }
    }
}
