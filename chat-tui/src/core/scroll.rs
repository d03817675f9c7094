//! Moving over the log, by keys and by the mouse. How many rows a message has
//! only the view knows: so rows are asked for, and the view says where they led.

use super::input::Mouse;
use super::room::{Anchor, Hit, Place, Target};
use super::state::{State, Turn};

/// Rows that one turn of the wheel moves.
const WHEEL_ROWS: i32 = 3;

impl State {
    pub(super) fn go_newest(&mut self) {
        if let Some(room) = self.open_room_mut() {
            room.place = Place::default();
            room.selected = None;
            room.held = false;
        }
    }

    pub(super) fn go_oldest(&mut self) {
        if let Some(room) = self.open_room_mut() {
            let seq = room.log.first();
            room.place = Place {
                anchor: Some(Anchor { seq, row: -1 }),
                scroll: 0,
            };
        }
    }

    pub(super) fn page(&self) -> i32 {
        let shown = self.open_room().and_then(|room| room.shown.as_ref());
        shown
            .map_or(10, |shown| i32::from(shown.height))
            .saturating_sub(2)
            .max(1)
    }

    pub(super) fn scroll(&mut self, rows: i32) {
        if let Some(room) = self.open_room_mut() {
            room.place.scroll = room.place.scroll.saturating_add(rows);
            room.held = false;
            room.log.stuck = false;
        }
    }

    /// The mouse did something.
    pub(super) fn mouse(&mut self, turn: &mut Turn, mouse: Mouse) {
        let (x, y) = match mouse {
            Mouse::WheelUp { x, y } | Mouse::WheelDown { x, y } | Mouse::Click { x, y } => (x, y),
        };
        let shown = self.open_room().and_then(|room| room.shown.as_ref());
        let targets = shown
            .map(|shown| shown.targets.as_slice())
            .unwrap_or_default();
        let hit = targets
            .iter()
            .find(|target| target.contains(x, y))
            .map(|target| target.is.clone());
        if !self.overlays.is_empty() {
            return;
        }
        match (mouse, hit) {
            (Mouse::WheelUp { .. }, _) => self.scroll(-WHEEL_ROWS),
            (Mouse::WheelDown { .. }, _) => self.scroll(WHEEL_ROWS),
            (Mouse::Click { .. }, Some(Hit::Room(name))) => self.go(turn, &name),
            (Mouse::Click { .. }, Some(Hit::ToEnd)) => self.go_newest(),
            (Mouse::Click { .. }, Some(Hit::Entry(seq))) => {
                if let Some(room) = self.open_room_mut() {
                    room.selected = Some(seq);
                }
            }
            (Mouse::Click { .. }, Some(Hit::Timeline) | None) => {}
        }
    }
}

impl Target {
    fn contains(&self, x: u16, y: u16) -> bool {
        let within = |at: u16, from: u16, size: u16| at >= from && at - from < size;
        within(x, self.x, self.width) && within(y, self.y, self.height)
    }
}
