//! Which parts of a log are wanted, from where it is read and what was drawn.
//! Pure: asks nobody.

use super::effect::End;
use super::fetch::PAGE;
use super::log::{Item, Log};
use super::receive::history;
use super::requests::Page;
use super::room::Room;
use super::span::Span;
use chat_proto::request::GetHistory;
use chat_proto::{RoomName, Seq};

/// Entries that are held beyond the edges of the screen.
const AHEAD: usize = 80;

/// A part of a hole that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) hole: Span,
    pub(super) page: Page,
}

/// The holes near to where a room is read, the nearest first.
pub(super) fn wanted(room: &Room) -> Vec<Wanted> {
    let log = &room.log;
    let middle = room.place.anchor.map_or(log.head(), |anchor| anchor.seq);
    let (first, last) = room
        .shown
        .as_ref()
        .map_or((None, None), |shown| (shown.first, shown.last));
    let top = first.unwrap_or(middle).min(middle);
    let bottom = last.unwrap_or(middle).max(middle);
    let above = log.upward(top).take(AHEAD).find_map(hole);
    let above = above
        .filter(|hole| !hole.contains(middle))
        .map(|hole| Wanted {
            hole,
            page: Page::UpTo(hole.to),
        });
    let in_sight = log
        .downward(top)
        .take_while(|item| start(item) <= bottom)
        .filter_map(hole)
        .filter(|hole| !hole.contains(middle))
        .take(2)
        .map(|hole| towards(middle, hole));
    let below = log.downward(bottom).take(AHEAD).find_map(hole);
    let below = below
        .filter(|hole| hole.from > middle)
        .map(|hole| towards(middle, hole));
    let here = under(room).into_iter();
    here.chain(above).chain(in_sight).chain(below).collect()
}

/// The hole in which a room is read, if it is one.
fn under(room: &Room) -> Option<Wanted> {
    let log = &room.log;
    let hole_at = |seq: Seq| {
        let hole = log.downward(seq).next().and_then(hole);
        hole.filter(|hole| hole.contains(seq))
    };
    match room.place.anchor {
        Some(anchor) => {
            let seq = anchor.seq.max(log.first()).min(log.head());
            let page = Page::Around(seq);
            hole_at(seq).map(|hole| Wanted { hole, page })
        }
        None => hole_at(log.head()).map(|hole| Wanted {
            hole,
            page: Page::UpTo(hole.to),
        }),
    }
}

/// The part of a hole that is next to a place.
fn towards(place: Seq, hole: Span) -> Wanted {
    let page = if hole.from > place {
        Page::From(hole.from)
    } else {
        Page::UpTo(hole.to)
    };
    Wanted { hole, page }
}

fn hole(item: Item<'_>) -> Option<Span> {
    match item {
        Item::Hole(hole) => Some(hole.span),
        Item::Entry(_) => None,
    }
}

fn start(item: &Item<'_>) -> Seq {
    match item {
        Item::Entry(entry) => entry.event.seq,
        Item::Hole(hole) => hole.span.from,
    }
}

/// The cached part of a hole that serves a wish.
pub(super) fn cached_part(log: &Log, wanted: Wanted) -> Option<(Span, End)> {
    let (seq, end) = match wanted.page {
        Page::UpTo(to) => (to, End::Newest),
        Page::From(from) | Page::Around(from) => (from, End::Oldest),
    };
    let part = log.cached.around(seq)?.overlap(wanted.hole)?;
    let span = match end {
        End::Newest => Span { to: seq, ..part },
        End::Oldest => Span { from: seq, ..part },
    };
    Some((span, end))
}

/// The part of a hole that shows that it is being loaded.
pub(super) fn marked(wanted: Wanted) -> Span {
    let hole = wanted.hole;
    let page = PAGE as u64 - 1;
    let part = match wanted.page {
        Page::UpTo(to) => Span {
            from: to.minus(page),
            to,
        },
        Page::From(from) => Span {
            from,
            to: from.plus(page),
        },
        Page::Around(seq) => Span {
            from: seq.minus(page / 2),
            to: seq.plus(page / 2),
        },
    };
    part.overlap(hole).unwrap_or(hole)
}

pub(super) fn request(room: &RoomName, page: Page) -> GetHistory {
    let mut request = history(room);
    match page {
        Page::UpTo(to) => request.before = Some(to.next()),
        Page::From(from) => request.after = Some(from.minus(1)),
        Page::Around(seq) => request.around = Some(seq),
    }
    request
}
