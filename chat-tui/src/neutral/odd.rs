//! Texts as nobody writes them, for the tests of whatever draws text.

use proptest::prelude::*;

/// Up to `len` characters, most of them from the places where things go wrong.
pub(crate) fn text(len: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(character(), 0..len).prop_map(String::from_iter)
}

/// Where things go wrong: the first and the last character of each range.
pub(crate) const RANGES: &[(char, char)] = &[
    (' ', '~'),
    ('\0', '\u{1f}'),
    ('\u{7f}', '\u{ff}'),
    ('\u{300}', '\u{36f}'),
    ('\u{5d0}', '\u{6ff}'),
    ('\u{900}', '\u{97f}'),
    ('\u{e00}', '\u{e7f}'),
    ('\u{1100}', '\u{11ff}'),
    ('\u{17d0}', '\u{17d9}'),
    ('\u{200b}', '\u{206f}'),
    ('\u{2764}', '\u{2764}'),
    ('\u{200d}', '\u{200d}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{4e00}', '\u{4e40}'),
    ('\u{ac00}', '\u{ac20}'),
    ('\u{ff60}', '\u{ffa0}'),
    ('\u{1f1e6}', '\u{1f1ff}'),
    ('\u{1f3fb}', '\u{1f3ff}'),
    ('\u{1f440}', '\u{1f4ff}'),
    ('\u{e0000}', '\u{e01ef}'),
    ('\0', char::MAX),
];

fn character() -> impl Strategy<Value = char> {
    proptest::sample::select(RANGES).prop_flat_map(|(from, to)| proptest::char::range(from, to))
}
