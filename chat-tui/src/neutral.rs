//! Makes text written by others harmless for a terminal.
//!
//! Owns the decision what of a text may reach a cell: characters that steer a
//! terminal or can't be seen become visible marks, emoji sequences stay whole,
//! heaps of combining marks are cut. Knows nothing of styles, rows or ratatui.
//! Always holds: what comes out has no control, bidi or invisible character
//! but `\n` and `\t`, and neutralising it again changes nothing.

mod cluster;
mod invisible;
#[cfg(test)]
pub(crate) mod odd;

use smol_str::{SmolStr, format_smolstr};
use std::borrow::Cow;
/// What a tab is drawn as.
pub const TAB: &str = "    ";
/// The smallest part of a text that is drawn or moved over as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<'a> {
    /// What stands in one or more cells as one thing.
    Cluster(Cluster<'a>),
    /// A character that must not reach a terminal; drawn as [`mark`] says.
    Mark(char),
    /// The end of a line.
    Newline,
    /// A tab; drawn as [`TAB`].
    Tab,
}

/// One grapheme cluster, harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster<'a> {
    /// What to print.
    pub shown: Cow<'a, str>,
    /// Columns, as most terminals count them; at least 1.
    pub width: usize,
    /// Columns on the terminal that joins nothing; where it is not `width`,
    /// the width is in doubt.
    pub widest: usize,
}

impl Cluster<'_> {
    /// Terminals disagree about how wide this is.
    pub fn is_doubtful(&self) -> bool {
        self.widest != self.width
    }
}

impl Piece<'_> {
    /// Columns that the piece takes on a row.
    pub fn width(&self) -> usize {
        match self {
            Self::Cluster(cluster) => cluster.width,
            Self::Mark(c) => mark(*c).chars().count(),
            Self::Newline => 0,
            Self::Tab => TAB.len(),
        }
    }
}

/// The pieces of a text, each with the byte at which it begins.
pub fn pieces(text: &str) -> Pieces<'_> {
    Pieces { text, at: 0 }
}

/// The text with its lines and tabs kept and everything hostile made visible.
pub fn text(text: &str) -> Cow<'_, str> {
    rebuild(text, |piece, out| match piece {
        Piece::Newline => out.push('\n'),
        Piece::Tab => out.push('\t'),
        Piece::Cluster(cluster) => out.push_str(&cluster.shown),
        Piece::Mark(c) => out.push_str(&mark(c)),
    })
}

/// The text as one line: for names, topics and titles. Line ends become `␊`.
pub fn line(text: &str) -> Cow<'_, str> {
    rebuild(text, |piece, out| match piece {
        Piece::Newline => out.push_str(&mark('\n')),
        Piece::Tab => out.push(' '),
        Piece::Cluster(cluster) => out.push_str(&cluster.shown),
        Piece::Mark(c) => out.push_str(&mark(c)),
    })
}

/// Whether a text is printable ASCII: each of its bytes has a column of its own.
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(is_printable)
}

/// Whether a character, standing alone, becomes a mark.
pub fn is_hostile(c: char) -> bool {
    c.is_control() || invisible::is_invisible(c)
}

/// The columns that a [`line()`] takes.
pub fn width(text: &str) -> usize {
    if is_plain(text) {
        return text.len();
    }
    pieces(text).map(|(_, piece)| piece.width()).sum()
}

/// How a hostile character is shown: `␛` for the old controls, `\u{9b}` for the rest.
pub fn mark(c: char) -> SmolStr {
    match u32::from(c) {
        code @ 0..=0x1f => pictured(0x2400 + code),
        0x7f => pictured(0x2421),
        code => format_smolstr!("\\u{{{code:x}}}"),
    }
}

/// Iterator of [`pieces`].
#[derive(Debug, Clone)]
pub struct Pieces<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Pieces<'a> {
    /// Takes the printable ASCII that comes next: each of its bytes is a
    /// cluster of one column. May be empty.
    pub fn take_plain(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let plain = rest.bytes().take_while(|byte| is_printable(*byte)).count();
        // Something may join the last one.
        let joined = rest
            .as_bytes()
            .get(plain)
            .is_some_and(|byte| !byte.is_ascii());
        let plain = &rest[..plain.saturating_sub(usize::from(joined))];
        self.at += plain.len();
        plain
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = (usize, Piece<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at;
        let rest = &self.text[at..];
        let c = rest.chars().next()?;
        let (len, piece) = match c {
            '\n' => (1, Piece::Newline),
            '\t' => (1, Piece::Tab),
            _ => simple(rest, c).unwrap_or_else(|| cluster::first(rest, c)),
        };
        self.at += len;
        Some((at, piece))
    }
}
/// A character that can only be a cluster of its own, followed by another such:
/// nearly all text is made of these, and they need no tables.
fn simple(rest: &str, c: char) -> Option<(usize, Piece<'_>)> {
    let width = simple_width(c)?;
    let len = c.len_utf8();
    let alone = match rest[len..].chars().next() {
        None | Some('\n' | '\t') => true,
        Some(next) => simple_width(next).is_some(),
    };
    alone.then(|| {
        (
            len,
            cluster::piece(Cow::Borrowed(&rest[..len]), width, width),
        )
    })
}

/// The columns of a character that neither joins others nor is drawn in two ways.
fn simple_width(c: char) -> Option<usize> {
    match c {
        ' '..='~' | '\u{c0}'..='\u{2ff}' | '\u{384}'..='\u{3ff}' | '\u{410}'..='\u{481}' => Some(1),
        '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fa}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' => Some(2),
        _ => None,
    }
}
fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

fn pictured(code: u32) -> SmolStr {
    let mut bytes = [0; 4];
    let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    SmolStr::new(c.encode_utf8(&mut bytes))
}

fn rebuild(text: &str, push: impl Fn(Piece<'_>, &mut String)) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for (_, piece) in pieces(text) {
        push(piece, &mut out);
    }
    Cow::Owned(out)
}
#[cfg(test)]
mod tests {
    use super::cluster::{COLUMNS_MAX, MARKS_MAX};
    use super::invisible::is_invisible;
    use super::*;
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation as _;
    use unicode_width::UnicodeWidthChar as _;

    #[test]
    fn what_steers_a_terminal_becomes_visible() {
        for (hostile, shown) in [
            ("\u{1b}]0;x\u{7}", "␛]0;x␇"),
            ("a\u{9b}31m", "a\\u{9b}31m"),
            ("a\r\nb\u{8}\u{7f}", "a␍\nb␈␡"),
            ("abc\u{202e}dcba", "abc\\u{202e}dcba"),
            ("\u{2067}x", "\\u{2067}x"),
            ("a\u{2028}b", "a\\u{2028}b"),
            ("ex\u{200b}ample", "ex\\u{200b}ample"),
            ("so\u{ad}ft", "so\\u{ad}ft"),
            ("a\u{e0041}", "a\\u{e0041}"),
            ("a\u{200d}b", "a\\u{200d}b"),
            ("\u{feff}a", "\\u{feff}a"),
        ] {
            assert_eq!(text(hostile), shown, "{hostile:?}");
        }
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        for honest in [
            "plain, with a tab\tand\nlines",
            "👩‍👩‍👧‍👦 🇦🇺 👍🏽 ❤️‍🔥",
            "e\u{301} 한글 ｈ ﷽ Straße Ωмир ｶﾞ",
            "می‌خواهم שלום हिन्दी क्‍ष",
            "葛\u{e0100}",
        ] {
            assert_eq!(text(honest), honest);
        }
    }

    #[test]
    fn presentation_selectors_go_so_that_terminals_agree() {
        for (written, shown) in [("❤️", "❤"), ("1️⃣", "1⃣"), ("✔️ ok", "✔ ok")] {
            assert_eq!(text(written), shown);
            for (_, piece) in pieces(written) {
                assert!(!matches!(piece, Piece::Cluster(c) if c.is_doubtful()));
            }
        }
    }

    #[test]
    fn a_family_is_one_cluster_whose_width_is_in_doubt() {
        let found: Vec<_> = pieces("👩‍👩‍👧‍👦").collect();
        let [(0, Piece::Cluster(family))] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!((family.width, family.widest), (2, 8));
    }

    #[test]
    fn heaps_of_combining_marks_are_cut_and_loose_ones_get_a_base() {
        let heap = format!("Z{}", "\u{301}".repeat(80));
        assert_eq!(text(&heap), format!("Z{}", "\u{301}".repeat(MARKS_MAX)));
        assert_eq!(text("\u{301}"), "\u{25cc}\u{301}");
        assert_eq!(line("a\n\u{301}b"), "a␊\u{25cc}\u{301}b");
    }

    #[test]
    fn no_cluster_is_wider_than_its_bound() {
        for monster in [
            "\u{1100}".repeat(500),
            "👩\u{200d}".repeat(500),
            "🇦".repeat(99),
        ] {
            for (_, piece) in pieces(&monster) {
                if let Piece::Cluster(cluster) = piece {
                    assert!(cluster.widest <= COLUMNS_MAX, "{cluster:?}");
                }
            }
        }
    }

    #[test]
    fn the_short_way_agrees_with_the_tables() {
        for c in ('\0'..='\u{ffff}').filter(|c| simple_width(*c).is_some()) {
            assert_eq!(simple_width(c), c.width(), "{c:?}");
            assert!(!is_invisible(c) && !c.is_control(), "{c:?}");
            let pair = format!("{c}a");
            assert_eq!(pair.graphemes(true).count(), 2, "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_hostile_is_left_and_twice_is_once(source in odd_text()) {
            let once = text(&source);
            prop_assert!(once.chars().all(|c| matches!(c, '\n' | '\t') || !c.is_control()));
            prop_assert_eq!(text(&once), once.clone());
        }

        #[test]
        fn every_cluster_has_a_width(source in odd_text()) {
            for (_, piece) in pieces(&source) {
                if let Piece::Cluster(cluster) = piece {
                    prop_assert!(cluster.width >= 1 && cluster.width <= COLUMNS_MAX, "{:?}", cluster);
                }
            }
        }
    }

    fn odd_text() -> impl Strategy<Value = String> {
        crate::neutral::odd::text(40)
    }
}
