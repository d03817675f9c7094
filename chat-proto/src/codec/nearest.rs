//! The known word nearest to a misspelt one.

use crate::Request;

/// Words of other protocols, and what they are called here.
const MEANT: &[(&str, &str)] = &[
    ("auth", "hello"),
    ("chat", "send"),
    ("list", "rooms"),
    ("login", "hello"),
    ("message", "send"),
    ("msg", "send"),
    ("names", "members"),
    ("nick", "hello"),
    ("part", "leave"),
    ("post", "send"),
    ("privmsg", "send"),
    ("say", "send"),
    ("subscribe", "join"),
    ("unsubscribe", "leave"),
    ("who", "members"),
];

/// Names the request that a `type` may have meant.
pub(super) fn suggestion(word: &str) -> String {
    let word: Vec<char> = word.chars().take(33).flat_map(char::to_lowercase).collect();
    let meant = MEANT.iter().map(|(alias, kind)| (*alias, *kind));
    let named = Request::KINDS.iter().map(|kind| (*kind, *kind));
    let (far, kind) = named
        .chain(meant)
        .map(|(name, kind)| (distance(&word, &name.chars().collect::<Vec<_>>()), kind))
        .min_by_key(|(far, _)| *far)
        .expect("there are requests");
    if far * 2 <= word.len().max(kind.len()) {
        format!("did you mean {kind:?}?")
    } else {
        format!("the nearest is {kind:?}, and \"help\" lists them all")
    }
}

/// The candidate that a misspelt word may have meant (swaps count once);
/// `None` where even the nearest is too far.
pub fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let word: Vec<char> = word.chars().take(33).flat_map(char::to_lowercase).collect();
    let (far, near) = candidates
        .iter()
        .map(|name| (distance(&word, &name.chars().collect::<Vec<_>>()), *name))
        .min_by_key(|(far, _)| *far)?;
    (far * 2 <= word.len().max(near.len())).then_some(near)
}

/// Edit distance with adjacent swaps (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_request_finds_the_one_that_was_meant() {
        for (typed, meant) in [
            ("sned", "send"),
            ("SEND", "send"),
            ("histroy", "history"),
            ("jion", "join"),
            ("member", "members"),
            ("message", "send"),
            ("Login", "hello"),
            ("pong", "ping"),
        ] {
            assert_eq!(
                suggestion(typed),
                format!("did you mean {meant:?}?"),
                "{typed}"
            );
        }
    }

    #[test]
    fn even_a_far_one_is_told_the_nearest() {
        for typed in ["", "frobnicate-the-thing", "\u{1F600}", &"x".repeat(60_000)] {
            assert!(suggestion(typed).contains(" is \""), "{typed}");
        }
    }
}
