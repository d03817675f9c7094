//! Entries and events as lines, for people and for programs; harmless for both.

use crate::neutral;
use chat_proto::event::{EventBody, MemberChanged};
use chat_proto::{Entry, Event, Timestamp};
use jiff::tz::TimeZone;
use serde::Serialize;
use std::io::{self, Write};

/// Where lines go.
pub(super) struct Output {
    to: Box<dyn Write>,
    zone: TimeZone,
}

impl Output {
    pub(super) fn stdout() -> Self {
        Self {
            to: Box::new(io::stdout()),
            zone: TimeZone::system(),
        }
    }

    /// An entry, as it stands now.
    pub(super) fn entry(&mut self, entry: &Entry, json: bool) -> io::Result<()> {
        if json {
            return self.json(entry);
        }
        let mut line = line(&entry.event, &self.zone);
        if entry.fold.edited_at.is_some() {
            line.push_str(" (edited)");
        }
        self.line(&line)
    }

    /// A message that was found: with its room and day, which others of the list don't share.
    pub(super) fn hit(&mut self, entry: &Entry, json: bool) -> io::Result<()> {
        if json {
            return self.json(entry);
        }
        let (room, day) = (&entry.event.room, day(entry.event.at, &self.zone));
        let sign = if room.is_direct() { "" } else { "#" };
        let room = neutral::line(room.as_str()).into_owned();
        let line = line(&entry.event, &self.zone);
        self.line(&format!("{sign}{room} {day} {line}"))
    }

    /// An entry with its day.
    pub(super) fn dated(&mut self, entry: &Entry, json: bool) -> io::Result<()> {
        if json {
            return self.json(entry);
        }
        let (day, line) = (
            day(entry.event.at, &self.zone),
            line(&entry.event, &self.zone),
        );
        let edited = if entry.fold.edited_at.is_some() {
            " (edited)"
        } else {
            ""
        };
        self.line(&format!("{day} {line}{edited}"))
    }

    /// An event, as it happens.
    pub(super) fn event(&mut self, event: &Event, json: bool) -> io::Result<()> {
        if json {
            return self.json(event);
        }
        self.line(&line(event, &self.zone))
    }

    /// A value as one line of JSON.
    pub(super) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        let json = serde_json::to_string(value).map_err(io::Error::other)?;
        self.line(&escape(&json))
    }

    /// A text of ours, as it stands.
    pub(super) fn text(&mut self, text: &[u8]) -> io::Result<()> {
        self.to.write_all(text)?;
        self.to.flush()
    }

    /// A line, seen at once also through a pipe.
    pub(super) fn line(&mut self, line: &str) -> io::Result<()> {
        self.to.write_all(format!("{line}\n").as_bytes())?;
        self.to.flush()
    }
}

/// JSON in which characters that steer a terminal, or hide, are escapes.
fn escape(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        let alone = c.to_string();
        if c.is_ascii_graphic() || c == ' ' || neutral::line(&alone) == alone {
            out.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

fn line(event: &Event, zone: &TimeZone) -> String {
    let time = clock(event.at, zone);
    let author = neutral::line(event.author.as_str());
    let what = match &event.body {
        EventBody::Message(message) => match &message.text {
            // Further lines stand in, so that nobody can forge another's line.
            Some(text) => format!(": {}", neutral::text(text).replace('\n', "\n      ")),
            None => " (deleted)".to_owned(),
        },
        EventBody::Edited {
            target,
            text: Some(text),
        } => format!(
            " edited {target}: {}",
            neutral::text(text).replace('\n', "\n      ")
        ),
        EventBody::Edited { target, text: None } => format!(" edited {target}"),
        EventBody::Deleted { target } => format!(" deleted {target}"),
        EventBody::Reacted { target, emoji, on } => {
            let sign = if *on { "put" } else { "took away" };
            format!(" {sign} {} on {target}", neutral::line(emoji))
        }
        EventBody::Pinned { target, on: true } => format!(" pinned {target}"),
        EventBody::Pinned { target, on: false } => format!(" unpinned {target}"),
        EventBody::Topic { topic } => format!(" set the topic: {}", neutral::line(topic)),
        EventBody::Member(member) => {
            let user = neutral::line(member.user.as_str());
            format!(" {} {user}", changed(member.change))
        }
    };
    format!("{time} {author}{what}")
}

fn changed(change: MemberChanged) -> &'static str {
    match change {
        MemberChanged::Joined => "let in",
        MemberChanged::Left => "saw the leaving of",
        MemberChanged::Kicked => "removed",
        MemberChanged::Banned => "banned",
        MemberChanged::Unbanned => "unbanned",
        MemberChanged::Muted => "muted",
        MemberChanged::Unmuted => "unmuted",
        MemberChanged::Role => "changed the role of",
    }
}

/// `2026-11-22`
fn day(at: Timestamp, zone: &TimeZone) -> String {
    let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::MAX);
    zone.to_datetime(at).date().to_string()
}

fn clock(at: Timestamp, zone: &TimeZone) -> String {
    let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::MAX);
    let time = zone.to_datetime(at);
    format!("{:02}:{:02}", time.hour(), time.minute())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_proto::event::Message;
    use chat_proto::{RoomName, Seq, UserName};

    fn said(text: &str) -> Event {
        Event {
            room: RoomName::trusted("dev").unwrap(),
            seq: Seq::FIRST,
            at: "2026-11-22T10:42:07Z".parse().unwrap(),
            author: UserName::trusted("ada").unwrap(),
            guest: false,
            hook: false,
            body: EventBody::Message(Message {
                text: Some(text.to_owned()),
                ..Message::default()
            }),
        }
    }

    #[test]
    fn a_message_is_a_line_that_nobody_else_can_forge() {
        assert_eq!(line(&said("hi"), &TimeZone::UTC), "10:42 ada: hi");
        assert_eq!(
            line(&said("hi\n10:43 bob: yes"), &TimeZone::UTC),
            "10:42 ada: hi\n      10:43 bob: yes"
        );
        let hostile = line(&said("\x1b]0;x\x07\u{9b}31m\r\u{202e}"), &TimeZone::UTC);
        assert!(
            !hostile.chars().any(|c| c.is_control() || c == '\u{202e}'),
            "{hostile:?}"
        );
    }

    #[test]
    fn json_stays_json_and_holds_no_raw_control() {
        let text = "\x1b[31m \u{9b}31m \u{7f} \u{202e} \u{e0041} é 👩";
        let json = escape(&serde_json::to_string(text).unwrap());
        assert!(!json.contains(['\x1b', '\u{9b}', '\u{7f}', '\u{202e}', '\u{e0041}']));
        assert!(json.contains("é 👩"));
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
