//! Draws the choice of servers.

use super::{boxed, choose, rows};
use crate::core::State;
use crate::core::overlay::ServerList;
use crate::view::pen::Pen;
use crate::view::rooms::top;
use crate::view::theme::Role;
use ratatui::layout::{Position, Rect};

/// Rows of the box at most; the list scrolls.
const ROWS_MOST: u16 = 16;

/// The servers that have a name, one row each, with where they are.
pub(super) fn draw(
    pen: &mut Pen<'_>,
    screen: Rect,
    state: &State,
    list: &ServerList,
) -> Option<Position> {
    let known = &list.known;
    let height = u16::try_from(known.len() + 2).unwrap_or(ROWS_MOST);
    let area = boxed(pen, screen, "servers", 72, height.min(ROWS_MOST));
    let top = top(list.chosen, known.len(), usize::from(area.height));
    for (index, row) in rows(pen, area, top, known.len()) {
        let server = &known[index];
        let here = state.setup.server.as_ref() == Some(&server.name);
        let mut right = row.right();
        if here {
            right = pen.flush(row.left() + 2, row.y, right, " here", Role::Live);
        }
        let name = server.name.as_str();
        let x = pen.cut(row.left() + 2, row.y, right, name, Role::Title);
        let mut place = format!("  {}", server.addresses.at(0));
        let others = server.addresses.count() - 1;
        if others > 0 {
            place.push_str(&format!(" and {others} more"));
        }
        pen.cut(x, row.y, right, &place, Role::Faint);
        if index == list.chosen {
            choose(pen, row);
        }
    }
    None
}
