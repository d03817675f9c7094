//! What a message, a piece of news or an unsent message says, as spans to be
//! laid out.
//!
//! Knows the entry and the log it stands in, no rows and no buffer. Always
//! holds: what an entry answers takes one row whether or not it is loaded, so
//! that loading it moves nothing.

use super::glyphs::Glyphs;
use super::markup;
use super::pen::fit;
use super::theme::{Role, author};
use super::when::When;
use crate::core::deeds::{Act, Deeds, Step};
use crate::core::habits::Habits;
use crate::core::outbox::{Item, Stage};
use crate::core::room::Room;
use crate::core::threads::Replies;
use crate::neutral;
use crate::weblink;
use chat_proto::event::{EventBody, Fold, MemberChange, MemberChanged, Message};
use chat_proto::{Entry, Seq, Timestamp};
use std::collections::BTreeMap;

/// Parts of a text with their roles, before they are laid out.
pub(super) type Spans = Vec<(String, Role)>;

/// How the columns of a timeline are shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Columns {
    /// Columns for authors; 0 where they stand in the text.
    pub(super) author: usize,
    /// The first column of the text.
    pub(super) text: usize,
    /// Columns of the text.
    pub(super) width: usize,
    /// Whether times are shown.
    pub(super) times: bool,
}

impl Columns {
    /// For a timeline of this width. The text never touches what stands right of it.
    pub(super) fn new(width: u16) -> Self {
        const CLOCK: usize = 5;
        const TEXT_MIN: usize = 30;
        // A sign and a blank.
        const SIGN: usize = 2;
        let width = usize::from(width);
        let author = (width / 6).clamp(8, 14);
        let text = SIGN + CLOCK + 1 + author + 1;
        if width > text + TEXT_MIN {
            Self {
                author,
                text,
                width: width - text - 1,
                times: true,
            }
        } else {
            Self {
                author: 0,
                text: SIGN,
                width: width.saturating_sub(SIGN + 1).max(1),
                times: width >= 30,
            }
        }
    }
}

/// What is needed to say what something says.
pub(super) struct Context<'a> {
    pub(super) room: &'a Room,
    /// What is to be done to messages and does not show in the log yet.
    pub(super) deeds: &'a Deeds,
    /// Whose messages are not shown.
    pub(super) habits: &'a Habits,
    pub(super) me: Option<&'a str>,
    pub(super) when: &'a When,
    pub(super) columns: Columns,
    pub(super) glyphs: &'static Glyphs,
    /// The keys that act on the refused message, with what they do.
    pub(super) refused_keys: &'a str,
}

impl Context<'_> {
    /// The role of a name.
    pub(super) fn author(&self, name: &str) -> Role {
        if self.me == Some(name) {
            Role::Own
        } else {
            author(name)
        }
    }

    /// An entry of the log.
    pub(super) fn entry(&self, entry: &Entry) -> Spans {
        let name = entry.event.author.as_str();
        let mut spans = self.lead(name, entry.event.at);
        match &entry.event.body {
            EventBody::Message(message) => self.message(&mut spans, entry, message),
            EventBody::Topic { topic } if topic.is_empty() => {
                spans.push(("took the topic away".into(), Role::Notice));
            }
            EventBody::Topic { topic } => {
                let topic = neutral::line(topic);
                spans.push((format!("set the topic: {topic}"), Role::Notice));
            }
            EventBody::Member(change) => spans.push((member(change), Role::Notice)),
            // Only folded into others; an entry never is one of these.
            EventBody::Edited { .. }
            | EventBody::Deleted { .. }
            | EventBody::Reacted { .. }
            | EventBody::Pinned { .. } => {}
        }
        spans
    }

    /// The text of a message that is all there is to show of it: how that looks
    /// follows from the text and from who one is.
    pub(super) fn bare<'e>(&self, entry: &'e Entry) -> Option<&'e str> {
        let EventBody::Message(Message {
            text: Some(text),
            nonce: _,
            reply_to: None,
            files,
        }) = &entry.event.body
        else {
            return None;
        };
        let (room, seq) = (&entry.event.room, entry.event.seq);
        let is_bare = self.columns.author > 0
            && files.is_empty()
            && entry.fold == Fold::default()
            && self.deeds.on(room, seq).next().is_none()
            && self.room.log.replies(seq).held == 0;
        is_bare.then_some(text)
    }

    /// A message that is not in the log yet.
    pub(super) fn unsent(&self, item: &Item, acts: bool) -> Spans {
        let unsent = &item.unsent;
        let mut spans = self.lead(self.me.unwrap_or("you"), unsent.at);
        self.reply(&mut spans, unsent.reply_to);
        let waits = !matches!(item.stage, Stage::Sent { .. });
        let text = spans.len();
        said(&mut spans, &unsent.text, None);
        for (_, role) in &mut spans[text..] {
            if waits && *role == Role::Text {
                *role = Role::Pending;
            }
        }
        for file in &unsent.files {
            let before = if unsent.text.is_empty() { "" } else { "\n" };
            let text = format!(
                "{before}[file: {}, {}]",
                neutral::line(&file.name),
                size(file.size)
            );
            spans.push((text, Role::Pending));
        }
        if let Some(why) = &unsent.refused {
            let sign = self.glyphs.refused;
            let why = neutral::line(why);
            spans.push((format!("\n{sign} not sent: {why}"), Role::Refused));
            if acts {
                spans.push((format!("\n{}", self.refused_keys), Role::Key));
            }
        }
        spans
    }

    /// Where names have no column of their own, they begin the text.
    fn lead(&self, name: &str, at: Timestamp) -> Spans {
        if self.columns.author > 0 {
            return Spans::new();
        }
        let mut spans = Spans::new();
        if self.columns.times {
            spans.push((format!("{} ", self.when.clock(at)), Role::Faint));
        }
        let room = (self.columns.width / 2).max(1);
        spans.push((fit(name, room, self.glyphs.cut), self.author(name)));
        spans.push((" ".into(), Role::Text));
        spans
    }

    fn message(&self, spans: &mut Spans, entry: &Entry, message: &Message) {
        self.reply(spans, message.reply_to);
        let Some(text) = &message.text else {
            spans.push(("(deleted)".into(), Role::Faint));
            self.replies(spans, entry);
            return;
        };
        let to_be = ToBe::of(self.deeds, entry);
        said(spans, to_be.text.unwrap_or(text), self.me);
        if entry.fold.rev.is_some() || to_be.text.is_some() {
            spans.push((" (edited)".into(), Role::Faint));
        }
        if to_be.pinned.unwrap_or(entry.fold.pinned) {
            spans.push((format!(" {} pinned", self.glyphs.pin), Role::Warning));
        }
        if !to_be.waits.is_empty() {
            let words = format!(
                " {} {} not sent yet",
                self.glyphs.pending,
                to_be.waits.join(", ")
            );
            spans.push((words, Role::Pending));
        }
        for file in &message.files {
            let name = neutral::line(&file.name);
            let mime = neutral::line(&file.mime);
            let text = format!("\n[file: {name}, {}, {mime}]", size(file.size));
            spans.push((text, Role::Link));
        }
        self.reactions(spans, &entry.fold, &to_be);
        self.refused_edit(spans, entry);
        self.replies(spans, entry);
    }

    /// How many messages follow in the thread that an entry begins, on its last
    /// row; what is not held may be more of them.
    fn replies(&self, spans: &mut Spans, entry: &Entry) {
        let Replies { held, whole } = self.room.log.replies(entry.event.seq);
        if held == 0 || self.room.thread.is_some() {
            return;
        }
        let more = if whole { "" } else { "+" };
        let word = if held == 1 && whole {
            "reply"
        } else {
            "replies"
        };
        spans.push(("  ".into(), Role::Text));
        let words = format!("{} {held}{more} {word}", self.glyphs.thread);
        spans.push((words, Role::Replies));
    }

    fn reactions(&self, spans: &mut Spans, fold: &Fold, to_be: &ToBe<'_>) {
        let none = Vec::new();
        let new = to_be
            .reactions
            .keys()
            .filter(|emoji| !fold.reactions.contains_key(**emoji));
        let new = new.map(|emoji| (*emoji, &none));
        let stand = fold
            .reactions
            .iter()
            .map(|(emoji, names)| (emoji.as_str(), names));
        let mut before = "\n";
        for (emoji, names) in stand.chain(new) {
            let named = u32::try_from(names.len()).unwrap_or(u32::MAX);
            let count = fold.counts.get(emoji).copied().unwrap_or(named);
            let mine = names.iter().any(|name| self.me == Some(name));
            let (on, waits) = to_be.reactions.get(emoji).copied().unwrap_or((mine, false));
            let count = match (mine, on) {
                (false, true) => count + 1,
                (true, false) => count.saturating_sub(1),
                (true, true) | (false, false) => count,
            };
            if count == 0 && !waits {
                continue;
            }
            let sign = if waits { self.glyphs.pending } else { "" };
            spans.push((before.into(), Role::Text));
            let words = format!("{} {count}{sign}", neutral::line(emoji));
            spans.push((words, Role::Reaction(on)));
            before = "  ";
        }
    }

    /// An edit that the server refused, with why and what can be done about it.
    fn refused_edit(&self, spans: &mut Spans, entry: &Entry) {
        for item in self.deeds.on(&entry.event.room, entry.event.seq) {
            let (Some(why), Act::Edit(text)) = (&item.deed.refused, &item.deed.act) else {
                continue;
            };
            let sign = self.glyphs.refused;
            let words = format!("\n{sign} not edited: {}\n{text}", neutral::line(why));
            spans.push((words, Role::Refused));
            let acts = self.deeds.refused(&entry.event.room) == Some(&item.deed);
            if acts && !self.refused_keys.is_empty() {
                spans.push((format!("\n{}", self.refused_keys), Role::Key));
            }
        }
    }

    /// One row, whatever is known of the message that is answered; none for
    /// the one that a thread begins with, which all of it answers.
    fn reply(&self, spans: &mut Spans, to: Option<Seq>) {
        let Some(to) = to.filter(|to| self.room.thread != Some(*to)) else {
            return;
        };
        let used: usize = spans.iter().map(|(text, _)| neutral::width(text)).sum();
        let room = self.columns.width.saturating_sub(used).max(1);
        let what = format!("{} {}", self.glyphs.reply, self.answered(to));
        spans.push((fit(&what, room, self.glyphs.cut), Role::Quote));
        spans.push(("\n".into(), Role::Text));
    }

    /// The message that is answered, in one line.
    pub(super) fn answered(&self, to: Seq) -> String {
        let Some(entry) = self.room.log.entry(to) else {
            return "an earlier message".into();
        };
        if self.habits.ignores(&entry.event.author) {
            return "a hidden message".into();
        }
        let name = entry.event.author.as_str();
        match &entry.event.body {
            EventBody::Message(Message {
                text: Some(text), ..
            }) => {
                // More than a screen's width of it is never shown.
                let start: String = text.chars().take(300).collect();
                format!("{name}: {}", neutral::line(&start).replace('␊', " "))
            }
            EventBody::Message(Message { text: None, .. }) => format!("{name}: (deleted)"),
            EventBody::Topic { .. }
            | EventBody::Member(_)
            | EventBody::Edited { .. }
            | EventBody::Deleted { .. }
            | EventBody::Reacted { .. }
            | EventBody::Pinned { .. } => name.to_owned(),
        }
    }
}

/// What someone wrote. Behind a link that leads elsewhere than it seems stands
/// where it leads.
fn said(spans: &mut Spans, text: &str, me: Option<&str>) {
    for (part, role) in markup::parts(text, me) {
        spans.push((part.to_owned(), role));
        let host = (role == Role::Link).then(|| weblink::true_host(part));
        if let Some(host) = host.flatten() {
            spans.push((format!(" ({host})"), Role::Warning));
        }
    }
}

/// What is to become of a message, by what was done to it and is not in its log yet.
#[derive(Default)]
struct ToBe<'a> {
    text: Option<&'a str>,
    pinned: Option<bool>,
    /// By emoji: whether one's own is on, and whether that still waits.
    reactions: BTreeMap<&'a str, (bool, bool)>,
    /// What waits, in words.
    waits: Vec<&'static str>,
}

impl<'a> ToBe<'a> {
    fn of(deeds: &'a Deeds, entry: &'a Entry) -> Self {
        let mut to_be = Self::default();
        for item in deeds.on(&entry.event.room, entry.event.seq) {
            let waits = match item.step {
                Step::Saving | Step::Waiting | Step::UnderWay => true,
                Step::Done(_) => false,
                Step::Refused => continue,
            };
            let words = match &item.deed.act {
                Act::Edit(text) => {
                    to_be.text = Some(text);
                    "edit"
                }
                // The text stays until it is gone for everyone.
                Act::Delete => "deletion",
                Act::Pin(on) => {
                    to_be.pinned = Some(*on);
                    if *on { "pin" } else { "unpinning" }
                }
                Act::React { emoji, on } => {
                    to_be.reactions.insert(emoji, (*on, waits));
                    continue;
                }
            };
            if waits {
                to_be.waits.push(words);
            }
        }
        to_be
    }
}

/// What became of a member, in words that follow a name.
pub(super) fn member(change: &MemberChange) -> String {
    let user = change.user.as_str();
    let mut said = match change.change {
        MemberChanged::Joined => format!("{user} came in"),
        MemberChanged::Left => format!("{user} left"),
        MemberChanged::Kicked => format!("removed {user}"),
        MemberChanged::Banned => format!("banned {user}"),
        MemberChanged::Unbanned => format!("lifted the ban of {user}"),
        MemberChanged::Muted => format!("muted {user}"),
        MemberChanged::Unmuted => format!("lets {user} write again"),
        MemberChanged::Role => match change.role {
            Some(role) => format!("made {user} {}", role.name()),
            None => format!("changed the role of {user}"),
        },
    };
    if let Some(reason) = change.reason.as_deref().filter(|reason| !reason.is_empty()) {
        said.push_str(&format!(": {}", neutral::line(reason)));
    }
    said
}

/// How large a file is.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes / 1024),
        _ => format!("{}.{} MiB", bytes >> 20, (bytes >> 10) % 1024 * 10 / 1024),
    }
}
