//! What happens next, drawn from a seed.

use crate::core::clock::Entropy;
use crate::neutral::odd;

/// What people write.
const WORDS: &[&str] = &[
    "morning",
    "the build",
    "is",
    "done?",
    "@ada",
    "#dev",
    "**very**",
    "`code`",
    "",
    "https://example.org/a?b=c",
    "yes",
    "no\nno",
    "👍",
    "עברית",
    "한글",
    "e\u{301}",
    "a  b",
    "1. one",
    "> said",
    "- x",
    "```\nfn\n```",
];

/// A source of choices; the same seed gives the same ones.
pub(super) struct Chance(Entropy);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(Entropy::new(u128::from(seed) << 64 | 0x5e55_1011))
    }

    pub(super) fn number(&mut self) -> u64 {
        self.0.draw()
    }

    /// Less than `end`.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0.draw() % end.max(1)
    }

    pub(super) fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    pub(super) fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len() as u64) as usize]
    }

    pub(super) fn one<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    /// A size of terminal: mostly one that people have.
    pub(super) fn size(&mut self) -> (u16, u16) {
        const USUAL: &[(u16, u16)] = &[(80, 24), (100, 30), (60, 20), (40, 12), (20, 6), (72, 9)];
        if self.one_in(2) {
            return self.one(USUAL);
        }
        (1 + self.below(130) as u16, 1 + self.below(40) as u16)
    }

    /// A word, or something like it.
    pub(super) fn word(&mut self) -> String {
        match self.below(3) {
            0 => self.odd(6),
            _ => self.of(WORDS).to_owned(),
        }
    }

    /// A text as people write it, or as nobody does.
    pub(super) fn text(&mut self) -> String {
        if self.one_in(4) {
            let length = if self.one_in(20) { 600 } else { 30 };
            return self.odd(length);
        }
        let words = 1 + self.below(9);
        let words: Vec<_> = (0..words).map(|_| self.of(WORDS)).collect();
        words.join(" ")
    }

    /// Up to `length` characters from where things go wrong.
    pub(super) fn odd(&mut self, length: u64) -> String {
        let length = 1 + self.below(length);
        (0..length).map(|_| self.odd_char()).collect()
    }

    pub(super) fn odd_char(&mut self) -> char {
        let (from, to) = self.one(odd::RANGES);
        let (from, to) = (u64::from(u32::from(from)), u64::from(u32::from(to)));
        let drawn = from + self.below(to - from + 1);
        u32::try_from(drawn)
            .ok()
            .and_then(char::from_u32)
            .unwrap_or('\u{fffd}')
    }
}
