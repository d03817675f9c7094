//! The figures that one looks at when something is wrong, drawn and in words.

use crate::core::State;
use crate::core::actions::Action;
use crate::core::clock::Now;
use crate::core::debug::{Count, Debug, Times};
use crate::neutral;
use crate::view::pen::Pen;
use crate::view::theme::Role;
use crate::view::timeline::grouped;
use crate::view::when::When;
use ratatui::layout::Rect;
use std::time::Duration;

/// Columns of the box.
const WIDTH: u16 = 46;
/// Types that are told apart.
const KINDS: usize = 5;

/// At the upper right of the messages, as much of it as fits.
pub(in crate::view) fn draw(pen: &mut Pen<'_>, area: Rect, state: &State, when: &When, now: Now) {
    let Some(debug) = &state.debug else {
        return;
    };
    let lines = figures(state, debug, when, now);
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let width = WIDTH.min(area.width);
    let panel = Rect {
        x: area.right() - width,
        width,
        height: rows.saturating_add(2).min(area.height),
        ..area
    };
    let chord = state.settings.keys.chord(Action::Debug);
    let inner = pen.frame(panel, &format!("debug, {chord} closes"));
    for ((name, words), y) in lines.iter().zip(inner.top()..inner.bottom()) {
        let x = pen.text(inner.left(), y, inner.right(), name, Role::Faint);
        let x = x.max(inner.left() + 9);
        pen.cut(x, y, inner.right(), &neutral::line(words), Role::Text);
    }
}

/// The figures in words, each with what it is about; without, it is about the
/// same as the one before.
pub(in crate::view) fn figures(
    state: &State,
    debug: &Debug,
    when: &When,
    now: Now,
) -> Vec<(&'static str, String)> {
    let figures = &debug.figures;
    let since = when.since(state.link.since, now.wall);
    let cache = figures.cache.map_or("in memory".to_owned(), bytes);
    let mut lines = vec![
        ("link", state.link.words(&since)),
        ("", state.address().to_owned()),
        (
            "",
            format!(
                "connection {} since the start",
                grouped(figures.connections)
            ),
        ),
        ("answers", times(state.answers())),
        (
            "waiting",
            format!(
                "{} requests, {} unsent",
                state.asked(),
                state.outbox.unsent()
            ),
        ),
        ("cache", cache),
    ];
    if figures.drawn != Times::default() {
        lines.push(("drawing", times(figures.drawn)));
    }
    lines.push(("in", total(&figures.received)));
    lines.extend(figures.received.iter().take(KINDS).map(kind));
    lines.push(("out", total(&figures.sent)));
    lines.extend(figures.sent.iter().take(KINDS).map(kind));
    let last = figures.last.iter().rev().enumerate().map(|(at, passed)| {
        let way = if passed.sent { ">" } else { "<" };
        let clock = when.clock(passed.at);
        let about = if at == 0 { "last" } else { "" };
        (
            about,
            format!("{clock} {way} {} {}", passed.kind, passed.bytes),
        )
    });
    lines.extend(last);
    lines
}

fn kind(count: &Count) -> (&'static str, String) {
    let Count {
        kind,
        frames,
        bytes: size,
    } = count;
    ("", format!("{} {kind}, {}", grouped(*frames), bytes(*size)))
}

fn total(counts: &[Count]) -> String {
    let frames: u64 = counts.iter().map(|count| count.frames).sum();
    let size: u64 = counts.iter().map(|count| count.bytes).sum();
    format!("{} frames, {}", grouped(frames), bytes(size))
}

fn times(times: Times) -> String {
    format!(
        "{} ms, at most {}",
        millis(times.last),
        millis(times.longest)
    )
}

fn millis(time: Duration) -> String {
    let tenths = time.as_micros() / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn bytes(count: u64) -> String {
    match count {
        0..10_000 => format!("{} bytes", grouped(count)),
        10_000..10_000_000 => format!("{} kB", grouped(count / 1000)),
        _ => format!("{} MB", grouped(count / 1_000_000)),
    }
}
