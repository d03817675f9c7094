//! What lies over the timeline, as text with numbers to choose by; and the
//! prompt, which says what the next line is for.

use super::words;
use crate::core::State;
use crate::core::actions::{Info, When as Works};
use crate::core::editing::text_of;
use crate::core::local::NoServer;
use crate::core::overlay::{HelpRow, Inbox, MemberList, Overlay, Picker, RoomList, theme_name};
use crate::core::search::{Looked, Search};
use crate::view::overlay::facts;
use crate::view::when::When;
use chat_proto::{RoomName, Seq, Timestamp};

/// Rows of a list that are told at once; words narrow it to what one wants.
const ROWS_MOST: usize = 50;

/// What the topmost overlay says; `None`: there is none, or what it lists is
/// still being looked for.
pub(super) fn told(state: &State, when: &When, now: Timestamp) -> Option<Vec<String>> {
    let top = state.overlays.last().filter(|_| !state.is_looking())?;
    Some(match top {
        Overlay::Picker(list) => picker(state, list),
        Overlay::Palette(list) => {
            let row = |offer: &crate::core::overlay::Offer| usage(offer.action.info());
            numbered("actions", list.found.iter().map(row))
        }
        Overlay::Prompt(prompt) => {
            let why = prompt.why.iter().cloned();
            why.chain([usage(prompt.action.info())]).collect()
        }
        Overlay::Inbox(list) => inbox(state, list, when, now),
        Overlay::Sent(list) => {
            let rows = list.found.iter().map(ToString::to_string);
            numbered("texts that you sent", rows)
        }
        Overlay::Help(help) => help.rows.iter().filter_map(help_row).collect(),
        Overlay::Members(list) => members(state, list),
        Overlay::Rooms(list) => rooms(list),
        Overlay::Servers(_) => {
            let known = &state.settings.servers.known;
            let rows = known.iter().map(|known| known.name.as_str().to_owned());
            numbered("servers", rows)
        }
        // Only what is on a screen has letters.
        Overlay::Links(links) => numbered("links", links.found.iter().cloned()),
        Overlay::Themes(themes) => {
            let rows = themes
                .found
                .iter()
                .map(|theme| theme_name(*theme).to_owned());
            numbered("themes, of use on a screen only", rows)
        }
        Overlay::Login(login) => login.why.iter().cloned().collect(),
        Overlay::Paste(paste) => {
            let choice = |(key, words): &(char, String)| format!("{key}: {words}");
            paste.choices.iter().map(choice).collect()
        }
        Overlay::Confirm(confirm) => vec![confirm.detail.clone(), confirm.question.clone()],
        Overlay::NoServer(stage) => no_server(state, stage),
        Overlay::Emoji(list) => {
            let row = |choice: &crate::core::overlay::EmojiChoice| {
                format!("{} {}", choice.emoji, choice.name)
            };
            numbered("emoji to react with", list.found.iter().map(row))
        }
        Overlay::Person(menu) => {
            let rows = menu.found.iter().map(|(_, words)| (*words).to_owned());
            numbered(&format!("what can be done with {}", menu.user), rows)
        }
        Overlay::Secret(secret) => secret.why.iter().cloned().collect(),
        Overlay::Search(search) => found(state, search, when, now),
        Overlay::Info { room, target } => info(state, room, *target, when),
    })
}

fn inbox(state: &State, list: &Inbox, when: &When, now: Timestamp) -> Vec<String> {
    let found = list.found.iter();
    let rows = found.map(|named| hit(state, &named.entry, when, now));
    let mut told = numbered("messages that name you", rows);
    if list.missing > 0 {
        told.push(format!("{} more are not loaded here", list.missing));
    }
    told
}

fn no_server(state: &State, stage: &NoServer) -> Vec<String> {
    match stage {
        NoServer::Offered => vec![
            format!("nobody listens at {}", state.address()),
            "chat-server can be started here; it goes on when you leave".to_owned(),
        ],
        NoServer::Starting => vec!["chat-server is starting".to_owned()],
        NoServer::Failed(said) => vec!["it did not start:".to_owned(), said.clone()],
    }
}

fn info(state: &State, room: &RoomName, target: Seq, when: &When) -> Vec<String> {
    let room = state.rooms.get(room);
    let entry = room.and_then(|room| room.log.entry(target));
    let facts = entry.map(|entry| facts(entry, when)).unwrap_or_default();
    let row = |(label, words)| format!("{label}: {words}");
    facts.into_iter().map(row).collect()
}

/// What stands before what is typed.
pub(super) fn prompt(state: &State) -> String {
    let room = state
        .open_room()
        .map(|room| words::name(state, room.name()));
    match state.overlays.last() {
        Some(_) if state.is_looking() => String::new(),
        Some(Overlay::Login(login)) if login.on_password => {
            "password (hidden; empty for a guest): ".to_owned()
        }
        Some(Overlay::Login(login)) => match login.name.text() {
            "" => "your name: ".to_owned(),
            name => format!("your name (empty: {name}): "),
        },
        Some(Overlay::Secret(secret)) => format!("{} (hidden): ", secret.step()),
        Some(Overlay::Confirm(confirm)) => format!("yes to {}: ", confirm.yes),
        Some(Overlay::NoServer(_)) => "yes to start it: ".to_owned(),
        Some(Overlay::Prompt(prompt)) => format!("{}: ", prompt.action.info().takes.words()),
        Some(Overlay::Paste(_)) => "which: ".to_owned(),
        Some(
            Overlay::Picker(_)
            | Overlay::Palette(_)
            | Overlay::Inbox(_)
            | Overlay::Sent(_)
            | Overlay::Members(_)
            | Overlay::Rooms(_)
            | Overlay::Servers(_)
            | Overlay::Themes(_)
            | Overlay::Links(_)
            | Overlay::Emoji(_)
            | Overlay::Person(_)
            | Overlay::Search(_),
        ) => "number, words, or Enter to close: ".to_owned(),
        Some(Overlay::Help(_) | Overlay::Info { .. }) | None => match room {
            Some(room) if state.goes_on() => format!("{room} ... "),
            Some(room) => format!("{room}> "),
            None => "> ".to_owned(),
        },
    }
}

fn numbered(what: &str, rows: impl Iterator<Item = String>) -> Vec<String> {
    let mut rows = rows.enumerate();
    let mut told = vec![format!("{what}:")];
    let shown = rows.by_ref().take(ROWS_MOST);
    told.extend(shown.map(|(at, row)| format!("{}. {row}", at + 1)));
    match rows.count() {
        0 if told.len() == 1 => told[0] = format!("{what}: none"),
        0 => {}
        more => told.push(format!("and {more} more")),
    }
    told
}

fn picker(state: &State, list: &Picker) -> Vec<String> {
    let rows = list.found.iter().map(|choice| {
        let name = words::name(state, &choice.room);
        if choice.join {
            return format!("come into {name}, where you are not yet");
        }
        format!("{name}{}", figures(choice.unread, choice.mentions))
    });
    numbered("rooms", rows)
}

/// `, 3 unread, 1 names you`
pub(super) fn figures(unread: u32, mentions: u32) -> String {
    let mut said = String::new();
    if unread > 0 {
        said.push_str(&format!(", {unread} unread"));
    }
    if mentions > 0 {
        let verb = if mentions == 1 { "names" } else { "name" };
        said.push_str(&format!(", {mentions} {verb} you"));
    }
    said
}

fn members(state: &State, list: &MemberList) -> Vec<String> {
    let total = list.total.unwrap_or_default();
    let rows = list.members.iter().map(|member| {
        let online = if member.online { "online" } else { "away" };
        format!("{}, {}, {online}", member.name, member.role.name())
    });
    let room = words::name(state, &list.room);
    numbered(&format!("{total} in {room}"), rows)
}

fn rooms(list: &RoomList) -> Vec<String> {
    let rows = list.rooms.iter().map(|room| {
        let topic = match room.topic.as_str() {
            "" => String::new(),
            topic => format!(": {topic}"),
        };
        format!("#{}, {} in it{topic}", room.room, room.members)
    });
    numbered("rooms of the server", rows)
}

fn found(state: &State, search: &Search, when: &When, now: Timestamp) -> Vec<String> {
    if let Some(why) = &search.why {
        return vec![why.clone()];
    }
    if search.cache == Looked::Not {
        return vec!["type what to look for: words, from:NAME, in:ROOM, before:DATE".to_owned()];
    }
    let rows = search
        .hits
        .iter()
        .map(|found| hit(state, &found.entry, when, now));
    let mut told = numbered("messages found, the newest first", rows);
    match &search.server {
        Looked::Not => told.push("only what is kept here was searched".to_owned()),
        Looked::Refused(why) => told.push(format!("the server: {why}")),
        Looked::Looking | Looked::Part | Looked::Whole => {}
    }
    told
}

fn hit(state: &State, entry: &chat_proto::Entry, when: &When, now: Timestamp) -> String {
    let event = &entry.event;
    let (room, time) = (words::name(state, &event.room), when.short(event.at, now));
    let text = text_of(entry).unwrap_or("(deleted)");
    format!("{room} {} {}: {text}", time.trim_start(), event.author)
}

fn help_row(row: &HelpRow) -> Option<String> {
    match row {
        HelpRow::Heading(group) => Some(format!("{}:", group.heading())),
        HelpRow::Action(action) => action.is_typed().then(|| usage(action.info())),
    }
}

/// `/topic TEXT: set this room's topic`
fn usage(info: &Info) -> String {
    let name = match info.when {
        Works::Selecting => info.name.strip_prefix("select-").unwrap_or(info.name),
        Works::Always | Works::Room | Works::Writing | Works::Refused => info.name,
    };
    let takes = info.takes.words();
    let takes = if takes.is_empty() {
        String::new()
    } else {
        format!(" {takes}")
    };
    format!("/{name}{takes}: {}", info.title)
}
