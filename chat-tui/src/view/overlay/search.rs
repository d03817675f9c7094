//! The panel for finding messages: what was typed, how far was looked, the
//! hits, and the chosen one whole.

use super::message::excerpt;
use super::{boxed, choose, field, rows, take_row};
use crate::core::State;
use crate::core::editing::text_of;
use crate::core::search::{Hit, Looked, Scope, Search};
use crate::neutral;
use crate::view::my_name;
use crate::view::pen::Pen;
use crate::view::rooms::{title, top};
use crate::view::theme::Role;
use crate::view::timeline::grouped;
use crate::view::when::When;
use chat_proto::Timestamp;
use ratatui::layout::{Position, Rect};

/// Rows of a panel that has room for the whole of the chosen message.
const WITH_WHOLE: u16 = 14;

pub(super) fn search(
    pen: &mut Pen<'_>,
    screen: Rect,
    state: &State,
    when: &When,
    now: Timestamp,
    search: &Search,
) -> Option<Position> {
    let place = match (search.scope, &state.open) {
        (Scope::Room, Some(room)) => format!("find in {}", title(room, my_name(state))),
        (Scope::Room, None) | (Scope::All, _) => "find in all rooms".to_owned(),
        (Scope::Mentions, _) => "find what names you".to_owned(),
    };
    let mut area = boxed(pen, screen, &place, 92, screen.height);
    let row = take_row(&mut area);
    let hint = "words, from:NAME, in:ROOM, before:DATE";
    let cursor = field(pen, row, &search.query, hint);
    let row = take_row(&mut area);
    let (words, role) = looked(state, search);
    pen.cut(row.left(), row.y, row.right(), &words, role);
    if area.height >= WITH_WHOLE {
        let height = area.height / 3;
        let below = Rect {
            y: area.bottom() - height,
            height,
            ..area
        };
        area.height -= height;
        whole(pen, below, search);
    }
    let top = top(search.chosen, search.hits.len(), usize::from(area.height));
    for (index, row) in rows(pen, area, top, search.hits.len()) {
        hit(pen, row, state, when, now, search, &search.hits[index]);
        if index == search.chosen {
            choose(pen, row);
        }
    }
    cursor
}

/// How far was looked, in words.
fn looked(state: &State, search: &Search) -> (String, Role) {
    if let Some(why) = &search.why {
        return (why.clone(), Role::Warning);
    }
    if search.query.text().trim().is_empty() && search.scope != Scope::Mentions {
        let words = "hits appear while you type; Tab looks elsewhere".to_owned();
        return (words, Role::Faint);
    }
    let count = |server: bool| {
        let count = search
            .hits
            .iter()
            .filter(|hit| hit.server == server)
            .count();
        grouped(u64::try_from(count).unwrap_or(u64::MAX))
    };
    let cache = match search.cache {
        Looked::Looking => "looking in the cache".to_owned(),
        Looked::Part => format!("{} cached, part of the cache only so far", count(false)),
        Looked::Not | Looked::Whole | Looked::Refused(_) => format!("{} cached", count(false)),
    };
    let (server, role) = match &search.server {
        Looked::Not if state.link.is_live() => ("the server wants a word".into(), Role::Warning),
        Looked::Not => ("offline: only the cache was searched".into(), Role::Warning),
        Looked::Looking => ("asking the server".into(), Role::Faint),
        Looked::Part => (
            format!("{} more (+) from the server so far", count(true)),
            Role::Faint,
        ),
        Looked::Whole => (
            format!("{} more (+) from the server", count(true)),
            Role::Faint,
        ),
        Looked::Refused(why) => (format!("the server: {why}"), Role::Warning),
    };
    (format!("{cache}; {server}"), role)
}

/// One hit in one row: from where, when, by whom, and the part that fits.
fn hit(
    pen: &mut Pen<'_>,
    row: Rect,
    state: &State,
    when: &When,
    now: Timestamp,
    search: &Search,
    hit: &Hit,
) {
    let event = &hit.entry.event;
    let sign = if hit.server { "+ " } else { "  " };
    let mut x = pen.text(row.left() + 2, row.y, row.right(), sign, Role::Warning);
    let right = row.right();
    let wide = row.width >= 60;
    let time = if wide {
        when.short(event.at, now)
    } else {
        when.short_day(event.at, now)
    };
    x = pen.cut(x, row.y, right, &format!("{time} "), Role::Faint);
    if search.scope != Scope::Room || state.open.as_ref() != Some(&event.room) {
        let name = title(&event.room, my_name(state));
        x = pen.cut(x, row.y, right.min(x + 14), &name, Role::Notice);
        x = pen.text(x, row.y, right, " ", Role::Text);
    }
    let author = event.author.as_str();
    x = pen.cut(
        x,
        row.y,
        right.min(x + 14),
        author,
        crate::view::theme::author(author),
    );
    x = pen.text(x, row.y, right, ": ", Role::Faint);
    let text = text_of(&hit.entry).unwrap_or_default();
    let room = usize::from(right.saturating_sub(x));
    let start = around(text, &words(search), room);
    for (part, found) in parts(&start, &words(search)) {
        let role = if found { Role::Key } else { Role::Text };
        x = pen.cut(x, row.y, right, part, role);
    }
}

/// The whole of the chosen message.
fn whole(pen: &mut Pen<'_>, area: Rect, search: &Search) {
    let Some(hit) = search.hits.get(search.chosen) else {
        return;
    };
    pen.level(Rect { height: 1, ..area });
    let area = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    excerpt(
        pen,
        area,
        text_of(&hit.entry).unwrap_or_default(),
        Role::Text,
    );
}

fn words(search: &Search) -> Vec<String> {
    let typed = search.query.text().to_lowercase();
    let plain = |word: &&str| !word.contains(':');
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let words = typed.split_whitespace().filter(plain).map(bare);
    words.filter(|word| !word.is_empty()).collect()
}

/// The part of a text, as one line, in which the first of the words stands.
fn around(text: &str, words: &[String], room: usize) -> String {
    let start: String = text.chars().take(4000).collect();
    let line = neutral::line(&start).replace('␊', " ");
    let found = parts(&line, words)
        .into_iter()
        .scan(0, |at, (part, found)| {
            let place = *at;
            *at += part.len();
            Some((place, found))
        })
        .find(|(_, found)| *found);
    let Some((place, _)) = found else {
        return line;
    };
    let before = room / 3;
    if neutral::width(&line[..place]) <= before {
        return line;
    }
    let skip = line[..place]
        .char_indices()
        .rev()
        .nth(before)
        .map_or(0, |(at, _)| at);
    let blank = line[skip..place].find(' ').map_or(skip, |at| skip + at);
    format!("…{}", &line[blank..])
}

/// A line in parts, those that are one of the words marked.
fn parts<'a>(line: &'a str, words: &[String]) -> Vec<(&'a str, bool)> {
    let mut parts = Vec::new();
    let mut plain = 0;
    let mut at = 0;
    while at < line.len() {
        let rest = &line[at..];
        let begins = line[..at]
            .chars()
            .next_back()
            .is_none_or(|c| !c.is_alphanumeric());
        let fits = |word: &&String| begins && starts(rest, word).is_some();
        match words
            .iter()
            .filter(fits)
            .filter_map(|word| starts(rest, word))
            .max()
        {
            Some(length) => {
                parts.push((&line[plain..at], false));
                parts.push((&rest[..length], true));
                at += length;
                plain = at;
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    parts.push((&line[plain..], false));
    parts.retain(|(part, _)| !part.is_empty());
    parts
}

/// The bytes of the text's beginning that are this word, without case.
fn starts(text: &str, word: &str) -> Option<usize> {
    let mut rest = text.chars();
    let mut length = 0;
    for wanted in word.chars() {
        let c = rest.next()?;
        if c != wanted && !c.to_lowercase().eq([wanted]) {
            return None;
        }
        length += c.len_utf8();
    }
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_marked_without_case_and_the_first_is_in_sight() {
        let words = ["release".to_owned(), "frid".to_owned()];
        let marked: Vec<_> = parts("The Release is on friday, prerelease", &words)
            .into_iter()
            .filter(|(_, found)| *found)
            .map(|(part, _)| part)
            .collect();
        assert_eq!(marked, ["Release", "frid"]);
        let long = format!("{} the release", "word ".repeat(50));
        let shown = around(&long, &words, 40);
        assert!(shown.len() < 40 && shown.contains("release"), "{shown}");
        assert_eq!(around("short", &words, 40), "short");
    }
}
