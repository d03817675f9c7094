//! Moving over the log, by keys and by the mouse. How many rows a message has
//! only the view knows: so rows are asked for, and the view says where they led.

use super::actions::Action;
use super::effect::Effect;
use super::input::Mouse;
use super::overlay::Overlay;
use super::room::{Anchor, Hit, Pane, Place, Room, Target};
use super::state::{State, Turn};
use chat_proto::RoomName;

/// Rows that one turn of the wheel moves.
const WHEEL_ROWS: i32 = 3;

/// Where the list of rooms was moved to by hand.
#[derive(Debug, Clone)]
pub(super) struct ListMoved {
    /// The room that was open; once another one is, that one is to be in view.
    open: Option<RoomName>,
    /// The first row that is shown.
    top: usize,
}

impl State {
    pub(super) fn go_newest(&mut self, turn: &Turn) {
        let Some(room) = self.here_mut() else {
            return;
        };
        room.place = Place::default();
        room.selected = None;
        room.held = false;
        let desk = room.desk();
        if desk.thread.is_none() {
            self.saves.place(turn, &desk.room);
        }
    }

    pub(super) fn go_oldest(&mut self) {
        if let Some(room) = self.here_mut() {
            let seq = room.log.first();
            room.place = Place {
                anchor: Some(Anchor { seq, row: -1 }),
                scroll: 0,
            };
        }
    }

    pub(super) fn page(&self) -> i32 {
        let shown = self.here().and_then(|room| room.shown.as_ref());
        shown
            .map_or(10, |shown| i32::from(shown.height))
            .saturating_sub(2)
            .max(1)
    }

    pub(super) fn scroll(&mut self, rows: i32) {
        self.scroll_pane(None, rows);
    }

    /// Scrolls what is in a pane, or where keys go.
    fn scroll_pane(&mut self, pane: Option<Pane>, rows: i32) {
        let room = match (pane, &mut self.side) {
            (Some(Pane::Room), _) => self.open_room_mut(),
            (Some(Pane::Side), Some(side)) => Some(&mut side.room),
            (Some(Pane::Side), None) | (None, _) => self.here_mut(),
        };
        if let Some(room) = room {
            room.place.scroll = room.place.scroll.saturating_add(rows);
            room.held = false;
            room.log.stuck = false;
        }
    }

    /// The first row of the list of rooms, where it was moved by hand.
    pub fn list_top(&self) -> Option<usize> {
        let moved = self.list_moved.as_ref();
        moved
            .filter(|moved| moved.open == self.open)
            .map(|moved| moved.top)
    }

    /// Moves the list of rooms as far as it goes on.
    fn move_list(&mut self, rows: i32) {
        let shown = |target: &&Target| matches!(target.is, Hit::Room(_));
        let shown: Vec<_> = self.targets.iter().filter(shown).collect();
        let Some(Hit::Room(first)) = shown.first().map(|target| &target.is) else {
            return;
        };
        let names: Vec<_> = self.listed().map(Room::name).collect();
        // Several turns may come before it is drawn again.
        let drawn = || names.iter().position(|name| *name == first);
        let at = self.list_top().or_else(drawn).unwrap_or(0);
        let lowest = names.len().saturating_sub(shown.len());
        let rows = isize::try_from(rows).unwrap_or_default();
        self.list_moved = Some(ListMoved {
            open: self.open.clone(),
            top: at.saturating_add_signed(rows).min(lowest),
        });
    }

    /// Leaves the mouse to the terminal, so that it can select, or takes it back.
    pub(super) fn toggle_mouse(&mut self, turn: &mut Turn) {
        self.take_mouse(turn, !self.mouse_on);
    }

    pub(super) fn take_mouse(&mut self, turn: &mut Turn, on: bool) {
        self.mouse_on = on;
        turn.effects.push(Effect::Mouse(on));
    }

    /// The mouse did something.
    pub(super) fn mouse(&mut self, turn: &mut Turn, mouse: Mouse) {
        let (x, y) = match mouse {
            Mouse::WheelUp { x, y } | Mouse::WheelDown { x, y } | Mouse::Click { x, y } => (x, y),
        };
        let under = self.targets.iter().filter(|target| target.contains(x, y));
        let mut under = under.map(|target| &target.is);
        // A link knows no pane, but lies in one.
        let pane = under.clone().find_map(Hit::pane);
        let hit = under.next().cloned();
        if let (Mouse::Click { .. }, Some(Hit::Keys(action))) = (mouse, &hit) {
            return self.press_for(turn, *action);
        }
        if !self.overlays.is_empty() {
            return self.mouse_over(turn, mouse, hit);
        }
        match (mouse, hit) {
            (Mouse::WheelUp { .. }, Some(Hit::Room(_))) => self.move_list(-WHEEL_ROWS),
            (Mouse::WheelDown { .. }, Some(Hit::Room(_))) => self.move_list(WHEEL_ROWS),
            (Mouse::WheelUp { .. }, _) => self.scroll_pane(pane, -WHEEL_ROWS),
            (Mouse::WheelDown { .. }, _) => self.scroll_pane(pane, WHEEL_ROWS),
            (Mouse::Click { .. }, Some(Hit::Room(name))) => self.go(turn, &name),
            (Mouse::Click { .. }, Some(Hit::Link(link))) => self.open_link(turn, link),
            (Mouse::Click { .. }, Some(Hit::ToEnd(pane))) => {
                self.focus_pane(pane);
                self.go_newest(turn);
            }
            (Mouse::Click { .. }, Some(Hit::Thread(seq))) => self.open_thread(turn, seq),
            (Mouse::Click { .. }, Some(Hit::Reaction(pane, seq, emoji))) => {
                self.focus_pane(pane);
                let room = self.here().map(|room| room.name().clone());
                if let Some(room) = room {
                    self.react(turn, &room, seq, &emoji);
                }
            }
            (Mouse::Click { .. }, Some(Hit::Entry(pane, seq))) => {
                self.focus_pane(pane);
                if let Some(room) = self.here_mut() {
                    room.selected = Some(seq);
                }
            }
            (Mouse::Click { .. }, Some(Hit::Pane(pane))) => self.focus_pane(pane),
            (Mouse::Click { .. }, Some(Hit::Row(_) | Hit::Keys(_)) | None) => {}
        }
    }

    /// The mouse did something while something lies over the timeline: what is
    /// below does not feel it.
    fn mouse_over(&mut self, turn: &mut Turn, mouse: Mouse, hit: Option<Hit>) {
        let lists = self.overlays.last_mut().and_then(Overlay::list).is_some();
        match (mouse, hit) {
            (Mouse::Click { .. }, Some(Hit::Row(at))) => self.choose(turn, at),
            (Mouse::WheelUp { .. }, _) if lists => self.press_key(turn, Action::Up),
            (Mouse::WheelDown { .. }, _) if lists => self.press_key(turn, Action::Down),
            (Mouse::Click { .. } | Mouse::WheelUp { .. } | Mouse::WheelDown { .. }, _) => {}
        }
    }
}

impl Hit {
    /// The pane that it is a part of.
    fn pane(&self) -> Option<Pane> {
        match self {
            Self::Entry(pane, _)
            | Self::Reaction(pane, ..)
            | Self::Pane(pane)
            | Self::ToEnd(pane) => Some(*pane),
            Self::Room(_) | Self::Thread(_) | Self::Link(_) | Self::Row(_) | Self::Keys(_) => None,
        }
    }
}

impl Target {
    fn contains(&self, x: u16, y: u16) -> bool {
        let within = |at: u16, from: u16, size: u16| at >= from && at - from < size;
        within(x, self.x, self.width) && within(y, self.y, self.height)
    }
}
