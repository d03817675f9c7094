//! What stands out within one line.
//!
//! Links, code and names are found first, from left to right; what people mark
//! by `*`, `_` and `~` is what stands between two such signs, and is looked for
//! in between. Each sign is put on a stack and taken from it once.

use super::super::theme::{Role, Shape};
use super::{Parts, link, seek};

/// Adds the parts of a line that is `base`.
pub(super) fn parts<'a>(line: &'a str, me: Option<&str>, base: Role, parts: &mut Parts<'a>) {
    let mut scan = Scan {
        line,
        me,
        plain: 0,
        at: 0,
        parts: Vec::new(),
        signs: Vec::new(),
        unclosed: [false; TICKS_MOST + 1],
    };
    scan.run();
    let Scan {
        parts: found,
        mut signs,
        ..
    } = scan;
    if base == Role::Text {
        pair(&mut signs);
    }
    let mut open = Open::default();
    let mut signs = signs.into_iter().peekable();
    for (index, (part, role)) in found.into_iter().enumerate() {
        let sign = signs.next_if(|sign| sign.part == index);
        let role = match (role, sign) {
            (Some(role), _) => role,
            (None, Some(sign)) if sign.used > 0 => {
                open.close(sign.ends);
                open.open(sign.begins);
                Role::Faint
            }
            (None, _) if base == Role::Text => open.role(),
            (None, _) => base,
        };
        parts.push((part, role));
    }
}

/// Longer runs of back-ticks mark nothing.
const TICKS_MOST: usize = 3;

struct Scan<'a, 'm> {
    line: &'a str,
    me: Option<&'m str>,
    /// Where the plain text begins that is not yet among the parts.
    plain: usize,
    at: usize,
    /// Without a role: text, or a sign.
    parts: Vec<(&'a str, Option<Role>)>,
    signs: Vec<Sign>,
    /// Of how many back-ticks no run follows any more.
    unclosed: [bool; TICKS_MOST + 1],
}

/// Signs of one kind in a row.
struct Sign {
    /// Its number among the parts.
    part: usize,
    kind: char,
    len: usize,
    /// How many of them have found their like.
    used: usize,
    opens: bool,
    closes: bool,
    begins: Vec<Shape>,
    ends: Vec<Shape>,
}

impl<'a> Scan<'a, '_> {
    fn run(&mut self) {
        let stops = |c| matches!(c, ':' | '@' | '`' | '[' | '*' | '_' | '~');
        while let Some(found) = seek(&self.line[self.at..], stops) {
            self.at += found;
            self.special();
        }
        self.take(self.line.len(), self.line.len(), None);
    }

    /// Makes parts of the plain text up to `from`, and of what stands from there to `to`.
    fn take(&mut self, from: usize, to: usize, role: Option<Role>) {
        self.parts.push((&self.line[self.plain..from], None));
        if to > from {
            self.parts.push((&self.line[from..to], role));
        }
        (self.plain, self.at) = (to, to);
    }

    fn special(&mut self) {
        let (line, at) = (self.line, self.at);
        match line.as_bytes()[at] {
            b':' => match link::around(&line[self.plain..], at - self.plain) {
                Some((from, to)) => {
                    let start = self.plain;
                    self.take(start + from, start + to, Some(Role::Link));
                }
                None => self.at += 1,
            },
            b'@' => match self.me.and_then(|me| mention(line, at, me)) {
                Some(len) => self.take(at, at + len, Some(Role::Mention)),
                None => self.at += 1,
            },
            b'`' => self.code(),
            b'[' => match link::named(&line[at..]) {
                Some((label, target)) => {
                    self.take(at, at + 1, Some(Role::Faint));
                    self.take(self.at, at + label, Some(Role::Label));
                    self.take(self.at, at + label + 2, Some(Role::Faint));
                    self.take(self.at, at + target, Some(Role::Link));
                    self.take(self.at, at + target + 1, Some(Role::Faint));
                }
                None => self.at += 1,
            },
            _ => self.sign(),
        }
    }

    /// From back-ticks to as many back-ticks.
    fn code(&mut self) {
        let ticks = run(&self.line[self.at..], '`');
        let inside = self.at + ticks;
        if ticks > TICKS_MOST || self.unclosed[ticks] {
            self.at = inside;
            return;
        }
        let mut end = inside;
        while let Some(found) = seek(&self.line[end..], |c| c == '`') {
            end += found;
            let closing = run(&self.line[end..], '`');
            if closing == ticks {
                return self.take(self.at, end + ticks, Some(Role::Code));
            }
            end += closing;
        }
        self.unclosed[ticks] = true;
        self.at = inside;
    }

    fn sign(&mut self) {
        let at = self.at;
        let rest = &self.line[at..];
        let kind = rest.chars().next().unwrap_or_default();
        let len = run(rest, kind);
        let before = self.line[..at].chars().next_back();
        let after = rest[len..].chars().next();
        // Within a word it is a part of that: `snake_case`, `2*3`. Scripts that
        // put no blanks between words are not bound by that, but for `_`.
        let in_word = |c: Option<char>| {
            c.is_some_and(|c| match kind {
                '_' => c.is_alphanumeric(),
                _ => c.is_ascii_alphanumeric(),
            })
        };
        let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let (opens, closes) = (
            !in_word(before) && !blank(after),
            !blank(before) && !in_word(after),
        );
        let fits = match kind {
            '~' => len == 2,
            _ => len <= RUN_MOST,
        };
        if !fits || !(opens || closes) {
            self.at += len;
            return;
        }
        self.take(at, at + len, None);
        self.signs.push(Sign {
            part: self.parts.len() - 1,
            kind,
            len,
            used: 0,
            opens,
            closes,
            begins: Vec::new(),
            ends: Vec::new(),
        });
    }
}

/// How many of these characters stand there in a row.
fn run(text: &str, kind: char) -> usize {
    seek(text, |c| c != kind).unwrap_or(text.len())
}

/// `@ada` or `@room`, as a whole word.
fn mention(line: &str, at: usize, me: &str) -> Option<usize> {
    if line[..at].chars().next_back().is_some_and(is_of_name) {
        return None;
    }
    let rest = &line[at + 1..];
    let end = seek(rest, |c| !is_of_name(c)).unwrap_or(rest.len());
    // A full stop ends a sentence more often than a name.
    let word = rest[..end].trim_end_matches(['.', '-', '_']);
    let names_me = [me, "room"]
        .into_iter()
        .any(|name| word.to_lowercase() == name.to_lowercase());
    names_me.then_some(word.len() + 1)
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Finds for each sign that closes the nearest of its like that is open; what
/// was begun in between and not ended is text. Three signs are two and one.
fn pair(signs: &mut [Sign]) {
    let mut open = Stack::default();
    for at in 0..signs.len() {
        while signs[at].closes && signs[at].left() > 0 {
            let Some(place) = open.nearest(&signs[at]) else {
                break;
            };
            let opener = open.all[place];
            let count = signs[opener].left().min(signs[at].left());
            open.cut(place, signs);
            signs[opener].begin(count);
            signs[at].end(count);
            if signs[opener].left() > 0 {
                open.push(opener, signs);
            }
        }
        if signs[at].opens && signs[at].used == 0 {
            open.push(at, signs);
        }
    }
}

/// The signs that are open.
#[derive(Default)]
struct Stack {
    all: Vec<usize>,
    /// Places in `all`, rising, by kind and by how many are left.
    of: [[Vec<usize>; RUN_MOST + 1]; 3],
}

/// Longer runs mark nothing.
const RUN_MOST: usize = 3;

impl Stack {
    fn push(&mut self, sign: usize, signs: &[Sign]) {
        let sign_of = &signs[sign];
        self.of[number(sign_of.kind)][sign_of.left()].push(self.all.len());
        self.all.push(sign);
    }

    /// Takes away what stands at this place and above it.
    fn cut(&mut self, place: usize, signs: &[Sign]) {
        for sign in self.all.drain(place..).rev() {
            let sign = &signs[sign];
            self.of[number(sign.kind)][sign.left()].pop();
        }
    }

    /// The highest place of as many signs of the kind, or of three to be shared.
    fn nearest(&self, closer: &Sign) -> Option<usize> {
        let of_kind = &self.of[number(closer.kind)];
        let all = (1..=RUN_MOST).filter(|left| {
            *left == closer.left() || *left == RUN_MOST || closer.left() == RUN_MOST
        });
        all.filter_map(|left| of_kind[left].last().copied()).max()
    }
}

impl Sign {
    /// How many have not found their like.
    fn left(&self) -> usize {
        self.len - self.used
    }

    fn begin(&mut self, count: usize) {
        self.used += count;
        self.begins.extend(shapes(self.kind, count));
    }

    fn end(&mut self, count: usize) {
        self.used += count;
        self.ends.extend(shapes(self.kind, count));
    }
}

/// What so many signs on either side mean.
fn shapes(kind: char, count: usize) -> &'static [Shape] {
    match (kind, count) {
        ('~', _) => &[Shape::STRUCK],
        (_, 1) => &[Shape::EMPHASIS],
        (_, 2) => &[Shape::STRONG],
        _ => &[Shape::STRONG, Shape::EMPHASIS],
    }
}

fn number(kind: char) -> usize {
    match kind {
        '*' => 0,
        '_' => 1,
        _ => 2,
    }
}

/// How often each shape is begun and not ended.
struct Open([(u32, Shape); 3]);

impl Default for Open {
    fn default() -> Self {
        Self([Shape::STRONG, Shape::EMPHASIS, Shape::STRUCK].map(|shape| (0, shape)))
    }
}

impl Open {
    fn open(&mut self, shapes: Vec<Shape>) {
        for shape in shapes {
            let of = self.0.iter_mut().filter(|(_, of)| *of == shape);
            of.for_each(|(count, _)| *count += 1);
        }
    }

    fn close(&mut self, shapes: Vec<Shape>) {
        for shape in shapes {
            let of = self.0.iter_mut().filter(|(_, of)| *of == shape);
            of.for_each(|(count, _)| *count = count.saturating_sub(1));
        }
    }

    fn role(&self) -> Role {
        let open = self.0.iter().filter(|(count, _)| *count > 0);
        let shape = open.fold(Shape::NONE, |all, (_, shape)| all.and(*shape));
        match shape {
            Shape::NONE => Role::Text,
            shape => Role::Shaped(shape),
        }
    }
}
