//! Which part of the screen is whose, at every size.
//!
//! Knows sizes only, nothing of what is drawn. Always holds: the parts lie
//! within the screen and do not overlap; where there is room for anything,
//! timeline and composer have some.

use super::pen::columns;
use crate::core::room::Pane;
use ratatui::layout::Rect;

/// The smallest screen that is drawn on.
pub(super) const SMALLEST: (u16, u16) = (20, 6);
/// Columns below which the list of rooms gives way.
const WITH_ROOMS: u16 = 72;
/// Columns below which a thread stands over its room, not beside it.
const WITH_SIDE: u16 = 100;
/// Rows for files on their way.
const TRANSFERS_MOST: usize = 3;
/// Columns of a thread at the side.
const SIDE_MOST: u16 = 60;
/// Rows below which the composer has no line above it and the room no title.
const WITH_LINES: u16 = 9;
/// Rows below which there is no line of hints.
const WITH_HINTS: u16 = 12;

/// The parts of the screen; a part that there is no room for is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Layout {
    /// The list of rooms.
    pub(super) rooms: Rect,
    /// The line between the list and the rest, one column wide.
    pub(super) border: Rect,
    /// The open room.
    pub(super) room: Rect,
    /// The line between the room and the thread at its side, one column wide.
    pub(super) divider: Rect,
    /// The thread at its side.
    pub(super) side: Rect,
    /// The connection and the rest, one row.
    pub(super) status: Rect,
    /// Files on their way, a row each.
    pub(super) transfers: Rect,
    /// Keys that work now, one row.
    pub(super) hints: Rect,
    /// Rows of the whole screen.
    rows: u16,
}

/// The parts of a room, or of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Page {
    /// The room's name and topic, one row.
    pub(super) title: Rect,
    /// The messages.
    pub(super) timeline: Rect,
    /// The line above the composer, one row.
    pub(super) rule: Rect,
    /// What the message being written answers, one row.
    pub(super) reply: Rect,
    /// The text being written.
    pub(super) composer: Rect,
}

/// What is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wishes {
    /// Whether there are rooms to list.
    pub(super) rooms: bool,
    /// Whether the line of hints is wanted.
    pub(super) hints: bool,
    /// How many files are on their way.
    pub(super) transfers: usize,
    /// Where the keys go, if a thread is open at the side.
    pub(super) side: Option<Pane>,
}

impl Layout {
    /// `None` where the screen is too small for anything.
    pub(super) fn new(screen: Rect, wishes: Wishes) -> Option<Self> {
        if screen.width < SMALLEST.0 || screen.height < SMALLEST.1 {
            return None;
        }
        let mut left = Column(screen);
        let hints = left.below(u16::from(wishes.hints && screen.height >= WITH_HINTS));
        let status = left.below(1);
        let most = usize::from(screen.height / 8).clamp(1, TRANSFERS_MOST);
        let transfers = left.below(columns(wishes.transfers.min(most)));
        let mut parts = Self {
            hints,
            status,
            transfers,
            rows: screen.height,
            ..Self::default()
        };
        if wishes.rooms && screen.width >= WITH_ROOMS {
            let width = (screen.width / 5).clamp(15, 26);
            (parts.rooms, parts.border, left.0) = split(left.0, width);
        }
        match wishes.side {
            Some(_) if screen.width >= WITH_SIDE => {
                let width = left.0.width - (left.0.width * 9 / 20).min(SIDE_MOST);
                (parts.room, parts.divider, parts.side) = split(left.0, width);
            }
            // Alone, or where there is room for one of them.
            None | Some(Pane::Room) => parts.room = left.0,
            Some(Pane::Side) => parts.side = left.0,
        }
        Some(parts)
    }

    /// Whether the list of rooms is shown.
    pub(super) fn has_rooms(&self) -> bool {
        self.rooms.width > 0
    }

    /// The parts of an area. `rows` says how many rows the composer would fill
    /// at a width, `reply` whether a message is being answered.
    pub(super) fn page(&self, area: Rect, reply: bool, rows: impl FnOnce(u16) -> usize) -> Page {
        let mut left = Column(area);
        let lines = u16::from(self.rows >= WITH_LINES);
        let title = left.above(lines);
        let most = usize::from(self.rows / 3).max(1);
        let wanted = rows(area.width).clamp(1, most);
        let composer = left.below(u16::try_from(wanted).unwrap_or(1));
        let reply = left.below(u16::from(reply));
        let rule = left.below(lines);
        Page {
            title,
            timeline: left.0,
            rule,
            reply,
            composer,
        }
    }
}

/// An area in two, with a column between them.
fn split(area: Rect, width: u16) -> (Rect, Rect, Rect) {
    let first = Rect { width, ..area };
    let between = Rect {
        x: area.x + width,
        width: 1,
        ..area
    };
    let second = Rect {
        x: area.x + width + 1,
        width: area.width - width - 1,
        ..area
    };
    (first, between, second)
}

/// What is left of a column while parts are taken from its ends. One row is
/// always left.
struct Column(Rect);

impl Column {
    fn above(&mut self, rows: u16) -> Rect {
        let height = rows.min(self.0.height.saturating_sub(1));
        let part = Rect { height, ..self.0 };
        self.0.y += height;
        self.0.height -= height;
        part
    }

    fn below(&mut self, rows: u16) -> Rect {
        let height = rows.min(self.0.height.saturating_sub(1));
        self.0.height -= height;
        Rect {
            y: self.0.bottom(),
            height,
            ..self.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_every_size_the_parts_share_the_screen() {
        let sides = [None, Some(Pane::Room), Some(Pane::Side)];
        for (width, height) in (1..140).flat_map(|w| (1..50).map(move |h| (w, h))) {
            let screen = Rect::new(0, 0, width, height);
            for (side, (reply, hints, rows)) in sides
                .into_iter()
                .flat_map(|side| [(side, (false, true, 1)), (side, (true, false, 99))])
            {
                let rooms = hints;
                let wishes = Wishes {
                    rooms,
                    hints,
                    transfers: rows - 1,
                    side,
                };
                let Some(parts) = Layout::new(screen, wishes) else {
                    assert!(width < SMALLEST.0 || height < SMALLEST.1);
                    continue;
                };
                let mut all = vec![
                    parts.rooms,
                    parts.border,
                    parts.divider,
                    parts.status,
                    parts.transfers,
                    parts.hints,
                ];
                for area in [parts.room, parts.side] {
                    if area.width == 0 {
                        continue;
                    }
                    let page = parts.page(area, reply, |_| rows);
                    assert!(page.timeline.height >= 1 && page.timeline.width >= SMALLEST.0);
                    assert!(page.composer.height >= 1);
                    all.extend([
                        page.title,
                        page.timeline,
                        page.rule,
                        page.reply,
                        page.composer,
                    ]);
                }
                let cells: u32 = all.iter().map(|part| part.area()).sum();
                assert_eq!(cells, screen.area(), "{width}x{height}");
                assert!(all.iter().all(|part| screen.union(*part) == screen));
            }
        }
    }

    #[test]
    fn eighty_by_twenty_four_shows_everything() {
        let wishes = Wishes {
            rooms: true,
            hints: true,
            transfers: 0,
            side: None,
        };
        let parts = Layout::new(Rect::new(0, 0, 80, 24), wishes).unwrap();
        let page = parts.page(parts.room, false, |_| 1);
        assert!(parts.has_rooms());
        assert!(page.timeline.width >= 60 && page.timeline.height >= 18);
        let narrow = Layout::new(Rect::new(0, 0, 60, 24), wishes).unwrap();
        assert!(!narrow.has_rooms());
    }

    #[test]
    fn a_thread_stands_beside_its_room_from_a_hundred_columns_on() {
        let wishes = |side| Wishes {
            rooms: true,
            hints: true,
            transfers: 0,
            side: Some(side),
        };
        let wide = Layout::new(Rect::new(0, 0, 100, 30), wishes(Pane::Room)).unwrap();
        assert!(wide.room.width >= 40 && wide.side.width >= 34);
        let narrow = |side| Layout::new(Rect::new(0, 0, 99, 30), wishes(side)).unwrap();
        assert_eq!(narrow(Pane::Room).side.width, 0);
        assert_eq!(narrow(Pane::Side).room.width, 0);
    }
}
