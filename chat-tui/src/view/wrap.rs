//! Lays text out in rows of a width, on grapheme clusters.
//!
//! Owns where rows break. Knows styles only as [`Role`]s, and no buffer:
//! heights can be had without drawing. Always holds: no row is wider than the
//! width asked for, not even on a terminal that joins no emoji; nothing but
//! blanks at a row's end is left out, so a link cut in rows is still whole;
//! what comes out is neutral.

use super::theme::Role;
use crate::neutral::{self, Piece};
use std::ops::Range;

/// A text in rows, to be drawn as often as wished.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wrapped {
    text: String,
    /// Where each role ends in `text`, rising.
    runs: Vec<(usize, Role)>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    text: Range<usize>,
    /// The run that the row begins in.
    run: usize,
}

/// Lays `spans` out in rows of at most `width` columns; there is always one row.
pub fn wrap<'a>(spans: impl IntoIterator<Item = (&'a str, Role)>, width: usize) -> Wrapped {
    let mut line = Line::new(width.max(1));
    for (text, role) in spans {
        line.text.reserve(text.len());
        line.atoms.reserve(text.len());
        let mut pieces = neutral::pieces(text);
        loop {
            line.plain(pieces.take_plain(), role);
            let Some((_, piece)) = pieces.next() else {
                break;
            };
            line.push(&piece, role);
        }
    }
    let rows = Breaker::new(&line).rows();
    let mut run = 0;
    let rows = rows.into_iter().map(|text| {
        run += line.runs[run..].partition_point(|(end, _)| *end <= text.start);
        Row { text, run }
    });
    Wrapped {
        rows: rows.collect(),
        text: line.text,
        runs: line.runs,
    }
}

impl Wrapped {
    /// How many rows there are; at least one.
    pub fn height(&self) -> usize {
        self.rows.len()
    }

    /// The parts of a row, from left to right; none beyond the last row.
    pub fn row(&self, index: usize) -> impl Iterator<Item = (&str, Role)> {
        self.row_of_runs(index).map(|(part, role, _)| (part, role))
    }

    /// As [`Wrapped::row`], each part with the whole of what it is a part of:
    /// a link goes on over several rows. Of a label that is the link it stands for.
    pub fn row_of_runs(&self, index: usize) -> impl Iterator<Item = (&str, Role, &str)> {
        let row = self.rows.get(index);
        let range = row.map_or(0..0, |row| row.text.clone());
        let mut at = range.start;
        let first = row.map_or(self.runs.len(), |row| row.run);
        (first..self.runs.len()).map_while(move |run| {
            let (end, role) = self.runs[run];
            let begin = run.checked_sub(1).map_or(0, |before| self.runs[before].0);
            let from = at;
            at = end.min(range.end);
            let whole = || match role {
                // Between the two stands only what holds them apart.
                Role::Label => self.run_of(run + 2, Role::Link),
                _ => &self.text[begin..end],
            };
            let part = || (&self.text[from..at], role, whole());
            (from < range.end).then(part)
        })
    }

    /// The text of a run, if it is of this role.
    fn run_of(&self, run: usize, role: Role) -> &str {
        let Some((end, _)) = self.runs.get(run).filter(|(_, is)| *is == role) else {
            return "";
        };
        let begin = run.checked_sub(1).map_or(0, |before| self.runs[before].0);
        &self.text[begin..*end]
    }

    /// Whether anything in it has this role.
    pub fn has(&self, role: Role) -> bool {
        self.runs.iter().any(|(_, run)| *run == role)
    }
}

/// The text before it is broken: its atoms, one after the other.
struct Line {
    text: String,
    runs: Vec<(usize, Role)>,
    atoms: Vec<Atom>,
    width: usize,
}

/// What stays together on a row.
struct Atom {
    /// Where it ends in the text.
    end: usize,
    width: u8,
    /// Columns where emoji are not joined; this much room is kept for it.
    widest: u8,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Blank,
    /// Part of a word.
    Letter,
    /// A row may be broken before and after it.
    Ideograph,
    Newline,
}

impl Line {
    fn new(width: usize) -> Self {
        Self {
            text: String::new(),
            runs: Vec::new(),
            atoms: Vec::new(),
            width,
        }
    }

    /// Text each byte of which has a column of its own.
    fn plain(&mut self, text: &str, role: Role) {
        let start = self.text.len();
        self.text.push_str(text);
        self.run(role);
        let atoms = text.bytes().enumerate().map(|(at, byte)| Atom {
            end: start + at + 1,
            width: 1,
            widest: 1,
            kind: if byte == b' ' {
                Kind::Blank
            } else {
                Kind::Letter
            },
        });
        self.atoms.extend(atoms);
    }

    fn push(&mut self, piece: &Piece<'_>, role: Role) {
        match piece {
            Piece::Newline => self.atom("", role, 0, 0, Kind::Newline),
            Piece::Tab => {
                for blank in neutral::TAB.split_inclusive(' ') {
                    self.atom(blank, role, 1, 1, Kind::Blank);
                }
            }
            Piece::Mark(c) => {
                let mark = neutral::mark(*c);
                for letter in mark.split_inclusive(|_| true) {
                    self.atom(letter, Role::Mark, 1, 1, Kind::Letter);
                }
            }
            Piece::Cluster(cluster) => {
                // A cluster has a dozen columns at most.
                let (width, widest) = (cluster.width as u8, cluster.widest as u8);
                match &*cluster.shown {
                    " " => self.atom(" ", role, 1, 1, Kind::Blank),
                    _ if cluster.widest > self.width => self.leave_out(role),
                    shown if (width, widest) == (2, 2) => {
                        self.atom(shown, role, width, widest, Kind::Ideograph);
                    }
                    shown => self.atom(shown, role, width, widest, Kind::Letter),
                }
            }
        }
    }

    /// A cluster that no row has room for. What joined the one before to it
    /// would stand there without anything to join, and be seen.
    fn leave_out(&mut self, role: Role) {
        let joined = self.text.trim_end_matches(['\u{200c}', '\u{200d}']).len();
        self.text.truncate(joined);
        if let Some(atom) = self.atoms.last_mut() {
            atom.end = atom.end.min(joined);
        }
        if let Some((end, _)) = self.runs.last_mut() {
            *end = joined.min(*end);
        }
        self.atom("…", role, 1, 1, Kind::Letter);
    }

    fn atom(&mut self, shown: &str, role: Role, width: u8, widest: u8, kind: Kind) {
        self.text.push_str(shown);
        self.run(role);
        self.atoms.push(Atom {
            end: self.text.len(),
            width,
            widest,
            kind,
        });
    }

    /// What was added to the text has this role.
    fn run(&mut self, role: Role) {
        let end = self.text.len();
        match self.runs.last_mut() {
            Some((last, same)) if *same == role => *last = end,
            Some((last, _)) if *last == end => {}
            None if end == 0 => {}
            Some(_) | None => self.runs.push((end, role)),
        }
    }
}

/// Fills row after row with as many atoms as fit.
struct Breaker<'a> {
    line: &'a Line,
    rows: Vec<Range<usize>>,
    /// The first atom of the row.
    from: usize,
    /// Columns of the row so far, but for blanks beyond its end.
    columns: usize,
    /// The last place to break the row at: the atom after which it ends, and
    /// the one with which the next row begins.
    gap: Option<(usize, usize)>,
}

impl<'a> Breaker<'a> {
    fn new(line: &'a Line) -> Self {
        Self {
            line,
            rows: Vec::with_capacity(1 + line.text.len() / line.width),
            from: 0,
            columns: 0,
            gap: None,
        }
    }

    fn rows(mut self) -> Vec<Range<usize>> {
        for (at, atom) in self.line.atoms.iter().enumerate() {
            match atom.kind {
                Kind::Newline => {
                    self.close(at);
                    self.begin(at + 1);
                }
                Kind::Blank => self.blank(at),
                Kind::Letter => self.letter(at, atom),
                Kind::Ideograph => {
                    if at > self.from {
                        self.gap = Some((at, at));
                    }
                    self.letter(at, atom);
                    self.gap = Some((at + 1, at + 1));
                }
            }
        }
        self.close(self.line.atoms.len());
        self.rows
    }

    /// Blanks that don't fit hang over the edge, unseen.
    fn blank(&mut self, at: usize) {
        self.columns = (self.columns + 1).min(self.line.width);
        self.gap = match self.gap {
            Some((end, next)) if next == at => Some((end, at + 1)),
            // Blanks that begin a line are its indent.
            _ if self.is_blank(self.from..at) => None,
            _ => Some((at, at + 1)),
        };
    }

    fn letter(&mut self, at: usize, atom: &Atom) {
        while self.columns + usize::from(atom.widest) > self.line.width && at > self.from {
            // Without a gap the word is longer than a row.
            let (end, next) = self.gap.unwrap_or((at, at));
            self.close(end);
            self.begin(next);
            self.columns = self.line.atoms[next..at]
                .iter()
                .map(|a| usize::from(a.width))
                .sum();
        }
        self.columns += usize::from(atom.width);
    }

    fn begin(&mut self, at: usize) {
        self.from = at;
        self.columns = 0;
        self.gap = None;
    }

    /// Ends the row before the atom `end`, and before the blanks that stand there.
    fn close(&mut self, end: usize) {
        let blanks = self.line.atoms[self.from..end]
            .iter()
            .rev()
            .take_while(|atom| atom.kind == Kind::Blank)
            .count();
        let start = self.byte(self.from);
        self.rows.push(start..self.byte(end - blanks).max(start));
    }

    /// Where an atom begins in the text.
    fn byte(&self, atom: usize) -> usize {
        match atom.checked_sub(1) {
            Some(before) => self.line.atoms[before].end,
            None => 0,
        }
    }

    fn is_blank(&self, atoms: Range<usize>) -> bool {
        self.line.atoms[atoms]
            .iter()
            .all(|atom| atom.kind == Kind::Blank)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &str, width: usize) -> Vec<String> {
        let wrapped = wrap([(text, Role::Text)], width);
        (0..wrapped.height())
            .map(|row| wrapped.row(row).map(|(text, _)| text).collect())
            .collect()
    }

    #[test]
    fn words_stay_whole_unless_longer_than_a_row() {
        for (text, width, expected) in [
            ("", 10, vec![""]),
            ("one two three", 8, vec!["one two", "three"]),
            ("one two", 7, vec!["one two"]),
            ("one  two", 4, vec!["one", "two"]),
            ("one   ", 4, vec!["one"]),
            ("abcdefghij", 4, vec!["abcd", "efgh", "ij"]),
            ("x abcdefghij", 4, vec!["x", "abcd", "efgh", "ij"]),
            ("a\n\nb", 4, vec!["a", "", "b"]),
            ("abcd\ne", 4, vec!["abcd", "e"]),
            ("abcd   \ne", 4, vec!["abcd", "e"]),
            ("  if x {", 20, vec!["  if x {"]),
            ("\tx", 20, vec!["    x"]),
            ("        word", 4, vec!["", "word"]),
        ] {
            assert_eq!(rows(text, width), expected, "{text:?} at {width}");
        }
    }

    #[test]
    fn wide_clusters_do_not_stick_out() {
        assert_eq!(rows("漢字漢字", 5), ["漢字", "漢字"]);
        assert_eq!(rows("ab漢字", 3), ["ab", "漢", "字"]);
        assert_eq!(rows("漢", 1), ["…"]);
        // Eight columns are kept for a family, in case that it is drawn in parts.
        assert_eq!(rows("abc 👩‍👩‍👧‍👦 d", 10), ["abc", "👩‍👩‍👧‍👦 d"]);
    }

    #[test]
    fn what_is_left_out_leaves_no_joiner_behind() {
        assert_eq!(rows("\u{620}\u{200d}\u{696}\u{1f3fb}", 2), ["\u{620}…"]);
    }

    #[test]
    fn a_link_in_pieces_is_still_whole() {
        let link = format!("https://example.org/{}", "a".repeat(280));
        let found = rows(&format!("see {link} there"), 60);
        assert_eq!(found[0], "see");
        assert!(found[1..].concat().starts_with(&link));
    }

    #[test]
    fn roles_are_kept_over_breaks_and_marks_have_their_own() {
        let wrapped = wrap([("ab ", Role::Text), ("c\u{7}d", Role::Link)], 4);
        let found: Vec<Vec<_>> = (0..wrapped.height())
            .map(|row| wrapped.row(row).collect())
            .collect();
        assert_eq!(
            found,
            [
                vec![("ab", Role::Text)],
                vec![("c", Role::Link), ("␇", Role::Mark), ("d", Role::Link)]
            ]
        );
    }

    proptest! {
        #[test]
        fn no_row_is_wider_than_asked_for(text in neutral::odd::text(60), width in 1usize..30) {
            for row in rows(&text, width) {
                prop_assert!(neutral::width(&row) <= width, "{row:?}");
            }
        }

        #[test]
        fn nothing_but_blanks_is_left_out(text in neutral::odd::text(60), width in 12usize..40) {
            let dense = |text: &str| text.replace([' ', '\n', '\t'], "");
            let whole = rows(&text, width).concat();
            prop_assert_eq!(dense(&whole), dense(&neutral::text(&text)));
        }
    }
}
