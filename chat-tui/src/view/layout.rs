//! Which part of the screen is whose, at every size.
//!
//! Knows sizes only, nothing of what is drawn. Always holds: the parts lie
//! within the screen and do not overlap; where there is room for anything,
//! timeline and composer have some.

use ratatui::layout::Rect;

/// The smallest screen that is drawn on.
pub(super) const SMALLEST: (u16, u16) = (20, 6);
/// Columns below which the list of rooms gives way.
const WITH_ROOMS: u16 = 72;
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
    /// The connection and the rest, one row.
    pub(super) status: Rect,
    /// Keys that work now, one row.
    pub(super) hints: Rect,
}

/// What the composer and others ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wishes {
    /// Whether a message is being answered.
    pub(super) reply: bool,
    /// Whether there are rooms to list.
    pub(super) rooms: bool,
    /// Whether the line of hints is wanted.
    pub(super) hints: bool,
}

impl Layout {
    /// `None` where the screen is too small for anything. `rows` says how many rows the
    /// composer would fill at a width.
    pub(super) fn new(
        screen: Rect,
        wishes: Wishes,
        rows: impl FnOnce(u16) -> usize,
    ) -> Option<Self> {
        if screen.width < SMALLEST.0 || screen.height < SMALLEST.1 {
            return None;
        }
        let mut left = Column(screen);
        let hints = left.below(u16::from(wishes.hints && screen.height >= WITH_HINTS));
        let status = left.below(1);
        let mut parts = Self {
            hints,
            status,
            ..Self::default()
        };
        if wishes.rooms && screen.width >= WITH_ROOMS {
            let width = (screen.width / 5).clamp(15, 26);
            let area = left.0;
            parts.rooms = Rect { width, ..area };
            parts.border = Rect {
                x: area.x + width,
                width: 1,
                ..area
            };
            left.0.x += width + 1;
            left.0.width -= width + 1;
        }
        let lines = u16::from(screen.height >= WITH_LINES);
        parts.title = left.above(lines);
        let most = usize::from(screen.height / 3).max(1);
        let wanted = rows(left.0.width).clamp(1, most);
        parts.composer = left.below(u16::try_from(wanted).unwrap_or(1));
        parts.reply = left.below(u16::from(wishes.reply));
        parts.rule = left.below(lines);
        parts.timeline = left.0;
        Some(parts)
    }

    /// Whether the list of rooms is shown.
    pub(super) fn has_rooms(&self) -> bool {
        self.rooms.width > 0
    }
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
        for (width, height) in (1..140).flat_map(|w| (1..50).map(move |h| (w, h))) {
            let screen = Rect::new(0, 0, width, height);
            for (reply, hints, rows) in [(false, true, 1), (true, false, 99)] {
                let rooms = hints;
                let wishes = Wishes {
                    reply,
                    rooms,
                    hints,
                };
                let Some(parts) = Layout::new(screen, wishes, |_| rows) else {
                    assert!(width < SMALLEST.0 || height < SMALLEST.1);
                    continue;
                };
                let all = [
                    parts.rooms,
                    parts.border,
                    parts.title,
                    parts.timeline,
                    parts.rule,
                    parts.reply,
                    parts.composer,
                    parts.status,
                    parts.hints,
                ];
                let cells: u32 = all.iter().map(|part| part.area()).sum();
                assert_eq!(cells, screen.area(), "{width}x{height}");
                assert!(all.iter().all(|part| screen.union(*part) == screen));
                assert!(parts.timeline.height >= 1 && parts.timeline.width >= SMALLEST.0);
                assert!(parts.composer.height >= 1);
            }
        }
    }

    #[test]
    fn eighty_by_twenty_four_shows_everything() {
        let wishes = Wishes {
            reply: false,
            rooms: true,
            hints: true,
        };
        let parts = Layout::new(Rect::new(0, 0, 80, 24), wishes, |_| 1).unwrap();
        assert!(parts.has_rooms());
        assert!(parts.timeline.width >= 60 && parts.timeline.height >= 18);
        let narrow = Layout::new(Rect::new(0, 0, 60, 24), wishes, |_| 1).unwrap();
        assert!(!narrow.has_rooms());
    }
}
