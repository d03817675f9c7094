//! Ranges of a log, and sets of them: the arithmetic that must not be off by one.

use chat_proto::Seq;

/// The events `from` to `to`, both included; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first one.
    pub from: Seq,
    /// The last one.
    pub to: Seq,
}

impl Span {
    /// `None` where nothing lies between the two.
    pub fn new(from: Seq, to: Seq) -> Option<Self> {
        (from <= to).then_some(Self { from, to })
    }

    /// One event.
    pub fn one(seq: Seq) -> Self {
        Self { from: seq, to: seq }
    }

    /// How many events; at least one.
    pub fn events(self) -> u64 {
        self.to.since(self.from) + 1
    }

    /// Whether the event lies in it.
    pub fn contains(self, seq: Seq) -> bool {
        self.from <= seq && seq <= self.to
    }

    /// What both hold.
    pub fn overlap(self, other: Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.to.min(other.to))
    }
}

/// A set of events as rising spans that neither overlap nor touch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spans(Vec<Span>);

impl Spans {
    /// Adds all events of a span.
    pub fn add(&mut self, span: Span) {
        let first = self.0.partition_point(|s| s.to.next() < span.from);
        let after = self.0.partition_point(|s| s.from <= span.to.next());
        let mut joined = span;
        for s in &self.0[first..after] {
            joined = Span {
                from: joined.from.min(s.from),
                to: joined.to.max(s.to),
            };
        }
        self.0.splice(first..after, [joined]);
    }

    /// Takes all events of a span out.
    pub fn remove(&mut self, span: Span) {
        let cut = |s: Span| {
            let before =
                Span::new(s.from, s.to.min(span.from.minus(1))).filter(|_| span.from > Seq::ZERO);
            let after = Span::new(s.from.max(span.to.next()), s.to);
            [before, after]
        };
        self.0 = self
            .0
            .iter()
            .flat_map(|s| {
                if s.overlap(span).is_some() {
                    cut(*s)
                } else {
                    [Some(*s), None]
                }
            })
            .flatten()
            .collect();
    }

    /// The span that holds an event.
    pub fn around(&self, seq: Seq) -> Option<Span> {
        let at = self.0.partition_point(|s| s.to < seq);
        self.0.get(at).copied().filter(|s| s.contains(seq))
    }

    /// What lies around an event that is *not* in the set, within bounds.
    pub fn hole(&self, seq: Seq, within: Span) -> Option<Span> {
        let at = self.0.partition_point(|s| s.to < seq);
        let next = self.0.get(at);
        if next.is_some_and(|s| s.contains(seq)) {
            return None;
        }
        let from = at
            .checked_sub(1)
            .map_or(within.from, |i| self.0[i].to.next());
        let to = next.map_or(within.to, |s| s.from.minus(1));
        Span::new(from.max(within.from), to.min(within.to)).filter(|hole| hole.contains(seq))
    }

    /// The last event of the set.
    pub fn last(&self) -> Option<Seq> {
        self.0.last().map(|s| s.to)
    }

    /// The spans, rising.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Span> + '_ {
        self.0.iter().copied()
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Span> for Spans {
    fn from_iter<I: IntoIterator<Item = Span>>(spans: I) -> Self {
        let mut set = Self::default();
        for span in spans {
            set.add(span);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn seq(n: u64) -> Seq {
        Seq::new(n).unwrap()
    }

    fn span(from: u64, to: u64) -> Span {
        Span::new(seq(from), seq(to)).unwrap()
    }

    #[test]
    fn spans_that_touch_become_one() {
        let spans: Spans = [span(5, 6), span(1, 2), span(3, 4), span(9, 9)]
            .into_iter()
            .collect();
        assert_eq!(spans.iter().collect::<Vec<_>>(), [span(1, 6), span(9, 9)]);
        assert_eq!(spans.around(seq(4)), Some(span(1, 6)));
        assert_eq!(spans.around(seq(7)), None);
        assert_eq!(spans.hole(seq(7), span(1, 20)), Some(span(7, 8)));
        assert_eq!(spans.hole(seq(15), span(1, 20)), Some(span(10, 20)));
        assert_eq!(spans.hole(seq(4), span(1, 20)), None);
        assert_eq!(spans.hole(seq(21), span(1, 20)), None);
    }

    proptest::proptest! {
        #[test]
        fn a_set_of_spans_holds_what_a_set_of_events_would(
            steps in proptest::collection::vec((proptest::bool::ANY, 1u64..40, 0u64..10), 0..30)
        ) {
            let mut spans = Spans::default();
            let mut model = BTreeSet::new();
            for (add, from, len) in steps {
                let part = span(from, from + len);
                if add {
                    spans.add(part);
                    model.extend(from..=from + len);
                } else {
                    spans.remove(part);
                    model.retain(|n| !(from..=from + len).contains(n));
                }
            }
            for n in 1..60 {
                assert_eq!(spans.around(seq(n)).is_some(), model.contains(&n));
                let hole = spans.hole(seq(n), span(1, 60));
                assert_eq!(hole.is_none(), model.contains(&n));
            }
            let all: Vec<_> = spans.iter().collect();
            assert!(all.windows(2).all(|w| w[0].to.next() < w[1].from));
        }
    }
}
