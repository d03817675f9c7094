//! The known word nearest to a misspelt one.

use crate::chars::repeated;

/// The candidate at the least edit distance from `word` (swaps count once);
/// `None` where even that one is too far to be meant.
pub(super) fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let word: Vec<char> = word.chars().take(33).flat_map(char::to_lowercase).collect();
    let (far, near) = candidates
        .iter()
        .map(|candidate| {
            (
                distance(&word, &candidate.chars().collect::<Vec<_>>()),
                *candidate,
            )
        })
        .min_by_key(|(far, _)| *far)?;
    (far <= near.len().max(word.len()).div_ceil(2)).then_some(near)
}

/// A word as an error may repeat it.
pub(super) fn quoted(word: &str) -> String {
    format!("{:?}", repeated(word, 32))
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
    use crate::Request;

    #[test]
    fn a_misspelt_request_finds_the_one_that_was_meant() {
        for (typed, meant) in [
            ("sned", "send"),
            ("SEND", "send"),
            ("histroy", "history"),
            ("jion", "join"),
            ("member", "members"),
        ] {
            assert_eq!(nearest(typed, Request::KINDS), Some(meant), "{typed}");
        }
        assert_eq!(nearest("frobnicate-the-thing", Request::KINDS), None);
    }
}
