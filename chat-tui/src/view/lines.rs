//! The second view: a state told line by line, for screen readers, for
//! terminals that can't move their cursor, and for pipes.
//!
//! It compares the state with what it has told and says what is new; it looks
//! at nothing but the state, as the other view. What always holds: what it has
//! said it never takes back, and no line of it holds a control character.

mod asks;
mod room;
mod words;

use super::overlay::debug;
use super::when::When;
use crate::core::State;
use crate::core::clock::Now;
use crate::core::link::Phase;
use crate::core::news::News;
use crate::core::outbox::Stage;
use crate::core::room::{Anchor, Room, Viewport};
use crate::core::settings::Others;
use crate::neutral;
use asks::figures;
use chat_proto::{RoomName, Seq, Timestamp};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use room::Wanted;
use std::collections::BTreeMap;
use std::time::Duration;

/// News of another room that are told at once; more are counted.
const ELSEWHERE: usize = 20;

/// What was told so far.
#[derive(Debug)]
pub struct Lines {
    when: When,
    out: String,
    /// The day of the entry told last.
    day: Option<Date>,
    /// The connection, as it was told.
    link: String,
    /// The rooms with something unread were listed.
    listed: bool,
    notices: Vec<(String, Duration)>,
    /// Up to where each room was told.
    told: BTreeMap<RoomName, Seq>,
    open: Option<RoomName>,
    /// What is to be told of the open room, once it is loaded.
    wanted: Option<Wanted>,
    /// That something is not loaded was told.
    waits: bool,
    /// What of the open room was told as a page, or since it was entered.
    page: Option<(Seq, Seq)>,
    /// The place that was asked for last.
    place: Option<Anchor>,
    begun: String,
    reply_to: Option<Seq>,
    selected: Option<Seq>,
    /// Messages of the outbox, as they were told.
    unsent: BTreeMap<String, &'static str>,
    asked: Option<Vec<String>>,
}

impl Lines {
    /// Nothing is told yet.
    pub fn new(zone: TimeZone) -> Self {
        Self {
            when: When::new(zone),
            out: String::new(),
            day: None,
            link: String::new(),
            listed: false,
            notices: Vec::new(),
            told: BTreeMap::new(),
            open: None,
            wanted: None,
            waits: false,
            page: None,
            place: None,
            begun: String::new(),
            reply_to: None,
            selected: None,
            unsent: BTreeMap::new(),
            asked: None,
        }
    }

    /// What is new, as whole lines, and what of the open room has been told.
    pub fn tell(&mut self, state: &State, now: Now) -> (String, Option<Viewport>) {
        self.tell_link(state, now.wall);
        self.tell_notices(state);
        self.tell_elsewhere(state);
        let viewport = self.tell_room(state);
        self.tell_unsent(state);
        self.tell_begun(state);
        let asked = asks::told(state, &self.when, now.wall);
        if asked.is_some() && asked != self.asked {
            for line in asked.iter().flatten() {
                self.line(line);
            }
        }
        self.asked = asked;
        (std::mem::take(&mut self.out), viewport)
    }

    /// The figures as they stand.
    pub fn tell_figures(&mut self, state: &State, now: Now) {
        let shown = state.debug.as_ref();
        let rows = shown.map(|shown| debug::figures(state, shown, &self.when, now));
        let mut about = "";
        for (name, words) in rows.unwrap_or_default() {
            about = if name.is_empty() { about } else { name };
            self.line(&format!("-- {about}: {words}"));
        }
    }

    /// Something to be told next.
    pub fn add(&mut self, words: &str) {
        self.line(words);
    }

    /// What stands before the line that is typed.
    pub fn prompt(&self, state: &State) -> String {
        neutral::line(&asks::prompt(state)).into_owned()
    }

    /// The only way out: whatever is in the words, it is lines of harmless text.
    fn line(&mut self, words: &str) {
        let harmless = neutral::text(words);
        // Further lines stand in, so that nobody can forge another's line.
        self.out.push_str(&harmless.replace('\n', "\n      "));
        self.out.push('\n');
    }

    fn tell_link(&mut self, state: &State, now: Timestamp) {
        let link = &state.link;
        let said = match &link.phase {
            Phase::Live => {
                let me = state.me.name.as_ref().map_or("", |me| me.as_str());
                let guest = if state.me.guest { ", a guest" } else { "" };
                format!("online as {me}{guest}")
            }
            Phase::Connecting { .. } if link.attempt == 0 => {
                let first = state.setup.addresses.first();
                format!("connecting to {}", first.map_or("", String::as_str))
            }
            Phase::Waiting { .. } => {
                let since = self.when.since(link.since, now);
                format!("offline since {since}: {}; trying again", link.why)
            }
            // What comes between is not worth a line.
            Phase::Idle
            | Phase::Connecting { .. }
            | Phase::Entering { .. }
            | Phase::Asking { .. } => return,
        };
        if said == self.link {
            return;
        }
        self.line(&format!("-- {said}"));
        self.link = said;
        if link.is_live() && !self.listed {
            self.listed = true;
            for room in state.listed().filter(|room| room.state.unread > 0) {
                let name = words::name(state, room.name());
                let figures = figures(room.state.unread, room.state.mentions);
                self.line(&format!("-- {name}{figures}"));
            }
        }
    }

    fn tell_notices(&mut self, state: &State) {
        let known = std::mem::take(&mut self.notices);
        for notice in &state.notices {
            let this = (notice.text.clone(), notice.until);
            if !known.contains(&this) {
                let sign = if notice.error { "!!" } else { "--" };
                self.line(&format!("{sign} {}", notice.text));
            }
            self.notices.push(this);
        }
    }

    /// News of rooms other than the open one.
    fn tell_elsewhere(&mut self, state: &State) {
        self.told.retain(|name, _| state.rooms.contains_key(name));
        for room in state.listed() {
            let head = room.log.head();
            let told = *self.told.entry(room.name().clone()).or_insert(head);
            if state.open.as_ref() == Some(room.name()) || told >= head {
                continue;
            }
            self.told.insert(room.name().clone(), head);
            self.news_of_another(state, room, told);
        }
    }

    fn news_of_another(&mut self, state: &State, room: &Room, told: Seq) {
        let from = told.max(room.counted());
        let news = room.news(from);
        let said = |news: &&News<'_>| match news {
            News::Entry(entry) => !state.habits.ignores(&entry.event.author),
            News::Change(_) | News::Hole(_) => false,
        };
        let entries: Vec<_> = news.iter().filter(said).collect();
        let name = words::name(state, room.name());
        let figures = figures(room.state.unread, room.state.mentions);
        match state.settings.others {
            Others::Nothing => {}
            Others::Notes if entries.is_empty() || room.state.unread == 0 => {}
            Others::Notes => self.line(&format!("{name}{figures}")),
            Others::Messages if entries.len() > ELSEWHERE => {
                self.line(&format!("{name}{figures}"));
            }
            Others::Messages => {
                for news in entries {
                    if let News::Entry(entry) = news {
                        let said = words::entry(room, entry, &self.when);
                        self.line(&format!("{name} {said}"));
                    }
                }
            }
        }
    }

    /// Messages that are not in their log yet, where that takes more than a moment.
    fn tell_unsent(&mut self, state: &State) {
        let known = std::mem::take(&mut self.unsent);
        for item in &state.outbox.items {
            let unsent = &item.unsent;
            let (stage, words) = match item.stage {
                Stage::Sent { .. } => continue,
                Stage::Refused { .. } => {
                    let why = unsent.refused.as_deref().unwrap_or_default();
                    let can = "/retry, /edit-again or /discard";
                    (
                        "refused",
                        format!("!! not sent: {}: {why}; {can}", unsent.text),
                    )
                }
                Stage::Saving | Stage::Waiting | Stage::UnderWay if state.link.is_live() => {
                    ("under way", String::new())
                }
                Stage::Saving | Stage::Waiting | Stage::UnderWay => {
                    ("waits", format!("-- waits for the server: {}", unsent.text))
                }
            };
            let before = known.get(unsent.nonce.as_str()).copied();
            if before != Some(stage) && !words.is_empty() {
                let room = words::name(state, &unsent.room);
                let here = state.open.as_ref() == Some(&unsent.room);
                let room = if here {
                    String::new()
                } else {
                    format!("{room} ")
                };
                self.line(&format!("{room}{words}"));
            }
            self.unsent.insert(unsent.nonce.to_string(), stage);
        }
    }

    /// What is begun in the open room, answered or selected.
    fn tell_begun(&mut self, state: &State) {
        let Some(room) = state.open_room() else {
            return;
        };
        let text = room.composer.text().to_owned();
        if text != self.begun && !text.is_empty() && !text.ends_with('\n') {
            self.line(&match room.editing {
                Some(_) => format!("-- editing: {text}"),
                None => format!("-- begun here: {text}"),
            });
            self.line(match room.editing {
                Some(_) => "-- the next line takes its place; /close leaves it as it is",
                None => "-- /send sends it, /drop drops it",
            });
        }
        self.begun = text;
        if room.reply_to != self.reply_to {
            if let Some(seq) = room.reply_to {
                self.line(&format!(
                    "-- the next line answers {}",
                    words::quoted(room, seq)
                ));
            }
            self.reply_to = room.reply_to;
        }
        if room.selected != self.selected {
            if let Some(entry) = state.selected_message() {
                let (seq, said) = (entry.event.seq, words::entry(room, entry, &self.when));
                self.line(&format!("-- chosen: {seq}. {said}"));
            }
            self.selected = room.selected;
        }
    }

    fn day_of(&mut self, at: Timestamp) {
        let day = Some(self.when.day(at));
        if day != self.day {
            self.day = day;
            let words = format!("-- {}", self.when.long_day(at));
            self.line(&words);
        }
    }
}
