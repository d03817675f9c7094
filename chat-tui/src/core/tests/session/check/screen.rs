//! What is drawn: nothing sticks out, borders are straight, and the place stays.

use crate::core::State;
use crate::core::room::{Hit, Viewport};
use crate::core::tests::session::play::Play;
use crate::view::Drawn;
use crate::view::tests::sound::check_rows;
use ratatui::buffer::Buffer;

/// No row is too wide, no border is bent, and nothing lies outside.
pub(in crate::core::tests::session) fn screen(state: &State, buffer: &Buffer, drawn: &Drawn) {
    let (width, height) = (buffer.area.width, buffer.area.height);
    check_rows(buffer);
    if let Some(cursor) = drawn.cursor {
        assert!(
            cursor.x < width && cursor.y < height,
            "the cursor is at {cursor:?}"
        );
    }
    let targets = &drawn.seen.targets;
    for target in targets {
        let (right, bottom) = (target.x + target.width, target.y + target.height);
        assert!(right <= width && bottom <= height, "{target:?}");
    }
    let covered = state.completion.is_some() || !state.notices.is_empty() || state.begun.is_some();
    if covered {
        return;
    }
    if state.overlays.is_empty() {
        let list = targets
            .iter()
            .filter(|target| matches!(target.is, Hit::Room(_)));
        if let Some(column) = list.map(|target| target.x + target.width).max() {
            let rows = (0..height.saturating_sub(2)).map(|y| buffer[(column, y)].symbol());
            assert!(
                rows.clone().all(|symbol| symbol == "│"),
                "{:?}",
                rows.collect::<Vec<_>>()
            );
        }
    } else if state.overlays.len() == 1 {
        sides(buffer);
    }
}

/// A box on the screen has its sides in one column each.
fn sides(buffer: &Buffer) {
    let (width, height) = (buffer.area.width, buffer.area.height);
    let corner = |glyph| {
        let mut at = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        at.find(|at| buffer[*at].symbol() == glyph)
    };
    let boxes = buffer.content().iter().filter(|cell| cell.symbol() == "╭");
    if boxes.count() != 1 {
        // What is told about the connection is a box of its own.
        return;
    }
    let (Some((left, top)), Some((right, bottom))) = (corner("╭"), corner("╯")) else {
        return;
    };
    for y in top + 1..bottom {
        for x in [left, right] {
            assert_eq!(buffer[(x, y)].symbol(), "│", "at {x},{y} of a box");
        }
    }
}

/// Without the person's doing, what stands at the upper edge stays there.
pub(in crate::core::tests::session) fn place(play: &Play, viewport: &Viewport) {
    let Some(room) = play.state.open_room().filter(|_| play.honest) else {
        return;
    };
    let Some(shown) = &room.shown else { return };
    let same = (shown.width, shown.height) == (viewport.width, viewport.height);
    let Some(anchor) = room
        .place
        .anchor
        .filter(|anchor| same && shown.anchor == Some(*anchor))
    else {
        return;
    };
    let ignored = |seq| {
        room.log
            .entry(seq)
            .is_none_or(|entry| play.state.habits.ignores(&entry.event.author))
    };
    if room.place.scroll != 0 || ignored(anchor.seq) {
        return;
    }
    match viewport.anchor {
        Some(now) => assert_eq!(now.seq, anchor.seq, "another message is at the edge"),
        None => assert!(viewport.end, "the place is lost"),
    }
}
