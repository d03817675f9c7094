//! Puts text, lines and boxes into a buffer.
//!
//! The only place that writes cells: whatever passes through here is neutral
//! and stays within its bounds. Always holds: a cluster about whose width
//! terminals disagree can't shift what stands beside it, because the cells
//! after it are placed anew with every frame.

use super::glyphs::Glyphs;
use super::link::{self, Link};
use super::theme::{Role, Theme};
use super::timeline::target;
use crate::core::actions::Action;
use crate::core::room::{Hit, Target};
use crate::neutral::{self, Cluster, Piece};
use ratatui::buffer::{Buffer, Cell, CellDiffOption, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::collections::BTreeSet;
use std::num::NonZeroU16;

/// What draws.
pub(super) struct Pen<'a> {
    buffer: &'a mut Buffer,
    theme: Theme,
    links: Vec<Link>,
    targets: Vec<Target>,
    /// Rows with clusters about whose width terminals disagree.
    doubtful: BTreeSet<u16>,
}

impl<'a> Pen<'a> {
    /// On a blank buffer.
    pub(super) fn new(buffer: &'a mut Buffer, theme: Theme) -> Self {
        let ground = theme.style(Role::Text);
        if ground != Style::new() {
            buffer.set_style(buffer.area, ground);
        }
        Self {
            buffer,
            theme,
            links: Vec::new(),
            targets: Vec::new(),
            doubtful: BTreeSet::new(),
        }
    }

    /// Something lies over the lists that were drawn: no row of theirs can be chosen.
    pub(super) fn cover(&mut self) {
        self.targets
            .retain(|target| !matches!(target.is, Hit::Row(_)));
    }

    /// A row that can be chosen.
    pub(super) fn row(&mut self, area: Rect, number: usize) {
        self.targets.push(target(area, Hit::Row(number)));
    }

    /// The name of a key, or what it does: a click presses it.
    pub(super) fn key(&mut self, area: Rect, action: Action) {
        self.targets.push(target(area, Hit::Keys(action)));
    }

    /// What answers to the mouse.
    pub(super) fn take_targets(&mut self) -> Vec<Target> {
        std::mem::take(&mut self.targets)
    }

    /// The whole screen.
    pub(super) fn screen(&self) -> Rect {
        self.buffer.area
    }

    pub(super) fn glyphs(&self) -> &'static Glyphs {
        self.theme.glyphs()
    }

    /// Puts a text on a row from `x` to before `right`; what does not fit is
    /// left out. Says where it ended.
    pub(super) fn text(&mut self, x: u16, y: u16, right: u16, text: &str, role: Role) -> u16 {
        self.styled(x, y, right, text, self.theme.style(role))
    }

    /// A part of a link; where the terminal can, it opens the whole of it.
    pub(super) fn link(
        &mut self,
        x: u16,
        y: u16,
        right: u16,
        part: &str,
        whole: &str,
        role: Role,
    ) -> u16 {
        let end = self.text(x, y, right, part, role);
        let is_plain = part.bytes().all(|byte| byte.is_ascii_graphic());
        let is_whole = usize::from(end - x) == part.len();
        if self.theme.dress().links
            && is_plain
            && is_whole
            && let Some(target) = link::target(whole)
        {
            let text = part.to_owned();
            self.links.push(Link { x, y, text, target });
        }
        end
    }

    /// As [`Pen::text`], but says so where something is left out.
    pub(super) fn cut(&mut self, x: u16, y: u16, right: u16, text: &str, role: Role) -> u16 {
        let room = usize::from(right.saturating_sub(x));
        let text = fit(text, room, self.glyphs().cut);
        self.text(x, y, right, &text, role)
    }

    /// As [`Pen::cut`], but ends before `right` wherever it begins. Says where it began.
    pub(super) fn flush(&mut self, x: u16, y: u16, right: u16, text: &str, role: Role) -> u16 {
        let room = usize::from(right.saturating_sub(x));
        let text = fit(text, room, self.glyphs().cut);
        let from = right.saturating_sub(columns(neutral::width(&text))).max(x);
        self.text(from, y, right, &text, role);
        from
    }

    /// Adds a role's style to cells that are drawn already.
    pub(super) fn restyle(&mut self, area: Rect, role: Role) {
        self.buffer.set_style(area, self.theme.style(role));
    }

    /// Makes an area blank; what stood there answers no more.
    pub(super) fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buffer.area);
        self.targets.retain(|target| {
            let felt = Rect::new(target.x, target.y, target.width, target.height);
            !felt.intersects(area)
        });
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                self.buffer[(x, y)].reset();
                self.buffer[(x, y)].set_style(self.theme.style(Role::Text));
            }
            self.mend(area.left(), y);
        }
    }

    /// A level line over a row of `area`.
    pub(super) fn level(&mut self, area: Rect) {
        let (left, right) = (area.left(), area.right().min(self.buffer.area.right()));
        let begun = self.text(left, area.y, right, self.glyphs().level, Role::Border);
        let Some(first) = self.buffer.cell((left, area.y)).cloned() else {
            return;
        };
        for x in begun..right {
            self.buffer[(x, area.y)].clone_from(&first);
        }
    }

    /// An upright line in the column `x`.
    pub(super) fn upright(&mut self, x: u16, from: u16, to: u16) {
        let glyph = self.glyphs().upright;
        for y in from..to {
            self.text(x, y, x + 1, glyph, Role::Border);
        }
    }

    /// An empty box with a title; says what is inside, a blank column on each
    /// side left free.
    pub(super) fn frame(&mut self, area: Rect, title: &str) -> Rect {
        self.clear(area);
        if area.width < 2 || area.height < 2 {
            return Rect { height: 0, ..area };
        }
        let (left, right) = (area.left(), area.right() - 1);
        let (top, bottom) = (area.top(), area.bottom() - 1);
        self.level(Rect { height: 1, ..area });
        self.level(Rect {
            y: bottom,
            height: 1,
            ..area
        });
        self.upright(left, top + 1, bottom);
        self.upright(right, top + 1, bottom);
        let corners = [(left, top), (right, top), (left, bottom), (right, bottom)];
        for (glyph, (x, y)) in self.glyphs().corners.into_iter().zip(corners) {
            self.text(x, y, x + 1, glyph, Role::Border);
        }
        if !title.is_empty() {
            self.cut(left + 2, top, right, &format!(" {title} "), Role::Title);
        }
        Rect {
            x: left + 2,
            y: top + 1,
            width: area.width.saturating_sub(4),
            height: area.height - 2,
        }
    }

    /// After everything is drawn: what stands right of a doubtful cluster is
    /// sent with every frame, each time from a place that was said anew.
    pub(super) fn settle(self) {
        let width = usize::from(self.buffer.area.width);
        for y in &self.doubtful {
            let from = self.buffer.index_of(self.buffer.area.x, *y);
            let mut doubtful = false;
            for cell in &mut self.buffer.content[from..from + width] {
                match cell.diff_option {
                    CellDiffOption::ForcedWidth(_) => doubtful = true,
                    CellDiffOption::None if doubtful => {
                        cell.set_diff_option(CellDiffOption::AlwaysUpdate);
                    }
                    CellDiffOption::None | CellDiffOption::Skip | CellDiffOption::AlwaysUpdate => {}
                }
            }
        }
        for link in &self.links {
            link.apply(self.buffer);
        }
    }

    fn styled(&mut self, x: u16, y: u16, right: u16, text: &str, style: Style) -> u16 {
        let area = self.buffer.area;
        let right = right.min(area.right());
        let mut at = x;
        if !(area.top()..area.bottom()).contains(&y) || x >= right {
            return at;
        }
        self.mend(x, y);
        let mut pieces = neutral::pieces(text);
        while at < right {
            at = self.plain(at, y, right, pieces.take_plain(), style);
            let Some((_, piece)) = pieces.next() else {
                break;
            };
            let next = match piece {
                Piece::Cluster(cluster)
                    if self.theme.dress().ascii && !cluster.shown.is_ascii() =>
                {
                    let unknown = "?".repeat(cluster.width);
                    self.letters(at, y, right, &unknown, style)
                }
                Piece::Cluster(cluster) => self.cluster(at, y, right, &cluster, style),
                Piece::Tab => self.letters(at, y, right, neutral::TAB, style),
                Piece::Newline => self.mark(at, y, right, '\n', style),
                Piece::Mark(c) => self.mark(at, y, right, c, style),
            };
            match next {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    }

    /// As much as fits of a text each byte of which is a cluster of one column:
    /// nearly all that is drawn.
    fn plain(&mut self, x: u16, y: u16, right: u16, text: &str, style: Style) -> u16 {
        let fits = text.len().min(usize::from(right - x));
        let from = self.buffer.index_of(x, y);
        let mut blank = Cell::EMPTY;
        blank.set_style(style);
        let cells = &mut self.buffer.content[from..from + fits];
        for (cell, byte) in cells.iter_mut().zip(text.bytes()) {
            cell.clone_from(&blank);
            cell.set_char(char::from(byte));
        }
        x + columns(fits)
    }

    fn mark(&mut self, x: u16, y: u16, right: u16, c: char, style: Style) -> Option<u16> {
        let style = style.patch(self.theme.style(Role::Mark));
        self.letters(x, y, right, &neutral::mark(c), style)
    }

    /// Characters of one column each.
    fn letters(&mut self, x: u16, y: u16, right: u16, text: &str, style: Style) -> Option<u16> {
        let mut at = x;
        for c in text.chars().filter(|c| !c.is_control()) {
            if at >= right {
                return None;
            }
            let cell = &mut self.buffer[(at, y)];
            cell.reset();
            let known = c.is_ascii() || !self.theme.dress().ascii;
            cell.set_char(if known { c } else { '?' }).set_style(style);
            at += 1;
        }
        Some(at)
    }

    /// `None` where there is no room, even for its widest form.
    fn cluster(
        &mut self,
        x: u16,
        y: u16,
        right: u16,
        cluster: &Cluster<'_>,
        style: Style,
    ) -> Option<u16> {
        let (width, widest) = (columns(cluster.width), columns(cluster.widest));
        if widest > right.saturating_sub(x) {
            return None;
        }
        for covered in x..x + width {
            let cell = &mut self.buffer[(covered, y)];
            cell.reset();
            cell.set_style(style);
        }
        let cell = &mut self.buffer[(x, y)];
        cell.set_symbol(&cluster.shown);
        if cluster.is_doubtful() || cell.cell_width() != width {
            let width = NonZeroU16::new(width).unwrap_or(NonZeroU16::MIN);
            cell.set_diff_option(CellDiffOption::ForcedWidth(width));
            self.doubtful.insert(y);
        }
        Some(x + width)
    }

    /// Before a cell is written over: a wide cluster that begins left of it and
    /// reaches into it is taken away, rather than be drawn half.
    fn mend(&mut self, x: u16, y: u16) {
        let left = self.buffer.area.left();
        for back in 1..=x.saturating_sub(left).min(WIDEST) {
            let cell = &mut self.buffer[(x - back, y)];
            // The cells that a cluster reaches into are blank.
            if cell.symbol() != " " {
                if cell.cell_width() > back {
                    cell.set_symbol(" ").set_diff_option(CellDiffOption::None);
                }
                return;
            }
        }
    }
}

/// Columns of the widest cluster that [`neutral`] lets through.
const WIDEST: u16 = 12;

/// A length as columns of a screen.
pub(super) fn columns(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

/// The text as one line of at most `room` columns, ending in `cut` where that
/// meant leaving something out. No cluster is split.
pub(super) fn fit(text: &str, room: usize, cut: &str) -> String {
    let text = neutral::line(text);
    if widest(&text) <= room {
        return text.into_owned();
    }
    match room.checked_sub(neutral::width(cut)) {
        Some(room) => prefix(&text, room) + cut,
        None => prefix(&text, room),
    }
}

/// The columns of a neutral line, if the last cluster is as wide as can be.
fn widest(text: &str) -> usize {
    if neutral::is_plain(text) {
        return text.len();
    }
    let mut used = 0;
    let mut most = 0;
    for (_, piece) in neutral::pieces(text) {
        let widest = match &piece {
            Piece::Cluster(cluster) => cluster.widest,
            Piece::Mark(_) | Piece::Newline | Piece::Tab => piece.width(),
        };
        most = most.max(used + widest);
        used += piece.width();
    }
    most
}

/// The longest beginning that fits.
fn prefix(text: &str, room: usize) -> String {
    let mut used = 0;
    let mut out = String::new();
    for (_, piece) in neutral::pieces(text) {
        let Piece::Cluster(cluster) = piece else {
            break;
        };
        if used + cluster.widest > room {
            break;
        }
        used += cluster.width;
        out.push_str(&cluster.shown);
    }
    out
}
